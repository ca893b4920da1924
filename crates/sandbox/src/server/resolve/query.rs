//! Entry points, the rate limit, the organisation and its people.

use super::{Context, Resolve, Value, placed};
use crate::server::node::{Kind, Node};
use crate::server::prepared::actor_id;

pub(super) fn query(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "node" => |context, _, arguments| {
            let id = arguments.text("id").unwrap_or_default();
            match context.find_visible(id) {
                Ok(node) => Value::Node(node),
                Err(message) => not_found(message),
            }
        },
        "nodes" => |context, _, arguments| {
            let ids = arguments.texts("ids").unwrap_or_default();
            Value::Lookups(ids.iter().map(|id| context.find_visible(id)).collect())
        },
        "organization" => |context, _, arguments| {
            let login = arguments.text("login").unwrap_or_default();
            match context.prepared.find_owner(login).filter(|_| !context.unknown_org) {
                None => not_found(format!("Could not resolve to an Organization with the login of '{login}'.")),
                Some(_) if context.saml => saml(),
                Some(owner) => Value::Node(Node::new(Kind::Organization, owner)),
            }
        },
        "rateLimit" => |context, _, _| match context.rate {
            Some(_) => Value::Node(Node::new(Kind::RateLimit, 0)),
            None => Value::Null,
        },
        "repository" => |context, _, arguments| {
            let owner = arguments.text("owner").unwrap_or_default();
            let name = arguments.text("name").unwrap_or_default();
            // As on GitHub the address of before a move leads to the repository.
            let is_owner = |position: &usize| {
                owner.eq_ignore_ascii_case(&context.view().org) || owner.eq_ignore_ascii_case(context.owner(*position))
            };
            match context.prepared.find_repository(name).filter(is_owner) {
                Some(position) if !context.unknown_org => context.repository(position),
                _ => not_found(format!("Could not resolve to a Repository with the name '{owner}/{name}'.")),
            }
        },
        "user" => |context, _, arguments| {
            let login = arguments.text("login").unwrap_or_default();
            let actors = &context.view().actors;
            match actors.iter().position(|actor| !actor.is_bot && actor.login.eq_ignore_ascii_case(login)) {
                Some(position) => Value::Node(Node::new(Kind::User, position)),
                None => not_found(format!("Could not resolve to a User with the login of '{login}'.")),
            }
        },
        "viewer" => |context, _, _| match context.view().actors.iter().position(|actor| !actor.is_bot) {
            Some(position) => Value::Node(Node::new(Kind::User, position)),
            None => Value::Null,
        },
        _ => return None,
    };
    Some(resolve)
}

impl<'v> Context<'v> {
    /// A repository, or why the token does not see it.
    pub(super) fn repository(&self, position: usize) -> Value<'v> {
        if self.saml {
            return saml();
        }
        if self.may_see(position) {
            return Value::Node(Node::new(Kind::Repository, position));
        }
        Value::Error {
            kind: "FORBIDDEN",
            message: "Resource not accessible by personal access token".to_owned(),
            saml: false,
        }
    }

    /// The object with a node id, when the token may see it.
    fn find_visible(&self, id: &str) -> Result<Node, String> {
        let hidden = || format!("Could not resolve to a node with the global id of '{id}'");
        let node = self.prepared.find(id, &self.ids).ok_or_else(hidden)?;
        let view = self.view();
        let repository = match node.kind {
            Kind::Repository => node.at(),
            Kind::Issue
            | Kind::Closed
            | Kind::Reopened
            | Kind::AddedToProject
            | Kind::StatusChanged
            | Kind::RemovedFromProject
            | Kind::Transferred => view.issues[node.at()].repository,
            Kind::PullRequest
            | Kind::Review
            | Kind::ReadyForReview
            | Kind::ConvertToDraft
            | Kind::ReviewRequested
            | Kind::ReviewDismissed
            | Kind::PullRequestClosed => view.pull_requests[node.at()].repository,
            Kind::Deployment => view.deployments[node.at()].repository,
            Kind::Release => view.releases[node.at()].repository,
            Kind::CheckSuite => view.ci_runs[node.at()].repository,
            _ => return if self.saml { Err(hidden()) } else { Ok(node) },
        };
        if self.may_see(repository) && !self.saml { Ok(node) } else { Err(hidden()) }
    }
}

