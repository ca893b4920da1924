//! Limiter that every request of a client goes through: places for those under way, and a limit met by one pauses all.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Instant;
use source::{Clock, ErrorKind, Event, Progress, SourceError};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use crate::ledger::Ledger;
use crate::times::{after, between};

#[derive(Debug)]
pub(crate) struct Limiter {
    places: Semaphore,
    pause: Mutex<Pause>,
}

#[derive(Debug, Default)]
struct Pause {
    /// By the clock's `elapsed`.
    ends_at: Duration,
    reason: String,
    /// Whether somebody has said that we wait.
    announced: bool,
}

impl Limiter {
    /// A limiter that lets `places` requests be under way at once.
    pub(crate) fn new(places: usize) -> Self {
        Self { places: Semaphore::new(places.clamp(1, 100)), pause: Mutex::new(Pause::default()) }
    }

    /// Lets nobody through for `wait` from now. A longer pause stays.
    pub(crate) fn pause_for(&self, wait: Duration, reason: &str, clock: &dyn Clock) {
        let ends_at = clock.elapsed().saturating_add(wait);
        let mut pause = self.pause();
        if ends_at > pause.ends_at {
            *pause = Pause { ends_at, reason: reason.to_owned(), announced: false };
        }
    }

    /// Waits until no pause is left and a place is free.
    pub(crate) async fn acquire(
        &self,
        clock: &dyn Clock,
        ledger: &Ledger,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<SemaphorePermit<'_>, SourceError> {
        loop {
            while let Some((wait, reason)) = self.remaining(clock) {
                if let Some(reason) = reason {
                    announce(wait, &reason, clock, progress);
                    ledger.count_wait(wait);
                }
                sleep(wait, clock, cancel).await?;
            }
            let place = tokio::select! {
                () = cancel.cancelled() => return Err(cancelled()),
                place = self.places.acquire() => place.expect("the semaphore is never closed"),
            };
            // A pause may have begun while this request waited for a place.
            if self.remaining_now(clock).is_none() {
                return Ok(place);
            }
        }
    }

    /// How long the pause lasts, with the reason if nobody has announced it yet.
    fn remaining(&self, clock: &dyn Clock) -> Option<(Duration, Option<String>)> {
        let wait = self.remaining_now(clock)?;
        let mut pause = self.pause();
        let reason = (!pause.announced).then(|| pause.reason.clone());
        pause.announced = true;
        Some((wait, reason))
    }

    fn remaining_now(&self, clock: &dyn Clock) -> Option<Duration> {
        let wait = self.pause().ends_at.saturating_sub(clock.elapsed());
        (!wait.is_zero()).then_some(wait)
    }

    fn pause(&self) -> MutexGuard<'_, Pause> {
        self.pause.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until an instant, having told so; not at all when it has come. Gives how long. Fails with [`cancelled`] when the
/// run is interrupted.
pub async fn wait_until(
    until: Instant,
    reason: &str,
    clock: &dyn Clock,
    progress: &dyn Progress,
    cancel: &CancellationToken,
) -> Result<Duration, SourceError> {
    if cancel.is_cancelled() {
        return Err(cancelled());
    }
    let wait = between(clock.now(), until);
    if !wait.is_zero() {
        announce(wait, reason, clock, progress);
        sleep(wait, clock, cancel).await?;
    }
    Ok(wait)
}

fn announce(wait: Duration, reason: &str, clock: &dyn Clock, progress: &dyn Progress) {
    let until = after(clock.now(), wait);
    let seconds = wait.as_micros().div_ceil(1_000_000) as u64;
    tracing::info!(seconds, %until, %reason, "waiting until {until}: {reason}");
    progress.event(Event::Waiting { until, seconds, reason: reason.to_owned() });
}

/// Sleeps, or ends with [`cancelled`] when the run is interrupted.
pub async fn sleep(wait: Duration, clock: &dyn Clock, cancel: &CancellationToken) -> Result<(), SourceError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(cancelled()),
        () = clock.sleep(wait) => Ok(()),
    }
}

/// The error of a run that was interrupted.
pub fn cancelled() -> SourceError {
    SourceError::new(
        ErrorKind::Cancelled,
        "interrupted; what was read so far is stored, the next import goes on from there",
    )
}

