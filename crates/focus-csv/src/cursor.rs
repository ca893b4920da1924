//! The cursor of an import: the files that were read, their state, and the lines that they gave.

use std::collections::BTreeSet;

use model::{Instant, Month};
use serde::{Deserialize, Serialize};

use crate::bill_file::{BillFile, FileState};
use crate::ledger::Key;
use crate::settings::{CostColumn, Settings};

/// Form of the cursor. One of another form counts as none.
const VERSION: u32 = 1;

/// By which rules files are read. Files that were read by others are read again.
const READING: u32 = 2;

/// What was read when, and what of it is in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    version: u32,
    files: Vec<FileState>,
    pub(crate) cost: CostColumn,
    provider: Option<String>,
    #[serde(default)]
    parts: bool,
    #[serde(default)]
    reading: u32,
    /// These files count as read from this month on; `None` = all of their months.
    since: Option<Month>,
    /// Up to when the bills were known.
    pub(crate) covered_to: Instant,
    /// Lines of the ledger that this import made.
    pub(crate) lines: u64,
    /// Months that this source has emitted with lines and not emptied since, of this import or earlier ones.
    pub(crate) emitted: BTreeSet<Key>,
}

impl Cursor {
    /// The cursor of files that were just read.
    pub(crate) fn new(files: Vec<FileState>, settings: &Settings, since: Option<Month>, covered_to: Instant) -> Self {
        Self {
            version: VERSION,
            files,
            cost: settings.cost,
            provider: settings.provider.clone(),
            parts: settings.parts,
            reading: READING,
            since,
            covered_to,
            lines: 0,
            emitted: BTreeSet::new(),
        }
    }

    /// The cursor of an earlier import; `None` where there is none that can be read.
    pub(crate) fn read(text: Option<&str>) -> Option<Self> {
        let cursor: Self = serde_json::from_str(text?).ok()?;
        (cursor.version == VERSION).then_some(cursor)
    }

    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).expect("texts, numbers and lists of them are JSON")
    }

    /// Whether an import of these files by these settings would read what this one has read.
    pub(crate) fn is_of(&self, files: &[BillFile], settings: &Settings) -> bool {
        self.cost == settings.cost
            && self.provider == settings.provider
            && self.parts == settings.parts
            && self.reading == READING
            && self.files.iter().eq(files.iter().map(|file| &file.state))
    }

    /// Whether the months from this one on were read.
    pub(crate) fn covers(&self, since: Option<Month>) -> bool {
        self.since <= since
    }

    /// The month from which on these files count as read after another import from `since` on.
    pub(crate) fn widened(&self, since: Option<Month>) -> Option<Month> {
        self.since.min(since)
    }
}
