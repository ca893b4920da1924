//! Deliveries that were accepted and are not stored yet.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Instant;
use model::deliveries::Delivered;

/// More are refused, so that GitHub shows that they failed.
const MOST_WAITING: usize = 4096;

/// One that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) id: String,
    pub(super) event: String,
    pub(super) body_hash: String,
    pub(super) received_at: Instant,
    pub(super) told: Delivered,
}

/// First in, first out; one stays in until it is stored.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    ending: bool,
}

impl Queue {
    /// Whether there was room for it.
    pub(super) fn push(&self, one: Waiting) -> bool {
        let mut state = self.lock();
        if state.ending || state.waiting.len() >= MOST_WAITING {
            return false;
        }
        state.waiting.push_back(one);
        self.changed.notify_all();
        true
    }

    /// Takes nothing in any more.
    pub(super) fn end(&self) {
        self.lock().ending = true;
        self.changed.notify_all();
    }

    /// Waits for the first one, which stays; `None` at the end.
    pub(super) fn first(&self) -> Option<Waiting> {
        let mut state = self.lock();
        loop {
            if let Some(first) = state.waiting.front() {
                return Some(first.clone());
            }
            if state.ending {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The first one is done with; whether there is another one.
    pub(super) fn done(&self) -> bool {
        let mut state = self.lock();
        state.waiting.pop_front();
        !state.waiting.is_empty()
    }

    /// Waits a while, shorter when the end comes.
    pub(super) fn pause(&self, longest: Duration) {
        let state = self.lock();
        let longest = if state.ending { longest.min(Duration::from_millis(100)) } else { longest };
        let waited = self.changed.wait_timeout_while(state, longest, |state| !state.ending);
        drop(waited);
    }

    /// All that wait.
    pub(super) fn left(&self) -> Vec<Waiting> {
        self.lock().waiting.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use model::records::Review;

    use super::*;

    fn waiting(id: usize) -> Waiting {
        let review = Review { id: id.to_string(), state: "APPROVED".into(), ..Review::default() };
        Waiting {
            id: id.to_string(),
            event: "pull_request_review".into(),
            body_hash: id.to_string(),
            received_at: Instant::from_seconds(1),
            told: Delivered::Review { pull_request_id: "PR_1".into(), review },
        }
    }

    #[test]
    fn one_stays_until_it_is_done_and_no_more_are_taken_in_than_there_is_room_for() {
        let queue = Queue::default();
        assert!((0..MOST_WAITING).all(|id| queue.push(waiting(id))));
        assert!(!queue.push(waiting(MOST_WAITING)), "full");
        let first = || queue.first().expect("one waits").id;
        assert_eq!((first(), first()), ("0".to_owned(), "0".to_owned()));
        assert!(queue.done());
        assert_eq!(first(), "1");
        assert!(queue.push(waiting(MOST_WAITING)), "there is room again");
    }

    #[test]
    fn at_the_end_what_waits_is_still_given_and_nothing_more_is_taken() {
        let queue = Queue::default();
        assert!(queue.push(waiting(1)));
        queue.end();
        assert!(!queue.push(waiting(2)));
        assert_eq!(queue.left().len(), 1);
        assert!(queue.first().is_some() && !queue.done());
        assert!(queue.first().is_none());
    }
}
