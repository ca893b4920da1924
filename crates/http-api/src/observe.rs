//! Around every request: its id, the log line, the counts, written problems and security headers.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant as Moment};

use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::dashboard::FromDashboard;
use crate::forwarded::is_trusted_proxy;
use crate::problem::{MEDIA_TYPE, Problem};
use crate::shared::Shared;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Requests without a route, so that what clients make up does not become labels.
const NO_ROUTE: &str = "none";
/// All files of the dashboard.
const DASHBOARD: &str = "dashboard";

/// The outermost layer.
pub(crate) async fn observe(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let began = Moment::now();
    let (parts, body) = request.into_parts();
    let id = request_id(&parts, &shared);
    let method = parts.method.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let mut response = finished(response, &method, &id);
    let route = response.extensions_mut().remove::<MatchedPath>();
    let is_dashboard = response.extensions_mut().remove::<FromDashboard>().is_some();
    let other = if is_dashboard { DASHBOARD } else { NO_ROUTE };
    let route = route.as_ref().map_or(other, MatchedPath::as_str);
    let route = route.strip_prefix(shared.settings.base_path.as_str()).unwrap_or(route);
    harden(response.headers_mut(), &shared.settings.frame_ancestors);
    response.headers_mut().insert(REQUEST_ID, HeaderValue::from_str(&id).expect("an id of letters and digits"));
    tell(&shared, &method, route, &response, &id, began.elapsed());
    response
}

/// Tells the outermost layer which route it was.
pub(crate) async fn remember_route(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = next.run(request).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

/// One line, without anything that a client wrote.
fn tell(shared: &Shared, method: &Method, route: &str, response: &Response, id: &str, duration: Duration) {
    let status = response.status().as_u16();
    let method = known_method(method);
    shared.gauges.answered(method, route, status, duration);
    let bytes = response.body().size_hint().exact();
    let milliseconds = duration.as_secs_f64() * 1e3;
    tracing::info!(
        method,
        route,
        status,
        duration_ms = milliseconds,
        bytes,
        request_id = id,
        "{method} {route}: {status} in {milliseconds:.1} ms"
    );
}

fn known_method(method: &Method) -> &'static str {
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS]
        .iter()
        .zip(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        .find_map(|(known, name)| (known == method).then_some(name))
        .unwrap_or("other")
}

/// The id that a trusted proxy gave, else one of our own.
fn request_id(parts: &axum::http::request::Parts, shared: &Shared) -> String {
    let is_plain =
        |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let given = parts.headers.get(&REQUEST_ID).and_then(|id| id.to_str().ok()).filter(is_plain);
    given.filter(|_| is_trusted_proxy(parts, &shared.settings)).map_or_else(fresh_id, str::to_owned)
}

/// 16 digits: a counter under a key that is drawn once a process, so that ids of several processes differ.
fn fresh_id() -> String {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", KEY.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}

/// Problems get their bodies, and what only some methods can do says which.
fn finished(mut response: Response, method: &Method, id: &str) -> Response {
    let is_wrong_method = response.status() == StatusCode::METHOD_NOT_ALLOWED;
    let mut allow = response.headers().get(header::ALLOW).and_then(|allow| allow.to_str().ok()).map(str::to_owned);
    if is_wrong_method && let Some(allow) = &mut allow {
        allow.push_str(",OPTIONS");
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_str(allow).expect("names of methods"));
    }
    if is_wrong_method && method == Method::OPTIONS {
        *response.status_mut() = StatusCode::NO_CONTENT;
        *response.body_mut() = Body::empty();
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    let problem = problem.or_else(|| {
        is_wrong_method.then(|| {
            let detail = format!("this address answers {} alone", allow.unwrap_or_default());
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        })
    });
    let Some(problem) = problem else { return response };
    let body = problem.to_json(id);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = if method == Method::HEAD { Body::empty() } else { Body::from(body) };
    response
}

fn harden(headers: &mut HeaderMap, frame_ancestors: &str) {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors {frame_ancestors}"
    );
    let policy = HeaderValue::from_str(&policy).expect("the settings were checked");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
