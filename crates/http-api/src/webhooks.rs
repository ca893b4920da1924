//! `POST /webhooks/…`: takes deliveries in. Whether they are signed and what they tell others decide.

mod bodies;
mod senders;

use std::fmt::{self, Debug};
use std::sync::Arc;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::asker;
use crate::problem::Problem;
use crate::reply::Reply;
use crate::routing::Routes;
use crate::shared::Shared;

pub(crate) use bodies::{Bodies, Room};
pub use senders::Sender;
pub(crate) use senders::{DOORS, Door, Part, Role, SECRET_STEP, door_at};

/// One delivery as it came: nobody has vouched for it yet.
#[derive(Clone)]
pub struct RawDelivery {
    /// Whose address it came to.
    pub sender: Sender,
    /// The sender's id of it, up to 64 plain characters; empty where its requests have none in their headers.
    pub id: String,
    /// Name of the event, up to 64 plain characters; empty where the requests have none in their headers.
    pub event: String,
    /// `Content-Type`; empty where it is absent.
    pub content_type: String,
    /// What shows who sent it.
    pub proofs: Proofs,
    /// The body.
    pub body: Vec<u8>,
}

/// The name among [`Proofs`] of the last step of the path, where that is the secret.
pub const PATH_PROOF: &str = "path";

/// Headers that show who sent a delivery, secrets among them: they are in no `Debug`.
#[derive(Clone, Default)]
pub struct Proofs(Vec<(&'static str, String)>);

impl Proofs {
    /// The value of a header by its name in small letters; empty where it is absent.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

impl fmt::Debug for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for RawDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sender, id, event, content_type, proofs, body } = self;
        f.debug_struct("RawDelivery")
            .field("sender", sender)
            .field("id", id)
            .field("event", event)
            .field("content_type", content_type)
            .field("proofs", proofs)
            .field("body_bytes", &body.len())
            .finish()
    }
}

/// What became of a delivery when it was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It is kept and will be stored. 202.
    Accepted,
    /// It is stored, or changed nothing; which, in a word. 202.
    Done(&'static str),
    /// It is right, but nothing is taken from it; why. 202.
    NotUsed(String),
    /// Whoever sent it does not know the secret. 401.
    Unsigned,
    /// It is signed, but its signed time is too far from the server's: it may be repeated by somebody else. 401.
    Stale,
    /// The payload cannot be in a body of this content type. 415.
    UnknownContentType,
    /// It is signed but cannot be read; why. 400.
    Malformed(String),
    /// Too many wait to be stored. 503.
    Full,
    /// Something failed that the sender cannot help. 500.
    Failed,
}

impl Receipt {
    /// Whether the delivery was signed, whatever became of it.
    fn is_of_signed(&self) -> bool {
        match self {
            Self::Accepted | Self::Done(_) | Self::NotUsed(_) | Self::Malformed(_) | Self::Full | Self::Failed => true,
            Self::Unsigned | Self::Stale | Self::UnknownContentType => false,
        }
    }
}

/// Whoever takes deliveries in. Called on a thread that may compute and wait for a moment, by many at once.
pub trait Deliveries: Debug + Send + Sync {
    /// Whether there is a secret for this sender. Without one there is nothing at its address.
    fn expects(&self, sender: Sender) -> bool;

    /// Checks the signature first, then reads, then keeps.
    fn take(&self, delivery: RawDelivery) -> Reply<Receipt>;
}

/// The routes. Without someone to take deliveries in there is nothing at them.
pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    for door in &DOORS {
        let shared = Arc::clone(shared);
        routes.post(door.path, move |request: Request| async move { receive(&shared, door, request).await });
    }
}

