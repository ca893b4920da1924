//! `cloud_spending_totals`: what a month costs in all, its largest groups, and what is left.
//!
//! Sums are of exact values and rounded once, so that no reader has to add rounded rows.

use std::collections::BTreeMap;

use model::columns::TextColumn;
use model::table::{Cells, Column, Table};
use model::{Amount, Month};

use super::series::{MonthOfSeries, Series};

/// Groups of a currency that are told apart; all others are in what is left.
pub const LARGEST_GROUPS: usize = 7;
/// Months, up to the newest, by whose costs groups are large.
const RECENT_MONTHS: i32 = 12;

/// One row.
struct Row<'a> {
    currency: &'a str,
    month: Month,
    part: Part<'a>,
    cost: Amount,
    complete: bool,
}

/// What of the month.
#[derive(Clone, Copy)]
enum Part<'a> {
    All,
    Group { place: usize, provider: &'a str, name: &'a str },
    Other,
}

impl Part<'_> {
    fn word(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Group { .. } => "group",
            Self::Other => "other",
        }
    }

    /// Behind the whole the groups, the largest first, and then what is left.
    fn order(self) -> usize {
        match self {
            Self::All => 0,
            Self::Group { place, .. } => place,
            Self::Other => usize::MAX,
        }
    }
}

/// Rows by month, currency and size. `whole` are the series of currencies, `services` those of groups or services.
pub(super) fn totals(whole: &[Series<'_>], services: &[Series<'_>]) -> Table {
    let mut rows: Vec<Row<'_>> = whole.iter().flat_map(|whole| of_currency(whole, &largest(whole, services))).collect();
    rows.sort_by_key(|row| (row.month, row.currency, row.part.order()));
    table(&rows)
}

/// The groups of a currency that cost most in its newest months.
fn largest<'a>(whole: &Series<'_>, services: &'a [Series<'a>]) -> Vec<&'a Series<'a>> {
    let newest = whole.months.last().map(|month| month.month);
    let is_recent = |month: &&MonthOfSeries| newest.is_some_and(|newest| month.month > newest.plus(-RECENT_MONTHS));
    let cost = |series: &Series<'_>| series.months.iter().filter(is_recent).map(|month| &month.cost).sum::<Amount>();
    let own = services.iter().filter(|series| series.key[2] == whole.key[2]);
    let mut groups: Vec<(Amount, &Series<'_>)> = own.map(|series| (cost(series), series)).collect();
    groups.sort_by(|(one, first), (other, second)| other.cmp(one).then_with(|| first.key.cmp(&second.key)));
    groups.into_iter().take(LARGEST_GROUPS).map(|(_, series)| series).collect()
}

fn of_currency<'a>(whole: &'a Series<'a>, largest: &[&'a Series<'a>]) -> Vec<Row<'a>> {
    let currency = whole.key[2].as_ref();
    let mut rows: BTreeMap<Month, Vec<Row<'a>>> = BTreeMap::new();
    for (place, group) in largest.iter().enumerate() {
        let part = Part::Group { place: place + 1, provider: &group.key[0], name: &group.key[1] };
        for own in &group.months {
            let row = Row { currency, month: own.month, part, cost: own.cost.clone(), complete: own.complete };
            rows.entry(own.month).or_default().push(row);
        }
    }
    whole.months.iter().flat_map(|all| with_whole(currency, all, rows.remove(&all.month).unwrap_or_default())).collect()
}

/// The groups of a month with the whole, and with what is left where anything is.
fn with_whole<'a>(currency: &'a str, all: &MonthOfSeries, mut rows: Vec<Row<'a>>) -> Vec<Row<'a>> {
    let row = |part, cost| Row { currency, month: all.month, part, cost, complete: all.complete };
    let left = &all.cost - &rows.iter().map(|row| &row.cost).sum::<Amount>();
    if !left.is_zero() {
        rows.push(row(Part::Other, left));
    }
    rows.push(row(Part::All, all.cost.clone()));
    rows
}

fn table(rows: &[Row<'_>]) -> Table {
    let text = |value: &dyn Fn(&Row<'_>) -> String| {
        let mut cells = TextColumn::default();
        for row in rows {
            cells.push(value(row).as_bytes());
        }
        Cells::Text(cells)
    };
    let of_group = |row: &Row<'_>| match row.part {
        Part::Group { place, provider, name } => Some((place as i64, provider.to_owned(), name.to_owned())),
        Part::All | Part::Other => None,
    };
    let columns = vec![
        Column { name: "month", cells: text(&|row| row.month.to_string()) },
        Column { name: "currency", cells: text(&|row| row.currency.to_owned()) },
        Column { name: "part", cells: text(&|row| row.part.word().to_owned()) },
        Column {
            name: "place",
            cells: Cells::Int(rows.iter().map(|row| of_group(row).map(|group| group.0)).collect()),
        },
        Column { name: "provider", cells: text(&|row| of_group(row).map(|group| group.1).unwrap_or_default()) },
        Column { name: "name", cells: text(&|row| of_group(row).map(|group| group.2).unwrap_or_default()) },
        Column { name: "cost", cells: Cells::Money(rows.iter().map(|row| Some(row.cost.clone())).collect()) },
        Column { name: "complete", cells: Cells::Bool(rows.iter().map(|row| row.complete).collect()) },
    ];
    Table { name: "cloud_spending_totals", columns }
}
