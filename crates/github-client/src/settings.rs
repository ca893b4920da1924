//! What a client needs to know, and how patient it is.

use std::time::Duration;

use crate::Credentials;

/// Where GitHub is, who asks, and how politely. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Base of the REST API: `https://api.github.com`, or `https://HOST/api/v3` for GitHub Enterprise Server.
    pub api_url: String,
    /// The GraphQL endpoint: `https://api.github.com/graphql`, or `https://HOST/api/graphql`.
    pub graphql_url: String,
    /// Who asks.
    pub credentials: Credentials,
    /// Requests under way at the same time; 0 counts as 1, and GitHub allows 100.
    pub concurrency: usize,
    /// Tries, waits and timeouts.
    pub policy: Policy,
    /// Name and version of the program, which GitHub demands.
    pub user_agent: String,
}

/// Tries, waits and timeouts. The default suits GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often one request is sent while it fails (5xx, timeouts, broken connections), the first time included.
    pub tries: u32,
    /// How often one request is sent while it meets limits, the first time included.
    pub limit_tries: u32,
    /// Wait before the second try of a failed request; doubles with each further one, with jitter.
    pub retry_delay: Duration,
    /// Longest wait between two tries of a failed request.
    pub longest_retry_delay: Duration,
    /// Wait for a limit that does not say when it lifts; doubles each time it is met again.
    pub limit_delay: Duration,
    /// Longest single wait for a limit.
    pub longest_limit_delay: Duration,
    /// Added to every wait whose end the provider names in whole seconds.
    pub slack: Duration,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Time for a request and its whole answer.
    pub request_timeout: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tries: 6,
            limit_tries: 10,
            retry_delay: Duration::from_secs(1),
            longest_retry_delay: Duration::from_secs(30),
            limit_delay: Duration::from_mins(1),
            longest_limit_delay: Duration::from_hours(1) + Duration::from_mins(1),
            slack: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_mins(1),
        }
    }
}

impl Policy {
    /// The same number of tries with next to no waiting, for tests against a simulated provider.
    ///
    /// Waits whose end the provider names are cut to 20 ms as well.
    pub fn hurried() -> Self {
        Self {
            retry_delay: Duration::from_millis(1),
            longest_retry_delay: Duration::from_millis(5),
            limit_delay: Duration::from_millis(5),
            longest_limit_delay: Duration::from_millis(20),
            slack: Duration::ZERO,
            ..Self::default()
        }
    }

    /// Wait before try number `next` (from 2) of a failed request, before jitter.
    pub(crate) fn retry_delay_before(&self, next: u32) -> Duration {
        doubled(self.retry_delay, next.saturating_sub(2)).min(self.longest_retry_delay)
    }

    /// Wait for a limit met for the `met`-th time (from 1) that does not say when it lifts.
    pub(crate) fn limit_delay_after(&self, met: u32) -> Duration {
        doubled(self.limit_delay, met.saturating_sub(1)).min(self.longest_limit_delay)
    }
}

fn doubled(delay: Duration, times: u32) -> Duration {
    delay.saturating_mul(2_u32.saturating_pow(times.min(16)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_bound() {
        let policy = Policy::default();
        let seconds: Vec<u64> = (2..=8).map(|next| policy.retry_delay_before(next).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        let minutes: Vec<u64> = (1..=7).map(|met| policy.limit_delay_after(met).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 61]);
    }
}
