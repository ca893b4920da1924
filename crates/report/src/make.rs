//! A report, made of its input.

use metrics_core::Calculation;
use model::table::Table;
use model::{Instant, Month};

use crate::content::Report;
use crate::executive::executive;
use crate::findings::findings;
use crate::input::{Input, ReportError, name_of};
use crate::measures::measured;
use crate::scores::scores;
use crate::sections::{self, Made};

/// Tables of months from which it is seen of which months something is known.
const MONTHLY: [&str; 6] = [
    "throughput_month",
    "pr_change_requests_month",
    "dora_month",
    "ci_month",
    "ci_cost_month",
    "cloud_spending_totals",
];

/// Hours after the end of a month in which a failure of its last deployments may still come.
const FAILING_HOURS: i64 = 24;

/// The months that can be reported, oldest first: those that are over, from the first of which anything is known.
pub fn months(calculation: &Calculation) -> Vec<Month> {
    let first = MONTHLY.iter().filter_map(|name| first_month(calculation, name)).min();
    let Some(mut month) = first else { return Vec::new() };
    let mut months = Vec::new();
    while month.end().micros() <= as_of(calculation).micros() {
        months.push(month);
        month = month.plus(1);
    }
    months
}

fn first_month(calculation: &Calculation, table: &str) -> Option<Month> {
    let table: &Table = calculation.tables.iter().find(|known| known.name == table)?;
    table.column("month")?;
    (0..table.height()).filter_map(|row| Month::parse(&table.cell(row, "month"))).min()
}

/// The instant of the report: that of issues and pull requests, else that of the bills.
pub fn as_of(calculation: &Calculation) -> Instant {
    let bills = calculation.cloud_as_of.unwrap_or_default();
    if calculation.as_of == Instant::default() { bills } else { calculation.as_of }
}

/// The day of an instant in UTC, `2026-11-07`.
pub(crate) fn day(at: Instant) -> String {
    at.to_rfc3339_seconds().chars().take(10).collect()
}

/// The report of a month.
///
/// # Errors
/// When the month is not over, when nothing is known of it, and when there is no data at all.
pub fn report(input: &Input<'_>) -> Result<Report, ReportError> {
    let known = months(input.calculation);
    let as_of = as_of(input.calculation);
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return Err(ReportError::Empty) };
    if input.month > *last {
        return Err(ReportError::NotOver { month: input.month, as_of, last: *last });
    }
    if input.month < *first {
        return Err(ReportError::BeforeData { month: input.month, first: first.to_string() });
    }
    let measured = measured(input);
    let scores = scores(input);
    let findings = findings(input, &measured);
    let provisional = provisional(input, as_of);
    let month_name = name_of(input.month);
    let mark = if provisional.is_some() { " (provisional)" } else { "" };
    let made =
        Made { input, measured: &measured, scores: &scores, findings: &findings, provisional: provisional.as_deref() };
    let sections = sections::sections(made);
    Ok(Report {
        month: input.month.to_string(),
        title: format!("Monthly report, {month_name}{mark}"),
        month_name,
        scope: scope(input),
        as_of: as_of.to_rfc3339_seconds(),
        executive: executive(input, &measured),
        sections,
        provisional,
        findings,
        measures: measured.into_iter().map(|measure| measure.row).collect(),
        scores,
    })
}

fn scope(input: &Input<'_>) -> Option<String> {
    (!input.teams.is_empty()).then(|| {
        format!(
            "Of {} alone, as far as figures are known by team; spending of the clouds is that of all.",
            input.teams.join(", ")
        )
    })
}

/// Why figures of the month may still change.
fn provisional(input: &Input<'_>, as_of: Instant) -> Option<String> {
    let has = |name: &str| input.table(name).is_some_and(|table| table.height() > 0);
    let bills = has("cloud_spending_totals") || has("ci_cost_month");
    if bills && !input.month.is_settled_at(as_of) {
        return Some("Bills of the month may still change: they settle five days after its end.".to_owned());
    }
    let failing = input.month.end().micros() + FAILING_HOURS * 3_600_000_000;
    (has("dora_month") && as_of.micros() < failing)
        .then(|| "Deployments of the month may still turn out to have failed: that takes a day.".to_owned())
}
