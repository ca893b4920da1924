//! Classification of answers: use it, wait, ask again, sign in again, or give up.

use std::time::Duration;

use provider::shortened;
use serde::Deserialize;
use source::{ErrorKind, SourceError};

use crate::answer::{Answer, Limit};

/// What to do with an answer.
#[derive(Debug)]
pub(crate) enum Verdict {
    Done,
    /// Wait for a limit, then ask again; `wait` is `None` when Azure does not say how long.
    Limited {
        wait: Option<Duration>,
        limit: Limit,
        reason: String,
    },
    /// Ask for the same again.
    Again {
        wait: Option<Duration>,
        reason: String,
    },
    /// The token is not accepted: get another one.
    BadToken(SourceError),
    /// Asking again would not help.
    Refused(SourceError),
}

/// `{"error": {"code": …, "message": …}}`.
#[derive(Debug, Default, Deserialize)]
struct Body {
    #[serde(default)]
    error: Said,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Said {
    code: Option<String>,
    message: Option<String>,
}

/// Where a role must be granted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// As in "subscription …".
    pub(crate) scope: &'a str,
    /// The role that reads costs there.
    pub(crate) role: &'a str,
    /// What the configuration calls it, and by which key.
    pub(crate) configured: (&'a str, &'static str),
}

/// Judges an answer. `what` is as in "the costs of subscription …".
pub(crate) fn judge(answer: &Answer, what: &str, place: Place<'_>) -> Verdict {
    let Place { scope, role, configured: (account, key) } = place;
    let status = answer.status;
    let said = said(answer);
    let code = said.code.as_deref().unwrap_or_default();
    let told = told(&said);
    let refused = |kind, message: String| {
        Verdict::Refused(SourceError::new(kind, message).in_request(answer.head.request_id.clone()))
    };
    match status {
        200..=299 => Verdict::Done,
        401 if code == "InvalidAuthenticationTokenTenant" => refused(
            ErrorKind::NoAccess,
            format!("{what}: the credential belongs to another tenant (401{told}): set AZURE_TENANT_ID to the tenant of {scope}"),
        ),
        401 => Verdict::BadToken(
            SourceError::new(
                ErrorKind::Unauthorized,
                format!(
                    "Azure does not accept the token for {what} (401{told}): check that AZURE_AUTHORITY_HOST and AZURE_ENDPOINT \
                     belong to the same cloud and that the credential is still valid"
                ),
            )
            .in_request(answer.head.request_id.clone()),
        ),
        403 => refused(
            ErrorKind::NoAccess,
            format!("{what} may not be read (403{told}): grant the role \"{role}\" on {scope}"),
        ),
        400 | 404 if names_offer(&said) => refused(
            ErrorKind::Unsupported,
            format!(
                "{what}: Cost Management does not serve the offer of {scope} ({status}{told}): take `{account}` out of {key}, and use \
                 an export"
            ),
        ),
        404 if code == "SubscriptionNotFound" || code.is_empty() => refused(
            ErrorKind::NotFound,
            format!(
                "{what}: there is no {scope}, or this credential does not see it (404{told}): check the id, or grant the role \
                 \"{role}\" on it"
            ),
        ),
        404 => refused(
            ErrorKind::NotFound,
            format!("{what}: Cost Management has no costs for {scope} (404{told}): its offer may not be supported, use an export"),
        ),
        429 => Verdict::Limited {
            wait: answer.head.longest_wait(),
            limit: answer.head.limit(),
            reason: format!("Azure's limit on {} was met (429)", limit_name(answer.head.limit())),
        },
        408 | 500..=599 => {
            Verdict::Again { wait: answer.head.longest_wait(), reason: format!("Azure answered {status}{told}") }
        }
        400 => refused(
            ErrorKind::UnexpectedResponse,
            format!("{what}: Azure refuses the query (400{told}): check the scope, its offer, and azure.api_version"),
        ),
        300..=399 => refused(
            ErrorKind::UnexpectedResponse,
            format!(
                "{what}: Azure redirects to another address ({status}), which is not followed, since that would hand on the \
                 token: check AZURE_ENDPOINT"
            ),
        ),
        _ => refused(ErrorKind::UnexpectedResponse, format!("{what}: Azure answered {status}{told}; check AZURE_ENDPOINT")),
    }
}

/// Whether the answer is about the offer under which something is bought.
fn names_offer(said: &Said) -> bool {
    said.message.as_deref().is_some_and(|message| message.to_lowercase().contains("offer"))
}

fn limit_name(limit: Limit) -> &'static str {
    match limit {
        Limit::Units => "query units",
        Limit::Scope => "queries of one scope",
        Limit::Requests | Limit::Unnamed => "requests",
    }
}

fn said(answer: &Answer) -> Said {
    serde_json::from_slice::<Body>(&answer.body).unwrap_or_default().error
}

/// Azure's code and message, to be put behind a status: ` BadRequest: …`.
fn told(said: &Said) -> String {
    let message = shortened(said.message.as_deref().unwrap_or_default());
    let message = message.trim_end_matches('.');
    match (said.code.as_deref().unwrap_or_default(), message) {
        ("", "") => String::new(),
        ("", message) => format!(": {message}"),
        (code, "") => format!(" {code}"),
        (code, message) => format!(" {code}: {message}"),
    }
}
