use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant as Clock};

use aws_lc_rs::hmac;
use model::Instant;
use model::columns::{Scopes, SightingSource};
use model::records::{
    ImportRun, Issue, ItemContent, Place, Presence, Project, ProjectItem, Record, Repository, StatusEvent,
};
use serde_json::{Value, json};
use store::{Page, Store};

use crate::client::{Answer, Connection, PATIENCE};
use crate::process::{Server, complaint, fixture, program, text};

pub(crate) const SECRET: &str = "hush-this-is-the-secret";
const PATH: &str = "/webhooks/github";

pub(crate) fn at(time: &str) -> Instant {
    Instant::parse_rfc3339(&format!("2026-10-01T{time}:00Z")).expect("a time")
}

/// A store after an import at 18:00 that saw an issue and, in Ready since 9:00, its card.
pub(crate) fn imported(folder: &Path) -> Store {
    let store = Store::open(&text(&folder.join("cto.db"))).expect("opened");
    let place = Place {
        repository_id: "R_1".into(),
        org: "acme".into(),
        repo: "api".into(),
        number: "7".into(),
        ..Place::default()
    };
    let opened = StatusEvent { kind: "opened".into(), at: at("08:00"), by: "ada".into(), state_reason: "".into() };
    let issue = Issue {
        id: "I_7".into(),
        place,
        title: "It breaks".into(),
        url: "https://github.com/acme/api/issues/7".into(),
        state: "open".into(),
        state_reason: "".into(),
        kind: "bug".into(),
        is_bug: true,
        labels: vec!["bug".into()],
        created_at: at("08:00"),
        updated_at: Some(at("08:00")),
        status_events: vec![opened],
        ..Issue::default()
    };
    let card = ProjectItem {
        id: "PVTI_7".into(),
        project_id: "77".into(),
        project_name: "Platform".into(),
        content: ItemContent::Issue,
        content_id: "I_7".into(),
        status: Some("Ready".into()),
        status_updated_at: Some(at("09:00")),
        presence: Presence::OnBoard,
        created_at: Some(at("08:30")),
        updated_at: Some(at("09:00")),
        observed_at: Some(at("09:30")),
        fields: None,
        has_untold_fields: false,
    };
    let repository = Repository {
        id: "R_1".into(),
        org: "acme".into(),
        name: "api".into(),
        owner: "acme".into(),
        ..Repository::default()
    };
    let board = Project {
        id: "PVT_1".into(),
        number_id: "77".into(),
        number: 1,
        org: "acme".into(),
        name: "Platform".into(),
        ..Project::default()
    };
    let records = [
        Record::Repository(repository),
        Record::Project(board),
        Record::Issue(Box::new(issue)),
        Record::ProjectItem(Box::new(card)),
    ];
    let page = Page {
        scope: model::kinds::Scope::Issues,
        subject: "R_1",
        records: &records,
        cursor: None,
        observed_at: at("09:30"),
        run: 1,
        generation: None,
        complete: false,
    };
    store.commit(&page).expect("stored");
    let run = ImportRun {
        run: 1,
        scope: "issues".into(),
        subject: "R_1".into(),
        outcome: "ok".into(),
        covered_to: Some(at("18:00")),
        ..ImportRun::default()
    };
    store.record_import(&run).expect("recorded");
    store
}

fn moved(time: &str, from: &str, to: &str) -> String {
    let updated_at = at(time).to_rfc3339_seconds();
    let option = |name: &str| json!({"id": "1", "name": name, "color": "GRAY", "description": ""});
    json!({
        "action": "edited",
        "projects_v2_item": {
            "id": 7, "node_id": "PVTI_7", "project_node_id": "PVT_1", "content_node_id": "I_7", "content_type": "Issue",
            "created_at": "2026-10-01T08:30:00Z", "updated_at": updated_at, "archived_at": null,
        },
        "changes": {"field_value": {
            "field_node_id": "PVTSSF_1", "field_type": "single_select", "field_name": "Status", "project_number": 1,
            "from": option(from), "to": option(to),
        }},
        "organization": {"login": "acme"},
        "sender": {"login": "ada", "type": "User"},
    })
    .to_string()
}

pub(crate) fn signature(body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, body);
    tag.as_ref().iter().fold("sha256=".to_owned(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("written");
        text
    })
}

/// The head of a delivery up to what says how long its body is.
pub(crate) fn head(server: &Server, event: &str, id: &str, signature: &str) -> String {
    format!(
        "POST {PATH} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nX-GitHub-Event: {event}\r\n\
         X-GitHub-Delivery: {id}\r\nX-Hub-Signature-256: {signature}\r\n",
        server.address
    )
}

