//! The few figures that a person would look at first.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use metrics_core::catalogue::TableScope;
use metrics_core::headline::{Delivery, Headline};
use model::table::Table;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::Numbers;
use crate::snapshot::Snapshot;

/// Adds them for the whole organisation under the usual rules; what is not known is left out.
pub(super) fn register(registry: &mut Registry, snapshot: &Snapshot) {
    let set = snapshot.rules.usual;
    let calculation = |scope| -> Option<Arc<metrics_core::Calculation>> {
        snapshot.whole(scope).filter(|_| snapshot.holds(set, scope))
    };
    let of = |scope| calculation(scope).map(|calculation| Headline::of(&calculation.tables)).unwrap_or_default();
    let (issues, pull_requests) = (of(TableScope::Issues), of(TableScope::PullRequests));
    let delivery = of(TableScope::Delivery).delivery.known();
    let delivered = |figure: fn(&Delivery) -> Option<f64>| delivery.as_ref().and_then(figure);
    let stocks = issues.stocks.known();
    let figures = [
        (
            "throughput_last_complete_week",
            "Issues finished in the last complete week",
            issues.throughput.known().map(|throughput| throughput.issues as f64),
        ),
        (
            "lead_time_p50_days",
            "Median lead time of the issues finished in the last complete month",
            issues.lead_time.known().and_then(|time| time.p50),
        ),
        ("work_in_progress", "Issues from dev to waiting to prod", stocks.map(|stocks| stocks.work_in_progress as f64)),
        ("open_bugs", "Open bugs on boards", stocks.map(|stocks| stocks.bugs as f64)),
        (
            "open_pull_requests",
            "Open pull requests of humans",
            pull_requests.open_pull_requests.known().map(|open| open as f64),
        ),
        (
            "deployments_last_complete_month",
            "Deployments to production in the last complete month",
            delivered(|month| Some(month.deployments as f64)),
        ),
        (
            "change_lead_time_p50_days",
            "Median from the first commit to users of the changes of the last complete month",
            delivered(|month| month.lead_p50_days),
        ),
        (
            "change_failure_rate",
            "Share of the deployments of the last complete month that failed",
            delivered(|month| month.change_failure_rate),
        ),
        (
            "failed_deployment_recovery_p50_hours",
            "Median from a failed deployment of the last complete month to the recovery",
            delivered(|month| month.recovery_p50_hours),
        ),
    ];
    for (name, help, value) in figures {
        if let Some(value) = value {
            let gauge = Gauge::<f64, AtomicU64>::default();
            gauge.set(value);
            registry.register(name, help, gauge);
        }
    }
    if let Some(calculation) = calculation(TableScope::CloudSpending) {
        let monthly = calculation.tables.iter().find(|table| table.name == "cloud_spending_monthly");
        if let Some(monthly) = monthly {
            register_spending(registry, monthly);
        }
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

fn number(table: &Table, row: usize, column: &str) -> Option<f64> {
    table.cell(row, column).parse().ok()
}
