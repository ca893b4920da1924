//! `calculated_run`: every run that has ended, as it is counted.

use std::cmp::Reverse;

use ci_rollup::Outcome;
use model::Instant;
use model::columns::Raw;
use model::table::{Cells, Column, Table};

use super::facts::{Facts, Run};
use super::workflows::{Repository, Workflow};
use crate::words::{texts, words};

/// The runs, the newest first.
pub(super) fn table(raw: &Raw, facts: &Facts) -> Table {
    let columns = &raw.ci_runs;
    let mut runs: Vec<&Run> = facts.runs.iter().collect();
    let place = |run: &Run| -> (&Repository, &Workflow) {
        let workflow = &facts.workflows[run.workflow as usize];
        (&facts.repositories[workflow.repository as usize], workflow)
    };
    let id = |run: &Run| columns.run_id.bytes(run.row as usize);
    runs.sort_by_key(|run| (Reverse(run.ended), id(run), &place(run).0.host));
    let rows = || runs.iter().copied();
    let coded = |codes: &dyn Fn(usize) -> u32| texts(rows().map(|run| raw.dictionary.bytes(codes(run.row as usize))));
    let ended = rows().map(|run| Some(Instant::from_micros(run.ended))).collect();
    let longest = |run: &Run| {
        let waits = &facts.waits[run.waits.start as usize..run.waits.end as usize];
        waits.iter().copied().max_by(f64::total_cmp)
    };
    let failed_for_machines = |run: &Run| run.outcome == Outcome::Failed && run.is_of_machines;
    let columns = vec![
        Column { name: "run_id", cells: texts(rows().map(id)) },
        Column { name: "repo", cells: words(rows().map(|run| place(run).0.full_name.as_bytes())) },
        Column { name: "workflow", cells: words(rows().map(|run| place(run).1.name.as_bytes())) },
        Column { name: "event", cells: coded(&|row| columns.event[row]) },
        Column { name: "ref", cells: coded(&|row| columns.git_ref[row]) },
        Column {
            name: "default_branch",
            cells: Cells::Bool(rows().map(|run| columns.default_branch[run.row as usize]).collect()),
        },
        Column { name: "ended_at", cells: Cells::Instant(ended) },
        Column { name: "outcome", cells: words(rows().map(|run| run.outcome.name().as_bytes())) },
        Column { name: "failed_infrastructure", cells: Cells::Bool(rows().map(failed_for_machines).collect()) },
        Column { name: "first_try", cells: Cells::Judged(rows().map(|run| run.first_try).collect()) },
        Column { name: "retried", cells: Cells::Bool(rows().map(|run| run.is_retried).collect()) },
        Column { name: "minutes", cells: Cells::Float(rows().map(|run| run.minutes).collect()) },
        Column { name: "wait_minutes", cells: Cells::Float(rows().map(longest).collect()) },
        Column { name: "url", cells: texts(rows().map(|run| columns.url.bytes(run.row as usize))) },
        Column { name: "host", cells: words(rows().map(|run| place(run).0.host.as_bytes())) },
    ];
    Table { name: "calculated_run", columns }
}
