//! Scalars of GitHub's schema, as they are read.

use model::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant as RFC 3339; one that [files cannot tell again](Instant::parse_told) is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DateTime(pub Instant);

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Instant::parse_told(&text)
            .map(Self)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(&text), &"an RFC 3339 time"))
    }
}

/// A large number, written as text by GitHub and as a number by some of its relatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BigInt(pub String);

impl<'de> Deserialize<'de> for BigInt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Loose {
            Text(String),
            Number(i64),
        }
        Ok(match Loose::deserialize(deserializer)? {
            Loose::Text(text) => Self(text),
            Loose::Number(number) => Self(number.to_string()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_files_cannot_tell_again_is_malformed() {
        let read = |text: &str| serde_json::from_value::<DateTime>(text.into());
        assert_eq!(read("0001-01-01T00:00:01Z").ok(), Instant::parse_rfc3339("0001-01-01T00:00:01Z").map(DateTime));
        for text in ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.5Z", "9999-12-31T23:59:59-01:00"] {
            let error = read(text).expect_err(text);
            assert!(error.to_string().contains("an RFC 3339 time"), "{error}");
        }
    }
}
