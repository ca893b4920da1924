//! Times in the paths of files: `20260901-20260930/202609290000`, `2026/09/29`, `focus_2026-09-29.csv`.

use std::ops::Range;

use chrono::{NaiveDate, NaiveTime};
use model::Instant;

/// What may stand between a date and its time of day.
const BEFORE_TIME: [&str; 4] = ["T", "t", "_", "-"];
/// What may stand between year, month and day.
const BETWEEN_PARTS: [&str; 4] = ["-", "_", "/", "."];

/// A time that is written in a path, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathTime {
    /// Midnight where only the day is written.
    pub(crate) at: Instant,
    /// Whether the time of day is written too.
    pub(crate) exact: bool,
    /// Where it is written.
    place: Range<usize>,
}

/// The times in a path, in order.
pub(crate) fn times_in(path: &str) -> Vec<PathTime> {
    let numbers = numbers_in(path);
    let (mut times, mut next) = (Vec::new(), 0);
    while next < numbers.len() {
        match time_at(path, &numbers[next..]) {
            Some((time, taken)) => {
                times.push(time);
                next += taken;
            }
            None => next += 1,
        }
    }
    times
}

/// The text without the numbers in it that are no times: what names of the parts of one export have in common.
pub(crate) fn without_numbers(text: &str) -> String {
    let times = times_in(text);
    let is_kept = |place: &usize| {
        let of_time = times.iter().any(|time| time.place.contains(place));
        of_time || !text.as_bytes()[*place].is_ascii_digit()
    };
    text.char_indices().filter(|(place, _)| is_kept(place)).map(|(_, sign)| sign).collect()
}

fn numbers_in(text: &str) -> Vec<Range<usize>> {
    let mut numbers: Vec<Range<usize>> = Vec::new();
    for (place, _) in text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        match numbers.last_mut() {
            Some(number) if number.end == place => number.end += 1,
            _ => numbers.push(place..place + 1),
        }
    }
    numbers
}

/// The time that begins with the first of these numbers, and how many of them it takes.
fn time_at(path: &str, numbers: &[Range<usize>]) -> Option<(PathTime, usize)> {
    let (day, rest, mut taken) = day_at(path, numbers)?;
    let mut place = numbers[0].start..numbers[taken - 1].end;
    let mut time = time_of_day(rest);
    if let (None, "", Some(number)) = (time, rest, numbers.get(taken))
        && BEFORE_TIME.contains(&&path[place.end..number.start])
    {
        time = time_of_day(&path[number.clone()]);
        if time.is_some() {
            taken += 1;
            place.end = number.end;
        }
    }
    if !rest.is_empty() && time.is_none() {
        return None;
    }
    let at = Instant::from(day.and_time(time.unwrap_or_default()).and_utc());
    Some((PathTime { at, exact: time.is_some(), place }, taken))
}

/// A day, the digits behind it in its last number, and how many numbers it takes.
fn day_at<'a>(path: &'a str, numbers: &[Range<usize>]) -> Option<(NaiveDate, &'a str, usize)> {
    let text = |number: &Range<usize>| &path[number.clone()];
    let first = text(&numbers[0]);
    if let (Some(day), Some(rest)) = (first.get(..8), first.get(8..)) {
        return Some((day_of(&day[..4], &day[4..6], &day[6..])?, rest, 1));
    }
    let [year, month, day, ..] = numbers else { return None };
    let (one, other) = (&path[year.end..month.start], &path[month.end..day.start]);
    let joined = one == other && BETWEEN_PARTS.contains(&one);
    let sized = (year.len(), month.len(), day.len()) == (4, 2, 2);
    (joined && sized).then(|| day_of(text(year), text(month), text(day)))?.map(|day| (day, "", 3))
}

fn day_of(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    // Other centuries are numbers of another kind.
    let year = year.parse().ok().filter(|year| (2000..2100).contains(year))?;
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// `1030` or `103000`.
fn time_of_day(digits: &str) -> Option<NaiveTime> {
    let part = |place: Range<usize>| digits.get(place)?.parse().ok();
    match digits.len() {
        4 => NaiveTime::from_hms_opt(part(0..2)?, part(2..4)?, 0),
        6 => NaiveTime::from_hms_opt(part(0..2)?, part(2..4)?, part(4..6)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(path: &str) -> Vec<String> {
        let written = |time: &PathTime| {
            let text = time.at.to_rfc3339_seconds();
            if time.exact { text } else { text[..10].to_owned() }
        };
        times_in(path).iter().map(written).collect()
    }

    #[test]
    fn days_and_times_are_found_however_they_are_written() {
        for (path, found) in [
            ("20260901-20260930/202609290000/c8d3", vec!["2026-09-01", "2026-09-30", "2026-09-29T00:00:00Z"]),
            ("2026/09/29/0001.csv", vec!["2026-09-29"]),
            ("focus_2026-09-29.csv", vec!["2026-09-29"]),
            ("20260929T103005Z-part1", vec!["2026-09-29T10:30:05Z"]),
            ("20260929_1030", vec!["2026-09-29T10:30:00Z"]),
            ("20260929103005", vec!["2026-09-29T10:30:05Z"]),
            ("BILLING_PERIOD=2026-09/x-00001.csv.gz", vec![]),
            ("20261399/123456789012345/19990101", vec![]),
            ("é20260929", vec!["2026-09-29"]),
        ] {
            assert_eq!(times(path), found, "{path}");
        }
    }

    #[test]
    fn parts_of_one_export_differ_in_numbers_that_are_no_times() {
        assert_eq!(without_numbers("part_0_0001.csv"), without_numbers("part_12_0002.csv"));
        assert_eq!(without_numbers("20260929-1.csv"), without_numbers("20260929-2.csv"));
        assert_ne!(without_numbers("20260928-1.csv"), without_numbers("20260929-1.csv"));
        assert_ne!(without_numbers("compute.csv"), without_numbers("storage.csv"));
    }
}
