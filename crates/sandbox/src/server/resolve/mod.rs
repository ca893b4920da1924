//! Dispatch of fields to functions, looked up once per query, not once per object.

mod board;
mod board_item;
mod checks;
mod commit;
mod delivery;
mod issue;
mod pull_request;
mod query;
mod repository;

use model::Instant;
use serde_json::Value as Json;

use super::conduct::ShownIds;
use super::cursor::Cursor;
use super::node::{Kind, Node};
use super::page::{Disturbance, Page, Placed, Window};
use super::plan::Arguments;
use super::prepared::Prepared;
use crate::view::{Content, View};

/// What one call sees.
pub(crate) struct Context<'v> {
    pub(crate) prepared: &'v Prepared,
    /// What `rateLimit` answers; `None` where limits are off.
    pub(crate) rate: Option<RateState>,
    /// Repositories that the token may not see.
    pub(crate) forbidden: Vec<usize>,
    /// Whether the organisation wants a single sign-on that the token lacks.
    pub(crate) saml: bool,
    /// Whether the organisation cannot be found.
    pub(crate) unknown_org: bool,
    /// What happens to the main list of this call.
    pub(crate) disturbance: Option<Disturbance>,
    /// What is left out without a word.
    pub(crate) hides: Hides,
    /// Which ids are shown and understood.
    pub(crate) ids: ShownIds,
}

/// What a call leaves out without an error.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "faults that have nothing to do with each other")]
pub(crate) struct Hides {
    /// Issues and pull requests seem to be on no board.
    pub(crate) project_items: bool,
    /// Cards seem to have no values, Status included.
    pub(crate) field_values: bool,
    /// All cards are redacted.
    pub(crate) contents: bool,
    /// Check suites may not be read.
    pub(crate) checks: bool,
    /// Check suites of attempts before the last have no jobs.
    pub(crate) earlier_checks: bool,
    /// So many objects are counted that no page has.
    pub(crate) counted_too_many: usize,
}

/// The rate limit after a call has been paid for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateState {
    pub(crate) cost: u64,
    pub(crate) limit: u64,
    pub(crate) node_count: u64,
    pub(crate) used: u64,
    pub(crate) reset_at: Instant,
}

impl<'v> Context<'v> {
    /// The view behind the indexes.
    pub(crate) fn view(&self) -> &'v View {
        &self.prepared.view
    }

    /// Whether the token may see a repository.
    fn may_see(&self, repository: usize) -> bool {
        !self.forbidden.contains(&repository) && !self.view().repositories[repository].hidden
    }

    /// What a card shows to this token.
    fn content(&self, item: usize) -> Content {
        if self.hides.contents {
            return Content::Redacted;
        }
        let content = self.view().items[item].content;
        let repository = match content {
            Content::Issue(issue) => self.view().issues[issue].repository,
            Content::PullRequest(pull_request) => self.view().pull_requests[pull_request].repository,
            Content::Draft | Content::Redacted => return content,
        };
        if self.may_see(repository) { content } else { Content::Redacted }
    }

    fn actor(&self, actor: Option<usize>) -> Value<'v> {
        match actor {
            Some(position) => Value::Node(actor_node(self.view(), position)),
            None => Value::Null,
        }
    }

    /// The id of an object in the form that this call shows.
    fn shown_id(&self, node: Node) -> String {
        self.ids.shown(node.kind, self.id(node))
    }

    /// The node id that an object has in the view; cursors hold it, so that they outlive a change of form.
    pub(crate) fn id(&self, node: Node) -> String {
        let view = self.view();
        match node.kind {
            Kind::Repository => view.repositories[node.at()].id.clone(),
            Kind::Issue => view.issues[node.at()].id.clone(),
            Kind::PullRequest => view.pull_requests[node.at()].id.clone(),
            Kind::Project => view.projects[node.at()].id.clone(),
            Kind::Item => view.items[node.at()].id.clone(),
            Kind::Closed
            | Kind::Reopened
            | Kind::AddedToProject
            | Kind::StatusChanged
            | Kind::RemovedFromProject
            | Kind::Transferred => view.issues[node.at()].timeline[node.inner()].id.clone(),
            Kind::ReadyForReview
            | Kind::ConvertToDraft
            | Kind::ReviewRequested
            | Kind::ReviewDismissed
            | Kind::PullRequestClosed => view.pull_requests[node.at()].timeline[node.inner()].id.clone(),
            Kind::Review => view.pull_requests[node.at()].reviews[node.inner()].id.clone(),
            Kind::Organization => self.prepared.organization_id(node.at()),
            Kind::Deployment => view.deployments[node.at()].id.clone(),
            Kind::DeploymentStatus => view.deployments[node.at()].statuses[node.inner()].id.clone(),
            Kind::Release => view.releases[node.at()].id.clone(),
            Kind::CheckSuite => view.ci_runs[node.at()].attempts[node.inner()].suite.clone(),
            Kind::GraphCommit => view.repositories[node.at()].commits[node.inner()].sha.clone(),
            _ => format!("{}_{}_{}", node.kind.type_name(), node.index, node.part),
        }
    }

    /// A page of a list that is kept in its own order.
    fn page_by_position(&self, entries: &[Placed], arguments: &Arguments) -> Value<'v> {
        self.placed_page(entries, arguments, false)
    }

    /// The same of a list that pages of an import go through.
    fn main_page_by_position(&self, entries: &[Placed], arguments: &Arguments) -> Value<'v> {
        self.placed_page(entries, arguments, true)
    }

    fn placed_page(&self, entries: &[Placed], arguments: &Arguments, is_main: bool) -> Value<'v> {
        match window(arguments) {
            Ok(window) => {
                let page = super::page::by_position(entries, &window, |node| self.id(*node));
                Value::Page(Box::new(Page { is_main, ..page }))
            }
            Err(error) => error,
        }
    }
}

