//! Table of open connections, and the choice of which is closed when there is no room.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

/// A connection is left alone for so long after it was opened or answered.
const SHORTEST_IDLE: Duration = Duration::from_secs(1);
/// How long to wait for someone to become idle.
const PAUSE: Duration = Duration::from_millis(100);

/// All open connections.
#[derive(Debug)]
pub(super) struct Connections {
    open: Mutex<Open>,
    places: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    /// In the order in which they were opened.
    by_number: BTreeMap<u64, Arc<State>>,
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
    /// Its place among the connections; without one it is a spare one.
    place: OnceLock<OwnedSemaphorePermit>,
    close: Notify,
}

impl Connections {
    /// With so many places.
    pub(super) fn new(places: usize) -> Self {
        Self { open: Mutex::default(), places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))) }
    }

    /// One more, with a place where one is free.
    pub(super) fn open(all: &Arc<Self>) -> Arc<Connection> {
        let place = Arc::clone(&all.places).try_acquire_owned().map_or_else(|_| OnceLock::new(), OnceLock::from);
        let state = Arc::new(State { idle_since: Mutex::new(Some(Instant::now())), place, close: Notify::new() });
        let mut open = all.lock();
        let number = open.next;
        open.next += 1;
        open.by_number.insert(number, Arc::clone(&state));
        Arc::new(Connection { number, state, all: Arc::clone(all) })
    }

    /// Closes the connection that has been without a request for longest, so that one that sends its request slowly,
    /// or none, keeps nobody out.
    fn make_room(&self) {
        if let Some(state) = self.longest_idle() {
            state.close.notify_one();
        }
    }

    /// Closes the connection that has been without a place for longest.
    pub(super) fn close_first_spare(&self) {
        let open = self.lock();
        if let Some(state) = open.by_number.values().find(|state| state.place.get().is_none()) {
            state.close.notify_one();
        }
    }

    fn longest_idle(&self) -> Option<Arc<State>> {
        let now = Instant::now();
        let open = self.lock();
        let placed = open.by_number.values().filter(|state| state.place.get().is_some());
        let idle = placed.filter_map(|state| state.idle_since().map(|since| (since, state)));
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

    /// Waits for a place, where it has none yet.
    pub(super) async fn take_place(&self) {
        while self.state.place.get().is_none() {
            self.all.make_room();
            let free = Arc::clone(&self.all.places).acquire_owned();
            if let Ok(Ok(place)) = timeout(PAUSE, free).await {
                // Requests of one connection come one after the other.
                let _ = self.state.place.set(place);
            }
        }
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
            let all = Arc::new(Connections::new(10));
            let working = Connections::open(&all);
            let busy = working.busy();
            tokio::time::advance(SHORTEST_IDLE).await;
            let oldest = Connections::open(&all);
            tokio::time::advance(SHORTEST_IDLE).await;
            let youngest = Connections::open(&all);
            assert!(Arc::ptr_eq(&all.longest_idle().expect("one is idle"), &oldest.state));
            all.make_room();
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
    fn who_comes_when_all_places_are_taken_waits_for_one_and_the_first_of_those_goes_when_pressed() {
        runtime().block_on(async {
            let all = Arc::new(Connections::new(1));
            let placed = Connections::open(&all);
            let busy = placed.busy();
            let (first, second) = (Connections::open(&all), Connections::open(&all));
            assert!(timeout(Duration::from_secs(20), second.take_place()).await.is_err(), "a request is under way");
            all.close_first_spare();
            first.closed().await;
            drop(first);
            drop(busy);
            tokio::time::advance(SHORTEST_IDLE).await;
            let waiting = Arc::clone(&second);
            let waiting = tokio::spawn(async move { waiting.take_place().await });
            placed.closed().await;
            drop(placed);
            waiting.await.expect("no panic");
            assert!(second.state.place.get().is_some());
        });
    }

    #[test]
    fn who_has_gone_is_forgotten() {
        let all = Arc::new(Connections::new(10));
        drop(Connections::open(&all));
        assert!(all.lock().by_number.is_empty());
    }
}
