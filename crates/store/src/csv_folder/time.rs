//! Times as the original tool reads them, and as we accept them.

use model::Instant;
use model::instant::MICROS_PER_SECOND;

/// A time of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time {
    pub(super) micros: i64,
    /// Nanoseconds beyond the microsecond.
    pub(super) nanos: u16,
    /// Whether it is valid RFC 3339 too, and not only readable for the original.
    pub(super) plain: bool,
}

/// Reads a time by the original's rules: RFC 3339, but also a comma before the fraction, an hour of one digit,
/// and offsets up to `+24:60`. `None` for everything else: lower-case letters, second 60, days that do not exist.
pub(super) fn read(text: &[u8]) -> Option<Time> {
    if let Some(micros) = read_usual_form(text) {
        return Some(Time { micros, nanos: 0, plain: true });
    }
    let mut time = read_any_form(text)?;
    time.plain = std::str::from_utf8(text).is_ok_and(|text| Instant::parse_rfc3339(text).is_some());
    Some(time)
}

/// `2026-01-02T03:04:05Z` and nothing else: eight bytes at a time, since most cells of a folder are such times.
fn read_usual_form(text: &[u8]) -> Option<i64> {
    const DATE: Form = Form::of(*b"0000-00-");
    const MIDDLE: Form = Form::of(*b"00T00:00");
    const CLOCK: Form = Form::of(*b"0:00:00Z");
    let text: &[u8; 20] = text.try_into().ok()?;
    let (date, middle, clock) = (DATE.pairs(text, 0)?, MIDDLE.pairs(text, 8)?, CLOCK.pairs(text, 12)?);
    let two = |pairs: u64, at: u32| (pairs >> (8 * at) & 0xff) as u32;
    let clock = Clock {
        year: two(date, 0) * 100 + two(date, 2),
        month: two(date, 5),
        day: two(middle, 0),
        hour: two(middle, 3),
        minute: two(clock, 2),
        second: two(clock, 5),
    };
    Some(clock.seconds()? * MICROS_PER_SECOND)
}

/// What eight bytes have to be: digits where it has `0`, else the same bytes.
struct Form {
    bytes: u64,
    /// What takes a byte beyond 127 that is no digit, or is not the same.
    limits: u64,
}

impl Form {
    const fn of(form: [u8; 8]) -> Self {
        let mut limits = [0x7f; 8];
        let mut place = 0;
        while place < 8 {
            if form[place] == b'0' {
                limits[place] -= 9;
            }
            place += 1;
        }
        Self { bytes: u64::from_le_bytes(form), limits: u64::from_le_bytes(limits) }
    }

    /// Eight bytes of a text as numbers of two digits, each in the byte of its first digit; `None` where they have another
    /// form.
    #[inline]
    fn pairs(&self, text: &[u8; 20], at: usize) -> Option<u64> {
        const HIGH: u64 = u64::from_le_bytes([0x80; 8]);
        let digits = u64::from_le_bytes(text[at..at + 8].try_into().expect("eight bytes")) ^ self.bytes;
        let wrong = (digits & !HIGH).wrapping_add(self.limits) | digits;
        (wrong & HIGH == 0).then(|| digits.wrapping_mul(10).wrapping_add(digits >> 8))
    }
}

fn read_any_form(text: &[u8]) -> Option<Time> {
    let mut rest = Rest(text);
    let year = rest.digits(4)? as u32;
    rest.mark(b'-')?;
    let month = rest.digits(2)? as u32;
    rest.mark(b'-')?;
    let day = rest.digits(2)? as u32;
    rest.mark(b'T')?;
    let hour = rest.digits(2).or_else(|| rest.digits(1))? as u32;
    rest.mark(b':')?;
    let minute = rest.digits(2)? as u32;
    rest.mark(b':')?;
    let second = rest.digits(2)? as u32;
    let nanos = rest.fraction_nanos();
    let offset_seconds = rest.offset_seconds()?;
    if !rest.0.is_empty() {
        return None;
    }
    let seconds = Clock { year, month, day, hour, minute, second }.seconds()? - offset_seconds;
    let micros = seconds * MICROS_PER_SECOND + nanos / 1000;
    Some(Time { micros, nanos: (nanos % 1000) as u16, plain: false })
}

struct Clock {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
}

impl Clock {
    /// Seconds since 1970; `None` when there is no such instant.
    fn seconds(&self) -> Option<i64> {
        let is_real = (1..=12).contains(&self.month)
            && self.day >= 1
            && self.day <= days_in_month(self.year, self.month)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60;
        let of_day = self.hour * 3600 + self.minute * 60 + self.second;
        is_real.then(|| days_since_1970(self.year, self.month, self.day) * 86_400 + i64::from(of_day))
    }
}

