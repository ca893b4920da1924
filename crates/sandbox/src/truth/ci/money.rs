//! What jobs cost by the list of prices, and what was for nothing; what was billed.

use std::collections::{BTreeMap, HashMap};

use model::kinds::RunConclusion;
use model::{Amount, Instant, Month};

use super::{CiBillTruth, CiCostTruth, RunLife, is_red};
use crate::Organisation;
use crate::calendar::DAY;
use crate::organisation::ci::{JobLife, JobName, Micros, Price, Workflow, billed_minutes, charges};
use crate::organisation::delivery::CommitName;
use crate::present::millionths;

const CANCELLED: usize = 0;
const FLAKY: usize = 1;
const FAILED: usize = 2;
const RETRIED: usize = 3;
const USEFUL: usize = 4;

/// A job that has ended.
struct Ended<'a> {
    run: &'a RunLife,
    started_at: i64,
    minutes: i64,
    price: Price,
    part: usize,
    /// Whether it repeats what was green in other runs only.
    of_other_run: bool,
}

/// What is known of jobs of one name, workflow, event and commit while they come.
#[derive(Default)]
struct Sisters {
    /// Those that were red and not green since.
    red: Vec<usize>,
    /// Runs in which one was green.
    green: Vec<u64>,
}

/// Sums while they grow.
#[derive(Default)]
struct Sums {
    jobs: u64,
    minutes: [i64; 5],
    cost: [Micros; 5],
    unpriced: i64,
    of_other_runs: (i64, Micros),
}

impl Sums {
    fn add(&mut self, job: &Ended<'_>) {
        self.jobs += 1;
        self.minutes[job.part] += job.minutes;
        let cost = match job.price {
            Price::PerMinute(micros) => job.minutes * micros,
            Price::Free | Price::Unpriced => 0,
        };
        self.cost[job.part] += cost;
        if job.price == Price::Unpriced {
            self.unpriced += job.minutes;
        }
        if job.of_other_run {
            self.of_other_runs.0 += job.minutes;
            self.of_other_runs.1 += cost;
        }
    }
}

impl Organisation {
    pub(super) fn ci_cost_truth(&self, until: i64) -> Vec<CiCostTruth> {
        let mut sums: BTreeMap<(Month, String, String), Sums> = BTreeMap::new();
        for repository in 0..self.cis.len() {
            for job in self.ended_jobs(repository, until) {
                for key in self.ci_keys(job.started_at, repository, job.run.workflow.name(), until) {
                    sums.entry(key).or_default().add(&job);
                }
            }
        }
        let rows = sums.into_iter().map(|((month, repo, workflow), sums)| CiCostTruth {
            month,
            repo,
            workflow,
            jobs: sums.jobs,
            minutes: sums.minutes.map(|minutes| minutes as u64),
            cost: sums.cost.map(millionths),
            unpriced_minutes: sums.unpriced as u64,
            minutes_of_other_runs: sums.of_other_runs.0 as u64,
            cost_of_other_runs: millionths(sums.of_other_runs.1),
        });
        rows.collect()
    }

    /// The jobs of a repository that have ended, in order of their begin.
    fn ended_jobs(&self, repository: usize, until: i64) -> Vec<Ended<'_>> {
        let mut jobs: Vec<(i64, &JobLife, &RunLife)> = Vec::new();
        for run in &self.cis[repository].runs {
            let could_begin = run
                .attempts
                .iter()
                .filter(|attempt| attempt.end.is_none_or(|(_, how)| how != RunConclusion::StartupFailure));
            let own = could_begin.flat_map(|attempt| &attempt.jobs).filter(|job| !job.is_copy);
            let ended = own.filter(|job| job.end.is_some_and(|(at, _)| at <= until));
            jobs.extend(ended.filter_map(|job| Some((job.started_at?, job, run))));
        }
        jobs.sort_by_key(|(started_at, job, _)| (*started_at, job.id));
        let is_private = self.repositories[repository].private;
        let mut sisters: HashMap<(Workflow, &str, CommitName, JobName), Sisters> = HashMap::new();
        let mut ended: Vec<Ended<'_>> = Vec::with_capacity(jobs.len());
        for (started_at, job, run) in jobs {
            let Some((ended_at, how)) = job.end else { continue };
            let known = sisters.entry((run.workflow, run.event, run.commit, job.name)).or_default();
            let part = match how {
                RunConclusion::Cancelled => CANCELLED,
                how if is_red(how) => {
                    known.red.push(ended.len());
                    FAILED
                }
                RunConclusion::Success => {
                    // What was red before was so for nothing.
                    known.red.drain(..).for_each(|place| ended[place].part = FLAKY);
                    if known.green.is_empty() { USEFUL } else { RETRIED }
                }
                _ => USEFUL,
            };
            let (minutes, price) =
                (billed_minutes(ended_at - started_at), Price::of(job.machine, is_private, started_at));
            let of_other_run = part == RETRIED && !known.green.contains(&run.id);
            if how == RunConclusion::Success {
                known.green.push(run.id);
            }
            ended.push(Ended { run, started_at, minutes, price, part, of_other_run });
        }
        ended
    }

    pub(super) fn ci_bill_truth(&self, until: i64) -> Vec<CiBillTruth> {
        let mut bills: BTreeMap<(Month, String, String, String), [Micros; 3]> = BTreeMap::new();
        for charge in charges(self, until) {
            let month = Month::of(Instant::from_seconds(charge.day * DAY));
            let repo = self.repositories[charge.repository].name_at(until).to_owned();
            let cost_center = charge.cost_center.unwrap_or_default().to_owned();
            let sums = bills.entry((month, repo, cost_center, charge.sku.to_owned())).or_default();
            for (sum, micros) in sums.iter_mut().zip([charge.gross, charge.discount, charge.net()]) {
                *sum += micros;
            }
        }
        let rows = bills.into_iter().map(|((month, repo, cost_center, sku), sums)| {
            let [gross, discount, net]: [Amount; 3] = sums.map(millionths);
            CiBillTruth { month, repo, cost_center, sku, gross, discount, net }
        });
        rows.collect()
    }
}