fn post(connection: &mut Connection, head: &str, body: &[u8]) -> Answer {
    let mut request = format!("{head}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    request.extend_from_slice(body);
    connection.send(request).expect("sent");
    connection.answer().expect("an answer")
}

/// Delivers a signed body over a connection of its own.
fn deliver(server: &Server, event: &str, id: &str, body: &str) -> Answer {
    let head = head(server, event, id, &signature(body.as_bytes()));
    post(&mut server.connect(), &head, body.as_bytes())
}

fn started(folder: &Path, variables: &[(&str, &str)]) -> Server {
    let mut command = program(&["--data", &text(folder), "--reload-seconds", "1"]);
    command.env("CTO_WEBHOOK_SECRET", SECRET).env("RUST_LOG", "trace").envs(variables.iter().copied());
    let server = Server::run(command);
    server.wait_until_ready("/readyz", "");
    server
}

/// It was taken in, and its sender is told what became of it, unless that took too long.
pub(crate) fn assert_taken(answer: &Answer, outcome: &str) {
    assert_eq!(answer.status, 202, "{}", answer.body);
    let told = answer.json()["outcome"].clone();
    assert!(told == outcome || told == "accepted", "{told} for {outcome}");
}

/// Looks again until it is so.
pub(crate) fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Clock::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn count(server: &Server, outcome: &str) -> String {
    let line = format!("cto_api_deliveries_total{{outcome=\"{outcome}\"}} ");
    let metrics = server.get("/metrics").body;
    metrics.lines().find_map(|known| known.strip_prefix(&line)).unwrap_or("0").to_owned()
}

/// Waits until so many deliveries have come to an outcome.
pub(crate) fn wait_for(server: &Server, outcome: &str, times: &str) {
    wait_until(outcome, || count(server, outcome) == times);
}

/// The columns that deliveries tell of, as they are stored.
fn told(store: &Store) -> Vec<String> {
    let raw = store.load(Scopes::ALL).expect("read");
    let rows = (0..raw.sightings.issue.len()).filter(|row| raw.sightings.source[*row] == SightingSource::Webhook);
    rows.map(|row| String::from_utf8_lossy(raw.dictionary.bytes(raw.sightings.status[row])).into_owned()).collect()
}

fn issue_row(server: &Server) -> Value {
    server.get("/api/v1/issues").json()["data"][0].clone()
}

#[test]
fn a_delivered_move_appears_in_the_history_of_its_issue() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = imported(folder.path());
    let server = started(folder.path(), &[]);
    assert_eq!(issue_row(&server)["current_step"], "ready");
    let answer = deliver(&server, "projects_v2_item", "id-1", &moved("12:00", "Ready", "In progress"));
    assert_taken(&answer, "stored");
    wait_for(&server, "stored", "1");
    assert_eq!(told(&store), ["In progress"]);
    wait_until("it is loaded", || issue_row(&server)["current_step"] == "dev");
    let row = issue_row(&server);
    assert_eq!(row["current_column"], "In progress");
    // From 12:00 to 18:00, the end of what the import covered.
    assert_eq!(row["dev_days"], 0.25);
    assert_eq!(row["devstartdatetime"], "2026-10-01T12:00:00Z");
}

#[test]
fn what_is_repeated_or_comes_late_changes_nothing_twice_and_overrides_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = imported(folder.path());
    let server = started(folder.path(), &[]);
    let (first, second) = (moved("12:00", "Ready", "In progress"), moved("13:00", "In progress", "In review"));
    for (id, body, outcome) in [
        ("id-2", &second, "stored"),
        ("id-1", &first, "stored"),
        ("id-1", &first, "repeated"),
        ("id-3", &second, "repeated"),
    ] {
        let answer = deliver(&server, "projects_v2_item", id, body);
        assert_taken(&answer, outcome);
    }
    wait_for(&server, "repeated", "2");
    assert_eq!(count(&server, "stored"), "2");
    // What the second one said of the column before it stays in between.
    assert_eq!(told(&store), ["In progress", "In progress", "In review"]);
    wait_until("it is loaded", || issue_row(&server)["current_step"] == "review");
}

#[test]
fn who_does_not_know_the_secret_gets_nothing_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = imported(folder.path());
    let server = started(folder.path(), &[]);
    let body = moved("12:00", "Ready", "Done");
    let other = signature(b"another body");
    for wrong in [other.as_str(), "", "sha256=", "sha1=0"] {
        let head = head(&server, "projects_v2_item", "id-1", wrong);
        let answer = post(&mut server.connect(), &head, body.as_bytes());
        assert_eq!(answer.status, 401, "{wrong}");
    }
    let unsigned = format!("POST {PATH} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n", server.address);
    assert_eq!(post(&mut server.connect(), &unsigned, body.as_bytes()).status, 401);
    // An unsigned body is not even looked at.
    let head = head(&server, "projects_v2_item", "id-1", &other);
    assert_eq!(post(&mut server.connect(), &head, b"{").status, 401);
    assert_eq!(count(&server, "refused"), "6");
    assert_eq!(told(&store), [""; 0]);
}

