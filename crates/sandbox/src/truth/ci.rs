//! Truth about CI: the simulation lives through each run, attempt and job again and counts what happens.

mod money;
mod reliability;
mod write;

use model::{Amount, Instant, Month};

use crate::Organisation;
use crate::organisation::ci::{RunLife, is_red};

/// The name of all repositories, and of all workflows.
pub const ALL: &str = "ALL";

/// What really ran up to an instant, and what it cost.
pub struct CiTruth {
    /// Up to and including this instant.
    pub as_of: Instant,
    /// Every run that was over by then, by repository and in order of creation.
    pub runs: Vec<CiRunTruth>,
    /// Runs by the month in which they were over, in order of month, repository and workflow.
    pub months: Vec<CiMonthTruth>,
    /// Jobs that had ended by the month in which they began, in order of month, repository and workflow.
    pub costs: Vec<CiCostTruth>,
    /// The bill, in order of month, repository, cost centre and SKU.
    pub bills: Vec<CiBillTruth>,
}

/// What became of a run, by its last attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiRunTruth {
    /// The provider's number.
    pub run_id: String,
    /// Repository, by its name at that time.
    pub repo: String,
    /// Name of the workflow.
    pub workflow: &'static str,
    /// What started it.
    pub event: &'static str,
    /// Object id of the commit.
    pub sha: String,
    /// Whether it ran for the default branch.
    pub default_branch: bool,
    /// End of the last attempt.
    pub finished_at: Instant,
    /// How many attempts there were.
    pub attempts: u32,
    /// How the last one ended, as in `ci_run.csv`.
    pub conclusion: &'static str,
    /// Whether the first attempt succeeded; null where it was not decided.
    pub first_try: Option<bool>,
    /// Of a decided run: from the begin of the last attempt to the end of its last job; null where no job ran.
    pub duration_seconds: Option<i64>,
    /// From the begin of the last attempt to that of its first job, jobs behind an approval and those that an earlier attempt
    /// ran left out; null where there is none.
    pub queue_seconds: Option<i64>,
}

/// The runs of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiMonthTruth {
    /// Month.
    pub month: Month,
    /// Repository, or [`ALL`].
    pub repo: String,
    /// Workflow, or [`ALL`].
    pub workflow: String,
    /// All of them.
    pub runs: u64,
    /// Ended with success.
    pub succeeded: u64,
    /// Ended with a failure, by taking too long, or did not begin.
    pub failed: u64,
    /// Called off.
    pub cancelled: u64,
    /// Ended in any other way.
    pub other: u64,
    /// Whose first attempt succeeded or failed.
    pub first_try_decided: u64,
    /// Whose first attempt succeeded.
    pub first_try_succeeded: u64,
    /// That were started again.
    pub retried: u64,
    /// Commits, each once for each workflow and event, of which a run succeeded or failed.
    pub decided_shas: u64,
    /// Of those the ones that failed and then succeeded with nothing changed, by the month of that success.
    pub flaky_shas: u64,
    /// Their [`CiRunTruth::duration_seconds`], in order.
    pub durations: Vec<i64>,
    /// Their [`CiRunTruth::queue_seconds`], in order.
    pub queues: Vec<i64>,
}

/// Parts of minutes and cost, in the order of the arrays of [`CiCostTruth`].
pub const PARTS: [&str; 5] = ["cancelled", "flaky", "failed", "retried", "useful"];

/// What the jobs of a month cost by the list of prices, in dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiCostTruth {
    /// Month.
    pub month: Month,
    /// Repository, or [`ALL`].
    pub repo: String,
    /// Workflow, or [`ALL`].
    pub workflow: String,
    /// Jobs that ran, those that an attempt only lists again left out.
    pub jobs: u64,
    /// Minutes by part, those of each job rounded up.
    pub minutes: [u64; 5],
    /// Cost by part.
    pub cost: [Amount; 5],
    /// Minutes that nobody bills.
    pub unpriced_minutes: u64,
    /// Of the minutes `retried` those of jobs that had been green in other runs only, not in an earlier attempt of their own.
    pub minutes_of_other_runs: u64,
    /// What these cost.
    pub cost_of_other_runs: Amount,
}

impl CiCostTruth {
    /// The whole cost.
    pub fn total(&self) -> Amount {
        let mut total = Amount::zero();
        for part in &self.cost {
            total += part;
        }
        total
    }
}

/// What is billed for a month, in dollars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiBillTruth {
    /// Month.
    pub month: Month,
    /// Repository.
    pub repo: String,
    /// Cost centre, empty for none.
    pub cost_center: String,
    /// What is billed, without the prefix `actions_`.
    pub sku: String,
    /// Before discounts.
    pub gross: Amount,
    /// What is taken off.
    pub discount: Amount,
    /// What is billed.
    pub net: Amount,
}

impl Organisation {
    /// What really ran up to and including `as_of`, in months of UTC; nothing where there is no CI.
    pub fn ci_truth(&self, as_of: Instant) -> CiTruth {
        let until = as_of.seconds();
        let runs = self.ci_run_truth(until);
        let months = self.ci_month_truth(&runs, until);
        let runs = runs.into_iter().map(|(_, _, run)| run).collect();
        CiTruth { as_of, runs, months, costs: self.ci_cost_truth(until), bills: self.ci_bill_truth(until) }
    }

    /// `month`, and each of the repository and all, with each of the workflow and all.
    fn ci_keys(&self, at: i64, repository: usize, workflow: &str, until: i64) -> [(Month, String, String); 3] {
        let month = Month::of(Instant::from_seconds(at));
        let repo = self.repositories[repository].name_at(until).to_owned();
        let all = || ALL.to_owned();
        [(month, repo.clone(), workflow.to_owned()), (month, repo, all()), (month, all(), all())]
    }
}
