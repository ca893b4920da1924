//! Small issues as GitLab tells them.

use gitlab_issues::{Board, Reading, Records, Statuses, records, wire};
use model::Instant;
use model::gitlab::{LabelBoard, LabelColumns};
use serde_json::{Value, json};

pub(crate) const HOST: &str = "gitlab.example";

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("a time")
}

pub(crate) fn board(group: &str, columns: LabelColumns) -> Board {
    Board::new(LabelBoard { group: group.into(), name: "Work".into(), columns }, HOST, 7)
}

pub(crate) fn workflow() -> Board {
    board("acme", LabelColumns::Scope("workflow".into()))
}

/// An open issue of 2 March, with other fields than usual.
pub(crate) fn issue(fields: Value) -> Value {
    let mut issue = json!({
        "id": 40002, "iid": 12, "project_id": 201, "title": "Make exports", "state": "opened",
        "created_at": "2026-03-02T09:00:00.496Z", "updated_at": "2026-03-09T09:00:00.000Z", "closed_at": null,
        "labels": [], "assignees": [], "issue_type": "issue", "severity": "UNKNOWN", "confidential": false,
        "author": {"id": 1, "username": "ada", "name": "Ada"}, "web_url": "https://gitlab.example/acme/shop/api/-/issues/12",
        "references": {"short": "#12", "relative": "#12", "full": "acme/shop/api#12"},
        "moved_to_id": null,
    });
    let Value::Object(fields) = fields else { panic!("fields") };
    issue.as_object_mut().expect("an object").extend(fields);
    issue
}

/// Events of labels, `+NAME` and `-NAME`; `?` is a label that is deleted.
pub(crate) fn labelled(events: &[(&str, &str)]) -> Value {
    let event = |(id, (at, text)): (u64, &(&str, &str))| {
        let (sign, name) = text.split_at(1);
        let label = if name == "?" { Value::Null } else { json!({"id": 1, "name": name}) };
        let action = if sign == "+" { "add" } else { "remove" };
        json!({"id": id, "created_at": at, "action": action, "user": {"username": "bo"}, "label": label})
    };
    (1..).zip(events).map(event).collect()
}

/// Events of the state.
pub(crate) fn turned(events: &[(&str, &str)]) -> Value {
    let event = |(id, (at, state)): (u64, &(&str, &str))| json!({"id": id, "created_at": at, "state": state, "user": {"username": "cy"}});
    (1..).zip(events).map(event).collect()
}

/// Read on 10 March.
pub(crate) fn reading(boards: &[Board]) -> Reading<'_> {
    Reading { host: HOST, boards, incident_labels: &[], tells_confidential: false, at: at("2026-03-10T00:00:00Z") }
}

pub(crate) fn read_with(issue: &Value, labels: &Value, states: &Value, reading: &Reading<'_>) -> Records {
    let issue: wire::Issue = serde_json::from_value(issue.clone()).expect("an issue");
    let labels: Vec<wire::LabelEvent> = serde_json::from_value(labels.clone()).expect("events");
    let states: Vec<wire::StateEvent> = serde_json::from_value(states.clone()).expect("events");
    records(&issue, &labels, &states, &Statuses::default(), reading).expect("it says where it is")
}

/// On the board of the scope `workflow`.
pub(crate) fn read(issue: &Value, labels: &Value, states: &Value) -> Records {
    let boards = [workflow()];
    read_with(issue, labels, states, &reading(&boards))
}

/// An issue of which nothing but the fields is told.
pub(crate) fn plain(fields: Value) -> model::records::Issue {
    read(&issue(fields), &json!([]), &json!([])).issue
}
