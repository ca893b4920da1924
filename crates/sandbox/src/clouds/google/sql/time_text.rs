//! Days and instants as text.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use model::Instant;

/// Reads `2026-01-31`.
pub(super) fn parse_date(text: &str) -> Option<NaiveDate> {
    let well_formed = text.len() == 10 && text.bytes().filter(|byte| *byte == b'-').count() == 2;
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| well_formed)
}

/// Reads `2026-01-31`, `2026-01-31 12:00:00.5`, with `T`, with `Z`, ` UTC` or an offset such as `+02`; UTC otherwise.
pub(super) fn parse_timestamp(text: &str) -> Option<Instant> {
    if let Some(day) = parse_date(text) {
        return Some(Instant::from(day.and_hms_opt(0, 0, 0)?.and_utc()));
    }
    let text = text.trim_end_matches(" UTC").trim_end_matches(['Z', 'z']).replacen(['T', 't'], " ", 1);
    if let Ok(at) = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f") {
        return Some(Instant::from(at.and_utc()));
    }
    let at = DateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f%#z").ok()?;
    Some(Instant::from(at.with_timezone(&Utc)))
}

/// `2026-01-31 12:00:00+00`, with the fraction that there is.
pub(super) fn write_timestamp(at: Instant) -> String {
    at.to_chrono().map_or_else(String::new, |at| format!("{}+00", at.format("%Y-%m-%d %H:%M:%S%.f")))
}

/// Formats an instant; `None` when an element of the format is not known.
pub(super) fn format(pattern: &str, at: Instant) -> Option<String> {
    is_known(pattern).then_some(())?;
    let mut text = String::new();
    write!(text, "{}", at.to_chrono()?.format(pattern)).ok()?;
    Some(text)
}

/// Reads a day in a format; `None` when an element is not known or the text does not fit.
pub(super) fn parse_date_as(pattern: &str, text: &str) -> Option<NaiveDate> {
    is_known(pattern).then_some(())?;
    // What the format leaves out is the first.
    let (missing_day, missing_month) =
        (!pattern.contains(['d', 'e', 'F', 'j', 'D']), !pattern.contains(['m', 'b', 'B', 'F', 'j', 'D']));
    let (mut pattern, mut text) = (pattern.to_owned(), text.to_owned());
    for (missing, element) in [(missing_month, " %m"), (missing_day, " %d")] {
        if missing {
            pattern.push_str(element);
            text.push_str(" 01");
        }
    }
    NaiveDate::parse_from_str(&text, &pattern).ok()
}

/// Whether every element of a format means the same here and there.
fn is_known(pattern: &str) -> bool {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let is_known =
            character != '%' || characters.next().is_some_and(|element| "YmdeHMSFTDBbyjAaIp%".contains(element));
        if !is_known {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_read_in_every_form() {
        let expected = Instant::parse_rfc3339("2026-01-31T12:00:00Z");
        for text in [
            "2026-01-31 12:00:00",
            "2026-01-31T12:00:00Z",
            "2026-01-31 12:00:00 UTC",
            "2026-01-31 14:00:00+02",
            "2026-01-31T14:00:00.000+02:00",
        ] {
            assert_eq!(parse_timestamp(text), expected, "{text}");
        }
        assert_eq!(parse_timestamp("2026-01-31"), Instant::parse_rfc3339("2026-01-31T00:00:00Z"));
        assert_eq!(parse_timestamp("January"), None);
        assert_eq!(parse_date("2026-1-31"), None);
    }

    #[test]
    fn formats_work_both_ways_and_unknown_elements_are_refused() {
        let at = Instant::parse_rfc3339("2026-01-31T12:00:05Z").expect("valid");
        assert_eq!(format("%Y%m", at).as_deref(), Some("202601"));
        assert_eq!(format("%E4Y", at), None);
        assert_eq!(parse_date_as("%Y%m", "202602"), NaiveDate::from_ymd_opt(2026, 2, 1));
        assert_eq!(parse_date_as("%Y-%m-%d", "2026-02-30"), None);
        assert_eq!(write_timestamp(at), "2026-01-31 12:00:05+00");
    }
}
