//! Boards of GitLab's own statuses.

use std::sync::Arc;

use connector_testing::{Memory, Told};
use gitlab_issues::{Board, IssueRules, IssueSource};
use model::gitlab::{LabelBoard, LabelColumns};
use serde_json::{Value, json};
use source::{ErrorKind, Source as _, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::{MockServer, Request, ResponseTemplate};

use crate::{Group, client, import_by, issue};

impl Group {
    /// What GraphQL answers: the status of an issue and one of its notes.
    pub(crate) fn status(&self, request: &Request) -> ResponseTemplate {
        let asked: Value = serde_json::from_slice(&request.body).expect("JSON");
        if !is_about_a_status(&asked) {
            return ResponseTemplate::new(404);
        }
        if let Some(refusal) = self.refusal {
            return ResponseTemplate::new(200).set_body_json(json!({"errors": [{"message": refusal}]}));
        }
        let variables = &asked["variables"];
        assert_eq!(variables["project"], "acme/api");
        let number: u64 = variables["iid"].as_str().and_then(|iid| iid.parse().ok()).expect("a number");
        let told = self.statuses.iter().find(|(of, _)| *of == number).map(|(_, told)| told);
        let Some(told) = told else {
            return ResponseTemplate::new(200).set_body_json(json!({"data": {"project": {"issue": null}}}));
        };
        let notes = told["notes"].as_array().expect("notes");
        let place: usize = variables["cursor"].as_str().map_or(0, |cursor| cursor.parse().expect("a cursor"));
        let next = (place + 1 < notes.len()).then(|| (place + 1).to_string());
        let page: Vec<&Value> = notes.get(place).into_iter().collect();
        let page_info = json!({"hasNextPage": next.is_some(), "endCursor": next});
        let found = json!({"status": told["status"], "notes": {"pageInfo": page_info, "nodes": page}});
        ResponseTemplate::new(200).set_body_json(json!({"data": {"project": {"issue": found}}}))
    }
}

/// Surveys ask by GraphQL as well.
fn is_about_a_status(asked: &Value) -> bool {
    asked["query"].as_str().is_some_and(|query| query.contains("status { name }"))
}

fn note(number: u64, day: u64, action: &str, body: &str) -> Value {
    json!({
        "id": format!("gid://gitlab/Note/{number}"), "createdAt": format!("2026-01-{day:02}T10:00:00Z"), "system": true,
        "body": body, "author": {"username": "ada", "bot": false}, "systemNoteMetadata": {"action": action},
    })
}

fn set(number: u64, day: u64, name: &str) -> Value {
    note(number, day, "work_item_status", &format!("set status to **{name}**"))
}

fn told(status: Option<&str>, notes: &[Value]) -> Value {
    json!({"status": status.map(|name| json!({"name": name})), "notes": notes})
}

fn board(group: &str) -> Board {
    let configured = LabelBoard { group: group.into(), name: "Work".into(), columns: LabelColumns::Statuses };
    Board::new(configured, "gitlab.example", 7)
}

async fn import_with(server: &MockServer, memory: &Memory, told: &Told, group: &str) -> Result<Usage, SourceError> {
    let rules = IssueRules { boards: vec![board(group)], concurrency: 2, ..IssueRules::default() };
    import_by(server, memory, Window::default(), told, rules).await
}

/// Moves of an issue as `DAY FROM>TO`, and the card's status with the day since when it is.
fn history(memory: &Memory, number: &str) -> (Vec<String>, Option<String>, Option<String>) {
    let issues = memory.issues();
    let issue = issues.iter().find(|issue| issue.place.number == number).expect("imported");
    let day = |at: model::Instant| at.to_rfc3339()[8..10].to_owned();
    let moves = issue.project_events.iter().skip(1);
    let moves = moves.map(|event| format!("{} {}>{}", day(event.at), event.from_column, event.to_column)).collect();
    let card = &issue.items[0];
    assert_eq!(card.project_id, "gitlab.example/group/7/work_items/status");
    (moves, card.status.clone(), card.status_updated_at.map(day))
}

#[tokio::test]
async fn the_present_status_and_the_notes_of_an_issue_are_its_card_and_its_moves() {
    let notes = [
        set(1, 3, "In progress"),
        note(2, 4, "label", "added ~12 label"),
        note(3, 5, "status", "changed the incident status to **Resolved**"),
        set(4, 6, "Done"),
    ];
    let group = Group {
        issues: vec![issue(1, 10), issue(2, 11), issue(3, 12)],
        statuses: vec![
            (1, told(Some("Done"), &notes)),
            (2, told(Some("To do"), &[])),
            (3, told(Some("Developing"), &[set(5, 3, "In progress")])),
        ],
        ..Group::default()
    };
    let server = group.serve().await;
    let (memory, notes) = (Memory::default(), Told::default());
    import_with(&server, &memory, &notes, "acme").await.expect("imported");
    let moves = ["03 >In progress", "06 In progress>Done"].map(str::to_owned).to_vec();
    assert_eq!(history(&memory, "1"), (moves, Some("Done".to_owned()), Some("06".to_owned())));
    assert_eq!(history(&memory, "2"), (Vec::new(), Some("To do".to_owned()), None), "since when, nobody tells");
    let renamed = (vec!["03 >In progress".to_owned()], Some("Developing".to_owned()), None);
    assert_eq!(history(&memory, "3"), renamed, "how it came there is not made up");
    assert!(!notes.notes().iter().any(|note| note.contains("status")), "{:?}", notes.notes());
}

#[tokio::test]
async fn only_issues_of_a_board_of_statuses_are_asked_for_theirs() {
    let group = Group { issues: vec![issue(1, 10), issue(2, 11)], ..Group::default() };
    let server = group.serve().await;
    import_with(&server, &Memory::default(), &Told::default(), "acme/other").await.expect("imported");
    let asked = server.received_requests().await.expect("recorded");
    let is_about_a_status =
        |request: &Request| serde_json::from_slice(&request.body).is_ok_and(|asked| is_about_a_status(&asked));
    assert!(!asked.is_empty() && !asked.iter().any(is_about_a_status));
}

#[tokio::test]
async fn one_call_more_for_each_issue_is_expected_where_a_board_is_of_statuses() {
    let server = Group::default().serve().await;
    let client = client(&server);
    let survey = client.survey("acme", &Told::default(), &CancellationToken::new()).await.expect("a survey");
    let survey = Arc::new(survey);
    let expected = |boards: Vec<Board>| {
        let rules = IssueRules { boards, ..IssueRules::default() };
        IssueSource::new(client.clone(), Arc::clone(&survey), rules).expected(Window::default(), None)
    };
    let (without, with) = (expected(Vec::new()), expected(vec![board("acme")]));
    assert_eq!(with.calls - without.calls, with.records);
    assert!(with.records > 0);
}

#[tokio::test]
async fn words_that_are_not_understood_and_statuses_that_are_not_told_are_named() {
    let strange = note(2, 4, "work_item_status", "moved on to In review");
    let group = Group {
        issues: vec![issue(1, 10), issue(2, 11), issue(3, 12)],
        statuses: vec![
            (1, told(Some("Done"), &[set(1, 3, "In progress"), strange, set(3, 6, "Done")])),
            (2, told(None, &[])),
        ],
        ..Group::default()
    };
    let server = group.serve().await;
    let (memory, told) = (Memory::default(), Told::default());
    import_with(&server, &memory, &told, "acme").await.expect("imported");
    let moves = ["03 >In progress", "06 (unknown status)>Done"].map(str::to_owned).to_vec();
    assert_eq!(history(&memory, "1").0, moves);
    assert_eq!(history(&memory, "2"), (Vec::new(), None, None));
    assert_eq!(history(&memory, "3"), (Vec::new(), None, None), "GraphQL does not show it");
    let notes = told.notes().join("\n");
    assert!(notes.contains("issues of acme: 1 notes say in words that are not understood"), "{notes}");
    assert!(notes.contains("issues of acme: 2 have no status that GitLab tells"), "{notes}");
}

#[tokio::test]
async fn a_server_without_statuses_is_named_with_the_remedy() {
    let refusal = Some("Field 'status' doesn't exist on type 'Issue'");
    let group = Group { issues: vec![issue(1, 10)], refusal, ..Group::default() };
    let server = group.serve().await;
    let error = import_with(&server, &Memory::default(), &Told::default(), "acme").await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.message.contains("GitLab has statuses from 18.2 on"), "{error}");
    assert!(error.message.contains("take the board with columns: status out of gitlab.boards"), "{error}");
}
