//! Deliveries of webhooks, rightly signed: each is answered with what is documented, counts once however often it
//! comes, and leaves a store that can be read.
//!
//! An input is a line `event content-type` and the body below it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex};

use aws_lc_rs::hmac;
use axum::body::Body;
use axum::http::Request;
use fuzzing::{Form, Input, Outcome, masked};
use github_webhooks::{BodyKind, Reading, body_hash, is_signed, payload, read};
use http_api::{Api, Deliveries, RawDelivery, Receipt, Reply, RulesBySet, Sender, Settings};
use model::Instant;
use model::columns::Scopes;
use model::kinds::Scope;
use model::records::{ItemContent, Presence, ProjectItem, Record};
use model::rules::{RuleSet, Rules};
use secrecy::SecretString;
use store::{Delivery, Deposit, Page, Store};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::scene::{
    assert_is_computed, assert_is_message, assert_is_sound, at, folder, published, read_again, runtime, tables, url,
    with_causes,
};

pub(crate) const INPUT: Input = Input::new("webhooks", Form::Json, &WORDS, check);

const WORDS: [&str; 56] = [
    "issues",
    "pull_request",
    "pull_request_review",
    "projects_v2_item",
    "ping",
    "release",
    "deployment",
    "deployment_status",
    "workflow_run",
    "workflow_job",
    "DE_1",
    "RE_1",
    "success",
    "in_progress",
    "queued",
    "waiting",
    "completed",
    "skipped",
    "published",
    "unpublished",
    "run_attempt",
    "updated_at",
    "application/json",
    "application/x-www-form-urlencoded",
    "payload=",
    "action",
    "opened",
    "edited",
    "closed",
    "reopened",
    "transferred",
    "deleted",
    "created",
    "converted",
    "archived",
    "restored",
    "labeled",
    "submitted",
    "dismissed",
    "ready_for_review",
    "review_requested",
    "converted_to_draft",
    "node_id",
    "R_1",
    "I_1",
    "PR_101",
    "PVT_7",
    "PVTI_12",
    "number",
    "html_url",
    "https://github.com/acme/web/issues/1",
    "Status",
    "single_select",
    "field_value",
    "merged_at",
    "Bot",
];

pub(crate) const NOW: &str = "2026-04-01T00:00:00Z";
const SECRET: &str = "It's a Secret to Everybody";

/// Takes deliveries in as the server does, and stores each at once.
#[derive(Debug)]
struct Intake {
    store: PathBuf,
    deposits: Mutex<Vec<Deposit>>,
}

impl Deliveries for Intake {
    fn expects(&self, sender: Sender) -> bool {
        sender == Sender::Github
    }

    fn take(&self, delivery: RawDelivery) -> Reply<Receipt> {
        self.taken(&delivery).into()
    }
}

impl Intake {
    fn taken(&self, delivery: &RawDelivery) -> Receipt {
        let Some(kind) = BodyKind::of(&delivery.content_type) else { return Receipt::UnknownContentType };
        if !is_signed(&SecretString::from(SECRET), &delivery.body, delivery.proofs.get("x-hub-signature-256")) {
            return Receipt::Unsigned;
        }
        let received_at = at(NOW);
        match payload(kind, &delivery.body).and_then(|text| read(&delivery.event, &text, received_at)) {
            Err(error) => Receipt::Malformed(with_causes(&error)),
            Ok(Reading::Ping) => Receipt::NotUsed("it is a ping".to_owned()),
            Ok(Reading::NotUsed(why)) => Receipt::NotUsed(why.to_string()),
            Ok(Reading::Told(told)) => {
                let told = Delivery {
                    id: &delivery.id,
                    body_hash: &body_hash(&delivery.body),
                    event: &delivery.event,
                    received_at,
                    told: &told,
                };
                let store = Store::open(&url(&self.store)).expect("opened");
                let deposit = store.deliver(&told);
                let deposit = deposit.unwrap_or_else(|error| panic!("cannot be stored: {}", with_causes(&error)));
                self.deposits.lock().expect("no delivery has panicked").push(deposit);
                Receipt::Accepted
            }
        }
    }
}

/// A store with the small organisation in it, whose repositories and boards imports have seen.
pub(crate) static ORGANISATION: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = folder();
    let path = folder.path().join("organisation.db");
    let store = Store::open(&url(&path)).expect("opened");
    store.import_csv(&tables().join("raw")).expect("the fixture can be stored");
    let card = ProjectItem {
        id: "PVTI_12".to_owned(),
        project_id: "7".to_owned(),
        project_name: "Web".to_owned(),
        content: ItemContent::Issue,
        content_id: "I_12".to_owned(),
        status: Some("In review".to_owned()),
        status_updated_at: Some(at("2026-03-18T09:00:00Z")),
        presence: Presence::OnBoard,
        created_at: Some(at("2026-03-09T10:00:00Z")),
        updated_at: Some(at("2026-03-18T09:00:00Z")),
        ..ProjectItem::default()
    };
    let page = Page {
        scope: Scope::ProjectItems,
        subject: "7",
        records: &[Record::ProjectItem(Box::new(card))],
        cursor: None,
        observed_at: at("2026-03-30T00:00:00Z"),
        run: 1,
        generation: None,
        complete: false,
    };
    store.commit(&page).expect("the card can be stored");
    (folder, path)
});

