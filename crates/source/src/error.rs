//! Errors with a kind that callers can act on.

use std::fmt;

use crate::SinkError;

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The credentials are wrong, or lack what every part of the import needs: the run ends at once.
    Unauthorized,
    /// This subject may not be read; others may.
    NoAccess,
    /// There is no such organisation, repository or board.
    NotFound,
    /// The provider does not serve this subject; others may be.
    Unsupported,
    /// A limit did not lift within the number of tries allowed.
    RateLimited,
    /// The provider could not be reached or kept failing.
    Unavailable,
    /// The answer was not what the provider documents.
    UnexpectedResponse,
    /// Part of the data could not be read; the rest was stored.
    Incomplete,
    /// The batch could not be stored: the run ends at once.
    Sink,
    /// The run was interrupted by the user.
    Cancelled,
}

/// A connector's failure. Its text names the place and the remedy; secrets that are known ([`redact`]) are taken out
/// of it when it is made.
#[derive(Debug)]
pub struct SourceError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// What is wrong, where, and what to do.
    pub message: String,
    /// The provider's id of the failed request, for its support.
    pub request_id: Option<String>,
    /// The cause.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl SourceError {
    /// An error without a cause.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        let mut message = message.into();
        redact::redact(&mut message);
        Self { kind, message, request_id: None, source: None }
    }

    /// Adds the cause, unless it quotes a secret: it cannot be changed.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let cause = cause.into();
        self.source = (!redact::holds_secret(&format!("{cause} {cause:?}"))).then_some(cause);
        self
    }

    /// Adds the provider's id of the request.
    #[must_use]
    pub fn in_request(mut self, id: Option<String>) -> Self {
        self.request_id = id.map(|id| redact::redacted(&id).into_owned());
        self
    }

    /// Whether the whole run must end: nothing else could succeed either.
    pub fn is_fatal(&self) -> bool {
        matches!(self.kind, ErrorKind::Unauthorized | ErrorKind::Sink | ErrorKind::Cancelled)
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.request_id {
            Some(id) => write!(f, " (request {id})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}

impl From<SinkError> for SourceError {
    fn from(error: SinkError) -> Self {
        Self::new(ErrorKind::Sink, error.message.clone()).caused_by(error)
    }
}
