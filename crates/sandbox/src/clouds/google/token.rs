//! The token endpoint: a signed assertion of a service account for a bearer token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::super::fault::CloudFaultKind;
use super::super::state::CloudState;
use super::key::GoogleKey;
use super::request::form;
use crate::server::reply::Reply;

/// Longest life of an assertion, and life of a token, in seconds.
const LIFE_SECONDS: i64 = 3_600;
/// The only way to a token here.
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// What the scopes of Google begin with.
const SCOPES: &str = "https://www.googleapis.com/auth/";
/// Scopes that let one query, without their common beginning.
const GOOD_SCOPES: [&str; 4] = ["bigquery", "bigquery.readonly", "cloud-platform", "cloud-platform.read-only"];

/// A refusal: code and description.
type Refusal = (&'static str, String);

/// Answers a request for a token. `audience` is the address of this endpoint as the client sees it.
pub(crate) fn answer(state: &CloudState, body: &[u8], audience: &str) -> Reply {
    state.count_call("google-token");
    match issue(state, body, audience) {
        Ok(token) => {
            let body = json!({ "access_token": token, "expires_in": LIFE_SECONDS - 1, "token_type": "Bearer" });
            Reply::json(200, &body)
        }
        Err((code, description)) => {
            state.count(|counters| counters.unauthorized += 1);
            Reply::json(400, &json!({ "error": code, "error_description": description }))
        }
    }
}

fn issue(state: &CloudState, body: &[u8], audience: &str) -> Result<String, Refusal> {
    let form = form(body);
    let field = |name: &str| form.get(name).map(String::as_str).filter(|value| !value.is_empty());
    match field("grant_type") {
        None => return Err(("invalid_request", "Missing required parameter: grant_type".to_owned())),
        Some(GRANT) => {}
        Some(other) => return Err(("unsupported_grant_type", format!("Invalid grant_type: {other}"))),
    }
    let assertion =
        field("assertion").ok_or_else(|| ("invalid_request", "Missing required parameter: assertion".to_owned()))?;
    let is_bad = state.occurs(CloudFaultKind::GoogleBadKey);
    let claims = verify(assertion, state.google.key.as_deref(), is_bad)?;
    check_claims(&claims, audience)?;
    Ok(state.google.issue_token(state.next_request()))
}

/// The claims of an assertion with a good signature; without a key any signature is good.
fn verify(assertion: &str, key: Option<&GoogleKey>, is_bad: bool) -> Result<Json, Refusal> {
    let malformed = || ("invalid_grant", "Invalid JWT: Bad encoding.".to_owned());
    let (signed, signature) = assertion.rsplit_once('.').ok_or_else(malformed)?;
    let (header, claims) = signed.split_once('.').ok_or_else(malformed)?;
    let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).map_err(|_| malformed());
    let read = |part: &str| serde_json::from_slice::<Json>(&bytes(part)?).map_err(|_| malformed());
    let (header, claims, signature) = (read(header)?, read(claims)?, bytes(signature)?);
    let is_signed = header["alg"] == "RS256"
        && !signature.is_empty()
        && key.is_none_or(|key| key.verifies(signed.as_bytes(), &signature));
    if key.is_some() && claims["iss"] != GoogleKey::client_email() {
        return Err(("invalid_grant", "Invalid grant: account not found".to_owned()));
    }
    if is_bad || !is_signed {
        return Err(("invalid_grant", "Invalid JWT Signature.".to_owned()));
    }
    Ok(claims)
}

/// The client signs by its own clock, which need not be the provider's: only the life of the assertion is looked at.
fn check_claims(claims: &Json, audience: &str) -> Result<(), Refusal> {
    let invalid = |description: &str| ("invalid_grant", description.to_owned());
    if claims["aud"] != audience {
        return Err(invalid(&format!("Invalid JWT: Failed audience check. The right audience is {audience}")));
    }
    let (Some(issued), Some(expires)) = (claims["iat"].as_i64(), claims["exp"].as_i64()) else {
        return Err(invalid("Invalid JWT: Required claims `iat` and `exp` are missing."));
    };
    if expires <= issued || expires - issued > LIFE_SECONDS {
        return Err(invalid(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat \
             and exp values in the JWT claim.",
        ));
    }
    let scopes: Vec<&str> = claims["scope"].as_str().unwrap_or_default().split_whitespace().collect();
    if scopes.is_empty() || scopes.iter().any(|scope| !scope.starts_with(SCOPES)) {
        return Err(("invalid_scope", "Invalid OAuth scope or ID token audience provided.".to_owned()));
    }
    let may_query = |scope: &&str| GOOD_SCOPES.contains(&scope.trim_start_matches(SCOPES));
    if scopes.iter().any(may_query) {
        Ok(())
    } else {
        // Google issues a token that BigQuery then refuses; the mistake is the same.
        Err(("invalid_scope", "None of the scopes lets the token query BigQuery.".to_owned()))
    }
}
