//! Time series of weekly tables, for control charts.

use std::collections::HashMap;

use model::columns::TextColumn;
use model::rules::ProcessChange;
use model::table::{Cells, Column, Table};

use super::{NoLimits, Point, Signal, Verdict, xmr};
use crate::catalogue::Period;
use crate::period::first_days;

/// The points of a table of weeks (months, quarters): a numeric column by `year` and `week` (`month`, `quarter`) and `complete`, of all rows or of those with a
/// text in a column (`("repo", "ALL")`).
///
/// Whole numbers are counts of events, all others are measured: see [`Point::events`].
/// Weeks in which the value is null are no points. `None` when the table lacks one of these columns, or one of them
/// is of another type.
pub fn series_of(table: &Table, value: &str, group: Option<(&str, &str)>) -> Option<Vec<Point>> {
    if let Some((column, _)) = group {
        table.column(column)?;
    }
    let of_group = |row: &usize| group.is_none_or(|(column, text)| table.cell(*row, column) == text);
    let points = points(table, value)?;
    Some((0..table.height()).filter(of_group).filter_map(|row| points[row]).collect())
}

/// The point of each row, `None` where its value is null.
fn points(table: &Table, value: &str) -> Option<Vec<Option<Point>>> {
    let days =
        [Period::Week, Period::Month, Period::Quarter].into_iter().find_map(|period| first_days(table, period))?;
    let Cells::Bool(complete) = table.column("complete")? else { return None };
    let first_day = |row: usize| days[row];
    let point: Box<dyn Fn(usize) -> Option<Point>> = match table.column(value)? {
        Cells::Int(cells) => {
            Box::new(move |row| Some(Point::count(first_day(row)?, cells.get(row)? as f64, complete[row])))
        }
        Cells::Float(cells) => {
            Box::new(move |row| Some(Point::measure(first_day(row)?, cells.get(row)?, complete[row])))
        }
        _ => return None,
    };
    Some((0..table.height()).map(point).collect())
}

/// A chart for each group of a weekly table whose rows stand in the order of the weeks, as further columns: see
/// [`chart_columns`]. `None` as for [`series_of`].
pub(crate) fn charted(table: &Table, value: &str, group: &str, changes: &[ProcessChange]) -> Option<Vec<Column>> {
    let points = points(table, value)?;
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    table.column(group)?;
    for row in (0..table.height()).filter(|row| points[*row].is_some()) {
        groups.entry(table.cell(row, group)).or_default().push(row);
    }
    let mut verdicts = vec![None; table.height()];
    for rows in groups.values() {
        let series: Vec<Point> = rows.iter().filter_map(|row| points[*row]).collect();
        for (row, verdict) in rows.iter().zip(xmr(&series, changes).points) {
            verdicts[*row] = Some(verdict);
        }
    }
    Some(chart_columns(&verdicts.iter().map(Option::as_ref).collect::<Vec<_>>()))
}

/// center, ucl, lcl, signals, segment, provisional, `no_limits` (why there are none): the chart's part of a weekly
/// table. Where a row has no verdict the numbers are null and there are no signals.
pub(crate) fn chart_columns(verdicts: &[Option<&Verdict>]) -> Vec<Column> {
    let floats = |value: fn(&Verdict) -> Option<f64>| {
        Cells::Float(verdicts.iter().map(|verdict| verdict.and_then(value)).collect())
    };
    let mut signals = TextColumn::default();
    for verdict in verdicts {
        let names: Vec<&str> = verdict.iter().flat_map(|verdict| &verdict.signals).copied().map(Signal::name).collect();
        signals.push(names.join(";").as_bytes());
    }
    let mut reasons = TextColumn::default();
    for verdict in verdicts {
        let reason = verdict.and_then(|verdict| verdict.no_limits);
        reasons.push(reason.map_or("", NoLimits::name).as_bytes());
    }
    let segments = verdicts.iter().map(|verdict| verdict.map(|verdict| verdict.segment as i64)).collect();
    let provisional = verdicts.iter().map(|verdict| verdict.is_some_and(|verdict| verdict.provisional)).collect();
    vec![
        Column { name: "center", cells: floats(|verdict| verdict.center) },
        Column { name: "ucl", cells: floats(|verdict| verdict.ucl) },
        Column { name: "lcl", cells: floats(|verdict| verdict.lcl) },
        Column { name: "signals", cells: Cells::Text(signals) },
        Column { name: "segment", cells: Cells::Int(segments) },
        Column { name: "provisional", cells: Cells::Bool(provisional) },
        Column { name: "no_limits", cells: Cells::Text(reasons) },
    ]
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn a_weekly_table_gives_the_points_of_one_group_without_its_nulls() {
        let mut repo = TextColumn::default();
        for name in ["web", "ALL", "ALL", "ALL"] {
            repo.push(name.as_bytes());
        }
        let table = Table {
            name: "example",
            columns: vec![
                Column { name: "year", cells: Cells::Int(vec![Some(2020); 4].into()) },
                Column { name: "week", cells: Cells::Week(vec![51, 51, 52, 53]) },
                Column { name: "repo", cells: Cells::Text(repo) },
                Column { name: "requested", cells: Cells::Int(vec![Some(9), Some(1), None, Some(3)].into()) },
                Column { name: "complete", cells: Cells::Bool(vec![true, true, true, false]) },
            ],
        };
        let day = |month, day| NaiveDate::from_ymd_opt(2020, month, day).expect("a valid day");
        assert_eq!(
            series_of(&table, "requested", Some(("repo", "ALL"))),
            Some(vec![Point::count(day(12, 14), 1.0, true), Point::count(day(12, 28), 3.0, false),])
        );
        assert_eq!(series_of(&table, "requested", None).map(|points| points.len()), Some(3));
        assert_eq!(series_of(&table, "repo", None), None);
        assert_eq!(series_of(&table, "absent", None), None);
        assert_eq!(series_of(&table, "requested", Some(("team", "a"))), None);
    }
}
