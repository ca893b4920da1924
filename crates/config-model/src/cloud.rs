//! Groups of cloud services, in both spellings of the original.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scalar::absent_if_null;

/// How cloud spending is grouped: `cloud_spending` (older) or `cloudspending` (newer).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloudSpending {
    /// Keep only these services (older key only).
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub services: Vec<String>,
    /// Groups of services, or plain service names as a flat filter.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<ServiceEntry>>")]
    pub detailed_service: Vec<ServiceEntry>,
    /// Comparisons of groups.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<Comparison>>")]
    pub compared_service: Vec<Comparison>,
    /// Bills in FOCUS files, of any provider.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<FocusFiles>>")]
    pub focus: Vec<FocusFiles>,
    /// What bills call a provider beside the usual names, `azure: [Contoso Cloud]`: one provider under one name.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<BTreeMap<String, Vec<String>>>")]
    pub providers: BTreeMap<String, Vec<String>>,
    /// Whether what GitHub bills for CI is one of the bills (default); `false` where a bill of a cloud holds it.
    #[serde(default)]
    pub ci: Option<bool>,
}

/// FOCUS files of one export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FocusFiles {
    /// The files, `exports/*.csv.gz`: CSV, plain or gzip, relative to the working folder.
    pub path: String,
    /// Which cost is taken: `billed` (default) as on the invoice, or `effective`.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<FocusCost>")]
    pub cost: FocusCost,
    /// Provider, by default as the files name it.
    #[serde(default)]
    pub provider: Option<String>,
    /// All files are parts of one bill and add up, whatever days they bill. By default the newest counts of those that
    /// bill the same days of an account.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<bool>")]
    pub parts: bool,
}

/// Which cost of a FOCUS file is taken. The two are never added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FocusCost {
    /// `BilledCost`.
    #[default]
    Billed,
    /// `EffectiveCost`: commitments are spread over their term.
    Effective,
}

/// A group, or the name of one service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a service name, or a group `{name: ..., services: [...]}`")]
pub enum ServiceEntry {
    /// A service by name.
    Service(String),
    /// A named group.
    Group(Group),
}

/// A named group of services.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Name of the group.
    pub name: String,
    /// Its services, by the provider's names.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<String>>")]
    pub services: Vec<String>,
}

/// Groups that are set against each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// Name of the comparison.
    pub name: String,
    /// Its groups.
    #[serde(default, deserialize_with = "absent_if_null")]
    #[schemars(with = "Option<Vec<Group>>")]
    pub groups: Vec<Group>,
}