#[cfg(test)]
mod tests {
    use connector_testing::VirtualClock;
    use source::Silent;

    use super::*;

    async fn pass(limiter: &Limiter, clock: &VirtualClock, ledger: &Ledger) {
        drop(limiter.acquire(clock, ledger, &Silent, &CancellationToken::new()).await.expect("opens"));
    }

    #[tokio::test]
    async fn the_longest_pause_wins_and_is_waited_for_once() {
        let (limiter, clock, ledger) =
            (Limiter::new(4), VirtualClock::starting_at(Instant::from_seconds(0)), Ledger::default());
        limiter.pause_for(Duration::from_mins(1), "a", &clock);
        limiter.pause_for(Duration::from_secs(5), "b", &clock);
        pass(&limiter, &clock, &ledger).await;
        pass(&limiter, &clock, &ledger).await;
        assert_eq!(clock.waits(), [60]);
        assert_eq!(ledger.snapshot().waited, Duration::from_mins(1));
    }

    #[tokio::test]
    async fn no_more_requests_are_under_way_than_there_are_places() {
        let (limiter, clock, ledger) =
            (Limiter::new(2), VirtualClock::starting_at(Instant::from_seconds(0)), Ledger::default());
        let cancel = CancellationToken::new();
        let first = limiter.acquire(&clock, &ledger, &Silent, &cancel).await.expect("a place");
        let second = limiter.acquire(&clock, &ledger, &Silent, &cancel).await.expect("a place");
        tokio::select! {
            biased;
            _ = limiter.acquire(&clock, &ledger, &Silent, &cancel) => panic!("a third request got through"),
            () = tokio::task::yield_now() => {}
        }
        drop(first);
        let third = limiter.acquire(&clock, &ledger, &Silent, &cancel).await.expect("a place");
        drop((second, third));
    }

    #[tokio::test]
    async fn a_pause_that_begins_while_a_request_waits_for_a_place_holds_it_up() {
        let (limiter, clock, ledger) =
            (Limiter::new(1), VirtualClock::starting_at(Instant::from_seconds(0)), Ledger::default());
        let cancel = CancellationToken::new();
        let first = limiter.acquire(&clock, &ledger, &Silent, &cancel).await.expect("a place");
        let (second, ()) = tokio::join!(limiter.acquire(&clock, &ledger, &Silent, &cancel), async {
            limiter.pause_for(Duration::from_secs(7), "limit", &clock);
            drop(first);
        });
        drop(second.expect("a place"));
        assert_eq!(clock.waits(), [7]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_shared_by_several_requests_is_announced_and_counted_once() {
        #[derive(Default)]
        struct Heard(Mutex<Vec<Event>>);
        impl Progress for Heard {
            fn event(&self, event: Event) {
                self.0.lock().expect("not poisoned").push(event);
            }
        }
        let (limiter, ledger, cancel, heard) =
            (Limiter::new(4), Ledger::default(), CancellationToken::new(), Heard::default());
        let clock = source::SystemClock::default();
        limiter.pause_for(Duration::from_mins(1), "limit", &clock);
        let pass = || limiter.acquire(&clock, &ledger, &heard, &cancel);
        let (first, second, third) = tokio::join!(pass(), pass(), pass());
        assert!(first.is_ok() && second.is_ok() && third.is_ok());
        assert_eq!(clock.elapsed(), Duration::from_mins(1));
        assert_eq!(ledger.snapshot().waited, Duration::from_mins(1));
        let events = heard.0.into_inner().expect("not poisoned");
        assert!(matches!(events[..], [Event::Waiting { seconds: 60, .. }]), "{events:?}");
    }

    #[tokio::test]
    async fn an_interrupted_wait_ends_at_once() {
        let (limiter, ledger, cancel) = (Limiter::new(1), Ledger::default(), CancellationToken::new());
        let clock = source::SystemClock::default();
        limiter.pause_for(Duration::from_hours(1), "limit", &clock);
        cancel.cancel();
        let error = limiter.acquire(&clock, &ledger, &Silent, &cancel).await.expect_err("interrupted");
        assert_eq!(error.kind, ErrorKind::Cancelled);
    }
}
