#![doc = include_str!("../README.md")]

mod attempt;
mod judging;
mod settling;
mod spending;

#[cfg(test)]
mod tests;

use model::instant::MICROS_PER_DAY;
use model::kinds::{JobPart, RunConclusion};

pub use attempt::AttemptJobs;
pub use settling::{Span, settled};
pub use spending::Spent;

/// How long after a job failed one of its name may begin to be green and make it flaky, in microseconds. What is green
/// months later on an unchanged commit, a nightly run for example, repairs nothing.
pub const REPAIRED_WITHIN: i64 = 30 * MICROS_PER_DAY;

/// A run with its jobs.
#[derive(Clone, Debug, Default)]
pub struct Run<'a> {
    /// Whether it is a pipeline of GitLab's.
    pub is_pipeline: bool,
    /// Its attempts.
    pub attempts: Vec<Attempt>,
    /// Its jobs that have ended, of all attempts.
    pub jobs: Vec<Job<'a>>,
}

/// An attempt of a run. Instants are microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attempt {
    /// Number, from 1.
    pub number: i64,
    /// How it ended; `None` where that is not known.
    pub conclusion: Option<RunConclusion>,
    /// When it began.
    pub started_at: Option<i64>,
    /// When it ended by the provider's word.
    pub finished_at: Option<i64>,
    /// Whether it has jobs that are not told here.
    pub has_other_jobs: bool,
}

/// A job that has ended. Instants are microseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Job<'a> {
    /// Attempt of the run in which it ran, from 1.
    pub attempt: i64,
    /// When it began.
    pub began: i64,
    /// When it ended.
    pub ended: i64,
    /// Name, with the values of a matrix.
    pub name: &'a [u8],
    /// Where it is among the caller's rows.
    pub row: u32,
    /// How it ended; `None` where that is not known.
    pub conclusion: Option<RunConclusion>,
    /// Why it failed, by the provider's word.
    pub failure_reason: &'a [u8],
    /// Whether the run goes on when it fails.
    pub allow_failure: bool,
    /// Whether a later job of the run took its place.
    pub retried: bool,
    /// How long it waited for a runner, in milliseconds.
    pub queued_ms: Option<i64>,
    /// How long it ran, in milliseconds, where the provider tells more than seconds.
    pub duration_ms: Option<i64>,
}

/// What became of a run or a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All went well.
    Succeeded,
    /// It failed, took too long or could not begin.
    Failed,
    /// It was called off.
    Cancelled,
    /// It was skipped, or ended without a verdict.
    Other,
}

impl Outcome {
    /// Of a conclusion.
    pub fn of(conclusion: Option<RunConclusion>) -> Self {
        match conclusion {
            Some(RunConclusion::Success) => Self::Succeeded,
            Some(RunConclusion::Failure | RunConclusion::TimedOut | RunConclusion::StartupFailure) => Self::Failed,
            Some(RunConclusion::Cancelled) => Self::Cancelled,
            _ => Self::Other,
        }
    }

    /// As tables write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Other => "other",
        }
    }

    /// Whether it went one way or the other.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// What the jobs of a run say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolledUp<'a> {
    /// Of each attempt, in the order of [`Run::attempts`].
    pub attempts: Vec<AttemptJobs>,
    /// What each job was spent on, in the order of [`Run::jobs`].
    pub parts: Vec<JobPart>,
    /// Jobs that were flaky, by name.
    pub flakes: Vec<Flake<'a>>,
}

/// Jobs of a run that failed and then succeeded with nothing changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flake<'a> {
    /// Name without the values of a matrix.
    pub name: &'a [u8],
    /// When the first of them failed.
    pub failed_at: i64,
    /// When a job of the name was green last, of those that began within [`REPAIRED_WITHIN`]; `None` where none is known.
    pub green_at: Option<i64>,
    /// How long they ran, in milliseconds.
    pub wasted_ms: i64,
}

/// What the jobs of the runs of one commit say: runs of one workflow and event, in any order. Puts the jobs of each run in
/// order.
pub fn roll_up<'a>(runs: &mut [Run<'a>]) -> Vec<RolledUp<'a>> {
    for run in runs.iter_mut() {
        run.jobs.sort_unstable_by_key(|job| (job.attempt, job.began, job.ended, job.name, job.row));
    }
    let mut judged: Vec<judging::Judged> = runs.iter().map(judging::Judged::by_itself).collect();
    judging::tell_flaky_ones(runs, &mut judged);
    let flakes = judging::flakes(runs, &judged);
    let of_run = |((run, judged), flakes): ((&Run<'a>, judging::Judged), Vec<Flake<'a>>)| RolledUp {
        attempts: run.attempts.iter().map(|attempt| attempt::of(run, attempt, &judged.repaired)).collect(),
        parts: judged.parts,
        flakes,
    };
    runs.iter().zip(judged).zip(flakes).map(of_run).collect()
}

/// The name of a job without the values of its matrix: `test` of `test (ubuntu, 3.12)`.
pub fn without_matrix(name: &[u8]) -> &[u8] {
    match name.windows(2).rposition(|two| two == b" (") {
        Some(at) if name.ends_with(b")") && at > 0 => &name[..at],
        _ => name,
    }
}

impl Job<'_> {
    /// What became of it.
    pub fn outcome(&self) -> Outcome {
        Outcome::of(self.conclusion)
    }

    /// Whether it ran for any time: jobs that are skipped begin and end at once.
    fn ran(&self) -> bool {
        self.began < self.ended
    }

    /// Whether it failed and matters.
    fn is_red(&self) -> bool {
        self.outcome() == Outcome::Failed && !self.allow_failure
    }

    fn is_green(&self) -> bool {
        self.outcome() == Outcome::Succeeded
    }
}
