//! What pipelines push, from an empty folder to the tables.

use std::path::Path;
use std::time::{Duration, Instant as Clock};

use serde_json::{Value, json};

use crate::client::{Answer, Connection, PATIENCE};
use crate::process::{Server, complaint, program, text};

pub(crate) const TOKEN: &str = "hush-this-is-the-token";

pub(crate) fn started(folder: &Path, variables: &[(&str, &str)]) -> Server {
    let mut command = program(&["--data", &text(folder), "--reload-seconds", "1"]);
    command.env("CTO_EVENT_TOKENS", TOKEN).env("RUST_LOG", "trace").envs(variables.iter().copied());
    let server = Server::run(command);
    server.wait_until_ready("/readyz", "");
    server
}

pub(crate) fn send(connection: &mut Connection, server: &Server, path: &str, headers: &str, body: &str) -> Answer {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Length: {length}\r\n\r\n", server.address);
    connection.send(format!("{head}{body}")).expect("sent");
    connection.answer().expect("an answer")
}

/// Pushes with the token, over a connection of its own.
pub(crate) fn push(server: &Server, path: &str, body: &Value) -> Answer {
    let headers = format!("Authorization: token {TOKEN}\r\nContent-Type: application/json\r\n");
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(&mut server.connect(), server, path, &headers, &body)
}

pub(crate) fn status(server: &Server, path: &str, body: &Value) -> u16 {
    push(server, path, body).status
}

/// Looks again until it is so.
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Clock::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

pub(crate) fn rows(server: &Server, path: &str) -> Vec<Value> {
    let answer = server.get(path);
    if answer.status == 200 { answer.json()["data"].as_array().cloned().unwrap_or_default() } else { Vec::new() }
}

pub(crate) fn row<'a>(rows: &'a [Value], column: &str, value: &str) -> &'a Value {
    rows.iter().find(|row| row[column] == value).unwrap_or(&Value::Null)
}

#[test]
fn two_requests_of_a_pipeline_and_nothing_imported_are_a_deployment_of_the_week() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let begun = json!({
        "id": "41", "project_id": "shop", "sha": "0a4d55a8d778e5022fab701977c5d840bbc486d0",
        "first_commit_at": "2026-03-02T08:00:00Z", "deploy_start_at": "2026-03-03T07:50:00Z",
    });
    assert_eq!(push(&server, "/api/v1/deployments", &begun).header("location"), Some("41"));
    let ended = json!({"create_if_not_exists": false, "deployed_at": "2026-03-03T08:00:00+00:00"});
    assert_eq!(status(&server, "/api/v1/deployments/41/deployed", &ended), 200);
    wait_until("the deployment is in the table", || {
        row(&rows(&server, "/api/v1/delivery/dora?by=week&from=2026-03-02&to=2026-03-08"), "service", "shop")["deployments"]
            == 1
    });
    let weeks = rows(&server, "/api/v1/delivery/dora?by=week&from=2026-03-02&to=2026-03-08");
    let week = row(&weeks, "service", "shop");
    assert_eq!((&week["changes"], &week["lead_p50_days"]), (&json!(0), &json!(1.0)), "{week}");
    let listed = rows(&server, "/api/v1/delivery/deployments");
    let one = row(&listed, "deployment_id", "api/41");
    assert_eq!((&one["service"], &one["pushed_lead_days"]), (&json!("shop"), &json!(1.0)), "{one}");
    let meta = server.get("/api/v1/meta").json();
    assert_eq!(row(meta["sources"].as_array().expect("sources"), "scope", "event_api")["state"], "ok");
    let known = server.get("/api/v1/deployments/41").json();
    assert_eq!(
        known,
        json!({
            "id": "41", "project_id": "shop", "first_commit_at": "2026-03-02T08:00:00.000Z",
            "deploy_start_at": "2026-03-03T07:50:00.000Z", "deployed_at": "2026-03-03T08:00:00.000Z",
        })
    );
    let log = server.stop();
    assert!(!log.contains(TOKEN) && log.contains("pushed deployment: new"), "{log}");
}

