//! Who is connected, and who has to go when there is no room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// A connection is left alone for so long after it was opened or answered.
const SHORTEST_IDLE: Duration = Duration::from_secs(1);
/// How long to wait for someone to become idle.
const PAUSE: Duration = Duration::from_millis(100);

/// All open connections.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    by_number: HashMap<u64, Arc<State>>,
}

/// One open connection; ends with the value.
#[derive(Debug)]
pub(super) struct Connection {
    number: u64,
    state: Arc<State>,
    all: Arc<Connections>,
}

#[derive(Debug)]
struct State {
    /// Since when no request is under way; `None` while one is.
    idle_since: Mutex<Option<Instant>>,
    close: Notify,
}

impl Connections {
    pub(super) fn open(all: &Arc<Self>) -> Arc<Connection> {
        let state = Arc::new(State { idle_since: Mutex::new(Some(Instant::now())), close: Notify::new() });
        let mut open = all.lock();
        let number = open.next;
        open.next += 1;
        open.by_number.insert(number, Arc::clone(&state));
        Arc::new(Connection { number, state, all: Arc::clone(all) })
    }

    /// Closes the connection that has been without a request for longest, so that one that sends its request slowly,
    /// or none, keeps nobody out. Ends after a moment, whether there was one or not.
    pub(super) async fn make_room(&self) {
        if let Some(state) = self.longest_idle() {
            state.close.notify_one();
        }
        tokio::time::sleep(PAUSE).await;
    }

    fn longest_idle(&self) -> Option<Arc<State>> {
        let now = Instant::now();
        let open = self.lock();
        let idle = open.by_number.values().filter_map(|state| state.idle_since().map(|since| (since, state)));
        let (since, state) = idle.min_by_key(|(since, _)| *since)?;
        (now.duration_since(since) >= SHORTEST_IDLE).then(|| Arc::clone(state))
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn idle_since(&self) -> Option<Instant> {
        *self.idle_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_idle_since(&self, since: Option<Instant>) {
        *self.idle_since.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

/// A request is under way as long as this lives.
#[derive(Debug)]
pub(super) struct Busy(Arc<State>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.set_idle_since(Some(Instant::now()));
    }
}

impl Connection {
    /// A request has begun.
    pub(super) fn busy(&self) -> Busy {
        self.state.set_idle_since(None);
        Busy(Arc::clone(&self.state))
    }

    /// Ends when the connection has to make room.
    pub(super) async fn closed(&self) {
        self.state.close.notified().await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.all.lock().by_number.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
    }

    #[test]
    fn room_is_made_by_the_one_that_waits_longest_and_never_by_one_with_a_request() {
        runtime().block_on(async {
            let all = Arc::new(Connections::default());
            let working = Connections::open(&all);
            let busy = working.busy();
            tokio::time::advance(SHORTEST_IDLE).await;
            let oldest = Connections::open(&all);
            tokio::time::advance(SHORTEST_IDLE).await;
            let youngest = Connections::open(&all);
            assert!(Arc::ptr_eq(&all.longest_idle().expect("one is idle"), &oldest.state));
            all.make_room().await;
            oldest.closed().await;
            drop(oldest);
            tokio::time::advance(SHORTEST_IDLE).await;
            assert!(Arc::ptr_eq(&all.longest_idle().expect("one is idle"), &youngest.state));
            drop(youngest);
            assert!(all.longest_idle().is_none(), "a request is under way");
            drop(busy);
            assert!(all.longest_idle().is_none(), "it was answered just now");
            tokio::time::advance(SHORTEST_IDLE).await;
            assert!(all.longest_idle().is_some());
        });
    }

    #[test]
    fn who_has_gone_is_forgotten() {
        let all = Arc::new(Connections::default());
        drop(Connections::open(&all));
        assert!(all.lock().by_number.is_empty());
    }
}
