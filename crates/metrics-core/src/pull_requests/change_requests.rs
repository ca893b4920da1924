//! Change requests: by week, by repository, and how many pull requests had how many. Bots count.

use model::rules::ProcessChange;
use model::table::Table;
use polars::prelude::*;

use super::facts::{Facts, column};
use super::grid::Grid;
use crate::control::charted;
use crate::frame::{Kind, p50, table};

/// `pr_change_requests_week`: pull requests by the week in which they were opened, with the change requests that
/// they got so far, and in `requested` the change requests submitted in the week, whenever their pull request was
/// opened. `p90` is nearest-rank, over however few. The control chart of each repository, and of all, is that of
/// `requested`.
pub(super) fn by_week(facts: &Facts, changes: &[ProcessChange]) -> Table {
    let grid = Grid::of_repositories(facts);
    let requests = col(column::CHANGE_REQUESTS);
    let opened = grid.cells(
        facts.frame.clone().lazy(),
        column::OPENED_WEEK,
        &[
            requests.clone().mean().alias("avg"),
            p50(requests.clone()).alias("median"),
            requests.clone().quantile(lit(0.9), QuantileMethod::Equiprobable).alias("p90"),
            len().alias("pr_count"),
            requests.sum().alias("cr_total"),
        ],
    );
    let requested = grid.cells(facts.requests.clone().lazy(), column::REQUESTED_WEEK, &[len().alias("requested")]);
    let mut table = grid.table(
        "pr_change_requests_week",
        vec![opened, requested],
        &[
            ("avg", Kind::Float),
            ("median", Kind::Float),
            ("p90", Kind::Float),
            ("pr_count", Kind::Int),
            ("cr_total", Kind::Int),
            ("requested", Kind::Int),
        ],
    );
    let chart = charted(&table, "requested", column::REPO, changes).expect("the table is a weekly one");
    let at = table.columns.len() - 1;
    table.columns.splice(at..at, chart);
    table
}

/// `pr_change_requests_repo`: all pull requests of each repository.
pub(super) fn by_repository(facts: &Facts) -> Table {
    let requests = col(column::CHANGE_REQUESTS);
    let frame = facts.frame.clone().lazy().group_by([col(column::REPO)]).agg([
        p50(requests.clone()).alias("median"),
        len().alias("pr_count"),
        requests.sum().alias("cr_total"),
    ]);
    let layout = [("median", Kind::Float), ("pr_count", Kind::Int), ("cr_total", Kind::Int)];
    of_repositories(facts, "pr_change_requests_repo", frame, &[column::REPO], &layout)
}

/// `pr_change_requests_repo_dist`: how many pull requests of a repository had how many change requests.
pub(super) fn distribution(facts: &Facts) -> Table {
    let keys = [col(column::REPO), col(column::CHANGE_REQUESTS).alias("cr")];
    let frame = facts.frame.clone().lazy().group_by(keys).agg([len().alias("pr_count")]);
    let layout = [("cr", Kind::Int), ("pr_count", Kind::Int)];
    of_repositories(facts, "pr_change_requests_repo_dist", frame, &[column::REPO, "cr"], &layout)
}

/// A table whose first column is the repository by name, in order of its keys.
fn of_repositories(
    facts: &Facts,
    name: &'static str,
    rows: LazyFrame,
    keys: &[&'static str],
    layout: &[(&'static str, Kind)],
) -> Table {
    let names = df!(
        column::REPO => (0..facts.repositories.names().len() as u32).collect::<Vec<_>>(),
        "name" => facts.repositories.names(),
    )
    .expect("one name per repository");
    let frame = rows
        .join(names.lazy(), [col(column::REPO)], [col(column::REPO)], JoinArgs::new(JoinType::Left))
        .sort(keys.iter().copied(), SortMultipleOptions::default())
        .with_column(col("name").alias(column::REPO))
        .collect()
        .expect("the frame has the columns that the query names");
    let columns: Vec<_> = [(column::REPO, Kind::Text)].into_iter().chain(layout.iter().copied()).collect();
    table(name, &frame, &columns).expect("the columns are of the kinds of the layout")
}
