//! What is remembered of a project's deployments between two imports.

use std::collections::BTreeMap;

use gitlab_client::Kept as List;
use model::Instant;
use model::instant::MICROS_PER_DAY;
use serde::{Deserialize, Serialize};

use super::convert::end;
use crate::wire;

/// The tier of environments of which a project may have thousands, one for each branch.
const OF_BRANCHES: &str = "development";

/// For so many days before the last change it is remembered when a deployment was over.
const REMEMBERED_DAYS: i64 = 90;

/// How far the list was read, and what it will not tell again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) list: List,
    /// Tiers of environments by their names, those of development aside. One that was deleted is listed no longer, and its
    /// deployments remain.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tiers: BTreeMap<String, String>,
    /// When deployments without a job, by their numbers, were first seen to be over: what is changed of one later changes
    /// the only time that GitLab tells of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    ended: BTreeMap<u64, Instant>,
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

    /// Whether deployments that were read before have another tier than they were stored with.
    pub(crate) fn differs_from(&self, tiers: &Tiers) -> bool {
        let known = |name: &String| self.tiers.get(name).map_or(OF_BRANCHES, String::as_str);
        self.list.watermark.is_some() && tiers.0.iter().any(|(name, tier)| known(name) != tier)
    }

    /// Remembers the tiers of all environments that are there.
    pub(crate) fn take(&mut self, tiers: &Tiers) {
        self.tiers.extend(tiers.0.clone());
        self.tiers.retain(|_, tier| tier != OF_BRANCHES);
    }

    /// When a deployment that has no job was first seen to be over, by this reading or an earlier one.
    pub(crate) fn ended(&mut self, wire: &wire::Deployment) -> Option<Instant> {
        let end = end(wire).filter(|_| wire.deployable.is_none())?;
        let first = self.ended.entry(wire.id).or_insert(end);
        *first = end.min(*first);
        Some(*first)
    }

    /// Forgets the ends of what will hardly be changed again.
    pub(crate) fn forget_old(&mut self) {
        let Some(watermark) = self.list.watermark else { return };
        let oldest = Instant::from_micros(watermark.micros() - REMEMBERED_DAYS * MICROS_PER_DAY);
        self.ended.retain(|_, ended| *ended >= oldest);
    }
}

/// Tiers of the environments that are there, by their names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tiers(pub(crate) BTreeMap<String, String>);

impl Tiers {
    /// The tier of an environment, or that which it had; empty where neither is known.
    pub(crate) fn of<'a>(&'a self, name: &str, kept: &'a Kept) -> &'a str {
        self.0.get(name).or_else(|| kept.tiers.get(name)).map_or("", String::as_str)
    }
}
