//! What is remembered of the runs of a repository between two imports.

use std::collections::BTreeMap;

use model::Instant;
use model::instant::MICROS_PER_DAY;
use serde::{Deserialize, Serialize};

use crate::ci::All;

/// Runs made so many days before the last import are read again: they may not have ended then.
pub(crate) const RECENT_DAYS: i64 = 3;
/// Runs made so many days ago may be started again.
pub(crate) const RESTART_DAYS: i64 = 31;
/// After so many days those are read again that may have been started again.
const DAYS_BETWEEN_LOOKS: i64 = 7;

/// No workflow ran before: GitHub Actions was first offered then.
pub(crate) const FIRST_RUN: Instant = Instant::from_seconds(1_538_352_000);

/// How far runs were read: those of single workflows, and those of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(default)]
    workflows: BTreeMap<String, Workflow>,
    /// All runs; `None` where they were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) all: Option<All>,
}

/// How far the runs of a workflow were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Workflow {
    /// Runs made before were read.
    until: Instant,
    /// When those were last read that may have been started again.
    looked_back: Instant,
}

impl Kept {
    /// Reads a stored cursor. One that cannot be read counts as none.
    pub(crate) fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts can always be written as JSON")
    }

    /// From when on the runs of a workflow are asked for, in an import at `at`; `None`: from the first.
    pub(crate) fn begin(&self, workflow: &str, at: Instant) -> Option<Instant> {
        let known = self.workflows.get(workflow)?;
        let days = if looks_back(known.looked_back, at) { RESTART_DAYS } else { RECENT_DAYS };
        Some(days_before(known.until, days))
    }

    /// All runs of a workflow that were made before `until` are stored. `whole_since` says from when on they were read.
    pub(crate) fn note(&mut self, workflow: &str, until: Instant, whole_since: Instant) {
        let known = self.workflows.get(workflow).copied();
        let looked_back = match known {
            // Those of the last month were read in one import.
            _ if whole_since <= days_before(until, RESTART_DAYS) => until,
            Some(known) => known.looked_back,
            None => whole_since,
        };
        self.workflows.insert(workflow.to_owned(), Workflow { until, looked_back });
    }

    /// Whether nothing is known of a workflow.
    pub(crate) fn is_new(&self, workflow: &str) -> bool {
        !self.workflows.contains_key(workflow)
    }

    /// Forgets the workflows, so that all runs are read again.
    pub(crate) fn forget_workflows(&mut self) {
        self.workflows.clear();
    }
}

/// Whether those are to be read again that may have been started again, and were last read then.
pub(crate) fn looks_back(last: Instant, at: Instant) -> bool {
    days_before(at, DAYS_BETWEEN_LOOKS) >= last
}

pub(crate) fn days_before(at: Instant, days: i64) -> Instant {
    Instant::from_micros(at.micros().saturating_sub(days * MICROS_PER_DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Instant {
        Instant::from_micros(day * MICROS_PER_DAY)
    }

    #[test]
    fn recent_runs_are_read_again_and_once_a_week_those_of_a_month() {
        let mut kept = Kept::default();
        assert_eq!(kept.begin("deploy.yml", day(100)), None);
        kept.note("deploy.yml", day(100), day(0));
        let mut begins = Vec::new();
        for today in 101..=108 {
            let begin = kept.begin("deploy.yml", day(today)).expect("known");
            kept.note("deploy.yml", day(today), begin);
            begins.push(begin.micros() / MICROS_PER_DAY);
        }
        assert_eq!(begins, [97, 98, 99, 100, 101, 102, 75, 104]);
        assert_eq!(kept.begin("other.yml", day(108)), None, "each workflow by itself");
        kept.forget_workflows();
        assert_eq!(kept.begin("deploy.yml", day(108)), None);
    }

    #[test]
    fn a_first_import_that_was_interrupted_goes_on_where_it_was() {
        let mut kept = Kept::default();
        kept.note("deploy.yml", day(40), day(30));
        assert_eq!(kept.begin("deploy.yml", day(100)), Some(day(9)), "and looks back, since nothing did");
    }

    #[test]
    fn a_cursor_survives_being_stored_and_nonsense_counts_as_none() {
        let mut kept = Kept::default();
        kept.note("deploy.yml", day(40), day(30));
        assert_eq!(Kept::read(Some(&kept.write())), kept);
        assert_eq!(Kept::read(Some("{\"workflows\":7}")), Kept::default());
        assert_eq!(Kept::read(None), Kept::default());
    }
}
