//! Made-up bodies through whole doors: the route, the judging, the queue and the store, as in the program.
//!
//! An input is a line and the body below it. The line is `SENDER EVENT` for a webhook, of GitHub without its name and with
//! a content type, or the address of a pushed event.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fuzzing::{Corpus, Form, Input, Outcome, Settings, masked};
use http_api::{Api, Pushing, Router, RulesBySet, Sender};
use model::columns::Scopes;
use model::rules::{RuleSet, Rules};
use serde_json::Value;
use store::Store;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::clock::now;
use crate::deliveries::{Intake, Ways};
use crate::events::Pushes;
use crate::writing::Writing;

const INPUT: Input = Input {
    also: &["pushes", "senders", "webhooks"],
    test: "-p cto-api --lib",
    ..Input::new("doors", Form::Json, &WORDS, check)
};

const WORDS: [&str; 16] = [
    "/api/v1/deployments",
    "/api/v1/deployments/7/deployed",
    "/api/v1/incidents",
    "/api/v1/incidents/7/finished",
    "/api/v1/heartbeat",
    "/api/rest/plugins/webhook/1/issues",
    "gitlab",
    "pagerduty",
    "alertmanager",
    "grafana",
    "incident.io",
    "statuspage",
    "id",
    "status",
    "2026-03-31T09:00:00Z",
    "0001-01-01T00:00:00Z",
];

const SECRET: &str = "aaaabbbbccccddddeeeeffff00001111";

/// Inputs that come to one store, before it is looked at as a whole and another one takes its place.
const OF_ONE_STORE: usize = 2_000;

/// A server without a network, and its store.
struct Server {
    runtime: Runtime,
    router: Router,
    writing: Writing,
    /// For looking at.
    store: Store,
    folder: TempDir,
    taken: usize,
}

thread_local! {
    static SERVER: RefCell<Option<Server>> = const { RefCell::new(None) };
    /// Inputs by door, and those of them that were taken.
    static COUNTS: RefCell<BTreeMap<String, (u64, u64)>> = const { RefCell::new(BTreeMap::new()) };
}

/// The statuses that are documented, by address.
static DOCUMENTED: LazyLock<Value> = LazyLock::new(|| {
    let document = include_str!("../../../../crates/http-api/openapi.json");
    serde_json::from_str::<Value>(document).expect("the document is JSON")["paths"].clone()
});

/// What is sent: where to, and with which headers.
struct Request {
    /// As it is documented, for counting; empty for addresses that are not.
    door: String,
    path: String,
    headers: Vec<(&'static str, String)>,
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes what it is given");
        text
    })
}

fn tag(text: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), text)
}

/// The input as a request that is rightly signed.
fn request(head: &str, body: &[u8]) -> Request {
    if let Some(path) = head.split(' ').next().filter(|path| path.starts_with('/')) {
        return pushed(path);
    }
    let (first, rest) = head.split_once(' ').unwrap_or((head, ""));
    // The same body has the same id, as when it is delivered again.
    let id = hexadecimal(&tag(body).as_ref()[..8]);
    let json = ("content-type", "application/json".to_owned());
    let webhook = |sender: &str, mut headers: Vec<(&'static str, String)>| {
        headers.push(json.clone());
        Request { door: format!("/webhooks/{sender}"), path: format!("/webhooks/{sender}"), headers }
    };
    match first {
        "gitlab" => webhook(
            "gitlab",
            vec![
                ("x-gitlab-token", SECRET.to_owned()),
                ("x-gitlab-event", rest.to_owned()),
                ("x-gitlab-event-uuid", "0-1".to_owned()),
            ],
        ),
        "pagerduty" => {
            webhook("pagerduty", vec![("x-pagerduty-signature", format!("v1={}", hexadecimal(tag(body).as_ref())))])
        }
        "alertmanager" | "grafana" => webhook(first, vec![("authorization", format!("Bearer {SECRET}"))]),
        "incident.io" => {
            let seconds = now().seconds();
            let signed = [format!("{id}.{seconds}.").as_bytes(), body].concat();
            let signature = format!("v1,{}", STANDARD.encode(tag(&signed).as_ref()));
            webhook(
                "standard",
                vec![
                    ("webhook-id", id.clone()),
                    ("webhook-timestamp", seconds.to_string()),
                    ("webhook-signature", signature),
                ],
            )
        }
        "statuspage" => Request {
            door: "/webhooks/statuspage/{secret}".to_owned(),
            path: format!("/webhooks/statuspage/{SECRET}"),
            headers: vec![json],
        },
        event => Request {
            door: "/webhooks/github".to_owned(),
            path: "/webhooks/github".to_owned(),
            headers: vec![
                ("x-github-event", event.to_owned()),
                ("x-github-delivery", id.clone()),
                ("x-hub-signature-256", format!("sha256={}", hexadecimal(tag(body).as_ref()))),
                ("content-type", if rest.is_empty() { json.1 } else { rest.to_owned() }),
            ],
        },
    }
}

