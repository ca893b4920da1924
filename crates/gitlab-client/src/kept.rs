//! What is remembered of a list of a group between two imports.
//!
//! Lists of GitLab are read in the order of their changes, the oldest first: what changes meanwhile moves to the end and comes
//! once more. How far they were read is therefore one instant, and an import that was stopped goes on from it.

use model::Instant;
use model::instant::MICROS_PER_SECOND;
use serde::{Deserialize, Serialize};
use source::Window;

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
    /// Whether what is read connects to what was, so that each page may move the watermark.
    pub moves: bool,
}

impl Span {
    /// The same for a reading that moves the watermark or not.
    #[must_use]
    pub fn moving(self, moves: bool) -> Self {
        Self { moves: self.moves && moves, ..self }
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
        if window.full {
            return Span { since: None, moves: self.watermark.is_none() };
        }
        match window.since {
            Some(since) => {
                Span { since: Some(since), moves: self.watermark.is_some_and(|watermark| since <= watermark) }
            }
            None => Span { since: overlapping, moves: true },
        }
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
        assert_eq!(Kept::default().span(Window::default()), Span { since: None, moves: true });
        assert_eq!(Kept::default().span(full), Span { since: None, moves: true });
        // One that is stopped in the middle must not bring the watermark back.
        assert_eq!(kept(9000).span(full), Span { since: None, moves: false });
    }

    #[test]
    fn later_ones_ask_from_a_little_before_the_watermark() {
        assert_eq!(kept(9000).span(Window::default()), Span { since: Some(at(8880)), moves: true });
    }

    #[test]
    fn a_window_moves_the_watermark_only_where_it_connects() {
        let since = |seconds| Window { since: Some(at(seconds)), full: false };
        assert_eq!(kept(9000).span(since(8000)), Span { since: Some(at(8000)), moves: true });
        assert_eq!(kept(9000).span(since(9001)), Span { since: Some(at(9001)), moves: false });
        assert!(!Kept::default().span(since(1)).moves);
    }

    #[test]
    fn a_cursor_survives_and_never_goes_back() {
        let kept = kept(9000).after(Some(at(8000)));
        assert_eq!(Kept::read(Some(&kept.write())), kept);
        assert_eq!(kept.watermark, Some(at(9000)));
        assert_eq!(Kept::read(Some("{")), Kept::default());
    }
}
