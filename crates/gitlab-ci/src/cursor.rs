//! What is remembered of a project's pipelines between two imports.

use std::collections::BTreeMap;

use gitlab_client::Kept as List;
use model::Instant;
use serde::{Deserialize, Serialize};
use source::Window;

use crate::wire::Pipeline;

/// How far the lists were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The list of pipelines.
    #[serde(default)]
    pub(crate) own: List,
    /// The list of those that another pipeline has started.
    #[serde(default)]
    pub(crate) children: List,
    /// Since when pipelines were read; `None` where none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Instant>,
    /// The highest number of a job that was read; `None` where jobs were left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) jobs: Option<u64>,
    /// The highest number of a pipeline of which anything was read.
    #[serde(default)]
    pub(crate) pipelines: u64,
    /// Pipelines whose last change the next import is told once more, with that change.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    recent: BTreeMap<u64, Instant>,
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

    /// Whether a pipeline is as it was when it was read before.
    pub(crate) fn knows(&self, pipeline: &Pipeline) -> bool {
        self.recent.get(&pipeline.id) == Some(&pipeline.updated_at.0)
    }

    /// Remembers that these lists were read to their ends, from `deepest` on or from where they had been left.
    pub(crate) fn take(&mut self, own: &[Pipeline], children: &[Pipeline], deepest: Instant) {
        let last = |list: &[Pipeline]| list.iter().map(|pipeline| pipeline.updated_at.0).max();
        (self.own, self.children) = (self.own.after(last(own)), self.children.after(last(children)));
        self.from = Some(self.from.map_or(deepest, |from| from.min(deepest)));
        for pipeline in own.iter().chain(children) {
            self.pipelines = self.pipelines.max(pipeline.id);
            self.recent.insert(pipeline.id, pipeline.updated_at.0);
        }
        // The next import is told once more from a little before the last change on. A list without a change has nothing.
        let told_again = [&self.own, &self.children].into_iter().filter_map(|list| list.span(Window::default()).since);
        let since = told_again.min();
        self.recent.retain(|_, changed_at| since.is_some_and(|since| *changed_at >= since));
    }
}
