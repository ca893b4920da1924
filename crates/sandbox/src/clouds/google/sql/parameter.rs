//! Named parameters.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::super::failure::Failure;
use super::super::value::{Type, Value};
use super::bound::Typed;
use super::cast::cast;

/// The named parameters of a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parameters(BTreeMap<String, (Value, Type)>);

impl Parameters {
    /// From `parameterMode` and `queryParameters` of a request.
    pub(crate) fn parse(mode: &Json, parameters: &Json) -> Result<Self, Failure> {
        let Some(list) = parameters.as_array().filter(|list| !list.is_empty()) else { return Ok(Self::default()) };
        if mode.as_str().is_some_and(|mode| !mode.eq_ignore_ascii_case("NAMED")) {
            return Err(Failure::invalid_query("Unsupported by the sandbox's BigQuery: parameters by position"));
        }
        list.iter().map(parse_one).collect::<Result<_, _>>().map(Self)
    }

    /// The value of a parameter, whatever the case of its name.
    pub(super) fn get(&self, name: &str) -> Option<Typed> {
        let (value, kind) = self.0.get(&name.to_ascii_lowercase())?;
        Some(Typed::literal(value.clone(), kind.clone()))
    }
}

fn parse_one(parameter: &Json) -> Result<(String, (Value, Type)), Failure> {
    let name = parameter["name"].as_str().filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Failure::invalid_query("Parameter mode NAMED requires a name for each parameter"))?;
    let kind = match parameter["parameterType"]["type"].as_str().unwrap_or_default().to_ascii_uppercase().as_str() {
        "STRING" => Type::Text,
        "TIMESTAMP" => Type::Timestamp,
        "DATE" => Type::Date,
        "INT64" | "INTEGER" => Type::Int64,
        "NUMERIC" => Type::Numeric,
        "FLOAT64" | "FLOAT" => Type::Float64,
        "BOOL" | "BOOLEAN" => Type::Bool,
        other => {
            let message = format!("Unsupported by the sandbox's BigQuery: parameter `{name}` of type {other}");
            return Err(Failure::invalid_query(message));
        }
    };
    let value = match &parameter["parameterValue"]["value"] {
        Json::Null => Value::Null,
        Json::String(text) => Value::Text(text.clone()),
        other => {
            return Err(Failure::invalid(format!("Invalid value at 'query_parameters.value': {other} is no string")));
        }
    };
    let value = cast(&value, &kind)
        .map_err(|_| Failure::invalid_query(format!("Invalid value for parameter `{name}` of type {kind}")))?;
    Ok((name.to_ascii_lowercase(), (value, kind)))
}
