//! The key `report`.

use std::collections::BTreeMap;

use model::report::{MEASURES, ReportRules, Target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ConfigError;

/// The monthly report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Measures by which services and teams are coloured: `change_lead_time`, `change_failure_rate`, `recovery_time`, `rework_rate`
    /// (these by default) and `deployments`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scored: Vec<String>,
    /// Targets by measure, `<= 0.05` or `>= 0.95`: shares from 0 to 1, durations in the unit of the measure's column (days,
    /// hours, minutes). Without targets nothing is red.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub targets: BTreeMap<String, String>,
}

impl Report {
    /// What is wrong although every key and type is right.
    pub(crate) fn check(&self, file: &str) -> Result<(), ConfigError> {
        let known = MEASURES.join(", ");
        let unknown = self.scored.iter().position(|name| !MEASURES.contains(&name.as_str()));
        if let Some(index) = unknown {
            let name = &self.scored[index];
            let message = format!("no measure is called {name}: there are {known}");
            return Err(ConfigError::at_key(file, &format!("report.scored[{index}]"), message));
        }
        for (name, text) in &self.targets {
            let key = format!("report.targets.{name}");
            if !MEASURES.contains(&name.as_str()) {
                return Err(ConfigError::at_key(file, &key, format!("no measure is called {name}: there are {known}")));
            }
            if Target::parse(text).is_none() {
                let message = format!("{text} is no target: write \"<= 0.05\" or \">= 0.95\"");
                return Err(ConfigError::at_key(file, &key, message));
            }
        }
        Ok(())
    }

    pub(crate) fn rules(&self) -> ReportRules {
        let target = |(name, text): (&String, &String)| Some((name.clone(), Target::parse(text)?));
        ReportRules { scored: self.scored.clone(), targets: self.targets.iter().filter_map(target).collect() }
    }
}
