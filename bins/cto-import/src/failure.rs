//! Why a run ended without success.

use std::fmt;

use command_line::{Outcome, with_causes};
use source::SourceError;
use store::StoreError;

/// A failure as it is told to the user, and how the program ends.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) outcome: Outcome,
    message: String,
}

impl Failure {
    pub(crate) fn usage(error: impl fmt::Display) -> Self {
        Self { outcome: Outcome::Usage, message: error.to_string() }
    }

    pub(crate) fn failed(message: impl fmt::Display) -> Self {
        Self { outcome: Outcome::Failed, message: message.to_string() }
    }

    pub(crate) fn with_outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::failed(with_causes(&error))
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::failed(with_causes(&error))
    }
}
