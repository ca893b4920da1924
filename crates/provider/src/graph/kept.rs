//! What is remembered of a commit graph between two imports.

use std::collections::BTreeSet;

use model::Instant;
use model::instant::MICROS_PER_DAY;
use serde::{Deserialize, Serialize};

/// So many days before the oldest deployment the graph begins: changes are older than their deployments.
const DAYS_BEFORE: i64 = 90;

/// How far back the graph is read, and which commits need not be asked for again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Older commits are not read. It is lowered where older deployments are found, and never raised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Instant>,
    /// How many deployments and releases the survey counted when the graph was last whole, where it counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted: Option<u64>,
    /// Ids of commits that are not there: a force push has dropped them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub gone: BTreeSet<String>,
    /// Ids of parents that are older than `since`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub before: BTreeSet<String>,
}

impl Kept {
    /// Reads a stored cursor. One that cannot be read counts as none.
    pub fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub fn write(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts can always be written as JSON")
    }

    /// Where the graph begins, once the oldest deployment is known; `None` where nothing was ever deployed.
    pub fn lower(&mut self, oldest: Option<Instant>) -> Option<Instant> {
        let wanted = oldest.map(|at| Instant::from_micros(at.micros().saturating_sub(DAYS_BEFORE * MICROS_PER_DAY)));
        if let Some(wanted) = wanted
            && self.since.is_none_or(|since| wanted < since)
        {
            self.since = Some(wanted);
            self.before.clear();
        }
        self.since
    }

    /// Forgets which commits are not there and which are too old, so that they are asked for again.
    pub(super) fn forget_absent(&mut self) {
        self.gone.clear();
        self.before.clear();
    }

    /// Whether a commit need not be asked for.
    pub fn leaves_out(&self, sha: &str) -> bool {
        self.gone.contains(sha) || self.before.contains(sha)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Instant {
        Instant::from_micros(day * MICROS_PER_DAY)
    }

    #[test]
    fn where_the_graph_begins_is_lowered_and_never_raised() {
        let mut kept = Kept::default();
        assert_eq!(kept.lower(None), None);
        assert_eq!(kept.lower(Some(day(200))), Some(day(110)));
        kept.before.insert("c1".to_owned());
        for later in [Some(day(300)), Some(day(200)), None] {
            assert_eq!(kept.lower(later), Some(day(110)));
            assert!(kept.leaves_out("c1"));
        }
        assert_eq!(kept.lower(Some(day(199))), Some(day(109)));
        assert!(!kept.leaves_out("c1"), "what was older than the graph may be in it now");
    }

    #[test]
    fn a_cursor_survives_being_stored_and_nonsense_counts_as_none() {
        let ids = |id: &str| BTreeSet::from([id.to_owned()]);
        let kept = Kept { since: Some(day(1)), counted: Some(3), gone: ids("c1"), before: ids("c2") };
        assert_eq!(Kept::read(Some(&kept.write())), kept);
        assert_eq!(Kept::read(Some("{\"since\":")), Kept::default());
        assert_eq!(Kept::read(None), Kept::default());
    }
}
