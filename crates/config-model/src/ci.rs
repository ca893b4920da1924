//! The key `ci`.

use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ConfigError;
use crate::scalar::absent_if_null;

/// GitHub keeps runs and checks for 400 days at most.
const MONTHS: u32 = 13;
/// Months that can be asked for.
const ALLOWED: RangeInclusive<u32> = 1..=240;

/// The key `ci`. Where it is there, runs and bills of CI are imported without being asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ci {
    /// How the jobs of GitHub's runs are read: `batched` (default), those of twenty runs with a call; `exact`, a call for
    /// each run, which tells labels and waiting times of each job; `off`, not at all, and then those of GitLab neither.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<CiJobs>")]
    pub jobs: CiJobs,
    /// Ids of GitHub's cost centres, whose usage is on no other bill.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub cost_centers: Vec<String>,
    /// How many months of runs the first import reads, 13 by default, 240 at most. With more later the rest is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
}

/// The key `ci.jobs`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CiJobs {
    /// Those of twenty runs with a call.
    #[default]
    Batched,
    /// A call for each run.
    Exact,
    /// None.
    Off,
}

/// What of CI is imported, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiImport {
    /// How jobs are read.
    pub jobs: CiJobs,
    /// Cost centres that are asked for their bills.
    pub cost_centers: Vec<String>,
    /// Months of runs that the first import reads.
    pub months: u32,
}

impl Ci {
    /// What is imported.
    pub fn import(&self) -> CiImport {
        let months = self.months.unwrap_or(MONTHS);
        CiImport { jobs: self.jobs, cost_centers: self.cost_centers.clone(), months }
    }

    /// What is wrong although every key and type is right.
    pub(crate) fn check(&self, file: &str) -> Result<(), ConfigError> {
        if let Some(months) = self.months.filter(|months| !ALLOWED.contains(months)) {
            let message = format!("{months} is not between {} and {}", ALLOWED.start(), ALLOWED.end());
            return Err(ConfigError::at_key(file, "ci.months", message));
        }
        for (index, id) in self.cost_centers.iter().enumerate() {
            let key = format!("ci.cost_centers[{index}]");
            if id.trim().is_empty() {
                let message = "a cost centre needs its id, as GitHub's settings of billing show it";
                return Err(ConfigError::at_key(file, &key, message));
            }
            if self.cost_centers[..index].contains(id) {
                return Err(ConfigError::at_key(file, &key, format!("the cost centre {id} is listed twice")));
            }
        }
        Ok(())
    }
}
