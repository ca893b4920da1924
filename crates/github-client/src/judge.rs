//! Classification of answers: every form in which GitHub says yes, no, later, or less.

use std::time::Duration;

use provider::endpoint::without_query;
use provider::shortened;
use serde_json::Value;
use source::{ErrorKind, SourceError};

use crate::GraphqlError;
use crate::answer::Answer;
use crate::schema::OLDEST_SERVER;
use crate::scopes::{self, MissingScopes};
use crate::typed::{Decoder, Whole};

/// What to do with an answer.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// Use it. For GraphQL the whole body, in which `data` is not null.
    Done { body: Content, errors: Vec<GraphqlError> },
    /// Wait for a limit, then ask again. `wait` is `None` when the provider does not say how long.
    Limit { wait: Option<Duration>, reason: String },
    /// Ask for less, or for the same again.
    TooMuch { reason: String, partial: Option<(Content, Vec<GraphqlError>)> },
    /// Ask for the same again.
    Again { reason: String, wait: Option<Duration> },
    /// The token was not accepted.
    BadToken(SourceError),
    /// Asking again would not help.
    Refused(SourceError),
}

impl Verdict {
    /// What came that can be used.
    pub(crate) fn content(&self) -> Option<&Content> {
        match self {
            Self::Done { body, .. } | Self::TooMuch { partial: Some((body, _)), .. } => Some(body),
            _ => None,
        }
    }
}

/// What an answer that can be used holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// Everything, in the types that were asked for; the decoder has it.
    Typed(Whole),
    /// Everything, in no types.
    Loose(Value),
}

impl Content {
    /// `data.rateLimit`.
    pub(crate) fn rate_limit(&self) -> Option<&Value> {
        match self {
            Self::Typed(whole) => whole.rate_limit.as_ref(),
            Self::Loose(body) => body.pointer("/data/rateLimit"),
        }
        .filter(|limit| limit.is_object())
    }
}

/// Judges an answer of the GraphQL endpoint. What needs no judging, as almost every answer, is read by the decoder alone.
pub(crate) fn graphql(answer: &Answer, decoder: &mut dyn Decoder, what: &str, address: &str) -> Verdict {
    if answer.status != 200 {
        return http(answer, what, address);
    }
    if answer.head.sso.is_none()
        && let Some(whole) = decoder.read(&answer.body)
    {
        return Verdict::Done { body: Content::Typed(whole), errors: Vec::new() };
    }
    let body: Value = match serde_json::from_slice(&answer.body) {
        Ok(body) => body,
        Err(error) => return not_json(answer, what, address, &error),
    };
    let errors = graphql_errors(&body);
    let data = body.get("data").is_some_and(|data| !data.is_null());
    if let Some(limit) = errors.iter().find(|error| is_limit(&error.kind, &error.message)) {
        return limited(answer, &limit.message);
    }
    // A body without data and errors can still be a refusal in REST's form.
    let message = body.get("message").and_then(Value::as_str).unwrap_or_default();
    if !data && is_limit("", message) {
        return limited(answer, message);
    }
    // A single node that hides behind single sign-on is partial data; only when nothing came is the token to blame.
    let refusal = sso(answer, errors.iter().any(|error| error.kind == "SAML"));
    if let Some(refusal) = refusal.filter(|_| is_empty(&body)) {
        return Verdict::Refused(refusal);
    }
    if let Some(heavy) = errors.iter().find(|error| is_too_much(error)) {
        let reason = format!("GitHub could not answer so much at once: {}", shortened(&heavy.message));
        return Verdict::TooMuch { reason, partial: data.then_some((Content::Loose(body), errors)) };
    }
    if data {
        return Verdict::Done { body: Content::Loose(body), errors };
    }
    match errors.first() {
        Some(first) if matches!(first.kind.as_str(), "SERVICE_UNAVAILABLE" | "INTERNAL" | "INTERNAL_SERVER_ERROR") => {
            Verdict::Again { reason: format!("GitHub failed: {}", shortened(&first.message)), wait: None }
        }
        Some(first) => Verdict::Refused(without_data(answer, first, what)),
        None => Verdict::Refused(refused(
            answer,
            ErrorKind::UnexpectedResponse,
            format!("reading {what}: {address} answered JSON without data; is it really GitHub's GraphQL endpoint?"),
        )),
    }
}

/// Whether nothing of what was asked for came.
fn is_empty(body: &Value) -> bool {
    let fields = body.get("data").and_then(Value::as_object);
    fields.is_none_or(|fields| fields.iter().all(|(name, value)| name == "rateLimit" || value.is_null()))
}

