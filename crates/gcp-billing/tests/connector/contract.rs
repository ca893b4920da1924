//! What the client of every provider must do.

use connector_testing::{Bed, Client, Memory};
use gcp_billing::{DEFAULT_POLICY, GcpBillingSource, GcpClient, Settings, Surroundings};
use serde_json::json;
use source::{SourceError, Window};
use wiremock::{Request, ResponseTemplate};

use crate::stage::{QUERIES, TOKEN, good, row, rows, settings, table};

/// The query over one export.
struct BigQuery;

#[async_trait::async_trait]
impl Client for BigQuery {
    const SECRET: &'static str = TOKEN;
    const ADDRESSES: &'static str = "gcp.bigquery_endpoint";
    const WHAT: &'static str = "the query over acme-bills.billing_export";

    fn is_asked(request: &Request) -> bool {
        request.url.path() == QUERIES
    }

    fn answer(request: &Request) -> ResponseTemplate {
        match request.url.path() {
            "/token" => good(&json!({"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})),
            QUERIES => good(&rows(&[row("202610", "Compute Engine", "1.5")])),
            _ => good(&table()),
        }
    }

    async fn ask(bed: &Bed<Self>) -> Result<(), SourceError> {
        let policy = (bed.policy)(DEFAULT_POLICY);
        let settings = Settings { endpoint: bed.api.clone(), policy, ..settings(&bed.server.uri()) };
        let client = GcpClient::with_surroundings(settings, bed.clock.clone(), Surroundings::default())?;
        let source = GcpBillingSource::new(client);
        Memory::default().import(&source, Window::default(), 7, &bed.told, bed.cancel.clone()).await.map(drop)
    }
}

connector_testing::contract!(BigQuery);
