//! Cursor of a list between two imports: what is remembered, and what the next import therefore does.

use model::Instant;
use model::instant::MICROS_PER_SECOND;
use serde::{Deserialize, Serialize};
use source::{Expected, FullCrawl, Window};

/// How far back of the watermark changes are asked for again: copies of a provider's database lag behind one another.
const OVERLAP_SECONDS: i64 = 120;

/// Changes within so many seconds before a reading may have been read half: times of change have whole seconds.
const SETTLED_AFTER_SECONDS: i64 = 5;

/// What is remembered between two imports.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Every change before this instant was read; `None` before the first crawl has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Instant>,
    /// The time of the last import that moved the watermark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Instant>,
    /// A crawl that has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crawl: Option<Crawl>,
}

/// A reading of everything, page by page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crawl {
    /// Tells this crawl from others.
    pub generation: i64,
    /// Where the next page begins; `None` for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The watermark when it is done: the last change known when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Instant>,
    /// The time of the import that began it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Instant>,
}

/// What is known of a list before any of its entries is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// How many there are.
    pub total: u64,
    /// The newest change; `None` when there are none.
    pub updated_at: Option<Instant>,
}

/// What an import does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Nothing has changed.
    Nothing,
    /// Read everything, or what is left of it.
    Crawl(Crawl),
    /// Read what changed from `since` on.
    Changes {
        /// First instant asked for.
        since: Instant,
        /// Whether what is read connects to the watermark, so that the watermark may move.
        moves_watermark: bool,
    },
}

impl Plan {
    /// What it is expected to cost, of so many records. How many have changed is not known before they are read: one
    /// page is expected. The last of several pages is asked for no larger than it is, and costs less.
    pub fn expected(&self, total: u64, largest_page: u32, points_per_page: u64) -> Expected {
        let page = u64::from(largest_page);
        let (records, calls) = match self {
            Self::Nothing => (0, 0),
            Self::Crawl(_) if total == 0 => (0, 0),
            Self::Changes { .. } => (total.min(page), 1),
            Self::Crawl(_) => (total, total.div_ceil(page)),
        };
        let last = if calls > 1 { records - (calls - 1) * page } else { page };
        // Points are a hundredth of the lists asked for, rounded, at least one.
        let points_of_last = if calls == 0 { 0 } else { ((points_per_page * last * 100 / page + 51) / 100).max(1) };
        Expected { records, calls, points: calls.saturating_sub(1) * points_per_page + points_of_last }
    }
}

impl Cursor {
    /// Reads a stored cursor. One that cannot be read counts as none: everything is read again.
    pub fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub fn write(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts can always be written as JSON")
    }

    /// What to do for this window.
    pub fn plan(&self, window: Window, known: Known, generation: i64) -> Plan {
        let new_crawl = || Crawl { generation, after: None, watermark: known.updated_at, read_at: None };
        if window.full {
            return Plan::Crawl(self.crawl.clone().unwrap_or_else(new_crawl));
        }
        if let Some(since) = window.since {
            if known.total == 0 || known.updated_at.is_some_and(|updated_at| updated_at < since) {
                return Plan::Nothing;
            }
            let moves_watermark = self.crawl.is_none() && self.watermark.is_some_and(|watermark| since <= watermark);
            return Plan::Changes { since, moves_watermark };
        }
        if let Some(crawl) = &self.crawl {
            return Plan::Crawl(crawl.clone());
        }
        match self.watermark {
            None => Plan::Crawl(new_crawl()),
            Some(watermark) if self.has_all(watermark, known) => Plan::Nothing,
            Some(watermark) => Plan::Changes { since: before(watermark, OVERLAP_SECONDS), moves_watermark: true },
        }
    }

    /// Remembers that a page of a crawl was read, and that the next one begins at `next`. The crawl is complete after
    /// the last page, unless anything is `missing`.
    pub fn crawled(&mut self, crawl: &mut Crawl, next: Option<&String>, read_at: Instant, missing: bool) -> FullCrawl {
        crawl.read_at = crawl.read_at.or(Some(read_at));
        crawl.after = next.cloned();
        let complete = next.is_none() && !missing;
        if complete {
            // Only times of changes are comparable with times of changes: without one, everything is read again.
            self.watermark = crawl.watermark;
            self.read_at = crawl.read_at;
            self.crawl = None;
        } else {
            self.crawl = Some(crawl.clone());
        }
        FullCrawl { generation: crawl.generation, complete }
    }

    /// Whether a crawl that was left at some page is still at that page.
    pub fn has_not_moved_from(&self, crawl: &Crawl) -> bool {
        crawl.after.is_some() && self.crawl.as_ref() == Some(crawl)
    }

    /// Whether the newest change was read, and so long after it that nothing else can bear its time.
    fn has_all(&self, watermark: Instant, known: Known) -> bool {
        let Some(updated_at) = known.updated_at else { return known.total == 0 };
        let settled = self.read_at.is_none_or(|read_at| updated_at < before(read_at, SETTLED_AFTER_SECONDS));
        updated_at <= watermark && settled
    }
}

