//! Deployments with their statuses, releases and references.

use model::records::DeploymentStatusKind;
use serde_json::Value as Json;

use super::query::is_descending;
use super::repository::page_of;
use super::{Context, Resolve, Value, placed, window};
use crate::records::release_url;
use crate::server::node::{Kind, Node};
use crate::server::plan::Arguments;
use crate::view::{Deployment, DeploymentStatus, Release};

impl<'v> Context<'v> {
    fn deployment(&self, node: Node) -> &'v Deployment {
        &self.view().deployments[node.at()]
    }

    fn deployment_status(&self, node: Node) -> &'v DeploymentStatus {
        &self.deployment(node).statuses[node.inner()]
    }

    fn release(&self, node: Node) -> &'v Release {
        &self.view().releases[node.at()]
    }

    /// The commit with an object id in a repository, if the repository has it.
    pub(super) fn commit_node(&self, repository: usize, sha: &str) -> Option<Node> {
        let position = self.prepared.commit(repository, sha)?;
        Some(Node::part(Kind::GraphCommit, repository, position))
    }

    fn optional_commit(&self, repository: usize, sha: Option<&str>) -> Value<'v> {
        sha.and_then(|sha| self.commit_node(repository, sha)).map_or(Value::Null, Value::Node)
    }
}

/// `Repository.deployments`.
pub(super) fn deployments<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    let window = match window(arguments) {
        Ok(window) => window,
        Err(error) => return error,
    };
    let all = &context.view().deployments;
    let key = |position: u32| (all[position as usize].created_at.micros(), all[position as usize].id.as_str());
    let sorted = &context.prepared.repositories[node.at()].deployments_by_creation;
    let filtered: Vec<u32>;
    let list = match arguments.texts("environments").filter(|names| !names.is_empty()) {
        None => sorted,
        Some(names) => {
            let shown = |position: &&u32| names.contains(&all[**position as usize].environment.as_str());
            filtered = sorted.iter().filter(shown).copied().collect();
            &filtered
        }
    };
    page_of(context, list, is_descending(arguments), &window, false, Kind::Deployment, key)
}

/// `Repository.releases`.
pub(super) fn releases<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    let window = match window(arguments) {
        Ok(window) => window,
        Err(error) => return error,
    };
    let all = &context.view().releases;
    let sorted = &context.prepared.repositories[node.at()].releases_by_creation;
    if arguments.inside("orderBy", "field").and_then(Json::as_str) == Some("NAME") {
        let mut by_name = sorted.clone();
        by_name.sort_by_key(|position| &all[*position as usize].name);
        if is_descending(arguments) {
            by_name.reverse();
        }
        let nodes = by_name.into_iter().map(|position| Node::new(Kind::Release, position as usize));
        return context.page_by_position(&placed(nodes), arguments);
    }
    let key = |position: u32| (all[position as usize].created_at.micros(), all[position as usize].id.as_str());
    page_of(context, sorted, is_descending(arguments), &window, false, Kind::Release, key)
}

/// `Repository.object`.
pub(super) fn object<'v>(context: &Context<'v>, node: Node, arguments: &Arguments) -> Value<'v> {
    context.optional_commit(node.at(), arguments.text("oid"))
}

/// `Repository.defaultBranchRef`.
pub(super) fn default_branch<'v>(context: &Context<'v>, node: Node, _: &Arguments) -> Value<'v> {
    if context.view().repositories[node.at()].default_branch.is_empty() {
        return Value::Null;
    }
    Value::Node(Node::new(Kind::DefaultBranch, node.at()))
}

