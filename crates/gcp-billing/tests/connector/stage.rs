//! A simulated Google, a client and one import.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

pub(crate) use connector_testing::at;
use connector_testing::{Memory, Told, VirtualClock};
use gcp_billing::{Credentials, DEFAULT_POLICY, GcpBillingSource, GcpClient, Querying, Settings, Surroundings};
use model::Amount;
use model::records::CloudMonth;
use provider::Policy;
use serde_json::{Value, json};
use source::{SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::key::KEY;

/// What the token server gives.
pub(crate) const TOKEN: &str = "ya29.not-to-be-seen";
pub(crate) const ACCOUNT: &str = "01AB23-CD45EF-678901";
pub(crate) const STANDARD: &str = "gcp_billing_export_v1_01AB23_CD45EF_678901";
pub(crate) const DETAILED: &str = "gcp_billing_export_resource_v1_01AB23_CD45EF_678901";
/// The tables of the dataset that holds the export.
pub(crate) const TABLES: &str = "/bigquery/v2/projects/acme-bills/datasets/billing_export/tables";
pub(crate) const QUERIES: &str = "/bigquery/v2/projects/acme-run/queries";
pub(crate) const JOB: &str = "/bigquery/v2/projects/acme-run/queries/job_1";

pub(crate) struct Stage {
    pub(crate) server: MockServer,
    pub(crate) settings: Settings,
    pub(crate) surroundings: Surroundings,
    pub(crate) memory: Memory,
    pub(crate) told: Told,
    pub(crate) clock: Arc<VirtualClock>,
}

/// Answers in order; the last one stays.
struct Script(Mutex<VecDeque<ResponseTemplate>>);

impl Respond for Script {
    fn respond(&self, _request: &Request) -> ResponseTemplate {
        let mut left = self.0.lock().unwrap();
        if left.len() > 1 { left.pop_front().unwrap() } else { left[0].clone() }
    }
}

/// An answer on 20 November 2026, whatever the local clock says.
pub(crate) fn answer(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("date", "Fri, 20 Nov 2026 12:00:00 GMT")
}

pub(crate) fn good(body: &Value) -> ResponseTemplate {
    answer(200).set_body_json(body)
}

pub(crate) fn refusal(status: u16, reason: &str, message: &str) -> ResponseTemplate {
    let details = json!([{"reason": reason, "domain": "global", "message": message}]);
    let error = json!({"code": status, "message": message, "errors": details, "status": "X"});
    answer(status).set_body_json(json!({"error": error}))
}

/// The table as Google shows the standard export.
pub(crate) fn table() -> Value {
    json!({"kind": "bigquery#table", "location": "EU", "type": "TABLE", "timePartitioning": {"type": "DAY"}})
}

/// A reply to the query: the schema, these rows (month, service, cost type, currency, gross, credits) and no more.
pub(crate) fn rows(rows: &[[Option<&str>; 6]]) -> Value {
    let fields: Vec<Value> = ["month", "service", "cost_type", "currency", "gross", "credits"]
        .iter()
        .map(|name| json!({"name": name, "type": "STRING", "mode": "NULLABLE"}))
        .collect();
    let row = |row: &[Option<&str>; 6]| json!({"f": row.iter().map(|v| json!({"v": v})).collect::<Vec<_>>()});
    json!({
        "kind": "bigquery#queryResponse",
        "schema": {"fields": fields},
        "jobReference": {"projectId": "acme-run", "jobId": "job_1", "location": "EU"},
        "totalRows": rows.len().to_string(),
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
        "totalBytesProcessed": "1024",
        "jobComplete": true,
        "cacheHit": false,
    })
}

/// One row of use.
pub(crate) fn row<'a>(month: &'a str, service: &'a str, gross: &'a str) -> [Option<&'a str>; 6] {
    [Some(month), Some(service), Some("regular"), Some("USD"), Some(gross), Some("0")]
}

/// A Google and its token server at one address.
pub(crate) fn settings(uri: &str) -> Settings {
    let key = KEY.file(&format!("{uri}/token"));
    Settings {
        endpoint: uri.to_owned(),
        project: "acme-run".to_owned(),
        billing_account: ACCOUNT.to_owned(),
        dataset: "acme-bills.billing_export".to_owned(),
        table: None,
        location: None,
        maximum_bytes_billed: None,
        credentials: Credentials::Json(key.to_string().into()),
        policy: DEFAULT_POLICY,
        querying: Querying::default(),
        user_agent: "cto-metrics/test".to_owned(),
    }
}