#[test]
fn what_cannot_be_read_or_is_not_used_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    imported(folder.path());
    let server = started(folder.path(), &[]);
    assert_eq!(deliver(&server, "projects_v2_item", "id-1", "{").status, 400);
    assert_eq!(deliver(&server, "issues", "id-2", "{}").status, 400);
    assert_eq!(deliver(&server, "An Event", "id-3", "{}").status, 400);
    let ping = deliver(&server, "ping", "id-4", "{\"zen\":\"Design for failure.\"}");
    assert_eq!((ping.status, &ping.json()["outcome"]), (202, &json!("not_used")));
    assert_eq!(deliver(&server, "star", "id-5", "{}").status, 202);
    assert_eq!(deliver(&server, "push", "id-6", "{}").status, 202);
    assert_eq!(count(&server, "not_used"), "3");
    let get = server.get(PATH);
    assert_eq!((get.status, get.header("allow")), (405, Some("POST,OPTIONS")));
    let body = "text";
    let head = head(&server, "ping", "id-7", &signature(body.as_bytes())).replace("application/json", "text/plain");
    let answer = post(&mut server.connect(), &head, body.as_bytes());
    assert_eq!(answer.status, 415, "{}", answer.body);
    assert!(answer.body.contains("application/json"), "{}", answer.body);
}

#[test]
fn a_form_is_taken_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    imported(folder.path());
    let server = started(folder.path(), &[]);
    let encoded: String = moved("12:00", "Ready", "Done").bytes().fold("payload=".to_owned(), |mut text, byte| {
        write!(text, "%{byte:02X}").expect("written");
        text
    });
    let head = head(&server, "projects_v2_item", "id-1", &signature(encoded.as_bytes()));
    let head = head.replace("application/json", "application/x-www-form-urlencoded");
    assert_eq!(post(&mut server.connect(), &head, encoded.as_bytes()).status, 202);
    wait_for(&server, "stored", "1");
}

#[test]
fn a_body_that_is_too_long_is_refused_also_when_it_does_not_say_how_long_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    imported(folder.path());
    let server = started(folder.path(), &[]);
    let most = 25 << 20;
    let head = head(&server, "projects_v2_item", "id-1", &signature(b""));
    let mut told = server.connect();
    told.send(format!("{head}Content-Length: {}\r\n\r\n", 26 << 20)).expect("sent");
    assert_eq!(told.answer().expect("an answer without the body").status, 413);
    let mut chunked = server.connect();
    chunked.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n{most:x}\r\n")).expect("sent");
    chunked.send(vec![b' '; most]).expect("sent");
    chunked.send("\r\n1\r\n \r\n").expect("sent");
    assert_eq!(chunked.answer().expect("an answer").status, 413);
    // What just fits is read: it is not signed.
    assert_eq!(post(&mut server.connect(), &head, &vec![b' '; most]).status, 401);
    assert_eq!(server.get("/api/stocks").status, 200);
}

#[test]
fn one_that_sends_slowly_holds_up_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    imported(folder.path());
    let server = started(folder.path(), &[]);
    let body = moved("12:00", "Ready", "Done");
    let (begin, rest) = body.as_bytes().split_at(body.len() / 2);
    let head = head(&server, "projects_v2_item", "id-1", &signature(body.as_bytes()));
    let mut slow: Vec<Connection> = (0..20).map(|_| server.connect()).collect();
    for connection in &mut slow {
        connection.send(format!("{head}Content-Length: {}\r\n\r\n", body.len())).expect("sent");
        connection.send(begin).expect("sent");
    }
    let other = moved("11:00", "Ready", "In review");
    assert_eq!(deliver(&server, "projects_v2_item", "id-2", &other).status, 202);
    wait_for(&server, "stored", "1");
    assert_eq!(server.get("/api/stocks").status, 200);
    let mut first = slow.swap_remove(0);
    first.send(rest).expect("sent");
    assert_eq!(first.answer().expect("slow is not wrong").status, 202);
}

#[test]
fn an_import_under_way_holds_up_no_delivery() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = imported(folder.path());
    let lock = store.lock_for_import(Duration::ZERO, &mut || {}).expect("locked");
    let server = started(folder.path(), &[]);
    deliver(&server, "projects_v2_item", "id-1", &moved("12:00", "Ready", "Done"));
    wait_for(&server, "stored", "1");
    assert_eq!(told(&store), ["Done"]);
    drop(lock);
}

