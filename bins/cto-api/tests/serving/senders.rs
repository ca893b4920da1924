//! Webhooks of other senders than GitHub: each at its own address, with its own secret.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::records::{Record, Repository};
use serde_json::{Value, json};
use store::{Page, Store};

use crate::client::Answer;
use crate::process::{Server, program, text};
use crate::webhooks::{at, count, imported, wait_for, wait_until};

const SECRETS: [(&str, &str); 7] = [
    ("CTO_WEBHOOK_SECRET_GITLAB", "hush-of-gitlab"),
    ("CTO_WEBHOOK_SECRET_PAGERDUTY", "hush-of-pagerduty"),
    ("CTO_WEBHOOK_SECRET_ALERTMANAGER", "hush-of-alertmanager"),
    ("CTO_WEBHOOK_SECRET_GRAFANA", "hush-of-grafana"),
    ("CTO_WEBHOOK_SECRET_STANDARD", "hush-of-standard"),
    ("CTO_WEBHOOK_SECRET_STATUSPAGE", "hush-of-statuspage"),
    ("CTO_WEBHOOK_SECRET_LINEAR", "hush-of-linear"),
];
const SENDERS: [&str; 7] = ["gitlab", "pagerduty", "alertmanager", "grafana", "standard", "statuspage", "linear"];

fn started(folder: &Path, variables: &[(&str, &str)]) -> Server {
    let mut command = program(&["--data", &text(folder), "--reload-seconds", "1"]);
    command.env("RUST_LOG", "trace").envs(variables.iter().copied());
    let server = Server::run(command);
    server.wait_until_ready("/readyz", "");
    server
}

/// A store of an organisation that an import has seen on GitLab.
fn store(folder: &Path) -> Store {
    let store = imported(folder);
    let repository = Repository {
        id: "gitlab.example/project/30".into(),
        org: "acme".into(),
        name: "shop/api".into(),
        owner: "acme".into(),
        host: "gitlab.example".into(),
        ..Repository::default()
    };
    let records = [Record::Repository(repository)];
    let page = Page {
        scope: model::kinds::Scope::Repositories,
        subject: "gitlab.example",
        records: &records,
        cursor: None,
        observed_at: at("09:30"),
        run: 1,
        generation: None,
        complete: false,
    };
    store.commit(&page).expect("stored");
    store
}

/// The address of a sender with what it ends with.
fn address(sender: &str, secret: &str) -> String {
    if sender == "statuspage" { format!("{sender}/{secret}") } else { sender.to_owned() }
}

fn post(server: &Server, address: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut head = format!(
        "POST /webhooks/{address} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
        server.address,
        body.len()
    );
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").expect("written");
    }
    let mut request = (head + "\r\n").into_bytes();
    request.extend_from_slice(body);
    let mut connection = server.connect();
    connection.send(request).expect("sent");
    connection.answer().expect("an answer")
}

fn tag(secret: &str, text: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), text)
}

fn hexadecimal(tag: &hmac::Tag) -> String {
    tag.as_ref().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("written");
        text
    })
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// The headers of Standard Webhooks. The id follows from the body, as each delivery has its own.
fn signed(secret: &str, id: &str, seconds: u64, body: &[u8]) -> Vec<(&'static str, String)> {
    let id = format!("{id}-{}", &hexadecimal(&tag("", body))[..8]);
    let text = [format!("{id}.{seconds}.").as_bytes(), body].concat();
    let signature = format!("v1,{}", STANDARD.encode(tag(secret, &text)));
    vec![("webhook-id", id), ("webhook-timestamp", seconds.to_string()), ("webhook-signature", signature)]
}

/// The headers that show who sends a body.
fn proof(sender: &str, body: &[u8]) -> Vec<(&'static str, String)> {
    let secret = format!("hush-of-{sender}");
    match sender {
        "gitlab" => vec![
            ("X-Gitlab-Event", "Deployment Hook".to_owned()),
            ("X-Gitlab-Event-UUID", "0-1".to_owned()),
            ("X-Gitlab-Token", secret),
        ],
        "pagerduty" => vec![("X-PagerDuty-Signature", format!("v1={}", hexadecimal(&tag(&secret, body))))],
        "standard" => signed(&secret, "msg_1", now(), body),
        "statuspage" => Vec::new(),
        "linear" => {
            // A delivery keeps its id, whenever it is sent.
            let told: Value = serde_json::from_slice(body).unwrap_or_default();
            let id = hexadecimal(&tag("", told["data"].to_string().as_bytes()));
            vec![("Linear-Delivery", id[..32].to_owned()), ("Linear-Signature", hexadecimal(&tag(&secret, body)))]
        }
        "grafana" => vec![("X-Grafana-Alerting-Signature", hexadecimal(&tag(&secret, body)))],
        _ => vec![("Authorization", format!("Basic {}", STANDARD.encode(format!("cto:{secret}"))))],
    }
}

