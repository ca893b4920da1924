//! Issues in the words of REST.

use model::Instant;
use serde_json::{Value as Json, json};

use super::forge::{Forge, GROUP, Kind, fine, global_number, object, with_milliseconds};
use super::labels;
use crate::view::IssueEventKind;

/// An issue as lists show it.
pub(crate) fn issue(forge: &Forge, index: usize, changed_at: Instant, base: &str) -> Json {
    let issue = &forge.view.issues[index];
    let time = |at: Instant| with_milliseconds(fine(at, object(Kind::Issue, index)));
    let (path, number) = (forge.path(issue.repository), issue.number);
    let is_incident = issue.issue_type.as_deref() == Some("Incident");
    json!({
        "id": global_number(Kind::Issue, index),
        "iid": number,
        "project_id": forge.number(issue.repository),
        "title": issue.title,
        "description": Json::Null,
        "state": if issue.closed_at.is_some() { "closed" } else { "opened" },
        "created_at": time(issue.created_at),
        "updated_at": with_milliseconds(changed_at),
        "closed_at": issue.closed_at.map(time),
        "closed_by": Json::Null,
        "labels": labels::of_issue(issue),
        "milestone": Json::Null,
        "assignees": issue.assignees.iter().map(|who| forge.user(Some(*who))).collect::<Vec<_>>(),
        "author": forge.user(issue.author),
        "type": if is_incident { "INCIDENT" } else { "ISSUE" },
        "issue_type": if is_incident { "incident" } else { "issue" },
        "severity": "UNKNOWN",
        "confidential": false,
        "moved_to_id": Json::Null,
        "web_url": format!("{base}/{path}/-/issues/{number}"),
        "references": { "short": format!("#{number}"), "relative": format!("{path}#{number}"), "full": format!("{path}#{number}") },
        "_links": {
            "self": format!("{base}/api/v4/projects/{}/issues/{number}", forge.number(issue.repository)),
            "closed_as_duplicate_of": Json::Null,
        },
    })
}

/// How often an issue can be closed and opened again, and planned.
const MOST_EVENTS: u64 = 1_000;

/// Which iterations an issue was put into and taken out of, in order.
pub(crate) fn iteration_events(forge: &Forge, index: usize) -> Vec<Json> {
    let shown = forge.view.issues[index].planning.iter().enumerate().map(|(place, planned)| {
        let iteration = &forge.view.iterations[planned.iteration];
        json!({
            "id": global_number(Kind::Issue, index) * MOST_EVENTS + place as u64,
            "user": forge.user(forge.view.issues[index].author),
            "created_at": with_milliseconds(fine(planned.at, object(Kind::Issue, index))),
            "resource_type": "Issue",
            "resource_id": global_number(Kind::Issue, index),
            "action": if planned.is_add { "add" } else { "remove" },
            "iteration": {
                "id": iteration.number,
                "iid": planned.iteration + 1,
                "sequence": planned.iteration + 1,
                "group_id": GROUP,
                "title": iteration.title,
                "description": Json::Null,
                "state": 2,
                "start_date": iteration.starts_on,
                "due_date": iteration.due_on,
            },
        })
    });
    shown.collect()
}

/// When an issue was closed and opened again, in order.
pub(crate) fn state_events(forge: &Forge, index: usize) -> Vec<Json> {
    let events = forge.view.issues[index].timeline.iter().filter_map(|event| match event.kind {
        IssueEventKind::Closed(_) => Some((event, "closed")),
        IssueEventKind::Reopened => Some((event, "reopened")),
        _ => None,
    });
    let shown = events.enumerate().map(|(place, (event, state))| {
        json!({
            "id": global_number(Kind::Issue, index) * MOST_EVENTS + place as u64,
            "user": forge.user(event.actor),
            "created_at": with_milliseconds(fine(event.at, object(Kind::Issue, index))),
            "resource_type": "Issue",
            "resource_id": global_number(Kind::Issue, index),
            "state": state,
        })
    });
    shown.collect()
}
