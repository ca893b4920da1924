//! Answers to GraphQL queries of merge requests.

use apollo_compiler::ast::{Definition, Document};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Instant;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::fault::{GitlabFault, GitlabFaultKind};
use super::forge::{Forge, GROUP, Kind};
use super::select::{Arguments, Fields, Found, Missing, select};
use super::state::GitlabState;
use super::{merge_request, notes};
use crate::server::reply::Reply;

/// Entries of a list at most.
const MOST: usize = 100;
/// What a query of merge requests costs beside its entries.
const COMPLEXITY: u64 = 51;

#[derive(Deserialize)]
struct Request {
    query: String,
    #[serde(default)]
    variables: Option<Map<String, Json>>,
}

fn errors(message: &str) -> Reply {
    Reply::json(200, &json!({ "errors": [{ "message": message }] }))
}

/// Answers a query.
pub(crate) fn answer(state: &GitlabState, forge: &Forge, body: &[u8]) -> Reply {
    let Ok(Request { query, variables }) = serde_json::from_slice(body) else {
        return Reply::json(400, &json!({ "errors": [{ "message": "Unexpected end of document" }] }));
    };
    let variables = variables.unwrap_or_default();
    let document = match Document::parse(query, "query.graphql") {
        Ok(document) => document,
        Err(failed) => return errors(&failed.errors.to_string()),
    };
    let operation = document.definitions.iter().find_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    });
    let Some(operation) = operation else { return errors("No operation") };
    // What counts is the largest list that is asked for.
    let size = variables.get("first").and_then(Json::as_u64).unwrap_or(1);
    if let Some(reply) = state.next_fault(|fault| refusal(fault, size).is_some()).and_then(|it| refusal(&it, size)) {
        return reply;
    }
    match select(&Object::Query(Shown { state, forge }), &operation.selection_set, &variables) {
        Ok(data) => Reply::json(200, &json!({ "data": data })),
        Err(message) => errors(&message),
    }
}

/// How GitLab refuses a query for so many entries; `None` where it does not.
fn refusal(fault: &GitlabFault, size: u64) -> Option<Reply> {
    let timeout = || {
        let error = json!({ "message": "Timeout on Group.mergeRequests", "path": ["group", "mergeRequests"] });
        Reply::json(200, &json!({ "data": { "group": Json::Null }, "errors": [error] }))
    };
    match fault.kind {
        GitlabFaultKind::Complexity if size > fault.amount => Some(errors(&format!(
            "Query has complexity of {}, which exceeds max complexity of {}",
            COMPLEXITY + size,
            COMPLEXITY + fault.amount
        ))),
        GitlabFaultKind::QueryTimeoutAbove if size > fault.amount => Some(timeout()),
        GitlabFaultKind::QueryTimeout => Some(timeout()),
        GitlabFaultKind::QueryFails => Some(errors("Internal server error")),
        _ => None,
    }
}

/// What queries are answered from.
#[derive(Clone, Copy)]
struct Shown<'a> {
    state: &'a GitlabState,
    forge: &'a Forge,
}

