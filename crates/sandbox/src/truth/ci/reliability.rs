//! How runs ended, and which commits were red and then green with nothing changed.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::kinds::RunConclusion;
use model::{Instant, Month};

use super::{CiMonthTruth, CiRunTruth, RunLife, is_red};
use crate::Organisation;
use crate::organisation::ci::{AttemptLife, JobLife, RunBranch, Workflow};
use crate::organisation::delivery::{CommitName, DEFAULT_BRANCH, Delivers};

type Key = (Month, String, String);

impl Organisation {
    /// The runs that are over, with their places: repository and run.
    pub(super) fn ci_run_truth(&self, until: i64) -> Vec<(usize, usize, CiRunTruth)> {
        let mut truths = Vec::new();
        for (repository, life) in self.cis.iter().enumerate() {
            let repo = self.repositories[repository].name_at(until);
            for (place, run) in life.runs.iter().enumerate() {
                let begun = run.attempts.partition_point(|attempt| attempt.started_at <= until);
                let attempts = &run.attempts[..begun];
                let Some(last) = attempts.last().filter(|_| run.created_at <= until) else { continue };
                let Some((ended_at, how)) = last.end.filter(|(at, _)| *at <= until) else { continue };
                let (_, first) = attempts[0].end.unwrap_or((ended_at, how));
                truths.push((
                    repository,
                    place,
                    CiRunTruth {
                        run_id: run.id.to_string(),
                        repo: repo.to_owned(),
                        workflow: run.workflow.name(),
                        event: run.event,
                        sha: run.commit.sha(),
                        default_branch: self.is_of_default_branch(repository, run),
                        finished_at: Instant::from_seconds(ended_at),
                        attempts: begun as u32,
                        conclusion: how.name(),
                        first_try: is_decided(first).then_some(first == RunConclusion::Success),
                        duration_seconds: duration(last).filter(|_| is_decided(how)),
                        queue_seconds: queue(last),
                    },
                ));
            }
        }
        truths
    }

    fn is_of_default_branch(&self, repository: usize, run: &RunLife) -> bool {
        let delivers = self.deliveries[repository].setup.delivers;
        match run.branch {
            RunBranch::Named(name) => name == DEFAULT_BRANCH,
            RunBranch::PullRequest(_) => false,
            RunBranch::Deployment(_) => !matches!(delivers, Delivers::ReleaseBranch | Delivers::Tags),
        }
    }

    pub(super) fn ci_month_truth(&self, runs: &[(usize, usize, CiRunTruth)], until: i64) -> Vec<CiMonthTruth> {
        let mut months: BTreeMap<Key, CiMonthTruth> = BTreeMap::new();
        let mut decided: HashMap<Key, HashSet<(usize, Workflow, &str, CommitName)>> = HashMap::new();
        for (repository, place, run) in runs {
            let life = &self.cis[*repository].runs[*place];
            for key in self.ci_keys(run.finished_at.seconds(), *repository, run.workflow, until) {
                months.entry(key.clone()).or_insert_with(|| CiMonthTruth::new(&key)).count(run);
                if run.is_decided() {
                    decided.entry(key).or_default().insert((*repository, life.workflow, life.event, life.commit));
                }
            }
        }
        for (key, shas) in decided {
            months.entry(key.clone()).or_insert_with(|| CiMonthTruth::new(&key)).decided_shas = shas.len() as u64;
        }
        for (repository, workflow, at) in self.turned_green(until) {
            for key in self.ci_keys(at, repository, workflow.name(), until) {
                months.entry(key.clone()).or_insert_with(|| CiMonthTruth::new(&key)).flaky_shas += 1;
            }
        }
        let mut months: Vec<CiMonthTruth> = months.into_values().collect();
        for month in &mut months {
            month.durations.sort_unstable();
            month.queues.sort_unstable();
        }
        months
    }

    /// When commits were first green after they were red, with nothing changed.
    fn turned_green(&self, until: i64) -> Vec<(usize, Workflow, i64)> {
        let mut turned = Vec::new();
        for (repository, life) in self.cis.iter().enumerate() {
            let mut ends: Vec<(i64, RunConclusion, &RunLife)> = Vec::new();
            for run in &life.runs {
                let over = run.attempts.iter().filter_map(|attempt| attempt.end).filter(|(at, _)| *at <= until);
                ends.extend(over.map(|(at, how)| (at, how, run)));
            }
            ends.sort_by_key(|(at, _, run)| (*at, run.id));
            let (mut red, mut known) = (HashSet::new(), HashSet::new());
            for (at, how, run) in ends {
                let key = (run.workflow, run.event, run.commit);
                if is_red(how) {
                    red.insert(key);
                } else if how == RunConclusion::Success && red.contains(&key) && known.insert(key) {
                    turned.push((repository, run.workflow, at));
                }
            }
        }
        turned
    }
}

fn is_decided(how: RunConclusion) -> bool {
    is_red(how) || how == RunConclusion::Success
}

/// Jobs of an attempt that ran for a while.
fn ran(attempt: &AttemptLife) -> impl Iterator<Item = (&JobLife, i64, i64)> {
    let could_begin = attempt.end.is_none_or(|(_, how)| how != RunConclusion::StartupFailure);
    let jobs = attempt.jobs.iter().filter(move |_| could_begin);
    jobs.filter_map(|job| Some((job, job.started_at?, job.end?.0))).filter(|(_, from, to)| from < to)
}

fn duration(attempt: &AttemptLife) -> Option<i64> {
    ran(attempt).map(|(_, _, to)| to).max().map(|to| to - attempt.started_at)
}

fn queue(attempt: &AttemptLife) -> Option<i64> {
    let own = ran(attempt).filter(|(job, ..)| !job.is_copy && !job.waits);
    own.map(|(_, from, _)| from).min().map(|from| from - attempt.started_at)
}

impl CiRunTruth {
    /// Whether it succeeded or failed.
    pub fn is_decided(&self) -> bool {
        matches!(self.conclusion, "success" | "failure" | "timed_out" | "startup_failure")
    }
}

impl CiMonthTruth {
    fn new((month, repo, workflow): &Key) -> Self {
        Self {
            month: *month,
            repo: repo.clone(),
            workflow: workflow.clone(),
            runs: 0,
            succeeded: 0,
            failed: 0,
            cancelled: 0,
            other: 0,
            first_try_decided: 0,
            first_try_succeeded: 0,
            retried: 0,
            decided_shas: 0,
            flaky_shas: 0,
            durations: Vec::new(),
            queues: Vec::new(),
        }
    }

    fn count(&mut self, run: &CiRunTruth) {
        self.runs += 1;
        match run.conclusion {
            "success" => self.succeeded += 1,
            "cancelled" => self.cancelled += 1,
            _ if run.is_decided() => self.failed += 1,
            _ => self.other += 1,
        }
        self.first_try_decided += u64::from(run.first_try.is_some());
        self.first_try_succeeded += u64::from(run.first_try == Some(true));
        self.retried += u64::from(run.attempts > 1);
        self.durations.extend(run.duration_seconds);
        self.queues.extend(run.queue_seconds);
    }
}
