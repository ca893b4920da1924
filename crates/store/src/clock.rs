//! The machine's clock.

use model::Instant;

/// What it shows.
pub(crate) fn now() -> Instant {
    Instant::from(chrono::Utc::now())
}
