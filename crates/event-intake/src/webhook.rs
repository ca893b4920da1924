//! What a delivery of a webhook is.

use model::deliveries::Delivered;
use serde::de::DeserializeOwned;

/// A delivery that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Webhook {
    /// It tells something.
    Told {
        /// The sender's id of it; empty where it has none.
        id: String,
        /// Name of the event: always one of a few.
        event: &'static str,
        /// What it tells.
        told: Delivered,
    },
    /// It is right, but nothing is taken from it; why.
    NotUsed(&'static str),
}

/// A payload that is no JSON, or not that of the sender.
#[derive(Debug, thiserror::Error)]
#[error("the payload is not {what}")]
pub struct Malformed {
    what: &'static str,
    /// Where and what, without the text itself.
    source: serde_json::Error,
}

impl Malformed {
    pub(crate) fn new(what: &'static str, source: serde_json::Error) -> Self {
        Self { what, source }
    }
}

pub(crate) fn parsed<T: DeserializeOwned>(what: &'static str, body: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(body).map_err(|source| Malformed::new(what, source))
}

/// A time, `2026-10-01T09:00:00Z`, that files can tell again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(pub(crate) model::Instant);

impl<'de> serde::Deserialize<'de> for Time {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = model::Instant::parse_told(&text);
        let at = at.map(|at| Self(model::Instant::from_seconds(at.seconds())));
        at.ok_or_else(|| serde::de::Error::custom("a time such as 2026-10-01T09:00:00Z is expected"))
    }
}
