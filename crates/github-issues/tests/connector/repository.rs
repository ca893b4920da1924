//! A repository that answers the connector's query: order, filter, pages and inner pages as GitHub has them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wiremock::{Request, Respond, ResponseTemplate};

/// The provider's time in every answer.
pub(crate) const NOW: &str = "Mon, 02 Nov 2026 10:00:00 GMT";
/// The same as RFC 3339.
pub(crate) const NOW_RFC3339: &str = "2026-11-02T10:00:00Z";

/// Something that happens before a request is answered.
type Incident = Box<dyn FnOnce(&mut Vec<Value>) + Send>;

/// Shared by the server and the test.
#[derive(Clone, Default)]
pub(crate) struct Repository {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    issues: Vec<Value>,
    requests: Vec<Value>,
    /// Answers given instead of the true ones, in order; `None` lets a true one through.
    instead: VecDeque<Option<ResponseTemplate>>,
    before: VecDeque<Option<Incident>>,
    largest_page: Option<usize>,
}

/// An issue with these change time and nothing in it.
pub(crate) fn issue(number: u32, updated_at: &str) -> Value {
    json!({
        "id": format!("I_{number}"),
        "number": number,
        "title": format!("Issue {number}"),
        "url": format!("https://github.com/acme/web/issues/{number}"),
        "state": "OPEN",
        "stateReason": null,
        "issueType": null,
        "author": {"__typename": "User", "login": "ann"},
        "createdAt": "2026-01-01T00:00:00Z",
        "closedAt": null,
        "updatedAt": updated_at,
        "labels": [],
        "assignees": [],
        "timelineItems": [],
        "projectItems": [],
    })
}

/// Issues 1 to `count`, each changed a minute after the one before.
pub(crate) fn issues(count: u32) -> Vec<Value> {
    (1..=count).map(|number| issue(number, &minute(number))).collect()
}

/// The `number`-th minute of a day.
pub(crate) fn minute(number: u32) -> String {
    format!("2026-10-01T{:02}:{:02}:00Z", number / 60, number % 60)
}

impl Repository {
    pub(crate) fn with(issues: Vec<Value>) -> Self {
        let repository = Self::default();
        repository.state.lock().unwrap().issues = issues;
        repository
    }

    /// Changes the issues.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Vec<Value>)) {
        change(&mut self.state.lock().unwrap().issues);
    }

    /// Answers the next request with this instead of the truth.
    pub(crate) fn answer_instead(&self, answer: ResponseTemplate) {
        self.state.lock().unwrap().instead.push_back(Some(answer));
    }

    /// Answers the next request with the truth, before those that are answered with something else.
    pub(crate) fn answer_truly(&self) {
        self.state.lock().unwrap().instead.push_back(None);
    }

    /// Lets something happen before the `nth` request (from 1) from now.
    pub(crate) fn before_request(&self, nth: usize, incident: impl FnOnce(&mut Vec<Value>) + Send + 'static) {
        let before = &mut self.state.lock().unwrap().before;
        before.resize_with(nth.max(before.len()), || None);
        before[nth - 1] = Some(Box::new(incident));
    }

    /// Answers 502 to pages that are larger.
    pub(crate) fn refuse_pages_above(&self, size: usize) {
        self.state.lock().unwrap().largest_page = Some(size);
    }

    /// Number of issues and the newest change, as a survey finds them.
    pub(crate) fn summary(&self) -> (u64, Option<String>) {
        let state = self.state.lock().unwrap();
        let newest = state.issues.iter().map(|issue| text(issue, "updatedAt").to_owned()).max();
        (state.issues.len() as u64, newest)
    }

    /// The variables of all requests so far.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.state.lock().unwrap().requests.clone()
    }
}

impl Respond for Repository {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = request.body_json().expect("a JSON body");
        let variables = body["variables"].clone();
        let mut state = self.state.lock().unwrap();
        state.requests.push(variables.clone());
        if let Some(Some(incident)) = state.before.pop_front() {
            incident(&mut state.issues);
        }
        if let Some(Some(instead)) = state.instead.pop_front() {
            return instead.insert_header("date", NOW);
        }
        let asked = variables["ids"].as_array().map_or_else(|| first(&variables), Vec::len);
        if state.largest_page.is_some_and(|largest| asked > largest) {
            return ResponseTemplate::new(502).insert_header("date", NOW);
        }
        if variables["ids"].is_array() {
            return ok(&by_id(&state.issues, &variables));
        }
        let data = json!({"rateLimit": rate_limit(&variables), "node": node(&state.issues, &variables)});
        ok(&json!({"data": data}))
    }
}

