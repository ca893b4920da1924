//! `POST /webhooks/github`: takes deliveries in. Whether they are signed and what they tell others decide.

mod bodies;

use std::fmt::Debug;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::asker;
use crate::problem::Problem;
use crate::routing::Routes;
use crate::shared::Shared;

pub(crate) use bodies::{Bodies, Room};

/// The address below the base path.
pub(crate) const PATH: &str = "/webhooks/github";

/// One delivery as it came: nobody has vouched for it yet.
#[derive(Clone, Debug)]
pub struct RawDelivery {
    /// `X-GitHub-Delivery`: up to 64 letters, digits and hyphens.
    pub id: String,
    /// `X-GitHub-Event`: up to 64 small letters, digits and underscores.
    pub event: String,
    /// `Content-Type`; empty where it is absent.
    pub content_type: String,
    /// `X-Hub-Signature-256`.
    pub signature: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What became of a delivery when it was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It is kept and will be stored. 202.
    Accepted,
    /// It is right, but nothing is taken from it; why. 202.
    NotUsed(String),
    /// Whoever sent it does not know the secret. 401.
    Unsigned,
    /// The payload cannot be in a body of this content type. 415.
    UnknownContentType,
    /// It is signed but cannot be read; why. 400.
    Malformed(String),
    /// Too many wait to be stored. 503.
    Full,
}

impl Receipt {
    /// Whether the delivery was signed, whatever became of it.
    fn is_of_signed(&self) -> bool {
        match self {
            Self::Accepted | Self::NotUsed(_) | Self::Malformed(_) | Self::Full => true,
            Self::Unsigned | Self::UnknownContentType => false,
        }
    }
}

/// Whoever takes deliveries in. Called on a thread that may compute and wait for a moment, by many at once.
pub trait Deliveries: Debug + Send + Sync {
    /// Checks the signature first, then reads, then keeps.
    fn take(&self, delivery: RawDelivery) -> Receipt;
}

/// The route. Without someone to take deliveries in there is nothing at it.
pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    routes.post(PATH, move |request: Request| async move { receive(&shared, request).await });
}

async fn receive(shared: &Shared, request: Request) -> Result<Response, Problem> {
    let Some(deliveries) = shared.deliveries.get().map(Arc::clone) else {
        let detail = "no secret for webhooks is configured, so nothing is received here";
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    };
    let (parts, body) = request.into_parts();
    let outcome = async {
        let signature = text(&parts.headers, "x-hub-signature-256").ok_or_else(unsigned)?;
        let id = named(&parts.headers, "x-github-delivery", |byte| byte.is_ascii_alphanumeric() || byte == b'-')?;
        let is_of_event = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let event = named(&parts.headers, "x-github-event", is_of_event)?;
        let content_type = text(&parts.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let sender = asker::network_of(&parts, &shared.settings);
        let (body, _room) = shared.bodies.read(body, shared.settings.limits.delivery_bytes, sender).await?;
        let delivery = RawDelivery { id, event, content_type, signature, body };
        let taking = tokio::task::spawn_blocking(move || deliveries.take(delivery));
        let receipt = taking.await.map_err(|_| Problem::internal())?;
        if receipt.is_of_signed() {
            shared.bodies.remember(sender);
        }
        Ok(receipt)
    };
    let outcome = outcome.await;
    shared.gauges.delivery(label(&outcome));
    answer(outcome?)
}

fn label(outcome: &Result<Receipt, Problem>) -> &'static str {
    match outcome {
        Ok(Receipt::Accepted) => "accepted",
        Ok(Receipt::NotUsed(_)) => "not_used",
        Ok(_) | Err(_) => "refused",
    }
}

fn answer(receipt: Receipt) -> Result<Response, Problem> {
    let outcome = match receipt {
        Receipt::Accepted => json!({"outcome": "accepted"}),
        Receipt::NotUsed(why) => json!({"outcome": "not_used", "detail": why}),
        Receipt::Unsigned => return Err(unsigned()),
        Receipt::UnknownContentType => {
            let detail = "set the webhook's content type to application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        Receipt::Malformed(why) => return Err(Problem::new(StatusCode::BAD_REQUEST, why)),
        Receipt::Full => return Err(full()),
    };
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::ACCEPTED, headers, outcome.to_string()).into_response())
}

fn unsigned() -> Problem {
    let detail = "X-Hub-Signature-256 is missing or not that of this body: \
                  give the webhook the same secret as this server";
    Problem::new(StatusCode::UNAUTHORIZED, detail)
}

fn full() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many deliveries wait to be stored: deliver it again later")
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("60"))
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// A header of a few plain characters, fit for a log.
fn named(headers: &HeaderMap, name: &str, is_plain: impl Fn(u8) -> bool) -> Result<String, Problem> {
    let fits = |text: &String| (1..=64).contains(&text.len()) && text.bytes().all(&is_plain);
    text(headers, name).filter(fits).ok_or_else(|| {
        Problem::new(StatusCode::BAD_REQUEST, format!("the header {name} is missing or not as GitHub writes it"))
    })
}
