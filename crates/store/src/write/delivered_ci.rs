//! Releases, runs of CI and their jobs as deliveries tell them, in any order.
//!
//! What was told last counts, by the sender's time. Jobs that are over stay so, and so do runs but for pipelines of GitLab,
//! in which jobs are run again: deliveries of the states before may come behind it, and within one second only the states
//! tell the order.

use model::gitlab::is_pipeline;
use model::kinds::{Named as _, RunStatus};
use model::records::{CiJob, CiRun, Release};
use rusqlite::{OptionalExtension as _, Row};

use super::shipping::set_usual;
use super::{PageWriter, micros};
use crate::Deposit;
use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::{Keys, upsert};

/// How far a run or a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Waits,
    Runs,
    Over,
}

/// What decides between two tellings of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RunSight {
    is_over: bool,
    /// Microseconds.
    at: i64,
    stage: Stage,
}

impl RunSight {
    fn new(run_id: &str, status: &str, at: i64) -> Self {
        let stage = match RunStatus::from_name(status.as_bytes()) {
            Some(RunStatus::Completed) => Stage::Over,
            Some(RunStatus::InProgress) => Stage::Runs,
            Some(RunStatus::Queued | RunStatus::Waiting) | None => Stage::Waits,
        };
        Self { is_over: stage == Stage::Over && !is_pipeline(run_id), at, stage }
    }
}

/// What decides between two tellings of a job, which does not wait again once it has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct JobSight {
    stage: Stage,
    /// Microseconds.
    at: i64,
}

impl JobSight {
    fn new(has_begun: bool, has_ended: bool, at: i64) -> Self {
        let stage = match (has_begun, has_ended) {
            (_, true) => Stage::Over,
            (true, false) => Stage::Runs,
            (false, false) => Stage::Waits,
        };
        Self { stage, at }
    }

    fn of(job: &CiJob, at: i64) -> Self {
        Self::new(job.started_at.is_some(), job.finished_at.is_some() || !job.conclusion.is_empty(), at)
    }
}

/// What is stored of a job: how far it has come, and what not everybody tells who tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StoredJob {
    sight: JobSight,
    created_at: Option<i64>,
    labels: String,
    runner: String,
}

impl StoredJob {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let sight = JobSight::new(row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Self { sight, created_at: row.get(3)?, labels: row.get(4)?, runner: row.get(5)? })
    }

    /// With what a job tells of what is not known.
    fn filled(&self, job: &CiJob) -> Self {
        let or = |stored: &String, told: &str| if stored.is_empty() { told.to_owned() } else { stored.clone() };
        Self {
            sight: self.sight,
            created_at: self.created_at.or(micros(job.created_at)),
            labels: or(&self.labels, &job.labels),
            runner: or(&self.runner, job.runner.name()),
        }
    }
}

