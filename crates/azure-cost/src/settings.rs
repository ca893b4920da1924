//! What a client needs to know, and how patient it is.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

/// Where Microsoft's public cloud gives out tokens.
pub const PUBLIC_AUTHORITY_HOST: &str = "https://login.microsoftonline.com";

/// Where Azure Resource Manager of Microsoft's public cloud is.
pub const PUBLIC_ENDPOINT: &str = "https://management.azure.com";

/// Version of the query API that this crate is tested with: the oldest that is still documented, so that sovereign
/// clouds have it too.
pub const DEFAULT_API_VERSION: &str = "2023-03-01";

/// How this program calls itself.
pub const DEFAULT_CLIENT_TYPE: &str = "cto-metrics";

/// Where Azure is, who asks, for what, and how politely. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where tokens come from: [`PUBLIC_AUTHORITY_HOST`], or a sovereign cloud's.
    pub authority_host: String,
    /// Azure Resource Manager: [`PUBLIC_ENDPOINT`], or a sovereign cloud's. It may have a path.
    pub endpoint: String,
    /// Who asks.
    pub credential: Credential,
    /// `api-version` of the query API.
    pub api_version: String,
    /// Which of the two bills is read.
    pub cost_type: CostType,
    /// Query units that the tenant has, as far as is known before Azure says so itself.
    pub quota: Quota,
    /// Tries, waits and timeouts.
    pub policy: Policy,
    /// Header `ClientType`, without which all programs that send none share one limit; also begins the user agent.
    pub client_type: String,
}

impl Settings {
    /// Microsoft's public cloud, actual costs and the usual quota.
    pub fn public_cloud(credential: Credential) -> Self {
        Self {
            authority_host: PUBLIC_AUTHORITY_HOST.to_owned(),
            endpoint: PUBLIC_ENDPOINT.to_owned(),
            credential,
            api_version: DEFAULT_API_VERSION.to_owned(),
            cost_type: CostType::default(),
            quota: Quota::default(),
            policy: Policy::default(),
            client_type: DEFAULT_CLIENT_TYPE.to_owned(),
        }
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An application with a client secret. It is used alone: when it does not work, that is an error.
    ClientSecret {
        /// Id or domain of the tenant, `AZURE_TENANT_ID`.
        tenant: String,
        /// Id of the application, `AZURE_CLIENT_ID`.
        client: String,
        /// The secret's value, `AZURE_CLIENT_SECRET`.
        secret: SecretString,
    },
    /// What the platform has.
    ///
    /// With a federated token file workload identity, which is then used alone; without one a managed identity (of App
    /// Service or of a virtual machine), else the Azure CLI.
    Chain {
        /// Id or domain of the tenant, `AZURE_TENANT_ID`: needed by workload identity, respected by the Azure CLI.
        tenant: Option<String>,
        /// Id of the application, `AZURE_CLIENT_ID`: needed by workload identity; picks a user-assigned managed identity.
        client: Option<String>,
        /// The token that the platform keeps in a file, `AZURE_FEDERATED_TOKEN_FILE`.
        federated_token_file: Option<PathBuf>,
    },
}

/// Which costs are asked for. They are never added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CostType {
    /// What is billed when it is billed: a reservation counts in the month in which it was bought.
    #[default]
    Actual,
    /// Purchases are spread over the time that they serve.
    Amortized,
}

impl CostType {
    /// As the query API calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actual => "ActualCost",
            Self::Amortized => "AmortizedCost",
        }
    }
}

/// Query units of a tenant. One unit is one month of data asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// In 10 seconds.
    pub per_10_seconds: u32,
    /// In a minute.
    pub per_minute: u32,
    /// In an hour.
    pub per_hour: u32,
}

impl Default for Quota {
    fn default() -> Self {
        Self { per_10_seconds: 12, per_minute: 60, per_hour: 600 }
    }
}

/// Tries, waits and timeouts. The default suits Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often one request is sent while it fails (5xx, timeouts, broken connections), the first time included.
    pub tries: u32,
    /// How often one request is sent while it meets limits, the first time included.
    pub limit_tries: u32,
    /// Wait before the second try of a failed request; doubles with each further one.
    pub retry_delay: Duration,
    /// Longest wait between two tries of a failed request.
    pub longest_retry_delay: Duration,
    /// Wait for a limit that does not say when it lifts; doubles each time it is met again.
    pub limit_delay: Duration,
    /// Longest single wait for a limit that was met. Pacing, which keeps limits from being met, waits as long as it must.
    pub longest_limit_delay: Duration,
    /// Added to the time after which query units are taken to be free again, and to waits that Azure names.
    pub slack: Duration,
    /// Time to connect.
    pub connect_timeout: Duration,
    /// Time for a request and its whole answer.
    pub request_timeout: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tries: 6,
            limit_tries: 10,
            retry_delay: Duration::from_secs(1),
            longest_retry_delay: Duration::from_secs(30),
            limit_delay: Duration::from_mins(1),
            longest_limit_delay: Duration::from_hours(1) + Duration::from_mins(1),
            slack: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_mins(2),
        }
    }
}

impl Policy {
    /// The same number of tries with next to no waiting, for tests against a simulated provider on a real clock.
    ///
    /// Waits that the provider names are cut to 20 ms as well; pacing is not: give such a test a large [`Quota`].
    pub fn hurried() -> Self {
        Self {
            retry_delay: Duration::from_millis(1),
            longest_retry_delay: Duration::from_millis(5),
            limit_delay: Duration::from_millis(5),
            longest_limit_delay: Duration::from_millis(20),
            slack: Duration::ZERO,
            ..Self::default()
        }
    }

    /// Wait before try number `next` (from 2) of a failed request.
    pub(crate) fn retry_delay_before(&self, next: u32) -> Duration {
        doubled(self.retry_delay, next.saturating_sub(2)).min(self.longest_retry_delay)
    }

    /// Wait for a limit met for the `met`-th time (from 1): what was `asked` for, else longer each time.
    pub(crate) fn limit_delay(&self, met: u32, asked: Option<Duration>) -> Duration {
        let unasked = || doubled(self.limit_delay, met.saturating_sub(1));
        asked.map_or_else(unasked, |asked| asked + self.slack).min(self.longest_limit_delay)
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
        let seconds: Vec<u64> = (2..=8).map(|next| policy.retry_delay_before(next).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        let minutes: Vec<u64> = (1..=7).map(|met| policy.limit_delay(met, None).as_secs() / 60).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 61]);
    }

    #[test]
    fn a_wait_that_azure_names_is_kept_and_a_little_more() {
        let policy = Policy::default();
        assert_eq!(policy.limit_delay(5, Some(Duration::from_secs(8))), Duration::from_secs(9));
        assert_eq!(policy.limit_delay(1, Some(Duration::from_hours(9))), policy.longest_limit_delay);
    }

    #[test]
    fn no_secret_is_in_debug_output() {
        let credential = Credential::ClientSecret { tenant: "t".into(), client: "c".into(), secret: "hunter2".into() };
        let shown = format!("{:?}", Settings::public_cloud(credential));
        assert!(shown.contains("REDACTED") && !shown.contains("hunter2"), "{shown}");
    }
}