/// A pushed event; the corpus of its own writes addresses without what is before them.
fn pushed(path: &str) -> Request {
    let path = match path {
        path if path.starts_with("/webhook/") => format!("/api/rest/plugins{path}"),
        path if path.starts_with("/deployments") || path.starts_with("/incidents") => format!("/api/v1{path}"),
        path => path.to_owned(),
    };
    let steps: Vec<&str> = path.split('/').collect();
    let is_it = |known: &&String| {
        let known: Vec<&str> = known.split('/').collect();
        known.len() == steps.len() && known.iter().zip(&steps).all(|(one, step)| one == step || one.starts_with('{'))
    };
    let has_post = |known: &&String| DOCUMENTED[known.as_str()]["post"].is_object();
    let door = DOCUMENTED.as_object().expect("paths").keys().filter(has_post).find(is_it).cloned().unwrap_or_default();
    Request { door, path, headers: vec![("authorization", format!("Token {SECRET}"))] }
}

impl Server {
    fn start() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        let url = folder.path().join("cto.db").display().to_string();
        let store = Store::open(&url).expect("opened");
        let raw = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables/raw");
        store.import_csv(&raw).expect("the fixture can be stored");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let of = |set| Ok(Rules { set, ..Rules::default() });
        let rules = RulesBySet { usual: RuleSet::Flow, flow: of(RuleSet::Flow), cto_stats: of(RuleSet::CtoStats) };
        let pushing = Some(Pushing { tokens: vec![SECRET.into()], user: None });
        let api =
            Api::new(http_api::Settings { pushing, ..http_api::Settings::default() }, rules).expect("good settings");
        let writing = Writing::start(&url).expect("a thread");
        let secrets = Sender::ALL.into_iter().map(|sender| (sender, SECRET.into())).collect();
        api.receive(Arc::new(Intake::new(api.clone(), secrets, Ways::default(), writing.queue())));
        api.take_events(Arc::new(Pushes::new(url, writing.queue())));
        Self { runtime, router: api.router(), writing, store, folder, taken: 0 }
    }

    /// Status and body of the answer; `None` where it is no request.
    fn ask(&self, request: &Request, body: &[u8]) -> Option<(u16, String)> {
        let asked = axum::http::Request::builder().method("POST").uri(&request.path).header("host", "localhost");
        let asked = request.headers.iter().fold(asked, |asked, (name, value)| asked.header(*name, value));
        let asked = asked.body(axum::body::Body::from(body.to_vec())).ok()?;
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(asked).await.expect("a router always answers");
            let status = response.status().as_u16();
            let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a whole body");
            Some((status, String::from_utf8(body.to_vec()).expect("UTF-8")))
        })
    }

    fn changes(&self) -> i64 {
        self.store.changes().expect("known")
    }

    /// The store as a whole: without faults, readable, and the same when it is published and loaded.
    fn end(self) {
        let Self { runtime, writing, store, folder, .. } = self;
        runtime.block_on(writing.end());
        let cannot_be = |what: &str| what.ends_with("taken as unknown") || what.ends_with("more faults are not listed");
        let faults: Vec<_> =
            store.check().expect("checked").into_iter().filter(|fault| !cannot_be(&fault.what)).collect();
        assert_eq!(faults, [], "the store has no faults");
        let raw = store.load(Scopes::ALL).expect("read");
        let rules = Rules { set: RuleSet::Flow, ..Rules::default() };
        metrics_core::calculate(&raw, &rules, None, Scopes::ALL).expect("computed");
        let published: PathBuf = folder.path().join("published");
        store.publish_csv(&published, store::JobsOfCi::Published).expect("published");
        store::csv_folder::load(&published, Scopes::ALL, store::csv_folder::Reading::Strict).expect("read again");
    }
}