fn actor_node(view: &View, position: usize) -> Node {
    Node::new(if view.actors[position].is_bot { Kind::Bot } else { Kind::User }, position)
}

/// Numbers a whole list.
fn placed(nodes: impl Iterator<Item = Node>) -> Vec<Placed> {
    nodes.enumerate().map(|(position, node)| Placed { position: position as u32, node }).collect()
}

/// `first` and `after`, or GitHub's complaint about a cursor.
fn window<'v>(arguments: &Arguments) -> Result<Window, Value<'v>> {
    let first = arguments.integer("first").unwrap_or_default().max(0) as usize;
    let after = match arguments.text("after") {
        None | Some("") => None,
        Some(text) => Some(Cursor::decode(text).ok_or_else(|| Value::Error {
            kind: "INVALID_CURSOR_ARGUMENTS",
            message: format!("`{text}` does not appear to be a valid cursor."),
            saml: false,
        })?),
    };
    Ok(Window { first, after })
}

/// What a field resolves to.
pub(crate) enum Value<'v> {
    Null,
    Text(&'v str),
    Owned(String),
    Integer(i64),
    Float(f64),
    Flag(bool),
    Time(Instant),
    Node(Node),
    Nodes(Vec<Option<Node>>),
    Page(Box<Page>),
    /// `nodes(ids:)`: what was found, and the complaint about each id that was not.
    Lookups(Vec<Result<Node, String>>),
    Error {
        kind: &'static str,
        message: String,
        saml: bool,
    },
}

impl<'v> Value<'v> {
    fn optional_text(text: Option<&'v str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    fn optional_time(at: Option<Instant>) -> Self {
        at.map_or(Self::Null, Self::Time)
    }
}

/// Answers one field of one object.
pub(crate) type Resolve = for<'v> fn(&Context<'v>, Node, &Arguments) -> Value<'v>;

/// How a field of a type is answered.
#[derive(Clone, Copy)]
pub(crate) enum Resolver {
    Object(Resolve),
    Page(PageField),
    TypeName,
    /// In the schema, but not in the simulation: answered with an error that names it.
    Unresolved,
}

/// Fields of connections and of `PageInfo`.
#[derive(Clone, Copy)]
pub(crate) enum PageField {
    Nodes,
    TotalCount,
    FilteredCount,
    PageInfo,
    EndCursor,
    HasNextPage,
}

