//! Shared state of the simulated GitLab.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use model::Instant;

use super::config::GitlabConfig;
use super::counters::GitlabCounters;
use super::fault::{GitlabFault, GitlabFaultKind};
use super::forge::{Forge, Kind};
use crate::view::View;

/// The state of a server.
pub(crate) struct GitlabState {
    forge: RwLock<Arc<Forge>>,
    token: Option<String>,
    faults: Mutex<Vec<Scheduled>>,
    counters: Mutex<GitlabCounters>,
    /// What was touched while pages were read, and when.
    touched: Mutex<HashMap<(Kind, usize), Instant>>,
    requests: AtomicU64,
}

struct Scheduled {
    fault: GitlabFault,
    calls: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl GitlabState {
    pub(crate) fn new(view: View, config: &GitlabConfig) -> Self {
        let state = Self {
            forge: RwLock::new(Arc::new(Forge::new(view))),
            token: config.token.clone(),
            faults: Mutex::default(),
            counters: Mutex::default(),
            touched: Mutex::default(),
            requests: AtomicU64::new(0),
        };
        state.set_faults(&config.faults);
        state
    }

    /// Shows another instant.
    pub(crate) fn set_view(&self, view: View) {
        *self.forge.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Forge::new(view));
    }

    /// What is shown now.
    pub(crate) fn forge(&self) -> Arc<Forge> {
        Arc::clone(&self.forge.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Exchanges the faults; their calls are counted from one again. What was touched is as it was.
    pub(crate) fn set_faults(&self, faults: &[GitlabFault]) {
        *lock(&self.faults) = faults.iter().map(|fault| Scheduled { fault: fault.clone(), calls: 0 }).collect();
        lock(&self.touched).clear();
    }

    pub(crate) fn counters(&self) -> GitlabCounters {
        lock(&self.counters).clone()
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut GitlabCounters)) {
        change(&mut lock(&self.counters));
    }

    /// A number for each request.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The first fault of the chosen ones that occurs on this call, counted.
    /// Those after it have not seen the call, so that faults of the same rhythm take turns.
    pub(crate) fn next_fault(&self, chosen: impl Fn(&GitlabFault) -> bool) -> Option<GitlabFault> {
        let found =
            lock(&self.faults).iter_mut().filter(|scheduled| chosen(&scheduled.fault)).find_map(|scheduled| {
                scheduled.calls += 1;
                scheduled.fault.occurrence.includes(scheduled.calls).then(|| scheduled.fault.clone())
            })?;
        self.count(|counters| *counters.faults.entry(found.name().to_owned()).or_default() += 1);
        Some(found)
    }

    /// The fault of a kind that occurs on this call.
    pub(crate) fn fault(&self, kind: GitlabFaultKind) -> Option<GitlabFault> {
        self.next_fault(|fault| fault.kind == kind)
    }

    /// Whether a token is a good one.
    pub(crate) fn accepts(&self, token: Option<&str>) -> bool {
        let is_good = match (&self.token, token) {
            (_, None) => false,
            (None, Some(given)) => !given.is_empty(),
            (Some(token), Some(given)) => token == given,
        };
        is_good && self.fault(GitlabFaultKind::BadToken).is_none()
    }

    /// Last change of an issue or merge request.
    pub(crate) fn changed_at(&self, forge: &Forge, kind: Kind, index: usize) -> Instant {
        let touched = lock(&self.touched).get(&(kind, index)).copied();
        touched.map_or(forge.changed_at(kind, index), |touched| touched.max(forge.changed_at(kind, index)))
    }

    /// Those that changed since, in order of their changes.
    pub(crate) fn in_order(&self, forge: &Forge, kind: Kind, archived: bool, since: Option<Instant>) -> Vec<usize> {
        let shown = (0..forge.count(kind)).filter(|index| forge.is_shown(kind, *index, archived));
        let changed = shown.map(|index| (self.changed_at(forge, kind, index), index));
        let mut found: Vec<(Instant, usize)> =
            changed.filter(|(at, _)| since.is_none_or(|since| *at >= since)).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, index)| index).collect()
    }

    /// Somebody touches what a page has just shown first: it goes to the end, and all behind it move up.
    pub(crate) fn touch(&self, forge: &Forge, kind: Kind, index: usize) {
        let mut touched = lock(&self.touched);
        let at = Instant::from_micros(forge.view.now.micros() + (touched.len() as i64 + 1) * 1_000);
        touched.insert((kind, index), at);
    }
}