#[test]
fn who_may_push_is_a_question_of_its_own_and_of_every_form_that_is_documented() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[("CTO_API_TOKENS", "for-reading")]);
    let body = json!({"id": 1, "project_id": "shop", "first_commit_at": "2026-03-02T08:00:00Z"}).to_string();
    let answer = |headers: &str| send(&mut server.connect(), &server, "/api/v1/deployments", headers, &body);
    let none = answer("");
    assert_eq!((none.status, none.body.as_str()), (401, "Authorization Required"));
    let wrong = answer("Authorization: Token for-reading\r\n");
    assert_eq!((wrong.status, wrong.body.as_str()), (403, "Wrong authentication for type \"token\""));
    let other = answer("Authorization: Digest x\r\n");
    assert_eq!((other.status, other.body.as_str()), (401, ""));
    assert_eq!(answer(&format!("Authorization: Bearer {TOKEN}\r\n")).status, 201);
    assert_eq!(answer(&format!("Authorization: TOKEN {TOKEN}\r\n")).status, 200, "it is known");
    assert_eq!(answer(&format!("Authorization: Token {TOKEN}\r\nContent-Type: text/csv\r\n")).status, 415);
    assert_eq!(server.get("/api/v1/deployments").status, 401, "reading follows the server");
}

#[test]
fn without_a_token_for_it_nothing_can_be_pushed_and_an_open_door_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    store::Store::open(&text(&folder.path().join("cto.db"))).expect("made");
    let server = Server::run(program(&["--data", &text(folder.path())]));
    assert_eq!(status(&server, "/api/v1/deployments", &json!({})), 404);
    let mut open = program(&["--addr", "127.0.0.1:0"]);
    open.env("EM_METRICS_NO_AUTH", "false");
    let complaint = complaint(open);
    assert!(complaint.starts_with("exit 2\n") && complaint.contains("set CTO_EVENT_TOKENS"), "{complaint}");
}

#[test]
fn wrong_fields_are_told_in_the_words_of_validators_and_another_fact_is_a_conflict() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let answer = push(&server, "/api/v1/deployments", &json!({"project_id": "shop", "first_commit_at": "yesterday"}));
    assert_eq!(answer.status, 400);
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors[0]["message"], "must have required property 'id'");
    assert_eq!(errors[0]["params"], json!({"missingProperty": "id"}));
    assert_eq!(errors[1]["instancePath"], "/first_commit_at");
    assert_eq!(errors[1]["message"], "must match format \"date-time\"");
    let missing = push(&server, "/api/v1/deployments/9/deployed", &json!({"create_if_not_exists": false}));
    assert_eq!((missing.status, missing.json()), (404, json!({"error": "Deployment does not exist"})));
    let body = |project: &str| json!({"id": "9", "project_id": project, "first_commit_at": "2026-03-02T08:00:00Z"});
    assert_eq!(status(&server, "/api/v1/deployments", &body("shop")), 201);
    let other = push(&server, "/api/v1/deployments", &body("web"));
    assert_eq!(other.status, 409);
    assert_eq!((&other.json()["stored"], &other.json()["told"]), (&json!("shop"), &json!("web")));
    let headers = format!("Authorization: Token {TOKEN}\r\nAccept: application/problem+json\r\n");
    let problem = send(&mut server.connect(), &server, "/api/v1/incidents", &headers, "{}");
    assert_eq!(problem.header("content-type"), Some("application/problem+json"));
    assert_eq!(problem.json()["errors"][0]["params"]["missingProperty"], "project_id");
}

#[test]
fn an_incident_is_reported_restored_and_over_and_what_is_repeated_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let day = |hour: &str| format!("2026-03-03T{hour}:00Z");
    let shipped = json!({
        "create_if_not_exists": true, "project_id": "shop", "first_commit_at": day("06:00"), "deployed_at": day("08:00"),
    });
    assert_eq!(status(&server, "/api/v1/deployments/d1/deployed", &shipped), 201);
    let opened = json!({"project_id": "shop", "deployment_id": "d1", "started_at": day("08:30"), "title": "Down"});
    assert_eq!(push(&server, "/api/v1/incidents", &opened).header("location"), Some("incident_shop_1"));
    assert_eq!(status(&server, "/api/v1/incidents", &opened), 200, "the same one");
    let in_progress = || server.get("/api/v1/incidents?type=in-progress").json().as_array().expect("a list").len();
    assert_eq!(in_progress(), 1);
    for _ in 0..3 {
        let restored = json!({"date": day("09:00")});
        assert_eq!(status(&server, "/api/v1/incidents/incident_shop_1/restored", &restored), 200);
    }
    assert_eq!(status(&server, "/api/v1/incidents/incident_shop_1/finished", &Value::Null), 200, "now");
    assert_eq!(status(&server, "/api/v1/incidents/other/finished", &Value::Null), 404);
    assert_eq!(in_progress(), 0);
    let unknown = json!({"project_id": "shop", "deployment_id": "nothing"});
    assert_eq!(status(&server, "/api/v1/incidents", &unknown), 400);
    wait_until("the incident is laid to its deployment", || {
        let listed = rows(&server, "/api/v1/delivery/incidents");
        row(&listed, "incident_id", "api/incident_shop_1")["downtime_hours"] == json!(0.5)
    });
    let listed = rows(&server, "/api/v1/delivery/incidents");
    let one = row(&listed, "incident_id", "api/incident_shop_1");
    assert_eq!((&one["deployment_id"], &one["method"]), (&json!("api/d1"), &json!("named")), "{one}");
    let listed = rows(&server, "/api/v1/delivery/deployments");
    assert_eq!(row(&listed, "deployment_id", "api/d1")["failed"], true);
}

