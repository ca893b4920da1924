//! The figures of one month of a series: sums, days, pace.

use std::collections::BTreeMap;

use model::{Amount, Month};

use super::ledger::Entry;

/// Whole days that the bill of an open month must cover before it is extrapolated; with fewer there is no run rate.
pub const RUN_RATE_MINIMUM_DAYS: i64 = 3;

/// Rows of one month of a series, added.
#[derive(Debug, Default)]
pub(super) struct Bill {
    pub(super) cost: Amount,
    /// By the days that the rows cover: accounts are read at different times.
    parts: BTreeMap<Option<i64>, Part>,
}

/// Rows that cover equally many days.
#[derive(Debug, Default)]
struct Part {
    /// Grows with the days.
    growing: Amount,
    /// Does not.
    standing: Amount,
}

impl Bill {
    pub(super) fn add(&mut self, entry: &Entry<'_>) {
        self.cost += entry.net;
        let part = self.parts.entry(entry.days).or_default();
        *(if entry.grows { &mut part.growing } else { &mut part.standing }) += entry.net;
    }

    /// Days and pace of a complete month: all of its days are covered, there is nothing to extrapolate.
    pub(super) fn complete_pace(&self, month: Month) -> Pace {
        Pace { days: Some(month.days()), cost_per_day: self.cost.scaled(1, month.days()), run_rate: None }
    }

    /// Days and pace of a month that is not complete.
    ///
    /// Each row counts by the days that it covers itself; `days` are those that all of them cover.
    pub(super) fn open_pace(&self, month: Month) -> Pace {
        // `None` comes first: one row that does not say how far it reaches is enough.
        let days = self.parts.keys().next().copied().flatten();
        let run_rate = days.filter(|days| *days >= RUN_RATE_MINIMUM_DAYS);
        Pace {
            days,
            cost_per_day: days.and_then(|_| self.over_parts(|part, days| part.cost().scaled(1, days))),
            run_rate: run_rate.and_then(|_| self.over_parts(|part, days| part.whole_month(days, month.days()))),
        }
    }

    fn over_parts(&self, value: impl Fn(&Part, i64) -> Option<Amount>) -> Option<Amount> {
        let mut sum = Amount::zero();
        for (days, part) in &self.parts {
            sum += &value(part, (*days)?)?;
        }
        Some(sum)
    }
}

impl Part {
    fn cost(&self) -> Amount {
        &self.growing + &self.standing
    }

    /// What it comes to over the whole month; exact when all days are covered.
    fn whole_month(&self, days: i64, month_days: i64) -> Option<Amount> {
        if days == month_days {
            return Some(self.cost());
        }
        Some(&self.growing.scaled(month_days, days)? + &self.standing)
    }
}

/// How fast money is spent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pace {
    /// Whole days of the month that the rows cover; `None` when nothing says.
    pub(super) days: Option<i64>,
    /// `None` without a covered day.
    pub(super) cost_per_day: Option<Amount>,
    /// What the month comes to when it goes on like this; `None` for complete months and too few days.
    pub(super) run_rate: Option<Amount>,
}

/// Difference to the month before.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Change {
    pub(crate) amount: Option<Amount>,
    /// `None` unless the month before cost anything.
    pub(crate) percent: Option<f64>,
}

impl Change {
    pub(crate) fn between(before: &Amount, after: &Amount) -> Self {
        let amount = after - before;
        let spent = !before.is_negative() && !before.is_zero();
        let percent = spent.then(|| amount.to_f64() / before.to_f64() * 100.0);
        Self { amount: Some(amount), percent }
    }
}
