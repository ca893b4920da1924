//! What the client of every provider must do.

use azure_cost::{AzureClient, AzureCostSource, CostScope, Credential, DEFAULT_POLICY, Quota, Settings};
use connector_testing::{Bed, Client, Memory};
use source::SourceError;
use wiremock::{Request, ResponseTemplate};

use crate::provider::{FIRST_TOKEN, true_answer};
use crate::setting::{ALL, SECRET};

/// The costs of one subscription.
struct Azure;

#[async_trait::async_trait]
impl Client for Azure {
    const SECRET: &'static str = FIRST_TOKEN;
    const ADDRESSES: &'static str = "AZURE_ENDPOINT and AZURE_AUTHORITY_HOST";
    const WHAT: &'static str = "the costs of subscription sub-1";
    /// Months of two years and the running one, by twelve.
    const USUAL_REQUESTS: usize = 3;

    fn is_asked(request: &Request) -> bool {
        request.url.path().ends_with("/query")
    }

    fn answer(request: &Request) -> ResponseTemplate {
        true_answer(request)
    }

    async fn ask(bed: &Bed<Self>) -> Result<(), SourceError> {
        let credential =
            Credential::ClientSecret { tenant: "tenant-1".into(), client: "client-1".into(), secret: SECRET.into() };
        let settings = Settings {
            authority_host: bed.server.uri(),
            endpoint: bed.api.clone(),
            policy: (bed.policy)(DEFAULT_POLICY),
            // What failed may have taken units: with plenty of them only the faults make it wait.
            quota: Quota { per_10_seconds: 1000, per_minute: 1000, per_hour: 1000 },
            ..Settings::public_cloud(credential)
        };
        let client = AzureClient::new(settings, bed.clock.clone())?;
        let source = AzureCostSource::new(client, CostScope::parse("sub-1").unwrap());
        Memory::default().import(&source, ALL, 7, &bed.told, bed.cancel.clone()).await.map(drop)
    }
}

connector_testing::contract!(Azure);