fn days_in_month(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, of a month that there is. Years and months are counted from
/// March, and the length of the months before is one multiplication (Neri and Schneider, Euclidean affine functions,
/// 2023).
fn days_since_1970(year: u32, month: u32, day: u32) -> i64 {
    /// From 400 years before the year 0 to 1970.
    const BEFORE: i64 = 719_468 + 146_097;
    let is_before_march = month <= 2;
    let year = year + 400 - u32::from(is_before_march);
    let month = if is_before_march { month + 12 } else { month };
    let century = year / 100;
    i64::from(1461 * year / 4 - century + century / 4 + (979 * month - 2919) / 32 + day - 1) - BEFORE
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Exactly that many digits; nothing is taken when they are not there.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let digits = self.0.get(..count)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = &self.0[count..];
        Some(digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')))
    }

    fn mark(&mut self, mark: u8) -> Option<()> {
        self.0 = self.0.strip_prefix(&[mark])?;
        Some(())
    }

    /// The fraction of a second if there is one: any number of digits, nine of them count.
    fn fraction_nanos(&mut self) -> i64 {
        let [b'.' | b',', digits @ ..] = self.0 else { return 0 };
        let count = digits.iter().take_while(|digit| digit.is_ascii_digit()).count();
        if count == 0 {
            return 0;
        }
        self.0 = &digits[count..];
        let digit = |place: usize| if place < count { i64::from(digits[place] - b'0') } else { 0 };
        (0..9).fold(0, |value, place| value * 10 + digit(place))
    }

    fn offset_seconds(&mut self) -> Option<i64> {
        if self.mark(b'Z').is_some() {
            return Some(0);
        }
        let sign = match self.0.first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        self.0 = &self.0[1..];
        let hours = self.digits(2)?;
        self.mark(b':')?;
        let minutes = self.digits(2)?;
        (hours <= 24 && minutes <= 60).then_some(sign * (hours * 60 + minutes) * 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Option<i64> {
        read(text.as_bytes()).map(|time| time.micros)
    }

    #[test]
    fn the_usual_form_agrees_with_chrono_over_all_years() {
        for seconds in (-62_135_596_800..253_402_300_800_i64).step_by(86_400 * 31 + 4_321) {
            let at = Instant::from_seconds(seconds);
            assert_eq!(micros(&at.to_rfc3339_seconds()), Some(at.micros()), "{at}");
        }
    }

    #[test]
    fn what_the_original_accepts_is_read_as_it_reads_it() {
        let usual = micros("2021-01-02T03:04:05Z").expect("valid");
        assert_eq!(micros("2021-01-02T3:04:05Z"), Some(usual));
        assert_eq!(micros("2021-01-03T03:04:05+24:00"), Some(usual));
        assert_eq!(micros("2021-01-02T02:04:05-01:00"), Some(usual));
        assert_eq!(micros("2021-01-02T03:04:05,5Z"), Some(usual + 500_000));
        let precise = read(b"2021-01-02T03:04:05.1234567899Z").expect("valid");
        assert_eq!((precise.micros, precise.nanos, precise.plain), (usual + 123_456, 789, true));
        assert!(!read(b"2021-01-02T3:04:05Z").expect("readable").plain);
        assert!(!read(b"2021-01-02T03:04:05,5Z").expect("readable").plain);
        assert!(!read(b"2021-01-03T03:04:05+24:00").expect("readable").plain);
    }

    #[test]
    fn what_the_original_rejects_is_no_time() {
        for text in [
            "",
            "2021-01-02",
            "2021-01-02 03:04:05Z",
            "2021-01-02t03:04:05Z",
            "2021-01-02T03:04:05z",
            "2021-01-02T24:00:00Z",
            "2021-01-02T03:04:60Z",
            "2021-02-29T03:04:05Z",
            "2021-13-01T03:04:05Z",
            "2021-00-01T03:04:05Z",
            "2021-01-00T03:04:05Z",
            " 2021-01-02T03:04:05Z",
            "2021-01-02T03:04:05Z ",
            "2021-01-02T03:04:05",
            "2021-01-02T03:04:05.Z",
            "2021-01-02T03:04:05+25:00",
            "2021-01-02T03:04:05+0100",
            "2021-1-02T03:04:05Z",
            "2021-01-02T03:4:05Z",
            "2O21-01-02T03:04:05Z",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }

    #[test]
    fn leap_days_are_days_and_year_one_is_the_first() {
        assert!(micros("2024-02-29T00:00:00Z").is_some());
        assert!(micros("2000-02-29T00:00:00Z").is_some());
        assert_eq!(micros("1900-02-29T00:00:00Z"), None);
        assert_eq!(micros("0001-01-01T00:00:00Z"), Some(Instant::YEAR_ONE.micros()));
    }
}
