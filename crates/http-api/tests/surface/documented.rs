//! Answers are as the OpenAPI document says.

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate};
use model::rules::RuleSet;
use serde_json::Value;

use crate::fixture::{get, served};

/// Follows a reference.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(pointer) => document.pointer(pointer.trim_start_matches('#')).expect("a reference that leads somewhere"),
        None => schema,
    }
}

/// What is wrong with a value, by the parts of JSON Schema that the document uses.
fn fault(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let schema = resolved(document, schema);
    if let Some(choices) = schema["oneOf"].as_array() {
        let faults: Vec<Option<String>> = choices.iter().map(|choice| fault(document, choice, value, at)).collect();
        let fitting = faults.iter().filter(|fault| fault.is_none()).count();
        return (fitting != 1).then(|| format!("{at}: {fitting} of oneOf fit: {faults:?}"));
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let fits = |known: &Value| known == kind || (known == "number" && kind == "integer");
    let is_kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(fits),
        known => fits(known),
    };
    if !is_kind {
        return Some(format!("{at}: {value} is not {}", schema["type"]));
    }
    let is_in_format = match (schema["format"].as_str(), value.as_str()) {
        (Some("date"), Some(text)) => text.parse::<NaiveDate>().is_ok(),
        (Some("date-time"), Some(text)) => DateTime::parse_from_rfc3339(text).is_ok(),
        _ => true,
    };
    if !is_in_format {
        return Some(format!("{at}: {value} is no {}", schema["format"]));
    }
    if let (Some(items), false) = (value.as_array(), schema["items"].is_null()) {
        return items.iter().find_map(|item| fault(document, &schema["items"], item, at));
    }
    let members = value.as_object()?;
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if let Some(missing) = required.into_iter().find(|name| !members.contains_key(*name)) {
        return Some(format!("{at}: {missing} is missing"));
    }
    members.iter().find_map(|(name, value)| match &schema["properties"][name] {
        Value::Null if schema["additionalProperties"] == false => Some(format!("{at}: {name} is not documented")),
        Value::Null => None,
        known => fault(document, known, value, &format!("{at}.{name}")),
    })
}

/// Asks for periods of which there is nothing, on both sides of the data.
const BEYOND_THE_DATA: &str = "?from=2024-12-01&to=2026-12-31";

#[tokio::test]
async fn every_json_answer_has_the_documented_shape() {
    let router = served(RuleSet::Flow);
    let document = get(&router, "/api/openapi.json").await.json();
    let mut checked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        let queries = match path.as_str() {
            path if path.starts_with("/api/v1/") => {
                &["", BEYOND_THE_DATA, "?rules=cto-stats", "?by=week", "?as_of=2026-03-09"][..]
            }
            _ => &[""][..],
        };
        let mut statuses = Vec::new();
        for query in queries {
            let answer = get(&router, &format!("{path}{query}")).await;
            let schema = &item["get"]["responses"][answer.status.as_str()]["content"]["application/json"]["schema"];
            if answer.status == StatusCode::OK && !schema.is_null() {
                assert_eq!(fault(&document, schema, &answer.json(), path), None, "{path}{query}");
                checked += 1;
            }
            statuses.push(answer.status);
        }
        let knows_days =
            item["get"]["parameters"].as_array().into_iter().flatten().any(|known| known["name"] == "from");
        assert!(!knows_days || statuses[1] == statuses[0], "{path}: {statuses:?}");
    }
    assert!(checked > 60, "{checked}");
}