fn deliver(server: &Server, sender: &str, body: &Value) -> Answer {
    let body = body.to_string().into_bytes();
    let headers = proof(sender, &body);
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    post(server, &address(sender, &format!("hush-of-{sender}")), &headers, &body)
}

fn incident_io(fixed_at: Option<&str>) -> Value {
    let event = "public_incident.incident_updated_v2";
    json!({"event_type": event, event: {
        "id": "01F", "name": "Slow", "created_at": "2026-10-01T12:00:00Z", "updated_at": "2026-10-01T12:30:00Z",
        "severity": {"name": "Major"}, "incident_status": {"category": "live"}, "mode": "standard",
        "incident_timestamp_values": [{"incident_timestamp": {"name": "Fixed at"}, "value": {"value": fixed_at}}],
    }})
}

fn statuspage(status: &str, resolved_at: Option<&str>) -> Value {
    json!({"page": {"id": "p"}, "incident": {
        "id": "s1", "name": "Slow", "status": status, "impact": "major", "created_at": "2026-10-01T12:00:00Z",
        "resolved_at": resolved_at, "shortlink": "", "components": [],
    }})
}

fn linear(state: &str, time: &str, completed_at: Option<&str>, seconds: u64) -> Value {
    json!({
        "type": "Issue", "action": "update", "createdAt": format!("2026-10-01T{time}:00.405Z"),
        "webhookTimestamp": seconds * 1_000, "actor": {"email": "eve@acme.example"}, "data": {
            "id": "d42a1f7c", "identifier": "ENG-12", "createdAt": "2026-10-01T09:00:00.405Z",
            "updatedAt": format!("2026-10-01T{time}:00.405Z"), "startedAt": "2026-10-01T10:00:00.405Z",
            "completedAt": completed_at, "estimate": 3, "state": {"type": state}, "team": {"key": "ENG"},
            "project": {"name": "Shop"}, "assignee": {"email": "ada@acme.example"}, "labels": [],
        },
    })
}

fn gitlab(status: &str, time: &str) -> Value {
    let sha = "279484c09fbe69ededfced8c1bb6e6d24616b468";
    json!({
        "object_kind": "deployment", "status": status, "status_changed_at": format!("2026-10-01 {time}:00 +0000"),
        "deployment_id": 15, "environment": "production", "environment_tier": "production", "short_sha": "279484c0",
        "commit_url": format!("https://gitlab.example/acme/shop/api/-/commit/{sha}"), "ref": "main",
        "project": {"id": 30, "web_url": "https://gitlab.example/acme/shop/api", "path_with_namespace": "acme/shop/api"},
        "user": {"username": "ada", "email": "ada@acme.example"},
    })
}

fn pagerduty(event: &str, time: &str) -> Value {
    json!({"event": {
        "id": format!("event-{event}"), "event_type": format!("incident.{event}"),
        "occurred_at": format!("2026-10-01T{time}:00Z"),
        "data": {"id": "P1", "type": "incident", "created_at": "2026-10-01T12:00:00Z", "title": "Slow",
            "service": {"summary": "Shop"}, "urgency": "high"},
    }})
}

fn alert(status: &str, ends_at: &str) -> Value {
    json!({"version": "4", "status": status, "groupKey": "{}", "alerts": [{
        "status": status, "labels": {"alertname": "Slow", "service": "shop"}, "annotations": {}, "fingerprint": "c0ffee",
        "startsAt": "2026-10-01T12:00:00Z", "endsAt": ends_at, "generatorURL": "",
    }]})
}

/// What a sender tells of one thing, in order.
fn life(sender: &str) -> Vec<Value> {
    match sender {
        "gitlab" => vec![gitlab("running", "12:00"), gitlab("success", "12:10")],
        "pagerduty" => {
            vec![pagerduty("triggered", "12:00"), pagerduty("acknowledged", "12:05"), pagerduty("resolved", "12:30")]
        }
        "standard" => vec![incident_io(None), incident_io(Some("2026-10-01T12:30:00Z"))],
        "linear" => vec![
            linear("started", "11:00", None, now()),
            linear("completed", "12:00", Some("2026-10-01T12:00:00.000Z"), now()),
            linear("started", "12:10", None, now()),
            linear("completed", "12:30", Some("2026-10-01T12:30:00.000Z"), now()),
        ],
        "statuspage" => vec![statuspage("investigating", None), statuspage("resolved", Some("2026-10-01T12:30:00Z"))],
        _ => vec![alert("firing", "0001-01-01T00:00:00Z"), alert("resolved", "2026-10-01T12:30:00Z")],
    }
}

