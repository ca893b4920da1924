//! `issues`: an issue with all that is shown in its head, but without its timeline.

use model::deliveries::Delivered;
use model::issue_kind::kind_and_bug;
use model::records::{Issue, StateReason, StatusEvent, StatusKind, Told};
use serde::Deserialize;

use crate::wire::{Login, Named, NodeId, Repository, Time, User, login_of};
use crate::{NotUsed, Reading};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    action: String,
    issue: Wire,
    repository: Repository,
    #[serde(default)]
    sender: Option<User>,
}

#[derive(Debug, Deserialize)]
struct Wire {
    node_id: NodeId,
    number: i64,
    title: String,
    html_url: String,
    state: String,
    #[serde(default)]
    state_reason: Option<String>,
    #[serde(default, rename = "type")]
    kind: Option<Named>,
    #[serde(default)]
    labels: Vec<Named>,
    user: Option<User>,
    #[serde(default)]
    assignees: Vec<Login>,
    created_at: Time,
    closed_at: Option<Time>,
    updated_at: Time,
}

/// What the event tells of the issue.
pub(crate) fn told(event: Event) -> Reading {
    let Event { action, issue: wire, repository, sender } = event;
    // A transferred issue is told by its new repository; what was deleted a crawl of everything finds.
    if ["transferred", "deleted"].contains(&action.as_str()) {
        return Reading::NotUsed(NotUsed::Action);
    }
    let creator = wire.user.map(User::actor).unwrap_or_default();
    let by = login_of(sender);
    let state_reason: Told<StateReason> = wire.state_reason.unwrap_or_default().to_lowercase().into();
    let mut status_events = vec![StatusEvent {
        kind: StatusKind::Opened.into(),
        at: wire.created_at.0,
        by: creator.login.clone(),
        ..StatusEvent::default()
    }];
    let mut committer = String::new();
    match (action.as_str(), wire.closed_at) {
        ("closed", Some(Time(at))) => {
            committer.clone_from(&by);
            status_events.push(StatusEvent {
                kind: StatusKind::Closed.into(),
                at,
                by,
                state_reason: state_reason.clone(),
            });
        }
        ("reopened", _) => {
            let at = wire.updated_at.0;
            status_events.push(StatusEvent { kind: StatusKind::Reopened.into(), at, by, ..StatusEvent::default() });
        }
        _ => {}
    }
    let issue_type = wire.kind.map(|kind| kind.name).unwrap_or_default();
    let labels: Vec<String> = wire.labels.into_iter().map(|label| label.name).collect();
    let (kind, is_bug) = kind_and_bug(&issue_type, &labels);
    Reading::Told(Delivered::Issue(Box::new(Issue {
        id: wire.node_id.0,
        place: repository.place(wire.number, &wire.html_url),
        title: wire.title,
        url: wire.html_url,
        state: wire.state.to_lowercase().into(),
        state_reason,
        kind,
        is_bug,
        issue_type,
        labels,
        creator: creator.login,
        creator_is_bot: creator.is_bot,
        assignees: wire.assignees.into_iter().map(|user| user.login).collect(),
        created_at: wire.created_at.0,
        closed_at: wire.closed_at.map(|at| at.0),
        updated_at: Some(wire.updated_at.0),
        committer,
        status_events,
        ..Issue::default()
    })))
}
