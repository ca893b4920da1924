//! Months of one provider, group or service in one currency, in order.

use std::collections::{BTreeMap, BTreeSet};

use model::rules::ProcessChange;
use model::{Amount, Month};

use super::bills::Text;
use super::completeness::Completeness;
use super::figures::{Bill, Change, Pace};
use super::ledger::Entry;
use crate::control::{Point, Verdict, xmr};

/// What a series is about and its currency.
pub(super) type Key<'a> = [Text<'a>; 3];

/// Sums by key and month.
#[derive(Default)]
pub(super) struct Sums<'a>(BTreeMap<Key<'a>, Sum<'a>>);

#[derive(Default)]
struct Sum<'a> {
    /// Every provider that bills it in any month.
    providers: BTreeSet<Text<'a>>,
    months: BTreeMap<Month, Bill>,
}

/// The months of one key that have a row in the bills.
pub(super) struct Series<'a> {
    pub(super) key: Key<'a>,
    /// In order, at least one.
    pub(super) months: Vec<MonthOfSeries>,
}

/// One month of a series.
pub(super) struct MonthOfSeries {
    pub(super) month: Month,
    pub(super) cost: Amount,
    pub(super) complete: bool,
    pub(super) change: Change,
    pub(super) pace: Pace,
    /// `None` for months that are not complete.
    pub(super) verdict: Option<Verdict>,
}

impl Series<'_> {
    /// The newest complete month.
    pub(super) fn last_complete(&self) -> Option<&MonthOfSeries> {
        self.months.iter().rev().find(|month| month.complete)
    }
}

impl<'a> Sums<'a> {
    pub(super) fn add(&mut self, key: Key<'a>, entry: &Entry<'a>) {
        let sum = self.0.entry(key).or_default();
        sum.providers.insert(entry.provider.clone());
        sum.months.entry(entry.month).or_default().add(entry);
    }

    /// The series in the order of their keys. A month is complete when it is for every provider of the series.
    pub(super) fn into_series(self, completeness: &Completeness<'_>, changes: &[ProcessChange]) -> Vec<Series<'a>> {
        self.0
            .into_iter()
            .map(|(key, sum)| {
                let complete = |month| sum.providers.iter().all(|provider| completeness.is_complete(provider, month));
                let mut months = months(&sum.months, complete);
                chart(&mut months, changes);
                Series { key, months }
            })
            .collect()
    }
}

fn months(bills: &BTreeMap<Month, Bill>, is_complete: impl Fn(Month) -> bool) -> Vec<MonthOfSeries> {
    let mut months: Vec<MonthOfSeries> = Vec::with_capacity(bills.len());
    for (month, bill) in bills {
        let complete = is_complete(*month);
        let before = months.last().filter(|before| complete && before.complete && before.month.plus(1) == *month);
        months.push(MonthOfSeries {
            month: *month,
            cost: bill.cost.clone(),
            complete,
            change: before.map(|before| Change::between(&before.cost, &bill.cost)).unwrap_or_default(),
            pace: if complete { bill.complete_pace(*month) } else { bill.open_pace(*month) },
            verdict: None,
        });
    }
    months
}

/// Judges each unbroken run of complete months by a chart of its own: a moving range must not cross a gap.
fn chart(months: &mut [MonthOfSeries], changes: &[ProcessChange]) {
    let joined =
        |one: &MonthOfSeries, other: &MonthOfSeries| one.complete && other.complete && one.month.plus(1) == other.month;
    for run in months.chunk_by_mut(joined).filter(|run| run[0].complete) {
        let point = |month: &MonthOfSeries| Point::measure(month.month.first_day(), month.cost.to_f64(), true);
        let points: Vec<Point> = run.iter().map(point).collect();
        for (month, verdict) in run.iter_mut().zip(xmr(&points, changes).points) {
            month.verdict = Some(verdict);
        }
    }
}
