//! What comes to the addresses of webhooks, whoever judges it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_api::{Api, Authentication, Deliveries, Limits, RawDelivery, Receipt, Reply, Sender, Settings};
use model::rules::RuleSet;
use serde_json::Value;

use crate::fixture::{Answer, ask, both_rules, get, settings};

/// Gives the same receipt to all, and keeps what came.
#[derive(Debug)]
struct Clerk {
    receipt: Receipt,
    taken: Mutex<Vec<RawDelivery>>,
}

impl Deliveries for Clerk {
    fn expects(&self, _: Sender) -> bool {
        true
    }

    fn take(&self, delivery: RawDelivery) -> Reply<Receipt> {
        self.taken.lock().expect("no panic").push(delivery);
        self.receipt.clone().into()
    }
}

fn received(settings: Settings, receipt: Receipt) -> (Router, Arc<Clerk>) {
    let clerk = Arc::new(Clerk { receipt, taken: Mutex::default() });
    let api = Api::new(settings, both_rules(RuleSet::Flow)).expect("good settings");
    api.receive(Arc::clone(&clerk) as Arc<dyn Deliveries>);
    (api.router(), clerk)
}

const HEADERS: [(&str, &str); 4] = [
    ("x-hub-signature-256", "sha256=00"),
    ("x-github-event", "ping"),
    ("x-github-delivery", "0-1"),
    ("content-type", "application/json"),
];

async fn post(router: &Router, headers: &[(&str, &str)], body: &'static str) -> Answer {
    post_to(router, "/webhooks/github", headers, body).await
}

async fn post_to(router: &Router, address: &str, headers: &[(&str, &str)], body: &'static str) -> Answer {
    let request = Request::builder().method("POST").uri(address).header("host", "localhost");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    ask(router, request.body(Body::from(body)).expect("a request")).await
}

fn bearer() -> Settings {
    Settings { authentication: Authentication::Bearer(vec!["a-token".into()]), ..settings() }
}

#[tokio::test]
async fn a_delivery_is_handed_on_as_it_came_without_authentication() {
    let (router, clerk) = received(bearer(), Receipt::Accepted);
    assert_eq!(post(&router, &HEADERS, "{ }").await.status, StatusCode::ACCEPTED);
    let taken = clerk.taken.lock().expect("no panic").pop().expect("it was taken");
    assert_eq!(
        (taken.id.as_str(), taken.event.as_str(), taken.proofs.get("x-hub-signature-256")),
        ("0-1", "ping", "sha256=00")
    );
    assert_eq!((taken.content_type.as_str(), taken.body.as_slice()), ("application/json", &b"{ }"[..]));
}

