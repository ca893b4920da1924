//! Instants in UTC.

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeZone as _, Utc};

/// An instant: microseconds since 1970-01-01T00:00:00Z, UTC.
///
/// Covers every year that RFC 3339 can write (0001 to 9999).
/// A missing instant is `Option::None`; in columns it is [`Instant::NULL_MICROS`].
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in a day of 86,400 seconds.
pub const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// The instants at which something can have happened of which somebody reads now: from 1970-01-01 to a day later than now.
///
/// The one rule of both readers, of stores and of files. Whatever lies outside is unknown to those who compute, and is told;
/// what is stored stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plausible {
    latest: i64,
}

impl Plausible {
    /// To a day later than this.
    pub fn at(now: Instant) -> Self {
        Self { latest: now.0.saturating_add(MICROS_PER_DAY) }
    }

    /// The last of them.
    pub const fn latest(self) -> Instant {
        Instant(self.latest)
    }

    /// Whether an instant in microseconds may be.
    #[inline]
    pub const fn holds(self, micros: i64) -> bool {
        micros >= 0 && micros <= self.latest
    }

    /// Why one that is not held is not used.
    pub fn complaint(self) -> String {
        format!("lies outside 1970-01-01 to {}: taken as unknown", self.latest().to_rfc3339_seconds())
    }
}

impl Instant {
    /// The marker of a missing instant in columns and in the database's integer form.
    pub const NULL_MICROS: i64 = i64::MIN;
    /// `0001-01-01T00:00:00Z`: no time in files, and what an unreadable one is to the original tool.
    pub const YEAR_ONE: Self = Self(-62_135_596_800 * MICROS_PER_SECOND);
    const YEAR_TEN_THOUSAND: Self = Self(253_402_300_800 * MICROS_PER_SECOND);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * MICROS_PER_SECOND)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(MICROS_PER_SECOND)
    }

    /// Reads RFC 3339 (`2026-01-02T03:04:05Z`, any offset, any fraction; digits beyond microseconds are cut).
    /// `None` when the text is anything else.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|at| Self::from(at.with_timezone(&Utc)))
    }

    /// Reads RFC 3339 as a provider tells when something happened: what files can tell again, which write whole seconds of
    /// the years 0001 to 9999, and of [year 1](Self::YEAR_ONE) the first one for no time. `None` for everything else.
    pub fn parse_told(text: &str) -> Option<Self> {
        let is_told = |at: &Self| at.seconds() > Self::YEAR_ONE.seconds() && *at < Self::YEAR_TEN_THOUSAND;
        Self::parse_rfc3339(text).filter(is_told)
    }

    /// Reads RFC 3339, or a date as that day's midnight in UTC.
    pub fn parse_date_or_rfc3339(text: &str) -> Option<Self> {
        Self::parse_rfc3339(text).or_else(|| {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            Some(Self::from(Utc.from_utc_datetime(&day.and_hms_opt(0, 0, 0)?)))
        })
    }

    /// As chrono's type; `None` outside of chrono's range.
    pub fn to_chrono(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }

    /// `2026-01-02T03:04:05Z`, fractions cut: the form in every CSV file.
    pub fn to_rfc3339_seconds(self) -> String {
        match self.to_chrono() {
            Some(at) => {
                let text = DateTime::from_timestamp(at.timestamp(), 0)
                    .unwrap_or(at)
                    .to_rfc3339_opts(SecondsFormat::Secs, true);
                // An offset can push a time into year 10000; chrono marks such years with a plus, other tools do not.
                text.trim_start_matches('+').to_owned()
            }
            None => format!("{}us", self.0),
        }
    }

    /// `2026-01-02T03:04:05.678Z`, finer fractions cut: the form of em-metrics.
    pub fn to_rfc3339_millis(self) -> String {
        match self.to_chrono() {
            Some(at) => at.to_rfc3339_opts(SecondsFormat::Millis, true),
            None => format!("{}us", self.0),
        }
    }

    /// RFC 3339 with as many digits of a second as are needed: loses nothing.
    pub fn to_rfc3339(self) -> String {
        match self.to_chrono() {
            Some(at) => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            None => format!("{}us", self.0),
        }
    }
}

impl From<DateTime<Utc>> for Instant {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_converted_and_fractions_cut_only_when_written() {
        let at = Instant::parse_rfc3339("2026-01-02T03:04:05.987654321+02:00").expect("valid");
        assert_eq!(at.to_rfc3339_seconds(), "2026-01-02T01:04:05Z");
        assert_eq!(at.to_rfc3339(), "2026-01-02T01:04:05.987654Z");
    }

    #[test]
    fn instants_before_the_epoch_are_cut_towards_the_past() {
        let at = Instant::from_micros(-1);
        assert_eq!(at.seconds(), -1);
        assert_eq!(at.to_rfc3339_seconds(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn a_date_is_its_midnight_and_nonsense_is_nothing() {
        assert_eq!(Instant::parse_date_or_rfc3339("2026-11-01"), Instant::parse_rfc3339("2026-11-01T00:00:00Z"));
        assert_eq!(Instant::parse_date_or_rfc3339("2026-02-30"), None);
        assert_eq!(Instant::parse_date_or_rfc3339("yesterday"), None);
    }

    #[test]
    fn a_provider_tells_no_time_that_files_cannot_tell_again() {
        for text in ["0001-01-01T00:00:01Z", "2026-01-02T03:04:05.5+02:00", "9999-12-31T23:59:59.9Z"] {
            assert_eq!(Instant::parse_told(text), Instant::parse_rfc3339(text), "{text}");
            assert!(Instant::parse_told(text).is_some(), "{text}");
        }
        for text in [
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00.999999Z",
            "0001-01-01T01:00:00+01:00",
            "0001-01-01T00:00:00+01:00",
            "0000-06-01T00:00:00Z",
            "9999-12-31T23:59:59-00:01",
        ] {
            assert!(Instant::parse_rfc3339(text).is_some(), "{text} is RFC 3339");
            assert_eq!(Instant::parse_told(text), None, "{text}");
        }
    }

    #[test]
    fn work_happens_from_1970_to_a_day_from_now() {
        let at = |text| Instant::parse_rfc3339(text).expect("an instant");
        let plausible = Plausible::at(at("2026-11-29T12:00:00Z"));
        for (text, is_held) in [
            ("1969-12-31T23:59:59Z", false),
            ("1970-01-01T00:00:00Z", true),
            ("2026-11-30T12:00:00Z", true),
            ("2026-11-30T12:00:01Z", false),
            ("9999-12-31T00:00:00Z", false),
        ] {
            assert_eq!(plausible.holds(at(text).micros()), is_held, "{text}");
        }
        assert!(!plausible.holds(Instant::NULL_MICROS));
    }
}
