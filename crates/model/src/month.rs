//! Calendar months in UTC.

use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::Instant;
use crate::instant::MICROS_PER_DAY;

/// Days after the end of a month during which its bill may still change.
pub const SETTLING_DAYS: i64 = 5;

/// A calendar month in UTC, `2026-01`: what bills are cut by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month(i32);

impl Month {
    /// The month of a year (0 to 9999); `None` unless `month` is 1 to 12.
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let valid = (0..=9999).contains(&year) && (1..=12).contains(&month);
        valid.then(|| Self(year * 12 + month as i32 - 1))
    }

    /// The month of an instant; instants outside of the years 0 to 9999 count as the nearest month there.
    pub fn of(at: Instant) -> Self {
        let earliest = Self(0);
        let latest = Self(9999 * 12 + 11);
        at.to_chrono().map_or(earliest, |at| Self(at.year() * 12 + at.month0() as i32)).clamp(earliest, latest)
    }

    /// Reads `2026-01`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        Self::from_digits(year, month)
    }

    /// Reads `202601`.
    pub fn parse_compact(text: &str) -> Option<Self> {
        Self::from_digits(text.get(..4)?, text.get(4..)?)
    }

    fn from_digits(year: &str, month: &str) -> Option<Self> {
        let digits = |text: &str, length: usize| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?)
    }

    /// Months since January of year 0: what the store keeps.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The month of a number; `None` outside of the years 0 to 9999.
    pub fn from_number(number: i32) -> Option<Self> {
        (0..12 * 10_000).contains(&number).then_some(Self(number))
    }

    /// The month `months` later, or earlier.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// Year.
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Month of the year, 1 to 12.
    pub fn month(self) -> u32 {
        self.0.rem_euclid(12) as u32 + 1
    }

    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.month(), 1).unwrap_or(NaiveDate::MIN)
    }

    /// Midnight at its beginning.
    pub fn start(self) -> Instant {
        let midnight = self.first_day().and_hms_opt(0, 0, 0).unwrap_or_default();
        Instant::from(midnight.and_utc())
    }

    /// Midnight after its last day.
    pub fn end(self) -> Instant {
        self.plus(1).start()
    }

    /// The beginning of the day so many months before an instant, of the last day where that month is shorter.
    pub fn day_before(at: Instant, months: u32) -> Instant {
        let month = Self::of(at);
        let before = month.plus(-i32::try_from(months).unwrap_or(i32::MAX / 2));
        let days = month.days_until(at).min(before.days() - 1);
        Instant::from_micros(before.start().micros() + days * MICROS_PER_DAY)
    }

    /// Days that it has.
    pub fn days(self) -> i64 {
        (self.end().micros() - self.start().micros()) / MICROS_PER_DAY
    }

    /// Whole days of it that are over at an instant: 0 before it, [`Month::days`] after it.
    pub fn days_until(self, at: Instant) -> i64 {
        ((at.micros() - self.start().micros()).div_euclid(MICROS_PER_DAY)).clamp(0, self.days())
    }

    /// Whether its bill no longer changes: [`SETTLING_DAYS`] after its end are over.
    pub fn is_settled_at(self, at: Instant) -> bool {
        at.micros() >= self.end().micros() + SETTLING_DAYS * MICROS_PER_DAY
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Month {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no month such as 2026-01"))
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap_or_else(|| panic!("{text} is a month"))
    }

    #[test]
    fn months_before_an_instant_begin_with_its_day_or_the_last_one() {
        let at = |text| Instant::parse_date_or_rfc3339(text).expect("valid");
        for (now, months, day) in [
            ("2026-11-02T10:00:00Z", 13, "2025-10-02"),
            ("2026-03-31T10:00:00Z", 1, "2026-02-28"),
            ("2026-01-15", 0, "2026-01-15"),
        ] {
            assert_eq!(Month::day_before(at(now), months), at(day), "{now}");
        }
    }

    #[test]
    fn months_count_across_years_and_know_their_days() {
        assert_eq!(month("2025-12").plus(1), month("2026-01"));
        assert_eq!(month("2026-01").plus(-13), month("2024-12"));
        assert_eq!((month("2024-02").days(), month("2026-02").days(), month("2026-12").days()), (29, 28, 31));
        assert_eq!(Month::parse_compact("202602"), Some(month("2026-02")));
        assert_eq!(Month::from_number(month("2026-02").number()), Some(month("2026-02")));
    }

    #[test]
    fn an_instant_belongs_to_its_month_in_utc() {
        let at = |text: &str| Instant::parse_rfc3339(text).expect("valid");
        assert_eq!(Month::of(at("2026-02-01T00:30:00+01:00")), month("2026-01"));
        assert_eq!(Month::of(at("2026-02-01T00:00:00Z")), month("2026-02"));
        assert_eq!(month("2026-01").end(), at("2026-02-01T00:00:00Z"));
    }

    #[test]
    fn a_month_settles_five_days_after_its_end() {
        let at = |text: &str| Instant::parse_rfc3339(text).expect("valid");
        assert!(!month("2026-01").is_settled_at(at("2026-02-05T23:59:59Z")));
        assert!(month("2026-01").is_settled_at(at("2026-02-06T00:00:00Z")));
        assert_eq!(month("2026-02").days_until(at("2026-02-06T12:00:00Z")), 5);
        assert_eq!(month("2026-02").days_until(at("2026-01-06T12:00:00Z")), 0);
        assert_eq!(month("2026-02").days_until(at("2026-04-06T12:00:00Z")), 28);
    }

    #[test]
    fn other_texts_are_no_months() {
        for text in ["2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "2026", "+026-01", ""] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
        assert_eq!(Month::parse_compact("20261"), None);
        assert_eq!(Month::parse_compact("2é601"), None);
    }
}