pub(super) fn deployment(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        // Later numbers do not fit the schema's type.
        "databaseId" => |context, node, _| {
            let number = context.deployment(node).number;
            i32::try_from(number).map_or(Value::Null, |number| Value::Integer(number.into()))
        },
        "commitOid" => |context, node, _| Value::Text(&context.deployment(node).sha),
        "createdAt" => |context, node, _| Value::Time(context.deployment(node).created_at),
        "updatedAt" => |context, node, _| Value::Time(context.deployment(node).updated_at),
        "environment" | "latestEnvironment" => |context, node, _| Value::Text(&context.deployment(node).environment),
        "originalEnvironment" => |context, node, _| Value::Text(&context.deployment(node).original_environment),
        "payload" => |context, node, _| Value::Text(context.deployment(node).payload),
        "task" => |context, node, _| Value::Text(context.deployment(node).task),
        "state" => |context, node, _| Value::Owned(state(context.deployment(node))),
        "creator" => |context, node, _| context.actor(context.deployment(node).creator),
        "ref" => |context, node, _| match context.deployment(node).git_ref {
            Some(_) => Value::Node(Node::new(Kind::DeploymentRef, node.at())),
            None => Value::Null,
        },
        "statuses" => |context, node, arguments| {
            let count = context.deployment(node).statuses.len();
            let nodes = (0..count).map(|status| Node::part(Kind::DeploymentStatus, node.at(), status));
            context.page_by_position(&placed(nodes), arguments)
        },
        _ => return None,
    };
    Some(resolve)
}

/// `DeploymentState`: a success is active until another one takes its place.
fn state(deployment: &Deployment) -> String {
    match deployment.statuses.last().map(|status| status.state) {
        None => "PENDING".to_owned(),
        Some(DeploymentStatusKind::Success) => "ACTIVE".to_owned(),
        Some(state) => state.name().to_uppercase(),
    }
}

pub(super) fn deployment_status(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "state" => |context, node, _| Value::Owned(context.deployment_status(node).state.name().to_uppercase()),
        "createdAt" => |context, node, _| Value::Time(context.deployment_status(node).at),
        "environment" => |context, node, _| Value::Text(&context.deployment_status(node).environment),
        "logUrl" => |context, node, _| Value::Text(&context.deployment_status(node).log_url),
        _ => return None,
    };
    Some(resolve)
}

pub(super) fn release(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "tagName" => |context, node, _| Value::Text(&context.release(node).tag),
        "tagCommit" => |context, node, _| {
            let release = context.release(node);
            context.optional_commit(release.repository, release.sha.as_deref())
        },
        "name" => |context, node, _| Value::Text(&context.release(node).name),
        "isDraft" => |context, node, _| Value::Flag(context.release(node).draft),
        "isPrerelease" => |context, node, _| Value::Flag(context.release(node).prerelease),
        "createdAt" => |context, node, _| Value::Time(context.release(node).created_at),
        "publishedAt" => |context, node, _| Value::optional_time(context.release(node).published_at),
        "url" => |context, node, _| {
            let release = context.release(node);
            let repository = &context.view().repositories[release.repository].name;
            Value::Owned(release_url(context.owner(release.repository), repository, release))
        },
        _ => return None,
    };
    Some(resolve)
}

pub(super) fn reference(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| {
            let (repository, name) = branch(context, node);
            Value::Owned(format!("REF_{}_{name}", context.view().repositories[repository].id))
        },
        "name" => |context, node, _| Value::Text(branch(context, node).1),
        // Of other branches than the default one the view knows no heads.
        "target" => |context, node, _| {
            let (repository, name) = branch(context, node);
            let repository_of = &context.view().repositories[repository];
            let head = repository_of.head.filter(|_| name == repository_of.default_branch);
            let commit = |head| Value::Node(Node::part(Kind::GraphCommit, repository, head as usize));
            head.map_or(Value::Null, commit)
        },
        _ => return None,
    };
    Some(resolve)
}

/// Repository and name of a branch.
fn branch<'v>(context: &Context<'v>, node: Node) -> (usize, &'v str) {
    if node.kind == Kind::DefaultBranch {
        return (node.at(), &context.view().repositories[node.at()].default_branch);
    }
    let deployment = context.deployment(node);
    (deployment.repository, deployment.git_ref.as_deref().unwrap_or_default())
}
