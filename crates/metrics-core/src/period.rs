//! Filter by date: the rows of a table within a range of days.

use std::iter::zip;

use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use model::Month;
use model::columns::InstantColumn;
use model::table::{Cells, Column, Table};

use crate::calendar::{first_day_of_quarter, local_date};
use crate::catalogue::{Period, Range, TableSpec};

/// The rows whose period lies within `from` and `to`: `from <= first day of the period <= to`. A week is dated by its
/// Monday, a month by its first day, a row of a list by the day in `zone` that [`Range::List`] says. A bound that is
/// `None` bounds nothing.
///
/// Everything in the rows stays as it is: limits and forecasts rest on the whole history. A table without periods
/// that is no list, and one that lacks the columns of its days, is returned whole. Rows whose day cannot be read are
/// dropped as soon as there is a bound.
#[must_use]
pub fn within(table: &Table, spec: &TableSpec, zone: Tz, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Table {
    if from.is_none() && to.is_none() {
        return table.clone();
    }
    let days = match spec.range {
        Range::List(instants) => listed_days(table, instants, zone),
        Range::Periods | Range::Within | Range::Summary => first_days(table, spec.period),
    };
    let Some(days) = days else { return table.clone() };
    let is_within = |day: &Option<NaiveDate>| {
        day.is_some_and(|day| from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to))
    };
    let rows: Vec<usize> = (0..days.len()).filter(|row| is_within(&days[*row])).collect();
    rows_of(table, &rows)
}

/// The first day of the period of each row, `None` where it cannot be read; `None` altogether when the table has no
/// periods of that length.
pub fn first_days(table: &Table, period: Period) -> Option<Vec<Option<NaiveDate>>> {
    match period {
        Period::None => None,
        Period::Day => match table.column("date")? {
            Cells::Date(days) => Some(days.clone()),
            _ => None,
        },
        Period::Week => {
            let (Cells::Int(years), Cells::Week(weeks)) = (table.column("year")?, table.column("week")?) else {
                return None;
            };
            Some(years.iter().zip(weeks).map(|(year, week)| monday(year?, *week)).collect())
        }
        Period::Month => match table.column("month")? {
            Cells::Text(months) => {
                Some((0..months.len()).map(|row| Month::parse(&months.text(row)).map(Month::first_day)).collect())
            }
            _ => None,
        },
        Period::Quarter => match table.column("quarter")? {
            Cells::Text(quarters) => {
                Some((0..quarters.len()).map(|row| first_day_of_quarter(&quarters.text(row))).collect())
            }
            _ => None,
        },
    }
}

/// The day of each row of a list: that of the first of some columns that has an instant.
fn listed_days(table: &Table, columns: &[&str], zone: Tz) -> Option<Vec<Option<NaiveDate>>> {
    let mut days = vec![None; table.height()];
    for column in columns {
        let Cells::Instant(instants) = table.column(column)? else { return None };
        for (day, row) in zip(&mut days, 0..) {
            *day = day.or_else(|| instants.get(row).map(|at| local_date(zone, at)));
        }
    }
    Some(days)
}

fn monday(year: i64, week: i64) -> Option<NaiveDate> {
    NaiveDate::from_isoywd_opt(i32::try_from(year).ok()?, u32::try_from(week).ok()?, Weekday::Mon)
}

/// Some rows of a table, in the order given.
///
/// # Panics
/// When there is no such row.
#[must_use]
pub fn rows_of(table: &Table, rows: &[usize]) -> Table {
    let columns = table.columns.iter();
    let columns = columns.map(|column| Column { name: column.name, cells: cells_of(&column.cells, rows) }).collect();
    Table { name: table.name, columns }
}

fn cells_of(cells: &Cells, rows: &[usize]) -> Cells {
    match cells {
        Cells::Text(cells) => Cells::Text(cells.gathered(rows.iter().copied())),
        Cells::Code(cells, texts) => Cells::Code(rows.iter().map(|row| cells[*row]).collect(), texts.clone()),
        Cells::Address(cells) => Cells::Address(cells.gathered(rows.iter().copied())),
        Cells::Int(cells) => Cells::Int(cells.gathered(rows.iter().copied())),
        Cells::Week(cells) => Cells::Week(picked(cells, rows)),
        Cells::Float(cells) => Cells::Float(cells.gathered(rows.iter().copied())),
        Cells::Bool(cells) => Cells::Bool(picked(cells, rows)),
        Cells::Judged(cells) => Cells::Judged(picked(cells, rows)),
        Cells::Date(cells) => Cells::Date(picked(cells, rows)),
        Cells::Money(cells) => Cells::Money(picked(cells, rows)),
        Cells::Exact(cells) => Cells::Exact(picked(cells, rows)),
        Cells::Cents(cells) => Cells::Cents(picked(cells, rows)),
        Cells::Instant(cells) => {
            let mut picked = InstantColumn::default();
            for row in rows {
                picked.push_with_nanos(cells.micros(*row), cells.nanos(*row));
            }
            Cells::Instant(picked)
        }
    }
}

fn picked<T: Clone>(cells: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|row| cells[*row].clone()).collect()
}

#[cfg(test)]
mod tests {
    use model::Instant;
    use model::columns::TextColumn;

