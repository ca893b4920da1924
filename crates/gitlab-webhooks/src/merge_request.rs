//! `Merge Request Hook`.

use model::deliveries::Delivered;
use model::gitlab::{is_bot_of_token, state};
use model::records::{Place, PullRequest, PullRequestEvent, PullRequestEventKind};
use serde::Deserialize;

use crate::Reading;
use crate::wire::{Change, Commit, Label, Project, Time, User};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    object_attributes: Wire,
    project: Project,
    #[serde(default)]
    user: User,
    #[serde(default)]
    labels: Vec<Label>,
    #[serde(default)]
    changes: Changes,
}

#[derive(Debug, Deserialize)]
struct Wire {
    id: u64,
    iid: u64,
    title: String,
    state: String,
    source_branch: String,
    target_branch: String,
    created_at: Time,
    updated_at: Time,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    merge_commit_sha: Option<String>,
    #[serde(default)]
    last_commit: Option<Commit>,
    /// What happened; absent where the system itself has changed something.
    #[serde(default)]
    action: String,
}

#[derive(Debug, Default, Deserialize)]
struct Changes {
    #[serde(default)]
    draft: Option<Change<bool>>,
    #[serde(default)]
    reviewers: Option<Change<Vec<User>>>,
}

/// What the event tells of the merge request. Who has made it, and when it was merged or closed, only those events tell that
/// do so; what reviews say, imports read.
pub(crate) fn told(event: Event) -> Reading {
    let Event { object_attributes: wire, project, user, labels, changes } = event;
    let updated_at = wire.updated_at.0;
    let is = |action: &str| wire.action == action;
    let creator = if is("open") { user.username.clone() } else { String::new() };
    let merged_at = is("merge").then_some(updated_at);
    let asks = |change: &Change<Vec<User>>| change.current.as_ref().is_some_and(|reviewers| !reviewers.is_empty());
    let kind = match (changes.draft.and_then(|change| change.current), changes.reviewers.as_ref()) {
        (Some(true), _) => Some(PullRequestEventKind::ConvertedToDraft),
        (Some(false), _) => Some(PullRequestEventKind::ReadyForReview),
        (None, Some(change)) if asks(change) => Some(PullRequestEventKind::ReviewRequested),
        (None, _) => None,
    };
    let kind = kind.filter(|_| !is("open"));
    let event = kind.map(|kind| PullRequestEvent {
        kind: kind.into(),
        at: updated_at,
        by: user.username,
        ..Default::default()
    });
    let is_merged = wire.state == "merged";
    Reading::Told(Delivered::PullRequest(Box::new(PullRequest {
        id: project.id_of("merge_request", wire.id),
        url: format!("{}/-/merge_requests/{}", project.web_url, wire.iid),
        place: Place { number: wire.iid.to_string(), ..project.place },
        title: wire.title,
        state: state(&wire.state).into(),
        creator_is_bot: is_bot_of_token(&creator),
        creator,
        created_at: wire.created_at.0,
        closed_at: merged_at.or(is("close").then_some(updated_at)),
        merged_at,
        updated_at: Some(updated_at),
        is_draft: wire.draft,
        base: wire.target_branch,
        head_branch: wire.source_branch,
        head_sha: wire.last_commit.map(|commit| commit.id).unwrap_or_default(),
        labels: labels.into_iter().map(|label| label.title).collect(),
        merge_commit: wire.merge_commit_sha.filter(|_| is_merged).unwrap_or_default(),
        events: event.into_iter().collect(),
        ..PullRequest::default()
    })))
}
