//! Reporting periods of summaries, and how much of them the data covers.

use std::ops::Range;

use chrono::{Days as Count, NaiveDate, Weekday};
use chrono_tz::Tz;
use model::Instant;
use model::instant::MICROS_PER_DAY;

use crate::calendar::{day_start, local_date};

/// Days of a summary where `from` is not given: 52 weeks.
const USUAL_DAYS: u64 = 364;
/// Days between a count and the one that it is compared with: 13 weeks.
const STOCK_DAYS: u64 = 91;

/// How far the data of a summary reaches.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    /// Nothing later was looked at.
    pub(crate) as_of: Instant,
    /// End of what every needed source has imported.
    pub(crate) covered_to: Instant,
    /// When the first issue or pull request was opened.
    pub(crate) begins: Instant,
    /// Where days are cut.
    pub(crate) zone: Tz,
}

/// Days of a summary, both ends within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
}

/// The instant of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) day: NaiveDate,
    /// What happened before this microsecond has happened.
    pub(super) before: i64,
}

impl Days {
    fn length(self) -> u64 {
        (self.to - self.from).num_days().unsigned_abs() + 1
    }

    /// Equally many days just before.
    pub(super) fn before(self) -> Self {
        Self { from: self.from - Count::new(self.length()), to: self.from - Count::new(1) }
    }

    pub(super) fn has(self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    /// Mondays within.
    pub(super) fn mondays(self) -> impl DoubleEndedIterator<Item = NaiveDate> {
        let first = self.from.week(Weekday::Mon).first_day();
        let first = if first < self.from { first + Count::new(7) } else { first };
        let weeks = if first > self.to { 0 } else { (self.to - first).num_days().unsigned_abs() / 7 + 1 };
        (0..weeks).map(move |week| first + Count::new(7 * week))
    }
}

impl Data {
    pub(super) fn days(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Days {
        let today = local_date(self.zone, self.as_of);
        let usual = |to: NaiveDate| to - Count::new(USUAL_DAYS - 1);
        match (from, to) {
            // Days that are yet to come are asked for: there is nothing in them.
            (Some(from), to) if from > today => Days { from, to: to.unwrap_or(from) },
            (from, to) => {
                let to = to.map_or(today, |to| to.min(today));
                Days { from: from.unwrap_or_else(|| usual(to)), to }
            }
        }
    }

    /// Half-open, in microseconds; nothing after `as_of` is known.
    pub(super) fn instants(&self, days: Days) -> Range<i64> {
        self.start(days.from)..self.start(days.to + Count::new(1))
    }

    /// How many of the days, with fractions, lie between the begin of the data and an instant in microseconds; less than
    /// one counts as one.
    pub(super) fn known_days(&self, days: Days, until: i64) -> f64 {
        let Range { start, end } = self.instants(days);
        let known = end.min(until) - start.max(self.begins.micros());
        if known > 0 { (known as f64 / MICROS_PER_DAY as f64).max(1.0) } else { 0.0 }
    }

    /// Whether the data has begun by the start of the days and every import reaches past their end.
    pub(super) fn covers(&self, days: Days) -> bool {
        let instants = self.instants(days);
        self.begins.micros() <= instants.start && instants.end <= self.covered_to.micros()
    }

    /// When the days end, at the latest at `as_of`; and 13 weeks before that.
    pub(super) fn end(&self, days: Days) -> (Moment, Moment) {
        let end = |day: NaiveDate| Moment { day, before: self.start(day + Count::new(1)) };
        let now = end(days.to);
        if now.before <= self.as_of.micros() {
            return (now, end(days.to - Count::new(STOCK_DAYS)));
        }
        let at = |micros: i64| Moment { day: local_date(self.zone, Instant::from_micros(micros)), before: micros + 1 };
        let as_of = self.as_of.micros();
        (at(as_of), at(as_of - STOCK_DAYS as i64 * MICROS_PER_DAY))
    }

    /// Whether anything had been opened by then: a count before that is nothing, not 0.
    pub(super) fn has_begun(&self, moment: Moment) -> bool {
        self.begins.micros() < moment.before
    }

    /// Whether all that happened by then was imported.
    pub(super) fn reaches(&self, moment: Moment) -> bool {
        moment.before <= self.covered_to.micros().saturating_add(1)
    }

    /// Mondays of the complete weeks of the days, from the week in which the data begins.
    pub(super) fn complete_weeks(&self, days: Days) -> impl DoubleEndedIterator<Item = NaiveDate> {
        let first = local_date(self.zone, self.begins).week(Weekday::Mon).first_day();
        days.mondays()
            .filter(move |monday| *monday >= first && self.start(*monday + Count::new(7)) <= self.covered_to.micros())
    }

    fn start(&self, day: NaiveDate) -> i64 {
        day_start(self.zone, day).micros()
    }
}
