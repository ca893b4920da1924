//! CI: runs of workflows over the commits, pull requests and deployments that are there already.
//!
//! Its chance is of its own: nothing here changes a draw of anything else.

mod attempt;
mod author;
mod bill;
mod deploys;
mod prices;
mod weather;
mod workflow;

use model::kinds::RunConclusion;

use super::Organisation;
use super::delivery::CommitName;
use crate::calendar::DAY;
use author::Author;
pub(crate) use bill::{COST_CENTER, Charge, charges};
pub(crate) use prices::{LARGE_PER_MINUTE, LARGE_SINCE, Micros, Price, billed_minutes};
use weather::Weather;
pub(crate) use workflow::{Machine, Workflow};

/// Days of a month of CI: thirteen of them are somewhat longer than the 13 months that an import reads at first.
const MONTH: i64 = 31 * DAY;

/// All that runs for a repository.
pub(crate) struct CiLife {
    /// In order of creation.
    pub(crate) runs: Vec<RunLife>,
}

/// A run of a workflow.
pub(crate) struct RunLife {
    pub(crate) id: u64,
    /// Number among the runs of its workflow; that of a run that deploys is another's to say.
    pub(crate) number: u32,
    pub(crate) workflow: Workflow,
    /// What started it.
    pub(crate) event: &'static str,
    pub(crate) branch: RunBranch,
    pub(crate) commit: CommitName,
    pub(crate) created_at: i64,
    /// The first one and those of which it was started again, never empty.
    pub(crate) attempts: Vec<AttemptLife>,
}

/// What a run ran for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunBranch {
    /// A branch by a fixed name.
    Named(&'static str),
    /// The branch of a pull request.
    PullRequest(u32),
    /// What the deployment at a position is made of.
    Deployment(u32),
}

/// An attempt of a run.
pub(crate) struct AttemptLife {
    pub(crate) started_at: i64,
    /// When it ended, and how; `None`: it waits for ever.
    pub(crate) end: Option<(i64, RunConclusion)>,
    /// In order of their stages.
    pub(crate) jobs: Vec<JobLife>,
}

/// A job of an attempt.
#[derive(Clone)]
pub(crate) struct JobLife {
    pub(crate) id: u64,
    pub(crate) name: JobName,
    pub(crate) stage: &'static str,
    pub(crate) machine: Machine,
    pub(crate) created_at: i64,
    pub(crate) started_at: Option<i64>,
    pub(crate) end: Option<(i64, RunConclusion)>,
    /// Whether the run goes on when it fails.
    pub(crate) may_fail: bool,
    /// Whether it begins when somebody has approved of it.
    pub(crate) waits: bool,
    /// Whether it ran in an earlier attempt, and is only listed again.
    pub(crate) is_copy: bool,
}

/// Name of a job.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum JobName {
    Fixed(&'static str),
    /// Of what deploys to an environment.
    Deploy(&'static str),
}

impl JobName {
    /// As it is shown.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Fixed(name) => name.to_owned(),
            Self::Deploy(environment) => format!("deploy {environment}"),
        }
    }
}

/// Whether a conclusion is that of a failure.
pub(crate) fn is_red(conclusion: RunConclusion) -> bool {
    matches!(conclusion, RunConclusion::Failure | RunConclusion::TimedOut | RunConclusion::StartupFailure)
}

/// What runs for each repository, in the order of the repositories; nothing without months of CI.
pub(super) fn lives(organisation: &Organisation) -> Vec<CiLife> {
    let repositories = 0..organisation.repositories.len();
    let months = organisation.options.numbers().ci_months;
    if months == 0 {
        return repositories.map(|_| CiLife { runs: Vec::new() }).collect();
    }
    let since = organisation.start.max(organisation.end - i64::from(months) * MONTH);
    let weather = Weather::new(organisation.options.seed, since, organisation.end);
    repositories.map(|repository| Author::new(organisation, repository, since, &weather).write()).collect()
}
