//! Notes of merge requests: what people remark, and what GitLab itself says of reviews and drafts.

use model::Instant;
use serde_json::{Value as Json, json};

use super::forge::{Forge, Kind, global_number};
use crate::random::mix;
use crate::view::{PullRequest, PullRequestEventKind, Review};

/// Most notes of a merge request.
const MOST_NOTES: u64 = 100_000;

struct Note {
    at: Instant,
    by: Option<usize>,
    body: String,
    /// What a note of GitLab itself tells of; `None` for a remark.
    action: Option<&'static str>,
}

/// The notes of a merge request as GraphQL shows them, in order.
pub(crate) fn notes(forge: &Forge, index: usize) -> Vec<Json> {
    let pull = &forge.view.pull_requests[index];
    let mut notes: Vec<Note> = pull.reviews.iter().filter_map(of_review).collect();
    notes.extend(pull.timeline.iter().filter_map(|event| of_event(forge, pull, event.at, event.actor, &event.kind)));
    notes.sort_by_key(|note| note.at);
    let first = global_number(Kind::MergeRequest, index) * MOST_NOTES;
    let shown = notes.into_iter().enumerate().map(|(place, note)| {
        json!({
            "id": format!("gid://gitlab/Note/{}", first + place as u64),
            "createdAt": note.at.to_rfc3339_seconds(),
            "system": note.action.is_some(),
            "body": note.body,
            "author": forge.graphql_user(note.by),
            "systemNoteMetadata": note.action.map(|action| json!({ "action": action })),
        })
    });
    shown.collect()
}

fn of_review(review: &Review) -> Option<Note> {
    let at = review.submitted_at?;
    let (body, action) = match review.state {
        "APPROVED" | "DISMISSED" => ("approved this merge request", Some("approved")),
        "CHANGES_REQUESTED" => ("requested changes", Some("requested_changes")),
        _ => ("Why not the other way round?", None),
    };
    Some(Note { at, by: review.author, body: body.to_owned(), action })
}

fn of_event(
    forge: &Forge,
    pull: &PullRequest,
    at: Instant,
    by: Option<usize>,
    kind: &PullRequestEventKind,
) -> Option<Note> {
    let (by, body, action) = match kind {
        PullRequestEventKind::ReadyForReview => (by, "marked this merge request as **ready**".to_owned(), "title"),
        PullRequestEventKind::ConvertToDraft => (by, "marked this merge request as **draft**".to_owned(), "title"),
        PullRequestEventKind::ReviewRequested => {
            let someone = forge.view.actors.iter().find(|actor| !actor.is_bot).map_or("ada", |actor| &actor.login);
            (by, format!("requested review from @{someone}"), "reviewer")
        }
        PullRequestEventKind::ReviewDismissed(place, _) => withdrawn(pull, *place, at)?,
        PullRequestEventKind::Closed if pull.merged_at.is_some() => (by, "merged".to_owned(), "merged"),
        PullRequestEventKind::Closed => (by, "closed".to_owned(), "closed"),
    };
    Some(Note { at, by, body, action: Some(action) })
}

/// An approval is taken back by who gave it, or by a push, which takes all of them.
fn withdrawn(pull: &PullRequest, place: usize, at: Instant) -> Option<(Option<usize>, String, &'static str)> {
    let review = pull.reviews.get(place)?;
    let is_alone = pull.reviews.iter().filter(|other| stands(pull, other, at)).count() == 0;
    if is_alone && mix(at.seconds() as u64).is_multiple_of(2) {
        return Some((
            pull.author,
            "reset approvals from all approvers by pushing to the branch".into(),
            "approvals_reset",
        ));
    }
    Some((review.author, "unapproved this merge request".to_owned(), "unapproved"))
}

/// Whether an approval stands just after an instant.
fn stands(pull: &PullRequest, review: &Review, at: Instant) -> bool {
    let dismissed_at = pull.timeline.iter().find_map(|event| match event.kind {
        PullRequestEventKind::ReviewDismissed(place, _) if std::ptr::eq(&raw const pull.reviews[place], review) => {
            Some(event.at)
        }
        _ => None,
    });
    matches!(review.state, "APPROVED" | "DISMISSED")
        && review.submitted_at.is_some_and(|submitted| submitted <= at)
        && dismissed_at.is_none_or(|dismissed| dismissed > at)
}
