//! Routes, tokens, headers and faults: everything around the answers.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State as Shared};
use axum::http::header::HOST;
use axum::http::{HeaderMap, Response, Uri};
use axum::routing::{get, post};
use serde_json::json;

use super::fault::{GitlabFault, GitlabFaultKind};
use super::forge::Forge;
use super::path::{Parameters, steps};
use super::rest::Asked;
use super::state::GitlabState;
use super::{graphql, rest};
use crate::server::bearer;
use crate::server::reply::{Break, Reply, bad_gateway, http_date};
use crate::server::wire::Fuse;

/// Requests that are allowed in a minute.
const LIMIT: u64 = 2_000;
/// Where things are that have moved on the same host.
const MOVED: &str = "moved";

/// The routes of GitLab.
pub(crate) fn router(state: Arc<GitlabState>) -> Router {
    Router::new()
        .route("/api/graphql", post(answer_graphql))
        .route("/api/v4/{*rest}", get(answer_rest))
        .with_state(state)
}

async fn answer_graphql(
    Shared(state): Shared<Arc<GitlabState>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    delay(&state).await;
    let forge = state.forge();
    let reply = before(&state, &forge, &headers, &uri, "graphql");
    let reply = reply.unwrap_or_else(|| graphql::answer(&state, &forge, &body));
    send(&state, &forge, &fuse, reply)
}

async fn answer_rest(
    Shared(state): Shared<Arc<GitlabState>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    delay(&state).await;
    let forge = state.forge();
    let path = uri.path().strip_prefix("/api/v4").unwrap_or_default();
    let steps = steps(path);
    let steps: Vec<&str> = steps.iter().map(String::as_str).filter(|step| *step != MOVED).collect();
    let list = steps.last().copied().unwrap_or_default();
    let reply = before(&state, &forge, &headers, &uri, list).unwrap_or_else(|| {
        let parameters = Parameters::read(uri.query().unwrap_or_default());
        let base = base(&headers);
        let asked = Asked {
            state: &state,
            forge: &forge,
            steps: steps.clone(),
            parameters: &parameters,
            base: &base,
            path: uri.path(),
        };
        rest::answer(&asked)
    });
    send(&state, &forge, &fuse, reply)
}

/// Address of the server as the client knows it.
fn base(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("gitlab.example");
    format!("http://{host}")
}

async fn delay(state: &GitlabState) {
    if let Some(fault) = state.fault(GitlabFaultKind::Slow) {
        tokio::time::sleep(Duration::from_millis(fault.amount)).await;
    }
}

fn token(headers: &HeaderMap) -> Option<&str> {
    headers.get("private-token").and_then(|token| token.to_str().ok()).or_else(|| bearer(headers))
}

/// The reply to a request that gets no further: without a good token, or because of a fault. `list` is what it asks for.
fn before(state: &GitlabState, forge: &Forge, headers: &HeaderMap, uri: &Uri, list: &str) -> Option<Reply> {
    state.count(|counters| {
        counters.calls += 1;
        *counters.by_list.entry(list.to_owned()).or_default() += 1;
    });
    if !state.accepts(token(headers)) {
        state.count(|counters| counters.unauthorized += 1);
        return Some(Reply::json(401, &json!({ "message": "401 Unauthorized" })));
    }
    let answers = |fault: &GitlabFault| whole_reply(fault, forge, uri, list).is_some();
    let fault = state.next_fault(answers)?;
    whole_reply(&fault, forge, uri, list)
}

/// The whole reply of a fault that answers instead of the request; `None` for those inside of a reply.
fn whole_reply(fault: &GitlabFault, forge: &Forge, uri: &Uri, list: &str) -> Option<Reply> {
    let text = |status, text: &str| Reply {
        status,
        headers: vec![("content-type", "text/plain".to_owned())],
        body: text.as_bytes().to_vec(),
        breaks: None,
    };
    let limited = || text(429, "Retry later\n");
    let reset = (forge.view.now.seconds() + 1).to_string();
    let redirect = |location: String| Reply::json(301, &json!({ "message": "Moved" })).with("location", location);
    let is_rest = uri.path().starts_with("/api/v4/");
    Some(match fault.kind {
        GitlabFaultKind::NoScope => Reply::json(
            403,
            &json!({
                "error": "insufficient_scope",
                "error_description": "The request requires higher privileges than provided by the access token.",
                "scope": "api read_api",
            }),
        ),
        GitlabFaultKind::Limit => limited()
            .with("retry-after", fault.amount.to_string())
            .with("ratelimit-name", "throttle_authenticated_api")
            .with("ratelimit-limit", LIMIT.to_string())
            .with("ratelimit-observed", (LIMIT + 1).to_string())
            .with("ratelimit-remaining", "0")
            .with("ratelimit-reset", reset),
        GitlabFaultKind::LimitBare => limited(),
        GitlabFaultKind::LimitUnannounced => limited()
            .with("ratelimit-name", "throttle_authenticated_api")
            .with("ratelimit-limit", LIMIT.to_string())
            .with("ratelimit-observed", "17")
            .with("ratelimit-remaining", (LIMIT - 17).to_string())
            .with("ratelimit-reset", reset),
        GitlabFaultKind::BadGateway => bad_gateway(),
        GitlabFaultKind::BrokenList if fault.concerns(list) => {
            Reply::json(500, &json!({ "message": "500 Internal Server Error" }))
        }
        GitlabFaultKind::Moved if is_rest && !uri.path().starts_with("/api/v4/moved/") => {
            let path = uri.path_and_query().map_or(uri.path(), |whole| whole.as_str());
            redirect(path.replacen("/api/v4/", &format!("/api/v4/{MOVED}/"), 1))
        }
        GitlabFaultKind::MovedElsewhere if is_rest => {
            redirect(format!("http://{}{}", fault.word.as_deref().unwrap_or("elsewhere.invalid"), uri.path()))
        }
        _ => return None,
    })
}

/// Adds what every reply carries, and breaks the connection if that is asked for.
fn send(state: &GitlabState, forge: &Forge, fuse: &Fuse, reply: Reply) -> Response<Body> {
    let number = state.next_request();
    let reply = reply.with("date", http_date(forge.view.now)).with("x-request-id", format!("01SANDBOX{number:017}"));
    let broken = state
        .next_fault(|fault| matches!(fault.kind, GitlabFaultKind::ConnectionReset | GitlabFaultKind::TruncatedBody));
    let breaks = broken.map(|fault| match fault.kind {
        GitlabFaultKind::ConnectionReset => Break::Reset,
        _ => Break::Truncate,
    });
    match breaks {
        Some(Break::Reset) => fuse.blow_after(0),
        Some(Break::Truncate) => fuse.blow_after(reply.head_length() + reply.body.len() / 2),
        None => {}
    }
    reply.into_response()
}
