//! What a client needs to know, and how patient it is.

use std::time::Duration;

use crate::Credentials;

/// BigQuery's own address.
pub const DEFAULT_ENDPOINT: &str = "https://bigquery.googleapis.com";

/// The dataset that the export goes to when none is configured.
pub const DEFAULT_DATASET: &str = "billing_export";

/// Most bytes that one query may be billed for when nothing is configured: 100 GiB, about half a dollar.
///
/// The query reads six columns of the months that it asks for; an export of ten million rows a month stays below it.
pub const DEFAULT_MAXIMUM_BYTES_BILLED: u64 = 100 << 30;

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
    /// Tries, waits and timeouts.
    pub policy: Policy,
    /// Name and version of the program.
    pub user_agent: String,
}

/// Tries, waits and timeouts. The default suits Google.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often one request is sent while it fails (5xx, broken connections), the first time included.
    pub tries: u32,
    /// How often one request is sent while it meets a rate limit, the first time included.
    pub limit_tries: u32,
    /// Wait before the second try of a failed request; doubles with each further one.
    pub retry_delay: Duration,
    /// Wait for a rate limit that does not say when it lifts; doubles each time it is met again.
    pub limit_delay: Duration,
    /// Longest single wait, whatever the provider asks for.
    pub longest_delay: Duration,
    /// Wait before a query that is not done is asked for again; doubles up to ten times as long.
    pub poll_delay: Duration,
    /// How long a query may take altogether.
    pub query_patience: Duration,
    /// How long BigQuery holds one request of a query that is not done.
    pub server_wait: Duration,
    /// Rows per page, at most.
    pub page_size: u32,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Time for a request and its whole answer.
    pub request_timeout: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tries: 6,
            limit_tries: 8,
            retry_delay: Duration::from_secs(1),
            limit_delay: Duration::from_secs(10),
            longest_delay: Duration::from_mins(15),
            poll_delay: Duration::from_secs(1),
            query_patience: Duration::from_mins(15),
            server_wait: Duration::from_secs(10),
            page_size: 10_000,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_mins(1),
        }
    }
}

impl Policy {
    /// Wait before try number `next` (from 2) of a failed request.
    pub(crate) fn retry_delay_before(&self, next: u32) -> Duration {
        doubled(self.retry_delay, next.saturating_sub(2)).min(self.longest_delay)
    }

    /// Wait for a limit met for the `met`-th time (from 1).
    pub(crate) fn limit_delay_after(&self, met: u32) -> Duration {
        doubled(self.limit_delay, met.saturating_sub(1)).min(self.longest_delay)
    }

    /// Wait before the `asked`-th time (from 1) that a query's rows are asked for.
    pub(crate) fn poll_delay_before(&self, asked: u32) -> Duration {
        doubled(self.poll_delay, asked.saturating_sub(1)).min(self.poll_delay.saturating_mul(10))
    }
}

fn doubled(delay: Duration, times: u32) -> Duration {
    delay.saturating_mul(2_u32.saturating_pow(times.min(16)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_their_bound() {
        let policy = Policy::default();
        let seconds = |waits: Vec<Duration>| waits.into_iter().map(|wait| wait.as_secs()).collect::<Vec<_>>();
        assert_eq!(seconds((2..=6).map(|next| policy.retry_delay_before(next)).collect()), [1, 2, 4, 8, 16]);
        assert_eq!(
            seconds((1..=8).map(|met| policy.limit_delay_after(met)).collect()),
            [10, 20, 40, 80, 160, 320, 640, 900]
        );
        assert_eq!(seconds((1..=6).map(|asked| policy.poll_delay_before(asked)).collect()), [1, 2, 4, 8, 10, 10]);
    }
}