    use super::*;
    use crate::catalogue::table;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a valid day")
    }

    fn texts(values: &[&str]) -> TextColumn {
        let mut column = TextColumn::default();
        for value in values {
            column.push(value.as_bytes());
        }
        column
    }

    fn weeks() -> Table {
        let mut at = InstantColumn::default();
        for seconds in [1, 2, 3] {
            at.push(Some(Instant::from_seconds(seconds)));
        }
        Table {
            name: "throughput_week",
            columns: vec![
                Column { name: "year", cells: Cells::Int(vec![Some(2020), Some(2020), Some(2021)].into()) },
                Column { name: "week", cells: Cells::Week(vec![52, 53, 1]) },
                Column { name: "throughput", cells: Cells::Int(vec![Some(1), None, Some(3)].into()) },
                Column { name: "repo", cells: Cells::Code(vec![1, 0, 1].into(), texts(&["web", "api"])) },
                Column { name: "at", cells: Cells::Instant(at) },
            ],
        }
    }

    fn spec(name: &str) -> &'static TableSpec {
        table(name).expect("a table of that name")
    }

    #[test]
    fn weeks_are_kept_by_their_monday() {
        let table = weeks();
        let kept = |from, to| {
            let kept = within(&table, spec("throughput_week"), Tz::UTC, from, to);
            (0..kept.height()).map(|row| kept.cell(row, "week")).collect::<Vec<_>>()
        };
        // The week 2020-W53 began on 28 December 2020.
        assert_eq!(kept(Some(day(2020, 12, 28)), Some(day(2020, 12, 28))), ["53"]);
        assert_eq!(kept(Some(day(2020, 12, 29)), None), ["01"]);
        assert_eq!(kept(None, Some(day(2021, 1, 3))), ["52", "53"]);
        assert_eq!(kept(None, None), ["52", "53", "01"]);
        assert!(kept(Some(day(2021, 1, 1)), Some(day(2020, 1, 1))).is_empty(), "a reversed range is empty");
    }

    #[test]
    fn rows_keep_all_their_cells() {
        let table = weeks();
        let kept = within(&table, spec("throughput_week"), Tz::UTC, Some(day(2020, 12, 28)), None);
        assert_eq!(
            kept.to_csv(),
            "year,week,throughput,repo,at\n2020,53,,web,1970-01-01T00:00:02Z\n2021,01,3,api,1970-01-01T00:00:03Z\n"
        );
    }

    #[test]
    fn months_are_kept_by_their_first_day_and_days_by_themselves() {
        let months = Table {
            name: "cycle_time",
            columns: vec![Column { name: "month", cells: Cells::Text(texts(&["2026-09", "2026-10", "soon"])) }],
        };
        let kept = within(&months, spec("cycle_time"), Tz::UTC, Some(day(2026, 9, 2)), Some(day(2026, 10, 1)));
        assert_eq!(kept.to_csv(), "month\n2026-10\n", "what is no month is within nothing");
        let dates = vec![Some(day(2026, 1, 1)), None, Some(day(2026, 1, 3))];
        let days =
            Table { name: "cumulative_flow_day", columns: vec![Column { name: "date", cells: Cells::Date(dates) }] };
        let kept = within(&days, spec("cumulative_flow_day"), Tz::UTC, Some(day(2026, 1, 2)), None);
        assert_eq!(kept.to_csv(), "date\n2026-01-03\n");
    }

    #[test]
    fn rows_of_a_list_are_kept_by_their_end_and_while_they_have_none_by_their_beginning() {
        let instants = |texts: &[Option<&str>]| {
            let mut column = InstantColumn::default();
            for text in texts {
                column.push(text.map(|text| Instant::parse_date_or_rfc3339(text).expect("a valid instant")));
            }
            Cells::Instant(column)
        };
        let table = Table {
            name: "calculated_pr",
            columns: vec![
                Column { name: "id", cells: Cells::Text(texts(&["ended", "late", "open", "old"])) },
                Column {
                    name: "created",
                    cells: instants(&[Some("2026-01-01"), Some("2026-01-01"), Some("2026-03-02"), Some("2026-01-01")]),
                },
                Column {
                    name: "closed",
                    cells: instants(&[Some("2026-03-02"), Some("2026-03-02T23:30:00Z"), None, None]),
                },
            ],
        };
        let kept = |zone, from, to| {
            let kept = within(&table, spec("calculated_pr"), zone, from, to);
            (0..kept.height()).map(|row| kept.cell(row, "id")).collect::<Vec<_>>()
        };
        let monday = Some(day(2026, 3, 2));
        assert_eq!(kept(Tz::UTC, monday, monday), ["ended", "late", "open"]);
        assert_eq!(kept(Tz::Europe__Paris, monday, monday), ["ended", "open"]);
        assert_eq!(kept(Tz::UTC, None, Some(day(2026, 3, 1))), ["old"]);
    }

    #[test]
    fn tables_without_periods_stay_whole() {
        let table = Table { name: "stocks", ..weeks() };
        assert_eq!(within(&table, spec("stocks"), Tz::UTC, Some(day(2030, 1, 1)), None).height(), 3);
    }
}
