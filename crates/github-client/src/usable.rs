//! From an answer that can be used to a reply.

use model::Instant;
use serde::de::DeserializeOwned;
use serde_json::Value;
use source::SourceError;

use crate::client::{GraphqlError, Reply};
use crate::decode;
use crate::session::Spent;
use crate::typed::Typed;

/// An answer that can be used.
pub(crate) struct Usable<T> {
    pub(crate) typed: Typed<T>,
    pub(crate) judged: Judged,
}

/// What an answer holds beside what the decoder has of it.
pub(crate) struct Judged {
    /// The body where the decoder does not have it, else null.
    pub(crate) loose: Value,
    pub(crate) errors: Vec<GraphqlError>,
    pub(crate) at: Instant,
    pub(crate) request_id: Option<String>,
    /// Whether there is another page, by the headers of the REST API.
    pub(crate) has_next: bool,
}

impl<T: DeserializeOwned> Usable<T> {
    /// The reply, decoded part by part where that failed as a whole.
    pub(crate) fn reply(self, what: &str, spent: Spent) -> Result<Reply<T>, SourceError> {
        let Judged { loose, mut errors, at, request_id, .. } = self.judged;
        let data = match self.typed.0 {
            Some(data) => data,
            None => decode::value(loose, &mut errors, what).map_err(|error| error.in_request(request_id.clone()))?,
        };
        for error in &mut errors {
            // A server may echo secrets, and these are quoted in messages. What is decoded stays as it came.
            for text in [&mut error.path, &mut error.kind, &mut error.message] {
                redact::redact(text);
            }
        }
        Ok(Reply { data, errors, at, request_id, cost: spent.points, calls: spent.calls })
    }
}
