//! A virtual clock, which tests advance.

use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use model::Instant;
use source::Clock;

/// A day as `2026-11-20` or an RFC 3339 time.
pub fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid time")
}

/// A clock that stands still until somebody sleeps, and then moves on at once.
#[derive(Debug)]
pub struct VirtualClock {
    start: Instant,
    slept: Mutex<Vec<Duration>>,
}

impl VirtualClock {
    /// A clock that shows `start`.
    pub fn starting_at(start: Instant) -> Self {
        Self { start, slept: Mutex::default() }
    }

    /// All instants that it has shown, in order.
    pub fn moments(&self) -> Vec<Instant> {
        let mut now = self.start;
        let mut moments = vec![now];
        for slept in self.sleeps() {
            now = later(now, slept);
            moments.push(now);
        }
        moments
    }

    /// Every wait so far, in order.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.locked().clone()
    }

    /// Whole seconds of every wait so far, in order.
    pub fn waits(&self) -> Vec<u64> {
        self.locked().iter().map(Duration::as_secs).collect()
    }

    /// Moves on to an instant that is still to come.
    pub fn advance_to(&self, at: Instant) {
        let micros = u64::try_from(at.micros() - self.now().micros()).expect("time goes on");
        self.locked().push(Duration::from_micros(micros));
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Duration>> {
        self.slept.lock().expect("no test has panicked here")
    }
}

fn later(at: Instant, by: Duration) -> Instant {
    Instant::from_micros(at.micros() + i64::try_from(by.as_micros()).expect("a sensible time"))
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        later(self.start, self.elapsed())
    }

    fn elapsed(&self) -> Duration {
        self.locked().iter().sum()
    }

    async fn sleep(&self, duration: Duration) {
        self.locked().push(duration);
        tokio::task::yield_now().await;
    }
}