/// Judges an answer of the REST API. One that is not of the decoder's types is left as it is.
pub(crate) fn rest(answer: &Answer, decoder: &mut dyn Decoder, what: &str, address: &str) -> Verdict {
    if !(200..300).contains(&answer.status) {
        return http(answer, what, address);
    }
    if let Some(whole) = decoder.read(&answer.body) {
        return Verdict::Done { body: Content::Typed(whole), errors: Vec::new() };
    }
    match serde_json::from_slice(&answer.body) {
        Ok(body) => Verdict::Done { body: Content::Loose(body), errors: vec![] },
        Err(error) => not_json(answer, what, address, &error),
    }
}

/// Judges a status that is no success.
fn http(answer: &Answer, what: &str, address: &str) -> Verdict {
    let message = body_message(answer);
    let said = if message.is_empty() { String::new() } else { format!(": {message}") };
    let status = answer.status;
    match status {
        401 => Verdict::BadToken(refused(
            answer,
            ErrorKind::Unauthorized,
            format!(
                "GitHub does not accept the token (401{said}): check that it is complete, not expired and made for {address}"
            ),
        )),
        403 | 429 => denied(answer, what, &message, &said),
        502 | 504 => Verdict::TooMuch { reason: format!("GitHub answered {status}{said}"), partial: None },
        408 | 500..=599 => {
            Verdict::Again { reason: format!("GitHub answered {status}{said}"), wait: answer.head.retry_after }
        }
        301 | 302 | 303 | 307 | 308 => Verdict::Refused(refused(
            answer,
            ErrorKind::UnexpectedResponse,
            format!(
                "reading {what}: {address} redirects to {}, which is not followed, since that would hand on the token: set \
                 the new address instead",
                answer.head.location.as_deref().map_or("another address", without_query)
            ),
        )),
        404 => Verdict::Refused(refused(
            answer,
            ErrorKind::NotFound,
            format!(
                "reading {what}: there is nothing at {address} (404{said}); check GITHUB_API_URL and GITHUB_GRAPHQL_URL"
            ),
        )),
        _ => Verdict::Refused(refused(
            answer,
            ErrorKind::UnexpectedResponse,
            format!("reading {what}: {address} answered {status}{said}"),
        )),
    }
}

/// Judges 403 and 429, behind which are limits, single sign-on and missing permissions.
fn denied(answer: &Answer, what: &str, message: &str, said: &str) -> Verdict {
    let head = &answer.head;
    if let Some(refusal) = sso(answer, false) {
        return Verdict::Refused(refusal);
    }
    let marked = head.retry_after.is_some() || head.is_used_up() || head.limited_by;
    if answer.status == 429 || marked || is_limit("", message) {
        return limited(answer, message);
    }
    Verdict::Refused(forbidden(answer, what, said))
}

fn limited(answer: &Answer, message: &str) -> Verdict {
    let head = &answer.head;
    let wait = head.retry_after.or(head.reset_in.filter(|_| head.is_used_up()));
    let message = shortened(message);
    let secondary = head.limited_by || message.contains("secondary") || message.contains("abuse");
    let kind = match () {
        () if secondary => "secondary rate limit",
        () if head.is_used_up() || message.contains("rate limit") => "rate limit",
        () => "limit",
    };
    Verdict::Limit { wait, reason: format!("{kind} of GitHub reached (HTTP {})", answer.status) }
}

/// Whether an error or a message speaks of a limit on the number of requests.
fn is_limit(kind: &str, message: &str) -> bool {
    let message = message.to_lowercase();
    matches!(kind, "RATE_LIMITED" | "RATE_LIMIT")
        || message.contains("secondary rate limit")
        || message.contains("abuse detection")
        || message.contains("api rate limit")
}

/// Whether an error says that the query was too heavy or took too long.
fn is_too_much(error: &GraphqlError) -> bool {
    let message = error.message.to_lowercase();
    matches!(error.kind.as_str(), "RESOURCE_LIMITS_EXCEEDED" | "MAX_NODE_LIMIT_EXCEEDED")
        || message.contains("resource limits for this query exceeded")
        || message.contains("couldn't respond to your request in time")
        || message.contains("something went wrong while executing your query")
}

