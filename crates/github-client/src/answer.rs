//! An HTTP answer, cut down to what decides what happens next.

use std::time::Duration;

use model::Instant;
use reqwest::header::{HeaderMap, LINK, LOCATION, RETRY_AFTER};

use crate::scopes;

/// Status, the headers that matter, and the body.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

/// The headers that matter.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// The provider's time.
    pub(crate) date: Option<Instant>,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<RetryAfter>,
    /// Points or calls in the present window; 0 on a server without limits.
    pub(crate) limit: Option<u64>,
    pub(crate) remaining: Option<u64>,
    /// When the present window ends.
    pub(crate) reset: Option<Instant>,
    /// `X-GitHub-SSO`, as it stands.
    pub(crate) sso: Option<String>,
    /// Scopes of a classic token.
    pub(crate) scopes: Option<Vec<String>>,
    /// Whether `gh-limited-by` is there.
    pub(crate) limited_by: bool,
    pub(crate) location: Option<String>,
    /// Version of an Enterprise Server.
    pub(crate) enterprise_version: Option<String>,
    /// Whether `Link` names a next page.
    pub(crate) has_next: bool,
}

/// The two forms of `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    Seconds(u64),
    At(Instant),
}

impl Head {
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        // What is shown and not only understood.
        let shown = |name: &str| text(name).map(|value| redact::redacted(value).into_owned());
        let number = |name: &str| text(name).and_then(|value| value.parse::<u64>().ok());
        Self {
            date: text("date").and_then(http_date),
            request_id: shown("x-github-request-id"),
            retry_after: text(RETRY_AFTER.as_str()).and_then(|value| {
                value.parse().map(RetryAfter::Seconds).ok().or_else(|| http_date(value).map(RetryAfter::At))
            }),
            limit: number("x-ratelimit-limit"),
            remaining: number("x-ratelimit-remaining"),
            reset: text("x-ratelimit-reset").and_then(unix_seconds),
            sso: shown("x-github-sso"),
            scopes: text("x-oauth-scopes").map(scopes::granted),
            limited_by: headers.contains_key("gh-limited-by"),
            location: shown(LOCATION.as_str()),
            enterprise_version: shown("x-github-enterprise-version"),
            has_next: text(LINK.as_str()).is_some_and(|links| {
                links.split(',').any(|link| link.split(';').any(|part| part.trim() == r#"rel="next""#))
            }),
        }
    }

    /// How long `Retry-After` asks to wait, by the provider's clock (`local` where it names none).
    pub(crate) fn retry_delay(&self, local: Instant) -> Option<Duration> {
        match self.retry_after? {
            RetryAfter::Seconds(seconds) => Some(Duration::from_secs(seconds)),
            RetryAfter::At(at) => Some(between(self.date.unwrap_or(local), at)),
        }
    }

    /// How long until the present window ends, by the provider's clock (`local` where it names none).
    pub(crate) fn reset_delay(&self, local: Instant) -> Option<Duration> {
        Some(between(self.date.unwrap_or(local), self.reset?))
    }

    /// Whether nothing is left in the present window. A limit of 0 means that there are no limits.
    pub(crate) fn is_used_up(&self) -> bool {
        self.remaining == Some(0) && self.limit != Some(0)
    }
}

/// Time from `earlier` to `later`; zero when that is past.
pub(crate) fn between(earlier: Instant, later: Instant) -> Duration {
    Duration::from_micros(u64::try_from(later.micros().saturating_sub(earlier.micros())).unwrap_or(0))
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<Instant> {
    chrono::DateTime::parse_from_rfc2822(text).ok().map(|at| Instant::from(at.to_utc()))
}

/// Reads seconds since 1970, up to the year 9999.
fn unix_seconds(text: &str) -> Option<Instant> {
    text.parse().ok().filter(|seconds| (0..=253_402_300_799).contains(seconds)).map(Instant::from_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(headers: &[(&'static str, &str)]) -> Head {
        let map =
            headers.iter().map(|(name, value)| (name.parse().expect("name"), value.parse().expect("value"))).collect();
        Head::read(&map)
    }

    #[test]
    fn waits_are_reckoned_by_the_providers_clock() {
        let local = Instant::parse_rfc3339("1999-01-01T00:00:00Z").expect("valid");
        let wrong = head(&[
            ("date", "Mon, 02 Nov 2026 10:00:00 GMT"),
            ("retry-after", "Mon, 02 Nov 2026 10:00:08 GMT"),
            ("x-ratelimit-reset", "1793613660"),
        ]);
        assert_eq!(wrong.retry_delay(local), Some(Duration::from_secs(8)));
        assert_eq!(wrong.reset_delay(local), Some(Duration::from_mins(1)));
    }

    #[test]
    fn without_a_date_header_the_local_clock_serves() {
        let local = Instant::parse_rfc3339("2026-11-02T10:00:00Z").expect("valid");
        let undated = head(&[("retry-after", "Mon, 02 Nov 2026 10:00:08 GMT")]);
        assert_eq!(undated.retry_delay(local), Some(Duration::from_secs(8)));
    }

    #[test]
    fn an_end_that_is_past_means_no_wait_and_nonsense_means_nothing() {
        let local = Instant::parse_rfc3339("2026-11-02T10:00:00Z").expect("valid");
        assert_eq!(head(&[("retry-after", "Mon, 02 Nov 2020 10:00:08 GMT")]).retry_delay(local), Some(Duration::ZERO));
        assert_eq!(head(&[("retry-after", "soon")]).retry_delay(local), None);
        assert_eq!(head(&[]).reset_delay(local), None);
    }

    #[test]
    fn there_is_a_next_page_where_a_link_says_so() {
        let next = r#"<https://api.github.com/x?page=3>; rel="next", <https://api.github.com/x?page=9>; rel="last""#;
        let previous = r#"<https://api.github.com/x?page=1>; rel="prev""#;
        assert!(head(&[("link", next)]).has_next);
        assert!(!head(&[("link", previous)]).has_next);
        assert!(!head(&[]).has_next);
    }

    #[test]
    fn a_limit_of_zero_is_no_limit() {
        assert!(head(&[("x-ratelimit-remaining", "0")]).is_used_up());
        assert!(head(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-limit", "5000")]).is_used_up());
        assert!(!head(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-limit", "0")]).is_used_up());
        assert!(!head(&[]).is_used_up());
    }
}
