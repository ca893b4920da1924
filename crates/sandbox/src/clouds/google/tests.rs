//! Google as a client sees it, over HTTP.

mod bills;
mod faults;
mod tokens;
mod wire;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use model::{Instant, Month};
use serde_json::{Value as Json, json};

use crate::clouds::{BillOptions, Bills, CloudConfig, CloudFault, CloudServer, GoogleKey};

/// Where queries go.
const QUERIES: &str = "/bigquery/v2/projects/acme-billing/queries";

/// A server, its bills and a client with a token.
struct Google {
    server: CloudServer,
    bills: Arc<Bills>,
    client: reqwest::Client,
    token: String,
}

/// What came back.
struct Got {
    status: u16,
    date: String,
    body: Json,
}

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("a time")
}

/// The same for all tests.
fn bills() -> Arc<Bills> {
    static BILLS: OnceLock<Arc<Bills>> = OnceLock::new();
    let generate = || Arc::new(Bills::generate(&BillOptions { months: 5, ..BillOptions::default() }));
    Arc::clone(BILLS.get_or_init(generate))
}

/// Five months and the running one. No key: any signature is good.
async fn google(faults: &[&str]) -> Google {
    let bills = bills();
    let faults: Vec<CloudFault> = faults.iter().map(|fault| fault.parse().expect("a fault")).collect();
    let config = CloudConfig { faults, ..CloudConfig::new(Arc::clone(&bills)) };
    let server = CloudServer::start(config, SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    let mut google = Google { server, bills, client, token: String::new() };
    let claims = tokens::claims(&google.server.url());
    let got =
        google.ask_token(&format!("{}.{}.c2ln", tokens::part(&json!({ "alg": "RS256" })), tokens::part(&claims))).await;
    google.token = got.body["access_token"].as_str().unwrap_or_default().to_owned();
    google
}

async fn receive(request: reqwest::RequestBuilder) -> Got {
    let response = request.send().await.expect("a reply");
    let date = response.headers()["date"].to_str().expect("text").to_owned();
    Got { status: response.status().as_u16(), date, body: response.json().await.expect("JSON") }
}

impl Google {
    async fn ask_token(&self, assertion: &str) -> Got {
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)];
        receive(self.client.post(format!("{}/token", self.server.url())).form(&form)).await
    }

    async fn get(&self, path: &str) -> Got {
        receive(self.client.get(format!("{}{path}", self.server.url())).bearer_auth(&self.token)).await
    }

    async fn post(&self, body: &Json) -> Got {
        receive(self.client.post(format!("{}{QUERIES}", self.server.url())).bearer_auth(&self.token).json(body)).await
    }

    /// The standard export, in backticks.
    fn table(&self) -> String {
        let account = self.bills.google_account().replace('-', "_");
        format!("`acme-billing.billing_export.gcp_billing_export_v1_{account}`")
    }

    /// All rows of a query, page by page; the export stands for `TABLE`.
    async fn rows(&self, query: &str) -> Vec<Vec<Option<String>>> {
        let query = query.replace(" TABLE", &format!(" {}", self.table()));
        let mut got = self.post(&json!({ "query": query, "useLegacySql": false, "location": "EU" })).await;
        assert_eq!(got.status, 200, "{query}: {}", got.body);
        let mut rows = Vec::new();
        loop {
            for row in got.body["rows"].as_array().into_iter().flatten() {
                let cells = row["f"].as_array().expect("cells");
                rows.push(cells.iter().map(|cell| cell["v"].as_str().map(str::to_owned)).collect());
            }
            let Some(token) = got.body["pageToken"].as_str() else { break };
            let job = got.body["jobReference"]["jobId"].as_str().expect("an id").to_owned();
            got = self.get(&format!("{QUERIES}/{job}?location=EU&pageToken={token}")).await;
        }
        assert_eq!(got.body["totalRows"], rows.len().to_string());
        rows
    }
}

impl Got {
    /// Code, reason and message of an error.
    fn error(&self) -> (u16, &str, &str) {
        let error = &self.body["error"];
        assert_eq!(error["code"], self.status, "{}", self.body);
        let text = |value: &'static str| error["errors"][0][value].as_str().unwrap_or_default();
        (self.status, text("reason"), error["message"].as_str().unwrap_or_default())
    }
}