#[test]
fn a_dead_pipeline_is_missing_data_until_somebody_says_that_nothing_happened() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = text(&folder.path().join("cto.db"));
    let store = store::Store::open(&database).expect("made");
    let long_ago = model::Instant::parse_rfc3339("2026-03-03T08:00:00Z").expect("a time");
    store.heartbeat(long_ago).expect("noted");
    let server = started(folder.path(), &[]);
    let as_of = || server.get("/api/v1/meta").json()["as_of"].as_str().unwrap_or_default().to_owned();
    assert_eq!(as_of(), "2026-03-03T08:00:00Z", "nothing is known of what came later");
    assert_eq!(status(&server, "/api/v1/heartbeat", &json!([1])), 400, "no object, no sign of life");
    assert_eq!(status(&server, "/api/v1/heartbeat", &Value::Null), 200);
    wait_until("it is known that nothing happened", || as_of().as_str() > "2026-03-03T08:00:00Z");
}

#[test]
fn a_key_of_a_request_stands_for_one_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let headers = format!("Authorization: Token {TOKEN}\r\nIdempotency-Key: run-7\r\n");
    let push = |body: &str| send(&mut server.connect(), &server, "/api/v1/incidents", &headers, body).status;
    let body = r#"{"project_id": "shop"}"#;
    assert_eq!([push(body), push(body), push(body)], [201, 200, 200]);
    assert_eq!(push(r#"{"project_id": "web"}"#), 409);
    assert_eq!(server.get("/api/v1/incidents").json().as_array().expect("a list").len(), 1);
}

#[test]
fn bodies_of_devlake_in_both_spellings_are_deployments_and_incidents_of_their_connection() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let now = json!({
        "id": "7", "startedDate": "2026-03-03T08:00:00Z", "finishedDate": "2026-03-03T08:10:00Z", "result": "SUCCESS",
        "deploymentCommits": [
            {"repoUrl": "https://github.com/acme/shop.git", "refName": "main", "commitSha": "c0ffee", "startedDate": "2026-03-03T08:00:00Z", "finishedDate": "2026-03-03T08:10:00Z"},
        ],
    });
    let before = json!({
        "pipeline_id": "8", "commit_sha": "decade", "repo_url": "https://github.com/acme/shop",
        "start_time": "2026-03-04T08:00:00+00:00", "end_time": "2026-03-04T08:10:00+00:00",
    });
    for (path, body) in [
        ("/api/rest/plugins/webhook/1/deployments", &now),
        ("/api/plugins/webhook/1/deployments", &before),
        ("/api/rest/plugins/webhook/connections/by-name/1/deployments", &before),
    ] {
        let answer = push(&server, path, body);
        assert_eq!((answer.status, answer.json()["success"].clone()), (200, json!(true)), "{path} {}", answer.body);
    }
    let issue = json!({
        "issue_key": "DLK-1", "title": "Down", "type": "INCIDENT", "status": "TODO", "created_date": "2026-03-03T09:00:00Z",
    });
    assert_eq!(status(&server, "/api/plugins/webhook/1/issues", &issue), 200);
    assert_eq!(status(&server, "/api/rest/plugins/webhook/1/issue/DLK-1/close", &Value::Null), 200);
    let other =
        push(&server, "/api/rest/plugins/webhook/1/issues", &json!({"issueKey": "DLK-2", "type": "REQUIREMENT"}));
    assert!(other.json()["message"].as_str().expect("a text").contains("INCIDENT"), "{}", other.body);
    wait_until("the deployments are in the table", || {
        row(&rows(&server, "/api/v1/delivery/dora?by=week&from=2026-03-02&to=2026-03-08"), "service", "acme/shop")["deployments"]
            == 2
    });
    let listed = rows(&server, "/api/v1/delivery/incidents");
    assert!(row(&listed, "incident_id", "devlake/1/DLK-1")["restored_at"].is_string(), "{listed:?}");
}

