//! The few figures that a person would look at first.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use metrics_core::catalogue::TableScope;
use model::table::Table;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Numbers;
use crate::snapshot::Snapshot;

/// Adds them for the whole organisation under the usual rules; what is not known is left out.
pub(super) fn register(registry: &mut Registry, snapshot: &Snapshot) {
    let set = snapshot.rules.usual;
    let calculation = |scope| snapshot.whole(scope).filter(|_| snapshot.holds(set, scope));
    let table = |scope, name: &str| -> Option<(Arc<_>, usize)> {
        let calculation: Arc<metrics_core::Calculation> = calculation(scope)?;
        let place = calculation.tables.iter().position(|table| table.name == name)?;
        Some((calculation, place))
    };
    let with = |scope, name: &str, figure: &dyn Fn(&Table) -> Option<f64>| {
        table(scope, name).and_then(|(calculation, place)| figure(&calculation.tables[place]))
    };
    let (issues, pull_requests) = (TableScope::Issues, TableScope::PullRequests);
    let figures = [
        (
            "throughput_last_complete_week",
            "Issues finished in the last complete week",
            with(issues, "throughput_week", &|table| last_complete(table, "throughput")),
        ),
        (
            "lead_time_p50_days",
            "Median lead time of the issues finished in the last complete month",
            with(issues, "cycle_time", &|table| last_complete(table, "leadtime_days_p50")),
        ),
        (
            "work_in_progress",
            "Issues from dev to waiting to prod",
            with(issues, "stocks", &|table| {
                let columns = ["in_dev", "in_review", "in_qa", "waiting_to_prod"];
                Some(columns.iter().map(|column| sum(table, column)).sum())
            }),
        ),
        ("open_bugs", "Open bugs on boards", with(issues, "stocks", &|table| Some(sum(table, "opened_bugs")))),
        (
            "open_pull_requests",
            "Open pull requests of humans",
            with(pull_requests, "pr_open", &|table| Some(table.height() as f64)),
        ),
    ];
    for (name, help, value) in figures {
        if let Some(value) = value {
            let gauge = Gauge::<f64, AtomicU64>::default();
            gauge.set(value);
            registry.register(name, help, gauge);
        }
    }
    if let Some((calculation, place)) = table(TableScope::CloudSpending, "cloud_spending_monthly") {
        register_spending(registry, &calculation.tables[place]);
    }
}

fn register_spending(registry: &mut Registry, table: &Table) {
    let complete = (0..table.height()).filter(|row| table.cell(*row, "complete") == "true");
    let mut last: BTreeMap<(String, String), (String, f64)> = BTreeMap::new();
    for row in complete {
        let series = (table.cell(row, "provider"), table.cell(row, "currency"));
        if let Some(cost) = number(table, row, "cost") {
            let month = table.cell(row, "month");
            let entry = last.entry(series).or_insert_with(|| (month.clone(), cost));
            if month >= entry.0 {
                *entry = (month, cost);
            }
        }
    }
    let spending = Numbers::default();
    for ((provider, currency), (_, cost)) in last {
        spending.get_or_create(&vec![("provider", provider), ("currency", currency)]).set(cost);
    }
    registry.register("spending_last_complete_month", "Bills of the last complete month", spending);
}

/// The newest figure of a period that is marked complete.
fn last_complete(table: &Table, column: &str) -> Option<f64> {
    let row = (0..table.height()).rev().find(|row| table.cell(*row, "complete") == "true")?;
    number(table, row, column)
}

fn sum(table: &Table, column: &str) -> f64 {
    (0..table.height()).filter_map(|row| number(table, row, column)).sum()
}

fn number(table: &Table, row: usize, column: &str) -> Option<f64> {
    table.cell(row, column).parse().ok()
}
