//! Settings of the client: endpoint, dataset, limit of billed bytes, retries.

use std::time::Duration;

use provider::{Policy, doubled};

use crate::Credentials;

/// BigQuery's own address.
pub const DEFAULT_ENDPOINT: &str = "https://bigquery.googleapis.com";

/// The dataset that the export goes to when none is configured.
pub const DEFAULT_DATASET: &str = "billing_export";

/// Most bytes that one query may be billed for when nothing is configured: 100 GiB, about half a dollar.
///
/// The query reads six columns of the months that it asks for; an export of ten million rows a month stays below it.
pub const DEFAULT_MAXIMUM_BYTES_BILLED: u64 = 100 << 30;

/// What suits Google.
pub const DEFAULT_POLICY: Policy = Policy {
    limit_tries: 8,
    longest_retry_delay: Duration::from_mins(15),
    limit_delay: Duration::from_secs(10),
    longest_limit_delay: Duration::from_mins(15),
    slack: Duration::ZERO,
    ..Policy::USUAL
};

/// Where the export is, who asks, and how patiently. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Settings {
    /// BigQuery: [`DEFAULT_ENDPOINT`], or another https address; plain http on this machine only.
    pub endpoint: String,
    /// Project that runs the query and pays for it.
    pub project: String,
    /// Billing account, `01AB23-CD45EF-678901`: names the table, and the account in the ledger.
    pub billing_account: String,
    /// Dataset of the export, usually [`DEFAULT_DATASET`]; `PROJECT.DATASET` where it is in another project.
    pub dataset: String,
    /// Table of the export; without, the standard one: `gcp_billing_export_v1_` and the account with underscores.
    pub table: Option<String>,
    /// Location of the dataset, `EU`; without, what the table says. One that differs from the table's is an error.
    pub location: Option<String>,
    /// Most bytes that one query may be billed for; without, [`DEFAULT_MAXIMUM_BYTES_BILLED`].
    pub maximum_bytes_billed: Option<u64>,
    /// Who asks.
    pub credentials: Credentials,
    /// Tries, waits and timeouts. The slack is not used.
    pub policy: Policy,
    /// How the query is waited for and read.
    pub querying: Querying,
    /// Name and version of the program.
    pub user_agent: String,
}

/// How the query is waited for and read. The default suits Google.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Querying {
    /// Wait before a query that is not done is asked for again; doubles up to ten times as long.
    pub poll_delay: Duration,
    /// How long a query may take altogether.
    pub patience: Duration,
    /// How long BigQuery holds one request of a query that is not done.
    pub server_wait: Duration,
    /// Rows per page, at most.
    pub page_size: u32,
}

impl Default for Querying {
    fn default() -> Self {
        Self {
            poll_delay: Duration::from_secs(1),
            patience: Duration::from_mins(15),
            server_wait: Duration::from_secs(10),
            page_size: 10_000,
        }
    }
}

impl Querying {
    /// Wait before the `asked`-th time (from 1) that a query's rows are asked for.
    pub(crate) fn poll_delay_before(&self, asked: u32) -> Duration {
        doubled(self.poll_delay, asked.saturating_sub(1)).min(self.poll_delay.saturating_mul(10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_bound() {
        let seconds = |waits: Vec<Duration>| waits.into_iter().map(|wait| wait.as_secs()).collect::<Vec<_>>();
        let (policy, querying) = (DEFAULT_POLICY, Querying::default());
        assert_eq!(seconds((2..=6).map(|next| policy.retry_delay_before(next)).collect()), [1, 2, 4, 8, 16]);
        assert_eq!(
            seconds((1..=8).map(|met| policy.limit_delay_after(met)).collect()),
            [10, 20, 40, 80, 160, 320, 640, 900]
        );
        assert_eq!(seconds((1..=6).map(|asked| querying.poll_delay_before(asked)).collect()), [1, 2, 4, 8, 10, 10]);
    }
}
