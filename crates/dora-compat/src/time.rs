//! Times as SQLite reads them, and weeks as `%Y-W%W` names them.

use std::fmt;

use model::Instant;
use model::instant::MICROS_PER_DAY;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// The day number of 1970-01-01, in milliseconds: days begin at noon.
const EPOCH: i64 = 210_866_760_000_000;

/// A time that was read: milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

impl Moment {
    /// Reads `2026-01-02`, a time of day behind `T` or a space, fractions to milliseconds, and an offset, which is taken off.
    /// `None` for everything else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (date, rest) = bytes.split_at_checked(10)?;
        if date[4] != b'-' || date[7] != b'-' {
            return None;
        }
        let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let of_day = match rest {
            [] => 0,
            [b'T' | b't' | b' ', time @ ..] => time_of_day(time)?,
            _ => return None,
        };
        Some(Self(days_before(year, month, day) * DAY + of_day))
    }

    /// The hours to a later time, with the noise that day numbers in doubles have: it decides how half of the values are
    /// rounded that end in 5.
    pub(crate) fn hours_to(self, end: Self) -> f64 {
        (end.day_number() - self.day_number()) * 24.0
    }

    /// So many milliseconds later.
    #[cfg(test)]
    pub(crate) fn after(self, millis: i64) -> Self {
        Self(self.0 + millis)
    }

    fn day_number(self) -> f64 {
        (self.0 + EPOCH) as f64 / DAY as f64
    }

    /// The day of the week in UTC, Sunday 0.
    pub(crate) fn weekday(self) -> u8 {
        (self.0.div_euclid(DAY) + 4).rem_euclid(7) as u8
    }

    /// The week in UTC.
    pub(crate) fn week(self) -> Week {
        let day = self.0.div_euclid(DAY);
        let year = year_of(day);
        let day_of_year = day - days_before(year, 1, 1);
        let week = (day_of_year + 7 - (i64::from(self.weekday()) + 6) % 7) / 7;
        Week { year: year as i16, week: week as u8 }
    }
}

/// A week of a calendar year: Monday first, 0 before the first Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Week {
    year: i16,
    week: u8,
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.week)
    }
}

/// Where the window of a report begins, as a text: `2026-08-04T10:00:00.123456+00:00`, without microseconds where there are
/// none.
pub(crate) fn window_start(now: Instant, weeks: u32) -> String {
    let start = Instant::from_micros(now.micros().saturating_sub(7 * i64::from(weeks) * MICROS_PER_DAY));
    let seconds = start.to_rfc3339_seconds();
    let seconds = seconds.trim_end_matches('Z');
    match start.micros().rem_euclid(1_000_000) {
        0 => format!("{seconds}+00:00"),
        micros => format!("{seconds}.{micros:06}+00:00"),
    }
}

/// A number of digits alone.
fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0')))
}

/// Milliseconds since midnight in UTC of `10:00`, `10:00:00`, `10:00:00.123`, each with an offset or none.
fn time_of_day(text: &[u8]) -> Option<i64> {
    let pair = |at: usize, most: i64| number(text.get(at..at + 2)?).filter(|number| *number <= most);
    let (hour, minute) = (pair(0, 24)?, pair(3, 59)?);
    if text[2] != b':' {
        return None;
    }
    let (mut millis, mut rest) = (0, &text[5..]);
    if let [b':', ..] = rest {
        millis = pair(6, 59)? * 1000;
        rest = &text[8..];
        if let [b'.', digits @ ..] = rest {
            let length = digits.iter().take_while(|digit| digit.is_ascii_digit()).count();
            if length == 0 {
                return None;
            }
            // Half a millisecond and more is one.
            let tenths =
                (0..4).fold(0, |sum, at| sum * 10 + digits[..length].get(at).map_or(0, |it| i64::from(it - b'0')));
            millis += (tenths + 5) / 10;
            rest = &digits[length..];
        }
    }
    let rest = rest.trim_ascii();
    let offset = match rest {
        [] | [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), hours @ .., b':', first, second] => {
            let (hours, minutes) = (number(hours).filter(|_| hours.len() == 2)?, number(&[*first, *second])?);
            if hours > 14 || minutes > 59 {
                return None;
            }
            (hours * 60 + minutes) * if *sign == b'+' { 1 } else { -1 }
        }
        _ => return None,
    };
    Some(((hour * 60 + minute) - offset) * 60_000 + millis)
}

/// Days from 1970-01-01 to a day; one beyond the end of its month is as many days later.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March have the leap day at their end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The calendar year of a day since 1970-01-01.
fn year_of(day: i64) -> i64 {
    // Years are no longer than 366 days and no shorter than 365, so that within 10,000 of them this is too early by 30 at most.
    let earliest = 1970 + day.div_euclid(if day < 0 { 365 } else { 366 });
    (earliest..earliest + 30).find(|year| days_before(year + 1, 1, 1) > day).unwrap_or(earliest)
}
