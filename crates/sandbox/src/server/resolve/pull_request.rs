//! Pull requests, their reviews, commits and timelines.

use model::Instant;

use super::repository::pull_request_state;
use super::{Context, Resolve, Value, instant, placed};
use crate::ids::branch_object_id;
use crate::server::node::{Kind, Node};
use crate::server::page::Placed;
use crate::server::plan::Arguments;
use crate::server::prepared::pull_request_event;
use crate::view::{PullRequest, PullRequestEvent, PullRequestEventKind, Review};

impl<'v> Context<'v> {
    fn pull_request(&self, node: Node) -> &'v PullRequest {
        &self.view().pull_requests[node.at()]
    }

    fn pull_request_event(&self, node: Node) -> &'v PullRequestEvent {
        &self.pull_request(node).timeline[node.inner()]
    }

    fn review(&self, node: Node) -> &'v Review {
        &self.pull_request(node).reviews[node.inner()]
    }
}

pub(super) fn pull_request(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "number" => |context, node, _| Value::Integer(context.pull_request(node).number),
        "title" => |context, node, _| Value::Text(&context.pull_request(node).title),
        "url" => |context, node, _| {
            let pull_request = context.pull_request(node);
            Value::Owned(format!("{}/pull/{}", context.repository_url(pull_request.repository), pull_request.number))
        },
        "state" => |context, node, _| Value::Text(pull_request_state(context.pull_request(node))),
        "isDraft" => |context, node, _| Value::Flag(context.pull_request(node).is_draft),
        "baseRefName" => |context, node, _| Value::Text(&context.pull_request(node).base),
        "headRefName" => |context, node, _| Value::Text(&context.pull_request(node).head_branch),
        "headRefOid" => |context, node, _| Value::Text(&context.pull_request(node).head_sha),
        "author" => |context, node, _| context.actor(context.pull_request(node).author),
        "labels" => |context, node, arguments| {
            let count = context.pull_request(node).labels.len();
            let nodes = (0..count).map(|label| Node::part(Kind::PullRequestLabel, node.at(), label));
            context.page_by_position(&placed(nodes), arguments)
        },
        "createdAt" => |context, node, _| Value::Time(context.pull_request(node).created_at),
        "updatedAt" => |context, node, _| {
            let shown = node.inner().checked_sub(1).unwrap_or(node.at());
            Value::Time(context.view().pull_requests[shown].updated_at)
        },
        "closedAt" => |context, node, _| Value::optional_time(context.pull_request(node).closed_at),
        "mergedAt" => |context, node, _| Value::optional_time(context.pull_request(node).merged_at),
        "mergeCommit" => |context, node, _| match context.pull_request(node).merge_commit {
            Some(_) => Value::Node(Node::new(Kind::MergeCommit, node.at())),
            None => Value::Null,
        },
        "additions" => |context, node, _| Value::Integer(context.pull_request(node).additions),
        "deletions" => |context, node, _| Value::Integer(context.pull_request(node).deletions),
        "changedFiles" => |context, node, _| Value::Integer(context.pull_request(node).changed_files),
        "repository" => {
            |context, node, _| Value::Node(Node::new(Kind::Repository, context.pull_request(node).repository))
        }
        "reviews" => |context, node, arguments| {
            let count = context.pull_request(node).reviews.len();
            let nodes = (0..count).map(|review| Node::part(Kind::Review, node.at(), review));
            context.page_by_position(&placed(nodes), arguments)
        },
        "timelineItems" => timeline,
        "commits" => |context, node, arguments| {
            let count = context.pull_request(node).commits.len();
            let nodes = (0..count).map(|commit| Node::part(Kind::PullRequestCommit, node.at(), commit));
            context.page_by_position(&placed(nodes), arguments)
        },
        "files" => |context, node, arguments| {
            let count = context.pull_request(node).files.len();
            let nodes = (0..count).map(|file| Node::part(Kind::ChangedFile, node.at(), file));
            context.page_by_position(&placed(nodes), arguments)
        },
        "projectItems" => |context, node, arguments| {
            let archived = arguments.flag("includeArchived").unwrap_or(true);
            let items =
                context.prepared.items_of_pull_request(node.at()).iter().filter(|_| !context.hides.project_items);
            let nodes = items
                .filter(|item| archived || !context.view().items[**item as usize].archived)
                .map(|item| Node::new(Kind::Item, *item as usize));
            context.page_by_position(&placed(nodes), arguments)
        },
        _ => return None,
    };
    Some(resolve)
}

