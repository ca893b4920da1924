//! Every period of a range as a row, also those that a table does not have.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use axum::http::StatusCode;
use chrono::{Datelike as _, NaiveDate};
use metrics_core::calendar::quarter_label;
use metrics_core::catalogue::{Period, TableSpec};
use metrics_core::period::first_days;
use model::table::Table;

use crate::problem::Problem;

/// Column of the repositories, and what it says of all of them together.
const REPOSITORY: &str = "repo";
const ALL: &str = metrics_core::totals::ALL;
/// More rows than this are not made up for a range.
const MOST_MISSING: usize = 20_000;

/// A row of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// As in the table.
    Present(usize),
    /// Nothing is known of this period: its keys, all else null. The other keys are those of a row.
    Missing { period: i64, like: Option<usize> },
}

/// The rows of a table with the missing ones in their places, and the labels of all periods in order.
pub(crate) fn rows(
    table: &Table,
    spec: &TableSpec,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<(Vec<Row>, Vec<String>), Problem> {
    let present = || (0..table.height()).map(Row::Present).collect::<Vec<_>>();
    if spec.period == Period::None {
        return Ok((present(), Vec::new()));
    }
    let days: Option<Vec<NaiveDate>> = first_days(table, spec.period).and_then(|days| days.into_iter().collect());
    let periods = days.map(|days| days.into_iter().map(|day| of_day(spec.period, day)).collect::<Vec<i64>>());
    let Some(periods) = periods else { return Ok((present(), Vec::new())) };
    let first = from.map(|from| first_from(spec.period, from)).or_else(|| periods.iter().min().copied());
    let last = to.map(|to| of_day(spec.period, to)).or_else(|| periods.iter().max().copied());
    let (Some(first), Some(last)) = (first, last) else { return Ok((present(), Vec::new())) };
    let blocks = Blocks::of(table, spec, &periods);
    let series = blocks.series.values().map(BTreeMap::len).sum::<usize>().max(1);
    let wanted = usize::try_from(last - first + 1).unwrap_or(0).saturating_mul(series);
    if wanted > table.height() + MOST_MISSING {
        let detail = format!(
            "{wanted} rows from {} to {} are too many: narrow from and to",
            label(spec.period, first),
            label(spec.period, last)
        );
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail).with("parameter", "from"));
    }
    let labels = (first..=last).map(|period| label(spec.period, period)).collect();
    Ok((blocks.filled(first, last), labels))
}

/// Rows of each period, with their keys after it.
type ByPeriod = BTreeMap<i64, Vec<(usize, Vec<String>)>>;

/// Rows by the keys before the period, then by period, then by the keys after it.
///
/// A repository has rows only from its first to its last activity: what is missing of it is not made up, only of the
/// total.
struct Blocks {
    order: Vec<Vec<String>>,
    /// The keys after the period with one row that has them.
    series: HashMap<Vec<String>, BTreeMap<Vec<String>, usize>>,
    rows: HashMap<Vec<String>, ByPeriod>,
}

