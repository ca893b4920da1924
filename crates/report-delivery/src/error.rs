//! What goes wrong on the way to a target.

use source::{ErrorKind, SourceError};

/// A message that was not sent. Its text names the target and the remedy; secrets that are known ([`redact`]) are taken
/// out of it when it is made.
#[derive(Debug, thiserror::Error)]
#[error("the report was not sent to {target}: {reason}")]
#[non_exhaustive]
pub struct SendError {
    /// Name of the target, as configured.
    pub target: String,
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// What is wrong, and what to do.
    pub reason: String,
}

impl SendError {
    /// Without the cause, which may hold more than is to be shown.
    pub(crate) fn of(target: &str, error: &SourceError) -> Self {
        Self { target: target.to_owned(), kind: error.kind, reason: error.to_string() }
    }
}