/// The statuses that are documented.
static DOCUMENTED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let document = include_str!("../../../http-api/openapi.json");
    let document: serde_json::Value = serde_json::from_str(document).expect("the document is JSON");
    let responses = document["paths"]["/webhooks/github"]["post"]["responses"].as_object();
    responses.expect("the route is documented").keys().cloned().collect()
});

fn api() -> Api {
    let of = |set| Ok(Rules { set, ..Rules::default() });
    let rules = RulesBySet { usual: RuleSet::Flow, flow: of(RuleSet::Flow), cto_stats: of(RuleSet::CtoStats) };
    // Without data: deliveries do not wait for it.
    Api::new(Settings::default(), rules).expect("good settings")
}

fn signature(body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), body);
    tag.as_ref().iter().fold("sha256=".to_owned(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes what it is given");
        text
    })
}

/// Status and body of the answer.
fn delivered(router: &axum::Router, event: &str, content_type: &str, body: &[u8], id: &str) -> (u16, String) {
    let request = Request::builder()
        .method("POST")
        .uri("/webhooks/github")
        .header("host", "localhost")
        .header("x-hub-signature-256", signature(body))
        .header("x-github-event", event)
        .header("x-github-delivery", id)
        .header("content-type", content_type)
        .body(Body::from(body.to_vec()))
        .expect("a request");
    runtime().block_on(async {
        let response = router.clone().oneshot(request).await.expect("a router always answers");
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
        (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
    })
}

fn check(text: &[u8]) -> Outcome {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let head = String::from_utf8_lossy(&text[..end]);
    let body = text.get(end + 1..).unwrap_or_default();
    let (event, content_type) = head.split_once(' ').unwrap_or((&head, "application/json"));
    if axum::http::HeaderValue::from_str(event).is_err() || axum::http::HeaderValue::from_str(content_type).is_err() {
        return Outcome::Refused("no header".to_owned());
    }
    let folder = folder();
    let store = folder.path().join("cto.db");
    fs::copy(&ORGANISATION.1, &store).expect("copied");
    let intake = Arc::new(Intake { store: store.clone(), deposits: Mutex::default() });
    let api = api();
    api.receive(Arc::clone(&intake) as Arc<dyn Deliveries>);
    let router = api.router();

    let first = delivered(&router, event, content_type, body, "first");
    assert!(first.0 < 500 && DOCUMENTED.contains(&first.0.to_string()), "{first:?}");
    assert_is_message(&first.1, body.len());
    serde_json::from_str::<serde_json::Value>(&first.1).expect("answers are JSON");
    if !first.1.contains("accepted") {
        assert!(intake.deposits.lock().expect("no panic").is_empty());
        return Outcome::Refused(format!("{} {}", first.0, masked(&reason(&first.1))));
    }
    let once = everything(text, folder.path(), &store, "once");
    let second = delivered(&router, event, content_type, body, "second");
    assert_eq!(second, first, "the same again is answered the same");
    let twice = everything(text, folder.path(), &store, "twice");
    let deposits = intake.deposits.lock().expect("no panic").clone();
    match deposits[..] {
        [Deposit::Stored | Deposit::Known, Deposit::Repeated] | [Deposit::Unknown, Deposit::Unknown] => {}
        _ => panic!("what came twice counts once: {deposits:?}"),
    }
    for ((name, first), (_, second)) in once.into_iter().zip(twice) {
        assert_eq!(String::from_utf8_lossy(&first), String::from_utf8_lossy(&second), "{name} after the second");
    }
    Outcome::Taken(format!("accepted, {event}, {:?}", deposits[0]))
}

/// What the answer says beside its status.
fn reason(answer: &str) -> String {
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap_or_default();
    answer["detail"].as_str().unwrap_or_default().to_owned()
}

/// All tables of the store, which can be read by everybody.
pub(crate) fn everything(input: &[u8], folder: &Path, store: &Path, name: &str) -> Vec<(String, Vec<u8>)> {
    let store = Store::open_existing(&url(store)).expect("opened");
    let now: Instant = at(NOW);
    let raw = store.load_at(Scopes::ALL, now).unwrap_or_else(|error| panic!("not read: {}", with_causes(&error)));
    assert_is_computed(input, &raw, RuleSet::Flow);
    assert_is_sound(&store);
    let to = folder.join(name);
    store
        .publish_csv(&to, store::JobsOfCi::Published)
        .unwrap_or_else(|error| panic!("not published: {}", with_causes(&error)));
    read_again(&to, now);
    published(&to)
}
