//! Query units of a tenant, shared by all sources of one client: asked for before they run out.
//!
//! Queries of one client take turns. The bucket of 10 seconds holds one query of 12 months, so that several at once
//! would only wait for each other.

use std::sync::Arc;
use std::time::Duration;

use model::Instant;
use provider::{cancelled, wait_until};
use source::{Clock, Progress, SourceError};
use tokio::sync::{Mutex, MutexGuard};
use tokio_util::sync::CancellationToken;

use crate::answer::Remaining;
use crate::buckets::Buckets;
use crate::settings::Quota;

/// Paces queries by their units, by a given clock.
pub struct Pacer {
    buckets: Mutex<Buckets>,
    clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Pacer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pacer").finish_non_exhaustive()
    }
}

/// A query's turn: its units are taken, and nobody else asks until it is dropped.
///
/// Dropped without [`Turn::learn`] it counts in full.
pub struct Turn<'a> {
    buckets: MutexGuard<'a, Buckets>,
    clock: &'a dyn Clock,
    units: u32,
}

impl std::fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn").field("units", &self.units).finish_non_exhaustive()
    }
}

impl Pacer {
    /// Begins with the quota that is expected. `slack` is added to the time after which units count as free again.
    pub fn new(quota: Quota, slack: Duration, clock: Arc<dyn Clock>) -> Self {
        Self { buckets: Mutex::new(Buckets::new(quota, slack)), clock }
    }

    /// How many of `wanted` units to ask for at once: at least one, and no more than the tenant's buckets ever hold.
    pub async fn fitting(&self, wanted: u32, cancel: &CancellationToken) -> Result<u32, SourceError> {
        Ok(self.locked(cancel).await?.fitting(wanted))
    }

    /// Waits until so many units may be taken, and takes them. A wait is told before it begins.
    pub async fn turn(
        &self,
        units: u32,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Turn<'_>, SourceError> {
        let mut buckets = self.locked(cancel).await?;
        let until = buckets.earliest(units, self.clock.now());
        let reason = "Azure's query units are used up, so that no limit is met";
        wait_until(until, reason, &*self.clock, progress, cancel).await?;
        buckets.take(units, self.clock.now());
        Ok(Turn { buckets, clock: &*self.clock, units })
    }

    /// Another query's turn may last as long as its wait.
    async fn locked(&self, cancel: &CancellationToken) -> Result<MutexGuard<'_, Buckets>, SourceError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(cancelled()),
            buckets = self.buckets.lock() => Ok(buckets),
        }
    }
}

impl Turn<'_> {
    /// Nobody asks before `until`.
    pub fn close(&mut self, until: Instant) {
        self.buckets.close(until);
    }

    /// The answer came. `consumed` and `remaining` are what Azure says, where it does.
    ///
    /// A query that was refused took nothing unless Azure says otherwise.
    pub fn learn(mut self, accepted: bool, consumed: Option<u32>, remaining: Remaining) {
        let consumed = consumed.or((!accepted).then_some(0));
        self.buckets.learn(consumed, remaining, self.clock.now());
    }

    /// So many units were refused again and again: smaller queries from now on.
    pub fn refuse(mut self) {
        self.buckets.refuse(self.units);
        self.buckets.learn(Some(0), Remaining::default(), self.clock.now());
    }
}
