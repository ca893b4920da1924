//! The only place that knows which YAML reader is used.

use serde::Deserialize as _;
use serde::de::DeserializeOwned;

use crate::ConfigError;

/// Reads YAML into `T`; an empty document is the default.
pub(crate) fn parse<T: DeserializeOwned + Default>(text: &str, file: &str) -> Result<T, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let deserializer = serde_yaml::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(deserializer, &mut track);
    match Option::<T>::deserialize(tracked) {
        Ok(value) => Ok(value.unwrap_or_default()),
        Err(error) => {
            let path = track.path().to_string();
            Err(invalid(&error, &path, file))
        }
    }
}

fn invalid(error: &serde_yaml::Error, path: &str, file: &str) -> ConfigError {
    let mut place = error.location().map_or_else(String::new, |at| format!(", line {}", at.line()));
    if !path.is_empty() && path != "." && path != "?" {
        place.push_str(", key ");
        place.push_str(path);
    }
    ConfigError::Invalid { file: file.to_owned(), place, message: explain(&message(error, path)) }
}

/// `serde_yaml`'s text without the path and the place, which are told apart.
fn message(error: &serde_yaml::Error, path: &str) -> String {
    let mut text = error.to_string();
    if let Some(at) = error.location() {
        let suffix = format!(" at line {} column {}", at.line(), at.column());
        text = text.replace(&suffix, "");
    }
    match text.split_once(": ") {
        Some((before, rest)) if before == path => rest.to_owned(),
        _ => text,
    }
}

/// Turns serde's list of expected keys into the nearest one.
fn explain(message: &str) -> String {
    let Some((head, expected)) = message.split_once(", expected ") else { return message.to_owned() };
    let Some(key) = between_backticks(head).next().filter(|_| head.contains("unknown field")) else {
        return message.replace("expected a sequence", "expected a list like [a, b]");
    };
    let known: Vec<&str> = between_backticks(expected).collect();
    let nearest = known
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&key.to_lowercase(), candidate), *candidate))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.75);
    match nearest {
        Some((_, candidate)) => format!("unknown key `{key}`; did you mean `{candidate}`?"),
        None => format!("unknown key `{key}`; valid here: {}", known.join(", ")),
    }
}

fn between_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}
