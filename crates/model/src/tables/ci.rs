//! `ci_run.csv`, `ci_job.csv` and `ci_bill.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

use crate::kinds::{RunConclusion, RunStatus, Runner, TimesFrom, Told};
use crate::{Amount, Instant};

/// Runs of workflows, a row for each attempt that was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "ci_run", key("run_id", "attempt", "host"), columns = CiRunColumns, in_rows)]
pub struct CiRun {
    /// The provider's id: GitHub's number, or `HOST/pipeline/NUMBER` of GitLab.
    #[raw(engine, required)]
    pub run_id: String,
    /// Attempt, from 1: a run that is started again keeps its id.
    #[raw(engine, required)]
    pub attempt: i64,
    /// Who tells of it: `github` or `gitlab`.
    #[raw(code)]
    pub source: String,
    /// Organisation of the repository.
    #[raw(code, engine, required)]
    pub org: String,
    /// Repository.
    #[raw(code, engine, required)]
    pub repo: String,
    /// Name of the workflow; of GitLab the name of the pipeline, empty where it has none.
    #[raw(code, engine)]
    pub workflow: String,
    /// File of the workflow, `.github/workflows/deploy.yml`.
    #[raw(code, engine)]
    pub workflow_path: String,
    /// What started it, `push` for example; `parent_pipeline` for GitLab's child pipelines.
    #[raw(code, engine)]
    pub event: String,
    /// Branch or tag that it ran for, empty where none is known.
    #[raw(name = "ref", code, engine)]
    pub git_ref: String,
    /// Object id of the commit that it ran for.
    #[raw(object_id, engine, required)]
    pub sha: String,
    /// Number among the runs of its workflow, empty where none is known.
    pub run_number: Option<i64>,
    /// Where it is: `queued`, `waiting`, `in_progress` or `completed`.
    pub status: Told<RunStatus>,
    /// How it ended: `success`, `failure`, `cancelled`, `timed_out`, …; empty while it runs.
    #[raw(engine)]
    pub conclusion: Told<RunConclusion>,
    /// When the run was made, whichever attempt this is.
    #[raw(engine, required)]
    pub created_at: Instant,
    /// When the attempt began.
    #[raw(engine)]
    pub started_at: Option<Instant>,
    /// When the attempt ended, empty while it runs.
    #[raw(engine)]
    pub finished_at: Option<Instant>,
    /// Whether it ran for the default branch.
    #[raw(engine)]
    pub default_branch: bool,
    /// Web address.
    #[raw(engine)]
    pub url: String,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
}

/// Jobs of runs, a row for each time that one ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "ci_job", key("run_id", "job_id", "host"), columns = CiJobColumns, in_rows)]
pub struct CiJob {
    /// The provider's id: GitHub's number, or `HOST/job/NUMBER` of GitLab.
    #[raw(required)]
    pub job_id: String,
    /// Run that it belongs to.
    #[raw(engine, required)]
    pub run_id: String,
    /// Attempt of the run in which it ran, from 1.
    #[raw(engine)]
    pub attempt: i64,
    /// Organisation of the repository.
    #[raw(code, engine)]
    pub org: String,
    /// Repository.
    #[raw(code, engine)]
    pub repo: String,
    /// Name, with the values of a matrix and the caller of a reusable workflow.
    #[raw(code, engine, required)]
    pub name: String,
    /// Stage of GitLab's pipelines, else empty.
    #[raw(code)]
    pub stage: String,
    /// How it ended, as a run does; empty while it waits or runs.
    #[raw(engine)]
    pub conclusion: Told<RunConclusion>,
    /// Why it failed by the provider's word, `runner_system_failure` for example; empty where nothing is told.
    #[raw(code, engine)]
    pub failure_reason: String,
    /// Whether the run goes on when it fails.
    #[raw(engine)]
    pub allow_failure: bool,
    /// Whether a later job of the same run and name took its place.
    #[raw(engine)]
    pub retried: bool,
    /// When it was made, empty where it is not told.
    pub created_at: Option<Instant>,
    /// When it began, empty while it waits.
    #[raw(engine)]
    pub started_at: Option<Instant>,
    /// When it ended, empty while it waits or runs.
    #[raw(engine)]
    pub finished_at: Option<Instant>,
    /// How long it ran, in milliseconds, where the provider tells more than seconds.
    #[raw(engine)]
    pub duration_ms: Option<i64>,
    /// How long it waited for a runner, in milliseconds, where the provider tells.
    #[raw(engine)]
    pub queued_ms: Option<i64>,
    /// Whose machine it ran on: `hosted`, `self_hosted` or empty where it is not known.
    #[raw(engine)]
    pub runner: Told<Runner>,
    /// What it asked of its runner, in the order told; empty where it is not known.
    #[raw(code, engine)]
    pub labels: String,
    /// What its times were read from: `rest`, `checks` or `webhook`.
    pub times_from: Told<TimesFrom>,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
}

/// What a provider bills an organisation for CI, by day. A month that was asked for is here as it was last told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "ci_bill",
    key("day", "org", "repo", "cost_center", "sku", "unit", "currency", "host"),
    columns = CiBillColumns,
    in_rows
)]
pub struct CiBill {
    /// Day of the usage, as its first instant.
    #[raw(engine, required)]
    pub day: Instant,
    /// Organisation that is billed.
    #[raw(code, engine, required)]
    pub org: String,
    /// Repository, empty for what belongs to none.
    #[raw(code, engine, required)]
    pub repo: String,
    /// Cost centre that the usage was asked of, empty for usage of none.
    #[raw(code, engine)]
    pub cost_center: String,
    /// What is billed, by the provider's name without the prefix `actions_`.
    #[raw(code, engine, required)]
    pub sku: String,
    /// How much of it.
    #[raw(engine)]
    pub quantity: Amount,
    /// What the quantity counts, `minutes` for example.
    #[raw(code, engine)]
    pub unit: String,
    /// Price of one unit.
    pub price: Amount,
    /// Before discounts.
    #[raw(engine)]
    pub gross: Amount,
    /// What is taken off, a positive number.
    pub discount: Amount,
    /// What is billed.
    #[raw(engine, required)]
    pub net: Amount,
    /// Currency of the amounts.
    #[raw(code, engine, required)]
    pub currency: String,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
}
