//! A simulated Azure, a client and one import.

use std::sync::Arc;

use azure_cost::{AzureClient, AzureCostSource, CostScope, Credential, DEFAULT_POLICY, Settings};
pub(crate) use connector_testing::at;
use connector_testing::{Memory, Told, VirtualClock};
use model::records::CloudCost;
use model::{Instant, Month};
use provider::Policy;
use source::{Clock as _, Progress, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer};

use crate::provider::{NOW, Provider};

pub(crate) const SECRET: &str = "secret-not-to-be-seen";

pub(crate) struct Setting {
    pub(crate) server: MockServer,
    pub(crate) provider: Provider,
    pub(crate) memory: Memory,
    pub(crate) told: Told,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) client: AzureClient,
    pub(crate) scope: CostScope,
}

pub(crate) const ALL: Window = Window { since: None, full: false };
pub(crate) const FULL: Window = Window { since: None, full: true };

impl Setting {
    pub(crate) async fn new() -> Self {
        Self::with(|settings| settings).await
    }

    /// With changed settings.
    pub(crate) async fn with(change: impl FnOnce(Settings) -> Settings) -> Self {
        let server = MockServer::start().await;
        let provider = Provider::default();
        Mock::given(any()).respond_with(provider.clone()).mount(&server).await;
        let credential =
            Credential::ClientSecret { tenant: "tenant-1".into(), client: "client-1".into(), secret: SECRET.into() };
        let settings = Settings {
            authority_host: server.uri(),
            endpoint: server.uri(),
            // Waits are compared to the second.
            policy: Policy { jitter_percent: 0, ..DEFAULT_POLICY },
            ..Settings::public_cloud(credential)
        };
        // The local clock is far off: nothing but pacing goes by it.
        let clock = Arc::new(VirtualClock::starting_at(at("1999-01-01")));
        let client = AzureClient::new(change(settings), clock.clone()).expect("loopback addresses are allowed");
        let scope = CostScope::parse("sub-1").unwrap();
        Self { server, provider, memory: Memory::default(), told: Told::default(), clock, client, scope }
    }

    pub(crate) fn source(&self) -> AzureCostSource {
        AzureCostSource::new(self.client.clone(), self.scope.clone())
    }

    /// One import, from the cursor that the last one left.
    pub(crate) async fn import(&self, window: Window) -> Result<Usage, SourceError> {
        self.import_until(window, &self.told, CancellationToken::new()).await
    }

    pub(crate) async fn import_until(
        &self,
        window: Window,
        progress: &dyn Progress,
        cancel: CancellationToken,
    ) -> Result<Usage, SourceError> {
        self.memory.import(&self.source(), window, 7, progress, cancel).await
    }

    /// An import that must succeed.
    pub(crate) async fn import_all(&self) -> Usage {
        self.import(ALL).await.expect("the import succeeds")
    }

    /// An import that must fail.
    pub(crate) async fn refused(&self) -> SourceError {
        self.import(ALL).await.expect_err("refused")
    }

    /// The lines of a month as `service category currency gross credits`.
    pub(crate) fn lines(&self, month: &str) -> Vec<String> {
        let month = Month::parse(month).unwrap();
        let months = self.memory.months();
        let known = months.iter().find(|known| known.month == month).unwrap_or_else(|| panic!("{month} was not read"));
        let line = |line: &CloudCost| {
            let category = line.charge_category.name();
            format!("{} {category} {} {} {}", line.service, line.currency, line.gross, line.credits)
        };
        known.lines.iter().map(line).collect()
    }

    /// Seconds since the beginning, by the local clock.
    pub(crate) fn seconds(&self) -> u64 {
        self.clock.elapsed().as_secs()
    }

    /// The import asks for the running month and the one before only.
    pub(crate) async fn with_everything_else_read(self) -> Self {
        self.import_all().await;
        // An hour later all query units are free again.
        let hour = Instant::from_micros(self.clock.now().micros() + 3_700_000_000);
        self.clock.advance_to(hour);
        self
    }
}

/// The provider's time.
pub(crate) fn now() -> Instant {
    at(NOW)
}
