//! Answers to pushed events and to questions about them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::problem::Problem;

/// What became of a pushed event, or what is known.
#[derive(Clone, Debug, PartialEq)]
pub enum EventReceipt {
    /// It told of something new; its id. 201, with the id in `Location` below the address where it can be asked for.
    Created(String),
    /// It is stored, or was known before. 200.
    Done,
    /// What is told in answer. 200.
    Told(Value),
    /// Fields are wrong: an object for each, as validators of JSON Schema write them. 400.
    Invalid(Vec<Value>),
    /// What it tells of is not known; in words. 404.
    Missing(&'static str),
    /// It claims another fact of what cannot change. 409.
    Differs {
        /// What.
        field: &'static str,
        /// As it is stored.
        stored: String,
        /// As it was told.
        told: String,
    },
    /// The store cannot be written now. 503.
    Busy,
    /// Something failed that the sender cannot help. 500.
    Failed,
}

impl EventReceipt {
    /// In a word, for counting.
    pub(super) fn outcome(&self) -> &'static str {
        match self {
            Self::Created(_) => "stored",
            Self::Done | Self::Told(_) => "accepted",
            Self::Invalid(_) | Self::Missing(_) | Self::Differs { .. } => "refused",
            Self::Busy | Self::Failed => "failed",
        }
    }

    pub(crate) fn respond(self, wants_problem: bool) -> Response {
        let (status, body) = match self {
            Self::Created(id) => {
                let mut response = StatusCode::CREATED.into_response();
                // An id that no header can hold is not told.
                if let Ok(id) = HeaderValue::from_str(&id) {
                    response.headers_mut().insert(header::LOCATION, id);
                }
                return response;
            }
            Self::Done => return StatusCode::OK.into_response(),
            Self::Told(value) => return json_of(StatusCode::OK, &value),
            Self::Busy => {
                let detail = "the store is busy: push it again in a moment";
                let retry = HeaderValue::from_static("60");
                return Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
                    .with_header(header::RETRY_AFTER, retry)
                    .into_response();
            }
            Self::Failed => return Problem::internal().into_response(),
            Self::Invalid(errors) => (StatusCode::BAD_REQUEST, json!({ "errors": errors })),
            Self::Missing(what) => (StatusCode::NOT_FOUND, json!({ "error": what })),
            Self::Differs { field, stored, told } => {
                let error = format!("{field} cannot change: it is another one already");
                (StatusCode::CONFLICT, json!({ "error": error, "field": field, "stored": stored, "told": told }))
            }
        };
        if !wants_problem {
            return json_of(status, &body);
        }
        let detail = body["error"].as_str().unwrap_or("fields of the body are wrong: see errors").to_owned();
        let members = body.as_object().into_iter().flatten().filter(|(name, _)| *name != "error");
        members
            .fold(Problem::new(status, detail), |problem, (name, value)| problem.with(name, value.clone()))
            .into_response()
    }
}

fn json_of(status: StatusCode, body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body.to_string()).into_response()
}
