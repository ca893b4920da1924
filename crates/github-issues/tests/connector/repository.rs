//! A repository that answers the connector's query: order, filter, pages and inner pages as GitHub has them.

pub(crate) use connector_testing::ok;
use connector_testing::{Provider, Simulated, first, inner_page};
use serde_json::{Value, json};

/// The provider's time as RFC 3339.
pub(crate) const NOW_RFC3339: &str = "2026-11-02T10:00:00Z";

/// A repository with issues.
pub(crate) type Repository = Simulated<Issues>;

/// How issues are served.
pub(crate) struct Issues;

impl Provider for Issues {
    const NOW: &str = "Mon, 02 Nov 2026 10:00:00 GMT";

    fn answer(issues: &[Value], variables: &Value) -> Value {
        if variables["ids"].is_array() {
            return by_id(issues, variables);
        }
        json!({"data": {"rateLimit": rate_limit(variables), "node": node(issues, variables)}})
    }
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

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("a text")
}
