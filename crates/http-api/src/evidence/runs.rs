//! Runs behind a figure about CI.

use metrics_core::totals::ALL;
use model::Instant;
use model::table::Table;

use super::figure::{instant, one_of};
use crate::problem::Problem;
use crate::query::Query;

/// Values of `figure`: columns that count runs.
pub(crate) const FIGURES: [&str; 7] =
    ["cancelled", "failed", "failed_infrastructure", "other", "retried", "runs", "succeeded"];

/// Columns of the rows, with the names that they have in the answer.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("run_id", "id"),
    ("url", "url"),
    ("repo", "repo"),
    ("workflow", "workflow"),
    ("outcome", "outcome"),
    ("first_try", "first_try"),
    ("retried", "retried"),
    ("minutes", "minutes"),
    ("wait_minutes", "wait_minutes"),
    ("ended_at", "ended_at"),
    ("ref", "ref"),
    ("event", "event"),
];

/// What a run must be like to count.
#[derive(Clone, Debug)]
pub(crate) struct Runs {
    figure: &'static str,
    /// `None` for all workflows.
    workflow: Option<String>,
    /// Half open.
    from: Option<Instant>,
    to: Option<Instant>,
}

impl Runs {
    pub(super) fn read(query: &Query, (from, to): (Option<Instant>, Option<Instant>)) -> Result<Self, Problem> {
        let figure = query.own("figure").map(|text| one_of("figure", text, &FIGURES)).transpose()?;
        let workflow = query.own("workflow").filter(|name| *name != ALL).map(str::to_owned);
        Ok(Self { figure: figure.unwrap_or("runs"), workflow, from, to })
    }

    /// Whether a row of `calculated_run` counts.
    pub(super) fn holds(&self, table: &Table, row: usize) -> bool {
        let is_of_time = instant(table, "ended_at", row)
            .is_some_and(|at| self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to));
        let is_of_workflow = |name: &String| table.cell(row, "workflow") == *name;
        is_of_time
            && self.workflow.as_ref().is_none_or(is_of_workflow)
            && match self.figure {
                "runs" => true,
                "retried" | "failed_infrastructure" => table.cell(row, self.figure) == "true",
                outcome => table.cell(row, "outcome") == outcome,
            }
    }
}
