//! Totals and distributions for monitoring systems, over everything that is known at an instant.
//!
//! Two sets of names for the same facts: ours, and those of em-metrics, whose durations are minutes. What counts, and when a
//! duration begins and ends, is as in the tables: `docs/metrics.md`. Series carry a team only where exactly one has the
//! repository, or the pull request, since a label has one value.

mod deliveries;
mod pull_requests;
mod semantic;
mod tickets;

use std::collections::HashMap;

use model::Instant;
use model::columns::Raw;
use model::rules::{RuleSet, Rules};
use model::series::{Family, Labels};

use crate::selection::Chosen;

const MICROS_PER_SECOND: f64 = 1e6;
const MICROS_PER_MINUTE: f64 = 60e6;

/// All families that anything is known of, each with at most [`MOST_SERIES`](model::series::MOST_SERIES) series; none under
/// `cto-stats`. Without `as_of` those of the end of the data.
pub fn families(raw: &Raw, rules: &Rules, as_of: Option<Instant>) -> Vec<Family> {
    let Some(as_of) = as_of.or(raw.as_of).filter(|_| rules.set == RuleSet::Flow) else { return Vec::new() };
    let mut families = deliveries::families(raw, rules, as_of);
    families.extend(pull_requests::families(raw, rules, as_of));
    families.extend(tickets::families(raw, rules, as_of));
    if rules.semantic_metrics {
        families.extend(semantic::families(raw, rules, as_of));
    }
    families.retain(|family| !family.series.is_empty());
    for family in &mut families {
        family.bound();
    }
    families
}

/// The labels of a series; empty ones are left out.
fn labels<const N: usize>(labels: [(&'static str, &str); N]) -> Labels {
    let told = labels.into_iter().filter(|(_, value)| !value.is_empty());
    told.map(|(name, value)| (name.into(), value.to_owned())).collect()
}

/// Which team has a repository.
struct TeamOfRepository<'a> {
    teams: Vec<(&'a str, Chosen)>,
    known: HashMap<String, &'a str>,
}

impl<'a> TeamOfRepository<'a> {
    fn new(rules: &'a Rules) -> Self {
        Self { teams: Chosen::everything().by_team(rules).collect(), known: HashMap::new() }
    }

    /// The one that has `org/name`; empty where none has, or several.
    fn one(&mut self, full_name: &str) -> &'a str {
        if let Some(known) = self.known.get(full_name) {
            return known;
        }
        let mut having = self.teams.iter().filter(|(_, of_team)| of_team.delivers_from(full_name));
        let one = having.next().filter(|_| having.next().is_none()).map_or("", |(name, _)| name);
        self.known.insert(full_name.to_owned(), one);
        one
    }
}