#[tokio::test]
async fn without_anyone_to_take_it_nothing_is_there() {
    let api = Api::new(bearer(), both_rules(RuleSet::Flow)).expect("good settings");
    assert_eq!(post(&api.router(), &HEADERS, "{}").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_lacks_a_header_is_refused_before_anyone_judges_it() {
    let (router, clerk) = received(settings(), Receipt::Accepted);
    for (missing, status) in [
        ("x-hub-signature-256", StatusCode::UNAUTHORIZED),
        ("x-github-event", StatusCode::BAD_REQUEST),
        ("x-github-delivery", StatusCode::BAD_REQUEST),
    ] {
        let headers: Vec<_> = HEADERS.into_iter().filter(|(name, _)| *name != missing).collect();
        assert_eq!(post(&router, &headers, "{}").await.status, status, "{missing}");
    }
    for odd in ["", "a b", "a\u{e9}", &"x".repeat(65)] {
        let headers = [HEADERS[0], HEADERS[1], ("x-github-delivery", odd), HEADERS[3]];
        assert_eq!(post(&router, &headers, "{}").await.status, StatusCode::BAD_REQUEST, "{odd:?}");
    }
    assert!(clerk.taken.lock().expect("no panic").is_empty());
}

#[tokio::test]
async fn bodies_are_as_long_as_the_limit_of_deliveries_allows() {
    let limits = Limits { body_bytes: 2, delivery_bytes: 4, ..Limits::default() };
    let (router, _) = received(Settings { limits, ..settings() }, Receipt::Accepted);
    assert_eq!(post(&router, &HEADERS, "1234").await.status, StatusCode::ACCEPTED);
    assert_eq!(post(&router, &HEADERS, "12345").await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let told: Vec<_> = HEADERS.into_iter().chain([("content-length", "5")]).collect();
    assert_eq!(post(&router, &told, "12345").await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn every_receipt_has_its_documented_answer_and_is_counted() {
    for (receipt, status, counted) in [
        (Receipt::Accepted, 202, "accepted"),
        (Receipt::Done("stored"), 202, "accepted"),
        (Receipt::Failed, 500, "accepted"),
        (Receipt::NotUsed("a ping".to_owned()), 202, "not_used"),
        (Receipt::Unsigned, 401, "refused"),
        (Receipt::Stale, 401, "refused"),
        (Receipt::UnknownContentType, 415, "refused"),
        (Receipt::Malformed("no JSON".to_owned()), 400, "refused"),
        (Receipt::Full, 503, "refused"),
    ] {
        let (router, _) = received(settings(), receipt);
        let answer = post(&router, &HEADERS, "{}").await;
        assert_eq!(answer.status.as_u16(), status, "{counted}");
        let document: Value = get(&router, "/api/openapi.json").await.json();
        let mut known = &document["paths"]["/webhooks/github"]["post"]["responses"][status.to_string()];
        if let Some(shared) = known["$ref"].as_str() {
            known = document.pointer(shared.trim_start_matches('#')).expect("it leads somewhere");
        }
        assert!(known["content"][answer.header("content-type")].is_object(), "{status}");
        let metrics = get(&router, "/metrics").await;
        assert!(metrics.text().contains(&format!("deliveries_total{{outcome=\"{counted}\"}} 1")), "{counted}");
    }
}

#[tokio::test]
async fn each_sender_shows_who_it_is_in_one_of_its_ways() {
    let event = ("x-gitlab-event", "Deployment Hook");
    let uuid = ("x-gitlab-event-uuid", "0-1");
    for (address, headers, status) in [
        ("gitlab", &[event, uuid, ("x-gitlab-token", "hush")][..], StatusCode::ACCEPTED),
        ("gitlab", &[event, ("webhook-id", "msg_1.a"), ("webhook-signature", "v1,x")], StatusCode::ACCEPTED),
        ("gitlab", &[event, uuid, ("webhook-timestamp", "1")], StatusCode::UNAUTHORIZED),
        ("gitlab", &[event, ("x-gitlab-token", "hush")], StatusCode::BAD_REQUEST),
        ("gitlab", &[("x-gitlab-event", "An <event>"), uuid, ("x-gitlab-token", "hush")], StatusCode::BAD_REQUEST),
        ("pagerduty", &[("x-pagerduty-signature", "v1=0")], StatusCode::ACCEPTED),
        ("pagerduty", &[("authorization", "Bearer hush")], StatusCode::UNAUTHORIZED),
        ("alertmanager", &[("authorization", "Bearer hush")], StatusCode::ACCEPTED),
        ("grafana", &[("x-grafana-alerting-signature", "0")], StatusCode::ACCEPTED),
        (
            "standard",
            &[("svix-id", "msg_1"), ("svix-signature", "v1,x"), ("svix-timestamp", "1")],
            StatusCode::ACCEPTED,
        ),
        ("standard", &[("svix-signature", "v1,x")], StatusCode::BAD_REQUEST),
        ("statuspage/hush", &[], StatusCode::ACCEPTED),
        ("statuspage/", &[], StatusCode::UNAUTHORIZED),
        ("statuspage/a/b", &[], StatusCode::UNAUTHORIZED),
        ("elsewhere", &[], StatusCode::UNAUTHORIZED),
    ] {
        let (router, clerk) = received(bearer(), Receipt::Accepted);
        let answer = post_to(&router, &format!("/webhooks/{address}"), headers, "{}").await;
        assert_eq!(answer.status, status, "{address} {headers:?}");
        let taken = clerk.taken.lock().expect("no panic").pop();
        assert_eq!(taken.is_some(), status == StatusCode::ACCEPTED, "{address}");
        if let Some(taken) = taken {
            assert!(!format!("{taken:?}").contains("hush"), "{taken:?}");
            assert_eq!(taken.sender.name(), address.split('/').next().expect("a name"));
        }
    }
}

#[tokio::test]
async fn those_who_send_little_may_send_a_mebibyte_and_no_more() {
    let told = |bytes: &'static str| [("x-pagerduty-signature", "v1=0"), ("content-length", bytes)];
    let (router, _) = received(settings(), Receipt::Accepted);
    let status = |bytes| {
        let router = router.clone();
        async move { post_to(&router, "/webhooks/pagerduty", &told(bytes), "{}").await.status }
    };
    assert_eq!(status("1048576").await, StatusCode::ACCEPTED, "as long as is told");
    assert_eq!(status("1048577").await, StatusCode::PAYLOAD_TOO_LARGE);
}
