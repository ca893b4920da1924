//! Served data: records and rules, for each rule set.

use std::sync::Arc;

use model::Instant;
use model::columns::Raw;
use model::rules::{RuleSet, Rules};

/// One state of the data.
///
/// The rule sets may read the same data differently, so each has its own; `Err` says in words why it has none.
#[derive(Clone, Debug)]
pub struct Data {
    /// What rule set `flow` reads.
    pub flow: Result<Arc<Raw>, String>,
    /// What rule set `cto-stats` reads.
    pub cto_stats: Result<Arc<Raw>, String>,
    /// Changes whenever the data does.
    pub version: String,
    /// When it was loaded.
    pub loaded_at: Instant,
}

impl Data {
    /// What a rule set reads.
    pub fn of(&self, set: RuleSet) -> Result<&Arc<Raw>, &str> {
        match set {
            RuleSet::Flow => self.flow.as_ref().map_err(String::as_str),
            RuleSet::CtoStats => self.cto_stats.as_ref().map_err(String::as_str),
        }
    }
}

/// The configuration under each rule set.
#[derive(Clone, Debug)]
pub struct RulesBySet {
    /// The set that is used where none is asked for.
    pub usual: RuleSet,
    /// The configuration under `flow`, or why it cannot be used.
    pub flow: Result<Rules, String>,
    /// The configuration under `cto-stats`, or why it cannot be used.
    pub cto_stats: Result<Rules, String>,
}

impl RulesBySet {
    /// The configuration under a rule set.
    pub fn of(&self, set: RuleSet) -> Result<&Rules, &str> {
        match set {
            RuleSet::Flow => self.flow.as_ref().map_err(String::as_str),
            RuleSet::CtoStats => self.cto_stats.as_ref().map_err(String::as_str),
        }
    }

    /// The same, with what the configuration leaves to the data found there: boards that it names otherwise than by id, and
    /// teams that labels name.
    pub(crate) fn found_in(&self, data: &Data) -> Self {
        let mut found = self.clone();
        let sets = [(RuleSet::Flow, &mut found.flow), (RuleSet::CtoStats, &mut found.cto_stats)];
        for (set, rules) in sets {
            if let (Ok(rules), Ok(raw)) = (rules, data.of(set)) {
                rules.find_boards(&raw.projects);
                rules.find_teams(raw);
            }
        }
        found
    }
}