async fn receive(shared: &Shared, door: &'static Door, request: Request) -> Result<Response, Problem> {
    let Some(deliveries) = shared.deliveries.get().filter(|it| it.expects(door.sender)).map(Arc::clone) else {
        let detail = "no secret for these webhooks is configured, so nothing is received here";
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    };
    let (parts, body) = request.into_parts();
    let outcome = async {
        let proofs = proofs(door, &parts)?;
        let id = told(door, Role::Id, &parts.headers)?;
        let event = told(door, Role::Event, &parts.headers)?;
        let content_type = text(&parts.headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
        let sender = asker::network_of(&parts, &shared.settings);
        let (body, _room) = shared.bodies.read(body, door.most_bytes(&shared.settings.limits), sender).await?;
        let delivery = RawDelivery { sender: door.sender, id, event, content_type, proofs, body };
        let taking = tokio::task::spawn_blocking(move || deliveries.take(delivery));
        let receipt = taking.await.map_err(|_| Problem::internal())?.known().await;
        if receipt.is_of_signed() {
            shared.bodies.remember(sender);
        }
        Ok(receipt)
    };
    let outcome = outcome.await;
    shared.gauges.delivery(label(&outcome));
    answer(outcome?, door)
}

fn label(outcome: &Result<Receipt, Problem>) -> &'static str {
    match outcome {
        Ok(Receipt::Accepted | Receipt::Done(_) | Receipt::Failed) => "accepted",
        Ok(Receipt::NotUsed(_)) => "not_used",
        Ok(_) | Err(_) => "refused",
    }
}

fn answer(receipt: Receipt, door: &Door) -> Result<Response, Problem> {
    let outcome = match receipt {
        Receipt::Accepted => json!({"outcome": "accepted"}),
        Receipt::Done(outcome) => json!({"outcome": outcome}),
        Receipt::NotUsed(why) => json!({"outcome": "not_used", "detail": why}),
        Receipt::Unsigned => return Err(unsigned(door)),
        Receipt::Stale => return Err(Problem::new(StatusCode::UNAUTHORIZED, STALE)),
        Receipt::UnknownContentType => {
            let detail = "set the webhook's content type to application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        Receipt::Malformed(why) => return Err(Problem::new(StatusCode::BAD_REQUEST, why)),
        Receipt::Full => return Err(full()),
        Receipt::Failed => return Err(Problem::internal()),
    };
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::ACCEPTED, headers, outcome.to_string()).into_response())
}

/// For who repeats what somebody else has sent, or whose clock is wrong.
const STALE: &str = "the signed time of the delivery is more than 5 minutes from this server's: \
                     check both clocks, and let it be delivered anew";

fn unsigned(door: &Door) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, door.unsigned)
}

fn full() -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too many deliveries wait to be stored: deliver it again later")
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("60"))
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// What shows who sent it: headers, of which one at least has to be there, or the last step of the path.
fn proofs(door: &Door, request: &Parts) -> Result<Proofs, Problem> {
    if door.path.ends_with(SECRET_STEP) {
        let step = request.uri.path().rsplit('/').next().unwrap_or_default();
        return Ok(Proofs(vec![(PATH_PROOF, step.to_owned())]));
    }
    let headers = &request.headers;
    let known = door.parts.iter().filter(|part| matches!(part.role, Role::Proof | Role::OfProof));
    let given = |part: &'static Part| Some((part, text(headers, part.name)?));
    let given: Vec<(&'static Part, String)> = known.filter_map(given).collect();
    if !given.iter().any(|(part, _)| part.role == Role::Proof) {
        return Err(unsigned(door));
    }
    Ok(Proofs(given.into_iter().map(|(part, value)| (part.name, value)).collect()))
}

/// The first of the headers with a role that is there, of a few plain characters, fit for a log; empty where the sender has
/// no such header.
fn told(door: &Door, role: Role, headers: &HeaderMap) -> Result<String, Problem> {
    let parts: Vec<&Part> = door.parts.iter().filter(|part| part.role == role).collect();
    let Some(first) = parts.first() else { return Ok(String::new()) };
    let part = parts.iter().find(|part| headers.contains_key(part.name)).unwrap_or(first);
    let fits = |text: &String| (1..=64).contains(&text.len()) && text.bytes().all(part.is_plain);
    text(headers, part.name).filter(fits).ok_or_else(|| {
        let detail = format!("the header {} is missing or not as {} writes it", part.name, door.title);
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })
}