/// `seconds` before an instant.
fn before(at: Instant, seconds: i64) -> Instant {
    Instant::from_micros(at.micros().saturating_sub(seconds * MICROS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_date_or_rfc3339(text).expect("a valid time")
    }

    fn since(text: &str) -> Window {
        Window { since: Some(at(text)), full: false }
    }

    /// One record, changed on this day.
    fn newest(day: &str) -> Known {
        Known { total: 1, updated_at: Some(at(day)) }
    }

    /// One record of which GitHub did not say when it changed.
    const UNDATED: Known = Known { total: 1, updated_at: None };

    fn read_up_to(day: &str) -> Cursor {
        Cursor { watermark: Some(at(day)), read_at: None, crawl: None }
    }

    #[test]
    fn the_first_import_reads_everything_and_remembers_the_newest_change_as_its_end() {
        let plan = Cursor::default().plan(Window::default(), newest("2026-11-01"), 7);
        let crawl = Crawl { generation: 7, after: None, watermark: Some(at("2026-11-01")), read_at: None };
        assert_eq!(plan, Plan::Crawl(crawl));
    }

    #[test]
    fn nothing_is_read_when_nothing_has_changed() {
        let plan = |known| read_up_to("2026-11-01").plan(Window::default(), known, 7);
        assert_eq!(plan(newest("2026-11-01")), Plan::Nothing);
        let changes = Plan::Changes { since: at("2026-10-31T23:58:00Z"), moves_watermark: true };
        assert_eq!(plan(newest("2026-11-01T00:00:01Z")), changes);
        assert_eq!(plan(UNDATED), changes);
        assert_eq!(plan(Known::default()), Plan::Nothing);
    }

    #[test]
    fn a_change_of_the_very_second_in_which_was_read_is_read_again() {
        let mut cursor = read_up_to("2026-11-01");
        cursor.read_at = Some(at("2026-11-01T00:00:04Z"));
        assert!(matches!(cursor.plan(Window::default(), newest("2026-11-01"), 7), Plan::Changes { .. }));
        cursor.read_at = Some(at("2026-11-01T00:00:06Z"));
        assert_eq!(cursor.plan(Window::default(), newest("2026-11-01"), 7), Plan::Nothing);
    }

    #[test]
    fn a_window_moves_the_watermark_only_when_it_leaves_no_hole() {
        let plan = |window| read_up_to("2026-11-01").plan(window, newest("2026-11-05"), 7);
        let changes = |from, moves_watermark| Plan::Changes { since: at(from), moves_watermark };
        assert_eq!(plan(since("2026-11-01")), changes("2026-11-01", true));
        assert_eq!(plan(since("2026-11-02")), changes("2026-11-02", false));
        assert_eq!(plan(since("2026-11-06")), Plan::Nothing);
        assert_eq!(Cursor::default().plan(since("2026-11-02"), UNDATED, 7), changes("2026-11-02", false));
    }

    #[test]
    fn a_crawl_without_a_known_change_sets_no_watermark_whatever_the_clock_says() {
        let mut cursor = Cursor::default();
        let Plan::Crawl(mut crawl) = cursor.plan(Window::default(), UNDATED, 7) else { panic!("a crawl") };
        assert!(cursor.crawled(&mut crawl, None, at("2099-01-01"), false).complete);
        assert_eq!(cursor.watermark, None);
        assert!(matches!(cursor.plan(Window::default(), newest("2026-11-01"), 8), Plan::Crawl(_)));
    }

    #[test]
    fn a_killed_crawl_goes_on_in_its_own_generation() {
        let crawl = Crawl { generation: 3, after: Some("p4".into()), watermark: None, read_at: None };
        let cursor = Cursor { watermark: Some(at("2026-11-01")), read_at: None, crawl: Some(crawl.clone()) };
        for full in [false, true] {
            let plan = cursor.plan(Window { since: None, full }, newest("2026-11-01"), 7);
            assert_eq!(plan, Plan::Crawl(crawl.clone()));
        }
        let windowed = Plan::Changes { since: at("2026-10-01"), moves_watermark: false };
        assert_eq!(cursor.plan(since("2026-10-01"), UNDATED, 7), windowed);
    }

    #[test]
    fn a_cursor_survives_being_stored_and_nonsense_counts_as_none() {
        let crawl = Crawl { generation: 3, after: Some("p4".into()), watermark: None, read_at: None };
        let cursor = Cursor { watermark: Some(at("2026-11-01")), read_at: None, crawl: Some(crawl) };
        assert_eq!(Cursor::read(Some(&cursor.write())), cursor);
        assert_eq!(Cursor::read(Some("{\"watermark\":")), Cursor::default());
        assert_eq!(Cursor::read(None), Cursor::default());
    }
}
