//! What was taken in and is not stored yet.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::incoming::Incoming;

/// More are refused, so that who sends them sees that they failed.
const MOST_WAITING: usize = 4096;

/// First in, first out; one stays in until it is stored.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Arc<Incoming>>,
    ending: bool,
}

/// What there is to do.
#[derive(Debug)]
pub(super) enum Next {
    /// These are the first ones, and stay in.
    Store(Vec<Arc<Incoming>>),
    /// Nothing has come for a while.
    Rest,
    /// Nothing will come any more.
    End,
}

impl Queue {
    /// Whether there was room for it.
    pub(crate) fn push(&self, one: Incoming) -> bool {
        let mut state = self.lock();
        if state.ending || state.waiting.len() >= MOST_WAITING {
            return false;
        }
        state.waiting.push_back(Arc::new(one));
        self.changed.notify_all();
        true
    }

    /// Takes nothing in any more.
    pub(super) fn end(&self) {
        self.lock().ending = true;
        self.changed.notify_all();
    }

    /// Waits for the first ones, up to `most`; for no longer than `patience`, where there is one.
    pub(super) fn next(&self, most: usize, patience: Option<Duration>) -> Next {
        let is_idle = |state: &mut State| state.waiting.is_empty() && !state.ending;
        let state = match patience {
            None => self.changed.wait_while(self.lock(), is_idle).unwrap_or_else(PoisonError::into_inner),
            Some(patience) => {
                self.changed
                    .wait_timeout_while(self.lock(), patience, is_idle)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
        if state.waiting.is_empty() {
            return if state.ending { Next::End } else { Next::Rest };
        }
        Next::Store(state.waiting.iter().take(most).map(Arc::clone).collect())
    }

    /// So many of the first ones are done with, but for these.
    pub(super) fn done(&self, first: usize, but: Vec<Arc<Incoming>>) {
        let mut state = self.lock();
        state.waiting.drain(..first);
        but.into_iter().rev().for_each(|one| state.waiting.push_front(one));
    }

    /// Waits a while, shorter when the end comes.
    pub(super) fn pause(&self, longest: Duration) {
        let state = self.lock();
        let longest = if state.ending { longest.min(Duration::from_millis(100)) } else { longest };
        let waited = self.changed.wait_timeout_while(state, longest, |state| !state.ending);
        drop(waited);
    }

    /// All that wait.
    pub(super) fn left(&self) -> Vec<Arc<Incoming>> {
        self.lock().waiting.iter().map(Arc::clone).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use model::Instant;

    use super::super::What;
    use super::*;

    fn waiting(number: usize) -> Incoming {
        let at = Instant::from_seconds(i64::try_from(number).expect("small"));
        Incoming::new(What::Heartbeat(at), |_| {})
    }

    fn first(queue: &Queue, most: usize) -> Vec<i64> {
        let Next::Store(first) = queue.next(most, None) else { panic!("some wait") };
        let number = |one: &Arc<Incoming>| match one.what() {
            What::Heartbeat(at) => at.micros() / 1_000_000,
            other => panic!("{other:?}"),
        };
        first.iter().map(number).collect()
    }

    #[test]
    fn all_stay_until_they_are_done_and_no_more_are_taken_in_than_there_is_room_for() {
        let queue = Queue::default();
        assert!((0..MOST_WAITING).all(|number| queue.push(waiting(number))));
        assert!(!queue.push(waiting(MOST_WAITING)), "full");
        assert_eq!((first(&queue, 1), first(&queue, 3)), (vec![0], vec![0, 1, 2]));
        let Next::Store(kept) = queue.next(3, None) else { panic!("some wait") };
        queue.done(3, kept.into_iter().skip(1).collect());
        assert_eq!(first(&queue, 3), [1, 2, 3], "what is not done with stays where it was");
        assert!(queue.push(waiting(MOST_WAITING)), "there is room again");
    }

    #[test]
    fn at_the_end_what_waits_is_still_given_and_nothing_more_is_taken() {
        let queue = Queue::default();
        assert!(matches!(queue.next(1, Some(Duration::ZERO)), Next::Rest));
        assert!(queue.push(waiting(1)));
        queue.end();
        assert!(!queue.push(waiting(2)));
        assert_eq!(queue.left().len(), 1);
        assert_eq!(first(&queue, 1), [1]);
        queue.done(1, Vec::new());
        assert!(matches!(queue.next(1, None), Next::End));
    }
}
