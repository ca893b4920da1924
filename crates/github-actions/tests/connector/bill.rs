//! The bill is read month by month, and again while it may change.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use connector_testing::{Log, Memory, TOKEN, Told, at};
use github_actions::BillSource;
use model::Instant;
use serde_json::json;
use source::{ErrorKind, Scope, Source as _, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{header, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::setting::client;
use crate::workflows::NOW;

#[derive(Clone, Default)]
struct Report {
    asked: Arc<Mutex<Vec<String>>>,
    /// Statuses by cost centre; empty for none.
    refused: Arc<Mutex<BTreeMap<String, u16>>>,
}

impl Respond for Report {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let center = query.get("cost_center_id").cloned().unwrap_or_default();
        let month: u32 = query["month"].parse().unwrap();
        self.asked.lock().unwrap().push(format!("{}-{} {center}", query["year"], query["month"]));
        if let Some(status) = self.refused.lock().unwrap().get(&center) {
            return ResponseTemplate::new(*status).set_body_json(json!({"message": "Not Found"}));
        }
        // Written as the provider does; a number of the machine would lose digits.
        let text = format!(
            r#"{{"usageItems":[{{"date":"{}-{month:02}-01","product":"Actions","sku":"Actions Linux","quantity":3,"unitType":"minutes","pricePerUnit":0.006,"grossAmount":0.018000000000000002,"discountAmount":0.0,"netAmount":0.018000000000000002,"organizationName":"acme","repositoryName":"acme/web"}}]}}"#,
            query["year"]
        );
        ResponseTemplate::new(200).set_body_raw(text, "application/json")
    }
}

struct Billing {
    server: MockServer,
    report: Report,
    memory: Memory,
    cost_centers: Vec<String>,
    now: Instant,
}

impl Billing {
    async fn begin() -> Self {
        let (server, report) = (MockServer::start().await, Report::default());
        Mock::given(path("/organizations/acme/settings/billing/usage"))
            .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
            .respond_with(report.clone())
            .mount(&server)
            .await;
        Self { server, report, memory: Memory::default(), cost_centers: Vec::new(), now: at(NOW) }
    }

    fn source(&self) -> BillSource {
        let client = client(&self.server, self.now);
        BillSource::new(client, "acme", &self.cost_centers, self.now)
    }

    async fn import(&self, window: Window) -> Result<Usage, SourceError> {
        self.memory.import(&self.source(), window, 1, &Told::default(), CancellationToken::new()).await
    }

    async fn import_all(&self) -> Usage {
        self.import(Window::default()).await.expect("the import succeeds")
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.report.asked.lock().unwrap())
    }

    fn refuse(&self, cost_center: &str, status: u16) {
        self.report.refused.lock().unwrap().insert(cost_center.to_owned(), status);
    }
}

#[tokio::test]
async fn twenty_four_months_are_read_at_first_and_then_the_open_one_and_the_last_two() {
    let mut billing = Billing::begin().await;
    let source = billing.source();
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::CiBill, "acme", "acme"));
    assert_eq!(source.expected(Window::default(), None).calls, 24);
    let usage = billing.import_all().await;
    assert_eq!((usage.calls, usage.records, usage.full), (24, 24, true));
    let asked = billing.asked();
    assert_eq!((asked[0].as_str(), asked[23].as_str()), ("2024-12 ", "2026-11 "));
    let bills = billing.memory.ci_bills();
    assert_eq!((bills.len(), bills[0].lines[0].net.to_string().as_str()), (24, "0.018"));
    let again = billing.source().expected(Window::default(), billing.memory.cursor().as_deref());
    assert_eq!(again.calls, 3);
    assert!(!billing.import_all().await.full);
    assert_eq!(billing.asked(), ["2026-9 ", "2026-10 ", "2026-11 "]);
    // After months without an import, those are read that were open at the last one.
    billing.now = at("2027-02-01T10:00:00Z");
    billing.import_all().await;
    assert_eq!(billing.asked(), ["2026-9 ", "2026-10 ", "2026-11 ", "2026-12 ", "2027-1 ", "2027-2 "]);
    billing.import(Window { since: None, full: true }).await.expect("read");
    assert_eq!(billing.asked().len(), 24);
}

#[tokio::test]
async fn what_since_leaves_out_comes_with_the_next_import() {
    let billing = Billing::begin().await;
    let usage = billing.import(Window { since: Some(at("2026-10-15")), full: false }).await.expect("read");
    assert_eq!(billing.asked(), ["2026-10 ", "2026-11 "]);
    assert_eq!(usage.covered_from, Some(at("2026-10-01")), "what it says of earlier months is nothing");
    let usage = billing.import_all().await;
    assert_eq!((usage.calls, usage.covered_from), (24, None));
}

#[tokio::test]
async fn usage_of_cost_centres_is_asked_of_each_and_one_that_is_not_there_does_not_stop_the_others() {
    let mut billing = Billing::begin().await;
    billing.import_all().await;
    billing.asked();
    billing.cost_centers = vec!["cc-gone".into(), "cc-1".into()];
    billing.refuse("cc-gone", 404);
    let error = billing.import(Window::default()).await.expect_err("one is not there");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.contains("cc-gone") && error.message.contains("ci.cost_centers"), "{}", error.message);
    let asked = billing.asked();
    assert_eq!((asked.len(), asked[3].as_str(), asked[4].as_str()), (3 + 1 + 24, "2024-12 cc-gone", "2024-12 cc-1"));
    let of_center = billing.memory.ci_bills().into_iter().filter(|bill| bill.cost_center == "cc-1").count();
    assert_eq!(of_center, 24);
}

#[tokio::test]
async fn a_bill_that_may_not_be_read_is_said_with_the_permission_and_what_is_stored_stays() {
    let billing = Billing::begin().await;
    billing.import_all().await;
    for (status, kind) in [(403, ErrorKind::NoAccess), (404, ErrorKind::NotFound)] {
        billing.refuse("", status);
        billing.asked();
        let error = billing.import(Window::default()).await.expect_err("refused");
        assert_eq!(error.kind, kind);
        assert!(error.message.starts_with("what acme is billed for CI may not be read"), "{}", error.message);
        assert!(error.message.contains("Administration: read") && !error.is_fatal(), "{}", error.message);
        assert_eq!(billing.asked().len(), 1);
    }
    assert_eq!(billing.memory.ci_bills().len(), 24);
}

#[tokio::test]
async fn an_import_that_is_killed_after_any_month_goes_on_near_it() {
    let mut billing = Billing::begin().await;
    for commits in [0, 1, 12, 23] {
        billing.memory = Memory::default();
        billing.memory.fail_after(commits);
        billing.import(Window::default()).await.expect_err("killed");
        billing.memory.fail_after(usize::MAX);
        billing.asked();
        let calls = billing.import_all().await.calls;
        assert_eq!(billing.memory.ci_bills().len(), 24);
        assert_eq!(calls, (24 - commits as u64 + 3).min(24), "killed after {commits} months");
    }
}

#[tokio::test]
async fn the_token_is_in_no_log_and_no_debug_text() {
    let log = Log::begin();
    let billing = Billing::begin().await;
    billing.import_all().await;
    billing.refuse("", 401);
    let error = billing.import(Window::default()).await.expect_err("refused");
    assert!(error.is_fatal());
    let text = format!("{}{:?}{error:?}", log.end(), billing.source());
    assert!(text.contains("acme") && !text.contains(TOKEN), "{text}");
}