/// Finds the answer to a field of an object type.
pub(crate) fn resolver(type_name: &str, field: &str) -> Resolver {
    if field == "__typename" {
        return Resolver::TypeName;
    }
    if let Some(field) = page_field(type_name, field) {
        return Resolver::Page(field);
    }
    let found = match type_name {
        "Query" => query::query(field),
        "RateLimit" => query::rate_limit(field),
        "Organization" => query::organization(field),
        "User" | "Bot" | "Mannequin" | "EnterpriseUserAccount" => query::actor(field),
        "Repository" => repository::repository(field),
        "Issue" => issue::issue(field),
        "IssueType" => issue::issue_type(field),
        "Label" => issue::label(field),
        "ClosedEvent" => closed_event(field),
        "ReopenedEvent"
        | "AddedToProjectV2Event"
        | "ProjectV2ItemStatusChangedEvent"
        | "RemovedFromProjectV2Event"
        | "TransferredEvent" => issue::event(field),
        "PullRequest" => pull_request::pull_request(field),
        "PullRequestReview" => pull_request::review(field),
        "PullRequestCommit" => pull_request::pull_request_commit(field),
        "PullRequestChangedFile" => pull_request::changed_file(field),
        "Commit" => commit::commit(field),
        "Deployment" => delivery::deployment(field),
        "DeploymentStatus" => delivery::deployment_status(field),
        "Release" => delivery::release(field),
        "CheckSuite" => checks::suite(field),
        "CheckRun" => checks::run(field),
        "Ref" => delivery::reference(field),
        "ReadyForReviewEvent" | "ConvertToDraftEvent" | "ReviewRequestedEvent" | "ReviewDismissedEvent" => {
            pull_request::event(field)
        }
        "ProjectV2" => board::project(field),
        "ProjectV2Field" | "ProjectV2IterationField" | "ProjectV2SingleSelectField" => board::field(field),
        "ProjectV2SingleSelectFieldOption" => board::option(field),
        "ProjectV2Item" => board_item::item(field),
        "DraftIssue" => board_item::draft(field),
        "ProjectV2ItemFieldDateValue"
        | "ProjectV2ItemFieldIterationValue"
        | "ProjectV2ItemFieldNumberValue"
        | "ProjectV2ItemFieldSingleSelectValue"
        | "ProjectV2ItemFieldTextValue" => board_item::value(field),
        _ => None,
    };
    found.map_or(Resolver::Unresolved, Resolver::Object)
}

fn page_field(type_name: &str, field: &str) -> Option<PageField> {
    if type_name.ends_with("Connection") {
        return Some(match field {
            "nodes" => PageField::Nodes,
            "totalCount" => PageField::TotalCount,
            "filteredCount" => PageField::FilteredCount,
            "pageInfo" => PageField::PageInfo,
            _ => return None,
        });
    }
    if type_name == "PageInfo" {
        return Some(match field {
            "endCursor" => PageField::EndCursor,
            "hasNextPage" => PageField::HasNextPage,
            _ => return None,
        });
    }
    None
}

/// An instant argument: RFC 3339, or a date.
fn instant(value: &Json) -> Option<Instant> {
    Instant::parse_date_or_rfc3339(value.as_str()?)
}

/// A closing, of an issue or of a pull request. Nothing here is closed by a commit.
fn closed_event(field: &str) -> Option<Resolve> {
    let resolve: Resolve = match field {
        "id" => |context, node, _| Value::Owned(context.shown_id(node)),
        "createdAt" => |context, node, _| Value::Time(closing(context, node).0),
        "actor" => |context, node, _| context.actor(closing(context, node).1),
        "stateReason" => |context, node, _| match node.kind {
            Kind::Closed => issue::state_reason(context, node),
            _ => Value::Null,
        },
        "closer" => |_, _, _| Value::Null,
        _ => return None,
    };
    Some(resolve)
}

/// When it was closed, and who did it.
fn closing(context: &Context<'_>, node: Node) -> (Instant, Option<usize>) {
    let view = context.view();
    if node.kind == Kind::PullRequestClosed {
        let event = &view.pull_requests[node.at()].timeline[node.inner()];
        return (event.at, event.actor);
    }
    let event = &view.issues[node.at()].timeline[node.inner()];
    (event.at, event.actor)
}

#[cfg(test)]
mod tests {
    use apollo_compiler::schema::ExtendedType;

    use super::*;
    use crate::server::schema::schema;

    #[test]
    fn every_field_of_the_schema_is_answered() {
        let mut missing = Vec::new();
        for (name, definition) in &schema().types {
            let ExtendedType::Object(object) = definition else { continue };
            if name.starts_with("__") {
                continue;
            }
            for field in object.fields.keys() {
                if matches!(resolver(name, field), Resolver::Unresolved) {
                    missing.push(format!("{name}.{field}"));
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new());
    }

    #[test]
    fn connections_of_the_schema_page_forward_only() {
        for (name, definition) in &schema().types {
            let ExtendedType::Object(object) = definition else { continue };
            for (field, field_definition) in &object.fields {
                for argument in ["last", "before"] {
                    assert!(field_definition.argument_by_name(argument).is_none(), "{name}.{field}({argument}:)");
                }
            }
        }
    }
}
