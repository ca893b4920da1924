//! Questions about the schema itself, `__schema` and `__type`, beside whatever else a query asks.

use apollo_compiler::executable::Operation;
use apollo_compiler::introspection::partial_execute;
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use serde_json::{Map, Value as Json};

use super::reply::Reply;

/// Whether a field of the query root asks about the schema.
pub(crate) fn is_of_schema(field: &str) -> bool {
    matches!(field, "__schema" | "__type")
}

/// What a query asks about the schema, by response key; nothing if it does not.
pub(crate) fn introspect(
    schema: &Valid<Schema>,
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> Result<Map<String, Json>, String> {
    if !operation.root_fields(document).any(|field| is_of_schema(&field.name)) {
        return Ok(Map::new());
    }
    let answered = partial_execute(schema, &schema.implementers_map(), document, operation, variables)
        .map_err(|error| error.message().to_string())?;
    match serde_json::to_value(answered.data) {
        Ok(Json::Object(mut data)) => {
            data.remove("__typename");
            Ok(data)
        }
        _ => Ok(Map::new()),
    }
}

/// Adds what was asked about the schema to the data of a reply.
pub(crate) fn with_types(mut reply: Reply, types: Map<String, Json>) -> Reply {
    if types.is_empty() {
        return reply;
    }
    if let Ok(Json::Object(mut body)) = serde_json::from_slice(&reply.body)
        && let Some(Json::Object(data)) = body.get_mut("data")
    {
        data.extend(types);
        reply.body = Json::Object(body).to_string().into_bytes();
    }
    reply
}
