//! What is remembered of a list of a group between two imports.
//!
//! Lists of GitLab are read in the order of their changes, the oldest first: what changes meanwhile moves to the end and comes
//! once more. How far they were read is therefore one instant, and an import that was stopped goes on from it.

use model::Instant;
use model::instant::MICROS_PER_SECOND;
use serde::{Deserialize, Serialize};
use source::{Usage, Window};

/// How far back of the watermark changes are asked for again: replicas of the database lag behind one another.
const OVERLAP_SECONDS: i64 = 120;

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Every change before this instant was read; `None` where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Instant>,
}

/// What an import asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Changes from here on; `None` for all.
    pub since: Option<Instant>,
    /// How it goes on from what was read before.
    reading: Reading,
}

/// How what is read goes on from what was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// It connects to it: each page may move the watermark.
    Connected,
    /// It is everything once more: one that is stopped in the middle must not bring the watermark back.
    Again,
    /// There is a gap in front of it, which stays.
    BehindGap,
    /// Some of it is left out.
    Part,
}

impl Span {
    /// Everything once more.
    pub const AGAIN: Self = Self { since: None, reading: Reading::Again };

    /// The same for a reading that leaves some of it out, which the next one without is to read.
    #[must_use]
    pub fn in_part(self) -> Self {
        Self { reading: Reading::Part, ..self }
    }

    /// Whether the watermark moves with a page, behind which the list has ended or not.
    pub fn moves_watermark(&self, has_ended: bool) -> bool {
        self.reading == Reading::Connected || (self.reading == Reading::Again && has_ended)
    }

    /// What an import at this time covers that has read it to its end; nothing used yet.
    pub fn usage(&self, at: Instant) -> Usage {
        let is_part = self.reading == Reading::Part;
        Usage {
            full: self.since.is_none() && !is_part,
            covered_from: self.since,
            covered_to: Some(at).filter(|_| !is_part),
            ..Usage::default()
        }
    }
}

impl Kept {
    /// Reads a stored cursor. One that cannot be read counts as none: everything is read again.
    pub fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub fn write(&self) -> String {
        serde_json::to_string(self).expect("a number can always be written as JSON")
    }

    /// What to ask for.
    pub fn span(&self, window: Window) -> Span {
        let overlapping =
            self.watermark.map(|at| Instant::from_micros(at.micros() - OVERLAP_SECONDS * MICROS_PER_SECOND));
        let (since, reading) = match (window.full, window.since, self.watermark) {
            (true, _, None) => (None, Reading::Connected),
            (true, _, Some(_)) => (None, Reading::Again),
            (false, Some(since), Some(watermark)) if since <= watermark => (Some(since), Reading::Connected),
            (false, Some(since), _) => (Some(since), Reading::BehindGap),
            (false, None, _) => (overlapping, Reading::Connected),
        };
        Span { since, reading }
    }

    /// What is remembered once everything up to `newest` was read.
    #[must_use]
    pub fn after(&self, newest: Option<Instant>) -> Self {
        Self { watermark: self.watermark.max(newest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Instant {
        Instant::from_seconds(seconds)
    }

    fn kept(seconds: i64) -> Kept {
        Kept { watermark: Some(at(seconds)) }
    }

    #[test]
    fn the_first_import_and_a_full_one_ask_for_everything() {
        let full = Window { full: true, since: None };
        let everything = Span { since: None, reading: Reading::Connected };
        assert_eq!(Kept::default().span(Window::default()), everything);
        assert_eq!(Kept::default().span(full), everything);
        // One that is stopped in the middle must not bring the watermark back.
        assert_eq!(kept(9000).span(full), Span::AGAIN);
        assert_eq!([false, true].map(|has_ended| Span::AGAIN.moves_watermark(has_ended)), [false, true]);
    }

    #[test]
    fn later_ones_ask_from_a_little_before_the_watermark() {
        let span = kept(9000).span(Window::default());
        assert_eq!(span, Span { since: Some(at(8880)), reading: Reading::Connected });
        assert!(span.moves_watermark(false) && span.moves_watermark(true));
    }

    #[test]
    fn a_window_moves_the_watermark_only_where_it_connects() {
        let since = |seconds| Window { since: Some(at(seconds)), full: false };
        assert_eq!(kept(9000).span(since(8000)), Span { since: Some(at(8000)), reading: Reading::Connected });
        assert_eq!(kept(9000).span(since(9001)), Span { since: Some(at(9001)), reading: Reading::BehindGap });
        let behind_gap = Kept::default().span(since(1));
        assert!(!behind_gap.moves_watermark(false) && !behind_gap.moves_watermark(true));
        assert_eq!(behind_gap.usage(at(9)).covered_to, Some(at(9)));
    }

    #[test]
    fn a_reading_in_part_moves_nothing_and_covers_nothing() {
        for kept in [Kept::default(), kept(9000)] {
            let part = kept.span(Window { full: true, since: None }).in_part();
            assert!(!part.moves_watermark(false) && !part.moves_watermark(true));
            assert_eq!((part.usage(at(9)).full, part.usage(at(9)).covered_to), (false, None));
        }
    }

    #[test]
    fn a_cursor_survives_and_never_goes_back() {
        let kept = kept(9000).after(Some(at(8000)));
        assert_eq!(Kept::read(Some(&kept.write())), kept);
        assert_eq!(kept.watermark, Some(at(9000)));
        assert_eq!(Kept::read(Some("{")), Kept::default());
    }
}
