//! Repositories with their issues and pull requests.

use model::Instant;
use serde_json::Value as Json;

use super::query::is_descending;
use super::{Context, Resolve, Value, delivery, instant, window};
use crate::server::node::{Kind, Node};
use crate::server::page::{Disturbance, Page, Window, by_key, intrude};
use crate::server::plan::{Arguments, texts};
use crate::view::{Issue, PullRequest};

pub(super) fn repository(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "name" => |context, node, _| Value::Text(&context.view().repositories[node.at()].name),
        "nameWithOwner" => |context, node, _| {
            let repository = &context.view().repositories[node.at()];
            Value::Owned(format!("{}/{}", context.owner(node.at()), repository.name))
        },
        "url" => |context, node, _| Value::Owned(context.repository_url(node.at())),
        "owner" => |context, node, _| {
            let owner = context.prepared.find_owner(context.owner(node.at()));
            owner.map_or(Value::Null, |owner| Value::Node(Node::new(Kind::Organization, owner)))
        },
        "isArchived" => |context, node, _| Value::Flag(context.view().repositories[node.at()].archived),
        "isPrivate" => |context, node, _| Value::Flag(context.view().repositories[node.at()].private),
        "issues" => issues,
        "pullRequests" => pull_requests,
        "defaultBranchRef" => delivery::default_branch,
        "deployments" => delivery::deployments,
        "releases" => delivery::releases,
        "object" => delivery::object,
        "createdAt" => |context, node, _| Value::Time(context.repository_created(node.at())),
        "updatedAt" => |context, node, _| Value::Time(context.repository_updated(node.at())),
        _ => return None,
    };
    Some(resolve)
}

impl Context<'_> {
    /// Login of the organisation that owns a repository.
    pub(super) fn owner(&self, repository: usize) -> &str {
        let view = self.view();
        view.repositories[repository].owner.as_deref().unwrap_or(&view.org)
    }

    /// Address of a repository on the web.
    pub(super) fn repository_url(&self, repository: usize) -> String {
        format!("https://github.com/{}/{}", self.owner(repository), self.view().repositories[repository].name)
    }

    /// The view does not know when a repository was made: at its first issue or pull request.
    pub(super) fn repository_created(&self, repository: usize) -> Instant {
        let index = &self.prepared.repositories[repository];
        let view = self.view();
        let issue = index.issues_by_creation.first().map(|first| view.issues[*first as usize].created_at);
        let pull_request =
            index.pull_requests_by_creation.first().map(|first| view.pull_requests[*first as usize].created_at);
        issue.into_iter().chain(pull_request).min().unwrap_or(view.now)
    }

    /// The last change of anything in a repository.
    pub(super) fn repository_updated(&self, repository: usize) -> Instant {
        let index = &self.prepared.repositories[repository];
        let view = self.view();
        let issue = index.issues_by_update.last().map(|last| view.issues[*last as usize].updated_at);
        let pull_request =
            index.pull_requests_by_update.last().map(|last| view.pull_requests[*last as usize].updated_at);
        issue.into_iter().chain(pull_request).max().unwrap_or(view.now)
    }
}

fn is_by_update(arguments: &Arguments) -> bool {
    arguments.inside("orderBy", "field").and_then(Json::as_str) == Some("UPDATED_AT")
}

fn issues<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    let window = match window(arguments) {
        Ok(window) => window,
        Err(error) => return error,
    };
    let issues = &context.view().issues;
    let index = &context.prepared.repositories[node.at()];
    let by_update = is_by_update(arguments);
    let sorted = if by_update { &index.issues_by_update } else { &index.issues_by_creation };
    let since = arguments.inside("filterBy", "since").and_then(instant);
    let states = arguments.inside("filterBy", "states").and_then(texts);
    let shown = |issue: &Issue| {
        since.is_none_or(|since| issue.updated_at >= since)
            && states.as_ref().is_none_or(|states| states.contains(&state(issue)))
    };
    let key = |position: u32| {
        let issue = &issues[position as usize];
        (if by_update { issue.updated_at } else { issue.created_at }.micros(), issue.id.as_str())
    };
    let filtered: Vec<u32>;
    let list: &[u32] = match since {
        Some(since) if by_update && states.is_none() => {
            &sorted[sorted.partition_point(|position| issues[*position as usize].updated_at < since)..]
        }
        None if states.is_none() => sorted,
        _ => {
            filtered = sorted.iter().copied().filter(|position| shown(&issues[*position as usize])).collect();
            &filtered
        }
    };
    page_of(context, list, is_descending(arguments), &window, by_update, Kind::Issue, key)
}