/// What a query can be about.
enum Object<'a> {
    Query(Shown<'a>),
    Group(Shown<'a>),
    Project(Shown<'a>, usize),
    MergeRequest(Shown<'a>, usize),
    Page(Page<Self>),
    Plain(Json),
}

/// A page of a list.
struct Page<T> {
    count: usize,
    nodes: Vec<T>,
    /// Behind its last entry.
    end: Option<String>,
    goes_on: bool,
}

impl Fields for Object<'_> {
    fn type_name(&self) -> String {
        let name = match self {
            Self::Query(_) => "Query",
            Self::Group(_) => "Group",
            Self::Project(..) => "Project",
            Self::MergeRequest(..) => "MergeRequest",
            Self::Page(_) => "MergeRequestConnection",
            Self::Plain(_) => "Object",
        };
        name.to_owned()
    }

    fn field(&self, name: &str, arguments: &Arguments<'_>) -> Result<Found<Self>, Missing> {
        let path = || arguments.text("fullPath").unwrap_or_default();
        Ok(match (self, name) {
            (Self::Query(shown), "group") => {
                Found::Object(Some(Self::Group(*shown)).filter(|_| shown.forge.is_group(&path())))
            }
            (Self::Query(shown), "project") => {
                let found = shown.forge.find_project(&path());
                Found::Object(found.map(|(repository, _)| Self::Project(*shown, repository)))
            }
            (Self::Group(_), "id") => Found::Value(format!("gid://gitlab/Group/{GROUP}").into()),
            (Self::Group(shown), "fullPath") => Found::Value(shown.forge.view.org.as_str().into()),
            (Self::Group(shown), "mergeRequests") => Found::Object(Some(Self::Page(shown.merge_requests(arguments)))),
            (Self::Project(shown, place), "fullPath") => Found::Value(shown.forge.path(*place).into()),
            (Self::Project(shown, place), "mergeRequest") => {
                let number = arguments.text("iid").and_then(|number| number.parse().ok());
                let found = number.and_then(|number| shown.forge.find(Kind::MergeRequest, *place, number));
                Found::Object(found.map(|index| Self::MergeRequest(*shown, index)))
            }
            (Self::MergeRequest(shown, index), "commits") => {
                Found::Object(Some(Self::Page(plain(merge_request::commits(shown.forge, *index), arguments))))
            }
            (Self::MergeRequest(shown, index), "notes") => {
                Found::Object(Some(Self::Page(plain(notes::notes(shown.forge, *index), arguments))))
            }
            (Self::MergeRequest(shown, index), _) => {
                let changed_at = shown.state.changed_at(shown.forge, Kind::MergeRequest, *index);
                let mut all = merge_request::graphql(shown.forge, *index, changed_at);
                Found::Value(all.get_mut(name).map(Json::take).ok_or(Missing)?)
            }
            (Self::Page(page), "count") => Found::Value(page.count.into()),
            (Self::Page(page), "pageInfo") => {
                Found::Value(json!({ "hasNextPage": page.goes_on, "endCursor": page.end }))
            }
            (Self::Page(page), "nodes") => Found::List(page.nodes.iter().map(Self::again).collect()),
            (Self::Plain(all), _) => Found::Value(all.get(name).cloned().ok_or(Missing)?),
            _ => return Err(Missing),
        })
    }
}

impl Object<'_> {
    /// The same object once more, of a page.
    fn again(&self) -> Self
    where
        Self: Sized,
    {
        match self {
            Self::MergeRequest(shown, index) => Self::MergeRequest(*shown, *index),
            Self::Plain(all) => Self::Plain(all.clone()),
            _ => Self::Plain(Json::Null),
        }
    }
}

impl<'a> Shown<'a> {
    /// A page of merge requests in the order of their changes; its cursor is the last change.
    fn merge_requests(self, arguments: &Arguments<'_>) -> Page<Object<'a>> {
        let Self { state, forge } = self;
        let since = arguments.text("updatedAfter").and_then(|text| Instant::parse_rfc3339(&text));
        let archived = arguments.get("includeArchived").as_bool() == Some(true);
        let found = state.in_order(forge, Kind::MergeRequest, archived, since);
        let key = |index: usize| (state.changed_at(forge, Kind::MergeRequest, index), index);
        let after = arguments.text("after").and_then(|cursor| decode(&cursor));
        let begin = after.map_or(0, |after| found.partition_point(|index| key(*index) <= after));
        let size = arguments.size("first").unwrap_or(MOST).min(MOST);
        let end = (begin + size).min(found.len());
        let shown = &found[begin..end];
        let page = Page {
            count: found.len(),
            nodes: shown.iter().map(|index| Object::MergeRequest(self, *index)).collect(),
            end: shown.last().map(|index| encode(key(*index))),
            goes_on: end < found.len(),
        };
        if let Some(first) = shown.first().filter(|_| page.goes_on)
            && state.fault(GitlabFaultKind::MovingItems).is_some()
        {
            state.touch(forge, Kind::MergeRequest, *first);
        }
        page
    }
}

/// A page of what is in the order in which it is listed; its cursor is the place.
fn plain<'a>(entries: Vec<Json>, arguments: &Arguments<'_>) -> Page<Object<'a>> {
    let after = arguments.text("after").and_then(|cursor| decode(&cursor));
    let begin = after.map_or(0, |(_, place)| place).min(entries.len());
    let end = (begin + arguments.size("first").unwrap_or(MOST).min(MOST)).min(entries.len());
    let (count, goes_on) = (entries.len(), end < entries.len());
    let nodes = entries.into_iter().skip(begin).take(end - begin).map(Object::Plain).collect();
    Page { count, nodes, end: (end > begin).then(|| encode((Instant::default(), end))), goes_on }
}

fn encode((at, place): (Instant, usize)) -> String {
    STANDARD.encode(json!({ "k": format!("{}/{place}", at.to_rfc3339()) }).to_string())
}

/// Back from what the client sends; `None` when it was not made here.
fn decode(cursor: &str) -> Option<(Instant, usize)> {
    let bytes = STANDARD.decode(cursor).ok()?;
    let told: Json = serde_json::from_slice(&bytes).ok()?;
    let (at, place) = told.get("k")?.as_str()?.rsplit_once('/')?;
    Some((Instant::parse_rfc3339(at)?, place.parse().ok()?))
}
