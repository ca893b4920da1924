//! Dispatch of an event by its name to what its payload tells.

use model::Instant;
use model::deliveries::Delivered;
use serde::de::DeserializeOwned;

use crate::{card, deployment, issue, pull_request, release, run};

/// What a delivery is.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// It tells something of an object.
    Told(Delivered),
    /// GitHub's first delivery, to see whether somebody is there.
    Ping,
    /// It is right, but nothing is taken from it.
    NotUsed(NotUsed),
}

/// Why nothing is taken from a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUsed {
    /// Commits: a push does not say which ones they follow, and an import reads them.
    #[error(
        "commits are read by imports, since a push does not tell their parents: untick Pushes in the webhook's settings"
    )]
    Push,
    /// Any other event.
    #[error("this event is not used: untick it in the webhook's settings")]
    Event,
    /// An action of a used event that changes nothing that is stored.
    #[error("nothing is taken from this action")]
    Action,
    /// A change of another field than Status.
    #[error("only the field Status of a card is used")]
    Field,
}

/// A payload that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// A form without the field.
    #[error("the form has no field `payload`: set the webhook's content type to application/json")]
    NoPayload,
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

/// Reads the payload of an event, by the name in `X-GitHub-Event`. `received_at` dates what the payload does not: that a
/// card was taken off its board, or a release deleted.
///
/// # Errors
/// It is no JSON, or a part of it that is used is missing or of another kind.
pub fn read(event: &str, payload: &[u8], received_at: Instant) -> Result<Reading, Malformed> {
    Ok(match event {
        "ping" => parsed::<serde::de::IgnoredAny>("ping", payload).map(|_| Reading::Ping)?,
        "projects_v2_item" => card::told(parsed("projects_v2_item", payload)?, received_at),
        "issues" => issue::told(parsed("issues", payload)?),
        "pull_request" => pull_request::told(parsed("pull_request", payload)?),
        "pull_request_review" => pull_request::review_told(parsed("pull_request_review", payload)?),
        "deployment" => deployment::told(parsed("deployment", payload)?),
        "deployment_status" => deployment::status_told(parsed("deployment_status", payload)?),
        "release" => release::told(parsed("release", payload)?, received_at),
        "workflow_run" => run::told(parsed("workflow_run", payload)?),
        "workflow_job" => run::job_told(parsed("workflow_job", payload)?),
        "push" => Reading::NotUsed(NotUsed::Push),
        _ => Reading::NotUsed(NotUsed::Event),
    })
}

fn parsed<T: DeserializeOwned>(event: &'static str, payload: &[u8]) -> Result<T, Malformed> {
    serde_json::from_slice(payload).map_err(|source| Malformed::Json { event, source })
}
