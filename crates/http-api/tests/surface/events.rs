//! What is pushed, whoever judges it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_api::{Api, Authentication, Door, EventReceipt, Events, Limits, Pushing, Question, RawEvent, Reply, Settings};
use model::rules::RuleSet;
use serde_json::{Value, json};

use crate::fixture::{Answer, ask, both_rules, get, settings};

/// Gives the same receipt to all, and keeps what came.
#[derive(Debug)]
struct Clerk {
    receipt: EventReceipt,
    taken: Mutex<Vec<RawEvent>>,
    asked: Mutex<Vec<Question>>,
}

impl Events for Clerk {
    fn take(&self, event: RawEvent) -> Reply<EventReceipt> {
        self.taken.lock().expect("no panic").push(event);
        self.receipt.clone().into()
    }

    fn ask(&self, question: Question) -> EventReceipt {
        self.asked.lock().expect("no panic").push(question);
        self.receipt.clone()
    }
}

fn taken(settings: Settings, receipt: EventReceipt) -> (Router, Arc<Clerk>) {
    let clerk = Arc::new(Clerk { receipt, taken: Mutex::default(), asked: Mutex::default() });
    let api = Api::new(settings, both_rules(RuleSet::Flow)).expect("good settings");
    api.take_events(Arc::clone(&clerk) as Arc<dyn Events>);
    (api.router(), clerk)
}

fn pushing() -> Settings {
    let user = Some(("me".to_owned(), "secret".into()));
    Settings { pushing: Some(Pushing { tokens: vec!["one".into(), "two".into()], user }), ..settings() }
}

async fn post(router: &Router, path: &str, headers: &[(&str, &str)], body: &'static str) -> Answer {
    let request = Request::builder().method("POST").uri(path).header("host", "localhost");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    ask(router, request.body(Body::from(body)).expect("a request")).await
}

const TOKEN: (&str, &str) = ("authorization", "Bearer two");

#[tokio::test]
async fn an_event_is_handed_on_with_its_door_and_the_names_in_its_address() {
    let (router, clerk) = taken(pushing(), EventReceipt::Done);
    let key = ("idempotency-key", "k-1");
    for (path, door) in [
        ("/api/v1/deployments", Door::Deployments),
        ("/api/v1/deployments/a%2Fb/deployed", Door::Deployed("a/b".into())),
        ("/api/v1/incidents/7/restored", Door::Restored("7".into())),
        ("/api/v1/heartbeat", Door::Heartbeat),
        ("/api/rest/plugins/webhook/1/deployments", Door::DevLakeDeployments("1".into())),
        ("/api/plugins/webhook/connections/by-name/x/incidents", Door::DevLakeIssues("x".into())),
        ("/api/rest/plugins/webhook/connections/1/issue/K-1/close", Door::DevLakeClose("1".into(), "K-1".into())),
    ] {
        assert_eq!(post(&router, path, &[TOKEN, key], "{ }").await.status, 200, "{path}");
        let event = clerk.taken.lock().expect("no panic").pop().expect("it was taken");
        assert_eq!((event.door, event.key.as_deref(), event.body.as_slice()), (door, Some("k-1"), &b"{ }"[..]));
    }
}

#[tokio::test]
async fn who_does_not_show_that_they_may_push_is_not_listened_to() {
    let reading = Authentication::Bearer(vec!["for-reading".into()]);
    let (router, clerk) = taken(Settings { authentication: reading, ..pushing() }, EventReceipt::Done);
    for (given, status) in [
        ("Token three", 403),
        ("Bearer for-reading", 403),
        ("Basic bWU6b3RoZXI=", 403),
        ("Digest x", 401),
        ("Token", 401),
        ("Basic bWU6c2VjcmV0", 200),
        ("TOKEN one", 200),
    ] {
        assert_eq!(post(&router, "/api/v1/heartbeat", &[("authorization", given)], "").await.status, status, "{given}");
    }
    let none = post(&router, "/api/v1/heartbeat", &[], "").await;
    assert_eq!((none.status.as_u16(), none.text()), (401, "Authorization Required"));
    assert!(none.header("www-authenticate").starts_with("Basic "));
    assert_eq!(clerk.taken.lock().expect("no panic").len(), 2);
    let (closed, _) = taken(settings(), EventReceipt::Done);
    assert_eq!(post(&closed, "/api/v1/heartbeat", &[TOKEN], "").await.status, 404, "nobody may push");
}

