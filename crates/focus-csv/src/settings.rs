//! Settings of the connector: file pattern, cost column, name of the provider.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// One entry of `cloudspending.focus`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Which files: a pattern with `*`, `?`, `[...]` and `**`, relative to `base` unless it is absolute.
    ///
    /// Files that bill different hours of an account are added up; of runs that bill the same ones the newest counts.
    pub pattern: String,
    /// The folder that the pattern is relative to. It is taken as it is: signs of patterns in it mean themselves.
    pub base: PathBuf,
    /// Which cost is imported.
    pub cost: CostColumn,
    /// The provider's name in place of the one in the files.
    pub provider: Option<String>,
    /// Whether all files are parts of one bill, each row of which stands in exactly one of them: they are added up,
    /// whatever hours they bill.
    pub parts: bool,
}

/// The column that is taken as the cost of a row. One or the other: their sum would mean nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostColumn {
    /// `BilledCost`: what is on the invoice.
    #[default]
    Billed,
    /// `EffectiveCost`: with commitments spread over the time that they are for.
    Effective,
}

impl CostColumn {
    /// The name of the column in a file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Billed => "BilledCost",
            Self::Effective => "EffectiveCost",
        }
    }
}
