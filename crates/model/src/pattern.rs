//! Patterns of the configuration: `/…/` is a regular expression, everything else the whole name.

use std::fmt;
use std::str::FromStr;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a name has to look like.
#[derive(Clone, Debug)]
pub struct Pattern {
    source: String,
    /// `None` for a whole name.
    expression: Option<Regex>,
}

/// A text between slashes that is no regular expression.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{source_text}` is no pattern: {reason}; write a whole name, or a regular expression between slashes, `/^prod/i` for example"
)]
pub struct PatternError {
    source_text: String,
    reason: String,
}

impl Pattern {
    /// Whether a name is the one that is meant, or holds what the expression asks for. White space around the name
    /// does not count.
    pub fn matches(&self, name: &str) -> bool {
        match &self.expression {
            Some(expression) => expression.is_match(name.trim()),
            None => self.source.trim() == name.trim(),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(source: &str) -> Result<Self, PatternError> {
        let error = |reason: String| PatternError { source_text: source.to_owned(), reason };
        let parts = source.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
        let Some((expression, flags)) = parts else {
            return Ok(Self { source: source.to_owned(), expression: None });
        };
        let ignores_case = match flags {
            "" => false,
            "i" => true,
            other => return Err(error(format!("`{other}` behind the second slash is not `i`"))),
        };
        let built = RegexBuilder::new(expression).case_insensitive(ignores_case).size_limit(1 << 20).build();
        let built = built.map_err(|problem| error(problem.to_string().replace('\n', " ")))?;
        Ok(Self { source: source.to_owned(), expression: Some(built) })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        pattern.parse::<Pattern>().expect("a pattern").matches(name)
    }

    #[test]
    fn a_whole_name_is_meant_unless_slashes_make_an_expression_of_it() {
        assert!(matches("production", "production") && !matches("production", "Production"));
        assert!(!matches("prod", "production"));
        assert!(matches("/^prod(uction)?$/i", "Production") && matches("/^prod(uction)?$/i", "PROD"));
        assert!(!matches("/^prod(uction)?$/", "Production") && !matches("/^prod(uction)?$/i", "preprod"));
        assert!(matches(r"/^hotfix\//", "hotfix/x") && !matches(r"/^hotfix\//", "a/hotfix/x"));
        assert!(matches("a/b", "a/b"), "a slash within is a letter like others");
    }

    #[test]
    fn what_is_no_expression_is_an_error_that_shows_it() {
        let error = |text: &str| text.parse::<Pattern>().expect_err("no pattern").to_string();
        assert!(error("/(/").starts_with("`/(/` is no pattern: "), "{}", error("/(/"));
        assert!(error("/x/g").contains("`g` behind the second slash is not `i`"));
    }
}
