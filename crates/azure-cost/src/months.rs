//! Division of the asked months into queries.

use std::collections::BTreeMap;

use model::{Instant, Month};
use serde::{Deserialize, Serialize};
use source::Window;

use crate::buckets::LARGEST_QUERY;

/// Full months before the running one that the first import asks for.
pub(crate) const FULL_MONTHS: i32 = 24;

/// What was read when: the connector's cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cursor {
    scope: String,
    cost_type: String,
    /// The provider's time when each month was last read.
    read: BTreeMap<Month, Instant>,
}

/// The cursor as JSON.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    scope: String,
    cost_type: String,
    months: BTreeMap<Month, String>,
}

const VERSION: u32 = 1;

impl Cursor {
    /// Nothing was read yet.
    pub(crate) fn new(scope: &str, cost_type: &str) -> Self {
        Self { scope: scope.to_owned(), cost_type: cost_type.to_owned(), read: BTreeMap::new() }
    }

    /// The stored cursor, if it is about this scope and these costs; else a new one.
    pub(crate) fn stored(text: Option<&str>, scope: &str, cost_type: &str) -> Self {
        let mut cursor = Self::new(scope, cost_type);
        let stored = text.and_then(|text| serde_json::from_str::<Stored>(text).ok());
        let same = |stored: &Stored| {
            stored.version == VERSION && stored.scope == cursor.scope && stored.cost_type == cursor.cost_type
        };
        if let Some(stored) = stored.filter(same) {
            let read = stored.months.into_iter();
            cursor.read = read.filter_map(|(month, at)| Some((month, Instant::parse_rfc3339(&at)?))).collect();
        }
        cursor
    }

    pub(crate) fn is_new(&self) -> bool {
        self.read.is_empty()
    }

    /// As JSON.
    pub(crate) fn text(&self) -> String {
        let stored = Stored {
            version: VERSION,
            scope: self.scope.clone(),
            cost_type: self.cost_type.clone(),
            months: self.read.iter().map(|(month, at)| (*month, at.to_rfc3339())).collect(),
        };
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Months are about to be asked for: until they are read, they are missing.
    pub(crate) fn forget(&mut self, months: &[Month]) {
        self.read.retain(|month, _| !months.contains(month));
    }

    /// Months were read.
    pub(crate) fn remember(&mut self, months: &[Month], at: Instant) {
        self.read.extend(months.iter().map(|month| (*month, at)));
    }

    fn is_settled(&self, month: Month) -> bool {
        self.read.get(&month).is_some_and(|at| month.is_settled_at(*at))
    }
}

/// The months to ask for at the provider's time `now`, newest first.
///
/// Of the running month and the 24 before it, those that were not settled when they were last read. With
/// `window.full` all of them. With `window.since` all from that month on, however many, and no earlier one.
pub(crate) fn asked(window: Window, cursor: &Cursor, now: Instant) -> Vec<Month> {
    let running = Month::of(now);
    let first = window.since.map_or(running.plus(-FULL_MONTHS), |since| Month::of(since).min(running));
    let all = (0..=running.number() - first.number()).map(|back| running.plus(-back));
    let anew = window.full || window.since.is_some();
    all.filter(|month| anew || !cursor.is_settled(*month)).collect()
}

/// How many of the first months stand next to each other: what one query may cover, at most 12.
pub(crate) fn together(newest_first: &[Month]) -> u32 {
    let gaps = newest_first.windows(2).position(|pair| pair[0].number() - pair[1].number() != 1);
    let together = gaps.map_or(newest_first.len(), |at| at + 1);
    u32::try_from(together).unwrap_or(LARGEST_QUERY).min(LARGEST_QUERY)
}

/// The number of queries that ask for these months.
pub(crate) fn queries(newest_first: &[Month]) -> u64 {
    let (mut left, mut queries) = (newest_first, 0);
    while !left.is_empty() {
        left = &left[together(left) as usize..];
        queries += 1;
    }
    queries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_date_or_rfc3339(text).expect("valid")
    }

    fn month(text: &str) -> Month {
        Month::parse(text).expect("valid")
    }

    fn read(months: &[&str], when: &str) -> Cursor {
        let mut cursor = Cursor::new("subscriptions/s", "ActualCost");
        cursor.remember(&months.iter().map(|text| month(text)).collect::<Vec<_>>(), at(when));
        cursor
    }