#[tokio::test]
async fn bodies_are_as_long_as_those_of_deliveries_and_json() {
    let limits = Limits { body_bytes: 2, delivery_bytes: 4, ..Limits::default() };
    let (router, clerk) = taken(Settings { limits, ..pushing() }, EventReceipt::Done);
    let path = "/api/v1/incidents";
    assert_eq!(post(&router, path, &[TOKEN], "1234").await.status, 200);
    assert_eq!(post(&router, path, &[TOKEN], "12345").await.status, 413);
    assert_eq!(post(&router, path, &[TOKEN, ("content-type", "application/xml")], "1").await.status, 415);
    assert_eq!(
        post(&router, path, &[TOKEN, ("content-type", "application/json; charset=utf-8")], "1").await.status,
        200
    );
    assert_eq!(post(&router, path, &[TOKEN, ("idempotency-key", "a b")], "1").await.status, 400);
    assert_eq!(clerk.taken.lock().expect("no panic").len(), 2);
}

#[tokio::test]
async fn every_receipt_has_its_documented_answer() {
    let differs = EventReceipt::Differs { field: "sha", stored: "a".into(), told: "b".into() };
    for (receipt, status) in [
        (EventReceipt::Created("a".into()), "201"),
        (EventReceipt::Done, "200"),
        (EventReceipt::Told(json!({"success": true})), "200"),
        (EventReceipt::Invalid(vec![json!({})]), "400"),
        (EventReceipt::Missing("it does not exist"), "404"),
        (differs, "409"),
        (EventReceipt::Busy, "503"),
        (EventReceipt::Failed, "500"),
    ] {
        let (router, _) = taken(pushing(), receipt);
        let answer = post(&router, "/api/v1/incidents", &[TOKEN], "{}").await;
        assert_eq!(answer.status.as_str(), status);
        let document: Value = get(&router, "/api/openapi.json").await.json();
        let known = &document["paths"]["/api/v1/incidents"]["post"]["responses"][status];
        assert!(known.is_object(), "{status}");
        let asked = post(&router, "/api/v1/incidents", &[TOKEN, ("accept", "application/problem+json")], "{}").await;
        assert_eq!(asked.status.as_str(), status);
        if status >= "400" {
            assert_eq!(asked.header("content-type"), "application/problem+json", "{status}");
        }
    }
}

#[tokio::test]
async fn questions_are_handed_on_and_odd_ones_refused() {
    let (router, clerk) = taken(pushing(), EventReceipt::Told(json!([])));
    for (path, question) in [
        (
            "/api/v1/deployments?project_id=shop&limit=7",
            Question::Deployments { project: Some("shop".into()), limit: 7, offset: 0 },
        ),
        ("/api/v1/deployments/77", Question::Deployment("77".into())),
        ("/api/v1/incidents?type=unfinished", Question::Incidents { not_restored: false, not_finished: true }),
        ("/api/v1/incidents?filter=in-progress", Question::Incidents { not_restored: true, not_finished: true }),
    ] {
        assert_eq!(get(&router, path).await.status, 200, "{path}");
        assert_eq!(clerk.asked.lock().expect("no panic").pop(), Some(question));
    }
    for path in ["/api/v1/incidents?filter=odd", "/api/v1/deployments?limit=-1"] {
        assert_eq!(get(&router, path).await.status, 400, "{path}");
    }
}