fn not_found<'v>(message: String) -> Value<'v> {
    Value::Error { kind: "NOT_FOUND", message, saml: false }
}

fn saml<'v>() -> Value<'v> {
    Value::Error {
        kind: "FORBIDDEN",
        message: "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this \
                  organization."
            .to_owned(),
        saml: true,
    }
}

pub(super) fn rate_limit(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "cost" => |context, _, _| context.rate.map_or(Value::Null, |rate| Value::Integer(rate.cost as i64)),
        "limit" => |context, _, _| context.rate.map_or(Value::Null, |rate| Value::Integer(rate.limit as i64)),
        "nodeCount" => |context, _, _| context.rate.map_or(Value::Null, |rate| Value::Integer(rate.node_count as i64)),
        "remaining" => |context, _, _| {
            context.rate.map_or(Value::Null, |rate| Value::Integer(rate.limit.saturating_sub(rate.used) as i64))
        },
        "resetAt" => |context, _, _| Value::optional_time(context.rate.map(|rate| rate.reset_at)),
        "used" => |context, _, _| context.rate.map_or(Value::Null, |rate| Value::Integer(rate.used as i64)),
        _ => return None,
    };
    Some(resolve)
}

pub(super) fn organization(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.id(node)),
        "login" => |context, node, _| Value::Text(context.prepared.owner(node.at())),
        "url" => |context, node, _| Value::Owned(format!("https://github.com/{}", context.prepared.owner(node.at()))),
        "projectsV2" => |context, node, arguments| {
            let projects = &context.view().projects;
            // Boards belong to the view's own organisation and do not move.
            let shown = |project: &usize| node.at() == 0 && !projects[*project].hidden;
            let mut order: Vec<usize> = (0..projects.len()).filter(shown).collect();
            match arguments.inside("orderBy", "field").and_then(|field| field.as_str()) {
                Some("TITLE") => order.sort_by(|a, b| projects[*a].title.cmp(&projects[*b].title)),
                Some("CREATED_AT") => order.sort_by_key(|project| context.project_created(*project)),
                Some("UPDATED_AT") => order.sort_by_key(|project| context.project_updated(*project)),
                _ => order.sort_by_key(|project| projects[*project].number),
            }
            if is_descending(arguments) {
                order.reverse();
            }
            let nodes = order.into_iter().map(|project| Node::new(Kind::Project, project));
            context.page_by_position(&placed(nodes), arguments)
        },
        "repositories" => |context, node, arguments| {
            let repositories = &context.view().repositories;
            let owner = context.prepared.owner(node.at());
            let shown =
                |place: &usize| !repositories[*place].hidden && context.owner(*place).eq_ignore_ascii_case(owner);
            let mut order: Vec<usize> = (0..repositories.len()).filter(shown).collect();
            match arguments.inside("orderBy", "field").and_then(|field| field.as_str()) {
                Some("NAME") => order.sort_by(|a, b| repositories[*a].name.cmp(&repositories[*b].name)),
                Some("UPDATED_AT" | "PUSHED_AT") => order.sort_by_key(|position| context.repository_updated(*position)),
                Some("CREATED_AT") => order.sort_by_key(|position| context.repository_created(*position)),
                // By stars: nobody has starred anything. Without an order: as they were made.
                _ => {}
            }
            if is_descending(arguments) {
                order.reverse();
            }
            let nodes = order.into_iter().map(|position| Node::new(Kind::Repository, position));
            context.page_by_position(&placed(nodes), arguments)
        },
        _ => return None,
    };
    Some(resolve)
}

/// Whether `orderBy` asks for the greatest first.
pub(super) fn is_descending(arguments: &crate::server::plan::Arguments) -> bool {
    arguments.inside("orderBy", "direction").and_then(|direction| direction.as_str()) == Some("DESC")
}

pub(super) fn actor(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(actor_id(&context.view().actors[node.at()].login)),
        "login" => |context, node, _| Value::Text(&context.view().actors[node.at()].login),
        "url" => {
            |context, node, _| Value::Owned(format!("https://github.com/{}", context.view().actors[node.at()].login))
        }
        _ => return None,
    };
    Some(resolve)
}
