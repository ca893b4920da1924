//! Time, injected so that waiting can be tested without waiting.

use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use model::Instant;

/// Tells the time and waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The local wall clock.
    fn now(&self) -> Instant;

    /// Time since some fixed moment: never jumps, whatever happens to the wall clock.
    fn elapsed(&self) -> Duration;

    /// Returns after `duration`.
    async fn sleep(&self, duration: Duration);

    /// Hears the provider's time. Clocks of one's own do not listen.
    fn hear(&self, _provider: Instant) {}
}

/// The clock of the machine and of tokio.
#[derive(Debug)]
pub struct SystemClock {
    started: tokio::time::Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: tokio::time::Instant::now() }
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::from(chrono::Utc::now())
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// The clock of the machine, set to another time: to a given one, or to the first that the provider tells.
///
/// For simulated providers, and for machines whose clock is wrong.
#[derive(Debug, Default)]
pub struct SetClock {
    machine: SystemClock,
    /// How far this clock is ahead of the machine's, in microseconds; empty until it is set.
    ahead: OnceLock<i64>,
}

impl SetClock {
    /// Shows `now`, and goes on from there.
    pub fn to(now: Instant) -> Self {
        let clock = Self::default();
        clock.hear(now);
        clock
    }

    /// Shows the machine's time until the provider tells its own for the first time.
    pub fn by_the_provider() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Clock for SetClock {
    fn now(&self) -> Instant {
        let ahead = self.ahead.get().copied().unwrap_or_default();
        Instant::from_micros(self.machine.now().micros().saturating_add(ahead))
    }

    fn elapsed(&self) -> Duration {
        self.machine.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        self.machine.sleep(duration).await;
    }

    fn hear(&self, provider: Instant) {
        self.ahead.get_or_init(|| provider.micros().saturating_sub(self.machine.now().micros()));
    }
}

/// A clock on which waiting takes no time: it moves on when somebody sleeps and stands still otherwise.
///
/// For tests and simulations; it remembers how long it was asked to wait.
#[derive(Debug)]
pub struct HurriedClock {
    start: Instant,
    slept: Mutex<Vec<Duration>>,
}

impl HurriedClock {
    /// A clock that shows `start` until somebody sleeps.
    pub fn starting_at(start: Instant) -> Self {
        Self { start, slept: Mutex::new(Vec::new()) }
    }

    /// Every wait so far, in order.
    pub fn waits(&self) -> Vec<Duration> {
        self.slept().clone()
    }

    fn slept(&self) -> std::sync::MutexGuard<'_, Vec<Duration>> {
        self.slept.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[async_trait]
impl Clock for HurriedClock {
    fn now(&self) -> Instant {
        let elapsed = i64::try_from(self.elapsed().as_micros()).unwrap_or(i64::MAX);
        Instant::from_micros(self.start.micros().saturating_add(elapsed))
    }

    fn elapsed(&self) -> Duration {
        self.slept().iter().sum()
    }

    async fn sleep(&self, duration: Duration) {
        self.slept().push(duration);
        tokio::task::yield_now().await;
    }
}
