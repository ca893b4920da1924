//! Page sizes: the number of items asked for at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use source::{Event, Progress, Scope};

/// A page size that halves when the provider cannot answer and grows back slowly.
///
/// Shared by everything that sends the same query: one repository's timeout teaches the others.
#[derive(Debug)]
pub struct PageSize {
    scope: Scope,
    minimum: u32,
    maximum: u32,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    size: u32,
    /// Pages that came at this size.
    fine: u32,
    /// Pages that must come at one size before it grows. Doubles with each shrinking, so that a size that fails
    /// is tried again more and more rarely.
    patience: u32,
}

const FIRST_PATIENCE: u32 = 4;
const LAST_PATIENCE: u32 = 64;

impl PageSize {
    /// Begins at `start`, within `minimum` (at least 1) and `maximum` (at most GitHub's 100).
    /// `scope` is named in progress events.
    pub fn new(scope: Scope, start: u32, minimum: u32, maximum: u32) -> Self {
        let minimum = minimum.clamp(1, 100);
        let maximum = maximum.clamp(minimum, 100);
        let size = start.clamp(minimum, maximum);
        Self { scope, minimum, maximum, state: Mutex::new(State { size, fine: 0, patience: FIRST_PATIENCE }) }
    }

    /// The size to ask for now.
    pub fn current(&self) -> u32 {
        self.state().size
    }

    /// Whether a page of `size` items could still be made smaller.
    pub(crate) fn can_shrink(&self, size: u32) -> bool {
        size > self.minimum
    }

    /// A page of `used` items was too much.
    pub(crate) fn shrink(&self, used: u32, progress: &dyn Progress) {
        let mut state = self.state();
        let smaller = (used / 2).max(self.minimum);
        if state.size <= smaller {
            return; // Another task has learnt it already.
        }
        let patience = (state.patience * 2).min(LAST_PATIENCE);
        *state = State { size: smaller, fine: 0, patience };
        drop(state);
        progress.event(Event::PageSize { scope: self.scope, size: smaller });
    }

    /// A page of `used` items came.
    pub(crate) fn came(&self, used: u32, progress: &dyn Progress) {
        let mut state = self.state();
        if used != state.size || state.size == self.maximum {
            return;
        }
        state.fine += 1;
        if state.fine < state.patience {
            return;
        }
        state.size = (state.size + (state.size / 4).max(1)).min(self.maximum);
        state.fine = 0;
        let size = state.size;
        drop(state);
        progress.event(Event::PageSize { scope: self.scope, size });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use source::Silent;

    use super::*;

    #[test]
    fn a_page_halves_down_to_its_minimum() {
        let pages = PageSize::new(Scope::Issues, 50, 10, 100);
        let mut sizes = vec![];
        for _ in 0..4 {
            pages.shrink(pages.current(), &Silent);
            sizes.push(pages.current());
        }
        assert_eq!(sizes, [25, 12, 10, 10]);
        assert!(!pages.can_shrink(10));
    }

    #[test]
    fn late_news_of_a_size_that_was_left_already_changes_nothing() {
        let pages = PageSize::new(Scope::Issues, 80, 1, 100);
        pages.shrink(80, &Silent);
        pages.shrink(40, &Silent);
        pages.shrink(80, &Silent);
        for _ in 0..LAST_PATIENCE {
            pages.came(80, &Silent);
        }
        assert_eq!(pages.current(), 20);
    }

    #[test]
    fn it_grows_back_by_a_quarter_and_more_slowly_after_each_failure() {
        let pages_until_growth = |pages: &PageSize| {
            let before = pages.current();
            (1..=1000).find(|_| {
                pages.came(pages.current(), &Silent);
                pages.current() > before
            })
        };
        let pages = PageSize::new(Scope::PullRequests, 100, 1, 100);
        pages.shrink(100, &Silent);
        assert_eq!(pages_until_growth(&pages), Some(8));
        assert_eq!(pages.current(), 62);
        pages.shrink(62, &Silent);
        assert_eq!(pages_until_growth(&pages), Some(16));
        let full = PageSize::new(Scope::PullRequests, 100, 1, 100);
        assert_eq!(pages_until_growth(&full), None);
    }

    #[test]
    fn bounds_are_kept_within_what_github_takes() {
        assert_eq!(PageSize::new(Scope::Issues, 500, 0, 1000).current(), 100);
        assert_eq!(PageSize::new(Scope::Issues, 0, 0, 1000).current(), 1);
    }
}
