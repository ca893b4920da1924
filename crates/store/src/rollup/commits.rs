//! The runs of one commit: of the same workflow and event.

use ci_rollup::{Attempt, Job, RolledUp, Run, Span, roll_up};
use model::Instant;
use model::gitlab::is_pipeline;
use model::kinds::JobPart;
use model::records::{CiJob, CiRun};
use rusqlite::Connection;

use crate::read::tables::rows_where;
use crate::sqlite::plans::Prepare as _;

/// What a run is found by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RunKey {
    pub(crate) run_id: String,
    pub(crate) host: String,
}

/// A run as it is stored.
#[derive(Debug)]
pub(crate) struct StoredRun {
    pub(crate) key: RunKey,
    /// By number; there is one at least.
    pub(crate) attempts: Vec<CiRun>,
    pub(crate) jobs: Vec<CiJob>,
    /// What is rolled up of it, by attempt.
    pub(crate) rolled_up: Vec<StoredAttempt>,
}

/// What is stored of the jobs of an attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredAttempt {
    pub(crate) attempt: i64,
    pub(crate) jobs: i64,
    pub(crate) known_until: i64,
    /// Whether the jobs themselves are stored no longer.
    pub(crate) jobs_gone: bool,
}

/// What the runs of a commit have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) org: String,
    pub(crate) repo: String,
    pub(crate) host: String,
    sha: String,
    event: String,
    workflow: String,
}

impl Commit {
    /// Of the first attempt of a run.
    pub(crate) fn of(run: &CiRun) -> Self {
        // Its file, since its name may change.
        let is_file = !run.workflow_path.is_empty();
        Self {
            org: run.org.clone(),
            repo: run.repo.clone(),
            host: run.host.clone(),
            sha: run.sha.clone(),
            event: run.event.clone(),
            workflow: if is_file { run.workflow_path.clone() } else { workflow_name(run).to_owned() },
        }
    }

    /// Its runs, with their jobs.
    pub(crate) fn runs(&self, connection: &Connection) -> rusqlite::Result<Vec<StoredRun>> {
        let sql = "SELECT DISTINCT run_id FROM ci_run WHERE sha = ?1 AND org = ?2 AND repo = ?3 AND host = ?4 ORDER BY run_id";
        let mut statement = connection.by_key(sql)?;
        let ids = statement.query_map([&self.sha, &self.org, &self.repo, &self.host], |row| row.get(0))?;
        let ids: Vec<String> = ids.collect::<rusqlite::Result<_>>()?;
        let mut runs = Vec::new();
        for run_id in ids {
            let key = RunKey { run_id, host: self.host.clone() };
            let attempts = key.attempts(connection)?;
            if attempts.first().is_some_and(|first| Self::of(first) == *self) {
                runs.push(StoredRun::of(connection, key, attempts)?);
            }
        }
        Ok(runs)
    }
}

/// The name of a workflow; of a pipeline without one what started it.
pub(crate) fn workflow_name(run: &CiRun) -> &str {
    if run.workflow.is_empty() && run.workflow_path.is_empty() { &run.event } else { &run.workflow }
}

impl RunKey {
    pub(crate) fn of(run_id: &str, host: &str) -> Self {
        Self { run_id: run_id.to_owned(), host: host.to_owned() }
    }

    /// Its attempts by number.
    pub(crate) fn attempts(&self, connection: &Connection) -> rusqlite::Result<Vec<CiRun>> {
        rows_where(connection, "run_id = ?1 AND host = ?2", [&self.run_id, &self.host], "attempt")
    }

    /// Where its jobs are stored no longer: when the last of them had ended.
    pub(crate) fn gone_until(&self, connection: &Connection) -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT max(known_until) FROM ci_run_jobs WHERE run_id = ?1 AND host = ?2 AND jobs_gone = 1";
        connection.by_key(sql)?.query_row([&self.run_id, &self.host], |row| row.get(0))
    }
}

