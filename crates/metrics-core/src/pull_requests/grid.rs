//! Weekly tables: a row for every week and group, and for all groups together. A repository has rows from the first week
//! in which something happened in it to the last one, so that thousands that were short-lived cost little.

use std::ops::Range;

use model::Instant;
use model::table::Table;
use polars::prelude::*;

use super::facts::{Facts, SIZES};
use crate::calendar::Periods;
use crate::frame::{Kind, table};
use crate::percentiles::{self, Wanted};
use crate::totals::ALL;

const CELL: &str = "cell";

/// Weeks × groups; the last group is `ALL`.
pub(super) struct Grid<'a> {
    weeks: &'a Periods,
    label: &'static str,
    groups: Vec<&'a str>,
    /// End of what is imported, per group.
    covered: Vec<Instant>,
    /// Weeks that are rows, per group.
    shown: Vec<Range<usize>>,
}

/// Periods of each repository from the one in which something happened first to the one in which it did last, and all of
/// them for `ALL`, which comes last. What happened before the first period counts as in it.
pub(super) fn shown_periods(facts: &Facts, periods: &Periods) -> Vec<Range<usize>> {
    let index = |at: i64| periods.index_of(Instant::from_micros(at));
    let of_repository = |(first, last): &(i64, i64)| {
        let last = index(*last).unwrap_or(periods.len().saturating_sub(1));
        if periods.is_empty() { 0..0 } else { index(*first).unwrap_or(0)..last + 1 }
    };
    facts.active.iter().map(of_repository).chain(std::iter::once(0..periods.len())).collect()
}

impl<'a> Grid<'a> {
    /// Groups are repositories.
    pub(super) fn of_repositories(facts: &'a Facts) -> Self {
        let groups = facts.repositories.names().iter().map(String::as_str).chain([ALL]).collect();
        let shown = shown_periods(facts, &facts.weeks);
        Self { weeks: &facts.weeks, label: super::facts::column::REPO, groups, covered: facts.covered.clone(), shown }
    }

    /// Groups are sizes.
    pub(super) fn of_sizes(facts: &'a Facts) -> Self {
        let groups: Vec<&str> = SIZES.into_iter().chain([ALL]).collect();
        let all = facts.covered.last().copied().into_iter();
        let covered = all.cycle().take(groups.len()).collect();
        let shown = vec![0..facts.weeks.len(); groups.len()];
        Self { weeks: &facts.weeks, label: super::facts::column::SIZE, groups, covered, shown }
    }

    /// Aggregates rows by a column of weeks and by the group, and again over all groups. Rows without a week count
    /// nowhere, rows without a group only in `ALL`.
    pub(super) fn cells(&self, rows: LazyFrame, week: &str, aggregates: &[Expr]) -> LazyFrame {
        let width = self.groups.len() as u32;
        let cell = |group: Expr| (col(week) * lit(width) + group).alias(CELL);
        let rows = rows.filter(col(week).is_not_null());
        let of_groups = rows.clone().filter(col(self.label).is_not_null()).group_by([cell(col(self.label))]);
        let of_all = rows.group_by([cell(lit(width - 1))]);
        concat([of_groups.agg(aggregates), of_all.agg(aggregates)], UnionArgs::default())
            .expect("both parts have the same columns")
    }

    /// Percentiles of durations by a column of weeks and by the group, and again over all groups: a part of a table. Of
    /// each duration its column, the microseconds of the unit, and what is asked for.
    pub(super) fn percentiles<const N: usize>(
        &self,
        rows: &DataFrame,
        week: &str,
        durations: &[(&str, i64, [Wanted; N])],
    ) -> LazyFrame {
        let width = self.groups.len() as u32;
        let (weeks, groups) = (codes(rows, week), codes(rows, self.label));
        let of_group = |row: usize| Some(weeks[row]? * width + groups[row]?);
        let of_all = |row: usize| Some(weeks[row]? * width + width - 1);
        let cells: Vec<u32> =
            self.shown_cells().map(|(week, group)| (week * self.groups.len() + group) as u32).collect();
        let of_durations = durations.iter().flat_map(|(duration, unit, wanted)| {
            let mut observed = percentiles::observed(rows, of_group, duration);
            observed.extend(percentiles::observed(rows, of_all, duration));
            percentiles::columns(&cells, &observed, *unit, wanted)
        });
        let columns = std::iter::once(Column::new(CELL.into(), &cells)).chain(of_durations).collect();
        DataFrame::new_infer_height(columns).expect("one entry per cell in each column").lazy()
    }

    /// The table of the weeks of all groups: year, week, the group, then the columns of the parts as laid out, then
    /// `complete`. A count that no part has for a cell is 0, anything else is null.
    pub(super) fn table(&self, name: &'static str, parts: Vec<LazyFrame>, layout: &[(&'static str, Kind)]) -> Table {
        self.longer_table(name, parts, layout, &[])
    }

    /// The same with columns of the parts behind `complete`: those that the table did not always have.
    pub(super) fn longer_table(
        &self,
        name: &'static str,
        parts: Vec<LazyFrame>,
        layout: &[(&'static str, Kind)],
        behind: &[(&'static str, Kind)],
    ) -> Table {
        let joined = parts.into_iter().fold(self.frame().lazy(), |grid, part| {
            grid.join(part, [col(CELL)], [col(CELL)], JoinArgs::new(JoinType::Left))
        });
        let counts = layout.iter().chain(behind).filter(|(_, kind)| *kind == Kind::Int);
        let counts: Vec<Expr> = counts.map(|(count, _)| col(*count).fill_null(lit(0))).collect();
        let frame = joined
            .with_columns(counts)
            .sort([CELL], SortMultipleOptions::default())
            .collect()
            .expect("the parts have the columns of the layout");
        let mut columns = vec![("year", Kind::Int), ("week", Kind::Week), (self.label, Kind::Text)];
        columns.extend_from_slice(layout);
        columns.push(("complete", Kind::Bool));
        columns.extend_from_slice(behind);
        table(name, &frame, &columns).expect("the columns are of the kinds of the layout")
    }

    /// Weeks and groups that are rows, in order.
    fn shown_cells(&self) -> impl Iterator<Item = (usize, usize)> {
        let of_week = move |week: usize| (0..self.groups.len()).filter(move |group| self.shown[*group].contains(&week));
        (0..self.weeks.len()).flat_map(move |week| of_week(week).map(move |group| (week, group)))
    }

    fn frame(&self) -> DataFrame {
        let width = self.groups.len();
        let cells = || self.shown_cells();
        let (years, numbers): (Vec<i64>, Vec<i64>) = cells().map(|(week, _)| self.weeks.iso_week(week)).unzip();
        let labels: Vec<&str> = cells().map(|(_, group)| self.groups[group]).collect();
        let complete: Vec<bool> = cells().map(|(week, group)| self.weeks.end(week) <= self.covered[group]).collect();
        df!(
            CELL => cells().map(|(week, group)| (week * width + group) as u32).collect::<Vec<_>>(),
            "year" => years,
            "week" => numbers,
            self.label => labels,
            "complete" => complete,
        )
        .expect("one entry per cell in each column")
    }
}

/// A column of codes, null where unknown.
fn codes(rows: &DataFrame, column: &str) -> Vec<Option<u32>> {
    let codes = rows.column(column).and_then(|column| column.u32().cloned()).expect("weeks and groups are places");
    codes.iter().collect()
}
