//! Time as an argument: what paces and retries is told the time and waits by it.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
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
