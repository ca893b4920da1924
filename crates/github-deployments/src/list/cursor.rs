//! What is remembered of a list between two imports.

use std::collections::BTreeMap;

use model::Instant;
use model::instant::MICROS_PER_DAY;
use provider::cursor::{Cursor, Known, Plan};
use serde::{Deserialize, Serialize};
use source::Window;

use super::List;

/// How far the list was read, and which of its entries have to be read again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// How far it was read.
    #[serde(default)]
    pub(crate) list: Cursor,
    /// How many entries the survey counted when it was last read as far as its newest one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) total: Option<u64>,
    /// Ids of the entries that wait for their end, and when they were made.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) waiting: BTreeMap<String, Instant>,
}

impl Kept {
    /// Reads a stored cursor. One that cannot be read counts as none: everything is read again.
    pub(crate) fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts can always be written as JSON")
    }

    /// What to do for this window. Where entries may come in late, others than before are a change too.
    pub(crate) fn plan<L: List>(&self, window: Window, known: Known, generation: i64) -> Plan {
        let plan = self.list.plan(window, known, generation);
        let has_others = L::MAY_COME_LATE && known.total > 0 && self.total.is_some_and(|total| total != known.total);
        match (plan, self.list.watermark) {
            (Plan::Nothing, Some(since)) if has_others && window.since.is_none() => {
                Plan::Changes { since, moves_watermark: true }
            }
            (plan, _) => plan,
        }
    }

    /// Whether so many entries behind the watermark explain how many there are by now.
    pub(crate) fn explains<L: List>(&self, new: u64, known: Known) -> bool {
        !L::MAY_COME_LATE || self.total.is_none_or(|total| total + new == known.total)
    }

    /// Takes note of an entry that was read at some time.
    pub(crate) fn note<L: List>(&mut self, id: &str, created_at: Instant, waits: bool, at: Instant) {
        if waits && is_waited_for::<L>(created_at, at) {
            self.waiting.insert(id.to_owned(), created_at);
        } else {
            self.waiting.remove(id);
        }
    }

    /// Forgets what has waited too long.
    pub(crate) fn give_up<L: List>(&mut self, at: Instant) {
        self.waiting.retain(|_, created_at| is_waited_for::<L>(*created_at, at));
    }
}

fn is_waited_for<L: List>(created_at: Instant, at: Instant) -> bool {
    L::WAITING_DAYS.is_none_or(|days| created_at.micros() >= at.micros() - days * MICROS_PER_DAY)
}
