//! Cells of tables, and numbers in words.

use model::rules::ProcessChange;
use model::table::{Cells, Table};

use crate::control::{finding, weekly_series, xmr};

/// Whether the last complete week was normal: the chart of a weekly column, of all rows or of one group.
pub(super) fn charted(
    table: &Table,
    column: &str,
    group: Option<(&str, &str)>,
    unit: &str,
    changes: &[ProcessChange],
) -> Vec<String> {
    let points = weekly_series(table, column, group).unwrap_or_default();
    finding(&xmr(&points, changes), unit).sentences
}

/// A number of a column, null and columns of other kinds as `None`.
pub(super) fn number(table: &Table, row: usize, column: &str) -> Option<f64> {
    match table.column(column)? {
        Cells::Int(cells) => cells[row].map(|count| count as f64),
        Cells::Float(cells) => cells[row],
        _ => None,
    }
}

/// A count of a column, 0 where there is none.
pub(super) fn count(table: &Table, row: usize, column: &str) -> i64 {
    match table.column(column) {
        Some(Cells::Int(cells)) => cells[row].unwrap_or_default(),
        _ => 0,
    }
}

/// Whether a row stands for a complete period.
pub(super) fn is_complete(table: &Table, row: usize) -> bool {
    matches!(table.column("complete"), Some(Cells::Bool(cells)) if cells[row])
}

/// `2026-W46`
pub(super) fn week(table: &Table, row: usize) -> String {
    format!("{}-W{}", table.cell(row, "year"), table.cell(row, "week"))
}

/// `1 issue`, `7 issues`.
pub(crate) fn counted(count: i64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// `, 3 more than 13 weeks before (11)`, or that it is the same.
pub(super) fn against(now: i64, before: i64, when: &str) -> String {
    match now - before {
        0 => format!(", as many as {when}"),
        more if more > 0 => format!(", {more} more than {when} ({before})"),
        less => format!(", {} fewer than {when} ({before})", -less),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn joined(parts: &[impl AsRef<str>]) -> String {
    let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
    match parts.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}
