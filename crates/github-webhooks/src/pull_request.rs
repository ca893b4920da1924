//! `pull_request` and `pull_request_review`.

use model::deliveries::Delivered;
use model::kinds::Named as _;
use model::records::{
    PullRequest, PullRequestEvent, PullRequestEventKind, PullRequestState, Review, ReviewState, Told,
};
use serde::Deserialize;

use crate::wire::{Named, NodeId, Repository, Time, User, login_of};
use crate::{NotUsed, Reading};

#[derive(Debug, Deserialize)]
pub(crate) struct Event {
    action: String,
    pull_request: Wire,
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
    user: Option<User>,
    created_at: Time,
    closed_at: Option<Time>,
    merged_at: Option<Time>,
    updated_at: Time,
    draft: bool,
    base: Branch,
    #[serde(default)]
    head: Option<Head>,
    #[serde(default)]
    labels: Vec<Named>,
    #[serde(default)]
    additions: Option<i64>,
    #[serde(default)]
    deletions: Option<i64>,
    #[serde(default)]
    changed_files: Option<i64>,
    #[serde(default)]
    merge_commit_sha: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Branch {
    #[serde(rename = "ref")]
    name: String,
}

#[derive(Debug, Default, Deserialize)]
struct Head {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReviewEvent {
    review: WireReview,
    pull_request: WithId,
}

#[derive(Debug, Deserialize)]
struct WireReview {
    node_id: NodeId,
    state: String,
    #[serde(default)]
    submitted_at: Option<Time>,
    user: Option<User>,
}

#[derive(Debug, Deserialize)]
struct WithId {
    node_id: NodeId,
}

/// What the event tells of the pull request.
pub(crate) fn told(event: Event) -> Reading {
    let Event { action, pull_request: wire, repository, sender } = event;
    // The words of imports.
    let kind = PullRequestEventKind::from_name(action.as_bytes());
    let updated_at = wire.updated_at.0;
    // A merge closes too, and is told as a merge.
    let kind = kind.filter(|kind| *kind != PullRequestEventKind::Closed || wire.merged_at.is_none());
    let closed_at = wire.closed_at.as_ref().map(|at| at.0);
    let events = kind.map(|kind| PullRequestEvent {
        kind: kind.into(),
        at: closed_at.filter(|_| kind == PullRequestEventKind::Closed).unwrap_or(updated_at),
        by: login_of(sender),
        ..PullRequestEvent::default()
    });
    let state: Told<PullRequestState> =
        if wire.merged_at.is_some() { PullRequestState::Merged.into() } else { wire.state.to_lowercase().into() };
    let creator = wire.user.map(User::actor).unwrap_or_default();
    // Before it is merged it is a commit that only tries the merge.
    let merge_commit = wire.merge_commit_sha.filter(|_| wire.merged_at.is_some()).unwrap_or_default();
    let head = wire.head.unwrap_or_default();
    Reading::Told(Delivered::PullRequest(Box::new(PullRequest {
        id: wire.node_id.0,
        place: repository.place(wire.number, &wire.html_url),
        title: wire.title,
        url: wire.html_url,
        state,
        creator: creator.login,
        creator_is_bot: creator.is_bot,
        created_at: wire.created_at.0,
        closed_at: wire.closed_at.map(|at| at.0),
        merged_at: wire.merged_at.map(|at| at.0),
        updated_at: Some(updated_at),
        is_draft: wire.draft,
        base: wire.base.name,
        head_branch: head.name,
        head_sha: head.sha,
        labels: wire.labels.into_iter().map(|label| label.name).collect(),
        additions: wire.additions,
        deletions: wire.deletions,
        changed_files: wire.changed_files,
        merge_commit,
        events: events.into_iter().collect(),
        ..PullRequest::default()
    })))
}

/// What the event tells of the review.
pub(crate) fn review_told(event: ReviewEvent) -> Reading {
    let state: Told<ReviewState> = event.review.state.to_uppercase().into();
    let user = event.review.user.map(User::actor).unwrap_or_default();
    if state == ReviewState::Pending {
        return Reading::NotUsed(NotUsed::Action);
    }
    Reading::Told(Delivered::Review {
        pull_request_id: event.pull_request.node_id.0,
        review: Review {
            id: event.review.node_id.0,
            state,
            submitted_at: event.review.submitted_at.map(|at| at.0),
            user: user.login,
            user_is_bot: user.is_bot,
            ..Review::default()
        },
    })
}
