//! `ci_week` and `ci_month`: how often runs succeed, at the first try too, how long they take and wait.

use std::collections::{BTreeMap, BTreeSet};

use ahash::RandomState;
use ci_rollup::Outcome;
use hashbrown::HashSet;
use model::Instant;
use model::rules::Rules;
use model::table::{Cells, Column, Table};

use super::facts::{Facts, Run};
use crate::calendar::{Cut, Periods, label_columns};
use crate::coverage::CiCoverage;
use crate::frame::{P95_MINIMUM, percentile, percentile_of_enough, sorted};
use crate::totals::ALL;
use crate::words::texts;

/// What is counted of a workflow, a repository or everything in a period.
#[derive(Clone, Debug, Default)]
struct Counts {
    /// Runs by their outcome, in the order of [`Outcome`].
    outcomes: [i64; 4],
    of_machines: i64,
    first_tries: i64,
    first_successes: i64,
    retried: i64,
    commits: i64,
    flaky: i64,
    minutes: Vec<f64>,
    waits: Vec<f64>,
}

impl Counts {
    fn runs(&self) -> i64 {
        self.outcomes.iter().sum()
    }

    fn outcome(&self, outcome: Outcome) -> i64 {
        self.outcomes[outcome as usize]
    }

    fn add(&mut self, run: &Run, waits: &[f64]) {
        self.outcomes[run.outcome as usize] += 1;
        self.of_machines += i64::from(run.is_of_machines);
        self.first_tries += i64::from(run.first_try.is_some());
        self.first_successes += i64::from(run.first_try == Some(true));
        self.retried += i64::from(run.is_retried);
        self.minutes.extend(run.minutes);
        self.waits.extend(&waits[run.waits.start as usize..run.waits.end as usize]);
    }
}

/// A row's repository, workflow and host. `ALL` sorts behind the others.
type Key = (bool, String, bool, String, String);

/// The table of a cut: workflows, repositories and everything, each from its first period to its last; `ALL` up to that of
/// `as_of`.
pub(super) fn table(
    name: &'static str,
    cut: Cut,
    facts: &Facts,
    rules: &Rules,
    coverage: &CiCoverage,
    as_of: Instant,
) -> Table {
    let ends = facts.runs.iter().map(|run| run.ended).chain(facts.flaky.iter().map(|(_, at)| *at));
    let first = ends.min().map_or(Instant::from_micros(as_of.micros().saturating_add(1)), Instant::from_micros);
    let periods = Periods::covering(cut, rules.timezone, first, as_of);
    let of_workflows: Vec<[Key; 3]> =
        facts.workflows.iter().map(|workflow| keys(facts, workflow.repository, &workflow.name)).collect();
    let keys: BTreeSet<&Key> = of_workflows.iter().flatten().collect();
    let keys: Vec<&Key> = keys.into_iter().collect();
    // Runs are many and groups few: texts are compared once for each workflow.
    let place = |key: &Key| keys.partition_point(|other| *other < key);
    let places: Vec<[usize; 3]> = of_workflows.iter().map(|keys| keys.each_ref().map(place)).collect();
    let mut groups: Vec<BTreeMap<usize, Counts>> = vec![BTreeMap::new(); keys.len()];
    let mut add = |workflow: u32, at: i64, add: &dyn Fn(&mut Counts)| {
        let Some(period) = periods.index_of(Instant::from_micros(at)) else { return };
        for place in places[workflow as usize] {
            add(groups[place].entry(period).or_default());
        }
    };
    for run in &facts.runs {
        add(run.workflow, run.ended, &|counts| counts.add(run, &facts.waits));
    }
    let mut decided: HashSet<(u32, Option<usize>), RandomState> = HashSet::default();
    for commit in &facts.decided {
        // Once in a period, however many runs decided it.
        if decided.insert((commit.commit, periods.index_of(Instant::from_micros(commit.at)))) {
            add(commit.workflow, commit.at, &|counts| counts.commits += 1);
        }
    }
    for (workflow, at) in &facts.flaky {
        add(*workflow, *at, &|counts| counts.flaky += 1);
    }
    let mut rows: Vec<(&Key, usize, Counts)> = Vec::new();
    for (key, mut counted) in keys.iter().copied().zip(groups) {
        let (Some(first), Some(last)) = (counted.keys().next().copied(), counted.keys().next_back().copied()) else {
            continue;
        };
        let is_all = key.0;
        let last = if is_all { periods.len() - 1 } else { last };
        rows.extend((first..=last).map(|period| (key, period, counted.remove(&period).unwrap_or_default())));
    }
    into_table(name, cut, &periods, &rows, coverage)
}

