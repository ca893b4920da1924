//! Query units of a tenant over sliding windows, and calls of a scope.

use std::collections::{BTreeMap, VecDeque};

use crate::clouds::config::AzureQuota;
use crate::server::reply::Reply;

const SECOND: i64 = 1_000_000;

/// What was spent, by the time at which it was.
#[derive(Default)]
struct Spent(VecDeque<(i64, u64)>);

impl Spent {
    /// Units spent within a window up to now.
    fn within(&self, window: i64, now: i64) -> u64 {
        self.0.iter().filter(|(at, _)| at + window > now).map(|(_, units)| units).sum()
    }

    /// Microseconds until so many units fit into a window; `None`: they fit now. More units than the whole window
    /// has fit when it is empty.
    fn wait(&self, (limit, window): (u64, i64), units: u64, now: i64) -> Option<i64> {
        let mut left = self.within(window, now);
        if left == 0 || left + units <= limit {
            return None;
        }
        for (at, spent) in self.0.iter().filter(|(at, _)| at + window > now) {
            left -= spent;
            if left == 0 || left + units <= limit {
                return Some(at + window - now);
            }
        }
        None
    }

    /// Notes units and forgets what no window holds any more.
    fn spend(&mut self, units: u64, now: i64) {
        self.0.retain(|(at, _)| at + 3_600 * SECOND > now);
        self.0.push_back((now, units));
    }
}

/// The quota of the tenant and of its scopes.
pub(crate) struct QuotaState {
    quota: AzureQuota,
    units: Spent,
    calls: BTreeMap<String, Spent>,
    not_before: i64,
}

/// Why a query is throttled: seconds to wait, by the header that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Throttled {
    pub(crate) headers: Vec<(&'static str, u64)>,
}

impl Throttled {
    /// Seconds after which all is well.
    pub(crate) fn seconds(&self) -> u64 {
        self.headers.iter().map(|(_, seconds)| *seconds).max().unwrap_or_default()
    }

    /// The reply.
    pub(crate) fn reply(&self) -> Reply {
        let reply = super::error::refuse(429, "429", "Too many requests. Please retry.");
        self.headers.iter().fold(reply, |reply, (name, seconds)| reply.with(name, seconds.to_string()))
    }
}

/// Header with the wait for query units.
pub(crate) const QPU_RETRY: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after";
/// Header with the wait of a scope.
pub(crate) const ENTITY_RETRY: &str = "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after";

fn whole_seconds(micros: i64) -> u64 {
    ((micros + SECOND - 1) / SECOND).max(1) as u64
}

impl QuotaState {
    /// Nothing spent.
    pub(crate) fn new(quota: AzureQuota) -> Self {
        Self { quota, units: Spent::default(), calls: BTreeMap::new(), not_before: i64::MIN }
    }

    fn windows(&self) -> [(u64, i64); 3] {
        let quota = self.quota;
        [(quota.per_10_seconds, 10 * SECOND), (quota.per_minute, 60 * SECOND), (quota.per_hour, 3_600 * SECOND)]
    }

    /// Pays for a query of a scope; time in microseconds of any clock. What is refused costs nothing.
    pub(crate) fn pay(&mut self, scope: &str, units: u64, now: i64) -> Result<(), Throttled> {
        let mut headers = Vec::new();
        let waits: Vec<i64> = self.windows().iter().filter_map(|window| self.units.wait(*window, units, now)).collect();
        if let (Some(shortest), Some(longest)) = (waits.iter().min(), waits.iter().max()) {
            // The general header names the narrowest window only: clients have to take the longest wait of all.
            headers.push(("retry-after", whole_seconds(*shortest)));
            headers.push((QPU_RETRY, whole_seconds(*longest)));
        }
        let of_scope = self.calls.entry(scope.to_owned()).or_default();
        let limit = self.quota.calls_per_scope_and_minute;
        if let Some(wait) = limit.and_then(|limit| of_scope.wait((limit, 60 * SECOND), 1, now)) {
            headers.push((ENTITY_RETRY, whole_seconds(wait)));
        }
        if !headers.is_empty() {
            let throttled = Throttled { headers };
            self.ask_to_wait(throttled.seconds(), now);
            return Err(throttled);
        }
        of_scope.spend(1, now);
        if units > 0 {
            self.units.spend(units, now);
        }
        Ok(())
    }

