//! `pr_activity_week`: what happened each week. `opened` and `merged` count everyone's, the rest leaves bots out.

use model::table::Table;
use polars::prelude::*;

use super::facts::{Facts, LARGE, column};
use super::grid::Grid;
use crate::frame::Kind;

/// By week of the event. `authors` are the people whose pull requests were merged in the week, and
/// `merged_per_author` is pull requests of humans merged per author, null without any; `large` (10 files or more),
/// `weekend_merges` (Saturday and Sunday in the reporting zone) and `hotfix_labelled` are of those merged.
pub(super) fn by_week(facts: &Facts) -> Table {
    let grid = Grid::of_repositories(facts);
    let everyone = || facts.frame.clone().lazy();
    // Deleted users share the empty login and cannot be told apart: they count as one author.
    let authors = || col(column::AUTHOR).n_unique();
    let parts = vec![
        grid.cells(everyone(), column::OPENED_WEEK, &[len().alias("opened")]),
        grid.cells(everyone(), column::MERGED_WEEK, &[len().alias("merged")]),
        grid.cells(facts.of_humans(), column::CLOSED_WEEK, &[len().alias("closed_unmerged")]),
        grid.cells(
            facts.of_humans(),
            column::MERGED_WEEK,
            &[
                authors().alias("authors"),
                (len().cast(DataType::Float64) / authors().cast(DataType::Float64)).alias("merged_per_author"),
                col(column::SIZE).eq(lit(LARGE)).sum().alias("large"),
                col(column::WEEKEND).sum().alias("weekend_merges"),
                col(column::HOTFIX).sum().alias("hotfix_labelled"),
            ],
        ),
    ];
    grid.table(
        "pr_activity_week",
        parts,
        &[
            ("opened", Kind::Int),
            ("merged", Kind::Int),
            ("closed_unmerged", Kind::Int),
            ("authors", Kind::Int),
            ("merged_per_author", Kind::Float),
            ("large", Kind::Int),
            ("weekend_merges", Kind::Int),
            ("hotfix_labelled", Kind::Int),
        ],
    )
}
