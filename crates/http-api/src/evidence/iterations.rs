//! Issues behind a figure of an iteration.

use model::table::Table;

use super::figure::one_of;
use crate::problem::Problem;
use crate::query::Query;

/// Values of `column`: columns of an iteration that count issues.
pub(crate) const COUNTS: [&str; 6] =
    ["added_later", "carried_over", "done_in_it", "planned_at_start", "planned_done", "removed"];

/// Columns of the rows, with the names that they have in the answer.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("id", "id"),
    ("name", "title"),
    ("url", "url"),
    ("iteration_id", "iteration_id"),
    ("iteration", "iteration"),
    ("planned_at_start", "planned_at_start"),
    ("outcome", "outcome"),
];

/// What an issue must be like to count.
#[derive(Clone, Debug)]
pub(crate) struct Iterations {
    /// Id of the iteration; `None` for all.
    iteration: Option<String>,
    /// `None` for all issues of it.
    column: Option<&'static str>,
}

impl Iterations {
    pub(super) fn read(query: &Query) -> Result<Self, Problem> {
        let column = query.own("column").map(|text| one_of("column", text, &COUNTS)).transpose()?;
        Ok(Self { iteration: query.own("iteration").map(str::to_owned), column })
    }

    /// Whether a row of `spillover_issue` counts.
    pub(super) fn holds(&self, table: &Table, row: usize) -> bool {
        let is_of_it = self.iteration.as_ref().is_none_or(|id| table.cell(row, "iteration_id") == *id);
        let was_planned = || table.cell(row, "planned_at_start") == "true";
        let became = |outcome: &str| table.cell(row, "outcome") == outcome;
        is_of_it
            && match self.column {
                None => true,
                Some("planned_at_start") => was_planned(),
                Some("added_later") => !was_planned(),
                Some("planned_done") => was_planned() && became("done_in_it"),
                Some(outcome) => became(outcome),
            }
    }
}
