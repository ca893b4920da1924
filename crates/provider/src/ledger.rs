//! Calls and points, counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a client has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LedgerSnapshot {
    /// Requests sent, failed ones included.
    pub calls: u64,
    /// Points by the provider's own reckoning; answers that name no cost count nothing.
    pub points: u64,
    /// Time for which limits paused the client and somebody waited.
    pub waited: Duration,
}

/// Counts what a client uses.
#[derive(Debug, Default)]
pub struct Ledger {
    calls: AtomicU64,
    points: AtomicU64,
    waited_micros: AtomicU64,
}

impl Ledger {
    pub(crate) fn count_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts what an answer cost.
    pub fn count_points(&self, points: u64) {
        self.points.fetch_add(points, Ordering::Relaxed);
    }

    pub(crate) fn count_wait(&self, wait: Duration) {
        self.waited_micros.fetch_add(u64::try_from(wait.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// What was used so far.
    pub fn snapshot(&self) -> LedgerSnapshot {
        LedgerSnapshot {
            calls: self.calls.load(Ordering::Relaxed),
            points: self.points.load(Ordering::Relaxed),
            waited: Duration::from_micros(self.waited_micros.load(Ordering::Relaxed)),
        }
    }
}
