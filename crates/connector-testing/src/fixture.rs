//! Hand-made answers in files.

use std::path::Path;

use model::Instant;
use serde_json::{Value, json};

/// A JSON file below `fixtures/github`.
pub fn fixture(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/github").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Records as JSON with their instants as text.
pub fn readable(mut value: Value) -> Value {
    match &mut value {
        Value::Array(list) => list.iter_mut().for_each(|entry| *entry = readable(entry.take())),
        Value::Object(fields) => {
            for (name, field) in fields {
                *field = match field.as_i64() {
                    Some(micros) if name == "at" || name.ends_with("_at") => {
                        json!(Instant::from_micros(micros).to_rfc3339())
                    }
                    _ => readable(field.take()),
                };
            }
        }
        _ => {}
    }
    value
}
