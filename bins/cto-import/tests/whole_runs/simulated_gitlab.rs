//! The simulated organisation as GitLab tells it, beside GitHub, and the program run against it.

use std::path::Path;
use std::process::Command;

use metrics_core::Calculation;
use model::Instant;
use sandbox::gitlab::{GitlabConfig, GitlabCounters, GitlabFault};
use sandbox::server::Config;
use sandbox::{Options, Size, Truth};

use crate::simulated::{Ended, HURRIED, Simulated, importer};
use crate::truth::calculation_by;

/// The only token that the simulated GitLab takes.
pub(crate) const TOKEN: &str = "glpat-of-the-simulation";

/// A server of both over one organisation that both can tell.
pub(crate) struct SimulatedGitlab {
    pub(crate) both: Simulated,
}

/// An organisation that both can tell.
pub(crate) fn told_by_both(seed: u64, size: Size) -> Options {
    Options { told_by_both: true, ..Options::new(seed, size) }
}

impl SimulatedGitlab {
    pub(crate) fn serve(options: &Options) -> Self {
        let gitlab = GitlabConfig { token: Some(TOKEN.to_owned()), ..GitlabConfig::default() };
        let config = Config { gitlab: Some(gitlab), ..Config::default() };
        Self { both: Simulated::serve_with(options, config) }
    }

    /// A small one, for what is asked for many times.
    pub(crate) fn serve_few(seed: u64) -> Self {
        let options = told_by_both(seed, Size::Small);
        Self::serve(&Options { issues: Some(90), pull_requests: Some(120), ..options })
    }

    /// A small one with teams that plan in iterations.
    pub(crate) fn serve_few_planned(seed: u64) -> Self {
        let options = told_by_both(seed, Size::Small);
        Self::serve(&Options { issues: Some(90), pull_requests: Some(120), iterations: true, ..options })
    }

    pub(crate) fn breaks(&self, faults: &[&str]) {
        let faults: Vec<GitlabFault> = faults.iter().map(|fault| fault.parse().expect("a known fault")).collect();
        self.both.server().set_gitlab_faults(&faults);
    }

    pub(crate) fn counters(&self) -> GitlabCounters {
        self.both.server().gitlab_counters()
    }

    /// The configuration that fits the organisation as a group of this server.
    pub(crate) fn config_yaml(&self) -> String {
        self.both.organisation.gitlab_config_yaml(Some(&self.both.url()))
    }

    /// Host of all rows.
    pub(crate) fn host(&self) -> String {
        self.both.url().replace("http://", "")
    }

    /// The id of the board in rows.
    pub(crate) fn board(&self) -> String {
        format!("{}/group/7/workflow", self.host())
    }

    /// The program, ready to run on a data folder. Flags can be added.
    pub(crate) fn importer(&self, data: &Path) -> Command {
        std::fs::create_dir_all(data).expect("a folder can be made");
        let config = data.join("config.yml");
        std::fs::write(&config, self.config_yaml() + HURRIED).expect("a file can be written");
        let mut command = importer();
        command
            .env("CTO_IMPORT__CLOCK", self.both.now().to_rfc3339())
            .env("GITLAB_TOKEN", TOKEN)
            .arg("--data")
            .arg(data)
            .arg("--config")
            .arg(config);
        command
    }

    /// Runs it to its end. What it says and stores never holds the token.
    #[track_caller]
    pub(crate) fn import(&self, data: &Path, flags: &[&str]) -> Ended {
        let ended = Ended::of(&self.importer(data).args(flags).output().expect("the program runs"));
        assert!(!ended.stdout.contains(TOKEN) && !ended.stderr.contains(TOKEN), "the token is told:\n{}", ended.stderr);
        for entry in std::fs::read_dir(data).expect("the data folder is there") {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).expect("a file can be read");
            assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "the token is in {}", path.display());
        }
        ended
    }

    /// Computes from what was imported.
    pub(crate) fn calculation(&self, data: &Path) -> Calculation {
        calculation_by(&self.config_yaml(), data, None)
    }

    /// What really happened, in the ids of GitLab.
    pub(crate) fn truth(&self, at: Instant) -> Truth {
        let mut truth = self.both.organisation.truth(at);
        for issue in &mut truth.issues {
            if !issue.project_id.is_empty() {
                issue.project_id = self.board();
            }
        }
        for week in &mut truth.stocks {
            week.project_id = self.board();
        }
        for request in &mut truth.pull_requests {
            request.id = request.id.replace('#', "!");
        }
        truth
    }
}
