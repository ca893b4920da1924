//! Cursor of a board between two imports: what is remembered, and what the next import therefore does.

use model::Instant;
use model::instant::{MICROS_PER_DAY, MICROS_PER_SECOND};
use serde::{Deserialize, Serialize};
use source::Window;

/// How often a board is read in full. A little less than a week, so that an import at the same hour of the seventh day
/// does it and not that of the eighth.
const FULL_EVERY_SECONDS: i64 = 6 * 86_400 + 12 * 3_600;

/// What is remembered between two imports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The provider's time when the last reading in full began; `None` before the first has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) crawled_at: Option<Instant>,
    /// The provider's time when the last reading of any kind began that left no hole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) read_at: Option<Instant>,
    /// A reading in full that has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) crawl: Option<Crawl>,
}

/// A reading in full, page by page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Crawl {
    /// Tells this crawl from others.
    pub(crate) generation: i64,
    /// Where the next page begins; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
    /// Whether all pages were read, and only the cards that were on none of them are left to look up.
    #[serde(default)]
    pub(crate) pages_done: bool,
    /// The provider's time when it began to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) read_at: Option<Instant>,
}

/// What an import does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Read everything, or what is left of it.
    Crawl(Crawl),
    /// Read the cards that changed on the day of `since` or later.
    Changes {
        /// First instant asked for; its whole day is read.
        since: Instant,
        /// Whether what is read connects to what was read before.
        leaves_no_hole: bool,
    },
}

impl Cursor {
    /// Reads a stored cursor. One that cannot be read counts as none: everything is read again.
    pub(crate) fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts can always be written as JSON")
    }

    /// What to do for this window at `now`, the provider's time.
    pub(crate) fn plan(&self, window: Window, now: Instant, generation: i64) -> Plan {
        if let (false, Some(since)) = (window.full, window.since) {
            let leaves_no_hole = self.crawl.is_none() && self.read_at.is_some_and(|read_at| since <= read_at);
            return Plan::Changes { since, leaves_no_hole };
        }
        if let Some(crawl) = &self.crawl {
            return Plan::Crawl(crawl.clone());
        }
        match (self.crawled_at, self.read_at) {
            (Some(crawled_at), Some(read_at)) if !window.full && read_at <= now && !is_due(crawled_at, now) => {
                Plan::Changes { since: day_before(read_at), leaves_no_hole: true }
            }
            _ => Plan::Crawl(Crawl { generation, ..Crawl::default() }),
        }
    }
}

/// A reading that lies ahead was dated by a wrong clock: nobody knows when it was.
fn is_due(crawled_at: Instant, now: Instant) -> bool {
    crawled_at > now || now.micros().saturating_sub(crawled_at.micros()) >= FULL_EVERY_SECONDS * MICROS_PER_SECOND
}

fn day_before(at: Instant) -> Instant {
    Instant::from_micros(at.micros().saturating_sub(MICROS_PER_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_date_or_rfc3339(text).expect("a valid time")
    }

    fn crawled(day: &str) -> Cursor {
        Cursor { crawled_at: Some(at(day)), read_at: Some(at(day)), crawl: None }
    }

    #[test]
    fn a_board_is_read_in_full_at_first_after_a_week_and_when_asked_for() {
        let full = Plan::Crawl(Crawl { generation: 7, ..Crawl::default() });
        let now = at("2026-11-08T01:00:00Z");
        assert_eq!(Cursor::default().plan(Window::default(), now, 7), full);
        assert_eq!(crawled("2026-11-01T01:05:00Z").plan(Window::default(), now, 7), full);
        assert_eq!(crawled("2026-11-07").plan(Window { since: None, full: true }, now, 7), full);
    }

    #[test]
    fn a_board_that_was_read_at_a_time_that_lies_ahead_is_read_in_full() {
        let now = at("2026-11-02");
        assert!(matches!(crawled("2099-01-01").plan(Window::default(), now, 7), Plan::Crawl(_)));
        let mut cursor = crawled("2026-11-01");
        cursor.read_at = Some(at("2026-11-02T01:00:00Z"));
        assert!(matches!(cursor.plan(Window::default(), now, 7), Plan::Crawl(_)));
    }

    #[test]
    fn in_between_changes_are_read_from_the_day_before_the_last_reading() {
        let mut cursor = crawled("2026-11-02");
        cursor.read_at = Some(at("2026-11-05T01:00:00Z"));
        let plan = cursor.plan(Window::default(), at("2026-11-06"), 7);
        assert_eq!(plan, Plan::Changes { since: at("2026-11-04T01:00:00Z"), leaves_no_hole: true });
    }

    #[test]
    fn a_window_counts_as_read_only_when_it_leaves_no_hole() {
        let window = |since| Window { since: Some(at(since)), full: false };
        let plan = |cursor: Cursor, since| cursor.plan(window(since), at("2026-11-20"), 7);
        let changes = |since, leaves_no_hole| Plan::Changes { since: at(since), leaves_no_hole };
        assert_eq!(plan(crawled("2026-11-05"), "2026-11-05"), changes("2026-11-05", true));
        assert_eq!(plan(crawled("2026-11-05"), "2026-11-06"), changes("2026-11-06", false));
        assert_eq!(plan(Cursor::default(), "2026-11-06"), changes("2026-11-06", false));
    }

    #[test]
    fn a_killed_crawl_goes_on_in_its_own_generation() {
        let crawl = Crawl { generation: 3, after: Some("p2".into()), pages_done: false, read_at: None };
        let cursor = Cursor { crawl: Some(crawl.clone()), ..crawled("2026-11-01") };
        for full in [false, true] {
            let plan = cursor.plan(Window { since: None, full }, at("2026-11-02"), 7);
            assert_eq!(plan, Plan::Crawl(crawl.clone()));
        }
        assert_eq!(Cursor::read(Some(&cursor.write())), cursor);
    }
}
