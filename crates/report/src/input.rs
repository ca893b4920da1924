//! What a report is made of.

use std::collections::HashMap;
use std::ops::Range;

use chrono::NaiveDate;
use metrics_core::Calculation;
use metrics_core::catalogue::{self, Period};
use metrics_core::control::Point;
use metrics_core::period::first_days;
use model::rules::Rules;
use model::table::{Cells, Table};
use model::tables::ImportRun;
use model::{Amount, Instant, Month};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::content::Evidence;
use crate::restated::Printed;

/// What a report is made of: what the engine computed of all scopes under rule set `flow`, and what was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// With at least [`TABLES`], as far as their sources are connected, and the summaries of their scopes.
    pub calculation: &'a Calculation,
    /// The rules that it was computed by.
    pub rules: &'a Rules,
    /// Imports of the store, in any order.
    pub imports: &'a [ImportRun],
    /// The month that is reported.
    pub month: Month,
    /// Teams to which the calculation was confined; empty for everything.
    pub teams: &'a [String],
    /// What was printed in the report that this one is made in place of; empty for the first one.
    pub before: &'a [Printed],
}

/// The tables that a report reads.
pub const TABLES: [&str; 30] = [
    "throughput_week",
    "throughput_month",
    "cycle_time_week",
    "net_flow_week",
    "stocks_totals_week",
    "aging_wip",
    "forecast",
    "spillover_iteration",
    "flow_summary",
    "pr_cycle_week",
    "pr_review_latency_week",
    "pr_change_requests_month",
    "pr_summary",
    "dora_day",
    "dora_week",
    "dora_month",
    "dora_team_month",
    "dora_summary",
    "calculated_change",
    "calculated_incident",
    "ci_week",
    "ci_month",
    "ci_flaky_jobs",
    "ci_cost_month",
    "ci_cost_pareto",
    "cost_delivery_month",
    "cost_delivery_link",
    "cloud_spending_monthly",
    "cloud_spending_totals",
    "cloud_spending_summary",
];

/// Months of small lines and tables of a year.
pub(crate) const YEAR: usize = 12;

/// Why no report is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The month is not over.
    #[error("{month} is not over: the data reaches to {as_of}; the last month that can be reported is {last}")]
    NotOver {
        /// The month that was asked for.
        month: Month,
        /// Where the data ends.
        as_of: Instant,
        /// The last month that is over.
        last: Month,
    },
    /// There is nothing of the month.
    #[error("nothing is known of {month}: the data begins in {first}")]
    BeforeData {
        /// The month that was asked for.
        month: Month,
        /// The first month with any figure.
        first: String,
    },
    /// There is no data at all.
    #[error("there is nothing to report: import something first")]
    Empty,
}

/// The last month whose bills no longer change and whose failures have come: the one that is reported where none is asked
/// for.
pub fn last_complete_month(as_of: Instant) -> Month {
    let mut month = Month::of(as_of);
    while !month.is_settled_at(as_of) {
        month = month.plus(-1);
    }
    month
}

/// Rows of a table by the texts of some columns.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) table: &'a Table,
    keys: &'static [&'static str],
    by_key: HashMap<Vec<String>, usize>,
}

impl<'a> Rows<'a> {
    fn new(table: &'a Table, keys: &'static [&'static str]) -> Self {
        let key = |row: usize| keys.iter().map(|column| table.cell(row, column)).collect();
        // Of rows that differ in columns that are no key here, the first.
        let mut by_key = HashMap::new();
        for row in 0..table.height() {
            by_key.entry(key(row)).or_insert(row);
        }
        Self { table, keys, by_key }
    }

    /// The row of a key.
    pub(crate) fn row(&self, key: &[&str]) -> Option<usize> {
        self.by_key.get(&key.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).copied()
    }

    /// Where a figure of a month is found.
    pub(crate) fn evidence(&self, key: &[&str], column: &str, month: Month, teams: &[String]) -> Evidence {
        let row: Vec<_> = self.keys.iter().zip(key).map(|(name, text)| (*name, (*text).to_owned())).collect();
        evidence(self.table.name, &row, column, Some(month), teams)
    }
}

/// Where a figure is found.
pub(crate) fn evidence(
    table: &str,
    row: &[(&str, String)],
    column: &str,
    month: Option<Month>,
    teams: &[String],
) -> Evidence {
    let row = row.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
    Evidence { path: address(table, month, teams), row, column: column.to_owned() }
}

/// Address of a table, or of its rows of a month.
pub(crate) fn address(table: &str, month: Option<Month>, teams: &[String]) -> String {
    let spec = catalogue::table(table);
    let path = spec.map_or(table, |spec| spec.path);
    let mut query = Vec::new();
    let cut_otherwise = |spec: &catalogue::TableSpec| {
        catalogue::tables().iter().any(|other| other.path == spec.path && other.name != spec.name)
    };
    if let Some(spec) = spec.filter(|spec| cut_otherwise(spec)) {
        query.extend(by(spec.period).map(|by| format!("by={by}")));
    }
    if let Some(month) = month {
        query.push(format!("from={}", month.first_day()));
        query.push(format!("to={}", last_day(month)));
    }
    if spec.is_some_and(|spec| spec.knows(catalogue::Filter::Team)) {
        query.extend(teams.iter().map(|team| format!("team={}", utf8_percent_encode(team, PLAIN))));
    }
    if query.is_empty() { format!("/api/v1/{path}") } else { format!("/api/v1/{path}?{}", query.join("&")) }
}

fn by(period: Period) -> Option<&'static str> {
    match period {
        Period::Day => Some("day"),
        Period::Week => Some("week"),
        Period::Month => Some("month"),
        Period::Quarter => Some("quarter"),
        Period::None => None,
    }
}