/// The rows of a published table.
fn published(store: &Store, table: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    store.publish_csv(folder.path(), store::JobsOfCi::Published).expect("published");
    std::fs::read_to_string(folder.path().join(format!("{table}.csv"))).expect("text")
}

fn told(store: &Store) -> String {
    let tables = ["deployment", "deployment_status", "incident", "incident_event", "ticket", "ticket_event"];
    tables.map(|table| published(store, table)).concat()
}

#[test]
fn what_each_sender_tells_is_stored_in_whatever_order_it_comes_and_however_often() {
    let mut ends = Vec::new();
    for is_shuffled in [false, true] {
        let folder = tempfile::tempdir().expect("a folder");
        let store = store(folder.path());
        let server = started(folder.path(), &SECRETS);
        let mut sent = 0;
        for sender in SENDERS {
            let mut bodies = life(sender);
            if is_shuffled {
                bodies.reverse();
                bodies = [bodies.clone(), bodies.clone(), bodies].concat();
            }
            for body in &bodies {
                let answer = deliver(&server, sender, body);
                assert_eq!(answer.status, 202, "{sender}: {}", answer.body);
                sent += 1;
            }
        }
        let outcomes = ["stored", "known", "repeated", "unknown", "failed"];
        let done = || {
            outcomes.iter().map(|outcome| count(&server, outcome).parse::<usize>().expect("a number")).sum::<usize>()
        };
        wait_until("all are done with", || done() == sent);
        // What comes late may tell nothing that is new.
        assert!(is_shuffled || count(&server, "stored") == "17", "{}", count(&server, "stored"));
        ends.push(told(&store));
        // Said again to a server that was started anew.
        drop(server);
        let server = started(folder.path(), &SECRETS);
        for sender in SENDERS {
            assert_eq!(deliver(&server, sender, &life(sender)[0]).status, 202, "{sender}");
        }
        wait_for(&server, "repeated", "7");
        assert_eq!(&told(&store), ends.last().expect("one"));
    }
    assert_eq!(ends[0], ends[1]);
    let told = &ends[0];
    assert!(
        told.contains("gitlab.example/deployment/15,gitlab,acme,shop/api,production,production,279484c0"),
        "{told}"
    );
    for id in ["pagerduty/P1", "incident.io/01F", "statuspage/s1"] {
        assert!(told.contains(&format!("{id},2026-10-01T12:30:00Z,restored")), "{id}: {told}");
    }
    for time in ["12:00", "12:30"] {
        assert!(told.contains(&format!("d42a1f7c,2026-10-01T{time}:00Z,finished,,linear.app")), "{told}");
    }
    for sender in ["alertmanager", "grafana"] {
        assert!(
            told.contains(&format!("{sender}/c0ffee/2026-10-01T12:00:00Z,2026-10-01T12:30:00Z,restored")),
            "{told}"
        );
    }
    assert!(!told.contains('@'), "{told}");
}

#[test]
fn a_body_of_24_megabytes_is_answered_by_gitlabs_door_and_one_of_26_by_none() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path());
    let server = started(folder.path(), &SECRETS);
    let answered = deliver(&server, "gitlab", &json!({"more": "x".repeat(24 << 20)}));
    assert_eq!(answered.status, 400, "it lacks everything: {}", answered.body);
    for sender in SENDERS {
        // Others send little.
        for megabytes in if sender == "gitlab" { &[26][..] } else { &[2, 24, 26] } {
            let mut head = format!(
                "POST /webhooks/{} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n",
                address(sender, &format!("hush-of-{sender}")),
                server.address,
                megabytes << 20
            );
            for (name, value) in proof(sender, b"") {
                write!(head, "{name}: {value}\r\n").expect("written");
            }
            let mut connection = server.connect();
            connection.send(head + "\r\n").expect("sent");
            assert_eq!(connection.answer().expect("an answer").status, 413, "{sender}, {megabytes}");
        }
    }
}

#[test]
fn an_address_without_its_secret_is_not_there_whatever_the_others_have() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path());
    for (place, sender) in SENDERS.iter().enumerate() {
        let server = started(folder.path(), &SECRETS[place..=place]);
        for other in SENDERS {
            let status = deliver(&server, other, &life(other)[0]).status;
            assert_eq!(status, if other == *sender { 202 } else { 404 }, "{other} beside {sender}");
        }
    }
}

