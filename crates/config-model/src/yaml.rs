//! YAML parser: the only module that knows which one is used.

use serde::Deserialize as _;
use serde::de::DeserializeOwned;

use crate::ConfigError;

/// Reads YAML into `T`; an empty document is the default.
pub(crate) fn parse<T: DeserializeOwned + Default>(text: &str, file: &str) -> Result<T, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    sensible(text).map_err(|(line, message)| ConfigError::Invalid {
        file: file.to_owned(),
        place: format!(", line {line}"),
        message,
    })?;
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

/// Lists and mappings within each other on one line, at most; a configuration has three or four.
const DEEPEST: usize = 32;

/// Uses of anchors, at most: each stands for all that it names, and may stand in what another one names.
const MOST_ALIASES: usize = 1000;

/// Refuses what would keep the reader busy for long, before it is read: the line, and what is wrong.
///
/// Looked at as text, whether quoted or not, so the limits are far above what anyone writes.
fn sensible(text: &str) -> Result<(), (usize, String)> {
    let (mut depth, mut aliases) = (0_usize, 0_usize);
    for (number, line) in text.lines().enumerate() {
        let mut before = ' ';
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                '*' if matches!(before, ' ' | '\t' | '[' | '{' | ',') => {
                    aliases += usize::from(letters.peek().is_some_and(|next| next.is_alphanumeric()));
                }
                _ => {}
            }
            if depth > DEEPEST {
                let message = format!("more than {DEEPEST} lists within each other: close the brackets");
                return Err((number + 1, message));
            }
            if aliases > MOST_ALIASES {
                let message = format!("more than {MOST_ALIASES} uses of anchors (`*name`): write the values out");
                return Err((number + 1, message));
            }
            before = letter;
        }
    }
    Ok(())
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
