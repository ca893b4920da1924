//! Why a figure is not there, in a few words.

use model::table::Table;

use crate::input::count;

/// Why a cell of a table of months is null.
pub(crate) fn why_none(table: &Table, column: &str, row: usize) -> &'static str {
    let is_none = |column: &str| count(table, column, row).unwrap_or(0) == 0;
    match column {
        "lead_p50_days" | "change_failure_rate" | "rework_rate" if is_none("deployments") => "no deployments",
        "lead_p50_days" => "no changes linked",
        "change_failure_rate" | "rework_rate" => "fewer than 10 deployments",
        "recovery_p50_hours" | "recovery_mean_hours" if is_none("failed") => "no failed deployment",
        "recovery_p50_hours" | "recovery_mean_hours" => "none recovered yet",
        "success_rate" | "duration_p95_min" if is_none("runs") => "no runs",
        "success_rate" | "duration_p95_min" => "too few runs",
        _ => "no data",
    }
}
