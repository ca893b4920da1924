//! Instants to the nanosecond, and ISO weeks and months in UTC.

use chrono::{Datelike as _, NaiveDate};
use model::Instant;
use model::columns::InstantColumn;
use model::instant::MICROS_PER_DAY;

const EPOCH_DAYS_FROM_COMMON_ERA: i64 = 719_163;

/// An instant to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) micros: i64,
    pub(super) nanos: u16,
}

impl At {
    /// Later than every instant.
    pub(super) const NEVER: Self = Self { micros: i64::MAX, nanos: u16::MAX };

    /// The instant of a row; null is year 1.
    pub(super) fn of(column: &InstantColumn, row: usize) -> Self {
        match column.micros(row) {
            Instant::NULL_MICROS => Self { micros: Instant::YEAR_ONE.micros(), nanos: 0 },
            micros => Self { micros, nanos: column.nanos(row) },
        }
    }

    /// `None` for [`Self::NEVER`].
    pub(super) fn known(self) -> Option<Self> {
        (self != Self::NEVER).then_some(self)
    }

    pub(super) fn week(self) -> Week {
        Week::of(Instant::from_micros(self.micros))
    }

    /// Year and month.
    pub(super) fn month(self) -> (i32, u32) {
        let day = day(self.micros.div_euclid(MICROS_PER_DAY));
        (day.year(), day.month())
    }

    /// Days since an earlier instant as the original computes them: nanoseconds, kept within 64 bits (some 292
    /// years), then hours as a binary fraction, then days.
    pub(super) fn days_since(self, earlier: Self) -> f64 {
        const NANOS_PER_HOUR: i64 = 3_600_000_000_000;
        let nanos = self.total_nanos() - earlier.total_nanos();
        let nanos = nanos.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        let hours = (nanos / NANOS_PER_HOUR) as f64 + (nanos % NANOS_PER_HOUR) as f64 / NANOS_PER_HOUR as f64;
        hours / 24.0
    }

    fn total_nanos(self) -> i128 {
        i128::from(self.micros) * 1000 + i128::from(self.nanos)
    }
}

/// An ISO week: weeks since the one of 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Week(pub(super) i64);

impl Week {
    pub(super) fn of(at: Instant) -> Self {
        // 1970-01-01 was a Thursday.
        Self((at.micros().div_euclid(MICROS_PER_DAY) + 3).div_euclid(7))
    }

    /// ISO year and week number.
    pub(super) fn label(self) -> (i64, i64) {
        let week = day(self.0 * 7).iso_week();
        (i64::from(week.year()), i64::from(week.week()))
    }
}

fn day(days_since_1970: i64) -> NaiveDate {
    let days = i32::try_from(days_since_1970 + EPOCH_DAYS_FROM_COMMON_ERA).unwrap_or(i32::MAX);
    NaiveDate::from_num_days_from_ce_opt(days).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> At {
        At { micros: Instant::parse_rfc3339(text).expect("a valid instant").micros(), nanos: 0 }
    }

    #[test]
    fn weeks_begin_on_monday_in_utc() {
        assert_eq!(at("2021-01-03T23:59:59Z").week().label(), (2020, 53));
        assert_eq!(at("2021-01-04T00:00:00Z").week().label(), (2021, 1));
        assert_eq!(at("1970-01-01T00:00:00Z").week(), Week(0));
        assert_eq!(at("1969-12-28T23:59:59Z").week(), Week(-1));
        assert_eq!(at("0001-01-01T00:00:00Z").week().label(), (1, 1));
        assert_eq!(at("9999-12-31T23:59:59Z").month(), (9999, 12));
    }

    #[test]
    fn durations_count_nanoseconds_and_stop_at_292_years() {
        let start = at("2021-01-01T00:00:00Z");
        assert!((at("2021-01-02T12:00:00Z").days_since(start) - 1.5).abs() < f64::EPSILON);
        assert!(start.days_since(at("2021-01-02T00:00:00Z")) < 0.0);
        let precise = At { nanos: 500, ..start };
        assert!((precise.days_since(start) - 500.0 / 8.64e13).abs() < 1e-20);
        assert_eq!(format!("{:.6}", start.days_since(at("0001-01-01T00:00:00Z"))), "106751.991167");
        assert_eq!(format!("{:.6}", at("0001-01-01T00:00:00Z").days_since(start)), "-106751.991167");
    }

    #[test]
    fn null_is_year_one() {
        let mut column = InstantColumn::default();
        column.push(None);
        assert_eq!(At::of(&column, 0), at("0001-01-01T00:00:00Z"));
    }
}
