//! Configuration of the simulated clouds: bills, quotas, clock.

use std::fmt;
use std::sync::Arc;

use model::Instant;

use super::bills::Bills;
use super::fault::CloudFault;
use super::google::GoogleKey;

/// A clock of the provider.
pub type ProviderClock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// How much Azure lets itself be asked, for each tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AzureQuota {
    /// Query units in 10 seconds.
    pub per_10_seconds: u64,
    /// Query units in a minute.
    pub per_minute: u64,
    /// Query units in an hour.
    pub per_hour: u64,
    /// Queries and pages of one scope in a minute; `None`: as many as one likes.
    pub calls_per_scope_and_minute: Option<u64>,
}

impl Default for AzureQuota {
    /// Microsoft's numbers: 12, 60 and 600.
    fn default() -> Self {
        Self { per_10_seconds: 12, per_minute: 60, per_hour: 600, calls_per_scope_and_minute: None }
    }
}

/// How the clouds are served.
#[derive(Clone)]
pub struct CloudConfig {
    /// What is billed.
    pub bills: Arc<Bills>,
    /// The provider's clock: dates and the windows of the quota go by it. `None`: dates stand still at the end of the
    /// bills, or at the view's instant when GitHub is served too, and the windows go by real time.
    pub clock: Option<ProviderClock>,
    /// Azure's quota.
    pub quota: AzureQuota,
    /// Rows on a page of Azure.
    pub page_rows: usize,
    /// What goes wrong.
    pub faults: Vec<CloudFault>,
    /// Azure's only good client secret; `None`: any is good.
    pub client_secret: Option<String>,
    /// Key of Google's service account; `None`: any signed assertion is good.
    pub google_key: Option<Arc<GoogleKey>>,
}

impl CloudConfig {
    /// Serves some bills: Microsoft's quota, 50 rows on a page, no faults, any secret, dates that stand still.
    pub fn new(bills: Arc<Bills>) -> Self {
        Self {
            bills,
            clock: None,
            quota: AzureQuota::default(),
            page_rows: 50,
            faults: Vec::new(),
            client_secret: None,
            google_key: None,
        }
    }
}

impl fmt::Debug for CloudConfig {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudConfig")
            .field("quota", &self.quota)
            .field("page_rows", &self.page_rows)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
