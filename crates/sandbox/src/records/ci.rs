//! Runs of workflows with their jobs and the bill for them as an import stores them.

use std::collections::BTreeMap;

use model::Month;
use model::kinds::{JobPart, RunConclusion, RunStatus, Runner, TimesFrom};
use model::records::{CiBill, CiBillMonth, CiJob as JobRecord, CiRun as RunRecord, Record};

use super::{HOST, Recorder};
use crate::server::rest::actions::shown_jobs;
use crate::view::{CiAttempt, CiJob, CiRun, CiUsage, View};

/// Where workflows lie.
const FOLDER: &str = ".github/workflows/";
/// What is between labels.
const BETWEEN_LABELS: &str = ";";

/// The records of a full import of CI of what a view shows: all attempts of all runs with their jobs as the list of jobs
/// tells them, then the bill of each month.
pub fn ci_records(view: &View) -> impl Iterator<Item = Record> + '_ {
    let recorder = Recorder { frame: view };
    let runs = view.ci_runs.iter().flat_map(move |run| recorder.ci_run(run));
    let months = recorder.ci_bill_months(&view.ci_usage);
    runs.chain(months.into_iter().map(|month| Record::CiBillMonth(Box::new(month))))
}

impl Recorder<'_> {
    /// The attempts of a run, each with its jobs.
    pub(crate) fn ci_run(self, run: &CiRun) -> Vec<Record> {
        let mut records = Vec::new();
        // A job of a later attempt takes the place of those of its name, what is listed again included.
        let mut last: BTreeMap<&str, i64> = BTreeMap::new();
        for (attempt, number) in run.attempts.iter().zip(1..) {
            last.extend(shown_jobs(attempt).map(|job| (job.name.as_str(), number)));
        }
        for (attempt, number) in run.attempts.iter().zip(1..) {
            records.push(Record::CiRun(Box::new(self.ci_attempt(run, attempt, number))));
            records.extend(shown_jobs(attempt).map(|job| {
                let retried = last.get(job.name.as_str()).is_some_and(|last| *last > number);
                Record::CiJob(Box::new(JobRecord { retried, ..self.ci_job(run, job, number) }))
            }));
        }
        records
    }

    fn ci_attempt(self, run: &CiRun, attempt: &CiAttempt, number: i64) -> RunRecord {
        let (org, repo) = self.names(run.repository);
        RunRecord {
            run_id: run.id.to_string(),
            attempt: number,
            source: "github".to_owned(),
            url: format!("https://github.com/{org}/{repo}/actions/runs/{}", run.id),
            workflow: run.name.to_owned(),
            workflow_path: format!("{FOLDER}{}", run.workflow),
            event: run.event.to_owned(),
            git_ref: run.branch.clone(),
            sha: run.sha.clone(),
            run_number: Some(run.number),
            status: attempt.status.into(),
            conclusion: attempt.conclusion.into(),
            created_at: run.created_at,
            started_at: Some(attempt.started_at),
            finished_at: (attempt.status == RunStatus::Completed).then_some(attempt.updated_at),
            default_branch: run.is_of(&self.frame.repositories[run.repository].default_branch),
            host: HOST.to_owned(),
            org,
            repo,
        }
    }

    fn ci_job(self, run: &CiRun, job: &CiJob, attempt: i64) -> JobRecord {
        let (org, repo) = self.names(run.repository);
        let never_began = job.conclusion == RunConclusion::Skipped;
        let runner = match job.self_hosted {
            _ if never_began => Runner::Unknown,
            true => Runner::SelfHosted,
            false => Runner::Hosted,
        };
        JobRecord {
            job_id: job.id.to_string(),
            run_id: run.id.to_string(),
            attempt,
            org,
            repo,
            name: job.name.clone(),
            stage: String::new(),
            conclusion: job.conclusion.into(),
            failure_reason: String::new(),
            allow_failure: false,
            retried: false,
            created_at: Some(job.created_at),
            started_at: job.started_at,
            finished_at: job.finished_at,
            duration_ms: None,
            queued_ms: None,
            runner: runner.into(),
            labels: if never_began { String::new() } else { job.labels.join(BETWEEN_LABELS) },
            times_from: TimesFrom::Rest.into(),
            host: HOST.to_owned(),
            part: JobPart::Untold,
        }
    }

    /// The bill by month and cost centre.
    pub(crate) fn ci_bill_months(self, usage: &[CiUsage]) -> Vec<CiBillMonth> {
        let mut months: BTreeMap<(Month, &str), Vec<CiBill>> = BTreeMap::new();
        for one in usage {
            let key = (Month::of(one.day), one.cost_center.unwrap_or_default());
            months.entry(key).or_default().push(self.ci_bill_line(one));
        }
        let month = |((month, cost_center), lines): ((Month, &str), Vec<CiBill>)| CiBillMonth {
            org: self.frame.org.clone(),
            cost_center: cost_center.to_owned(),
            month,
            host: HOST.to_owned(),
            lines,
        };
        months.into_iter().map(month).collect()
    }

    fn ci_bill_line(self, usage: &CiUsage) -> CiBill {
        let (org, repo) = self.names(usage.repository);
        CiBill {
            day: usage.day,
            org,
            repo,
            cost_center: usage.cost_center.unwrap_or_default().to_owned(),
            sku: usage.sku.to_owned(),
            quantity: usage.quantity.clone(),
            unit: usage.unit.to_owned(),
            price: usage.price.clone(),
            gross: usage.gross.clone(),
            discount: usage.discount.clone(),
            net: usage.net.clone(),
            currency: "USD".to_owned(),
            host: HOST.to_owned(),
        }
    }
}
