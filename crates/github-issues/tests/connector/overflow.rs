//! Lists inside an issue that are longer than a page.

use serde_json::{Value, json};

use crate::repository::{Repository, issue, issues, minute};
use crate::setting::{Setting, at};

fn heavy() -> Value {
    let mut heavy = issue(1, &minute(1));
    heavy["labels"] =
        (0..160).map(|n| json!({"name": if n == 155 { "bug".into() } else { format!("label {n}") }})).collect();
    heavy["assignees"] = (0..25).map(|n| json!({"login": format!("user{n}")})).collect();
    heavy["timelineItems"] = (0..220).map(event).collect();
    heavy["projectItems"] = (0..22).map(card).collect();
    heavy
}

/// Closed and reopened in turns; the first closings are by deleted users.
fn event(n: u32) -> Value {
    let actor = if n < 60 { Value::Null } else { json!({"__typename": "User", "login": format!("user{n}")}) };
    let kind = if n.is_multiple_of(2) { "ClosedEvent" } else { "ReopenedEvent" };
    json!({"__typename": kind, "createdAt": minute(n), "stateReason": "COMPLETED", "actor": actor})
}

fn card(n: u32) -> Value {
    json!({
        "id": format!("PVTI_{n}"),
        "isArchived": false,
        "createdAt": minute(n),
        "updatedAt": minute(n),
        "project": {"id": format!("PVT_{n}"), "fullDatabaseId": n.to_string(), "title": format!("Board {n}")},
        "fieldValueByName": null,
    })
}

#[tokio::test]
async fn long_lists_are_read_to_their_ends_alone() {
    let mut all = issues(3);
    all[0] = heavy();
    let setting = Setting::new(Repository::with(all), 100).await;
    let usage = setting.import_all().await;
    assert_eq!((usage.calls, usage.records), (3, 3), "one page and two further pages of the timeline");
    let issue = &setting.memory.issues()[0];
    assert_eq!(issue.labels.len(), 160);
    assert_eq!((issue.kind.as_str(), issue.is_bug), ("bug", true), "the label stands on the second page");
    assert_eq!(issue.assignees.len(), 25);
    assert_eq!(issue.status_events.len(), 221);
    assert_eq!(issue.status_events[0].kind, "opened");
    assert!(issue.status_events[1..].is_sorted_by_key(|event| event.at), "in timeline order");
    assert_eq!(issue.status_events.last().unwrap().at, at(&minute(219)));
    assert_eq!(issue.committer, "user60", "the first who closed it and is known");
    assert_eq!(issue.items.len(), 22);
}

#[tokio::test]
async fn ten_thousand_issues_take_a_hundred_calls_and_four_hundred_points() {
    let mut usage = (0, 0);
    for _ in 0..2 {
        let setting = Setting::new(Repository::with(issues(1000)), 100).await;
        let one = setting.import_all().await;
        usage = (usage.0 + one.calls, usage.1 + one.points);
    }
    assert_eq!((usage.0 * 5, usage.1 * 5), (100, 400));
}