impl Blocks {
    fn of(table: &Table, spec: &TableSpec, periods: &[i64]) -> Self {
        let names = |keys: &[&str]| -> Vec<&'static str> {
            let called = |key: &str| {
                spec.column(key).and_then(|column| table.columns.iter().find(|own| column.is_called(own.name)))
            };
            keys.iter().filter_map(|key| called(key).map(|column| column.name)).collect()
        };
        let at = spec.key.iter().position(|key| is_period(key)).unwrap_or(0);
        let (before, after) = spec.key.split_at(at);
        let after: Vec<&str> = after.iter().copied().filter(|key| !is_period(key)).collect();
        let (before, after) = (names(before), names(&after));
        let mut blocks = Self { order: Vec::new(), series: HashMap::new(), rows: HashMap::new() };
        for (row, period) in periods.iter().enumerate() {
            let cells = |names: &[&str]| names.iter().map(|name| table.cell(row, name)).collect::<Vec<_>>();
            let (block, series) = (cells(&before), cells(&after));
            if !blocks.rows.contains_key(&block) {
                blocks.order.push(block.clone());
            }
            let is_made_up = after.iter().zip(&series).all(|(name, text)| *name != REPOSITORY || text == ALL);
            let known = blocks.series.entry(block.clone()).or_default();
            if is_made_up {
                known.entry(series.clone()).or_insert(row);
            }
            blocks.rows.entry(block).or_default().entry(*period).or_default().push((row, series));
        }
        blocks
    }

    fn filled(&self, first: i64, last: i64) -> Vec<Row> {
        if self.order.is_empty() {
            return (first..=last).map(|period| Row::Missing { period, like: None }).collect();
        }
        let mut filled = Vec::new();
        for block in &self.order {
            for period in first..=last {
                let rows = self.rows[block].get(&period).map_or(&[][..], Vec::as_slice);
                filled.extend(rows.iter().map(|(row, _)| Row::Present(*row)));
                let expected = &self.series[block];
                let present: BTreeSet<&Vec<String>> =
                    rows.iter().map(|(_, series)| series).filter(|series| expected.contains_key(*series)).collect();
                if present.len() < expected.len() {
                    let missing = expected.iter().filter(|(series, _)| !present.contains(series));
                    filled.extend(missing.map(|(_, like)| Row::Missing { period, like: Some(*like) }));
                }
            }
        }
        filled
    }
}

/// Whether a key column dates a row. A column of such a name that is no key says something of the row.
pub(crate) fn is_period(column: &str) -> bool {
    matches!(column, "date" | "year" | "week" | "month" | "quarter")
}

/// What a column that dates a row says of a period, as JSON.
pub(crate) fn cell(period: Period, number: i64, column: &str) -> String {
    let text = label(period, number);
    match column {
        "year" => text[..4].to_owned(),
        "week" => text[6..].trim_start_matches('0').to_owned(),
        _ => format!("\"{text}\""),
    }
}

/// `2026-03-09`, `2026-W11`, `2026-03`.
fn label(period: Period, number: i64) -> String {
    let day = first_day(period, number);
    match period {
        Period::Month => day.format("%Y-%m").to_string(),
        Period::Quarter => quarter_label(day),
        Period::Week => day.format("%G-W%V").to_string(),
        Period::Day | Period::None => day.to_string(),
    }
}

fn first_day(period: Period, number: i64) -> NaiveDate {
    let day = match period {
        Period::Month => NaiveDate::from_ymd_opt(number.div_euclid(12) as i32, number.rem_euclid(12) as u32 + 1, 1),
        Period::Quarter => NaiveDate::from_ymd_opt(number.div_euclid(4) as i32, number.rem_euclid(4) as u32 * 3 + 1, 1),
        // Day 4 since the epoch, 1970-01-05, is the first Monday.
        Period::Week => NaiveDate::from_epoch_days((number * 7 + 4) as i32),
        Period::Day | Period::None => NaiveDate::from_epoch_days(number as i32),
    };
    day.expect("queries and tables name days of this era")
}

/// Number of the period that holds a day.
fn of_day(period: Period, day: NaiveDate) -> i64 {
    match period {
        Period::Month => i64::from(day.year()) * 12 + i64::from(day.month0()),
        Period::Quarter => i64::from(day.year()) * 4 + i64::from(day.month0() / 3),
        Period::Week => (i64::from(day.to_epoch_days()) - 4).div_euclid(7),
        Period::Day | Period::None => i64::from(day.to_epoch_days()),
    }
}

/// The first period that begins on or after a day.
fn first_from(period: Period, day: NaiveDate) -> i64 {
    let holding = of_day(period, day);
    if first_day(period, holding) < day { holding + 1 } else { holding }
}

#[cfg(test)]
mod tests {
    use metrics_core::catalogue;
    use model::columns::TextColumn;
    use model::table::{Cells, Column};

