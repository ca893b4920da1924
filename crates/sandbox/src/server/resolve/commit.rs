//! Commits: of a repository's graph, and as pull requests show them.

use super::pull_request::object_id;
use super::{Context, Resolve, Value, instant, placed};
use crate::server::node::{Kind, Node};
use crate::server::plan::Arguments;
use crate::view::{Commit, Repository};

pub(super) fn commit(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(format!("C_{}", sha(context, node))),
        "oid" => |context, node, _| Value::Owned(sha(context, node)),
        "authoredDate" => |context, node, _| match of_graph(context, node) {
            Some(commit) => Value::Time(commit.authored_at),
            None => of_pull_request(context, node),
        },
        "committedDate" => |context, node, _| match of_graph(context, node) {
            Some(commit) => Value::Time(commit.committed_at),
            None => of_pull_request(context, node),
        },
        "message" => |context, node, _| match of_graph(context, node) {
            Some(commit) if !commit.body.is_empty() => Value::Owned(format!("{}\n\n{}", commit.headline, commit.body)),
            Some(commit) => Value::Text(&commit.headline),
            None => Value::Text(&context.view().pull_requests[node.at()].title),
        },
        "messageBody" => |context, node, _| match of_graph(context, node) {
            Some(commit) => Value::Text(&commit.body),
            None => Value::Text(""),
        },
        "parents" => |context, node, arguments| {
            let graph = in_graph(context, node);
            let parents = graph.map(|at| (at.at(), &commit_at(context, at).parents));
            let nodes = parents.into_iter().flat_map(|(repository, parents)| {
                parents.iter().map(move |parent| Node::part(Kind::GraphCommit, repository, *parent as usize))
            });
            context.page_by_position(&placed(nodes), arguments)
        },
        "history" => history,
        _ => return None,
    };
    Some(resolve)
}

/// The commit and all before it by their commit dates, the newest first.
fn history<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    let since = arguments.value("since").and_then(instant);
    let mut entries = Vec::new();
    if let Some(node) = in_graph(context, node) {
        let repository = &context.view().repositories[node.at()];
        let mut positions = ancestors(repository, node.inner());
        positions.retain(|position| since.is_none_or(|since| repository.commits[*position].committed_at >= since));
        positions.sort_by_key(|position| std::cmp::Reverse((repository.commits[*position].committed_at, *position)));
        entries = placed(positions.into_iter().map(|position| Node::part(Kind::GraphCommit, node.at(), position)));
    }
    context.main_page_by_position(&entries, arguments)
}

/// A commit and all before it, as positions.
fn ancestors(repository: &Repository, head: usize) -> Vec<usize> {
    let mut is_reached = vec![false; head + 1];
    is_reached[head] = true;
    // Parents stand before their children.
    for position in (0..=head).rev() {
        if is_reached[position] {
            for parent in &repository.commits[position].parents {
                is_reached[*parent as usize] = true;
            }
        }
    }
    (0..=head).filter(|position| is_reached[*position]).collect()
}

/// The commit's own place in the graph of its repository, where the repository has it.
fn in_graph(context: &Context<'_>, node: Node) -> Option<Node> {
    if node.kind == Kind::GraphCommit {
        return Some(node);
    }
    let repository = context.view().pull_requests[node.at()].repository;
    context.commit_node(repository, &object_id(context, node))
}

fn commit_at<'v>(context: &Context<'v>, node: Node) -> &'v Commit {
    &context.view().repositories[node.at()].commits[node.inner()]
}

/// A commit that was asked for in the graph; `None` for one that a pull request shows.
fn of_graph<'v>(context: &Context<'v>, node: Node) -> Option<&'v Commit> {
    (node.kind == Kind::GraphCommit).then(|| commit_at(context, node))
}

/// The date of a commit that a pull request shows.
fn of_pull_request<'v>(context: &Context<'v>, node: Node) -> Value<'v> {
    let pull_request = &context.view().pull_requests[node.at()];
    match node.kind {
        Kind::MergeCommit => Value::Time(pull_request.merged_at.unwrap_or(pull_request.updated_at)),
        _ => Value::Time(pull_request.commits[node.inner()]),
    }
}

fn sha(context: &Context<'_>, node: Node) -> String {
    of_graph(context, node).map_or_else(|| object_id(context, node), |commit| commit.sha.clone())
}
