//! Access to cells for sentences, and formatting of numbers.

use model::rules::ProcessChange;
use model::table::{Cells, Table};

use crate::calendar::Cut;
use crate::control::{NoLimits, finding_by, series_of, xmr};

/// Whether the last complete week was normal: the chart of a weekly column, of all rows or of one group.
pub(super) fn charted(
    table: &Table,
    column: &str,
    group: Option<(&str, &str)>,
    unit: &str,
    changes: &[ProcessChange],
) -> Vec<String> {
    charted_or_longer(&[], table, column, group, unit, changes)
}

/// Tables of counts that may be too rare for limits, each with its periods and the next longer one. All others are weekly.
const LONGER: [(&str, Cut, &str); 6] = [
    ("throughput_week", Cut::Week, "throughput_month"),
    ("throughput_month", Cut::Month, "throughput_quarter"),
    ("throughput_quarter", Cut::Quarter, ""),
    ("pr_change_requests_week", Cut::Week, "pr_change_requests_month"),
    ("pr_change_requests_month", Cut::Month, "pr_change_requests_quarter"),
    ("pr_change_requests_quarter", Cut::Quarter, ""),
];

/// The same of a table of counts; where the last complete period has too few for limits, also what the table of the next
/// longer ones says.
pub(super) fn charted_or_longer(
    tables: &[Table],
    table: &Table,
    column: &str,
    group: Option<(&str, &str)>,
    unit: &str,
    changes: &[ProcessChange],
) -> Vec<String> {
    let known = LONGER.into_iter().find(|(name, ..)| *name == table.name);
    let (cut, longer) = known.map_or((Cut::Week, ""), |(_, cut, longer)| (cut, longer));
    let chart = xmr(&series_of(table, column, group).unwrap_or_default(), changes);
    let mut said = finding_by(cut, &chart, unit).sentences;
    let is_rare = chart.last_complete().is_some_and(|last| last.no_limits == Some(NoLimits::TooRare));
    if let Some(longer) = tables.iter().find(|table| is_rare && table.name == longer) {
        said.extend(charted_or_longer(tables, longer, column, group, unit, changes));
    }
    said
}

/// A number of a column, null and columns of other kinds as `None`.
pub(crate) fn number(table: &Table, row: usize, column: &str) -> Option<f64> {
    match table.column(column)? {
        Cells::Int(cells) => cells.get(row).map(|count| count as f64),
        Cells::Float(cells) => cells.get(row),
        _ => None,
    }
}

/// A count of a column, 0 where there is none.
pub(crate) fn count(table: &Table, row: usize, column: &str) -> i64 {
    match table.column(column) {
        Some(Cells::Int(cells)) => cells.get(row).unwrap_or_default(),
        _ => 0,
    }
}

/// Whether a row stands for a complete period.
pub(crate) fn is_complete(table: &Table, row: usize) -> bool {
    matches!(table.column("complete"), Some(Cells::Bool(cells)) if cells[row])
}

/// `2026-W46`
pub(crate) fn week(table: &Table, row: usize) -> String {
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
