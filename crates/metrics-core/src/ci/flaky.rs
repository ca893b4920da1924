//! `ci_flaky_jobs`: jobs that failed and then succeeded with nothing changed.

use std::collections::BTreeMap;
use std::ops::Range;

use model::Instant;
use model::columns::Raw;
use model::table::{Cells, Column, Table};

use super::facts::Facts;
use super::prices::{MINUTE, micro_minutes};
use crate::words::texts;

/// What is known of a job by name.
#[derive(Debug, Default)]
struct Flaky {
    times: i64,
    wasted_ms: i64,
    /// When it was green last after it had failed, and the place and row of the run in which it had failed.
    last: (i64, u32, u32),
}

/// What jobs of one name did on one commit.
#[derive(Debug)]
struct OnCommit {
    /// When one failed first, with the place and row of its run.
    first_red: (i64, u32, u32),
    wasted_ms: i64,
    last_green: Option<i64>,
    workflow: u32,
}

/// Jobs that were green in a range of instants after they had failed on the same commit; the most often flaky first.
pub(super) fn table(raw: &Raw, facts: &Facts, days: &Range<i64>) -> Table {
    let mut on_commits: BTreeMap<(u32, &str), OnCommit> = BTreeMap::new();
    for flake in &facts.flakes {
        let red = (flake.failed_at, flake.run, flake.run_row);
        let none = OnCommit { first_red: red, wasted_ms: 0, last_green: None, workflow: flake.workflow };
        let known = on_commits.entry((flake.commit, &flake.name)).or_insert(none);
        known.first_red = known.first_red.min(red);
        known.wasted_ms += flake.wasted_ms;
        known.last_green = known.last_green.max(flake.green_at);
    }
    let mut by_name: BTreeMap<(u32, &str), Flaky> = BTreeMap::new();
    for ((_, name), known) in on_commits {
        let ((failed, run, row), Some(green)) = (known.first_red, known.last_green) else { continue };
        if failed < green && days.contains(&green) {
            let flaky = by_name.entry((known.workflow, name)).or_default();
            flaky.times += 1;
            flaky.wasted_ms += known.wasted_ms;
            flaky.last = flaky.last.max((green, run, row));
        }
    }
    let mut rows: Vec<([&str; 4], Flaky)> = Vec::new();
    for ((workflow, name), flaky) in &mut by_name {
        let workflow = &facts.workflows[*workflow as usize];
        let repository = &facts.repositories[workflow.repository as usize];
        let key = [&*repository.full_name, &*workflow.name, *name, &*repository.host];
        rows.push((key, std::mem::take(flaky)));
    }
    rows.sort_by(|(key, one), (other_key, other)| {
        (other.times, other.wasted_ms, key).cmp(&(one.times, one.wasted_ms, other_key))
    });
    let part = |part: usize| texts(rows.iter().map(|(key, _)| key[part]));
    let last = rows.iter().map(|(_, flaky)| Some(Instant::from_micros(flaky.last.0))).collect();
    let columns = vec![
        Column { name: "repo", cells: part(0) },
        Column { name: "workflow", cells: part(1) },
        Column { name: "name", cells: part(2) },
        Column { name: "times", cells: Cells::Int(rows.iter().map(|(_, flaky)| Some(flaky.times)).collect()) },
        Column {
            name: "wasted_minutes",
            cells: Cells::Float(
                rows.iter().map(|(_, flaky)| Some(micro_minutes(flaky.wasted_ms) as f64 / MINUTE as f64)).collect(),
            ),
        },
        Column { name: "last_at", cells: Cells::Instant(last) },
        Column {
            name: "url",
            cells: texts(rows.iter().map(|(_, flaky)| raw.ci_runs.url.bytes(flaky.last.2 as usize))),
        },
        Column { name: "host", cells: part(3) },
    ];
    Table { name: "ci_flaky_jobs", columns }
}
