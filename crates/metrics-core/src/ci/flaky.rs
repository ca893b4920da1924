//! `ci_flaky_jobs`: jobs that failed and then succeeded with nothing changed.

use std::collections::BTreeMap;
use std::ops::Range;

use ahash::RandomState;
use hashbrown::HashSet;
use model::Instant;
use model::columns::{InstantColumn, Raw};
use model::table::{Cells, Column, Table};

use super::facts::{Facts, Outcome, Part};
use super::prices::MINUTE;
use crate::words::texts;

/// What is known of a job by name.
#[derive(Debug, Default)]
struct Flaky {
    times: i64,
    /// Micro-minutes of those that failed.
    wasted: i64,
    /// When it was green last after it had failed, and the row of the run in which it had failed.
    last: (i64, u32),
}

/// What jobs of one name did on one commit.
#[derive(Debug, Default)]
struct OnCommit {
    first_red: Option<(i64, u32)>,
    wasted: i64,
    last_green: Option<i64>,
    workflow: u32,
}

/// Jobs that were green in a range of instants after they had failed on the same commit; the most often flaky first.
pub(super) fn table(raw: &Raw, facts: &Facts, days: &Range<i64>) -> Table {
    let red = facts.jobs.iter().filter(|job| job.part == Part::Flaky).map(|job| job.commit);
    let red: HashSet<u32, RandomState> = red.collect();
    let mut on_commits: BTreeMap<(u32, String), OnCommit> = BTreeMap::new();
    for job in facts.jobs.iter().filter(|job| red.contains(&job.commit)) {
        let name = raw.dictionary.text(job.name);
        let known = on_commits.entry((job.commit, without_matrix(&name).to_owned())).or_default();
        known.workflow = job.workflow;
        match job.outcome {
            Outcome::Failed if job.part == Part::Flaky => {
                let seen = (job.ended, job.run_row);
                known.first_red = Some(known.first_red.map_or(seen, |first| first.min(seen)));
                known.wasted += job.ran;
            }
            Outcome::Succeeded => known.last_green = known.last_green.max(Some(job.ended)),
            _ => {}
        }
    }
    let mut by_name: BTreeMap<(u32, String), Flaky> = BTreeMap::new();
    for ((_, name), known) in on_commits {
        let (Some((failed, row)), Some(green)) = (known.first_red, known.last_green) else { continue };
        if failed < green && days.contains(&green) {
            let flaky = by_name.entry((known.workflow, name)).or_default();
            flaky.times += 1;
            flaky.wasted += known.wasted;
            flaky.last = flaky.last.max((green, row));
        }
    }
    let mut rows: Vec<([&str; 4], Flaky)> = Vec::new();
    for ((workflow, name), flaky) in &mut by_name {
        let workflow = &facts.workflows[*workflow as usize];
        let repository = &facts.repositories[workflow.repository as usize];
        let key = [&*repository.full_name, &*workflow.name, name.as_str(), &*repository.host];
        rows.push((key, std::mem::take(flaky)));
    }
    rows.sort_by(|(key, one), (other_key, other)| {
        (other.times, other.wasted, key).cmp(&(one.times, one.wasted, other_key))
    });
    let part = |part: usize| texts(rows.iter().map(|(key, _)| key[part]));
    let mut last = InstantColumn::default();
    for (_, flaky) in &rows {
        last.push(Some(Instant::from_micros(flaky.last.0)));
    }
    let columns = vec![
        Column { name: "repo", cells: part(0) },
        Column { name: "workflow", cells: part(1) },
        Column { name: "name", cells: part(2) },
        Column { name: "times", cells: Cells::Int(rows.iter().map(|(_, flaky)| Some(flaky.times)).collect()) },
        Column {
            name: "wasted_minutes",
            cells: Cells::Float(rows.iter().map(|(_, flaky)| Some(flaky.wasted as f64 / MINUTE as f64)).collect()),
        },
        Column { name: "last_at", cells: Cells::Instant(last) },
        Column {
            name: "url",
            cells: texts(rows.iter().map(|(_, flaky)| raw.ci_runs.url.bytes(flaky.last.1 as usize))),
        },
        Column { name: "host", cells: part(3) },
    ];
    Table { name: "ci_flaky_jobs", columns }
}

/// The name of a job without the values of its matrix: `test` of `test (ubuntu, 3.12)`.
pub(super) fn without_matrix(name: &str) -> &str {
    match name.rfind(" (") {
        Some(at) if name.ends_with(')') && at > 0 => &name[..at],
        _ => name,
    }
}
