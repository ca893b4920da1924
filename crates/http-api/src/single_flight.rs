//! A single-flight cache: a value is made once however many ask at once, and kept within a bound of bytes.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use tokio::task::AbortHandle;

use crate::asker::Asker;
use crate::problem::Problem;

/// How much memory a kept value takes, roughly.
pub(crate) trait Weight {
    /// In bytes.
    fn weight(&self) -> usize;
}

type Outcome<V> = Result<V, Problem>;
/// Failures are in it only for those who wait for them.
type Outcomes<V> = Cache<String, Outcome<V>, Weigher>;

/// How many values are usual; more have room too.
const USUAL_VALUES: usize = 256;

/// Values by key: kept ones, and those that are being made.
#[derive(Debug)]
pub(crate) struct SingleFlight<V> {
    cache: Arc<Outcomes<V>>,
    /// Kept for good, outside of the bound.
    pinned: Mutex<HashMap<String, V>>,
}

/// Weighs keys and values.
#[derive(Clone, Debug)]
struct Weigher;

impl<V: Weight> Weighter<String, Outcome<V>> for Weigher {
    fn weight(&self, key: &String, outcome: &Outcome<V>) -> u64 {
        (key.len() + outcome.as_ref().map_or(0, Weight::weight)) as u64
    }
}

impl<V: Weight + Clone + Send + Sync + 'static> SingleFlight<V> {
    /// What is kept takes up to `bound` bytes; what is used least goes first.
    pub(crate) fn new(bound: usize) -> Self {
        let mut options = OptionsBuilder::new();
        // Of several shards each has its own part of the bound, and large values would find no room.
        options.shards(1).estimated_items_capacity(USUAL_VALUES).weight_capacity(bound as u64);
        // What is new has half of the room, so that it is still there when the next page of it is asked for.
        options.hot_allocation(0.5);
        let options = options.build().expect("all that is needed is set");
        let cache = Cache::with_options(options, Weigher, DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self { cache: Arc::new(cache), pinned: Mutex::default() }
    }

    /// Keeps a value for good, outside of the bound.
    pub(crate) fn pin(&self, key: String, value: V) {
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value);
    }

    /// The value, where it is pinned.
    pub(crate) fn pinned(&self, key: &str) -> Option<V> {
        self.pinned.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Drops what is kept, pinned values aside. What is being made goes on, and is kept.
    pub(crate) fn clear(&self) {
        self.cache.retain(|_, _| false);
    }

    /// Whether a value is kept.
    pub(crate) fn holds(&self, key: &str) -> bool {
        self.pinned(key).is_some() || self.cache.contains_key(key)
    }

    /// Bytes of what is kept, pinned values aside.
    pub(crate) fn bytes(&self) -> u64 {
        self.cache.weight()
    }

    /// The value of a key: kept, awaited, or made now.
    ///
    /// What has begun goes on when everyone who waits for it has left; what has not is dropped with the last of them.
    /// Failures are told to all who wait and not kept; but a refusal to one of them, because too much waits, is none
    /// to the others.
    pub(crate) async fn get<F>(&self, key: String, make: impl FnOnce() -> F + Clone) -> Outcome<V>
    where
        F: Future<Output = Outcome<V>> + Send + 'static,
    {
        if let Some(value) = self.pinned(&key) {
            return Ok(value);
        }
        loop {
            if let Some(outcome) = self.cache.get(&key) {
                return outcome;
            }
            let made_here = Arc::new(AtomicBool::new(false));
            let outcome = self.join(key.clone(), make.clone()(), &made_here).await;
            let is_refused = matches!(&outcome, Err(problem) if problem.status == StatusCode::SERVICE_UNAVAILABLE);
            if made_here.load(Ordering::Relaxed) || !is_refused {
                return outcome;
            }
        }
    }

    /// Makes the value in a task of its own, so that work which has begun outlives who asked for it; or waits for
    /// whoever makes it already.
    async fn join<F>(&self, key: String, making: F, made_here: &Arc<AtomicBool>) -> Outcome<V>
    where
        F: Future<Output = Outcome<V>> + Send + 'static,
    {
        let (cache, made_here) = (Arc::clone(&self.cache), Arc::clone(made_here));
        let asker = Asker::current().for_other_work();
        let task = asker.clone().scope(async move {
            // When the one who makes it is dropped, one of those who wait gets its place.
            let place = match cache.get_value_or_guard_async(&key).await {
                Ok(outcome) => return outcome,
                Err(place) => place,
            };
            made_here.store(true, Ordering::Relaxed);
            let outcome = making.await;
            // Only fails where somebody has removed the key meanwhile.
            let _ = place.insert(outcome.clone());
            if outcome.is_err() {
                cache.remove_if(&key, Result::is_err);
            }
            outcome
        });
        let task = tokio::spawn(task);
        let _abandoned = DropUnlessBegun { task: task.abort_handle(), asker };
        task.await.unwrap_or_else(|_| Err(Problem::internal()))
    }
}

/// Ends a task whose outcome nobody waits for any more, unless its work has begun.
struct DropUnlessBegun {
    task: AbortHandle,
    asker: Asker,
}

