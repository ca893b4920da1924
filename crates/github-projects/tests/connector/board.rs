//! A board that answers the connector's query: positions, filter, pages and inner pages as GitHub has them.

pub(crate) use connector_testing::ok;
use connector_testing::{Provider, Simulated, first, inner_page};
use serde_json::{Value, json};

/// A board, at first on the second of October 2026.
pub(crate) type Board = Simulated<Cards>;

/// How cards are served.
pub(crate) struct Cards;

impl Provider for Cards {
    const NOW: &str = "Fri, 02 Oct 2026 10:00:00 GMT";

    fn answer(items: &[Value], variables: &Value) -> Value {
        answer(items, variables)
    }
}

/// Makes it ten o'clock on a day of October 2026.
pub(crate) fn set_day(board: &Board, day: u32) {
    let weekday = ["Wed", "Thu", "Fri", "Sat", "Sun", "Mon", "Tue"][day as usize % 7];
    board.set_now(format!("{weekday}, {day:02} Oct 2026 10:00:00 GMT"));
}

/// The provider's time as RFC 3339.
pub(crate) fn rfc3339(board: &Board) -> String {
    format!("2026-10-{}T10:00:00Z", &board.now()[5..7])
}

/// A card in the column Ready that last changed on this day of October 2026.
pub(crate) fn card(number: u32, day: u32) -> Value {
    let updated_at = format!("2026-10-{day:02}T08:00:00Z");
    json!({
        "id": format!("PVTI_{number}"),
        "type": "ISSUE",
        "isArchived": false,
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": updated_at,
        "content": {"__typename": "Issue", "id": format!("I_{number}")},
        "fieldValueByName": status("Ready"),
        "fieldValues": [],
    })
}

pub(crate) fn status(name: &str) -> Value {
    json!({"__typename": "ProjectV2ItemFieldSingleSelectValue", "name": name, "updatedAt": "2026-01-02T00:00:00Z"})
}

/// Cards 1 to `count`, changed on the first.
pub(crate) fn cards(count: u32) -> Vec<Value> {
    (1..=count).map(|number| card(number, 1)).collect()
}

pub(crate) fn ids(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    let mut ids: Vec<String> = numbers.into_iter().map(|number| format!("PVTI_{number}")).collect();
    ids.sort();
    ids
}

fn answer(items: &[Value], variables: &Value) -> Value {
    let mut errors = Vec::new();
    let nodes: Vec<Value> = variables["ids"]
        .as_array()
        .expect("ids")
        .iter()
        .enumerate()
        .map(|(position, id)| {
            if id == "PVT_1" {
                return json!({"__typename": "ProjectV2", "items": page(items, variables)});
            }
            let Some(item) = items.iter().find(|item| item["id"] == *id) else {
                let message = format!("Could not resolve to a node with the global id of '{id}'");
                errors.push(json!({"type": "NOT_FOUND", "path": ["nodes", position], "message": message}));
                return Value::Null;
            };
            let mut item = with_inner_page(item, variables);
            item["__typename"] = json!("ProjectV2Item");
            item
        })
        .collect();
    let cost = ((1 + first(variables) + 50) / 100).max(1);
    let limit = json!({"cost": cost, "limit": 5000, "remaining": 4000, "resetAt": "2026-11-02T11:00:00Z"});
    let mut body = json!({"data": {"rateLimit": limit, "nodes": nodes}});
    if !errors.is_empty() {
        body["errors"] = Value::Array(errors);
    }
    body
}

/// Archived cards are not listed. Cursors name the card that they are behind.
fn page(items: &[Value], variables: &Value) -> Value {
    let query = variables["query"].as_str().expect("a filter");
    let since = query.strip_prefix("updated:>=").unwrap_or_else(|| {
        assert_eq!(query, "");
        ""
    });
    let listed: Vec<&Value> = items
        .iter()
        .filter(|item| item["isArchived"] == false && item["updatedAt"].as_str().unwrap() >= since)
        .collect();
    let start = match variables["after"].as_str() {
        None => 0,
        Some(after) => listed.iter().position(|item| item["id"] == after).map_or(0, |position| position + 1),
    };
    let end = listed.len().min(start + first(variables));
    let page = &listed[start..end];
    json!({
        "pageInfo": {"hasNextPage": end < listed.len(), "endCursor": page.last().map(|item| item["id"].clone())},
        "nodes": page.iter().map(|item| with_inner_page(item, variables)).collect::<Vec<_>>(),
    })
}

fn with_inner_page(item: &Value, variables: &Value) -> Value {
    let mut item = item.clone();
    let Some(values) = item["fieldValues"].as_array() else { return item };
    item["fieldValues"] = inner_page(values, 50, variables["fieldsAfter"].as_str());
    item
}
