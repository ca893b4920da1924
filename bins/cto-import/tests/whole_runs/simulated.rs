//! A simulated GitHub in this process, and the program run against it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use model::Instant;
use model::instant::MICROS_PER_DAY;
use sandbox::server::{Conduct, Config, Counters, Fault, Server};
use sandbox::view::View;
use sandbox::{Options, Organisation};
use tokio::runtime::Runtime;

/// Settings that make waits short; everything else is as usual.
pub(crate) const HURRIED: &str = "import: {limit_wait_seconds: 0.01, retry_wait_seconds: 0.005, publish_jobs: true}\n";

/// A server with its organisation.
pub(crate) struct Simulated {
    runtime: Runtime,
    server: Option<Server>,
    pub(crate) organisation: Organisation,
    /// The simulated clock.
    now: Cell<Instant>,
}

impl Simulated {
    /// Serves an organisation as it is at its end.
    pub(crate) fn serve(options: &Options) -> Self {
        Self::serve_with(options, Config::default())
    }

    pub(crate) fn serve_with(options: &Options, config: Config) -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let organisation = Organisation::generate(options);
        let now = organisation.end();
        let view = organisation.view(now);
        let server = runtime.block_on(Server::start(view, config)).expect("a free port is found");
        Self { runtime, server: Some(server), organisation, now: Cell::new(now) }
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().expect("the server runs until it is dropped")
    }

    pub(crate) fn url(&self) -> String {
        self.server().url()
    }

    /// The simulated clock moves to an instant.
    pub(crate) fn moves_to(&self, now: Instant) {
        self.now.set(now);
        self.server().set_view(self.organisation.view(now));
    }

    /// Something else than the life of the organisation happens to what is shown now.
    pub(crate) fn changes(&self, change: impl FnOnce(&mut View)) {
        self.shows(self.now.get(), change);
    }

    /// The simulated clock moves to an instant at which something else has happened too.
    pub(crate) fn shows(&self, now: Instant, change: impl FnOnce(&mut View)) {
        self.now.set(now);
        let mut view = self.organisation.view(now);
        change(&mut view);
        self.server().set_view(view);
    }

    /// What the simulated clock shows.
    pub(crate) fn now(&self) -> Instant {
        self.now.get()
    }

    /// An instant before the end of the simulated period.
    pub(crate) fn days_before_end(&self, days: i64) -> Instant {
        Instant::from_micros(self.organisation.end().micros() - days * MICROS_PER_DAY)
    }

    /// Another kind of GitHub answers from now on.
    pub(crate) fn conducts(&self, conduct: Conduct) {
        self.server().set_conduct(conduct);
    }

    pub(crate) fn breaks(&self, faults: &[&str]) {
        let faults = faults.iter().map(|fault| fault.parse::<Fault>().expect("a known fault")).collect();
        self.server().set_faults(faults);
    }

    pub(crate) fn counters(&self) -> Counters {
        self.server().counters()
    }

    /// The program, ready to run on a data folder. Flags can be added.
    pub(crate) fn importer(&self, data: &Path) -> Command {
        std::fs::create_dir_all(data).expect("a folder can be made");
        let config = data.join("config.yml");
        if !config.exists() {
            let text = format!("{}{HURRIED}", self.organisation.config_yaml());
            std::fs::write(&config, text).expect("a file can be written");
        }
        let mut command = importer();
        command
            .env("CTO_IMPORT__CLOCK", self.now.get().to_rfc3339())
            .env("GITHUB_TOKEN", "simulated-token")
            .env("GITHUB_API_URL", self.url())
            .env("GITHUB_GRAPHQL_URL", format!("{}/graphql", self.url()))
            .arg("--data")
            .arg(data)
            .arg("--config")
            .arg(config);
        command
    }

    /// Runs it to its end.
    pub(crate) fn import(&self, data: &Path, flags: &[&str]) -> Ended {
        let login = self.organisation.login().to_owned();
        Ended::of(&self.importer(data).args(["--org", &login]).args(flags).output().expect("the program runs"))
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

/// The program without any setting from outside.
pub(crate) fn importer() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cto-import"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let of_a_provider = ["GITHUB_", "GITLAB_", "AZURE_", "GCP_", "GOOGLE_", "BIGQUERY_", "CTO_"];
        if of_a_provider.iter().any(|prefix| text.starts_with(prefix)) || text == "CONFIG_PATH" || text == "RUST_LOG" {
            command.env_remove(&name);
        }
    }
    command
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// The published tables of a data folder by name, without the log of imports.
pub(crate) fn tables(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(data).expect("the data folder is there");
    entries
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path: &PathBuf| path.extension().is_some_and(|extension| extension == "csv"))
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a table can be read"))
        })
        .filter(|(name, _)| name != "import_run.csv")
        .collect()
}

/// Fails with the first line in which two folders differ.
#[track_caller]
pub(crate) fn assert_same_tables(left: &Path, right: &Path, what: &str) {
    assert_same_tables_but(left, right, &[], what);
}

/// The same for all tables but some.
#[track_caller]
pub(crate) fn assert_same_tables_but(left: &Path, right: &Path, others: &[&str], what: &str) {
    let (left, right) = (tables(left), tables(right));
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>(), "{what}");
    for (name, bytes) in left.iter().filter(|(name, _)| !others.contains(&name.as_str())) {
        if *bytes == right[name] {
            continue;
        }
        let (one, other) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&right[name]));
        let differing = one.lines().zip(other.lines()).find(|(a, b)| a != b);
        panic!(
            "{what}: {name} differs: {} and {} lines, first difference {differing:?}",
            one.lines().count(),
            other.lines().count()
        );
    }
}
