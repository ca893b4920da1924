//! The clock of this computer.

use std::time::{SystemTime, UNIX_EPOCH};

use model::Instant;

pub(crate) fn now() -> Instant {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Instant::from_micros(since_epoch.as_micros() as i64)
}