    /// Remembers that the client was asked to wait.
    pub(crate) fn ask_to_wait(&mut self, seconds: u64, now: i64) {
        self.not_before = self.not_before.max(now + seconds as i64 * SECOND);
    }

    /// Whether a wait that was asked for is still running.
    pub(crate) fn is_too_early(&self, now: i64) -> bool {
        now < self.not_before
    }

    /// Adds what a reply says about the quota.
    pub(crate) fn describe(&self, reply: Reply, scope: &str, units: u64, now: i64) -> Reply {
        let left = self.windows().map(|(limit, window)| limit.saturating_sub(self.units.within(window, now)));
        let remaining = format!("QueriesPerHour:{},QueriesPerMin:{},QueriesPer10Sec:{}", left[2], left[1], left[0]);
        let reply = reply
            .with("x-ms-ratelimit-microsoft.costmanagement-qpu-consumed", units.to_string())
            .with("x-ms-ratelimit-microsoft.costmanagement-qpu-remaining", remaining);
        let Some(limit) = self.quota.calls_per_scope_and_minute else { return reply };
        let used = self.calls.get(scope).map_or(0, |calls| calls.within(60 * SECOND, now));
        reply.with(
            "x-ms-ratelimit-remaining-microsoft.costmanagement-entity-requests",
            format!("DefaultQuota:{}", limit.saturating_sub(used)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(result: Result<(), Throttled>) -> Option<Vec<(&'static str, u64)>> {
        result.err().map(|throttled| throttled.headers)
    }

    #[test]
    fn units_come_back_when_their_window_is_over() {
        let mut quota = QuotaState::new(AzureQuota::default());
        assert_eq!(seconds(quota.pay("a", 12, 0)), None);
        assert_eq!(seconds(quota.pay("b", 1, 4 * SECOND)), Some(vec![("retry-after", 6), (QPU_RETRY, 6)]));
        assert!(quota.is_too_early(10 * SECOND - 1) && !quota.is_too_early(10 * SECOND));
        assert_eq!(seconds(quota.pay("b", 1, 10 * SECOND)), None);
    }

    #[test]
    fn the_general_header_may_name_a_shorter_wait_than_the_units_need() {
        let mut quota = QuotaState::new(AzureQuota::default());
        for turn in 0..5 {
            assert_eq!(seconds(quota.pay("a", 12, turn * 10 * SECOND)), None);
        }
        assert_eq!(seconds(quota.pay("a", 12, 45 * SECOND)), Some(vec![("retry-after", 5), (QPU_RETRY, 15)]));
        assert_eq!(seconds(quota.pay("a", 12, 60 * SECOND)), None);
    }

    #[test]
    fn a_query_larger_than_the_window_passes_when_the_window_is_empty() {
        let quota = AzureQuota { per_10_seconds: 4, ..AzureQuota::default() };
        let mut quota = QuotaState::new(quota);
        assert_eq!(seconds(quota.pay("a", 12, 0)), None);
        assert_eq!(seconds(quota.pay("a", 12, SECOND)), Some(vec![("retry-after", 9), (QPU_RETRY, 9)]));
        assert_eq!(seconds(quota.pay("a", 12, 10 * SECOND)), None);
    }

    #[test]
    fn each_scope_has_calls_of_its_own() {
        let quota = AzureQuota { calls_per_scope_and_minute: Some(2), ..AzureQuota::default() };
        let mut quota = QuotaState::new(quota);
        assert_eq!(seconds(quota.pay("a", 1, 0)), None);
        assert_eq!(seconds(quota.pay("a", 0, SECOND)), None);
        assert_eq!(seconds(quota.pay("a", 0, 2 * SECOND)), Some(vec![(ENTITY_RETRY, 58)]));
        assert_eq!(seconds(quota.pay("b", 1, 2 * SECOND)), None);
    }
}
