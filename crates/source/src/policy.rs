//! Retry policy: the number of tries, and the waits between them.

use std::time::Duration;

/// Tries, waits and timeouts of a client. The default is [`Policy::USUAL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often one request is sent while it fails (5xx, timeouts, broken connections), the first time included.
    pub tries: u32,
    /// How often one request is sent while it meets limits, the first time included.
    pub limit_tries: u32,
    /// Wait before the second try of a failed request; doubles with each further one.
    pub retry_delay: Duration,
    /// Longest wait between two tries of a failed request, unless the provider asks for a longer one.
    pub longest_retry_delay: Duration,
    /// Wait for a limit that does not say when it lifts; doubles each time it is met again.
    pub limit_delay: Duration,
    /// Longest single wait for a limit that was met, and for whatever the provider asks. Pacing, which keeps limits
    /// from being met, waits as long as it must.
    pub longest_limit_delay: Duration,
    /// Added to waits whose end the provider names in whole seconds.
    pub slack: Duration,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Time for a request and its whole answer.
    pub request_timeout: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self::USUAL
    }
}

impl Policy {
    /// What suits a provider that says when its limits lift, by the hour at the most. Connectors begin from here.
    pub const USUAL: Self = Self {
        tries: 6,
        limit_tries: 10,
        retry_delay: Duration::from_secs(1),
        longest_retry_delay: Duration::from_secs(30),
        limit_delay: Duration::from_mins(1),
        longest_limit_delay: Duration::from_mins(61),
        slack: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(10),
        request_timeout: Duration::from_mins(1),
    };

    /// The same number of tries with next to no waiting, for tests against a simulated provider on a real clock.
    ///
    /// Waits whose end the provider names are cut to 20 ms as well; pacing is not.
    #[must_use]
    pub fn hurried(self) -> Self {
        Self {
            retry_delay: Duration::from_millis(1),
            longest_retry_delay: Duration::from_millis(5),
            limit_delay: Duration::from_millis(5),
            longest_limit_delay: Duration::from_millis(20),
            slack: Duration::ZERO,
            ..self
        }
    }

    /// Wait before try number `next` (from 2) of a failed request.
    pub fn retry_delay_before(&self, next: u32) -> Duration {
        doubled(self.retry_delay, next.saturating_sub(2)).min(self.longest_retry_delay)
    }

    /// Wait for a limit met for the `met`-th time (from 1) that does not say when it lifts.
    pub fn limit_delay_after(&self, met: u32) -> Duration {
        doubled(self.limit_delay, met.saturating_sub(1)).min(self.longest_limit_delay)
    }

    /// Wait for a limit met for the `met`-th time (from 1): what was `asked` for and the slack, else longer each time.
    pub fn limit_delay_or_asked(&self, met: u32, asked: Option<Duration>) -> Duration {
        match asked {
            Some(asked) => asked.saturating_add(self.slack).min(self.longest_limit_delay),
            None => self.limit_delay_after(met),
        }
    }
}

/// A delay that was doubled so many times, 16 at the most.
pub fn doubled(delay: Duration, times: u32) -> Duration {
    delay.saturating_mul(2_u32.saturating_pow(times.min(16)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_bound() {
        let seconds: Vec<u64> = (2..=8).map(|next| Policy::USUAL.retry_delay_before(next).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        let minutes: Vec<u64> = (1..=7).map(|met| Policy::USUAL.limit_delay_after(met).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 61]);
    }

    #[test]
    fn a_wait_that_the_provider_names_is_kept_and_a_little_more() {
        let wait = |met, asked| Policy::USUAL.limit_delay_or_asked(met, asked);
        assert_eq!(wait(5, Some(Duration::from_secs(8))), Duration::from_secs(9));
        assert_eq!(wait(1, Some(Duration::from_hours(9))), Policy::USUAL.longest_limit_delay);
        assert_eq!(wait(2, None), Duration::from_mins(2));
    }

    #[test]
    fn who_hurries_tries_as_often_and_hardly_waits() {
        let hurried = Policy::USUAL.hurried();
        assert_eq!((hurried.tries, hurried.limit_tries), (Policy::USUAL.tries, Policy::USUAL.limit_tries));
        assert_eq!(hurried.limit_delay_or_asked(1, Some(Duration::from_hours(1))), Duration::from_millis(20));
        assert_eq!(hurried.retry_delay_before(9), Duration::from_millis(5));
    }
}
