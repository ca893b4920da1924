//! `cloud_spending_summary`: the last complete month of each currency, the one before, a year, and the running month.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use model::columns::TextColumn;
use model::table::{Cells, Column, Table};
use model::{Amount, Month};

use super::{Summary, words};
use crate::cloud::Change;

/// Complete months of a year.
const YEAR: i32 = 12;

/// What `cloud_spending_summary` of any months needs: the currencies that are billed, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct CloudFacts {
    pub(crate) currencies: Vec<CurrencyFacts>,
}

/// The months of one currency.
#[derive(Clone, Debug)]
pub(crate) struct CurrencyFacts {
    pub(crate) currency: String,
    /// Those that bill in it in any month.
    pub(crate) providers: BTreeSet<String>,
    /// Months that have a row in the bills.
    pub(crate) months: BTreeMap<Month, MonthFacts>,
}

/// One month of one currency, all providers together.
#[derive(Clone, Debug)]
pub(crate) struct MonthFacts {
    pub(crate) cost: Amount,
    /// Whether it is for every provider that bills in the currency.
    pub(crate) complete: bool,
    /// What the month comes to, by provider; `None` where that cannot be said.
    pub(crate) whole: BTreeMap<String, Option<Amount>>,
}

/// One currency in some months.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    pub(super) facts: &'a CurrencyFacts,
    /// The last complete month and its cost.
    pub(super) last: Option<(Month, Amount)>,
    /// Cost of the month before.
    pub(super) previous: Option<Amount>,
    pub(super) change: Change,
    year: Option<Amount>,
    /// The newest month where that is not complete, with its cost.
    running: Option<(Month, Amount)>,
    run_rate: Option<Amount>,
}

impl CloudFacts {
    /// Months whose first day lies within the days; months before them are compared with all the same.
    pub(super) fn summary(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Summary {
        let is_within = |month: Month| {
            let day = month.first_day();
            from.is_none_or(|from| from <= day) && to.is_none_or(|to| day <= to)
        };
        let rows: Vec<Row<'_>> = self.currencies.iter().filter_map(|facts| facts.row(is_within)).collect();
        Summary { table: table(&rows), sentences: words::clouds(&rows) }
    }

    pub(super) fn bytes(&self) -> usize {
        // An amount is what it usually takes; a month has one for the currency and about one for its provider.
        self.currencies.iter().map(|currency| currency.months.len() * 256).sum()
    }
}

impl CurrencyFacts {
    /// `None` without a month in the range.
    fn row(&self, is_within: impl Fn(Month) -> bool) -> Option<Row<'_>> {
        let mut months = self.months.iter().filter(|(month, _)| is_within(**month));
        let last = months.clone().rev().find(|(_, facts)| facts.complete).map(|(month, _)| *month);
        let newest = months.next_back()?;
        let running = (!newest.1.complete).then_some(newest);
        let complete = |month: Month| self.months.get(&month).filter(|facts| facts.complete).map(|facts| &facts.cost);
        let cost = last.and_then(complete);
        let previous = last.and_then(|last| complete(last.plus(-1)));
        let change = previous.zip(cost).map(|(before, after)| Change::between(before, after));
        let year = last.and_then(|last| {
            (0..YEAR).try_fold(Amount::zero(), |mut sum, back| {
                sum += complete(last.plus(-back))?;
                Some(sum)
            })
        });
        Some(Row {
            facts: self,
            last: last.zip(cost.cloned()),
            previous: previous.cloned(),
            change: change.unwrap_or_default(),
            year,
            running: running.map(|(month, facts)| (*month, facts.cost.clone())),
            run_rate: running.and_then(|(_, facts)| self.run_rate(last, facts)),
        })
    }

    /// What all providers come to; `None` where one that billed in the last complete month has no row yet.
    fn run_rate(&self, last: Option<Month>, running: &MonthFacts) -> Option<Amount> {
        let expected = last.and_then(|last| self.months.get(&last)).into_iter().flat_map(|facts| facts.whole.keys());
        let providers: BTreeSet<&String> = expected.chain(running.whole.keys()).collect();
        providers.into_iter().try_fold(Amount::zero(), |mut sum, provider| {
            sum += running.whole.get(provider)?.as_ref()?;
            Some(sum)
        })
    }
}

pub(super) fn table(rows: &[Row<'_>]) -> Table {
    let text = |value: &dyn Fn(&Row<'_>) -> String| {
        let mut cells = TextColumn::default();
        for row in rows {
            cells.push(value(row).as_bytes());
        }
        Cells::Text(cells)
    };
    let money = |value: &dyn Fn(&Row<'_>) -> Option<Amount>| Cells::Money(rows.iter().map(value).collect());
    let providers = |row: &Row<'_>| row.facts.providers.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    let month = |month: Option<Month>| month.map(|month| month.to_string()).unwrap_or_default();
    let last = |row: &Row<'_>| row.last.as_ref().map(|(month, _)| *month);
    let columns = vec![
        Column { name: "currency", cells: text(&|row| row.facts.currency.clone()) },
        Column { name: "providers", cells: text(&providers) },
        Column { name: "month", cells: text(&|row| month(last(row))) },
        Column { name: "cost", cells: money(&|row| row.last.as_ref().map(|(_, cost)| cost.clone())) },
        Column { name: "previous_month", cells: text(&|row| month(last(row).map(|last| last.plus(-1)))) },
        Column { name: "previous_cost", cells: money(&|row| row.previous.clone()) },
        Column { name: "change", cells: money(&|row| row.change.amount.clone()) },
        Column { name: "change_percent", cells: Cells::Float(rows.iter().map(|row| row.change.percent).collect()) },
        Column { name: "cost_12_months", cells: money(&|row| row.year.clone()) },
        Column { name: "running_month", cells: text(&|row| month(row.running.as_ref().map(|(month, _)| *month))) },
        Column { name: "running_cost", cells: money(&|row| row.running.as_ref().map(|(_, cost)| cost.clone())) },
        Column { name: "run_rate", cells: money(&|row| row.run_rate.clone()) },
    ];
    Table { name: "cloud_spending_summary", columns }
}
