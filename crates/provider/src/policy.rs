//! Retry policy: the number of tries, and the waits between them.

use std::time::Duration;

use rand::RngExt as _;

/// How often a provider that names the end of a limit is believed for one request.
const BELIEVED: u32 = 2;

/// Tries, waits and timeouts of a client. The default is [`Policy::USUAL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often one request is sent while it fails (5xx, timeouts, broken connections), the first time included.
    pub tries: u32,
    /// How often one request is sent while it meets limits, the first time included.
    pub limit_tries: u32,
    /// Wait before the second try of a failed request; doubles with each further one.
    pub retry_delay: Duration,
    /// How much of a wait between two tries of a failed request is left to chance, in percent, so that tasks that failed
    /// together do not come back together: 50 makes it between half and all, 100 between nothing and all.
    pub jitter_percent: u32,
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
        jitter_percent: 50,
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

    /// Wait before try number `next` (from 2) of a failed request, before chance has shortened it.
    pub fn retry_delay_before(&self, next: u32) -> Duration {
        doubled(self.retry_delay, next.saturating_sub(2)).min(self.longest_retry_delay)
    }

    /// `delay`, of which chance takes a part.
    pub(crate) fn jittered(&self, delay: Duration) -> Duration {
        let most = f64::from(self.jitter_percent.min(100)) / 100.0;
        delay.mul_f64(1.0 - most * rand::rng().random_range(0.0..=1.0))
    }

    /// Wait for a limit met for the `met`-th time (from 1) that does not say when it lifts.
    pub fn limit_delay_after(&self, met: u32) -> Duration {
        doubled(self.limit_delay, met.saturating_sub(1)).min(self.longest_limit_delay)
    }

    /// Wait for a limit met for the `met`-th time (from 1): what was `asked` for and the slack, else longer each time.
    ///
    /// A provider that names the end of a limit is believed twice. Where it was wrong both times, there is no hurry, or
    /// the tries are soon used up.
    pub fn limit_delay(&self, met: u32, asked: Option<Duration>) -> Duration {
        let wait = match asked.map(|asked| asked.saturating_add(self.slack)) {
            Some(asked) if met <= BELIEVED => asked,
            Some(asked) => asked.max(self.limit_delay_after(met - BELIEVED)),
            None => self.limit_delay_after(met),
        };
        wait.min(self.longest_limit_delay)
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
        let wait = |met, asked| Policy::USUAL.limit_delay(met, asked);
        assert_eq!(wait(2, Some(Duration::from_secs(8))), Duration::from_secs(9));
        assert_eq!(wait(3, Some(Duration::from_secs(8))), Duration::from_mins(1), "twice it was wrong");
        assert_eq!(wait(4, Some(Duration::from_mins(5))), Duration::from_secs(301));
        assert_eq!(wait(1, Some(Duration::from_hours(9))), Policy::USUAL.longest_limit_delay);
        assert_eq!(wait(2, None), Duration::from_mins(2));
    }

    #[test]
    fn chance_takes_no_more_than_its_part_of_a_wait() {
        let waits = |jitter_percent| {
            let policy = Policy { jitter_percent, ..Policy::USUAL };
            (0..1000).map(move |_| policy.jittered(Duration::from_secs(1)).as_secs_f64())
        };
        assert!(waits(0).all(|wait| (wait - 1.0).abs() < 1e-9));
        assert!(waits(50).all(|wait| (0.5..=1.0).contains(&wait)));
        assert!(waits(100).all(|wait| (0.0..=1.0).contains(&wait)) && waits(100).any(|wait| wait < 0.5));
    }

    #[test]
    fn who_hurries_tries_as_often_and_hardly_waits() {
        let hurried = Policy::USUAL.hurried();
        assert_eq!((hurried.tries, hurried.limit_tries), (Policy::USUAL.tries, Policy::USUAL.limit_tries));
        assert_eq!(hurried.limit_delay(1, Some(Duration::from_hours(1))), Duration::from_millis(20));
        assert_eq!(hurried.retry_delay_before(9), Duration::from_millis(5));
    }
}
