//! Tables of a few rows, and reports of them.

use metrics_core::Calculation;
use metrics_core::findings::FindingsByTable;
use metrics_core::summary::Summaries;
use model::columns::TextColumn;
use model::rules::Rules;
use model::table::{Cells, Column, Table};
use model::{Amount, Instant, Month};
use report::{Input, Report, report};

pub(crate) fn text<T: AsRef<str>>(name: &'static str, texts: impl IntoIterator<Item = T>) -> Column {
    let mut cells = TextColumn::default();
    texts.into_iter().for_each(|text| cells.push(text.as_ref().as_bytes()));
    Column { name, cells: Cells::Text(cells) }
}

pub(crate) fn same(name: &'static str, value: &str, rows: usize) -> Column {
    text(name, std::iter::repeat_n(value, rows))
}

pub(crate) fn floats(name: &'static str, values: impl IntoIterator<Item = Option<f64>>) -> Column {
    Column { name, cells: Cells::Float(values.into_iter().collect()) }
}

pub(crate) fn ints(name: &'static str, values: impl IntoIterator<Item = Option<i64>>) -> Column {
    Column { name, cells: Cells::Int(values.into_iter().collect()) }
}

pub(crate) fn money(name: &'static str, values: impl IntoIterator<Item = Amount>) -> Column {
    Column { name, cells: Cells::Exact(values.into_iter().map(Some).collect()) }
}

pub(crate) fn complete(rows: usize) -> Column {
    Column { name: "complete", cells: Cells::Bool(vec![true; rows]) }
}

/// The report of a month, of tables and rules.
pub(crate) fn reported<T>(
    month: &str,
    as_of: &str,
    tables: Vec<Table>,
    rules: &Rules,
    look: impl FnOnce(&Input<'_>, &Report) -> T,
) -> T {
    let as_of = Instant::parse_rfc3339(as_of).expect("an instant");
    let calculation = Calculation {
        tables,
        notices: Vec::new(),
        findings: Vec::new(),
        findings_by_table: FindingsByTable::new(),
        summaries: Summaries::default(),
        as_of,
        cloud_as_of: Some(as_of),
    };
    let month = Month::parse(month).expect("a month");
    let input = Input { calculation: &calculation, rules, imports: &[], month, teams: &[], before: &[] };
    let report = report(&input).expect("a report");
    look(&input, &report)
}
