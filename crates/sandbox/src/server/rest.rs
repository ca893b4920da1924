//! The REST requests that importers make besides GraphQL.

pub(crate) mod actions;
mod billing;
mod runs;

use axum::http::{HeaderMap, Method};
use model::Instant;
use serde_json::{Value as Json, json};

use self::actions::Asked;
use super::answer::{State, bearer};
use super::cursor::decode_base64;
use super::fault::FaultKind;
use super::limits::Standing;
use super::prepared::Prepared;
use super::reply::{Reply, sso};

/// Seconds that an app's token is good for.
const TOKEN_SECONDS: i64 = 3_600;
/// Longest life of an app's own JWT, in seconds.
const MOST_JWT_SECONDS: i64 = 600;
/// Number of the only installation.
const INSTALLATION: u64 = 1;

/// Whether a path leads to what an import reads page by page.
pub(crate) fn is_list(path: &str) -> bool {
    path.starts_with("/repos/") || path.starts_with("/organizations/")
}

/// Answers a request below the base.
pub(crate) fn answer(state: &State, method: &Method, path: &str, query: &str, headers: &HeaderMap) -> Reply {
    state.count(|counters| counters.rest_calls += 1);
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let prepared = state.prepared();
    let (org, now) = (prepared.view.org.as_str(), prepared.view.now);
    match (method.as_str(), parts.as_slice()) {
        ("GET", ["orgs", _, "installation"]) | ("POST", ["app", "installations", _, "access_tokens"]) => {
            return answer_app(state, org, now, &parts, headers);
        }
        _ => {}
    }
    if !state.authorize(headers) {
        state.count(|counters| counters.unauthorized += 1);
        return Reply::message(401, "Bad credentials");
    }
    let reply = match (method.as_str(), parts.as_slice()) {
        ("GET", ["rate_limit"]) => rate_limit(state, now),
        ("GET", ["user"]) => {
            let login = prepared.view.actors.iter().find(|actor| !actor.is_bot).map_or("octocat", |actor| &actor.login);
            Reply::json(200, &json!({ "login": login, "id": 1, "type": "User" }))
        }
        ("GET", ["orgs", name]) => {
            let owner = prepared.find_owner(name).map(|owner| prepared.owner(owner));
            answer_org(state, owner)
        }
        ("GET", ["repos", owner, name, "actions", rest @ ..]) => {
            answer_actions(state, &prepared, [owner, name], rest, query)
        }
        ("GET", ["organizations", org, "settings", "billing", "usage"]) => billing::usage(state, &prepared, org, query),
        _ => Reply::message(404, "Not Found"),
    };
    reply.with("x-oauth-scopes", state.scopes())
}

fn answer_actions(state: &State, prepared: &Prepared, repository: [&str; 2], path: &[&str], query: &str) -> Reply {
    let asked = match Asked::new(state, prepared, repository, query) {
        Ok(asked) => asked,
        Err(reply) => return reply,
    };
    match path {
        ["workflows", file, "runs"] => runs::list(&asked, file),
        ["runs"] => actions::list(&asked, None),
        ["runs", id] => actions::run(&asked, id, None),
        ["runs", id, "attempts", number] => actions::run(&asked, id, Some(number)),
        ["runs", id, "jobs"] => actions::jobs(&asked, id),
        _ => Reply::message(404, "Not Found"),
    }
}

fn answer_org(state: &State, org: Option<&str>) -> Reply {
    if state.occurs(FaultKind::Saml403) || state.occurs(FaultKind::Saml200) {
        return Reply::message(403, "Resource protected by organization SAML enforcement.")
            .with("x-github-sso", sso(org.unwrap_or_default()));
    }
    let Some(org) = org.filter(|_| !state.occurs(FaultKind::UnknownOrg)) else {
        return Reply::message(404, "Not Found");
    };
    Reply::json(200, &json!({ "login": org, "id": 1, "node_id": format!("O_{org}"), "type": "Organization" }))
}

fn rate_limit(state: &State, now: Instant) -> Reply {
    if state.is_unlimited() {
        return Reply::message(404, "Rate limiting is not enabled.");
    }
    let standing = state.standing();
    let resource = |standing: Standing| {
        json!({
            "limit": standing.limit,
            "used": standing.used,
            "remaining": standing.remaining(),
            "reset": standing.reset_at(now).seconds(),
        })
    };
    let unused = resource(Standing { limit: 5_000, used: 0, ..standing });
    Reply::json(200, &json!({ "resources": { "core": unused, "graphql": resource(standing) }, "rate": unused }))
}

/// Requests that an app signs itself.
fn answer_app(state: &State, org: &str, now: Instant, parts: &[&str], headers: &HeaderMap) -> Reply {
    if let Err(reason) = check_jwt(bearer(headers).unwrap_or_default()) {
        state.count(|counters| counters.unauthorized += 1);
        return Reply::message(401, reason);
    }
    match parts {
        ["orgs", name, "installation"] if name.eq_ignore_ascii_case(org) && !state.occurs(FaultKind::UnknownOrg) => {
            Reply::json(200, &json!({ "id": INSTALLATION, "account": { "login": org }, "target_type": "Organization" }))
        }
        ["app", "installations", id, "access_tokens"] if *id == INSTALLATION.to_string() => {
            let expires = Instant::from_seconds(now.seconds() + TOKEN_SECONDS);
            Reply::json(
                201,
                &json!({
                    "token": state.issue_token(),
                    "expires_at": expires.to_rfc3339_seconds(),
                    "permissions": { "issues": "read", "organization_projects": "read", "pull_requests": "read" },
                    "repository_selection": "all",
                }),
            )
        }
        _ => Reply::message(404, "Not Found"),
    }
}

/// Whether an app's JWT has the form, the claims and the life that GitHub wants. The signature is not verified: the
/// simulation knows no app's public key.
fn check_jwt(token: &str) -> Result<(), &'static str> {
    const UNDECODABLE: &str = "A JSON web token could not be decoded";
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return Err(UNDECODABLE) };
    let read = |part: &str| serde_json::from_slice::<Json>(&decode_base64(part)?).ok();
    let (header, claims) = (read(header).ok_or(UNDECODABLE)?, read(claims).ok_or(UNDECODABLE)?);
    if header["alg"] != "RS256" || decode_base64(signature).is_none_or(|signature| signature.is_empty()) {
        return Err(UNDECODABLE);
    }
    if claims["iss"].is_null() {
        return Err("'Issuer' claim ('iss') must be an Integer");
    }
    let (Some(issued), Some(expires)) = (claims["iat"].as_i64(), claims["exp"].as_i64()) else {
        return Err(
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the \
                    assertion expires",
        );
    };
    // The time of issue may lie a minute back, as GitHub advises against drifting clocks.
    if expires <= issued || expires - issued > MOST_JWT_SECONDS + 60 {
        return Err("'Expiration time' claim ('exp') is too far in the future");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jwt_needs_its_form_and_a_short_life() {
        // {"alg":"RS256"} . {"iss":"7","iat":1000,"exp":1600} . signature
        assert_eq!(check_jwt("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI3IiwiaWF0IjoxMDAwLCJleHAiOjE2MDB9.c2ln"), Ok(()));
        // {"iss":"7","iat":1000,"exp":9600}
        let long = check_jwt("eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI3IiwiaWF0IjoxMDAwLCJleHAiOjk2MDB9.c2ln");
        assert_eq!(long, Err("'Expiration time' claim ('exp') is too far in the future"));
        assert_eq!(check_jwt("ghp_token"), Err("A JSON web token could not be decoded"));
    }
}
