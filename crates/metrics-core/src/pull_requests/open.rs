//! `pr_open`: pull requests of humans that are open at `as_of`, oldest first; and what came and left each week.

use model::Instant;
use model::columns::{Raw, TextColumn};
use model::instant::MICROS_PER_DAY;
use model::rules::ProcessChange;
use model::table::{Cells, Column, Table};

use crate::hosts::hosts;

use super::clock::Clock;
use super::facts::{Facts, size_name};
use crate::net_flow::{self, Weeks};

/// id, title, repo, `age_days` (since it was opened), stage, `waiting_since`, size (empty where unknown), draft, url.
///
/// Stages: `coding` (a draft, since it last became one), `pickup` (since t1), `review` (since t2), `merge`
/// (approved, since t3). Order: opened, then id.
pub(super) fn table(raw: &Raw, facts: &Facts, as_of: Instant) -> Table {
    let columns = &raw.pull_requests;
    let counted = facts.pull_requests.iter().filter(|pull_request| pull_request.counts);
    let mut open: Vec<(usize, Clock)> =
        counted.filter(|known| known.clock.is_open()).map(|known| (known.row, known.clock)).collect();
    open.sort_by_key(|(row, clock)| (clock.created, columns.id.bytes(*row)));
    let age_days = |clock: &Clock| (as_of.micros() - clock.created) as f64 / MICROS_PER_DAY as f64;
    let waiting_since = open.iter().map(|(_, clock)| Some(Instant::from_micros(stage(clock).1))).collect();
    let size_name = |row: usize| size_name(columns.changed_files.get(row));
    Table {
        name: "pr_open",
        columns: vec![
            Column { name: "id", cells: texts(&open, |row, _| columns.id.bytes(row)) },
            Column { name: "title", cells: texts(&open, |row, _| columns.title.bytes(row)) },
            Column { name: "repo", cells: texts(&open, |row, _| facts.repositories.of_row(raw, row)) },
            Column {
                name: "age_days",
                cells: Cells::Float(open.iter().map(|(_, clock)| Some(age_days(clock))).collect()),
            },
            Column { name: "stage", cells: texts(&open, |_, clock| stage(clock).0.as_bytes()) },
            Column { name: "waiting_since", cells: Cells::Instant(waiting_since) },
            Column { name: "size", cells: texts(&open, |row, _| size_name(row).as_bytes()) },
            Column {
                name: "draft",
                cells: Cells::Bool(open.iter().map(|(_, clock)| clock.draft_since.is_some()).collect()),
            },
            Column { name: "url", cells: Cells::Address(columns.url.gathered(open.iter().map(|(row, _)| *row))) },
            Column { name: "host", cells: hosts(&raw.dictionary, open.iter().map(|(row, _)| columns.host[*row])) },
        ],
    }
}

/// `pr_net_flow_week`: pull requests opened, and merged or closed, of all repositories together, with the chart of the
/// difference. Bots are out as in [`table`].
pub(super) fn net_flow(facts: &Facts, as_of: Instant, changes: &[ProcessChange]) -> Table {
    let covered_to = facts.covered.last().copied().unwrap_or(as_of);
    let weeks = Weeks { periods: &facts.weeks, as_of: as_of.micros(), covered_to: covered_to.micros() };
    net_flow::table("pr_net_flow_week", &[("open_prs", &facts.series.open)], weeks, changes)
}

fn texts<'a>(open: &[(usize, Clock)], text: impl Fn(usize, &Clock) -> &'a [u8]) -> Cells {
    let mut cells = TextColumn::default();
    for (row, clock) in open {
        cells.push(text(*row, clock));
    }
    Cells::Text(cells)
}

/// Where an open pull request stands, and since when.
fn stage(clock: &Clock) -> (&'static str, i64) {
    if let Some(since) = clock.draft_since {
        return ("coding", since);
    }
    let stages = [("merge", clock.approved), ("review", clock.first_review), ("pickup", clock.ready)];
    stages.into_iter().find_map(|(stage, since)| since.map(|since| (stage, since))).unwrap_or(("coding", clock.created))
}