fn pull_requests<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    let window = match window(arguments) {
        Ok(window) => window,
        Err(error) => return error,
    };
    let pull_requests = &context.view().pull_requests;
    let index = &context.prepared.repositories[node.at()];
    let by_update = is_by_update(arguments);
    let sorted = if by_update { &index.pull_requests_by_update } else { &index.pull_requests_by_creation };
    let key = |position: u32| {
        let pull_request = &pull_requests[position as usize];
        (if by_update { pull_request.updated_at } else { pull_request.created_at }.micros(), pull_request.id.as_str())
    };
    let filtered: Vec<u32>;
    let list: &[u32] = match arguments.texts("states") {
        None => sorted,
        Some(states) => {
            filtered = sorted
                .iter()
                .copied()
                .filter(|position| states.contains(&pull_request_state(&pull_requests[*position as usize])))
                .collect();
            &filtered
        }
    };
    page_of(context, list, is_descending(arguments), &window, by_update, Kind::PullRequest, key)
}

/// A page of a list that faults may disturb.
pub(super) fn page_of<'v, 'a>(
    context: &Context<'_>,
    list: &[u32],
    descending: bool,
    window: &Window,
    by_update: bool,
    kind: Kind,
    key: impl Fn(u32) -> (i64, &'a str) + Copy,
) -> Value<'v> {
    let mut page = by_key(list, descending, window, key, |position| Node::new(kind, position as usize));
    if let Some(disturbance) = context.disturbance {
        let moving = disturbance == Disturbance::Moving && by_update && !descending;
        let visitor = if moving { early(&page, list) } else { late(&page, list, descending, window, key, kind) };
        if let Some(visitor) = visitor {
            intrude(&mut page, visitor, window.first, |node| key(node.index).0);
        }
    }
    page.total_count += context.hides.counted_too_many;
    Value::Page(Box::new(page))
}

/// The last object of an ascending list, as it looked before the change that moves it to its present place.
fn early(page: &Page, list: &[u32]) -> Option<Node> {
    let (neighbour, mover) = (page.nodes.first()?, *list.last()?);
    let is_here = page.nodes.iter().any(|node| node.index == mover);
    (!is_here).then(|| Node::part(neighbour.kind, mover as usize, neighbour.at() + 1))
}

/// The object before the page, once more.
fn late<'a>(
    page: &Page,
    list: &[u32],
    descending: bool,
    window: &Window,
    key: impl Fn(u32) -> (i64, &'a str),
    kind: Kind,
) -> Option<Node> {
    let after = window.after.as_ref()?;
    page.nodes.first()?;
    let shown = |position: &u32| key(*position) <= (after.key, after.id.as_str());
    let seen = |position: &u32| key(*position) < (after.key, after.id.as_str());
    let previous = if descending {
        list.get(list.partition_point(seen)).copied()
    } else {
        list.partition_point(shown).checked_sub(1).map(|before| list[before])
    };
    previous.map(|position| Node::new(kind, position as usize))
}

/// `IssueState`.
pub(super) fn state(issue: &Issue) -> &'static str {
    if issue.closed_at.is_some() { "CLOSED" } else { "OPEN" }
}

/// `PullRequestState`.
pub(super) fn pull_request_state(pull_request: &PullRequest) -> &'static str {
    match (pull_request.merged_at, pull_request.closed_at) {
        (Some(_), _) => "MERGED",
        (None, Some(_)) => "CLOSED",
        (None, None) => "OPEN",
    }
}