impl Stage {
    /// A Google with a token server and nothing else.
    pub(crate) async fn empty() -> Self {
        let server = MockServer::start().await;
        let settings = Settings {
            // Waits are compared to the second.
            policy: Policy { jitter_percent: 0, ..DEFAULT_POLICY },
            ..settings(&server.uri())
        };
        let clock = Arc::new(VirtualClock::starting_at(at("2001-01-01")));
        let (memory, told, surroundings) = (Memory::default(), Told::default(), Surroundings::default());
        Self { server, settings, surroundings, memory, told, clock }
    }

    /// A Google that gives tokens.
    pub(crate) async fn with_tokens() -> Self {
        let stage = Self::empty().await;
        let token = json!({"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"});
        stage.script("POST", "/token", vec![good(&token)]).await;
        stage
    }

    /// A Google with the standard export, whose query is answered so.
    pub(crate) async fn with_query(answers: Vec<ResponseTemplate>) -> Self {
        let stage = Self::with_tokens().await;
        stage.script("GET", &format!("{TABLES}/{STANDARD}"), vec![good(&table())]).await;
        stage.script("POST", QUERIES, answers).await;
        stage
    }

    pub(crate) async fn script(&self, verb: &str, at: &str, answers: Vec<ResponseTemplate>) {
        let script = Script(Mutex::new(answers.into()));
        Mock::given(method(verb)).and(path(at)).respond_with(script).mount(&self.server).await;
    }

    pub(crate) fn source(&self) -> Result<GcpBillingSource, SourceError> {
        let client =
            GcpClient::with_surroundings(self.settings.clone(), self.clock.clone(), self.surroundings.clone())?;
        Ok(GcpBillingSource::new(client))
    }

    /// One import, from the cursor that the last one left.
    pub(crate) async fn import_with(&self, window: Window, cancel: CancellationToken) -> Result<Usage, SourceError> {
        self.memory.import(&self.source()?, window, 7, &self.told, cancel).await
    }

    pub(crate) async fn import(&self) -> Result<Usage, SourceError> {
        self.import_with(Window::default(), CancellationToken::new()).await
    }

    /// An import that must fail, in words.
    pub(crate) async fn refused(&self) -> SourceError {
        self.import().await.expect_err("the import fails")
    }

    /// What was asked at this path, in order.
    pub(crate) async fn asked(&self, at: &str) -> Vec<Request> {
        let all = self.server.received_requests().await.unwrap();
        all.into_iter().filter(|request| request.url.path() == at).collect()
    }

    /// The bodies of the queries, in order.
    pub(crate) async fn queries(&self) -> Vec<Value> {
        let asked = self.asked(QUERIES).await;
        asked.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
    }

    /// All months that are known, without and with lines.
    pub(crate) fn months(&self) -> Vec<String> {
        self.memory.months().iter().map(|known| known.month.to_string()).collect()
    }

    pub(crate) fn month(&self, month: &str) -> CloudMonth {
        self.memory.months().into_iter().find(|known| known.month.to_string() == month).unwrap()
    }

    /// The lines that are known as a CSV.
    pub(crate) fn csv(&self) -> String {
        let mut csv = String::new();
        for known in self.memory.months() {
            for line in &known.lines {
                let (service, category, currency) = (&line.service, line.charge_category.name(), &line.currency);
                let (month, gross, credits) = (known.month, &line.gross, &line.credits);
                writeln!(csv, "{month},{service},{category},{currency},{gross},{credits}").unwrap();
            }
        }
        csv
    }

    /// What is billed, by month and currency.
    pub(crate) fn totals(&self) -> BTreeMap<(String, String), Amount> {
        let mut totals: BTreeMap<(String, String), Amount> = BTreeMap::new();
        for known in self.memory.months() {
            for line in &known.lines {
                *totals.entry((known.month.to_string(), line.currency.clone())).or_default() += &line.net();
            }
        }
        totals
    }
}
