//! Google: tokens for a service account, and a BigQuery that holds the billing export and evaluates the queries that
//! it is asked, so that a wrong query gets the wrong result that the real one would give.

mod dataset;
mod export;
mod failure;
mod http;
mod job;
mod key;
mod numeric;
mod request;
mod sql;
mod tables;
mod token;
mod value;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock};

use super::bills::Bills;
use super::config::CloudConfig;
use super::fault::CloudFaultKind;
use super::state::{CloudState, lock};
use dataset::{DETAILED, Dataset, PRICING, Table};
use job::Jobs;

pub(crate) use http::router;
pub use key::GoogleKey;

/// Where the dataset is when it is not where it is looked for.
const ELSEWHERE: &str = "asia-south1";
/// Bytes of other rows when a query shall exceed its limit: 8 TiB.
const BALLAST: u64 = 8 << 40;

/// What Google remembers.
pub(crate) struct GoogleState {
    bills: Arc<Bills>,
    key: Option<Arc<GoogleKey>>,
    /// Made when they are first asked for.
    tables: OnceLock<Vec<Table>>,
    jobs: Jobs,
    tokens: Mutex<BTreeSet<String>>,
}

impl GoogleState {
    pub(crate) fn new(config: &CloudConfig) -> Self {
        let bills = Arc::clone(&config.bills);
        Self {
            tables: OnceLock::new(),
            bills,
            key: config.google_key.clone(),
            jobs: Jobs::default(),
            tokens: Mutex::default(),
        }
    }

    fn tables(&self) -> &[Table] {
        self.tables.get_or_init(|| dataset::tables(self.bills.google_account(), self.bills.google_charges()))
    }

    fn issue_token(&self, number: u64) -> String {
        let token = format!("ya29.sandbox-{number}");
        lock(&self.tokens).insert(token.clone());
        token
    }

    fn knows_token(&self, token: &str) -> bool {
        lock(&self.tokens).contains(token)
    }
}

/// The dataset as this call sees it.
fn dataset(state: &CloudState) -> Dataset {
    let google = &state.google;
    let mut tables = google.tables().to_vec();
    if state.occurs(CloudFaultKind::GoogleNoTable) {
        tables.retain(|table| table.name == PRICING);
    } else if state.occurs(CloudFaultKind::GoogleOnlyDetailed) {
        tables.retain(|table| table.name == PRICING || table.name.starts_with(DETAILED));
    }
    let is_elsewhere = state.occurs(CloudFaultKind::GoogleWrongLocation);
    Dataset {
        project: google.bills.google_project().to_owned(),
        name: google.bills.google_dataset().to_owned(),
        location: if is_elsewhere { ELSEWHERE } else { google.bills.google_location() }.to_owned(),
        tables,
        now: state.now(),
        ballast: if state.occurs(CloudFaultKind::GoogleBytesLimit) { BALLAST } else { 0 },
    }
}