/// Events and submitted reviews, by time.
fn timeline<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    let pull_request = context.pull_request(node);
    let events = pull_request.timeline.iter().enumerate();
    let reviews = pull_request.reviews.iter().enumerate();
    let mut all: Vec<(Instant, Node)> = events
        .map(|(position, event)| (event.at, pull_request_event(pull_request, node.at(), position)))
        .chain(reviews.filter_map(|(position, review)| {
            Some((review.submitted_at?, Node::part(Kind::Review, node.at(), position)))
        }))
        .collect();
    all.sort_by_key(|(at, _)| *at);
    let since = arguments.value("since").and_then(instant);
    let types = arguments.texts("itemTypes");
    let entries: Vec<Placed> = all
        .iter()
        .enumerate()
        .filter(|(_, (at, _))| since.is_none_or(|since| *at >= since))
        .filter(|(_, (_, node))| types.as_ref().is_none_or(|types| types.contains(&item_type(node.kind))))
        .map(|(position, (_, node))| Placed { position: position as u32, node: *node })
        .collect();
    context.page_by_position(&entries, arguments)
}

/// `PullRequestTimelineItemsItemType`.
fn item_type(kind: Kind) -> &'static str {
    match kind {
        Kind::ConvertToDraft => "CONVERT_TO_DRAFT_EVENT",
        Kind::Review => "PULL_REQUEST_REVIEW",
        Kind::ReadyForReview => "READY_FOR_REVIEW_EVENT",
        Kind::ReviewDismissed => "REVIEW_DISMISSED_EVENT",
        Kind::ReviewRequested => "REVIEW_REQUESTED_EVENT",
        Kind::PullRequestClosed => "CLOSED_EVENT",
        _ => "",
    }
}

pub(super) fn review(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "state" => |context, node, _| Value::Text(context.review(node).state),
        "submittedAt" => |context, node, _| Value::optional_time(context.review(node).submitted_at),
        "createdAt" => |context, node, _| {
            Value::Time(context.review(node).submitted_at.unwrap_or(context.pull_request(node).created_at))
        },
        "author" => |context, node, _| context.actor(context.review(node).author),
        _ => return None,
    };
    Some(resolve)
}

pub(super) fn pull_request_commit(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(format!("PURC_{}", object_id(context, node))),
        "commit" => |_, node, _| Value::Node(Node::part(Kind::Commit, node.at(), node.inner())),
        _ => return None,
    };
    Some(resolve)
}

pub(super) fn changed_file(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "path" => |context, node, _| Value::Text(&context.pull_request(node).files[node.inner()]),
        _ => return None,
    };
    Some(resolve)
}

/// The merge commit's own object id; for the others one that depends on the pull request and the place.
pub(super) fn object_id(context: &Context<'_>, node: Node) -> String {
    let pull_request = context.pull_request(node);
    if let (Some(object_id), Kind::MergeCommit) = (&pull_request.merge_commit, node.kind) {
        return object_id.clone();
    }
    branch_object_id(&pull_request.id, node.inner())
}

pub(super) fn event(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "createdAt" => |context, node, _| Value::Time(context.pull_request_event(node).at),
        "actor" => |context, node, _| context.actor(context.pull_request_event(node).actor),
        "previousReviewState" => |context, node, _| match context.pull_request_event(node).kind {
            PullRequestEventKind::ReviewDismissed(_, before) => Value::Text(before),
            _ => Value::Null,
        },
        "review" => |context, node, _| match context.pull_request_event(node).kind {
            PullRequestEventKind::ReviewDismissed(review, _) => {
                Value::Node(Node::part(Kind::Review, node.at(), review))
            }
            _ => Value::Null,
        },
        _ => return None,
    };
    Some(resolve)
}