#[test]
fn who_shows_another_secret_or_none_gets_nothing_in_and_no_secret_is_in_a_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = store(folder.path());
    let server = started(folder.path(), &SECRETS);
    let before = told(&store);
    for sender in SENDERS {
        let body = life(sender)[0].to_string().into_bytes();
        let wrong = address(sender, "hush");
        assert_eq!(post(&server, &wrong, &[("X-Gitlab-Event", "Deployment Hook")], &body).status, 401, "{sender}");
        let of_another_body = proof(sender, b"another");
        for (name, value) in &of_another_body {
            let value =
                if sender == "gitlab" || sender == "alertmanager" { format!("{value}x") } else { value.clone() };
            let headers = [
                ("X-Gitlab-Event", "Deployment Hook"),
                ("X-Gitlab-Event-UUID", "0-1"),
                ("webhook-id", "msg_1"),
                ("webhook-timestamp", "1"),
                ("linear-delivery", "1"),
                (*name, value.as_str()),
            ];
            let is_proof = headers[..5].iter().all(|(known, _)| known != name);
            let headers = if is_proof { &headers[..] } else { &headers[..5] };
            let answer = post(&server, &wrong, headers, &body);
            assert_eq!(answer.status, 401, "{sender} {name}");
            assert!(!answer.body.contains("hush"), "{}", answer.body);
        }
    }
    // The secret of one is none of another.
    let other = [("Authorization", "Bearer hush-of-gitlab")];
    assert_eq!(post(&server, "alertmanager", &other, life("alertmanager")[0].to_string().as_bytes()).status, 401);
    assert_eq!(deliver(&server, "grafana", &json!({"alerts": 7})).status, 400);
    assert_eq!(told(&store), before);
    let said = server.stop();
    for hidden in ["hush-of", "v1=", "ada@", &STANDARD.encode("cto:hush")] {
        assert!(!said.contains(hidden), "{hidden}");
    }
}

#[test]
fn a_delivery_of_linear_counts_for_five_minutes_and_no_mail_address_is_in_an_answer_or_a_log() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path());
    let server = started(folder.path(), &SECRETS);
    for seconds in [now() - 400, now() + 400] {
        let stale = deliver(&server, "linear", &linear("started", "11:00", None, seconds));
        assert_eq!(stale.status, 401);
        assert!(stale.body.contains("more than 5 minutes"), "{}", stale.body);
    }
    let mut odd = linear("started", "11:00", None, now());
    odd["data"]["assignee"] = "ada@acme.example".into();
    let answer = deliver(&server, "linear", &odd);
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("a value is of another kind") && !answer.body.contains('@'), "{}", answer.body);
    let mut comment = linear("started", "11:00", None, now());
    comment["type"] = "Comment".into();
    assert_eq!(deliver(&server, "linear", &comment).json()["outcome"], "not_used");
    assert_eq!(deliver(&server, "linear", &linear("started", "11:00", None, now())).status, 202);
    wait_for(&server, "stored", "1");
    let said = server.stop();
    for hidden in ["hush-of", "@acme", "eve@"] {
        assert!(!said.contains(hidden), "{hidden}");
    }
}

#[test]
fn a_signed_delivery_of_gitlab_counts_for_five_minutes() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path());
    let server = started(folder.path(), &SECRETS);
    let now = now();
    let signed = |id: &str, seconds: u64, body: &Value| {
        let (body, seconds) = (body.to_string(), seconds.to_string());
        let signature = STANDARD.encode(tag("hush-of-gitlab", format!("{id}.{seconds}.{body}").as_bytes()));
        let signature = format!("v1,{signature}");
        let headers = [
            ("X-Gitlab-Event", "Deployment Hook"),
            ("webhook-id", id),
            ("webhook-timestamp", &seconds),
            ("webhook-signature", &signature),
            // Is not asked for beside a signature.
            ("X-Gitlab-Token", "another"),
        ];
        post(&server, "gitlab", &headers, body.as_bytes())
    };
    assert_eq!(signed("msg-1", now, &gitlab("running", "12:00")).status, 202);
    let stale = signed("msg-2", now - 400, &gitlab("success", "12:10"));
    assert_eq!(stale.status, 401);
    assert!(stale.body.contains("more than 5 minutes"), "{}", stale.body);
    assert_eq!(signed("msg-3", now + 400, &gitlab("success", "12:10")).status, 401);
    wait_for(&server, "stored", "1");
}

#[test]
fn bodies_have_the_limit_of_their_sender() {
    let folder = tempfile::tempdir().expect("a folder");
    store(folder.path());
    let server = started(folder.path(), &SECRETS);
    let padded = |body: &Value, bytes: usize| {
        let mut body = body.clone();
        body["padding"] = " ".repeat(bytes).into();
        body
    };
    assert_eq!(deliver(&server, "gitlab", &padded(&gitlab("running", "12:00"), 24 << 20)).status, 202);
    for sender in SENDERS.into_iter().filter(|sender| *sender != "gitlab") {
        let body = life(sender).remove(0);
        assert_eq!(deliver(&server, sender, &padded(&body, 900 << 10)).status, 202, "{sender}");
        assert_eq!(deliver(&server, sender, &padded(&body, 1 << 20)).status, 413, "{sender}");
    }
}
