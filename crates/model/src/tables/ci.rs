//! `ci_run.csv`, `ci_job.csv`, what jobs are rolled up into, and `ci_bill.csv`.

use model_derive::RawTable;
use serde::{Deserialize, Serialize};

use crate::kinds::{JobPart, RunConclusion, RunStatus, Runner, TimesFrom, Told};
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
    /// What it was spent on, once it is rolled up: `useful`, `flaky`, `failed`, `cancelled`, `retried`, or `repeated` for
    /// what a later attempt lists once more; empty before.
    #[raw(engine)]
    pub part: JobPart,
}

/// What the jobs of an attempt of a run say of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "ci_run_jobs", key("run_id", "attempt", "host"), columns = CiRunJobsColumns, in_rows)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
pub struct CiRunJobs {
    /// Run that the jobs belong to.
    #[raw(engine, required)]
    pub run_id: String,
    /// Attempt of the run, from 1.
    #[raw(engine, required)]
    pub attempt: i64,
    /// Organisation of the repository.
    #[raw(code, required)]
    pub org: String,
    /// Repository.
    #[raw(code, required)]
    pub repo: String,
    /// How many jobs ended.
    #[raw(engine, required)]
    pub jobs: i64,
    /// When the first job began, of those that ran and did not begin before the attempt; empty where none did.
    #[raw(engine)]
    pub first_began_at: Option<Instant>,
    /// When the last job ended, of those that ran.
    #[raw(engine)]
    pub last_ended_at: Option<Instant>,
    /// Of a pipeline: when its jobs had ended for the first time, before a pause that somebody ended.
    #[raw(engine)]
    pub first_ended_at: Option<Instant>,
    /// Of a pipeline: the time in which any of its last jobs ran, in microseconds.
    #[raw(engine)]
    pub covered_us: Option<i64>,
    /// Of a pipeline: how long each job waited for a runner, in milliseconds, in order, joined by `;`.
    #[raw(engine)]
    pub waits_ms: String,
    /// Whether a job that matters failed when it first ran.
    #[raw(engine)]
    pub red_first: bool,
    /// Whether a job was started again since it had not succeeded.
    #[raw(engine)]
    pub restarted: bool,
    /// When a job of a pipeline ended first that failed and was green when it was started again.
    #[raw(engine)]
    pub repaired_at: Option<Instant>,
    /// Whether jobs failed that matter, and each of them only for a fault of its machine.
    #[raw(engine)]
    pub only_machines: bool,
    /// When the last of all jobs of the run ended that are rolled up: a job that ended by then is among them.
    #[raw(required)]
    pub known_until: Instant,
    /// Whether nothing that is still to come is expected to change it.
    #[raw(engine)]
    pub settled: bool,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
}

/// Jobs added up by what their price follows from, and what they were spent on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(
    table = "ci_job_sum",
    key("org", "repo", "host", "workflow_path", "workflow", "pipeline", "labels", "runner", "part", "settled", "day"),
    columns = CiJobSumColumns,
    in_rows
)]
pub struct CiJobSum {
    /// Day, in UTC, on which the jobs began, as its first instant.
    #[raw(engine, required)]
    pub day: Instant,
    /// Organisation of the repository.
    #[raw(code, engine, required)]
    pub org: String,
    /// Repository.
    #[raw(code, engine, required)]
    pub repo: String,
    /// Name of the workflow; of pipelines without a name what started them.
    #[raw(code, engine)]
    pub workflow: String,
    /// File of the workflow, empty for pipelines.
    #[raw(code, engine)]
    pub workflow_path: String,
    /// Whether they are jobs of pipelines.
    #[raw(engine)]
    pub pipeline: bool,
    /// What they asked of their runners.
    #[raw(code, engine)]
    pub labels: String,
    /// Whose machines they ran on: `hosted`, `self_hosted` or empty where it is not known.
    #[raw(engine)]
    pub runner: Told<Runner>,
    /// What they were spent on: `useful`, `flaky`, `failed`, `cancelled` or `retried`.
    #[raw(engine, required)]
    pub part: JobPart,
    /// How many there are.
    #[raw(engine, required)]
    pub jobs: i64,
    /// How many of them were skipped, and so ran on no machine.
    #[raw(engine, required)]
    pub skipped: i64,
    /// How long they ran, in milliseconds.
    #[raw(engine, required)]
    pub run_ms: i64,
    /// Minutes, those of each job rounded up.
    #[raw(engine, required)]
    pub whole_minutes: i64,
    /// Whether nothing that is still to come is expected to change it.
    #[raw(engine)]
    pub settled: bool,
    /// Host of the provider, `github.com`.
    #[raw(code, engine)]
    pub host: String,
}

/// Jobs of a run that failed and succeeded with nothing changed, by their name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, RawTable)]
#[raw(table = "ci_flake", key("run_id", "name", "host"), columns = CiFlakeColumns, in_rows)]
pub struct CiFlake {
    /// Run in which they failed.
    #[raw(engine, required)]
    pub run_id: String,
    /// Organisation of the repository.
    #[raw(code, required)]
    pub org: String,
    /// Repository.
    #[raw(code, required)]
    pub repo: String,
    /// Name, without the values of a matrix.
    #[raw(code, engine, required)]
    pub name: String,
    /// When the first of them failed.
    #[raw(engine, required)]
    pub failed_at: Instant,
    /// When a job of the name was green last within 30 days; empty where no such job is known.
    #[raw(engine)]
    pub green_at: Option<Instant>,
    /// How long they ran in order to fail, in milliseconds.
    #[raw(engine, required)]
    pub wasted_ms: i64,
    /// Whether nothing that is still to come is expected to change it.
    #[raw(engine)]
    pub settled: bool,
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
