//! The simulated Azure as a client sees it.

mod faults;
mod queries;
mod quotas;
mod tokens;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use model::Instant;
use reqwest::header::HeaderMap;
use sandbox::clouds::{BillOptions, Bills, CloudConfig, CloudServer};
use serde_json::{Value as Json, json};

/// A server with a clock that only the test moves, and a client with a token.
struct Azure {
    server: CloudServer,
    bills: Arc<Bills>,
    client: reqwest::Client,
    clock: Arc<AtomicI64>,
    token: String,
}

/// A reply.
struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().expect("a code").to_owned()
    }

    fn next_link(&self) -> Option<String> {
        self.json()["properties"]["nextLink"].as_str().map(str::to_owned)
    }
}

/// Bills of 14 months, made once.
fn bills() -> Arc<Bills> {
    static BILLS: LazyLock<Arc<Bills>> =
        LazyLock::new(|| Arc::new(Bills::generate(&BillOptions { months: 14, ..BillOptions::default() })));
    Arc::clone(&BILLS)
}

async fn start(change: impl FnOnce(&mut CloudConfig)) -> Azure {
    let bills = bills();
    let clock = Arc::new(AtomicI64::new(bills.end().micros()));
    let mut config = CloudConfig::new(Arc::clone(&bills));
    let shown = Arc::clone(&clock);
    config.clock = Some(Arc::new(move || Instant::from_micros(shown.load(Ordering::SeqCst))));
    change(&mut config);
    let server = CloudServer::start(config, SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
    let mut azure = Azure { server, bills, client: reqwest::Client::new(), clock, token: String::new() };
    azure.token = azure.fetch_token().await;
    azure
}

impl Azure {
    /// Lets the provider's clock go on.
    fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }

    async fn ask_for_token(&self, tenant: &str, change: &[(&str, &str)]) -> Reply {
        let mut form = vec![
            ("grant_type", "client_credentials"),
            ("client_id", "11111111-2222-4333-8444-555555555555"),
            ("client_secret", "a b&c=d%"),
            ("scope", "https://management.azure.com/.default"),
        ];
        form.retain(|(name, _)| change.iter().all(|(changed, _)| changed != name));
        form.extend(change);
        let request = self.client.post(format!("{}/{tenant}/oauth2/v2.0/token", self.server.url())).form(&form);
        send(request).await
    }

    async fn fetch_token(&self) -> String {
        let reply = self.ask_for_token(self.bills.tenant(), &[]).await;
        reply.json()["access_token"].as_str().unwrap_or_default().to_owned()
    }

    fn scope(&self, subscription: usize) -> String {
        format!("subscriptions/{}", self.bills.subscriptions()[subscription])
    }

    fn address(&self, scope: &str) -> String {
        format!("{}/{scope}/providers/Microsoft.CostManagement/query?api-version=2023-03-01", self.server.url())
    }

    async fn post(&self, address: &str, body: &Json) -> Reply {
        send(self.client.post(address).bearer_auth(&self.token).header("ClientType", "test").json(body)).await
    }

    async fn get(&self, address: &str) -> Reply {
        send(self.client.get(address).bearer_auth(&self.token)).await
    }

    async fn query(&self, scope: &str, body: &Json) -> Reply {
        self.post(&self.address(scope), body).await
    }

    /// The rows of all pages, as objects.
    async fn all(&self, scope: &str, body: &Json) -> Vec<Json> {
        let mut rows = Vec::new();
        let mut address = Some(self.address(scope));
        while let Some(page) = address {
            let reply = self.post(&page, body).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            rows.extend(objects(&reply));
            address = reply.next_link();
        }
        rows
    }
}

/// Rows by the names of the columns; numbers stay texts, so that no digit is lost.
fn objects(reply: &Reply) -> Vec<Json> {
    let names: Vec<String> = reply.json()["properties"]["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|column| column["name"].as_str().expect("a name").to_owned())
        .collect();
    let begin = reply.text.find("\"rows\":[").expect("rows") + 8;
    let text = reply.text[begin..].strip_suffix("]}}").expect("the end");
    if text.is_empty() {
        return Vec::new();
    }
    let rows = text.trim_start_matches('[').trim_end_matches(']').split("],[");
    rows.map(|row| {
        // No text of these bills holds a comma.
        let cells = row.split(',').map(|cell| Json::from(cell.trim_matches('"')));
        Json::Object(names.iter().cloned().zip(cells).collect())
    })
    .collect()
}

async fn send(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.expect("a reply");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, text: response.text().await.expect("a whole reply") }
}

/// A monthly query of actual cost by service.
fn monthly(from: &str, to: &str) -> Json {
    json!({
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": { "from": format!("{from}T00:00:00Z"), "to": format!("{to}T23:59:59Z") },
        "dataset": {
            "granularity": "Monthly",
            "aggregation": { "totalCost": { "name": "Cost", "function": "Sum" } },
            "grouping": [{ "type": "Dimension", "name": "ServiceName" }],
        },
    })
}
