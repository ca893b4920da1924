//! Runs of workflows with their jobs, and what is billed for them, as the provider shows them.

use model::kinds::{RunConclusion, RunStatus};
use model::{Amount, Instant};

/// A run of a workflow with all of its attempts.
#[derive(Clone, Debug)]
pub struct CiRun {
    /// The provider's number.
    pub id: u64,
    /// Repository.
    pub repository: usize,
    /// File of the workflow below `.github/workflows`.
    pub workflow: &'static str,
    /// Name of the workflow.
    pub name: &'static str,
    /// What started it.
    pub event: &'static str,
    /// Branch or tag.
    pub branch: String,
    /// Object id of the commit.
    pub sha: String,
    /// Number among the runs of its workflow; of those that deploy among all that do.
    pub number: i64,
    /// Made.
    pub created_at: Instant,
    /// The attempts that have begun, never empty.
    pub attempts: Vec<CiAttempt>,
}

impl CiRun {
    /// The last attempt.
    pub fn last(&self) -> &CiAttempt {
        &self.attempts[self.attempts.len() - 1]
    }

    /// Whether it ran for the default branch.
    pub fn is_of(&self, default_branch: &str) -> bool {
        self.branch == default_branch && self.event != "pull_request"
    }
}

/// An attempt of a run.
#[derive(Clone, Debug)]
pub struct CiAttempt {
    /// Node id of its check suite.
    pub suite: String,
    /// Where it is.
    pub status: RunStatus,
    /// How it ended; `RunConclusion::None` while it runs.
    pub conclusion: RunConclusion,
    /// Begun.
    pub started_at: Instant,
    /// Last change: its end once it is over.
    pub updated_at: Instant,
    /// Its jobs. Of one that could not begin they are what was to begin: GitHub shows none of them.
    pub jobs: Vec<CiJob>,
}

/// A job of an attempt.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with each other")]
pub struct CiJob {
    /// The provider's number.
    pub id: u64,
    /// Name.
    pub name: String,
    /// Stage of GitLab's pipelines.
    pub stage: &'static str,
    /// Labels that it asks for.
    pub labels: &'static [&'static str],
    /// Tags that it asks for on GitLab.
    pub tags: &'static [&'static str],
    /// Whether it runs on a machine of the organisation's own.
    pub self_hosted: bool,
    /// Where it is.
    pub status: RunStatus,
    /// How it ended; `RunConclusion::None` while it waits or runs.
    pub conclusion: RunConclusion,
    /// Made.
    pub created_at: Instant,
    /// Begun.
    pub started_at: Option<Instant>,
    /// Ended.
    pub finished_at: Option<Instant>,
    /// Whether the run goes on when it fails.
    pub may_fail: bool,
    /// Whether it begins when somebody has approved of it.
    pub waits: bool,
    /// Whether it ran in an earlier attempt, and is listed again.
    pub is_copy: bool,
}

/// A line of the bill for CI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiUsage {
    /// Its day, as the first instant.
    pub day: Instant,
    /// Repository.
    pub repository: usize,
    /// Cost centre that the repository belongs to; the bill of the organisation itself is without such lines.
    pub cost_center: Option<&'static str>,
    /// What is billed, without the prefix `actions_`.
    pub sku: &'static str,
    /// What the quantity counts.
    pub unit: &'static str,
    /// How much of it.
    pub quantity: Amount,
    /// Dollars for one.
    pub price: Amount,
    /// Dollars before discounts.
    pub gross: Amount,
    /// What is taken off.
    pub discount: Amount,
    /// What is billed.
    pub net: Amount,
}