/// What stays as it is in a value of a query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub(crate) fn last_day(month: Month) -> NaiveDate {
    month.plus(1).first_day().pred_opt().unwrap_or_default()
}

pub(crate) fn days_of(month: Month) -> Range<NaiveDate> {
    month.first_day()..month.plus(1).first_day()
}

/// `October 2026`.
pub(crate) fn name_of(month: Month) -> String {
    month.first_day().format("%B %Y").to_string()
}

impl<'a> Input<'a> {
    /// A table, where it was computed.
    pub(crate) fn table(&self, name: &str) -> Option<&'a Table> {
        self.calculation.tables.iter().find(|table| table.name == name)
    }

    /// Its rows by some columns; `None` where it was not computed or lacks one.
    pub(crate) fn rows(&self, name: &str, keys: &'static [&'static str]) -> Option<Rows<'a>> {
        let table = self.table(name)?;
        keys.iter().all(|key| table.column(key).is_some()).then(|| Rows::new(table, keys))
    }

    /// The month and those before it, oldest first.
    pub(crate) fn months(&self, count: usize) -> impl DoubleEndedIterator<Item = Month> + use<> {
        let month = self.month;
        (0..count as i32).rev().map(move |back| month.plus(-back))
    }
}

/// A number of a cell, of whatever type; `None` where it is null.
pub(crate) fn number(table: &Table, column: &str, row: usize) -> Option<f64> {
    match table.column(column)? {
        Cells::Int(cells) => cells.get(row).map(|value| value as f64),
        Cells::Float(cells) => cells.get(row),
        Cells::Money(cells) | Cells::Exact(cells) => cells.get(row)?.as_ref().map(Amount::to_f64),
        _ => None,
    }
}

/// A count.
pub(crate) fn count(table: &Table, column: &str, row: usize) -> Option<i64> {
    match table.column(column)? {
        Cells::Int(cells) => cells.get(row),
        _ => None,
    }
}

/// An amount of money.
pub(crate) fn amount(table: &Table, column: &str, row: usize) -> Option<Amount> {
    match table.column(column)? {
        Cells::Money(cells) | Cells::Exact(cells) => cells.get(row)?.clone(),
        _ => None,
    }
}

/// Whether a flag is set.
pub(crate) fn flag(table: &Table, column: &str, row: usize) -> bool {
    matches!(table.column(column), Some(Cells::Bool(cells)) if cells.get(row) == Some(&true))
}

/// The points of a series: a column of the rows that have some texts in some columns, by the table's own period. Whole
/// numbers are counts, all others are measured; rows without a value are no points.
pub(crate) fn series(table: &Table, column: &str, of: &[(&str, &str)]) -> Vec<Point> {
    let is_of = |row: &usize| of.iter().all(|(column, text)| table.cell(*row, column) == *text);
    series_of_rows(table, column, (0..table.height()).filter(is_of))
}

/// The same of some rows.
pub(crate) fn series_of_rows(table: &Table, column: &str, rows: impl Iterator<Item = usize>) -> Vec<Point> {
    let period = catalogue::table(table.name).map_or(Period::Week, |spec| spec.period);
    let Some(days) = first_days(table, period) else { return Vec::new() };
    let is_count = matches!(table.column(column), Some(Cells::Int(_)));
    rows.filter_map(|row| {
        let (day, value, complete) = (days[row]?, number(table, column, row)?, flag(table, "complete", row));
        Some(if is_count { Point::count(day, value, complete) } else { Point::measure(day, value, complete) })
    })
    .collect()
}
