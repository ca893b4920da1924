//! Times as FOCUS files write them.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use model::Instant;

/// Reads `2024-09-18T23:00:00Z`, with any offset and fraction, with a space in place of the `T`, without seconds, or a
/// date as that day's midnight. Without an offset it is UTC.
pub(crate) fn parse(text: &[u8]) -> Option<Instant> {
    let date = date(text.get(..10)?)?;
    let (time, offset) = match &text[10..] {
        [] => return Some(Instant::from(date.and_time(NaiveTime::MIN).and_utc())),
        [b'T' | b't' | b' ', rest @ ..] => split_offset(rest)?,
        _ => return None,
    };
    let local = date.and_time(time_of_day(time)?);
    let at = local.checked_sub_signed(TimeDelta::minutes(offset))?;
    Some(Instant::from(at.and_utc()))
}

fn date(text: &[u8]) -> Option<NaiveDate> {
    if text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    NaiveDate::from_ymd_opt(number(&text[..4])? as i32, number(&text[5..7])?, number(&text[8..])?)
}

/// `23:00`, `23:00:00` or `23:00:00.123`: fractions are cut to microseconds.
fn time_of_day(text: &[u8]) -> Option<NaiveTime> {
    let hour = number(text.get(..2)?)?;
    let minute = number(text.get(3..5)?)?;
    if text[2] != b':' {
        return None;
    }
    let (second, micro) = match &text[5..] {
        [] => (0, 0),
        [b':', tens, ones] => (number(&[*tens, *ones])?, 0),
        [b':', tens, ones, b'.', fraction @ ..] => (number(&[*tens, *ones])?, micros(fraction)?),
        _ => return None,
    };
    NaiveTime::from_hms_micro_opt(hour, minute, second, micro)
}

fn micros(fraction: &[u8]) -> Option<u32> {
    if fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let kept = &fraction[..fraction.len().min(6)];
    Some(number(kept)? * 10_u32.pow((6 - kept.len()) as u32))
}

/// The time without its offset, and the offset in minutes.
fn split_offset(text: &[u8]) -> Option<(&[u8], i64)> {
    if let Some(time) =
        text.strip_suffix(b"Z").or_else(|| text.strip_suffix(b"z")).or_else(|| text.strip_suffix(b" UTC"))
    {
        return Some((time, 0));
    }
    let Some(sign) = text.iter().position(|byte| matches!(byte, b'+' | b'-')) else {
        return Some((text, 0));
    };
    let (hours, minutes) = match &text[sign + 1..] {
        [a, b, b':', c, d] | [a, b, c, d] => (number(&[*a, *b])?, number(&[*c, *d])?),
        [a, b] => (number(&[*a, *b])?, 0),
        _ => return None,
    };
    let size = (hours < 24 && minutes < 60).then_some(i64::from(hours * 60 + minutes))?;
    Some((&text[..sign], if text[sign] == b'-' { -size } else { size }))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_utc_unless_it_says_otherwise() {
        for (text, same) in [
            ("2024-09-18 23:00:00", "2024-09-18T23:00:00Z"),
            ("2024-09-18T23:00:00", "2024-09-18T23:00:00Z"),
            ("2024-09-18t23:00:00z", "2024-09-18T23:00:00Z"),
            ("2024-09-18T23:00Z", "2024-09-18T23:00:00Z"),
            ("2024-09-18 23:00:00 UTC", "2024-09-18T23:00:00Z"),
            ("2024-09-18 23:00:00.123456789", "2024-09-18T23:00:00.123456Z"),
            ("2024-09-18T23:00:00.5+02:00", "2024-09-18T21:00:00.5Z"),
            ("2024-10-01T00:30:00+0100", "2024-09-30T23:30:00Z"),
            ("2024-09-30T20:00:00-05", "2024-10-01T01:00:00Z"),
            ("2024-09-01", "2024-09-01T00:00:00Z"),
        ] {
            assert_eq!(parse(text.as_bytes()), Instant::parse_rfc3339(same), "{text}");
            assert!(parse(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_nothing() {
        for text in [
            "",
            "2024",
            "2024-9-1",
            "2024-13-01",
            "2024-02-30",
            "2024-09-31 00:00:00",
            "2024-09-01T24:00:00Z",
            "2024-09-01T00",
            "2024-09-01T00:00:00.Z",
            "2024-09-01T00:00:00+",
            "2024-09-01T00:00:00+25:00",
            "2024-09-01T00:00:00 CET",
            "09/01/2024",
            "01.09.2024",
            "2024-09-01 ",
            "2024-09-01x",
            "20240901",
            "2024/09/01",
            " 024-09-01",
            "2024-09-01T00:00:00é",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
