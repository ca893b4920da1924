//! Scalars of GitHub's schema, as they are read.

use model::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant as RFC 3339.
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
        Instant::parse_rfc3339(&text)
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