#[test]
fn what_was_accepted_waits_for_a_store_that_is_gone_for_a_while() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(imported(folder.path()));
    let server = started(folder.path(), &[]);
    let (here, away) = (folder.path().join("cto.db"), folder.path().join("away.db"));
    std::fs::rename(&here, &away).expect("moved away");
    let answer = deliver(&server, "projects_v2_item", "id-1", &moved("12:00", "Ready", "Done"));
    assert_eq!((answer.status, answer.json()), (202, json!({"outcome": "accepted"})), "it is not stored yet");
    assert!(!here.exists(), "no new one is made");
    std::fs::rename(&away, &here).expect("put back");
    wait_for(&server, "stored", "1");
    assert_eq!(told(&Store::open(&text(&here)).expect("opened")), ["Done"]);
}

#[test]
fn a_repository_that_no_import_has_seen_is_told_and_may_come_again() {
    let folder = tempfile::tempdir().expect("a folder");
    imported(folder.path());
    let server = started(folder.path(), &[]);
    let body = json!({
        "action": "opened",
        "issue": {
            "node_id": "I_9", "number": 9, "title": "t", "html_url": "u", "state": "open", "user": null,
            "created_at": "2026-10-01T09:00:00Z", "closed_at": null, "updated_at": "2026-10-01T09:00:00Z",
        },
        "repository": {"node_id": "R_9", "name": "elsewhere", "owner": {"login": "acme"}},
    });
    for times in ["1", "2"] {
        let answer = deliver(&server, "issues", "id-1", &body.to_string());
        assert_taken(&answer, "unknown");
        wait_for(&server, "unknown", times);
    }
}

#[test]
fn without_a_secret_there_is_nothing_at_the_address_whatever_the_authentication() {
    let folder = tempfile::tempdir().expect("a folder");
    imported(folder.path());
    for tokens in ["", "a-token"] {
        let server = started(folder.path(), &[("CTO_WEBHOOK_SECRET", ""), ("CTO_API_TOKENS", tokens)]);
        assert_eq!(deliver(&server, "ping", "id-1", "{}").status, 404);
    }
}

#[test]
fn deliveries_need_no_token_and_tokens_are_no_signature() {
    let folder = tempfile::tempdir().expect("a folder");
    imported(folder.path());
    let server = started(folder.path(), &[("CTO_API_TOKENS", "a-token"), ("CTO_API_BASE_PATH", "")]);
    assert_eq!(deliver(&server, "ping", "id-1", "{}").status, 202);
    let head = head(&server, "ping", "id-1", "sha256=00") + "Authorization: Bearer a-token\r\n";
    assert_eq!(post(&mut server.connect(), &head, b"{}").status, 401);
    assert_eq!(server.get("/api/stocks").status, 401);
}

#[test]
fn without_authentication_host_names_count_for_deliveries_too() {
    let folder = tempfile::tempdir().expect("a folder");
    imported(folder.path());
    let server = started(folder.path(), &[("CTO_API_HOST", "cto.acme.example")]);
    let status = |host: &str| {
        let head = head(&server, "ping", "id-1", &signature(b"{}")).replace(&server.address, host);
        post(&mut server.connect(), &head, b"{}").status
    };
    assert_eq!((status("cto.acme.example"), status("evil.example")), (202, 421));
}

#[cfg(unix)]
#[test]
fn what_was_accepted_is_stored_before_the_end_and_the_secret_is_in_no_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = imported(folder.path());
    let server = started(folder.path(), &[]);
    let mut connection = server.connect();
    for minute in 10..60 {
        let body =
            moved(&format!("12:{minute}"), "Ready", "Done").replace("\"Ready\"", &format!("\"Column {minute}\""));
        let head = head(&server, "projects_v2_item", &format!("id-{minute}"), &signature(body.as_bytes()));
        assert_eq!(post(&mut connection, &head, body.as_bytes()).status, 202);
    }
    crate::process::signal(&server, "-TERM");
    let (code, said) = server.ended();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(told(&store).iter().filter(|column| *column == "Done").count(), 50);
    assert!(said.contains("delivery id-59 of projects_v2_item: stored"), "{said}");
    for hidden in [SECRET, "sha256=", "Column 11", "PVTSSF_1"] {
        assert!(!said.contains(hidden), "{hidden}");
    }
}

#[test]
fn webhooks_without_a_store_are_refused_at_the_start() {
    let mut command = program(&["--data", &text(&fixture("tables/raw"))]);
    command.env("CTO_WEBHOOK_SECRET", SECRET);
    let complaint = complaint(command);
    assert!(complaint.starts_with("exit 2\ncto-api: webhooks need a store, and "), "{complaint}");
    assert!(complaint.contains("run cto-import into it") && !complaint.contains(SECRET), "{complaint}");
}
