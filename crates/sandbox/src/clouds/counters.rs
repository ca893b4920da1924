//! Request counters of the simulated clouds.

use std::collections::BTreeMap;

/// What the cloud server has counted since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloudCounters {
    /// Requests of all kinds, failed ones included.
    pub calls: u64,
    /// Requests by kind: `azure-token`, `azure-scope`, `azure-query`, `azure-page`, `google-…`.
    pub by_kind: BTreeMap<String, u64>,
    /// Query units that Azure has charged.
    pub units: u64,
    /// Query units by scope (`subscriptions/…`).
    pub units_by_scope: BTreeMap<String, u64>,
    /// Replies with 429, by quota or by fault.
    pub throttled: u64,
    /// Queries of Azure that came before a wait that a 429 had asked for was over.
    pub too_early: u64,
    /// Requests without a good token or secret.
    pub unauthorized: u64,
    /// Requests that were refused as wrong: 400 and 405.
    pub refused: u64,
    /// Faults that occurred, by name.
    pub faults: BTreeMap<String, u64>,
    /// Values of the header `ClientType` on queries of Azure, with their number; empty text for none.
    pub client_types: BTreeMap<String, u64>,
}

impl CloudCounters {
    /// Requests of a kind.
    pub fn of(&self, kind: &str) -> u64 {
        self.by_kind.get(kind).copied().unwrap_or_default()
    }
}
