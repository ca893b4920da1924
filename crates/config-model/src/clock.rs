//! The key `import.clock`: the machine's time, GitHub's, or a given one.

use std::fmt;

use model::Instant;
use serde::{Deserialize, Serialize};

/// The key `import.clock`: what a provider's time is measured by, and what dates an import where that is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ImportClock {
    /// The clock of this machine.
    #[default]
    Machine,
    /// The first time that the provider tells: for a machine whose own clock is wrong, and for simulations.
    Provider,
    /// It is this time when the import begins, whatever the machine says: for simulations.
    At(Instant),
}

impl TryFrom<String> for ImportClock {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "machine" => Ok(Self::Machine),
            "provider" => Ok(Self::Provider),
            other => Instant::parse_date_or_rfc3339(other).map(Self::At).ok_or_else(|| {
                format!("`{other}` is no clock: give `machine`, `provider`, or a time such as 2026-11-02T10:00:00Z")
            }),
        }
    }
}

impl From<ImportClock> for String {
    fn from(clock: ImportClock) -> Self {
        clock.to_string()
    }
}

impl fmt::Display for ImportClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine => f.write_str("machine"),
            Self::Provider => f.write_str("provider"),
            Self::At(at) => f.write_str(&at.to_rfc3339()),
        }
    }
}
