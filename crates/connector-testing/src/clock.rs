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
    /// All that it has shown, in order, and never empty.
    moments: Mutex<Vec<Instant>>,
}

impl VirtualClock {
    /// A clock that shows `start`.
    pub fn starting_at(start: Instant) -> Self {
        Self { moments: Mutex::new(vec![start]) }
    }

    /// All instants that it has shown, in order.
    pub fn moments(&self) -> Vec<Instant> {
        self.locked().clone()
    }

    /// Whole seconds of every wait so far, in order; waits for what has passed are left out.
    pub fn waits(&self) -> Vec<u64> {
        self.locked().windows(2).map(|pair| between(pair[0], pair[1]).as_secs()).collect()
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        let moments = self.locked();
        between(moments[0], moments[moments.len() - 1])
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Instant>> {
        self.moments.lock().expect("no test has panicked here")
    }
}

fn between(from: Instant, to: Instant) -> Duration {
    Duration::from_micros(u64::try_from(to.micros() - from.micros()).expect("time goes on"))
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        *self.locked().last().expect("it has a start")
    }

    async fn sleep_until(&self, at: Instant) {
        if at > self.now() {
            self.locked().push(at);
        }
        tokio::task::yield_now().await;
    }
}
