//! Tables of cloud spending, written from monthly series.

use model::columns::TextColumn;
use model::table::{Cells, Column, Table};

use super::completeness::Completeness;
use super::series::{MonthOfSeries, Series};
use crate::control::{Signal, Verdict};

/// One row of a table: a series and one of its months.
type Row<'a> = (&'a Series<'a>, &'a MonthOfSeries);

/// `month`, `provider`, `cost`, `currency` and our columns, ordered by month, provider, currency.
pub(super) fn monthly(series: &[Series<'_>], completeness: &Completeness<'_>) -> Table {
    let rows = by_month(series);
    let mut columns = vec![months(&rows), text("provider", &rows, 0), costs(&rows), text("currency", &rows, 2)];
    columns.extend(changes(&rows));
    columns.extend(paces(&rows));
    columns.extend(verdicts(&rows));
    columns.push(texts("without", rows.iter().map(|(series, _)| completeness.without(&series.key[0]))));
    Table { name: "cloud_spending_monthly", columns }
}

/// `month`, `provider`, `group` or `service`, `cost`, `currency` and our columns, ordered by month, provider, name,
/// currency.
pub(super) fn services(series: &[Series<'_>], name: &'static str) -> Table {
    let rows = by_month(series);
    let mut columns =
        vec![months(&rows), text("provider", &rows, 0), text(name, &rows, 1), costs(&rows), text("currency", &rows, 2)];
    columns.extend(changes(&rows));
    columns.extend(paces(&rows));
    columns.extend(verdicts(&rows));
    Table { name: "cloud_spending_services", columns }
}

/// `comparison`, `month`, `group`, `cost`, `currency` and our columns, ordered by comparison, month, group, currency.
pub(super) fn compared(series: &[Series<'_>]) -> Table {
    let mut rows = by_month(series);
    rows.sort_by(|(one, _), (other, _)| one.key[0].cmp(&other.key[0]));
    let mut columns = vec![
        text("comparison", &rows, 0),
        months(&rows),
        text("group", &rows, 1),
        costs(&rows),
        text("currency", &rows, 2),
    ];
    columns.extend(changes(&rows));
    Table { name: "cloud_spending_compared", columns }
}

/// All months of all series, by month and then by key.
fn by_month<'a>(series: &'a [Series<'a>]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'_>> =
        series.iter().flat_map(|series| series.months.iter().map(move |month| (series, month))).collect();
    rows.sort_by(|(one, one_month), (other, other_month)| {
        (one_month.month, &one.key).cmp(&(other_month.month, &other.key))
    });
    rows
}

fn texts<T: AsRef<str>>(name: &'static str, values: impl Iterator<Item = T>) -> Column {
    let mut column = TextColumn::default();
    for value in values {
        column.push(value.as_ref().as_bytes());
    }
    Column { name, cells: Cells::Text(column) }
}

fn text(name: &'static str, rows: &[Row<'_>], part: usize) -> Column {
    texts(name, rows.iter().map(|(series, _)| series.key[part].as_ref()))
}

fn months(rows: &[Row<'_>]) -> Column {
    texts("month", rows.iter().map(|(_, month)| month.month.to_string()))
}

fn costs(rows: &[Row<'_>]) -> Column {
    Column { name: "cost", cells: Cells::Money(rows.iter().map(|(_, month)| Some(month.cost.clone())).collect()) }
}

fn changes(rows: &[Row<'_>]) -> Vec<Column> {
    vec![
        Column { name: "complete", cells: Cells::Bool(rows.iter().map(|(_, month)| month.complete).collect()) },
        Column {
            name: "change",
            cells: Cells::Money(rows.iter().map(|(_, month)| month.change.amount.clone()).collect()),
        },
        Column {
            name: "change_percent",
            cells: Cells::Float(rows.iter().map(|(_, month)| month.change.percent).collect()),
        },
    ]
}

fn paces(rows: &[Row<'_>]) -> Vec<Column> {
    let paces = || rows.iter().map(|(_, month)| &month.pace);
    vec![
        Column { name: "days", cells: Cells::Int(paces().map(|pace| pace.days).collect()) },
        Column { name: "cost_per_day", cells: Cells::Money(paces().map(|pace| pace.cost_per_day.clone()).collect()) },
        Column { name: "run_rate", cells: Cells::Money(paces().map(|pace| pace.run_rate.clone()).collect()) },
    ]
}

fn verdicts(rows: &[Row<'_>]) -> Vec<Column> {
    let verdicts = || rows.iter().map(|(_, month)| month.verdict.as_ref());
    let limits =
        |value: fn(&Verdict) -> Option<f64>| Cells::Float(verdicts().map(|verdict| verdict.and_then(value)).collect());
    let signals = |verdict: Option<&Verdict>| {
        let names: Vec<&str> =
            verdict.into_iter().flat_map(|verdict| &verdict.signals).copied().map(Signal::name).collect();
        names.join(";")
    };
    vec![
        Column { name: "center", cells: limits(|verdict| verdict.center) },
        Column { name: "ucl", cells: limits(|verdict| verdict.ucl) },
        Column { name: "lcl", cells: limits(|verdict| verdict.lcl) },
        texts("signals", verdicts().map(signals)),
        Column {
            name: "provisional",
            cells: Cells::Bool(verdicts().map(|verdict| verdict.is_some_and(|verdict| verdict.provisional)).collect()),
        },
    ]
}