fn check(text: &[u8]) -> Outcome {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let head = String::from_utf8_lossy(&text[..end]);
    let body = text.get(end + 1..).unwrap_or_default();
    let request = request(&head, body);
    SERVER.with_borrow_mut(|server| {
        if server.as_ref().is_some_and(|server| server.taken >= OF_ONE_STORE) {
            server.take().expect("there is one").end();
        }
        let server = server.get_or_insert_with(Server::start);
        let before = server.changes();
        let Some((status, answer)) = server.ask(&request, body) else {
            return Outcome::Refused("no request".to_owned());
        };
        server.taken += 1;
        assert!(status < 500, "{status} {answer}");
        let documented = &DOCUMENTED[&request.door]["post"]["responses"];
        assert!(request.door.is_empty() || documented[status.to_string()].is_object(), "{status} is not documented");
        let outcome = serde_json::from_str::<Value>(&answer).unwrap_or_default()["outcome"].clone();
        let may_change = [200, 201].contains(&status) || outcome == "stored" || outcome == "accepted";
        assert!(
            may_change || server.changes() == before,
            "what is refused, known or not used changes nothing: {answer}"
        );
        let door = if request.door.is_empty() { "none" } else { &request.door };
        COUNTS.with_borrow_mut(|counts| {
            let (sent, taken) = counts.entry(door.to_owned()).or_default();
            *sent += 1;
            *taken += u64::from(may_change);
        });
        let words = format!("{door} {status} {}", masked(&answer));
        if status < 300 { Outcome::Taken(words) } else { Outcome::Refused(words) }
    })
}

/// The fewest bodies that a door of the corpus has had.
fn fewest() -> u64 {
    let door = |text: &[u8]| {
        let head = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        request(&String::from_utf8_lossy(head), b"").door
    };
    let files = Corpus::read(&INPUT).files.into_iter().map(|(_, content)| door(&content));
    COUNTS.with_borrow(|counts| {
        let sent = files.filter(|door| !door.is_empty()).map(|door| counts.get(&door).map_or(0, |(sent, _)| *sent));
        sent.min().unwrap_or_default()
    })
}

#[test]
fn doors_take_what_is_meant_and_refuse_the_rest_in_words() {
    let mut settings = Settings::of_environment();
    loop {
        match fuzzing::run(&INPUT, &settings) {
            Ok(report) => println!("\n{report}"),
            Err(finding) => panic!("{finding}"),
        }
        // By chance some have had more than others.
        if settings.file.is_some() || fewest() >= settings.executions.unwrap_or_default() {
            break;
        }
        settings.seed += 1;
    }
    for (door, (sent, taken)) in COUNTS.take() {
        println!("  {door}: {sent} bodies, {taken} taken");
    }
    if let Some(server) = SERVER.take() {
        server.end();
    }
}

#[test]
fn every_input_of_the_corpus_has_its_reason() {
    assert_eq!(Corpus::read(&INPUT).unexplained(), Vec::<String>::new());
}
