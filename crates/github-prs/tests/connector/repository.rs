//! A repository that answers the connector's query: order, filter, pages and inner pages as GitHub has them.

pub(crate) use connector_testing::ok;
use connector_testing::{Provider, Simulated, first, inner_page};
use serde_json::{Value, json};

/// The provider's time as RFC 3339.
pub(crate) const NOW_RFC3339: &str = "2026-11-02T10:00:00Z";

/// A repository with pull requests.
pub(crate) type Repository = Simulated<PullRequests>;

/// How pull requests are served.
pub(crate) struct PullRequests;

impl Provider for PullRequests {
    const NOW: &str = "Mon, 02 Nov 2026 10:00:00 GMT";

    fn answer(all: &[Value], variables: &Value) -> Value {
        match variables["ids"].as_array() {
            None => json!({"data": {"rateLimit": rate_limit(variables), "node": node(all, variables)}}),
            Some(ids) => by_ids(all, ids, variables),
        }
    }
}

/// A pull request with this change time and nothing in it.
pub(crate) fn pull_request(number: u32, updated_at: &str) -> Value {
    json!({
        "id": format!("PR_{number}"),
        "number": number,
        "title": format!("Change {number}"),
        "url": format!("https://github.com/acme/web/pull/{number}"),
        "state": "OPEN",
        "isDraft": false,
        "baseRefName": "main",
        "headRefName": format!("change-{number}"),
        "headRefOid": format!("{number:040x}"),
        "author": {"__typename": "User", "login": "ann"},
        "createdAt": "2026-01-01T00:00:00Z",
        "closedAt": null,
        "mergedAt": null,
        "updatedAt": updated_at,
        "mergeCommit": null,
        "additions": 1,
        "deletions": 2,
        "changedFiles": 3,
        "labels": [],
        "reviews": [],
        "timelineItems": [],
        "commits": [{"commit": {"authoredDate": "2025-12-31T00:00:00Z"}}],
    })
}

/// A merged pull request that changes these files.
pub(crate) fn merged(number: u32, files: &[&str]) -> Value {
    let mut merged = pull_request(number, &minute(number));
    (merged["state"], merged["mergedAt"]) = (json!("MERGED"), json!(minute(number)));
    merged["files"] = files.iter().map(|path| json!({"path": path})).collect();
    merged
}

/// Pull requests 1 to `count`, each changed a minute after the one before.
pub(crate) fn pull_requests(count: u32) -> Vec<Value> {
    (1..=count).map(|number| pull_request(number, &minute(number))).collect()
}

/// The `number`-th minute of a day.
pub(crate) fn minute(number: u32) -> String {
    format!("2026-10-01T{:02}:{:02}:00Z", number / 60, number % 60)
}

/// By GitHub's formula.
fn rate_limit(variables: &Value) -> Value {
    let lists = if variables["withFiles"] == true { 5 } else { 4 };
    let requests = match variables["ids"].as_array() {
        None => 1 + lists * first(variables),
        Some(ids) => lists * ids.len(),
    };
    json!({"cost": ((requests + 50) / 100).max(1), "limit": 5000, "remaining": 4000, "resetAt": "2026-11-02T11:00:00Z"})
}

fn node(all: &[Value], variables: &Value) -> Value {
    let id = text(variables, "id");
    if id == "R_web" {
        return json!({"__typename": "Repository", "pullRequests": page(all, variables)});
    }
    let Some(one) = all.iter().find(|one| one["id"] == id) else { return Value::Null };
    let mut one = with_inner_pages(one, variables);
    one["__typename"] = json!("PullRequest");
    one
}

/// What is gone is null, with an error that says so.
fn by_ids(all: &[Value], ids: &[Value], variables: &Value) -> Value {
    let find = |id: &Value| all.iter().find(|one| one["id"] == *id);
    let nodes: Vec<Value> = ids
        .iter()
        .map(|id| {
            let mut one = find(id).map_or(Value::Null, |one| with_inner_pages(one, variables));
            if one.is_object() {
                one["__typename"] = json!("PullRequest");
            }
            one
        })
        .collect();
    let gone = ids.iter().enumerate().filter(|(_, id)| find(id).is_none());
    let error = |(place, id): (usize, &Value)| json!({"type": "NOT_FOUND", "path": ["nodes", place], "message": format!("Could not resolve to a node with the global id of {id}")});
    let errors: Vec<Value> = gone.map(error).collect();
    let data = json!({"rateLimit": rate_limit(variables), "nodes": nodes});
    if errors.is_empty() { json!({"data": data}) } else { json!({"data": data, "errors": errors}) }
}

/// Cursors hold what they are behind, so that they stay right when pull requests come and go.
fn page(all: &[Value], variables: &Value) -> Value {
    let order = if variables["order"]["field"] == "CREATED_AT" { "createdAt" } else { "updatedAt" };
    let descending = variables["order"]["direction"] == "DESC";
    let key = |one: &Value| format!("{} {:>9}", text(one, order), one["number"]);
    let mut listed: Vec<&Value> = all.iter().collect();
    listed.sort_by_key(|one| key(one));
    if descending {
        listed.reverse();
    }
    let is_behind = |one: &Value| match variables["after"].as_str() {
        None => true,
        Some(after) if descending => key(one).as_str() < after,
        Some(after) => key(one).as_str() > after,
    };
    let left: Vec<&Value> = listed.into_iter().filter(|one| is_behind(one)).collect();
    let page: Vec<&Value> = left.iter().take(first(variables)).copied().collect();
    json!({
        "pageInfo": {"hasNextPage": left.len() > page.len(), "endCursor": page.last().map(|one| key(one))},
        "nodes": page.into_iter().map(|one| with_inner_pages(one, variables)).collect::<Vec<_>>(),
    })
}

fn with_inner_pages(one: &Value, variables: &Value) -> Value {
    let mut one = one.clone();
    let lists = [
        ("labels", 100, "labelsAfter"),
        ("reviews", 100, "reviewsAfter"),
        ("timelineItems", 100, "timelineAfter"),
        ("commits", 100, "commitsAfter"),
        ("files", 100, "filesAfter"),
    ];
    if variables["withFiles"] != true {
        one.as_object_mut().expect("a pull request").remove("files");
    } else if one.get("files").is_none() {
        one["files"] = json!([]);
    }
    for (list, first, after) in lists {
        if let Some(entries) = one[list].as_array() {
            one[list] = inner_page(entries, first, variables[after].as_str());
        }
    }
    one
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("a text")
}
