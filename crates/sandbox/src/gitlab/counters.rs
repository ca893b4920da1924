//! What the simulated GitLab has counted.

use std::collections::BTreeMap;

/// What was counted since the server started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GitlabCounters {
    /// Requests, failed ones included.
    pub calls: u64,
    /// Requests by what they asked for: `issues`, `resource_label_events`, `graphql`, …
    pub by_list: BTreeMap<String, u64>,
    /// Faults that occurred, by name.
    pub faults: BTreeMap<String, u64>,
    /// Requests without a good token.
    pub unauthorized: u64,
}
