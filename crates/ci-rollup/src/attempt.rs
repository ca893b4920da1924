//! What the jobs of an attempt say of it.

use model::kinds::RunConclusion;

use crate::{Attempt, Job, Outcome, Run};

/// Where nothing of a pipeline runs or waits for so long, in microseconds, somebody started what follows.
const PAUSE: i64 = 600_000_000;

/// GitLab's words for jobs that failed without having done anything wrong.
const REASONS_OF_MACHINES: [&[u8]; 8] = [
    b"runner_system_failure",
    b"stuck_or_timeout_failure",
    b"job_execution_timeout",
    b"runner_unsupported",
    b"scheduler_failure",
    b"data_integrity_failure",
    b"api_failure",
    b"stale_schedule",
];

/// What the jobs of an attempt say of it. Instants are microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptJobs {
    /// How many there are.
    pub jobs: i64,
    /// When the first began, of those that ran and did not begin before the attempt.
    pub first_began: Option<i64>,
    /// When the last ended, of those that ran.
    pub last_ended: Option<i64>,
    /// Of a pipeline: when they had ended for the first time, before a pause that somebody ended.
    pub first_ended: Option<i64>,
    /// Of a pipeline: the time in which any of its last jobs ran; `None` where none did.
    pub covered: Option<i64>,
    /// Of a pipeline: how long they waited for a runner, in milliseconds, in order.
    pub waits_ms: Vec<i64>,
    /// Whether a job that matters failed when it first ran.
    pub red_first: bool,
    /// Whether a job was started again since it had not succeeded: one that had, a deployment for example, repairs nothing.
    pub restarted: bool,
    /// When a job of a pipeline ended first that failed and was green when it was started again.
    pub repaired: Option<i64>,
    /// Whether jobs failed that matter, and each of them only for a fault of its machine.
    pub only_machines: bool,
}

/// Of an attempt of a run whose jobs are in order. `repaired` are the attempts and ends of jobs that were green when they
/// were started again.
pub(crate) fn of(run: &Run<'_>, attempt: &Attempt, repaired: &[(i64, i64)]) -> AttemptJobs {
    let jobs = of_attempt(&run.jobs, attempt.number);
    let of_pipelines = run.is_pipeline;
    AttemptJobs {
        jobs: jobs.len() as i64,
        first_began: attempt.started_at.and_then(|began| first_begin(jobs, began)),
        last_ended: jobs.iter().filter(|job| job.ran()).map(|job| job.ended).max(),
        first_ended: if of_pipelines { first_end(jobs) } else { None },
        covered: if of_pipelines { covered(jobs) } else { None },
        waits_ms: if of_pipelines { waits(jobs) } else { Vec::new() },
        red_first: has_red_first(jobs),
        restarted: jobs.iter().any(|job| job.retried && job.outcome() != Outcome::Succeeded),
        repaired: repaired.iter().filter(|(of, _)| *of == attempt.number).map(|(_, ended)| *ended).min(),
        only_machines: is_of_machines(jobs),
    }
}

/// The jobs of an attempt, of jobs in order of attempts.
fn of_attempt<'j, 'a>(jobs: &'j [Job<'a>], attempt: i64) -> &'j [Job<'a>] {
    let from = jobs.partition_point(|job| job.attempt < attempt);
    let to = jobs.partition_point(|job| job.attempt <= attempt);
    &jobs[from..to]
}

fn first_begin(jobs: &[Job<'_>], attempt_began: i64) -> Option<i64> {
    jobs.iter().filter(|job| job.ran() && job.began >= attempt_began).map(|job| job.began).min()
}

fn first_end(jobs: &[Job<'_>]) -> Option<i64> {
    let mut end: Option<i64> = None;
    for job in jobs {
        let waited = job.queued_ms.unwrap_or_default() * 1_000;
        match end {
            Some(end) if job.began - waited > end + PAUSE => return Some(end),
            known => end = known.max(Some(job.ended)),
        }
    }
    end
}

fn covered(jobs: &[Job<'_>]) -> Option<i64> {
    let mut covered: Option<(i64, i64)> = None;
    for job in jobs.iter().filter(|job| job.ran() && !job.retried) {
        covered = Some(match covered {
            None => (job.ended - job.began, job.ended),
            Some((sum, until)) => (sum + (job.ended - job.began.max(until)).max(0), until.max(job.ended)),
        });
    }
    covered.map(|(sum, _)| sum)
}

fn waits(jobs: &[Job<'_>]) -> Vec<i64> {
    let mut waits: Vec<i64> = jobs.iter().filter_map(|job| job.queued_ms).collect();
    waits.sort_unstable();
    waits
}

fn has_red_first(jobs: &[Job<'_>]) -> bool {
    let is_first = |job: &Job<'_>| !jobs.iter().any(|other| other.name == job.name && other.began < job.began);
    jobs.iter().any(|job| job.is_red() && is_first(job))
}

fn is_of_machines(jobs: &[Job<'_>]) -> bool {
    let mut failed = jobs.iter().filter(|job| job.is_red() && !job.retried).peekable();
    failed.peek().is_some() && failed.all(is_of_machine)
}

fn is_of_machine(job: &Job<'_>) -> bool {
    matches!(job.conclusion, Some(RunConclusion::TimedOut | RunConclusion::StartupFailure))
        || REASONS_OF_MACHINES.contains(&job.failure_reason)
}
