//! Errors that end a run, with its outcome.

use std::fmt;

use command_line::{Outcome, report, with_causes};
use store::StoreError;

/// A failure as it is told to the user, and how the program ends.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) outcome: Outcome,
    message: String,
}

impl Failure {
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self { outcome: Outcome::Usage, message: message.to_string() }
    }

    pub(crate) fn failed(message: impl fmt::Display) -> Self {
        Self { outcome: Outcome::Failed, message: message.to_string() }
    }

    /// Tells it to the user.
    pub(crate) fn report(&self) {
        report!("cto-dora: {}", self.message);
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::failed(with_causes(&error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
