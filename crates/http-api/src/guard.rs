//! Admission of requests: authentication, known host names, and limits of what is sent.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::{Choice, ConstantTimeEq as _};

use crate::asker::{Asker, Client};
use crate::forwarded;
use crate::problem::Problem;
use crate::settings::{Authentication, Settings};
use crate::shared::Shared;
use crate::{dora_report, events, server_words, webhooks};

/// Routes that everyone may ask: they say nothing but whether the server lives and is ready.
const OPEN_PATHS: [&str; 3] = ["/healthz", "/readyz", server_words::HEALTH];

/// What the guard goes by.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) shared: Arc<Shared>,
    /// Whether what no route matches is a page without data. A browser cannot send a bearer token for a page that
    /// it opens, so these are then open.
    pub(crate) others_are_pages: bool,
}

/// Lets a request through, or answers it.
pub(crate) async fn guard(State(rule): State<Rule>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let settings = &rule.shared.settings;
    let is_page = rule.others_are_pages && parts.extensions.get::<MatchedPath>().is_none();
    let allowed = || allowed(&parts, settings, is_page);
    if let Err(problem) = within_limits(&parts, settings).and_then(|()| allowed()) {
        return problem.into_response();
    }
    let asker = Asker::new(Client::of(&parts, settings));
    let answering = asker.scope(next.run(Request::from_parts(parts, body)));
    tokio::time::timeout(settings.limits.request_time, answering).await.unwrap_or_else(|_| {
        let seconds = settings.limits.request_time.as_secs();
        let detail = format!("the answer took longer than {seconds} s: ask for less, or again in a moment");
        Problem::new(StatusCode::GATEWAY_TIMEOUT, detail).into_response()
    })
}

/// The path of a request without the base path; empty for what is not below that.
fn path<'a>(parts: &'a Parts, settings: &Settings) -> &'a str {
    parts.uri.path().strip_prefix(settings.base_path.as_str()).unwrap_or_default()
}

fn within_limits(parts: &Parts, settings: &Settings) -> Result<(), Problem> {
    let limits = &settings.limits;
    let uri_bytes = parts.uri.path_and_query().map_or(0, |text| text.as_str().len());
    if uri_bytes > limits.uri_bytes {
        let detail = format!("the address is longer than {} bytes", limits.uri_bytes);
        return Err(Problem::new(StatusCode::URI_TOO_LONG, detail));
    }
    let header_bytes: usize = parts.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if header_bytes > limits.header_bytes {
        let detail = format!("the headers are longer than {} bytes", limits.header_bytes);
        return Err(Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, detail));
    }
    let body_bytes =
        parts.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let path = path(parts, settings);
    let is_pushed = events::is_pushed(&parts.method, path);
    let of_others = if is_pushed { limits.delivery_bytes } else { limits.body_bytes };
    let most = webhooks::door_at(path).map_or(of_others, |door| door.most_bytes(limits));
    if body_bytes.is_some_and(|bytes| bytes > most) {
        let detail = format!("the body is longer than {most} bytes");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
    }
    Ok(())
}

fn allowed(parts: &Parts, settings: &Settings, is_page: bool) -> Result<(), Problem> {
    let path = path(parts, settings);
    if OPEN_PATHS.contains(&path) || (settings.dora_report_public && path == dora_report::PATH) {
        return Ok(());
    }
    match &settings.authentication {
        // Deliveries show by their signature who sent them, and who pushes needs a token of its own.
        Authentication::Bearer(_) | Authentication::Basic { .. }
            if webhooks::door_at(path).is_some() || events::is_pushed(&parts.method, path) =>
        {
            Ok(())
        }
        Authentication::None => known_host(parts, settings),
        Authentication::Bearer(_) if is_page => Ok(()),
        Authentication::Bearer(tokens) => {
            let is_known =
                credentials(&parts.headers, "bearer").is_some_and(|token| is_one_of(token.as_bytes(), tokens));
            if is_known { Ok(()) } else { Err(unauthorized("Bearer realm=\"cto-metrics\"")) }
        }
        Authentication::Basic { user, password } => {
            let given = credentials(&parts.headers, "basic").and_then(|text| STANDARD.decode(text).ok());
            if given.is_some_and(|given| is_user(&given, user, password)) {
                Ok(())
            } else {
                Err(unauthorized("Basic realm=\"cto-metrics\", charset=\"UTF-8\""))
            }
        }
    }
}

/// What follows the scheme in `Authorization`.
pub(crate) fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let (given, rest) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    given.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// Compares with all of them, however soon one fits.
pub(crate) fn is_one_of(token: &[u8], tokens: &[SecretString]) -> bool {
    let fits = |known: &SecretString| token.ct_eq(known.expose_secret().as_bytes());
    tokens.iter().fold(Choice::from(0), |found, known| found | fits(known)).into()
}

pub(crate) fn is_user(given: &[u8], user: &str, password: &SecretString) -> bool {
    let colon = given.iter().position(|byte| *byte == b':').unwrap_or(given.len());
    let (given_user, given_password) = (&given[..colon], given.get(colon + 1..).unwrap_or_default());
    let same_user = given_user.ct_eq(user.as_bytes());
    let same_password = given_password.ct_eq(password.expose_secret().as_bytes());
    (same_user & same_password).into()
}

fn unauthorized(challenge: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "this needs a name and a secret that the server knows")
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

/// Without authentication a page of another site must not read the figures through a name that it lets point here.
fn known_host(parts: &Parts, settings: &Settings) -> Result<(), Problem> {
    let host = host(parts, settings);
    let name = host.as_deref().map(without_port).unwrap_or_default();
    if is_loopback(&name) || settings.hosts.contains(&name) {
        return Ok(());
    }
    let detail = "without authentication this server answers under loopback names and configured host names alone: \
                  add this one to the configured hosts, or set up authentication";
    Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, detail))
}

/// The name that the client asked for; of a trusted proxy, what it says that the client asked for.
fn host(parts: &Parts, settings: &Settings) -> Option<String> {
    forwarded::host(parts, settings)
        .or_else(|| parts.headers.get(header::HOST).and_then(|value| value.to_str().ok()).map(str::to_owned))
        .or_else(|| parts.uri.authority().map(|authority| authority.as_str().to_owned()))
}

fn without_port(host: &str) -> String {
    let end = match host.rfind(']') {
        Some(bracket) => bracket + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    host[..end].trim_end_matches('.').to_ascii_lowercase()
}

fn is_loopback(name: &str) -> bool {
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_are_known_with_and_without_port() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "[::1]:8080", "[::1]", "localhost."] {
            assert!(is_loopback(&without_port(host)), "{host}");
        }
        for host in ["", "example.com", "localhost.example.com", "127.0.0.1.example.com", "[::2]:80", "10.0.0.1"] {
            assert!(!is_loopback(&without_port(host)), "{host}");
        }
    }

    #[test]
    fn user_and_password_must_both_fit() {
        let password = SecretString::from("a:b");
        assert!(is_user(b"me:a:b", "me", &password));
        for given in [&b"me:a"[..], b"you:a:b", b"me", b""] {
            assert!(!is_user(given, "me", &password));
        }
    }

    #[test]
    fn any_of_the_tokens_fits_and_no_other() {
        let tokens = [SecretString::from("one"), SecretString::from("two")];
        assert!(is_one_of(b"one", &tokens) && is_one_of(b"two", &tokens));
        assert!(!is_one_of(b"on", &tokens) && !is_one_of(b"", &tokens));
    }
}
