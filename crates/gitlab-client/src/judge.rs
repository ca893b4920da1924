//! Classification of replies: every form in which GitLab says yes, no or later.

use provider::{Decision, Reply};
use serde_json::Value;
use source::{ErrorKind, SourceError};

use crate::settings::ADDRESS;

/// What a reply that is no success means. `what` is what was asked for, `server` who was.
pub(crate) fn refusal<T>(reply: &Reply, what: &str, server: &str) -> Decision<T> {
    let said = said(reply);
    let text = |why: &str| format!("reading {what}: {server} {why}{}", quoted(&said));
    let refused =
        |kind, why: &str| Decision::Refused(SourceError::new(kind, text(why)).in_request(reply.request_id.clone()));
    match reply.status {
        429 => Decision::Limit {
            wait: reply.retry_after().or_else(|| reply.until_seconds("ratelimit-reset")),
            reason: limit(reply),
            holds_up_all: true,
        },
        401 => refused(
            ErrorKind::Unauthorized,
            "does not accept the token: give GITLAB_TOKEN one that is valid, with the scope read_api",
        ),
        403 if said.contains("insufficient_scope") || said.contains("higher privileges") => {
            refused(ErrorKind::Unauthorized, "needs a token with the scope read_api in GITLAB_TOKEN")
        }
        403 => refused(ErrorKind::NoAccess, "does not let this token read it: its user needs the role Reporter there"),
        404 => refused(ErrorKind::NotFound, "has no such thing, or does not show it to this token"),
        300..=399 => refused(ErrorKind::UnexpectedResponse, &elsewhere(reply)),
        408 | 500..=599 => {
            Decision::Again { wait: reply.retry_after(), reason: format!("it answered {}", reply.status) }
        }
        status => refused(ErrorKind::UnexpectedResponse, &format!("answered {status}")),
    }
}

/// What a reply means that should be JSON and is not.
pub(crate) fn not_json(reply: &Reply, what: &str, server: &str, cause: &serde_json::Error) -> SourceError {
    let is_page = reply.body.trim_ascii_start().starts_with(b"<");
    let why = if is_page {
        format!("answered a web page: is {ADDRESS} really the address of GitLab?")
    } else {
        format!("answered what is no JSON of the documented form ({cause})")
    };
    SourceError::new(ErrorKind::UnexpectedResponse, format!("reading {what}: {server} {why}"))
        .in_request(reply.request_id.clone())
}

fn elsewhere(reply: &Reply) -> String {
    let there = reply.shown("location").unwrap_or_else(|| "an address that it does not name".to_owned());
    let there = provider::endpoint::without_query(&there);
    format!("sends on to {there}, which does not get to see the token: set {ADDRESS} to where GitLab is")
}

/// The limit, with its name where it has one.
fn limit(reply: &Reply) -> String {
    match reply.shown("ratelimit-name") {
        Some(name) => format!("a limit of GitLab is reached ({name})"),
        None => "a limit of GitLab is reached".to_owned(),
    }
}

/// What the body says, without secrets: `message` or `error_description` or `error` of JSON.
fn said(reply: &Reply) -> String {
    let Ok(body) = serde_json::from_slice::<Value>(&reply.body) else { return String::new() };
    let texts = ["message", "error_description", "error"].into_iter().filter_map(|name| match body.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_string()),
    });
    texts.collect::<Vec<_>>().join("; ")
}

/// What it says for people, in brackets; at most 200 characters.
fn quoted(said: &str) -> String {
    let short: String = said.chars().take(200).collect();
    if short.is_empty() { String::new() } else { format!(" ({short})") }
}
