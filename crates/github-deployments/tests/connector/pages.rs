//! How GitHub serves a list of a repository, the newest first, and objects by their ids.

use connector_testing::first;
use serde_json::{Value, json};

/// The answer to a page of the repository's list, or to a question by ids. Cursors hold what they are behind, so that
/// they stay right when entries come and go.
pub(crate) fn answer(list: &str, all: &[Value], variables: &Value) -> Value {
    let Some(ids) = variables["ids"].as_array() else {
        let node = json!({"__typename": "Repository", list: page(all, variables)});
        return json!({"data": {"rateLimit": rate_limit(variables), "node": node}});
    };
    let found = |id: &Value| all.iter().find(|node| node["id"] == *id).cloned();
    let nodes: Vec<Option<Value>> = ids.iter().map(found).collect();
    let missing = nodes.iter().enumerate().filter(|(_, node)| node.is_none());
    let errors: Vec<Value> = missing
        .map(|(at, _)| json!({"type": "NOT_FOUND", "path": ["nodes", at], "message": "Could not resolve to a node"}))
        .collect();
    let mut answer = json!({"data": {"rateLimit": rate_limit(variables), "nodes": nodes}});
    if !errors.is_empty() {
        answer["errors"] = json!(errors);
    }
    answer
}

/// By GitHub's formula.
pub(crate) fn rate_limit(variables: &Value) -> Value {
    let requests = 1 + first(variables).max(variables["ids"].as_array().map_or(0, Vec::len));
    json!({"cost": ((requests + 50) / 100).max(1), "limit": 5000, "remaining": 4000, "resetAt": "2026-11-02T11:00:00Z"})
}

fn page(all: &[Value], variables: &Value) -> Value {
    let key = |node: &Value| format!("{} {:>9}", node["createdAt"].as_str().unwrap(), node["id"].as_str().unwrap());
    let mut listed: Vec<&Value> = all.iter().collect();
    listed.sort_by_key(|node| std::cmp::Reverse(key(node)));
    let is_behind = |node: &&Value| variables["after"].as_str().is_none_or(|after| key(node).as_str() < after);
    let left: Vec<&Value> = listed.into_iter().filter(is_behind).collect();
    let page: Vec<&Value> = left.iter().take(first(variables)).copied().collect();
    json!({
        "pageInfo": {"hasNextPage": left.len() > page.len(), "endCursor": page.last().map(|node| key(node))},
        "nodes": page,
    })
}

/// The answer of a page with these nodes and nothing behind it.
pub(crate) fn last_page(list: &str, nodes: &Value) -> Value {
    let page = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes});
    json!({"data": {"rateLimit": null, "node": {"__typename": "Repository", list: page}}})
}
