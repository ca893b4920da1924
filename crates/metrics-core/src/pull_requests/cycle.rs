//! `pr_cycle_week`: how long merged pull requests took, stage by stage. Bots are out.

use model::instant::MICROS_PER_DAY;
use model::table::Table;
use polars::prelude::*;

use super::facts::{Facts, column};
use super::grid::Grid;
use crate::frame::Kind;
use crate::percentiles::Wanted;

/// Durations with the names of their 50th and 85th percentile.
const STAGES: [(&str, &str, &str); 6] = [
    (column::OPEN_TO_MERGE, "open_to_merge_p50_days", "open_to_merge_p85_days"),
    (column::FIRST_COMMIT_TO_MERGE, "first_commit_to_merge_p50_days", "first_commit_to_merge_p85_days"),
    (column::CODING, "coding_p50_days", "coding_p85_days"),
    (column::PICKUP, "pickup_p50_days", "pickup_p85_days"),
    (column::REVIEW, "review_p50_days", "review_p85_days"),
    (column::MERGE, "merge_p50_days", "merge_p85_days"),
];

/// The stages whose means add up, with the names of the means.
const MEANS: [(&str, &str); 4] = [
    (column::CODING, "coding_mean_days"),
    (column::PICKUP, "pickup_mean_days"),
    (column::REVIEW, "review_mean_days"),
    (column::MERGE, "merge_mean_days"),
];

/// By the week of the merge. `review_rounds` is the mean, over reviewed pull requests, of 1 + the change requests
/// by humans other than the author from ready to merge. p85 is null below 10 observations of its stage.
/// The means are those of one cohort, the `with_all_stages` pull requests: they add up to its mean from t0 to t4.
pub(super) fn by_week(facts: &Facts) -> Table {
    let grid = Grid::of_repositories(facts);
    let mut aggregates = vec![len().alias("merged"), col(column::REVIEWED).not().sum().alias("merged_unreviewed")];
    let mut layout = vec![("merged", Kind::Int), ("merged_unreviewed", Kind::Int)];
    layout
        .extend(STAGES.iter().flat_map(|(_, p50_days, p85_days)| [(*p50_days, Kind::Float), (*p85_days, Kind::Float)]));
    aggregates.push(col(column::ROUNDS).mean().alias("review_rounds"));
    layout.push(("review_rounds", Kind::Float));
    let (of_cohort, behind) = means();
    aggregates.extend(of_cohort);
    let rows = facts.of_humans().collect().expect("a column of flags");
    let stages = STAGES
        .map(|(stage, p50_days, p85_days)| (stage, MICROS_PER_DAY, [Wanted::p50(p50_days), Wanted::p85(p85_days)]));
    let percentiles = grid.percentiles(&rows, column::MERGED_WEEK, &stages);
    let merged = grid.cells(rows.lazy(), column::MERGED_WEEK, &aggregates);
    grid.longer_table("pr_cycle_week", vec![merged, percentiles], &layout, &behind)
}

/// Mean days of each stage over the pull requests that have them all, and how many have.
fn means() -> (Vec<Expr>, Vec<(&'static str, Kind)>) {
    let has_all = || MEANS.map(|(stage, _)| col(stage).is_not_null()).into_iter().fold(lit(true), Expr::and);
    // Whole microseconds add up to the same sum in whatever order they come.
    let mean = |stage: &str| {
        let of_cohort = col(stage).filter(has_all());
        let (sum, count) = (of_cohort.clone().sum(), of_cohort.count());
        let days = sum.cast(DataType::Float64) / count.clone().cast(DataType::Float64) / lit(MICROS_PER_DAY as f64);
        when(count.gt(lit(0_u32))).then(days).otherwise(lit(NULL))
    };
    let mut aggregates: Vec<Expr> = MEANS.iter().map(|(stage, mean_days)| mean(stage).alias(*mean_days)).collect();
    aggregates.push(has_all().sum().alias("with_all_stages"));
    let names = MEANS.iter().map(|(_, mean_days)| (*mean_days, Kind::Float));
    (aggregates, names.chain([("with_all_stages", Kind::Int)]).collect())
}

/// Days of 86,400 s of a column of microseconds.
pub(super) fn days(duration: &str) -> Expr {
    col(duration).cast(DataType::Float64) / lit(MICROS_PER_DAY as f64)
}