/// An answer with this body.
pub(crate) fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200)
        .insert_header("date", NOW)
        .insert_header("x-github-request-id", "REQ:1")
        .set_body_json(body)
}

fn first(variables: &Value) -> usize {
    usize::try_from(variables["first"].as_u64().expect("a page size")).unwrap()
}

/// By GitHub's formula.
fn rate_limit(variables: &Value) -> Value {
    let requests = 1 + 4 * first(variables);
    json!({"cost": ((requests + 50) / 100).max(1), "limit": 5000, "remaining": 4000, "resetAt": "2026-11-02T11:00:00Z"})
}

fn node(issues: &[Value], variables: &Value) -> Value {
    let id = text(variables, "id");
    if id == "R_web" {
        return json!({"__typename": "Repository", "issues": page(issues, variables)});
    }
    let Some(issue) = issues.iter().find(|issue| issue["id"] == id) else { return Value::Null };
    let mut issue = with_inner_pages(issue, variables);
    issue["__typename"] = json!("Issue");
    issue
}

/// Issues by id, in the order of the ids. Those that are gone are null, with an error.
fn by_id(issues: &[Value], variables: &Value) -> Value {
    let ids = variables["ids"].as_array().expect("a list of ids");
    let find = |id: &Value| issues.iter().find(|issue| issue["id"] == *id);
    let nodes: Vec<Value> =
        ids.iter().map(|id| find(id).map_or(Value::Null, |issue| named(issue, variables))).collect();
    let absent = nodes.iter().enumerate().filter(|(_, node)| node.is_null());
    let errors: Vec<Value> = absent
        .map(|(position, _)| {
            json!({"type": "NOT_FOUND", "path": ["nodes", position], "message": "Could not resolve to a node"})
        })
        .collect();
    json!({"data": {"rateLimit": null, "nodes": nodes}, "errors": errors})
}

/// An issue with its repository, which is `web` unless the issue says otherwise.
fn named(issue: &Value, variables: &Value) -> Value {
    let mut named = with_inner_pages(issue, variables);
    named["__typename"] = json!("Issue");
    if named["repository"].is_null() {
        named["repository"] = json!({"id": "R_web", "name": "web", "owner": {"__typename": "User", "login": "Acme"}});
    }
    named
}

/// Cursors hold what they are behind, so that they stay right when issues come and go.
fn page(issues: &[Value], variables: &Value) -> Value {
    let order = if variables["order"]["field"] == "CREATED_AT" { "createdAt" } else { "updatedAt" };
    assert_eq!(variables["order"]["direction"], "ASC");
    let since = variables["filter"]["since"].as_str().unwrap_or("");
    let key = |issue: &Value| format!("{} {:>9}", text(issue, order), issue["number"]);
    let mut listed: Vec<&Value> = issues.iter().filter(|issue| text(issue, "updatedAt") >= since).collect();
    listed.sort_by_key(|issue| key(issue));
    let after = variables["after"].as_str().unwrap_or("");
    let left: Vec<&Value> = listed.into_iter().filter(|issue| key(issue).as_str() > after).collect();
    let page: Vec<&Value> = left.iter().take(first(variables)).copied().collect();
    json!({
        "pageInfo": {"hasNextPage": left.len() > page.len(), "endCursor": page.last().map(|issue| key(issue))},
        "nodes": page.into_iter().map(|issue| with_inner_pages(issue, variables)).collect::<Vec<_>>(),
    })
}

fn with_inner_pages(issue: &Value, variables: &Value) -> Value {
    let mut issue = issue.clone();
    let lists = [
        ("labels", 100, "labelsAfter"),
        ("assignees", 20, "assigneesAfter"),
        ("timelineItems", 100, "timelineAfter"),
        ("projectItems", 20, "itemsAfter"),
    ];
    for (list, first, after) in lists {
        if let Some(entries) = issue[list].as_array() {
            issue[list] = inner_page(entries, first, variables[after].as_str());
        }
    }
    issue
}

fn inner_page(entries: &[Value], first: usize, after: Option<&str>) -> Value {
    let start = after.map_or(0, |after| after.parse().expect("a cursor given out before"));
    let end = entries.len().min(start + first);
    json!({
        "pageInfo": {"hasNextPage": end < entries.len(), "endCursor": (end > 0).then(|| end.to_string())},
        "nodes": entries[start..end],
    })
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("a text")
}
