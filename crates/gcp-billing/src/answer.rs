//! An HTTP answer, cut down to what decides what happens next.

use std::time::Duration;

use model::Instant;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// Status, the headers that matter, and the body.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The provider's time.
    pub(crate) date: Option<Instant>,
    /// How long it asks to wait.
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An answer without its body. A `Retry-After` that is a time counts by the provider's clock, else by `local`.
    pub(crate) fn head(status: u16, headers: &HeaderMap, local: Instant) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let date = text(DATE).and_then(http_date);
        let retry_after = text(RETRY_AFTER).and_then(|value| match value.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => http_date(value).map(|at| between(date.unwrap_or(local), at)),
        });
        Self { status, date, retry_after, body: Vec::new() }
    }
}

/// Time from `earlier` to `later`; zero when that is past.
pub(crate) fn between(earlier: Instant, later: Instant) -> Duration {
    Duration::from_micros(u64::try_from(later.micros().saturating_sub(earlier.micros())).unwrap_or(0))
}

/// `at` and some more.
pub(crate) fn after(at: Instant, delay: Duration) -> Instant {
    Instant::from_micros(at.micros().saturating_add(i64::try_from(delay.as_micros()).unwrap_or(i64::MAX)))
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<Instant> {
    chrono::DateTime::parse_from_rfc2822(text).ok().map(|at| Instant::from(at.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &[(&'static str, &str)]) -> Answer {
        let map =
            headers.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect();
        Answer::head(503, &map, Instant::parse_rfc3339("1999-01-01T00:00:00Z").expect("valid"))
    }

    #[test]
    fn waits_are_reckoned_by_the_providers_clock() {
        let dated =
            head(&[("date", "Mon, 02 Nov 2026 10:00:00 GMT"), ("retry-after", "Mon, 02 Nov 2026 10:00:08 GMT")]);
        assert_eq!(dated.retry_after, Some(Duration::from_secs(8)));
        assert_eq!(dated.date, Instant::parse_rfc3339("2026-11-02T10:00:00Z"));
        assert_eq!(head(&[("retry-after", "30")]).retry_after, Some(Duration::from_secs(30)));
    }

    #[test]
    fn nonsense_means_nothing() {
        let odd = head(&[("date", "today"), ("retry-after", "soon")]);
        assert_eq!((odd.date, odd.retry_after), (None, None));
    }
}