impl Drop for DropUnlessBegun {
    fn drop(&mut self) {
        if !self.asker.has_begun() {
            self.task.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::Notify;
    use tokio::task::JoinHandle;

    use super::*;

    impl Weight for usize {
        fn weight(&self) -> usize {
            *self
        }
    }

    type Values = Arc<SingleFlight<usize>>;

    fn values(bound: usize) -> Values {
        Arc::new(SingleFlight::new(bound))
    }

    /// Something that is being made: how often it was begun and ended, and what it waits for.
    #[derive(Clone, Default)]
    struct Making {
        begun: Arc<AtomicUsize>,
        ended: Arc<AtomicUsize>,
        gate: Arc<Notify>,
        started: Arc<Notify>,
    }

    impl Making {
        /// Asks; with `works` it counts as work that has begun.
        fn ask(&self, values: &Values, works: bool) -> JoinHandle<Outcome<usize>> {
            let (values, making) = (Arc::clone(values), self.clone());
            let make = move || async move {
                if works {
                    Asker::current().begin();
                }
                making.begun.fetch_add(1, Ordering::SeqCst);
                making.started.notify_one();
                making.gate.notified().await;
                making.ended.fetch_add(1, Ordering::SeqCst);
                Ok(7)
            };
            tokio::spawn(async move { values.get("key".to_owned(), make).await })
        }
    }

    #[tokio::test]
    async fn one_value_is_made_however_many_ask_at_once() {
        let (values, making) = (values(1_000), Making::default());
        let askers: Vec<_> = (0..20).map(|_| making.ask(&values, true)).collect();
        making.started.notified().await;
        making.gate.notify_one();
        for asker in askers {
            assert_eq!(asker.await.expect("no panic"), Ok(7));
        }
        assert_eq!(making.begun.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_has_begun_goes_on_when_its_first_asker_leaves() {
        let (values, making) = (values(1_000), Making::default());
        let first = making.ask(&values, true);
        making.started.notified().await;
        first.abort();
        let second = making.ask(&values, true);
        making.gate.notify_one();
        assert_eq!(second.await.expect("no panic"), Ok(7));
        assert_eq!(making.begun.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_has_not_begun_is_dropped_with_its_last_asker_and_goes_on_with_another() {
        let (values, making) = (values(1_000), Making::default());
        let first = making.ask(&values, false);
        making.started.notified().await;
        let second = making.ask(&values, false);
        tokio::task::yield_now().await;
        first.abort();
        making.started.notified().await;
        second.abort();
        assert!(second.await.is_err());
        making.gate.notify_one();
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(making.ended.load(Ordering::SeqCst), 0);
        assert!(!values.holds("key"));
    }

    fn refusal() -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too much waits")
    }

    #[tokio::test]
    async fn a_failure_is_told_and_not_kept() {
        let values = values(1_000);
        let failed = values.get("key".to_owned(), || async { Err(Problem::not_found()) }).await;
        assert_eq!(failed, Err(Problem::not_found()));
        assert_eq!(values.get("key".to_owned(), || async { Err(refusal()) }).await, Err(refusal()));
        assert_eq!(values.get("key".to_owned(), || async { Ok(1) }).await, Ok(1));
    }

    #[tokio::test]
    async fn what_is_cleared_is_made_again_and_what_is_being_made_or_pinned_stays() {
        let (values, gate) = (values(1_000), Arc::new(Notify::new()));
        values.pin("pinned".to_owned(), 7);
        assert_eq!(values.get("kept".to_owned(), || async { Ok(1) }).await, Ok(1));
        let (for_task, held) = (Arc::clone(&values), Arc::clone(&gate));
        let waiting = move || async move {
            held.notified().await;
            Ok(2)
        };
        let making = tokio::spawn(async move { for_task.get("made".to_owned(), waiting).await });
        tokio::task::yield_now().await;
        values.clear();
        assert!(!values.holds("kept") && values.holds("pinned"));
        assert_eq!(values.bytes(), 0);
        gate.notify_one();
        assert_eq!(making.await.expect("no panic"), Ok(2));
        assert!(values.holds("made"));
        assert_eq!(values.get("kept".to_owned(), || async { Ok(3) }).await, Ok(3));
    }

    #[tokio::test]
    async fn who_waits_for_another_ones_refused_question_asks_himself() {
        let (values, gate) = (values(1_000), Arc::new(Notify::new()));
        let (for_first, held) = (Arc::clone(&values), Arc::clone(&gate));
        let refused = move || async move {
            held.notified().await;
            Err(refusal())
        };
        let first = tokio::spawn(async move { for_first.get("key".to_owned(), refused).await });
        tokio::task::yield_now().await;
        let for_second = Arc::clone(&values);
        let second = tokio::spawn(async move { for_second.get("key".to_owned(), || async { Ok(2) }).await });
        tokio::task::yield_now().await;
        gate.notify_one();
        assert_eq!(first.await.expect("no panic"), Err(refusal()));
        assert_eq!(second.await.expect("no panic"), Ok(2));
    }

    #[tokio::test]
    async fn a_panic_is_a_failure_and_the_next_one_may_try() {
        let values = values(1_000);
        let panicking = || async { panic!("on purpose") };
        assert_eq!(values.get("key".to_owned(), panicking).await, Err(Problem::internal()));
        assert_eq!(values.get("key".to_owned(), || async { Ok(3) }).await, Ok(3));
    }

    #[tokio::test]
    async fn the_bound_holds_and_what_is_used_what_is_new_and_what_is_pinned_stay() {
        let values = values(1_000);
        values.pin("pinned".to_owned(), 5_000);
        let make = |bytes| move || async move { Ok(bytes) };
        for number in 0..40 {
            values.get(format!("{number:02}"), make(48)).await.expect("made");
            let used = values.get("00".to_owned(), make(0)).await;
            assert_eq!(used, Ok(48), "it is kept");
            assert!(values.holds(&format!("{number:02}")), "{number} is the newest one");
        }
        assert!(values.bytes() <= 1_000, "{}", values.bytes());
        assert!(!values.holds("10") && values.holds("pinned"));
        values.get("huge".to_owned(), make(2_000)).await.expect("made");
        assert!(!values.holds("huge"), "what is larger than the bound is not kept");
        assert!(values.holds("39") && values.holds("00"), "and drives nothing out");
    }
}