    use super::*;

    fn texts(texts: &[&str]) -> Cells {
        let mut column = TextColumn::default();
        for text in texts {
            column.push(text.as_bytes());
        }
        Cells::Text(column)
    }

    fn monthly(rows: &[(&str, &str)]) -> Table {
        let (months, providers): (Vec<&str>, Vec<&str>) = rows.iter().copied().unzip();
        let currencies = vec!["EUR"; rows.len()];
        Table {
            name: "cloud_spending_monthly",
            columns: vec![
                Column { name: "month", cells: texts(&months) },
                Column { name: "provider", cells: texts(&providers) },
                Column { name: "currency", cells: texts(&currencies) },
            ],
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_month_that_one_provider_lacks_is_a_row_of_nulls_in_its_place() {
        let table = monthly(&[("2026-01", "azure"), ("2026-01", "gcp"), ("2026-03", "azure")]);
        let spec = catalogue::table(table.name).expect("known");
        let (rows, labels) = rows(&table, spec, None, None).expect("few");
        assert_eq!(labels, ["2026-01", "2026-02", "2026-03"]);
        let shown: Vec<String> = rows
            .iter()
            .map(|row| match row {
                Row::Present(row) => format!("{row}"),
                Row::Missing { period, like } => {
                    format!("{} like {}", label(Period::Month, *period), like.unwrap_or(99))
                }
            })
            .collect();
        assert_eq!(shown, ["0", "1", "2026-02 like 0", "2026-02 like 1", "2", "2026-03 like 1"]);
    }

    #[test]
    fn the_range_asked_for_is_there_in_full_although_nothing_is_known() {
        let table = monthly(&[]);
        let spec = catalogue::table(table.name).expect("known");
        let (rows, labels) = rows(&table, spec, Some(day("2026-01-15")), Some(day("2026-03-31"))).expect("few");
        assert_eq!(labels, ["2026-02", "2026-03"]);
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_week_without_a_repository_is_no_row_of_it_and_one_without_the_total_is_a_row_of_nulls() {
        let table = Table {
            name: "pr_activity_week",
            columns: vec![
                Column { name: "year", cells: Cells::Int(vec![Some(2026); 3].into()) },
                Column { name: "week", cells: Cells::Week(vec![10, 10, 11]) },
                Column { name: "repo", cells: texts(&["api", "ALL", "ALL"]) },
            ],
        };
        let spec = catalogue::table(table.name).expect("known");
        let (rows, labels) = rows(&table, spec, Some(day("2026-03-02")), Some(day("2026-03-16"))).expect("few");
        assert_eq!(labels, ["2026-W10", "2026-W11", "2026-W12"]);
        assert_eq!(
            rows,
            [
                Row::Present(0),
                Row::Present(1),
                Row::Present(2),
                Row::Missing { period: of_day(Period::Week, day("2026-03-16")), like: Some(1) },
            ]
        );
    }

    #[test]
    fn weeks_are_numbered_across_the_turn_of_the_year() {
        let last = of_day(Period::Week, day("2026-12-31"));
        assert_eq!(label(Period::Week, last), "2026-W53");
        assert_eq!(label(Period::Week, last + 1), "2027-W01");
        assert_eq!(
            (cell(Period::Week, last + 1, "year"), cell(Period::Week, last + 1, "week")),
            ("2027".into(), "1".into())
        );
        assert_eq!(first_from(Period::Week, day("2026-12-29")), last + 1);
    }

    #[test]
    fn a_range_that_would_be_mostly_nothing_is_refused() {
        let spec = catalogue::table("cumulative_flow_day").expect("known");
        let columns = vec![Column { name: "date", cells: Cells::Date(Vec::new()) }];
        let table = Table { name: spec.name, columns };
        let refused = rows(&table, spec, Some(day("1970-01-01")), Some(day("2199-12-31")));
        assert_eq!(refused.expect_err("too many").status, StatusCode::BAD_REQUEST);
    }
}
