//! The figures of the executive summary.

use metrics_core::totals::ALL;
use model::Amount;

use crate::absent::why_none;
use crate::content::{CiCost, Executive, Known};
use crate::input::{Input, count, number};
use crate::measures::Measured;

const HOURS_PER_DAY: f64 = 24.0;
const MINUTES_PER_HOUR: f64 = 60.0;

/// The figures of the month.
pub(crate) fn executive(input: &Input<'_>, measured: &[Measured]) -> Executive {
    let rows = input.rows("dora_month", &["month", "service"]).filter(|rows| rows.table.height() > 0);
    let month = input.month.to_string();
    let row = rows.as_ref().and_then(|rows| Some((rows, rows.row(&[&month, ALL])?)));
    let deployments = row.as_ref().and_then(|(rows, row)| count(rows.table, "deployments", *row));
    let not_connected = || if rows.is_none() { "not connected" } else { "no deployments" };
    let of = |column: &str, scale: f64| match &row {
        None => Known::None(not_connected().to_owned()),
        Some((rows, row)) => number(rows.table, column, *row).map_or_else(
            || Known::None(why_none(rows.table, column, *row).to_owned()),
            |value| Known::Value(value * scale),
        ),
    };
    let costs: Vec<CiCost> = measured
        .iter()
        .filter(|measure| measure.row.name == "ci_cost")
        .filter_map(|measure| {
            let cost = measure.amount.as_ref()?;
            Some(CiCost {
                currency: measure.currency.clone()?,
                cost: cost.to_cents(),
                deployments_per_1k: deployments.and_then(|deployments| per_thousand(deployments, cost)),
            })
        })
        .collect();
    let reason = if input.table("ci_cost_month").is_none() { "not connected" } else { "no price is known" };
    Executive {
        month,
        deployments: deployments.map_or_else(|| Known::None(not_connected().to_owned()), Known::Value),
        lead_time_hours: of("lead_p50_days", HOURS_PER_DAY),
        change_failure_rate: of("change_failure_rate", 100.0),
        mttr_minutes: of("recovery_mean_hours", MINUTES_PER_HOUR),
        ci_cost_reason: if costs.is_empty() { reason.to_owned() } else { String::new() },
        ci_costs: costs,
    }
}

/// Deployments for a thousand of what CI cost; `None` where it cost nothing.
pub(crate) fn per_thousand(deployments: i64, cost: &Amount) -> Option<f64> {
    let cost = cost.to_f64();
    (cost > 0.0).then(|| deployments as f64 / cost * 1000.0)
}