impl PageWriter<'_> {
    pub(super) fn delivered_release(&mut self, release: &Release) -> rusqlite::Result<Deposit> {
        if !self.lists_repository(&release.org, &release.repo, &release.host)? {
            return Ok(Deposit::Unknown);
        }
        let mut release = release.clone();
        set_usual(&mut release.host);
        let sql = "SELECT observed_at, NOT draft, sha FROM release WHERE release_id = ?1 AND host = ?2";
        let read = |row: &Row<'_>| Ok(((row.get(0)?, row.get(1)?), row.get(2)?));
        let stored: Option<((i64, bool), String)> =
            self.connection.by_key(sql)?.query_row((&release.id, &release.host), read).optional()?;
        if let Some((sight, sha)) = stored {
            if sight >= (self.observed_at, !release.draft) {
                return Ok(Deposit::Known);
            }
            if release.sha.is_empty() {
                release.sha = sha;
            }
        }
        let (observed_at, run) = (self.observed_at, self.run());
        upsert(self.connection, self.codes, &release, &[("observed_at", &observed_at), ("observed_run", &run)])?;
        Ok(Deposit::Stored)
    }

    pub(super) fn delivered_ci_run(&mut self, run: &CiRun) -> rusqlite::Result<Deposit> {
        if !self.lists_repository(&run.org, &run.repo, &run.host)? {
            return Ok(Deposit::Unknown);
        }
        let mut run = run.clone();
        set_usual(&mut run.host);
        let sql = "SELECT status, observed_at FROM ci_run WHERE run_id = ?1 AND attempt = ?2 AND host = ?3";
        let read = |row: &Row<'_>| Ok(RunSight::new(&run.run_id, &row.get::<_, String>(0)?, row.get(1)?));
        let key = (&run.run_id, run.attempt, &run.host);
        let stored = self.connection.by_key(sql)?.query_row(key, read).optional()?;
        if stored.is_some_and(|stored| stored >= RunSight::new(&run.run_id, run.status.name(), self.observed_at)) {
            return Ok(Deposit::Known);
        }
        // A run that is over may have been seen under way by an import that has read it later by its own clock.
        let observed_at = stored.map_or(self.observed_at, |stored| stored.at.max(self.observed_at));
        let last = self.run();
        self.reopen_for(&run)?;
        upsert(self.connection, self.codes, &run, &[("observed_at", &observed_at), ("observed_run", &last)])?;
        Ok(Deposit::Stored)
    }

    pub(super) fn delivered_ci_job(&mut self, job: &CiJob) -> rusqlite::Result<Deposit> {
        if !self.lists_repository(&job.org, &job.repo, &job.host)? {
            return Ok(Deposit::Unknown);
        }
        let mut job = job.clone();
        set_usual(&mut job.host);
        let sql = "SELECT started_at IS NOT NULL, finished_at IS NOT NULL OR conclusion <> '', observed_at, created_at,
            labels, runner FROM ci_job WHERE run_id = ?1 AND job_id = ?2 AND host = ?3";
        let key = (&job.run_id, &job.job_id, &job.host);
        let stored = self.connection.by_key(sql)?.query_row(key, StoredJob::read).optional()?;
        if let Some(stored) = &stored {
            if stored.sight >= JobSight::of(&job, self.observed_at) {
                return self.fill_job(&job, stored);
            }
            job.created_at = job.created_at.or(stored.created_at.map(model::Instant::from_micros));
            if job.labels.is_empty() {
                job.labels.clone_from(&stored.labels);
            }
            if job.runner.is_empty() {
                job.runner = stored.runner.as_str().into();
            }
        }
        job.retried = self.is_retried(&job)?;
        if !self.admits_job(&mut job)? {
            return Ok(Deposit::Known);
        }
        let observed_at = stored.map_or(self.observed_at, |stored| stored.sight.at.max(self.observed_at));
        let run = self.run();
        let keys: Keys<'_> = &[("observed_at", &observed_at), ("observed_run", &run)];
        upsert(self.connection, self.codes, &job, keys)?;
        self.retries(&job)?;
        Ok(Deposit::Stored)
    }

    /// An older state of a job tells what is not known.
    fn fill_job(&self, job: &CiJob, stored: &StoredJob) -> rusqlite::Result<Deposit> {
        let filled = stored.filled(job);
        if filled == *stored {
            return Ok(Deposit::Known);
        }
        let sql = "UPDATE ci_job SET created_at = ?1, labels = ?2, runner = ?3
            WHERE run_id = ?4 AND job_id = ?5 AND host = ?6 AND part = ''";
        let StoredJob { created_at, labels, runner, .. } = &filled;
        let key = (created_at, labels, runner, &job.run_id, &job.job_id, &job.host);
        // Not of one that is rolled up: what it asked of its runner is part of the sums.
        let filled = self.connection.by_key(sql)?.execute(key)?;
        Ok(if filled > 0 { Deposit::Stored } else { Deposit::Known })
    }

    /// Whether a later job has the name of this one: by their numbers in a pipeline of GitLab, else by their attempts.
    fn is_retried(&self, job: &CiJob) -> rusqlite::Result<bool> {
        if is_pipeline(&job.run_id) {
            return self.is_job_retried(job);
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM ci_job WHERE run_id = ?1 AND host = ?2 AND name = ?3 AND attempt > ?4)";
        let key = (&job.run_id, &job.host, &job.name, job.attempt);
        self.connection.by_key(sql)?.query_row(key, |row| row.get(0))
    }

    /// Those before it of its name were retried.
    fn retries(&self, job: &CiJob) -> rusqlite::Result<()> {
        if is_pipeline(&job.run_id) {
            return self.retry_jobs_before(job);
        }
        let sql = "UPDATE ci_job SET retried = 1 WHERE run_id = ?1 AND host = ?2 AND name = ?3 AND attempt < ?4";
        self.connection.by_key(sql)?.execute((&job.run_id, &job.host, &job.name, job.attempt)).map(drop)
    }
}
