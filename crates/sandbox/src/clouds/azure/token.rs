//! The token endpoint of Microsoft Entra ID.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, State as Shared};
use axum::http::{Method, Response};
use serde_json::json;

use super::error::no_token;
use super::form;
use crate::clouds::fault::CloudFaultKind;
use crate::clouds::state::{CloudState, lock};
use crate::server::reply::Reply;
use crate::server::wire::Fuse;

pub(super) async fn answer(
    Shared(state): Shared<Arc<CloudState>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    Path(tenant): Path<String>,
    method: Method,
    body: Bytes,
) -> Response<Body> {
    state.count_call("azure-token");
    state.delay(CloudFaultKind::AzureSlow).await;
    let reply = if method == Method::POST {
        issue(&state, &tenant, &String::from_utf8_lossy(&body)).unwrap_or_else(|refusal| refusal)
    } else {
        no_token(405, "invalid_request", 900_561, "The endpoint only accepts POST requests.").with("allow", "POST")
    };
    match reply.status {
        401 => state.count(|counters| counters.unauthorized += 1),
        400 | 405 => state.count(|counters| counters.refused += 1),
        _ => {}
    }
    state.send(&fuse, reply)
}

fn issue(state: &CloudState, tenant: &str, body: &str) -> Result<Reply, Reply> {
    let fields = form::fields(body);
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    if state.occurs(CloudFaultKind::AzureUnknownTenant) || !tenant.eq_ignore_ascii_case(state.bills.tenant()) {
        let message = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the \
             correct cloud."
        );
        return Err(no_token(400, "invalid_request", 90_002, &message));
    }
    if field("grant_type") != "client_credentials" {
        let message = "The app requested an unsupported grant type.";
        return Err(no_token(400, "unsupported_grant_type", 70_003, message));
    }
    if field("client_id").is_empty() {
        let message = "The request body must contain the following parameter: 'client_id'.";
        return Err(no_token(400, "invalid_request", 900_144, message));
    }
    if !field("scope").ends_with("/.default") {
        let message = format!("The provided value for the input parameter 'scope' is not valid: '{}'.", field("scope"));
        return Err(no_token(400, "invalid_scope", 1_002_012, &message));
    }
    check_secret(state, field("client_id"), field("client_secret"), field("client_assertion"))?;
    let mut tokens = lock(&state.azure.tokens);
    let token = format!("eyJ0eXAiOiJKV1QifQ.sandbox{:08}.{:08}", tokens.len() + 1, state.next_request());
    tokens.insert(token.clone());
    Ok(Reply::json(
        200,
        &json!({ "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": token }),
    ))
}

/// A secret, or the assertion of a workload identity in its place.
fn check_secret(state: &CloudState, client: &str, secret: &str, assertion: &str) -> Result<(), Reply> {
    if secret.is_empty() && assertion.is_empty() {
        let message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        return Err(no_token(401, "invalid_client", 7_000_218, message));
    }
    let is_wrong = !secret.is_empty() && state.azure.client_secret.as_deref().is_some_and(|good| good != secret);
    if is_wrong || state.occurs(CloudFaultKind::AzureBadSecret) {
        let message = format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, \
             not the client secret ID, for a secret added to app '{client}'."
        );
        return Err(no_token(401, "invalid_client", 7_000_215, &message));
    }
    if state.occurs(CloudFaultKind::AzureExpiredSecret) {
        let message = format!(
            "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys \
             for your app: https://aka.ms/NewClientSecret"
        );
        return Err(no_token(401, "invalid_client", 7_000_222, &message));
    }
    Ok(())
}
