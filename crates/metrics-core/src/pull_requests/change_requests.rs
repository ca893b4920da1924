//! Change requests: by week, by repository, and how many pull requests had how many. Bots count.

use std::ops::Range;

use chrono_tz::Tz;
use model::Instant;
use model::columns::TextColumn;
use model::rules::ProcessChange;
use model::table::{Cells, Column, Table};
use polars::prelude::*;

use super::facts::{Facts, column, requested};
use super::grid::{Grid, shown_periods};
use crate::calendar::{Cut, Periods, label_columns};
use crate::control::charted;
use crate::frame::{Kind, p50, table};
use crate::totals::ALL;

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

/// `pr_change_requests_month` and `pr_change_requests_quarter`: change requests submitted in each longer period, by
/// repository and for all, with their control charts: for repositories that get too few for limits by week.
pub(super) fn by_longer_period(
    facts: &Facts,
    name: &'static str,
    cut: Cut,
    (zone, as_of): (Tz, Instant),
    changes: &[ProcessChange],
) -> Table {
    let first = facts.begins.unwrap_or_else(|| Instant::from_micros(as_of.micros().saturating_add(1)));
    let periods = Periods::covering(cut, zone, first, as_of);
    let groups = facts.covered.len();
    let all = groups - 1;
    let mut counts = vec![0_i64; periods.len() * groups];
    for (repository, at) in requested(&facts.requests) {
        if let Some(period) = periods.index_of(Instant::from_micros(at)) {
            counts[period * groups + repository as usize] += 1;
            counts[period * groups + all] += 1;
        }
    }
    let shown = shown_periods(facts, &periods);
    let cells: Vec<usize> = (0..counts.len()).filter(|cell| shown[cell % groups].contains(&(cell / groups))).collect();
    let complete = |cell: &usize| periods.end(cell / groups) <= facts.covered[cell % groups].min(as_of);
    let mut names = TextColumn::default();
    for name in facts.repositories.names().iter().map(String::as_str).chain([ALL]) {
        names.push(name.as_bytes());
    }
    let mut columns = label_columns(&periods, cut, cells.iter().map(|cell| cell / groups));
    let codes = cells.iter().map(|cell| (cell % groups) as u32).collect();
    columns.push(Column { name: column::REPO, cells: Cells::Code(codes, names) });
    let counted = cells.iter().map(|cell| Some(counts[*cell])).collect();
    columns.push(Column { name: "requested", cells: Cells::Int(counted) });
    columns.push(Column { name: "complete", cells: Cells::Bool(cells.iter().map(complete).collect()) });
    let mut table = Table { name, columns };
    let chart = charted(&table, "requested", column::REPO, changes).expect("the table is one of periods");
    let at = table.columns.len() - 1;
    table.columns.splice(at..at, chart);
    table
}

/// `pr_change_requests_repo`: the pull requests of each repository that were opened within some days.
pub(super) fn by_repository(facts: &Facts, days: &Range<i64>) -> Table {
    let requests = col(column::CHANGE_REQUESTS);
    let frame = facts.opened_within(days).group_by([col(column::REPO)]).agg([
        p50(requests.clone()).alias("median"),
        len().alias("pr_count"),
        requests.clone().sum().alias("cr_total"),
        requests.mean().alias("avg"),
    ]);
    let layout = [("median", Kind::Float), ("pr_count", Kind::Int), ("cr_total", Kind::Int), ("avg", Kind::Float)];
    of_repositories(facts, "pr_change_requests_repo", frame, &[column::REPO], &layout)
}

/// `pr_change_requests_repo_dist`: how many pull requests of a repository that were opened within some days had how many
/// change requests.
pub(super) fn distribution(facts: &Facts, days: &Range<i64>) -> Table {
    let keys = [col(column::REPO), col(column::CHANGE_REQUESTS).alias("cr")];
    let frame = facts.opened_within(days).group_by(keys).agg([len().alias("pr_count")]);
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
