//! Pushed events: who may push, what is handed on, and what is answered. What bodies tell others decide.

mod doors;
mod receipt;

use std::fmt::Debug;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::asker;
use crate::guard::{credentials, is_one_of, is_user};
use crate::problem::{MEDIA_TYPE, Problem};
use crate::query::pairs;
use crate::reply::Reply;
use crate::routing::Routes;
use crate::settings::Pushing;
use crate::shared::Shared;
use crate::ticketing;
use crate::webhooks::Room;

pub use doors::{Door, Question};
pub(crate) use doors::{QUESTIONS, doors};
pub use receipt::EventReceipt;

/// One pushed event as it came, from someone who may push.
#[derive(Clone, Debug)]
pub struct RawEvent {
    /// Where it came to.
    pub door: Door,
    /// `Idempotency-Key`: up to 255 visible characters.
    pub key: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Whoever takes pushed events in and tells what is known of them. Called on a thread that may compute and wait for a
/// moment, by many at once.
pub trait Events: Debug + Send + Sync {
    /// Reads an event and stores what it tells.
    fn take(&self, event: RawEvent) -> Reply<EventReceipt>;

    /// Tells what was pushed.
    fn ask(&self, question: Question) -> EventReceipt;
}

/// Whether a request pushes an event: it then needs a token for that, and no other authentication.
pub(crate) fn is_pushed(method: &Method, path: &str) -> bool {
    method == Method::POST && ((path.starts_with("/api/") && path != ticketing::PATH) || path == doors::CDEVENTS)
}

/// The routes. Without someone who may push there is nothing at them.
pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    for (path, _, door) in doors() {
        let shared = Arc::clone(shared);
        routes.post(&path, move |parameters: RawPathParams, request: Request| async move {
            receive(&shared, door(&words(&parameters)), request).await
        });
    }
    for (path, _, question) in QUESTIONS {
        let shared = Arc::clone(shared);
        routes.get(path, move |parameters: RawPathParams, request: Request| async move {
            let query = pairs(request.uri().query().unwrap_or_default())?;
            let question = question(&words(&parameters), &query)?;
            let events = taken_by(&shared)?.1;
            let asking = tokio::task::spawn_blocking(move || events.ask(question));
            let receipt = asking.await.map_err(|_| Problem::internal())?;
            Ok::<Response, Problem>(receipt.respond(wants_problem(request.headers())))
        });
    }
}

/// What stands for the names in a path.
fn words(parameters: &RawPathParams) -> Vec<String> {
    parameters.iter().map(|(_, word)| word.to_owned()).collect()
}

/// Who may push, and whoever takes it in.
fn taken_by(shared: &Shared) -> Result<(&Pushing, Arc<dyn Events>), Problem> {
    let taken = shared.settings.pushing.as_ref().zip(shared.events.get().map(Arc::clone));
    taken.ok_or_else(|| {
        let detail = "nobody may push events, so there is nothing here: set CTO_EVENT_TOKENS";
        Problem::new(StatusCode::NOT_FOUND, detail)
    })
}

async fn receive(shared: &Shared, door: Door, request: Request) -> Result<Response, Problem> {
    let (pushing, events) = taken_by(shared)?;
    let (parts, body) = request.into_parts();
    if let Err(refusal) = allowed(&parts.headers, pushing) {
        return Ok(refusal.into_response());
    }
    if !is_json(&parts.headers) {
        return Ok((StatusCode::UNSUPPORTED_MEDIA_TYPE, "send JSON, as application/json").into_response());
    }
    let key = key(&parts.headers)?;
    let (body, _room) = read(shared, &parts, body).await?;
    let taking = tokio::task::spawn_blocking(move || events.take(RawEvent { door, key, body }));
    let receipt = taking.await.map_err(|_| Problem::internal())?.known().await;
    shared.gauges.delivery(receipt.outcome());
    Ok(receipt.respond(wants_problem(&parts.headers)))
}

/// Whoever knows a token is known: there is room for the body like for those of signed deliveries.
async fn read<'a>(shared: &'a Shared, parts: &Parts, body: Body) -> Result<(Vec<u8>, Room<'a>), Problem> {
    let sender = asker::network_of(parts, &shared.settings);
    shared.bodies.remember(sender);
    shared.bodies.read(body, shared.settings.limits.delivery_bytes, sender).await
}

/// Why somebody may not push: a status, a text and whether to ask for a user and password.
struct Refusal(StatusCode, &'static str, bool);

impl Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.0, self.1).into_response();
        if self.2 {
            let challenge = HeaderValue::from_static("Basic realm=\"cto-metrics\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

fn allowed(headers: &HeaderMap, pushing: &Pushing) -> Result<(), Refusal> {
    let has_user = pushing.user.is_some();
    if !headers.contains_key(header::AUTHORIZATION) {
        return Err(Refusal(StatusCode::UNAUTHORIZED, "Authorization Required", has_user));
    }
    if let Some(token) = credentials(headers, "token").or_else(|| credentials(headers, "bearer")) {
        let is_known = is_one_of(token.as_bytes(), &pushing.tokens);
        let wrong = Refusal(StatusCode::FORBIDDEN, "Wrong authentication for type \"token\"", false);
        return if is_known { Ok(()) } else { Err(wrong) };
    }
    match (credentials(headers, "basic"), &pushing.user) {
        (Some(text), Some((user, password))) => {
            let is_known = STANDARD.decode(text).is_ok_and(|given| is_user(&given, user, password));
            let wrong = Refusal(StatusCode::FORBIDDEN, "Wrong authentication for type \"basic\"", false);
            if is_known { Ok(()) } else { Err(wrong) }
        }
        _ => Err(Refusal(StatusCode::UNAUTHORIZED, "", has_user)),
    }
}

/// Whether the body may be JSON: what curl sends unless it is told otherwise is taken for that, too.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(given) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = given.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = ["", "application/json", "text/plain", "text/json", "application/x-www-form-urlencoded"];
    known.contains(&essence.as_str()) || essence.ends_with("+json")
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(given) = headers.get("idempotency-key") else { return Ok(None) };
    let is_plain = |text: &&str| (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let key = given.to_str().ok().filter(is_plain).map(str::to_owned);
    let detail = "the header Idempotency-Key must be 1 to 255 visible characters of ASCII";
    key.map(Some).ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, detail))
}

/// Whether the client asks for errors in the form of RFC 9457.
pub(crate) fn wants_problem(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains(MEDIA_TYPE))
}
