//! Issues, their labels, types and timelines.

use super::repository::state;
use super::{Context, Resolve, Value, actor_node, instant, placed};
use crate::server::node::{Kind, Node};
use crate::server::page::Placed;
use crate::server::plan::Arguments;
use crate::server::prepared::issue_event;
use crate::view::{Issue, IssueEvent, IssueEventKind};

impl<'v> Context<'v> {
    fn issue(&self, node: Node) -> &'v Issue {
        &self.view().issues[node.at()]
    }

    fn issue_event(&self, node: Node) -> &'v IssueEvent {
        &self.issue(node).timeline[node.inner()]
    }
}

pub(super) fn issue(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "number" => |context, node, _| Value::Integer(context.issue(node).number),
        "title" => |context, node, _| Value::Text(&context.issue(node).title),
        "url" => |context, node, _| {
            let issue = context.issue(node);
            Value::Owned(format!("{}/issues/{}", context.repository_url(issue.repository), issue.number))
        },
        "state" => |context, node, _| Value::Text(state(context.issue(node))),
        "stateReason" => |context, node, arguments| {
            let reason = context.issue(node).state_reason;
            if reason == Some("DUPLICATE") && arguments.flag("enableDuplicate") != Some(true) {
                return Value::Text("NOT_PLANNED");
            }
            Value::optional_text(reason)
        },
        "author" => |context, node, _| context.actor(context.issue(node).author),
        "assignees" => |context, node, arguments| {
            let nodes = context.issue(node).assignees.iter().map(|actor| actor_node(context.view(), *actor));
            context.page_by_position(&placed(nodes), arguments)
        },
        "labels" => |context, node, arguments| {
            let count = context.issue(node).labels.len();
            let nodes = (0..count).map(|label| Node::part(Kind::IssueLabel, node.at(), label));
            context.page_by_position(&placed(nodes), arguments)
        },
        "issueType" => |context, node, _| match context.issue(node).issue_type {
            Some(_) => Value::Node(Node::new(Kind::IssueType, node.at())),
            None => Value::Null,
        },
        "createdAt" => |context, node, _| Value::Time(context.issue(node).created_at),
        "updatedAt" => |context, node, _| {
            let shown = node.inner().checked_sub(1).unwrap_or(node.at());
            Value::Time(context.view().issues[shown].updated_at)
        },
        "closedAt" => |context, node, _| Value::optional_time(context.issue(node).closed_at),
        "repository" => |context, node, _| Value::Node(Node::new(Kind::Repository, context.issue(node).repository)),
        "timelineItems" => timeline,
        "projectItems" => |context, node, arguments| {
            let archived = arguments.flag("includeArchived").unwrap_or(true);
            let items = context.prepared.items_of_issue(node.at()).iter().filter(|_| !context.hides.project_items);
            let nodes = items
                .filter(|item| archived || !context.view().items[**item as usize].archived)
                .map(|item| Node::new(Kind::Item, *item as usize));
            context.page_by_position(&placed(nodes), arguments)
        },
        _ => return None,
    };
    Some(resolve)
}

fn timeline<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    let issue = context.issue(node);
    let since = arguments.value("since").and_then(instant);
    let types = arguments.texts("itemTypes");
    let entries: Vec<Placed> = (0..issue.timeline.len())
        .filter(|event| since.is_none_or(|since| issue.timeline[*event].at >= since))
        .map(|event| Placed { position: event as u32, node: issue_event(issue, node.at(), event) })
        .filter(|placed| types.as_ref().is_none_or(|types| types.contains(&item_type(placed.node.kind))))
        .collect();
    context.page_by_position(&entries, arguments)
}

/// `IssueTimelineItemsItemType`.
fn item_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Closed => "CLOSED_EVENT",
        Kind::Reopened => "REOPENED_EVENT",
        Kind::AddedToProject => "ADDED_TO_PROJECT_V2_EVENT",
        Kind::StatusChanged => "PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
        Kind::RemovedFromProject => "REMOVED_FROM_PROJECT_V2_EVENT",
        Kind::Transferred => "TRANSFERRED_EVENT",
        _ => "",
    }
}

pub(super) fn issue_type(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| {
            Value::Owned(format!("IT_{}", context.issue(node).issue_type.as_deref().unwrap_or_default()))
        },
        "name" => |context, node, _| Value::optional_text(context.issue(node).issue_type.as_deref()),
        _ => return None,
    };
    Some(resolve)
}

pub(super) fn label(field: &str) -> Option<Resolve> {
    fn name<'v>(context: &Context<'v>, node: Node) -> &'v str {
        match node.kind {
            Kind::PullRequestLabel => &context.view().pull_requests[node.at()].labels[node.inner()],
            _ => &context.issue(node).labels[node.inner()],
        }
    }
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(format!("LA_{}", name(context, node))),
        "name" => |context, node, _| Value::Text(name(context, node)),
        _ => return None,
    };
    Some(resolve)
}

/// Why it was closed.
pub(super) fn state_reason<'v>(context: &Context<'v>, closed: Node) -> Value<'v> {
    match context.issue_event(closed).kind {
        IssueEventKind::Closed(reason) => Value::optional_text(reason),
        _ => Value::Null,
    }
}

pub(super) fn event(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "createdAt" => |context, node, _| Value::Time(context.issue_event(node).at),
        "actor" => |context, node, _| context.actor(context.issue_event(node).actor),
        "project" => |context, node, _| match context.issue_event(node).kind {
            IssueEventKind::Added(project)
            | IssueEventKind::Removed(project)
            | IssueEventKind::StatusChanged(project, ..)
                if !context.view().projects[project].hidden =>
            {
                Value::Node(Node::new(Kind::Project, project))
            }
            _ => Value::Null,
        },
        "issue" => |_, node, _| Value::Node(Node::new(Kind::Issue, node.at())),
        "fromRepository" => |context, node, _| match context.issue_event(node).kind {
            IssueEventKind::Transferred(from) if context.may_see(from) => {
                Value::Node(Node::new(Kind::Repository, from))
            }
            _ => Value::Null,
        },
        "previousStatus" => |context, node, _| match &context.issue_event(node).kind {
            IssueEventKind::StatusChanged(_, before, _) => Value::Text(before),
            _ => Value::Null,
        },
        "status" => |context, node, _| match &context.issue_event(node).kind {
            IssueEventKind::StatusChanged(_, _, after) => Value::Text(after),
            _ => Value::Null,
        },
        "wasAutomated" => |context, node, _| {
            let actor = context.issue_event(node).actor;
            Value::Flag(actor.is_none_or(|actor| context.view().actors[actor].is_bot))
        },
        _ => return None,
    };
    Some(resolve)
}
