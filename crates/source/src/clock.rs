//! Time as an argument: what paces and retries is told the time and waits by it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use model::Instant;

/// Tells the time and waits.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present.
    fn now(&self) -> Instant;

    /// Returns at this instant, or at once when it has passed.
    async fn sleep_until(&self, at: Instant);
}

/// The clock of this computer.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Instant {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Instant::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
    }

    async fn sleep_until(&self, at: Instant) {
        let left = at.micros().saturating_sub(self.now().micros());
        if let Ok(micros) = u64::try_from(left) {
            tokio::time::sleep(Duration::from_micros(micros)).await;
        }
    }
}
