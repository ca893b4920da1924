//! Errors that end a run, with its outcome.

use std::fmt;

use command_line::{Outcome, report, with_causes};
use source::SourceError;
use store::StoreError;

/// A failure as it is told to the user, and how the program ends.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) outcome: Outcome,
    message: String,
    /// Lines below the message.
    details: Vec<String>,
}

impl Failure {
    pub(crate) fn usage(error: impl fmt::Display) -> Self {
        Self { outcome: Outcome::Usage, message: error.to_string(), details: Vec::new() }
    }

    pub(crate) fn failed(message: impl fmt::Display) -> Self {
        Self { outcome: Outcome::Failed, message: message.to_string(), details: Vec::new() }
    }

    /// With a line for each of its details.
    pub(crate) fn listing(self, details: Vec<String>) -> Self {
        Self { details, ..self }
    }

    /// Tells it to the user.
    pub(crate) fn report(&self) {
        self.report_of("cto-import");
    }

    /// Tells it to the user of a program.
    pub(crate) fn report_of(&self, program: &str) {
        report!("{program}: {}", self.message);
        for detail in &self.details {
            report!("  {detail}");
        }
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
