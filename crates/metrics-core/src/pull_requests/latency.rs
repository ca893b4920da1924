//! `pr_review_latency_week`: how long merged pull requests of each size waited for review. Bots are out.

use model::instant::MICROS_PER_SECOND;
use model::table::Table;
use polars::prelude::*;

use super::facts::{Facts, column};
use super::grid::Grid;
use crate::frame::{Kind, p50, p90};

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
    let (mut aggregates, mut layout) = (Vec::new(), Vec::new());
    for (wait, p50_hours, p90_hours) in WAITS {
        aggregates.extend([p50(hours(wait)).alias(p50_hours), p90(hours(wait)).alias(p90_hours)]);
        layout.extend([(p50_hours, Kind::Float), (p90_hours, Kind::Float)]);
    }
    let merged = grid.cells(facts.of_humans(), column::MERGED_WEEK, &aggregates);
    grid.table("pr_review_latency_week", vec![merged], &layout)
}

/// Hours of a column of microseconds.
pub(super) fn hours(duration: &str) -> Expr {
    col(duration).cast(DataType::Float64) / lit((3600 * MICROS_PER_SECOND) as f64)
}
