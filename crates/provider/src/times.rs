//! Arithmetic of instants, and times as HTTP writes them.

use std::time::Duration;

use model::Instant;

/// Time from `earlier` to `later`; zero when that is past.
pub fn between(earlier: Instant, later: Instant) -> Duration {
    Duration::from_micros(u64::try_from(later.micros().saturating_sub(earlier.micros())).unwrap_or(0))
}

/// `at` and some more.
pub fn after(at: Instant, delay: Duration) -> Instant {
    Instant::from_micros(at.micros().saturating_add(i64::try_from(delay.as_micros()).unwrap_or(i64::MAX)))
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(crate) fn http_date(text: &str) -> Option<Instant> {
    chrono::DateTime::parse_from_rfc2822(text).ok().map(|at| Instant::from(at.to_utc()))
}

/// Reads seconds since 1970, up to the year 9999.
pub(crate) fn unix_seconds(text: &str) -> Option<Instant> {
    text.parse().ok().filter(|seconds| (0..=253_402_300_799).contains(seconds)).map(Instant::from_seconds)
}
