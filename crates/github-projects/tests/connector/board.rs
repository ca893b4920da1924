//! A board that answers the connector's query: positions, filter, pages and inner pages as GitHub has them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use wiremock::{Request, Respond, ResponseTemplate};

/// Something that happens before a request is answered.
type Incident = Box<dyn FnOnce(&mut Vec<Value>) + Send>;

/// Shared by the server and the test.
#[derive(Clone, Default)]
pub(crate) struct Board {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The provider's time, as in the header `Date`.
    now: String,
    items: Vec<Value>,
    requests: Vec<Value>,
    /// Answers given instead of the true ones, in order; `None` lets a true one through.
    instead: VecDeque<Option<ResponseTemplate>>,
    before: VecDeque<Option<Incident>>,
    largest_page: Option<usize>,
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

impl Board {
    /// A board with these cards on the second of October 2026.
    pub(crate) fn with(items: Vec<Value>) -> Self {
        let board = Self::default();
        board.state.lock().unwrap().items = items;
        board.set_day(2);
        board
    }

    /// Makes it ten o'clock on a day of October 2026.
    pub(crate) fn set_day(&self, day: u32) {
        let weekday = ["Wed", "Thu", "Fri", "Sat", "Sun", "Mon", "Tue"][day as usize % 7];
        self.state.lock().unwrap().now = format!("{weekday}, {day:02} Oct 2026 10:00:00 GMT");
    }

    /// The provider's time as RFC 3339.
    pub(crate) fn now(&self) -> String {
        format!("2026-10-{}T10:00:00Z", &self.state.lock().unwrap().now[5..7])
    }

    /// Changes the cards.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Vec<Value>)) {
        change(&mut self.state.lock().unwrap().items);
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

    /// Number of cards, as a survey finds it.
    pub(crate) fn total(&self) -> u64 {
        self.state.lock().unwrap().items.len() as u64
    }

    /// The variables of all requests so far.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.state.lock().unwrap().requests.clone()
    }
}

impl Respond for Board {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = request.body_json().expect("a JSON body");
        let variables = body["variables"].clone();
        let mut state = self.state.lock().unwrap();
        state.requests.push(variables.clone());
        if let Some(Some(incident)) = state.before.pop_front() {
            incident(&mut state.items);
        }
        let now = state.now.clone();
        if let Some(Some(instead)) = state.instead.pop_front() {
            return instead.insert_header("date", now.as_str());
        }
        let asked = variables["ids"].as_array().expect("ids").len().max(first(&variables));
        if state.largest_page.is_some_and(|largest| asked > largest) {
            return ResponseTemplate::new(502).insert_header("date", now.as_str());
        }
        ok(&answer(&state.items, &variables)).insert_header("date", now.as_str())
    }
}

/// An answer with this body.
pub(crate) fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).insert_header("x-github-request-id", "REQ:1").set_body_json(body)
}

fn first(variables: &Value) -> usize {
    usize::try_from(variables["first"].as_u64().expect("a page size")).unwrap()
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
    let start = variables["fieldsAfter"].as_str().map_or(0, |after| after.parse().unwrap());
    let end = values.len().min(start + 50);
    item["fieldValues"] = json!({
        "pageInfo": {"hasNextPage": end < values.len(), "endCursor": (end > 0).then(|| end.to_string())},
        "nodes": values[start..end],
    });
    item
}
