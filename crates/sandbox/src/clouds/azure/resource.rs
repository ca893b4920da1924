//! The resource manager: subscriptions and the query of Cost Management.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State as Shared};
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Method, Response, Uri};
use serde_json::json;

use super::error::{bad_gateway, bad_request, refuse};
use super::page::Place;
use super::quota::{ENTITY_RETRY, QPU_RETRY, Throttled};
use super::scope::Scope;
use super::{form, page, query, rows, scope};
use crate::clouds::fault::{CloudFault, CloudFaultKind};
use crate::clouds::state::{CloudState, lock};
use crate::random::mix;
use crate::server::reply::{Break, Reply};
use crate::server::wire::Fuse;

/// Versions of Cost Management's query that are served.
const VERSIONS: [&str; 11] = [
    "2019-11-01",
    "2021-10-01",
    "2022-10-01",
    "2023-03-01",
    "2023-04-01-preview",
    "2023-08-01",
    "2023-09-01",
    "2023-11-01",
    "2024-08-01",
    "2025-03-01",
    "2026-06-01",
];

/// What the path of a query ends in.
const QUERY: &str = "/providers/microsoft.costmanagement/query";

/// A request.
struct Asked<'a> {
    method: Method,
    /// Scope, without the part that asks for a query.
    scope: String,
    is_query: bool,
    /// Token of a later page.
    skip_token: Option<String>,
    /// `api-version`; empty when it is missing.
    version: String,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl Asked<'_> {
    fn kind(&self) -> &'static str {
        match (self.is_query, &self.skip_token) {
            (false, _) => "azure-scope",
            (true, None) => "azure-query",
            (true, Some(_)) => "azure-page",
        }
    }
}

pub(super) async fn answer(
    Shared(state): Shared<Arc<CloudState>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = uri.path().to_ascii_lowercase();
    let mut fields = form::fields(uri.query().unwrap_or_default());
    let asked = Asked {
        method,
        is_query: path.ends_with(QUERY),
        scope: path.strip_suffix(QUERY).unwrap_or(&path).to_owned(),
        skip_token: fields.remove("$skiptoken"),
        version: fields.remove("api-version").unwrap_or_default(),
        headers: &headers,
        body: &body,
    };
    state.count_call(asked.kind());
    state.delay(CloudFaultKind::AzureSlow).await;
    let number = state.next_request();
    let reply = faulty(&state, &asked, number).unwrap_or_else(|refusal| refusal);
    count_status(&state, reply.status);
    let request = guid(number);
    let reply = reply.with("x-ms-request-id", request.clone()).with("x-ms-correlation-request-id", request);
    state.send(&fuse, reply)
}

fn count_status(state: &CloudState, status: u16) {
    state.count(|counters| match status {
        400 | 405 | 415 => counters.refused += 1,
        401 => counters.unauthorized += 1,
        429 => counters.throttled += 1,
        _ => {}
    });
}

/// An id that differs for every request and is the same in every run.
fn guid(number: u64) -> String {
    let (high, low) = (mix(number), mix(number ^ 0xAA));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xFFFF,
        high & 0xFFF,
        low >> 52,
        low & 0xFFFF_FFFF_FFFF
    )
}

/// The answer, with what breaks on the way.
fn faulty(state: &CloudState, asked: &Asked<'_>, number: u64) -> Result<Reply, Reply> {
    let breaks = |fault: &CloudFault| match fault.kind {
        CloudFaultKind::Azure502 | CloudFaultKind::AzureTruncatedBody | CloudFaultKind::AzureConnectionReset => true,
        CloudFaultKind::Azure429 => asked.is_query,
        _ => false,
    };
    let fault = state.next_fault(breaks);
    match fault.as_ref().map(|fault| fault.kind) {
        Some(CloudFaultKind::Azure502) => return Err(bad_gateway()),
        Some(CloudFaultKind::AzureConnectionReset) => {
            return Err(Reply { breaks: Some(Break::Reset), ..bad_gateway() });
        }
        _ => {}
    }
    authorize(state, asked)?;
    if let Some(fault) = fault.as_ref().filter(|fault| fault.kind == CloudFaultKind::Azure429) {
        return Err(throttle(state, fault));
    }
    let mut reply = respond(state, asked, number)?;
    if fault.is_some() {
        reply.breaks = Some(Break::Truncate);
    }
    Ok(reply)
}