/// Of the workflow, its repository, and everything.
fn keys(facts: &Facts, repository: u32, workflow: &str) -> [Key; 3] {
    let repository = &facts.repositories[repository as usize];
    let (full, host) = (repository.full_name.clone(), repository.host.clone());
    [
        (false, full.clone(), false, workflow.to_owned(), host.clone()),
        (false, full, true, ALL.to_owned(), host),
        (true, ALL.to_owned(), true, ALL.to_owned(), String::new()),
    ]
}

fn into_table(
    name: &'static str,
    cut: Cut,
    periods: &Periods,
    rows: &[(&Key, usize, Counts)],
    coverage: &CiCoverage,
) -> Table {
    let int = |value: &dyn Fn(&Counts) -> i64| Cells::Int(rows.iter().map(|(_, _, it)| Some(value(it))).collect());
    let float =
        |value: &dyn Fn(&Counts) -> Option<f64>| Cells::Float(rows.iter().map(|(_, _, it)| value(it)).collect());
    // Of minutes and of waits the median and the 95th percentile.
    let percentiles = |values: &dyn Fn(&Counts) -> &Vec<f64>| -> [Cells; 2] {
        let of = |(_, _, it): &(&Key, usize, Counts)| {
            let sorted = sorted(values(it));
            (percentile(&sorted, 0.5), percentile_of_enough(&sorted, 0.95, P95_MINIMUM))
        };
        let (p50, p95): (Vec<_>, Vec<_>) = rows.iter().map(of).unzip();
        [Cells::Float(p50.into_iter().collect()), Cells::Float(p95.into_iter().collect())]
    };
    let [duration_p50, duration_p95] = percentiles(&|it| &it.minutes);
    let [queue_p50, queue_p95] = percentiles(&|it| &it.waits);
    let share = |part: i64, all: i64| (all > 0).then(|| part as f64 / all as f64);
    let decided = |it: &Counts| it.outcome(Outcome::Succeeded) + it.outcome(Outcome::Failed);
    let mut columns = label_columns(periods, cut, rows.iter().map(|(_, period, _)| *period));
    let complete =
        rows.iter().map(|(_, period, _)| coverage.is_complete(periods.start(*period), periods.end(*period))).collect();
    columns.extend([
        Column { name: "repo", cells: texts(rows.iter().map(|(key, _, _)| &key.1)) },
        Column { name: "workflow", cells: texts(rows.iter().map(|(key, _, _)| &key.3)) },
        Column { name: "runs", cells: int(&Counts::runs) },
        Column { name: "succeeded", cells: int(&|it| it.outcome(Outcome::Succeeded)) },
        Column { name: "failed", cells: int(&|it| it.outcome(Outcome::Failed)) },
        Column { name: "failed_infrastructure", cells: int(&|it| it.of_machines) },
        Column { name: "cancelled", cells: int(&|it| it.outcome(Outcome::Cancelled)) },
        Column { name: "other", cells: int(&|it| it.outcome(Outcome::Other)) },
        Column { name: "success_rate", cells: float(&|it| share(it.outcome(Outcome::Succeeded), decided(it))) },
        Column { name: "first_try_rate", cells: float(&|it| share(it.first_successes, it.first_tries)) },
        Column { name: "duration_p50_min", cells: duration_p50 },
        Column { name: "duration_p95_min", cells: duration_p95 },
        Column { name: "queue_p50_min", cells: queue_p50 },
        Column { name: "queue_p95_min", cells: queue_p95 },
        Column { name: "retried", cells: int(&|it| it.retried) },
        Column { name: "retry_rate", cells: float(&|it| share(it.retried, it.runs())) },
        Column { name: "commits", cells: int(&|it| it.commits) },
        Column { name: "flaky", cells: int(&|it| it.flaky) },
        Column { name: "flaky_rate", cells: float(&|it| share(it.flaky, it.commits)) },
        Column { name: "complete", cells: Cells::Bool(complete) },
        Column { name: "host", cells: texts(rows.iter().map(|(key, _, _)| &key.4)) },
    ]);
    Table { name, columns }
}