/// The page about pushed events.
const PAGE: &str = include_str!("../../../../docs/events.md");

#[test]
fn every_request_of_the_page_about_events_is_answered_well_and_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let blocks = PAGE.split("```sh\n").skip(1).map(|block| block.split("```").next().expect("a block"));
    let lines: Vec<&str> = blocks.flat_map(str::lines).collect();
    assert!(lines.len() > 10 && lines.iter().all(|line| line.starts_with("curl ")), "{lines:?}");
    for line in &lines {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", line]).env("CTO", format!("http://{}", server.address)).env("T", TOKEN);
        shell.env("RUN", "77").env("SHA", "0a4d55a8d778e5022fab701977c5d840bbc486d0");
        let run = shell.env("FIRST", "2026-03-02T08:00:00+01:00").env("NO_PROXY", "*").output().expect("a shell");
        let told = [run.stdout, run.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(run.status.success(), "{line}: {told:?}");
    }
    wait_until("DevLake's deployments are in the table", || {
        let week = rows(&server, "/api/v1/delivery/dora?by=week&from=2026-03-02&to=2026-03-08");
        let of_web = row(&week, "service", "acme/web");
        [&of_web["deployments"], &of_web["redeploys"]] == [&json!(1), &json!(1)]
    });
    let listed = rows(&server, "/api/v1/delivery/deployments");
    let of_shop: Vec<&Value> = listed.iter().filter(|row| row["service"] == "shop").collect();
    assert_eq!(of_shop.iter().filter(|row| row["kind"] == "failed_attempt").count(), 1, "{of_shop:?}");
    assert_eq!(row(&rows(&server, "/api/v1/delivery/incidents"), "incident_id", "api/inc-77")["method"], "named");
}

/// Every address that is pushed to, and what it answers to a body that lacks what it needs.
const DOORS: [(&str, u16); 9] = [
    ("/api/v1/deployments", 400),
    ("/api/v1/deployments/1/deployed", 400),
    ("/api/v1/incidents", 400),
    ("/api/v1/incidents/1/restored", 404),
    ("/api/v1/incidents/1/finished", 404),
    ("/api/v1/heartbeat", 200),
    ("/api/rest/plugins/webhook/1/deployments", 400),
    ("/api/plugins/webhook/1/issues", 400),
    ("/api/rest/plugins/webhook/1/issue/1/close", 404),
];

#[test]
fn a_body_of_24_megabytes_is_answered_at_every_door_and_one_of_26_is_too_long() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let body = format!("{{\"id\": \"1\", \"more\": \"{}\"}}", "x".repeat(24 << 20));
    let headers = format!("Authorization: Token {TOKEN}\r\n");
    for (path, status) in DOORS {
        assert_eq!(send(&mut server.connect(), &server, path, &headers, &body).status, status, "{path}");
        let mut connection = server.connect();
        let host = &server.address;
        let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {}\r\n\r\n", 26 << 20);
        connection.send(head).expect("sent");
        assert_eq!(connection.answer().expect("an answer").status, 413, "{path}");
    }
}

#[test]
fn whoever_pushes_and_falls_silent_holds_up_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let mut silent: Vec<Connection> = (0..100).map(|_| server.connect()).collect();
    for connection in &mut silent {
        let head = format!("POST /api/v1/deployments HTTP/1.1\r\nHost: {}\r\n", server.address);
        let begun = format!("{head}Authorization: Token {TOKEN}\r\nContent-Length: 100\r\n\r\n{{\"id\":");
        connection.send(begun).expect("sent");
    }
    let body = json!({"id": "1", "project_id": "shop", "first_commit_at": "2026-03-02T08:00:00Z"});
    assert_eq!(status(&server, "/api/v1/deployments", &body), 201);
    assert_eq!(server.get("/api/v1/deployments").json().as_array().expect("a list").len(), 1);
}