/// A token that this server has issued and that has not expired.
fn authorize(state: &CloudState, asked: &Asked<'_>) -> Result<(), Reply> {
    let refuse = |code: &str, message: &str| {
        let challenge = format!(
            "Bearer authorization_uri=\"https://login.microsoftonline.com/{}\", error=\"invalid_token\", \
             error_description=\"{message}\"",
            state.bills.tenant()
        );
        Err(refuse(401, code, message).with("www-authenticate", challenge))
    };
    let Some(token) = crate::server::bearer(asked.headers) else {
        return refuse("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
    };
    if state.occurs(CloudFaultKind::AzureExpiredToken) {
        lock(&state.azure.tokens).clear();
        return refuse(
            "ExpiredAuthenticationToken",
            "The access token expiry UTC time is earlier than current UTC time.",
        );
    }
    if lock(&state.azure.tokens).contains(token) {
        return Ok(());
    }
    refuse("AuthenticationFailed", "Authentication failed. The access token is not valid or has expired.")
}

/// Too many requests, although the quota is not used up.
fn throttle(state: &CloudState, fault: &CloudFault) -> Reply {
    let seconds = fault.amount;
    lock(&state.azure.quota).ask_to_wait(seconds, state.ticks());
    let shorter = seconds.div_ceil(2);
    Throttled { headers: vec![("retry-after", shorter), (QPU_RETRY, shorter), (ENTITY_RETRY, seconds)] }.reply()
}

fn respond(state: &CloudState, asked: &Asked<'_>, number: u64) -> Result<Reply, Reply> {
    if asked.version.is_empty() {
        let message = "The api-version query parameter (?api-version=) is required for all requests.";
        return Err(refuse(400, "MissingApiVersionParameter", message));
    }
    if !asked.is_query {
        return describe(state, asked);
    }
    if asked.method != Method::POST {
        let message = "The requested resource does not support http method 'GET'.";
        return Err(refuse(405, "HttpMethodNotAllowed", message).with("allow", "POST"));
    }
    if !VERSIONS.contains(&asked.version.as_str()) {
        let message =
            format!("The api-version '{}' is invalid; the supported ones are '{}'.", asked.version, VERSIONS.join(","));
        return Err(refuse(400, "InvalidApiVersionParameter", &message));
    }
    answer_query(state, asked, number)
}

/// What a scope is called.
fn describe(state: &CloudState, asked: &Asked<'_>) -> Result<Reply, Reply> {
    let bills = &state.bills;
    let scope = scope::parse(bills, &asked.scope)?;
    check_role(state, &scope, "Microsoft.Resources/subscriptions/read")?;
    if asked.method != Method::GET {
        return Err(
            refuse(405, "HttpMethodNotAllowed", "The requested resource supports GET only.").with("allow", "GET")
        );
    }
    let id = &bills.subscriptions()[scope.subscriptions.start];
    let body = match (scope.path.split('/').next_back().unwrap_or_default(), &scope.resource_group) {
        (_, Some(group)) => json!({ "id": format!("/{}", scope.path), "name": group, "location": "westeurope" }),
        (name, None) if scope.path.starts_with("providers/") => json!({
            "id": format!("/{}", scope.path),
            "name": name,
            "properties": { "tenantId": bills.tenant(), "displayName": "All of acme" },
        }),
        _ => json!({
            "id": format!("/subscriptions/{id}"),
            "subscriptionId": id,
            "tenantId": bills.tenant(),
            "displayName": bills.subscription_name(id),
            "state": "Enabled",
            "authorizationSource": "RoleBased",
        }),
    };
    Ok(Reply::json(200, &body))
}

/// 403 when the role is missing.
fn check_role(state: &CloudState, scope: &Scope, action: &str) -> Result<(), Reply> {
    let path = scope.path.as_str();
    let concerns = |fault: &CloudFault| {
        let of_scope = |id: &String| path.split('/').any(|part| part.eq_ignore_ascii_case(id));
        fault.kind == CloudFaultKind::AzureNoRole && fault.subscription.as_ref().is_none_or(of_scope)
    };
    if state.next_fault(concerns).is_none() {
        return Ok(());
    }
    let client = state.bills.client();
    if action.contains("CostManagement") {
        let message = format!(
            "The client '{client}' does not have authorization to perform action '{action}' over scope '/{path}'."
        );
        return Err(refuse(403, "RBACAccessDenied", &message));
    }
    let message = format!(
        "The client '{client}' with object id '{client}' does not have authorization to perform action '{action}' over \
         scope '/{path}' or the scope is invalid. If access was recently granted, please refresh your credentials."
    );
    Err(refuse(403, "AuthorizationFailed", &message))
}

fn answer_query(state: &CloudState, asked: &Asked<'_>, number: u64) -> Result<Reply, Reply> {
    let is_json = asked.headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_json {
        return Err(refuse(415, "UnsupportedMediaType", "The content media type must be application/json."));
    }
    let scope = scope::parse(&state.bills, &asked.scope)?;
    check_role(state, &scope, "Microsoft.CostManagement/query/action")?;
    let query = query::parse(asked.body)?;
    let fingerprint = page::fingerprint(&scope, asked.body);
    let offset = asked.skip_token.as_ref().map(|token| page::offset(token, fingerprint)).transpose()?;
    // Later pages read what the first one has paid for.
    let units = if offset.is_some() { 0 } else { query.months() };
    pay(state, asked, &scope, units)?;
    let table = rows::answer(&state.bills, &scope, &query, state.now());
    let host = asked.headers.get(HOST).and_then(|host| host.to_str().ok()).ok_or_else(|| bad_request("No host."))?;
    let link = format!(
        "http://{host}/{}/providers/Microsoft.CostManagement/query?api-version={}&$skiptoken=",
        scope.path, asked.version
    );
    let place = Place {
        offset: offset.unwrap_or_default(),
        rows: state.azure.page_rows,
        fingerprint,
        link: &link,
        name: &guid(number),
    };
    let reply = page::reply(&table, &scope, &place);
    Ok(lock(&state.azure.quota).describe(reply, &scope.path, units, state.ticks()))
}

fn pay(state: &CloudState, asked: &Asked<'_>, scope: &Scope, units: u64) -> Result<(), Reply> {
    let now = state.ticks();
    let mut quota = lock(&state.azure.quota);
    let is_too_early = quota.is_too_early(now);
    let paid = quota.pay(&scope.path, units, now);
    drop(quota);
    let client = asked.headers.get("clienttype").and_then(|client| client.to_str().ok()).unwrap_or_default();
    state.count(|counters| {
        counters.too_early += u64::from(is_too_early);
        *counters.client_types.entry(client.to_owned()).or_default() += 1;
        if paid.is_ok() {
            counters.units += units;
            *counters.units_by_scope.entry(scope.path.clone()).or_default() += units;
        }
    });
    paid.map_err(|throttled| throttled.reply())
}
