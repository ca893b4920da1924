//! Groups of cloud services, in both spellings of the original.

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
