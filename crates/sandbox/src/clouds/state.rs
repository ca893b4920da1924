//! Shared state of the simulated clouds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as RealInstant};

use axum::body::Body;
use axum::http::Response;
use model::Instant;

use super::azure::AzureState;
use super::bills::Bills;
use super::config::{CloudConfig, ProviderClock};
use super::counters::CloudCounters;
use super::fault::{CloudFault, CloudFaultKind};
use super::google::GoogleState;
use crate::server::reply::{Break, Reply, http_date};
use crate::server::wire::Fuse;

/// The state of the cloud servers.
pub(crate) struct CloudState {
    pub(crate) bills: Arc<Bills>,
    pub(crate) azure: AzureState,
    pub(crate) google: GoogleState,
    clock: Option<ProviderClock>,
    standing: Mutex<Instant>,
    began: RealInstant,
    faults: Mutex<Vec<Scheduled>>,
    counters: Mutex<CloudCounters>,
    requests: AtomicU64,
}

struct Scheduled {
    fault: CloudFault,
    calls: u64,
}

/// Locks, whatever happened to the thread that held the lock before.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl CloudState {
    /// The state of fresh servers.
    pub(crate) fn new(config: &CloudConfig) -> Self {
        let state = Self {
            bills: Arc::clone(&config.bills),
            azure: AzureState::new(config),
            google: GoogleState::new(config),
            clock: config.clock.clone(),
            standing: Mutex::new(config.bills.end()),
            began: RealInstant::now(),
            faults: Mutex::default(),
            counters: Mutex::default(),
            requests: AtomicU64::new(0),
        };
        state.set_faults(&config.faults);
        state
    }

    /// The provider's present.
    pub(crate) fn now(&self) -> Instant {
        self.clock.as_ref().map_or_else(|| *lock(&self.standing), |clock| clock())
    }

    /// Time by which the windows of quotas go, in microseconds: the provider's clock, or real time.
    pub(crate) fn ticks(&self) -> i64 {
        self.clock.as_ref().map_or_else(|| self.began.elapsed().as_micros() as i64, |clock| clock().micros())
    }

    /// Moves dates that stand still.
    pub(crate) fn set_now(&self, now: Instant) {
        *lock(&self.standing) = now;
    }

    /// Exchanges the faults; their calls are counted from one again.
    pub(crate) fn set_faults(&self, faults: &[CloudFault]) {
        *lock(&self.faults) = faults.iter().map(|fault| Scheduled { fault: fault.clone(), calls: 0 }).collect();
    }

    /// What was counted.
    pub(crate) fn counters(&self) -> CloudCounters {
        lock(&self.counters).clone()
    }

    /// Counts something.
    pub(crate) fn count(&self, change: impl FnOnce(&mut CloudCounters)) {
        change(&mut lock(&self.counters));
    }

    /// Counts a request of a kind.
    pub(crate) fn count_call(&self, kind: &str) {
        self.count(|counters| {
            counters.calls += 1;
            *counters.by_kind.entry(kind.to_owned()).or_default() += 1;
        });
    }

    /// The first fault of the chosen ones that occurs on this call, counted.
    /// Those after it have not seen the call, so that faults of the same rhythm take turns.
    pub(crate) fn next_fault(&self, chosen: impl Fn(&CloudFault) -> bool) -> Option<CloudFault> {
        let found =
            lock(&self.faults).iter_mut().filter(|scheduled| chosen(&scheduled.fault)).find_map(|scheduled| {
                scheduled.calls += 1;
                scheduled.fault.occurrence.includes(scheduled.calls).then(|| scheduled.fault.clone())
            })?;
        self.count(|counters| *counters.faults.entry(found.name().to_owned()).or_default() += 1);
        Some(found)
    }

    /// Whether a fault of a kind occurs on this call.
    pub(crate) fn occurs(&self, kind: CloudFaultKind) -> bool {
        self.next_fault(|fault| fault.kind == kind).is_some()
    }

    /// Sleeps as long as a fault of a kind says.
    pub(crate) async fn delay(&self, kind: CloudFaultKind) {
        if let Some(fault) = self.next_fault(|fault| fault.kind == kind) {
            tokio::time::sleep(Duration::from_millis(fault.amount)).await;
        }
    }

    /// A number for each request.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Adds the date and breaks the connection if that is asked for.
    pub(crate) fn send(&self, fuse: &Fuse, reply: Reply) -> Response<Body> {
        let reply = reply.with("date", http_date(self.now()));
        match reply.breaks {
            Some(Break::Reset) => fuse.blow_after(0),
            Some(Break::Truncate) => fuse.blow_after(reply.head_length() + reply.body.len() / 2),
            None => {}
        }
        reply.into_response()
    }
}
