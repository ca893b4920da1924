//! Settings of the client: addresses, credential, API version, cost type, quota, retries.

use std::path::PathBuf;
use std::time::Duration;

use provider::Policy;
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

/// What suits Azure.
pub const DEFAULT_POLICY: Policy = Policy { request_timeout: Duration::from_mins(2), ..Policy::USUAL };

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
    /// Tries, waits and timeouts. The slack is also added to the time after which query units are taken to be free again.
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
            policy: DEFAULT_POLICY,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_in_debug_output() {
        let credential = Credential::ClientSecret { tenant: "t".into(), client: "c".into(), secret: "hunter2".into() };
        let shown = format!("{:?}", Settings::public_cloud(credential));
        assert!(shown.contains("REDACTED") && !shown.contains("hunter2"), "{shown}");
    }
}
