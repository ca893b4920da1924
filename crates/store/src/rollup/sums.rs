//! Rows of what is rolled up.

use ci_rollup::{AttemptJobs, Flake, RolledUp, Run, Spent};
use model::Instant;
use model::gitlab::is_pipeline;
use model::kinds::JobPart;
use model::records::{CiFlake, CiJob, CiJobSum, CiRun, CiRunJobs};
use rusqlite::Connection;

use super::commits::{RunKey, StoredRun, job_of, workflow_name};
use crate::sqlite::plans::Prepare as _;

/// The attempts of a run that have jobs, as rows.
pub(crate) fn run_jobs(stored: &StoredRun, told: &Run<'_>, judged: &RolledUp<'_>, settled: bool) -> Vec<CiRunJobs> {
    let known_until = stored.known_until().map(Instant::from_micros).unwrap_or_default();
    let first = &stored.attempts[0];
    let row = |(number, jobs): (i64, &AttemptJobs)| CiRunJobs {
        run_id: stored.key.run_id.clone(),
        attempt: number,
        org: first.org.clone(),
        repo: first.repo.clone(),
        jobs: jobs.jobs,
        first_began_at: jobs.first_began.map(Instant::from_micros),
        last_ended_at: jobs.last_ended.map(Instant::from_micros),
        first_ended_at: jobs.first_ended.map(Instant::from_micros),
        covered_us: jobs.covered,
        waits_ms: jobs.waits_ms.iter().map(ToString::to_string).collect::<Vec<_>>().join(";"),
        red_first: jobs.red_first,
        restarted: jobs.restarted,
        repaired_at: jobs.repaired.map(Instant::from_micros),
        only_machines: jobs.only_machines,
        known_until,
        settled,
        host: stored.key.host.clone(),
    };
    let attempts = told.attempts.iter().map(|attempt| attempt.number).zip(&judged.attempts);
    attempts.filter(|(_, jobs)| jobs.jobs > 0).map(row).collect()
}

/// The flaky jobs of a run as rows.
pub(crate) fn flakes(stored: &StoredRun, judged: &RolledUp<'_>, settled: bool) -> Vec<CiFlake> {
    let first = &stored.attempts[0];
    let row = |flake: &Flake<'_>| CiFlake {
        run_id: stored.key.run_id.clone(),
        org: first.org.clone(),
        repo: first.repo.clone(),
        name: String::from_utf8_lossy(flake.name).into_owned(),
        failed_at: Instant::from_micros(flake.failed_at),
        green_at: flake.green_at.map(Instant::from_micros),
        wasted_ms: flake.wasted_ms,
        settled,
        host: stored.key.host.clone(),
    };
    judged.flakes.iter().map(row).collect()
}

/// The sum that a job of a run is part of, with this job alone; `None` where it is part of none.
pub(crate) fn sum_of(first: &CiRun, job: &CiJob, part: JobPart, settled: bool) -> Option<CiJobSum> {
    let ended = job.finished_at.filter(|_| !matches!(part, JobPart::Untold | JobPart::Repeated))?.micros();
    let told = job_of(0, job, ended);
    let Spent { jobs, skipped, run_ms, whole_minutes } = told.spent();
    Some(CiJobSum {
        day: told.day(),
        org: first.org.clone(),
        repo: first.repo.clone(),
        workflow: workflow_name(first).to_owned(),
        workflow_path: first.workflow_path.clone(),
        pipeline: is_pipeline(&job.run_id),
        labels: job.labels.clone(),
        runner: job.runner.clone(),
        part,
        jobs,
        skipped,
        run_ms,
        whole_minutes,
        settled,
        host: first.host.clone(),
    })
}

/// Whether something is added to what is rolled up, or taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Add,
    TakeAway,
}

/// Adds a sum to the stored one of its key, or takes it away. A sum of no jobs is none.
pub(crate) fn change(connection: &Connection, sum: &CiJobSum, change: Change, run: i64) -> rusqlite::Result<()> {
    let sign = if change == Change::Add { 1 } else { -1 };
    let sql = "INSERT INTO ci_job_sum (day, org, repo, workflow, workflow_path, pipeline, labels, runner, part, jobs, skipped,
            run_ms, whole_minutes, settled, host, observed_run)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
        ON CONFLICT (org, repo, host, workflow_path, workflow, pipeline, labels, runner, part, settled, day) DO UPDATE SET
            jobs = jobs + excluded.jobs, skipped = skipped + excluded.skipped, run_ms = run_ms + excluded.run_ms,
            whole_minutes = whole_minutes + excluded.whole_minutes, observed_run = excluded.observed_run";
    connection.by_key(sql)?.execute(rusqlite::params![
        sum.day.micros(),
        sum.org,
        sum.repo,
        sum.workflow,
        sum.workflow_path,
        sum.pipeline,
        sum.labels,
        sum.runner.name(),
        sum.part.name(),
        sign * sum.jobs,
        sign * sum.skipped,
        sign * sum.run_ms,
        sign * sum.whole_minutes,
        sum.settled,
        sum.host,
        run,
    ])?;
    if change == Change::TakeAway {
        let sql =
            "DELETE FROM ci_job_sum WHERE org = ?1 AND repo = ?2 AND host = ?3 AND day = ?4 AND workflow_path = ?5
            AND workflow = ?6 AND pipeline = ?7 AND labels = ?8 AND runner = ?9 AND part = ?10 AND settled = ?11
            AND jobs = 0";
        connection.by_key(sql)?.execute(rusqlite::params![
            sum.org,
            sum.repo,
            sum.host,
            sum.day.micros(),
            sum.workflow_path,
            sum.workflow,
            sum.pipeline,
            sum.labels,
            sum.runner.name(),
            sum.part.name(),
            sum.settled,
        ])?;
    }
    Ok(())
}

/// Writes down what a job was added as.
pub(crate) fn set_part(connection: &Connection, key: &RunKey, job_id: &str, part: JobPart) -> rusqlite::Result<()> {
    let sql = "UPDATE ci_job SET part = ?1 WHERE run_id = ?2 AND job_id = ?3 AND host = ?4";
    connection.by_key(sql)?.execute((part.name(), &key.run_id, job_id, &key.host)).map(drop)
}