impl StoredRun {
    fn of(connection: &Connection, key: RunKey, attempts: Vec<CiRun>) -> rusqlite::Result<Self> {
        let jobs = rows_where(connection, "run_id = ?1 AND host = ?2", [&key.run_id, &key.host], "job_id")?;
        let sql = "SELECT attempt, jobs, known_until, jobs_gone FROM ci_run_jobs WHERE run_id = ?1 AND host = ?2
            ORDER BY attempt";
        let read = |row: &rusqlite::Row<'_>| {
            Ok(StoredAttempt {
                attempt: row.get(0)?,
                jobs: row.get(1)?,
                known_until: row.get(2)?,
                jobs_gone: row.get(3)?,
            })
        };
        let mut statement = connection.by_key(sql)?;
        let rolled_up = statement.query_map([&key.run_id, &key.host], read)?.collect::<rusqlite::Result<_>>()?;
        drop(statement);
        Ok(Self { key, attempts, jobs, rolled_up })
    }

    /// Whether jobs of it are stored no longer: what is rolled up of them stays as it is.
    pub(crate) fn is_closed(&self) -> bool {
        self.rolled_up.iter().any(|attempt| attempt.jobs_gone)
    }

    /// Whether a job has ended that is not rolled up.
    pub(crate) fn is_open(&self) -> bool {
        self.jobs.iter().any(|job| job.part == JobPart::Untold && job.finished_at.is_some())
    }

    /// When the last of its jobs ended, of those that are stored no longer too.
    pub(crate) fn known_until(&self) -> Option<i64> {
        let ended = self.jobs.iter().filter_map(|job| job.finished_at).map(Instant::micros);
        ended.chain(self.rolled_up.iter().map(|attempt| attempt.known_until)).max()
    }

    /// From when to when anything of it took place.
    pub(crate) fn span(&self) -> Span {
        let of_attempts =
            self.attempts.iter().flat_map(|it| [Some(it.created_at), it.started_at, it.finished_at]).flatten();
        let of_jobs = self.jobs.iter().flat_map(|it| [it.started_at, it.finished_at]).flatten();
        let all = of_attempts.chain(of_jobs).map(Instant::micros);
        let (began, ended) = all.fold((i64::MAX, i64::MIN), |(began, ended), at| (began.min(at), ended.max(at)));
        Span { began, ended: self.known_until().map_or(ended, |until| until.max(ended)) }
    }

    /// The run as it is judged: with its jobs that have ended, each with its place among all.
    fn told(&self) -> Run<'_> {
        let mut numbers: Vec<i64> = self.jobs.iter().map(|job| job.attempt.max(1)).collect();
        numbers.extend(self.attempts.iter().map(|attempt| attempt.attempt));
        numbers.sort_unstable();
        numbers.dedup();
        let attempt = |number: i64| {
            let stored = self.attempts.iter().find(|it| it.attempt == number);
            Attempt {
                number,
                conclusion: stored.and_then(|it| it.conclusion.known()),
                started_at: stored.and_then(|it| it.started_at).map(Instant::micros),
                finished_at: stored.and_then(|it| it.finished_at).map(Instant::micros),
                has_other_jobs: self.rolled_up.iter().any(|it| it.attempt == number && it.jobs_gone && it.jobs > 0),
            }
        };
        let ended = self.jobs.iter().enumerate().filter_map(|(row, job)| Some((row, job, job.finished_at?.micros())));
        Run {
            is_pipeline: is_pipeline(&self.key.run_id),
            attempts: numbers.into_iter().map(attempt).collect(),
            jobs: ended.map(|(row, job, ended)| job_of(row, job, ended)).collect(),
        }
    }
}

/// A stored job that has ended, as it is judged.
pub(crate) fn job_of(row: usize, job: &CiJob, ended: i64) -> Job<'_> {
    Job {
        attempt: job.attempt.max(1),
        began: job.started_at.map_or(ended, Instant::micros),
        ended,
        name: job.name.as_bytes(),
        row: row as u32,
        conclusion: job.conclusion.known(),
        failure_reason: job.failure_reason.as_bytes(),
        allow_failure: job.allow_failure,
        retried: job.retried,
        queued_ms: job.queued_ms,
        duration_ms: job.duration_ms,
    }
}

/// The runs of a commit as they are judged together.
pub(crate) fn judged(runs: &[StoredRun]) -> Vec<(Run<'_>, RolledUp<'_>)> {
    let mut told: Vec<Run<'_>> = runs.iter().map(StoredRun::told).collect();
    let rolled_up = roll_up(&mut told);
    told.into_iter().zip(rolled_up).collect()
}