    fn all_read(when: &str) -> Cursor {
        let mut cursor = Cursor::new("subscriptions/s", "ActualCost");
        let months = asked(Window::default(), &cursor, at(when));
        cursor.remember(&months, at(when));
        cursor
    }

    fn texts(months: &[Month]) -> Vec<String> {
        months.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_first_import_asks_for_24_full_months_and_the_running_one_newest_first() {
        let months = asked(Window::default(), &Cursor::default(), at("2026-11-20"));
        assert_eq!((months.len(), months[0], months[24]), (25, month("2026-11"), month("2024-11")));
        assert_eq!((together(&months), queries(&months)), (12, 3));
    }

    #[test]
    fn later_imports_ask_for_what_was_open_or_not_settled_and_what_is_new() {
        for (last, now, expected) in [
            ("2026-11-19", "2026-11-20", vec!["2026-11"]),
            ("2026-11-05", "2026-11-20", vec!["2026-11", "2026-10"]),
            ("2026-11-06", "2026-11-20", vec!["2026-11"]),
            ("2026-11-30", "2026-12-01", vec!["2026-12", "2026-11"]),
            ("2026-08-20", "2026-11-20", vec!["2026-11", "2026-10", "2026-09", "2026-08"]),
        ] {
            assert_eq!(texts(&asked(Window::default(), &all_read(last), at(now))), expected, "{last} {now}");
        }
    }

    #[test]
    fn no_day_of_daily_imports_costs_more_than_two_units() {
        let mut cursor = all_read("2026-01-01");
        for day in 1..400 {
            let now = Instant::from_seconds(at("2026-01-01").seconds() + day * 86_400 + 3_600);
            let months = asked(Window::default(), &cursor, now);
            assert!((1..=2).contains(&months.len()), "{now:?} {months:?}");
            cursor.remember(&months, now);
        }
    }

    #[test]
    fn full_asks_for_everything_and_since_for_everything_from_that_month_on() {
        let cursor = all_read("2026-11-19");
        let now = at("2026-11-20");
        assert_eq!(asked(Window { full: true, since: None }, &cursor, now).len(), 25);
        let since = |text| Window { since: Some(at(text)), full: false };
        assert_eq!(texts(&asked(since("2026-09-15"), &cursor, now)), ["2026-11", "2026-10", "2026-09"]);
        assert_eq!(texts(&asked(since("2030-01-01"), &cursor, now)), ["2026-11"]);
        assert_eq!(asked(since("2022-01-01"), &cursor, now).len(), 59);
    }

    #[test]
    fn queries_do_not_reach_over_gaps() {
        let cursor = read(&["2026-05", "2026-04"], "2026-11-20");
        let months = asked(Window::default(), &cursor, at("2026-11-20"));
        assert_eq!((months.len(), together(&months), queries(&months)), (23, 6, 3));
    }

    #[test]
    fn a_cursor_about_something_else_is_no_cursor() {
        let cursor = all_read("2026-11-19");
        let text = cursor.text();
        assert_eq!(Cursor::stored(Some(&text), "subscriptions/s", "ActualCost"), cursor);
        for (text, scope, cost_type) in [
            (Some(text.as_str()), "subscriptions/other", "ActualCost"),
            (Some(text.as_str()), "subscriptions/s", "AmortizedCost"),
            (Some("{\"version\":1}"), "subscriptions/s", "ActualCost"),
            (Some("garbage"), "subscriptions/s", "ActualCost"),
            (None, "subscriptions/s", "ActualCost"),
        ] {
            assert!(Cursor::stored(text, scope, cost_type).is_new(), "{text:?}");
        }
    }

    #[test]
    fn months_that_are_being_asked_for_are_missing_until_they_are_read() {
        let mut cursor = all_read("2026-11-19");
        let now = at("2026-11-20");
        let months = asked(Window { full: true, since: None }, &cursor, now);
        cursor.forget(&months);
        cursor.remember(&months[..12], now);
        let left = asked(Window::default(), &cursor, now);
        assert_eq!((left.len(), left[0], left[1]), (14, month("2026-11"), month("2025-11")));
    }
}
