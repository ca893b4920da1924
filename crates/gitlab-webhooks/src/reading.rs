//! Dispatch of an event by its name to what its payload tells.

use model::Instant;
use model::deliveries::Delivered;
use serde::de::DeserializeOwned;

use crate::{deployment, issue, merge_request, pipeline, release};

/// What a delivery is.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// It tells something.
    Told(Delivered),
    /// It is right, but nothing is taken from it.
    NotUsed(NotUsed),
}

/// Why nothing is taken from a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUsed {
    /// Any other event.
    #[error("this event is not used: untick it in the webhook's settings")]
    Event,
    /// An issue or work item of another kind than issues and incidents.
    #[error("only issues and incidents are used")]
    Kind,
    /// A confidential issue, of which the payload tells more than may be known.
    #[error("confidential issues are read by imports: untick confidential issue events in the webhook's settings")]
    Confidential,
}

/// A payload that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// No JSON, or not that of the event.
    #[error("the payload is not that of the event `{event}`")]
    Json {
        /// Name of the event.
        event: &'static str,
        /// Where and what, without the text itself.
        #[source]
        source: serde_json::Error,
    },
}

/// Reads the payload of an event, by the name in `X-Gitlab-Event`. `received_at` dates what the payload does not: that a
/// release was changed or deleted.
///
/// # Errors
/// It is no JSON, or a part of it that is used is missing or of another kind.
pub fn read(event: &str, payload: &[u8], received_at: Instant) -> Result<Reading, Malformed> {
    Ok(match event {
        "Deployment Hook" => deployment::told(parsed("Deployment Hook", payload)?),
        "Pipeline Hook" => pipeline::told(parsed("Pipeline Hook", payload)?),
        "Job Hook" => pipeline::job_told(parsed("Job Hook", payload)?),
        "Merge Request Hook" => merge_request::told(parsed("Merge Request Hook", payload)?),
        "Issue Hook" => issue::told(parsed("Issue Hook", payload)?),
        "Confidential Issue Hook" => Reading::NotUsed(NotUsed::Confidential),
        "Release Hook" => release::told(parsed("Release Hook", payload)?, received_at),
        _ => Reading::NotUsed(NotUsed::Event),
    })
}

fn parsed<T: DeserializeOwned>(event: &'static str, payload: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(payload).map_err(|source| Malformed::Json { event, source })
}
