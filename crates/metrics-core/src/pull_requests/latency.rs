//! `pr_review_latency_week`: how long merged pull requests of each size waited for review. Bots are out.

use model::instant::MICROS_PER_SECOND;
use model::table::Table;
use polars::prelude::*;

use super::facts::{Facts, column};
use super::grid::Grid;
use crate::frame::Kind;
use crate::percentiles::Wanted;

const MICROS_PER_HOUR: i64 = 3600 * MICROS_PER_SECOND;

/// Durations with the names of their 50th and 90th percentile.
const WAITS: [(&str, &str, &str); 3] = [
    (column::READY_TO_MERGE, "waiting_for_review_p50_hours", "waiting_for_review_p90_hours"),
    (column::PICKUP, "to_first_review_p50_hours", "to_first_review_p90_hours"),
    (column::REQUEST_TO_REVIEW, "request_to_review_p50_hours", "request_to_review_p90_hours"),
];

/// By the week of the merge and the number of changed files (XS up to 1, S 2–3, M 4–9, L from 10). Those of unknown
/// size are in `ALL` alone. p90 is null below 10 observations.
pub(super) fn by_week(facts: &Facts) -> Table {
    let grid = Grid::of_sizes(facts);
    let rows = facts.of_humans().collect().expect("a column of flags");
    let waits = WAITS
        .map(|(wait, p50_hours, p90_hours)| (wait, MICROS_PER_HOUR, [Wanted::p50(p50_hours), Wanted::p90(p90_hours)]));
    let layout: Vec<(&str, Kind)> = WAITS
        .iter()
        .flat_map(|(_, p50_hours, p90_hours)| [(*p50_hours, Kind::Float), (*p90_hours, Kind::Float)])
        .collect();
    grid.table("pr_review_latency_week", vec![grid.percentiles(&rows, column::MERGED_WEEK, &waits)], &layout)
}

/// Hours of a column of microseconds.
pub(super) fn hours(duration: &str) -> Expr {
    col(duration).cast(DataType::Float64) / lit(MICROS_PER_HOUR as f64)
}
