//! Results that are made once however many ask at once, and kept within a bound of bytes.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::problem::Problem;

/// How much memory a kept value takes, roughly.
pub(crate) trait Weight {
    /// In bytes.
    fn weight(&self) -> usize;
}

impl<V: Weight> Weight for Arc<V> {
    fn weight(&self) -> usize {
        self.as_ref().weight()
    }
}

type Outcome<V> = Result<V, Problem>;

/// Values by key: kept ones, and those that are being made.
#[derive(Debug)]
pub(crate) struct Flights<V> {
    state: Mutex<State<V>>,
    bound: usize,
}

#[derive(Debug)]
struct State<V> {
    kept: HashMap<String, Kept<V>>,
    under_way: HashMap<String, watch::Receiver<Option<Outcome<V>>>>,
    bytes: usize,
    uses: u64,
}

#[derive(Debug)]
struct Kept<V> {
    value: V,
    bytes: usize,
    last_use: u64,
    is_pinned: bool,
}

impl<V: Weight + Clone + Send + Sync + 'static> Flights<V> {
    pub(crate) fn new(bound: usize) -> Arc<Self> {
        let state = State { kept: HashMap::new(), under_way: HashMap::new(), bytes: 0, uses: 0 };
        Arc::new(Self { state: Mutex::new(state), bound })
    }

    /// Keeps a value for good, outside of the bound.
    pub(crate) fn pin(&self, key: String, value: V) {
        self.state().kept.insert(key, Kept { value, bytes: 0, last_use: 0, is_pinned: true });
    }

    /// The value, where it is kept.
    pub(crate) fn kept(&self, key: &str) -> Option<V> {
        let mut state = self.state();
        state.uses += 1;
        let uses = state.uses;
        let kept = state.kept.get_mut(key)?;
        kept.last_use = uses;
        Some(kept.value.clone())
    }

    /// Whether a value is kept.
    pub(crate) fn holds(&self, key: &str) -> bool {
        self.state().kept.contains_key(key)
    }

    /// Bytes of what is kept, pinned values aside.
    pub(crate) fn bytes(&self) -> usize {
        self.state().bytes
    }

    /// The value of a key: kept, awaited, or made now.
    ///
    /// What is being made goes on when its first asker leaves. Failures are told to all who wait and not kept.
    pub(crate) async fn get<F>(self: &Arc<Self>, key: String, make: impl FnOnce() -> F) -> Outcome<V>
    where
        F: Future<Output = Outcome<V>> + Send + 'static,
    {
        if let Some(value) = self.kept(&key) {
            return Ok(value);
        }
        let mut outcome = self.join(key, make);
        let landed = outcome.wait_for(Option::is_some).await.map_err(|_| Problem::internal())?;
        landed.clone().unwrap_or_else(|| Err(Problem::internal()))
    }

    fn join<F>(self: &Arc<Self>, key: String, make: impl FnOnce() -> F) -> watch::Receiver<Option<Outcome<V>>>
    where
        F: Future<Output = Outcome<V>> + Send + 'static,
    {
        let mut state = self.state();
        if let Some(outcome) = state.under_way.get(&key) {
            return outcome.clone();
        }
        if let Some(kept) = state.kept.get(&key) {
            return watch::channel(Some(Ok(kept.value.clone()))).1;
        }
        let (sender, receiver) = watch::channel(None);
        state.under_way.insert(key.clone(), receiver.clone());
        drop(state);
        let flights = Arc::clone(self);
        // The inner task may panic; the outer one then still tells those who wait.
        let making = tokio::spawn(make());
        tokio::spawn(async move {
            let outcome = making.await.unwrap_or_else(|_| Err(Problem::internal()));
            flights.land(&key, outcome.as_ref().ok());
            sender.send_replace(Some(outcome));
        });
        receiver
    }

    fn land(&self, key: &str, value: Option<&V>) {
        let mut state = self.state();
        state.under_way.remove(key);
        let Some(value) = value else { return };
        let bytes = value.weight() + key.len();
        if bytes > self.bound {
            return;
        }
        state.uses += 1;
        let kept = Kept { value: value.clone(), bytes, last_use: state.uses, is_pinned: false };
        state.bytes += bytes;
        state.kept.insert(key.to_owned(), kept);
        while state.bytes > self.bound && state.drop_least_used() {}
    }

    fn state(&self) -> MutexGuard<'_, State<V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> State<V> {
    fn drop_least_used(&mut self) -> bool {
        let unpinned = self.kept.iter().filter(|(_, kept)| !kept.is_pinned);
        let least = unpinned.min_by_key(|(_, kept)| kept.last_use).map(|(key, _)| key.clone());
        let dropped = least.and_then(|key| self.kept.remove(&key));
        self.bytes -= dropped.as_ref().map_or(0, |kept| kept.bytes);
        dropped.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    impl Weight for usize {
        fn weight(&self) -> usize {
            *self
        }
    }

    #[tokio::test]
    async fn one_value_is_made_however_many_ask_at_once() {
        let flights = Flights::<usize>::new(1_000);
        let (count, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let ask = || {
            let (flights, count, gate) = (Arc::clone(&flights), Arc::clone(&count), Arc::clone(&gate));
            async move {
                let make = move || async move {
                    count.fetch_add(1, Ordering::SeqCst);
                    gate.notified().await;
                    Ok(7)
                };
                flights.get("key".to_owned(), make).await
            }
        };
        let askers: Vec<_> = (0..20).map(|_| tokio::spawn(ask())).collect();
        gate.notify_one();
        for asker in askers {
            assert_eq!(asker.await.expect("no panic"), Ok(7));
        }
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_is_being_made_goes_on_when_its_first_asker_leaves() {
        let flights = Flights::<usize>::new(1_000);
        let (started, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let first = {
            let (flights, started, gate) = (Arc::clone(&flights), Arc::clone(&started), Arc::clone(&gate));
            tokio::spawn(async move {
                let make = move || async move {
                    started.notify_one();
                    gate.notified().await;
                    Ok(1)
                };
                flights.get("key".to_owned(), make).await
            })
        };
        started.notified().await;
        first.abort();
        assert!(first.await.expect_err("aborted").is_cancelled());
        let second = flights.join("key".to_owned(), || async { Ok(2) });
        gate.notify_one();
        let mut second = second;
        assert_eq!(*second.wait_for(Option::is_some).await.expect("landed"), Some(Ok(1)));
    }

    #[tokio::test]
    async fn the_least_used_value_goes_when_the_bound_is_passed() {
        let flights = Flights::<usize>::new(100);
        for (key, bytes) in [("a", 40), ("b", 40)] {
            flights.get(key.to_owned(), || async move { Ok(bytes) }).await.expect("made");
        }
        assert_eq!(flights.kept("a"), Some(40));
        flights.get("c".to_owned(), || async { Ok(40) }).await.expect("made");
        assert_eq!((flights.kept("a"), flights.kept("b"), flights.kept("c")), (Some(40), None, Some(40)));
        assert_eq!(flights.bytes(), 82);
    }

    #[tokio::test]
    async fn a_value_beyond_the_bound_is_answered_and_not_kept() {
        let flights = Flights::<usize>::new(10);
        assert_eq!(flights.get("big".to_owned(), || async { Ok(50) }).await, Ok(50));
        assert_eq!((flights.kept("big"), flights.bytes()), (None, 0));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_for_all_who_wait_and_the_next_asker_tries_again() {
        let flights = Flights::<usize>::new(100);
        let failed = flights.get("key".to_owned(), || async { panic!("broken on purpose") }).await;
        assert_eq!(failed, Err(Problem::internal()));
        assert_eq!(flights.get("key".to_owned(), || async { Ok(3) }).await, Ok(3));
    }
}
