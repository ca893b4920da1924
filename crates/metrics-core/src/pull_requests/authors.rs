//! `pr_author_week`: merged pull requests per person. Written only where the rules allow tables about people.

use model::table::Table;
use polars::prelude::*;

use super::cycle::days;
use super::facts::{Facts, column};
use super::latency::hours;
use crate::frame::{Kind, p50, table};

/// A row per week and author with merges in it, in order of login, never of figures. Cycle is t0→t4, latency t1→t2.
/// Bots and deleted users are left out.
pub(super) fn by_week(facts: &Facts) -> Table {
    let weeks = &facts.weeks;
    let all = facts.covered.last().copied();
    let (years, numbers): (Vec<i64>, Vec<i64>) = (0..weeks.len()).map(|week| weeks.iso_week(week)).unzip();
    let complete: Vec<bool> = (0..weeks.len()).map(|week| Some(weeks.end(week)) <= all).collect();
    let calendar = df!(
        column::MERGED_WEEK => (0..weeks.len() as u32).collect::<Vec<_>>(),
        "year" => years,
        "week" => numbers,
        "complete" => complete,
    )
    .expect("one entry per week");
    let logins = df!(
        column::AUTHOR => (0..facts.authors.len() as u32).collect::<Vec<_>>(),
        "login" => &facts.authors,
    )
    .expect("one login per author");
    let keys = [column::MERGED_WEEK, column::AUTHOR];
    let frame = facts
        .of_humans()
        .filter(col(column::MERGED_WEEK).is_not_null())
        .group_by(keys.map(col))
        .agg([
            len().alias("merged"),
            p50(days(column::FIRST_COMMIT_TO_MERGE)).alias("cycle_p50_days"),
            p50(hours(column::PICKUP)).alias("latency_p50_hours"),
        ])
        .join(calendar.lazy(), [col(keys[0])], [col(keys[0])], JoinArgs::new(JoinType::Left))
        .join(logins.lazy(), [col(keys[1])], [col(keys[1])], JoinArgs::new(JoinType::Left))
        .filter(col("login").neq(lit("")))
        .sort(keys, SortMultipleOptions::default())
        .with_column(col("login").alias(column::AUTHOR))
        .collect()
        .expect("the frame has the columns that the query names");
    let layout = [
        ("year", Kind::Int),
        ("week", Kind::Week),
        (column::AUTHOR, Kind::Text),
        ("merged", Kind::Int),
        ("cycle_p50_days", Kind::Float),
        ("latency_p50_hours", Kind::Float),
        ("complete", Kind::Bool),
    ];
    table("pr_author_week", &frame, &layout).expect("the columns are of the kinds of the layout")
}
