//! What each job was spent on.

use std::collections::BTreeMap;
use std::collections::HashMap;

use model::kinds::{JobPart, RunConclusion};

use crate::{Flake, Job, Outcome, REPAIRED_WITHIN, Run, without_matrix};

/// What is found out of the jobs of a run.
#[derive(Debug)]
pub(crate) struct Judged {
    /// In the order of the jobs.
    pub(crate) parts: Vec<JobPart>,
    /// Attempt and end of each job of a pipeline that failed and was green when it was started again.
    pub(crate) repaired: Vec<(i64, i64)>,
}

impl Judged {
    /// As far as the run itself says so. Whether a job was flaky, its commit tells.
    pub(crate) fn by_itself(run: &Run<'_>) -> Self {
        let jobs = &run.jobs;
        // Jobs of one name in one attempt are two jobs of a workflow, and two tries of a job of a pipeline.
        let is_before = |one: &Job<'_>, other: &Job<'_>| {
            one.name == other.name && (one.attempt < other.attempt || run.is_pipeline && one.began < other.began)
        };
        let mut repaired = Vec::new();
        let part = |(at, job): (usize, &Job<'_>)| {
            let before = || jobs[..at].iter().filter(|other| is_before(other, job));
            // A part of a run that is started again lists what was green before once more.
            if before().any(|other| other.began == job.began) {
                return JobPart::Repeated;
            }
            if run.is_pipeline
                && job.is_red()
                && jobs[at + 1..].iter().any(|other| is_before(job, other) && other.is_green())
            {
                repaired.push((job.attempt, job.ended));
            }
            match job.outcome() {
                Outcome::Cancelled => JobPart::Cancelled,
                Outcome::Failed => JobPart::Failed,
                Outcome::Succeeded if before().any(Job::is_green) => JobPart::Retried,
                Outcome::Succeeded | Outcome::Other => JobPart::Useful,
            }
        };
        let parts = jobs.iter().enumerate().map(part).collect();
        Self { parts, repaired }
    }
}

/// When jobs of one name began that were green, or attempts were of which no jobs are known; in order.
type Greens<'a> = HashMap<&'a [u8], Vec<i64>>;

/// Of the jobs that failed those are flaky of which one of the name was green soon; or, where no jobs of a later green
/// attempt are known, that attempt.
pub(crate) fn tell_flaky_ones(runs: &[Run<'_>], judged: &mut [Judged]) {
    if judged.iter().all(|it| !it.parts.contains(&JobPart::Failed)) {
        return;
    }
    let mut greens: Greens<'_> = HashMap::new();
    let mut bare: Vec<i64> = Vec::new();
    for (run, judged) in runs.iter().zip(&*judged) {
        for (job, _) in run.jobs.iter().zip(&judged.parts).filter(|(job, part)| counts_as_green(job, **part)) {
            greens.entry(job.name).or_default().push(job.began);
        }
        let without_jobs = run.attempts.iter().filter(|attempt| {
            let has_jobs = attempt.has_other_jobs || run.jobs.iter().any(|job| job.attempt == attempt.number);
            attempt.conclusion == Some(RunConclusion::Success) && !has_jobs
        });
        bare.extend(without_jobs.filter_map(|attempt| attempt.finished_at));
    }
    for begins in greens.values_mut() {
        begins.sort_unstable();
    }
    bare.sort_unstable();
    // The first one after an instant, if it comes soon after the end.
    let comes_soon = |instants: &[i64], after: i64, ended: i64| {
        let next = instants.partition_point(|at| *at <= after);
        instants.get(next).is_some_and(|at| *at <= ended.saturating_add(REPAIRED_WITHIN))
    };
    for (run, judged) in runs.iter().zip(judged) {
        for (job, part) in run.jobs.iter().zip(&mut judged.parts).filter(|(_, part)| **part == JobPart::Failed) {
            let of_name = greens.get(job.name).map_or(&[][..], Vec::as_slice);
            if comes_soon(of_name, job.began, job.ended) || comes_soon(&bare, job.ended, job.ended) {
                *part = JobPart::Flaky;
            }
        }
    }
}

fn counts_as_green(job: &Job<'_>, part: JobPart) -> bool {
    part != JobPart::Repeated && job.is_green()
}

/// The flaky jobs of each run, by name.
pub(crate) fn flakes<'a>(runs: &[Run<'a>], judged: &[Judged]) -> Vec<Vec<Flake<'a>>> {
    if judged.iter().all(|it| !it.parts.contains(&JobPart::Flaky)) {
        return vec![Vec::new(); runs.len()];
    }
    let mut greens: HashMap<&[u8], Vec<(i64, i64)>> = HashMap::new();
    for (run, judged) in runs.iter().zip(judged) {
        for (job, _) in run.jobs.iter().zip(&judged.parts).filter(|(job, part)| counts_as_green(job, **part)) {
            greens.entry(without_matrix(job.name)).or_default().push((job.began, job.ended));
        }
    }
    let of_run = |(run, judged): (&Run<'a>, &Judged)| {
        let mut flakes: BTreeMap<&'a [u8], (Flake<'a>, i64)> = BTreeMap::new();
        for (job, _) in run.jobs.iter().zip(&judged.parts).filter(|(_, part)| **part == JobPart::Flaky) {
            let name = without_matrix(job.name);
            let none = Flake { name, failed_at: job.ended, green_at: None, wasted_ms: 0 };
            let (flake, last) = flakes.entry(name).or_insert((none, job.ended));
            flake.failed_at = flake.failed_at.min(job.ended);
            flake.wasted_ms += job.run_ms();
            *last = job.ended.max(*last);
        }
        let with_green = |(mut flake, last): (Flake<'a>, i64)| {
            let of_name = greens.get(flake.name).map_or(&[][..], Vec::as_slice);
            let until = last.saturating_add(REPAIRED_WITHIN);
            flake.green_at = of_name.iter().filter(|(began, _)| *began <= until).map(|(_, ended)| *ended).max();
            flake
        };
        flakes.into_values().map(with_green).collect()
    };
    runs.iter().zip(judged).map(of_run).collect()
}
