//! From JSON to types, for a provider that answers more loosely than its schema says.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use source::{ErrorKind, SourceError};

use crate::GraphqlError;

/// Most elements of one answer that are given up before the answer itself is.
const MOST_DROPPED: usize = 200;

/// Decodes `data` of a body that could not be read into its types as it came, or has errors.
pub(crate) fn value<T: DeserializeOwned>(
    mut body: Value,
    errors: &mut Vec<GraphqlError>,
    what: &str,
) -> Result<T, SourceError> {
    data(body.get_mut("data").map(Value::take).unwrap_or_default(), errors, what)
}

/// Decodes the body of an answer without an envelope that could not be read into its type as it came.
pub(crate) fn plain<T: DeserializeOwned>(body: &Value, what: &str) -> Result<T, SourceError> {
    serde_path_to_error::deserialize(body).map_err(|failure| {
        let place = failure.path().to_string();
        unexpected(what, &place, &failure.into_inner())
    })
}

/// Decodes `data`.
///
/// Where a value is null or missing against the schema, the list element that it is part of becomes null, and an error
/// of the kind `UNREADABLE` is added: one such node must not cost the page.
fn data<T: DeserializeOwned>(mut data: Value, errors: &mut Vec<GraphqlError>, what: &str) -> Result<T, SourceError> {
    for _ in 0..=MOST_DROPPED {
        let failure = match serde_path_to_error::deserialize::<_, T>(&data) {
            Ok(decoded) => return Ok(decoded),
            Err(failure) => failure,
        };
        let place = failure.path().to_string();
        let pointers = pointers(failure.path());
        let cause = failure.into_inner();
        let excused = is_absent(&data, &pointers) || errors.iter().any(|error| concerns(error, &pointers));
        match element(&mut data, &pointers) {
            Some(element) if excused => {
                *element = Value::Null;
                errors.push(GraphqlError {
                    path: place,
                    kind: "UNREADABLE".to_owned(),
                    message: format!("left out, since GitHub did not give all of it ({cause})"),
                });
            }
            _ => return Err(unexpected(what, &place, &cause)),
        }
    }
    Err(SourceError::new(
        ErrorKind::UnexpectedResponse,
        format!("reading {what}: more than {MOST_DROPPED} parts of GitHub's answer are missing; try again later"),
    ))
}

fn unexpected(what: &str, place: &str, cause: &serde_json::Error) -> SourceError {
    SourceError::new(
        ErrorKind::UnexpectedResponse,
        format!("reading {what}: GitHub's answer is not what its schema says, at {place}: {cause}"),
    )
}

/// The place as steps, as far as it is known.
fn pointers(path: &Path) -> Vec<String> {
    path.iter()
        .map_while(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// Whether there is nothing at the place, or something is missing in it.
fn is_absent(data: &Value, pointers: &[String]) -> bool {
    match at(data, pointers) {
        None | Some(Value::Null) => true,
        Some(Value::Object(fields)) => fields.values().any(Value::is_null),
        Some(_) => false,
    }
}

fn at<'a>(data: &'a Value, pointers: &[String]) -> Option<&'a Value> {
    pointers.iter().try_fold(data, |value, step| match value {
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

/// Whether the provider itself reports an error at the place or below it.
fn concerns(error: &GraphqlError, pointers: &[String]) -> bool {
    let inner = pointers.join(".");
    !inner.is_empty() && (error.path == inner || error.path.starts_with(&format!("{inner}.")))
}

/// The innermost list element that the place is part of and that is not null already.
fn element<'a>(data: &'a mut Value, pointers: &[String]) -> Option<&'a mut Value> {
    let depth = (1..=pointers.len()).rev().find(|depth| {
        at(data, &pointers[..depth - 1]).is_some_and(Value::is_array)
            && at(data, &pointers[..*depth]).is_some_and(|element| !element.is_null())
    })?;
    pointers[..depth].iter().try_fold(data, |value, step| match value {
        Value::Array(list) => list.get_mut(step.parse::<usize>().ok()?),
        other => other.get_mut(step),
    })
}