/// The refusal when the organisation demands single sign-on and the token is not authorised for it.
fn sso(answer: &Answer, said: bool) -> Option<SourceError> {
    let header = answer.head.sso.as_deref().unwrap_or_default();
    if !said && !header.starts_with("required") {
        return None;
    }
    let place = header.split(';').find_map(|part| part.trim().strip_prefix("url=")).map_or_else(
        || "GitHub, Settings, Developer settings, Personal access tokens".to_owned(),
        |url| without_query(url).to_owned(),
    );
    Some(refused(
        answer,
        ErrorKind::Unauthorized,
        format!(
            "the organisation demands SAML single sign-on and the token is not authorised for it: authorise the token for the \
             organisation (Configure SSO) at {place}"
        ),
    ))
}

fn forbidden(answer: &Answer, what: &str, said: &str) -> SourceError {
    let missing = answer.head.scopes.as_deref().map(scopes::missing).unwrap_or_default();
    if missing.is_empty() {
        return refused(
            answer,
            ErrorKind::NoAccess,
            format!("GitHub does not let the token read {what} (403{said}): check the permissions of the token or app"),
        );
    }
    lacking(answer, missing, what)
}

fn lacking(answer: &Answer, scopes: Vec<String>, what: &str) -> SourceError {
    let missing = MissingScopes { scopes };
    let message = format!(
        "{missing}, needed to read {what}: add it at GitHub, Settings, Developer settings, Personal access tokens"
    );
    refused(answer, ErrorKind::Unauthorized, message).caused_by(missing)
}

/// The error for an answer that holds errors and nothing else.
fn without_data(answer: &Answer, first: &GraphqlError, what: &str) -> SourceError {
    let message = shortened(&first.message);
    match first.kind.as_str() {
        "INSUFFICIENT_SCOPES" => {
            let named = scopes::named_as_required(&first.message);
            let scopes = if named.is_empty() {
                answer.head.scopes.as_deref().map(scopes::missing).unwrap_or_default()
            } else {
                named
            };
            lacking(answer, scopes, what)
        }
        "FORBIDDEN" => forbidden(answer, what, &format!(": {message}")),
        "NOT_FOUND" => refused(
            answer,
            ErrorKind::NotFound,
            format!("{what}: not found, or hidden from this token: check the name and the token's access ({message})"),
        ),
        _ => refused(
            answer,
            ErrorKind::UnexpectedResponse,
            format!(
                "reading {what}: GitHub refused the query: {message}; a GitHub Enterprise Server before {OLDEST_SERVER} may not \
                 know it"
            ),
        ),
    }
}

fn not_json(answer: &Answer, what: &str, address: &str, error: &serde_json::Error) -> Verdict {
    if error.is_eof() {
        return Verdict::Again { reason: "GitHub's answer broke off".to_owned(), wait: None };
    }
    Verdict::Refused(refused(
        answer,
        ErrorKind::UnexpectedResponse,
        format!(
            "reading {what}: {address} answered something else than JSON ({error}); is a proxy or login page in between?"
        ),
    ))
}

fn refused(answer: &Answer, kind: ErrorKind, message: String) -> SourceError {
    SourceError::new(kind, message).in_request(answer.head.request_id.clone())
}

/// Reads `errors` of a GraphQL body.
fn graphql_errors(body: &Value) -> Vec<GraphqlError> {
    let list = body.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|error| {
            let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
            let code = error.get("code").and_then(Value::as_str).unwrap_or_default();
            let saml = error.pointer("/extensions/saml_failure").and_then(Value::as_bool) == Some(true);
            GraphqlError {
                path: path(error.get("path")),
                kind: match () {
                    () if saml => "SAML".to_owned(),
                    () if code == "graphql_rate_limit" => "RATE_LIMIT".to_owned(),
                    () => text(error.get("type")),
                },
                message: text(error.get("message")),
            }
        })
        .collect()
}

/// A path as `organization.repositories.nodes.3`.
fn path(path: Option<&Value>) -> String {
    let steps = path.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    steps.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect::<Vec<_>>().join(".")
}

/// `message` of a body that is JSON, or its first words when it is plain text.
fn body_message(answer: &Answer) -> String {
    if let Ok(body) = serde_json::from_slice::<Value>(&answer.body) {
        let message = body.get("message").and_then(Value::as_str).map(str::to_owned);
        let first = || graphql_errors(&body).into_iter().next().map(|error| error.message);
        return shortened(&message.or_else(first).unwrap_or_default());
    }
    let text = String::from_utf8_lossy(&answer.body);
    let text = text.trim();
    if text.starts_with('<') { String::new() } else { shortened(text) }
}
