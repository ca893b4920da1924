//! What is remembered of a group's merge requests between two imports.

use std::collections::BTreeSet;

use gitlab_client::{Kept as List, Span};
use serde::{Deserialize, Serialize};
use source::Window;

/// How far the list was read, and with what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) list: List,
    /// Paths of the projects whose merge requests are all stored with their folders.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) with_folders: BTreeSet<String>,
}

impl Kept {
    /// Reads a stored cursor. One that cannot be read counts as none: everything is read again.
    pub(crate) fn read(stored: Option<&str>) -> Self {
        stored.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// The form that is stored.
    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers can always be written as JSON")
    }

    /// What to ask for: everything where the folders of some projects were not asked for before.
    pub(crate) fn span(&self, window: Window, with_folders: &BTreeSet<String>) -> Span {
        let lacks_some = self.list.watermark.is_some() && !with_folders.is_subset(&self.with_folders);
        self.list.span(Window { full: window.full || (lacks_some && window.since.is_none()), ..window })
    }
}
