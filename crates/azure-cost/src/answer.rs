//! An HTTP answer, cut down to what decides what happens next.

use std::time::Duration;

use model::Instant;
use provider::Reply;

/// Status, the headers that matter, and the body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

/// The headers that matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    /// The provider's time.
    pub(crate) date: Option<Instant>,
    pub(crate) request_id: Option<String>,
    /// How long each limit asks to wait.
    pub(crate) waits: Vec<(Limit, Duration)>,
    /// Query units that this request took.
    pub(crate) consumed: Option<u32>,
    /// Query units that are left.
    pub(crate) remaining: Remaining,
    /// Requests left for this scope.
    pub(crate) scope_requests: Option<u32>,
    /// Requests left for the tenant.
    pub(crate) tenant_requests: Option<u32>,
}

/// Query units left in each window, where Azure says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remaining {
    /// In 10 seconds.
    pub per_10_seconds: Option<u32>,
    /// In a minute.
    pub per_minute: Option<u32>,
    /// In an hour.
    pub per_hour: Option<u32>,
}

/// What a request met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Query units of the tenant.
    Units,
    /// Requests for this scope.
    Scope,
    /// Requests of the tenant, of this program, or of its type.
    Requests,
    /// Not said.
    Unnamed,
}

const CONSUMED: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-consumed";
const REMAINING: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-remaining";
const SCOPE_REQUESTS: &str = "x-ms-ratelimit-remaining-microsoft.costmanagement-entity-requests";
const TENANT_REQUESTS: &str = "x-ms-ratelimit-remaining-microsoft.costmanagement-tenant-requests";
const WAITS: [(Limit, &str); 6] = [
    (Limit::Units, "x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after"),
    (Limit::Scope, "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after"),
    (Limit::Requests, "x-ms-ratelimit-microsoft.costmanagement-tenant-retry-after"),
    (Limit::Requests, "x-ms-ratelimit-microsoft.costmanagement-client-retry-after"),
    (Limit::Requests, "x-ms-ratelimit-microsoft.costmanagement-clienttype-retry-after"),
    (Limit::Unnamed, "retry-after"),
];

impl Answer {
    pub(crate) fn read(reply: Reply) -> Self {
        Self { status: reply.status, head: Head::read(&reply), body: reply.body }
    }
}

impl Head {
    fn read(reply: &Reply) -> Self {
        let wait = |(limit, name): &(Limit, &str)| Some((*limit, reply.delay(name)?));
        Self {
            date: reply.date(),
            request_id: reply.request_id.clone(),
            waits: WAITS.iter().filter_map(wait).collect(),
            consumed: reply.number(CONSUMED),
            remaining: reply.header(REMAINING).map(Remaining::parse).unwrap_or_default(),
            scope_requests: reply.header(SCOPE_REQUESTS).and_then(default_quota),
            tenant_requests: reply.header(TENANT_REQUESTS).and_then(default_quota),
        }
    }

    /// The longest wait that is asked for.
    pub(crate) fn longest_wait(&self) -> Option<Duration> {
        self.waits.iter().map(|(_, wait)| *wait).max()
    }

    /// Which limit was met: the one with the longest wait that has a name.
    pub(crate) fn limit(&self) -> Limit {
        let named = self.waits.iter().filter(|(limit, _)| *limit != Limit::Unnamed);
        named.max_by_key(|(_, wait)| *wait).map_or(Limit::Unnamed, |(limit, _)| *limit)
    }
}

impl Remaining {
    /// Reads `QueriesPerHour:597,QueriesPerMin:57,QueriesPer10Sec:9`; what is not there or no number is unknown.
    pub fn parse(text: &str) -> Self {
        let mut remaining = Self::default();
        for (name, value) in text.split([',', ';']).filter_map(|part| part.split_once(':')) {
            let value = value.trim().parse::<i64>().ok().map(|value| u32::try_from(value.max(0)).unwrap_or(u32::MAX));
            match name.trim().to_ascii_lowercase().as_str() {
                "queriesper10sec" => remaining.per_10_seconds = value,
                "queriespermin" => remaining.per_minute = value,
                "queriesperhour" => remaining.per_hour = value,
                _ => {}
            }
        }
        remaining
    }
}

/// Reads `DefaultQuota:7`.
fn default_quota(text: &str) -> Option<u32> {
    text.split([',', ';']).filter_map(|part| part.split_once(':')).find_map(|(_, value)| value.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &[(&'static str, &'static str)]) -> Head {
        let headers =
            headers.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect();
        let local = Instant::parse_rfc3339("1999-01-01T00:00:00Z").expect("valid");
        Head::read(&Reply { headers, local, ..Reply::default() })
    }

    #[test]
    fn the_longest_wait_counts_and_the_limit_behind_it_has_a_name() {
        let head = head(&[
            ("x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after", "11"),
            ("x-ms-ratelimit-microsoft.costmanagement-entity-retry-after", "40"),
            ("retry-after", "60"),
        ]);
        assert_eq!(head.longest_wait(), Some(Duration::from_mins(1)));
        assert_eq!(head.limit(), Limit::Scope);
    }

    #[test]
    fn a_date_is_reckoned_by_the_providers_clock() {
        let head = head(&[("date", "Mon, 02 Nov 2026 10:00:00 GMT"), ("retry-after", "Mon, 02 Nov 2026 10:00:08 GMT")]);
        assert_eq!(head.longest_wait(), Some(Duration::from_secs(8)));
        assert_eq!(head.limit(), Limit::Unnamed);
    }

    #[test]
    fn a_date_that_is_past_means_no_wait_and_nonsense_means_nothing() {
        assert_eq!(head(&[("retry-after", "Mon, 02 Nov 1998 10:00:08 GMT")]).longest_wait(), Some(Duration::ZERO));
        assert_eq!(head(&[("retry-after", "soon")]).longest_wait(), None);
    }

    #[test]
    fn units_are_read_from_azures_own_form() {
        let head = head(&[
            ("x-ms-ratelimit-microsoft.costmanagement-qpu-consumed", "2"),
            (
                "x-ms-ratelimit-microsoft.costmanagement-qpu-remaining",
                "QueriesPerHour:597,QueriesPerMin:57,QueriesPer10Sec:9",
            ),
            ("x-ms-ratelimit-remaining-microsoft.costmanagement-entity-requests", "DefaultQuota:7"),
            ("x-ms-ratelimit-remaining-microsoft.costmanagement-tenant-requests", "DefaultQuota:49"),
        ]);
        let left = Remaining { per_10_seconds: Some(9), per_minute: Some(57), per_hour: Some(597) };
        assert_eq!((head.consumed, head.remaining), (Some(2), left));
        assert_eq!((head.scope_requests, head.tenant_requests), (Some(7), Some(49)));
        assert_eq!(
            Remaining::parse("QueriesPerMin:-3,Other:1"),
            Remaining { per_minute: Some(0), ..Default::default() }
        );
    }
}
