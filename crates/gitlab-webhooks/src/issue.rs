//! `Issue Hook`: issues, and those that are incidents.

use model::deliveries::Delivered;
use model::gitlab::{is_bot_of_token, state};
use model::issue_kind::kind_and_bug;
use model::records::{
    Incident, IncidentEvent, IncidentEventKind, Issue, Place, StateReason, StatusEvent, StatusKind, Told,
};
use serde::Deserialize;

use crate::wire::{Label, Project, Time, User};
use crate::{NotUsed, Reading};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    object_attributes: Wire,
    project: Project,
    #[serde(default)]
    user: User,
    #[serde(default)]
    assignees: Vec<User>,
    #[serde(default)]
    labels: Vec<Label>,
}

#[derive(Debug, Deserialize)]
struct Wire {
    id: u64,
    iid: u64,
    title: String,
    #[serde(default)]
    state: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    confidential: bool,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    moved_to_id: Option<u64>,
    #[serde(default)]
    duplicated_to_id: Option<u64>,
    created_at: Time,
    updated_at: Time,
    #[serde(default)]
    closed_at: Option<Time>,
    url: String,
    /// What happened; absent where the system itself has changed something.
    #[serde(default)]
    action: String,
}

/// What the event tells of the issue, and of the incident that it is, if it is one. Who has made it only its opening tells.
pub(crate) fn told(event: Event) -> Reading {
    if event.object_attributes.confidential {
        return Reading::NotUsed(NotUsed::Confidential);
    }
    let kind = event.object_attributes.kind.as_deref().unwrap_or("Issue").to_lowercase();
    if !["issue", "incident"].contains(&kind.as_str()) {
        return Reading::NotUsed(NotUsed::Kind);
    }
    let is_incident = kind == "incident";
    let severity = event.object_attributes.severity.clone().unwrap_or_default().to_uppercase();
    let issue = issue(event, if is_incident { kind } else { String::new() });
    // One that was moved to another project is an incident there.
    let is_incident = is_incident && issue.state_reason != StateReason::Moved;
    let incident = is_incident.then(|| Delivered::Incident(Box::new(incident(&issue, severity))));
    let issue = Delivered::Issue(Box::new(issue));
    Reading::Told(match incident {
        Some(incident) => Delivered::Several(vec![issue, incident]),
        None => issue,
    })
}

fn issue(event: Event, issue_type: String) -> Issue {
    let Event { object_attributes: wire, project, user, assignees, labels } = event;
    let is = |action: &str| wire.action == action;
    let creator = if is("open") { user.username.clone() } else { String::new() };
    let closed_at = wire.closed_at.map(|at| at.0);
    let told_state = wire.state.as_deref().map_or(if closed_at.is_some() { "closed" } else { "open" }, state);
    let state_reason: Told<StateReason> = match (told_state == "closed", wire.moved_to_id, wire.duplicated_to_id) {
        (true, Some(_), _) => StateReason::Moved.into(),
        (true, None, Some(_)) => StateReason::Duplicate.into(),
        _ => Told::default(),
    };
    let by = |kind: StatusKind, at, by: &str| StatusEvent {
        kind: kind.into(),
        at,
        by: by.to_owned(),
        ..StatusEvent::default()
    };
    let mut status_events = vec![by(StatusKind::Opened, wire.created_at.0, &creator)];
    let mut committer = String::new();
    match (wire.action.as_str(), closed_at) {
        ("close", Some(at)) => {
            committer.clone_from(&user.username);
            status_events.push(by(StatusKind::Closed, at, &user.username));
        }
        ("reopen", _) => status_events.push(by(StatusKind::Reopened, wire.updated_at.0, &user.username)),
        _ => {}
    }
    let labels: Vec<String> = labels.into_iter().map(|label| label.title).collect();
    let (kind, is_bug) = kind_and_bug(&issue_type, &labels);
    Issue {
        id: project.id_of("issue", wire.id),
        place: Place { number: wire.iid.to_string(), ..project.place },
        title: wire.title,
        url: wire.url,
        state: told_state.into(),
        state_reason,
        kind,
        is_bug,
        issue_type,
        labels,
        creator_is_bot: is_bot_of_token(&creator),
        creator,
        assignees: assignees.into_iter().map(|user| user.username).collect(),
        created_at: wire.created_at.0,
        closed_at,
        updated_at: Some(wire.updated_at.0),
        committer,
        status_events,
        ..Issue::default()
    }
}

/// Closing restores, opening again brings it back.
fn incident(issue: &Issue, severity: String) -> Incident {
    let host = &issue.place.host;
    let events = issue.status_events.iter().map(|event| IncidentEvent {
        incident_id: issue.id.clone(),
        at: event.at,
        kind: match event.kind.known() {
            Some(StatusKind::Opened) | None => IncidentEventKind::Opened,
            Some(StatusKind::Closed) => IncidentEventKind::Restored,
            Some(StatusKind::Reopened) => IncidentEventKind::Reopened,
        }
        .into(),
        host: host.clone(),
    });
    Incident {
        id: issue.id.clone(),
        source: crate::SOURCE.to_owned(),
        org: issue.place.org.clone(),
        repo: issue.place.repo.clone(),
        title: issue.title.clone(),
        severity,
        started_at: issue.created_at,
        labels: issue.labels.clone(),
        url: issue.url.clone(),
        host: host.clone(),
        events: events.collect(),
        ..Incident::default()
    }
}
