//! GitHub Apps: the key, the installation, the token and its end.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use github_client::{Credentials, GithubClient, Settings};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::json;
use source::ErrorKind;

use crate::simulated::{NOW_SECONDS, Stage, answer, good, refusal, settings};

/// A key made for this run of the tests.
struct Key {
    pem: String,
    /// PKCS #1.
    public_der: Vec<u8>,
}

static KEY: LazyLock<Key> = LazyLock::new(|| {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key can be made");
    let private: Pkcs8V1Der = pair.as_der().expect("a key has a form to be kept in");
    let text = STANDARD.encode(private.as_ref());
    Key {
        pem: format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n"),
        public_der: pair.public_key().as_ref().to_vec(),
    }
});

fn app(stage: &Stage, installation: Option<u64>) -> GithubClient {
    let credentials =
        Credentials::App { app_id: "4711".into(), private_key_pem: KEY.pem.as_str().into(), installation };
    stage.client_with(Settings { credentials, ..stage.settings() })
}

fn token(text: &str, ends: &str) -> wiremock::ResponseTemplate {
    answer(201).set_body_json(json!({"token": text, "expires_at": ends}))
}

/// Paths asked for, with the token that was sent.
async fn seen(stage: &Stage) -> Vec<(String, String)> {
    let requests = stage.server.received_requests().await.expect("recorded");
    let bearer = |request: &wiremock::Request| {
        request.headers["authorization"].to_str().expect("text").trim_start_matches("Bearer ").to_owned()
    };
    requests.iter().map(|request| (request.url.path().to_owned(), bearer(request))).collect()
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
}

fn claims(jwt: &str) -> Claims {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.validate_exp = false;
    let key = DecodingKey::from_rsa_der(&KEY.public_der);
    jsonwebtoken::decode(jwt, &key, &validation).expect("signed with the app's key").claims
}

#[tokio::test]
async fn configured_installation_gets_one_token_for_all_requests() {
    let stage = Stage::with(vec![good()]).await;
    stage.script("POST", "/app/installations/99/access_tokens", vec![token("ghs_1", "2026-11-02T11:00:00Z")]).await;
    let client = app(&stage, Some(99));
    for _ in 0..2 {
        stage.ask_with(&client).await.expect("answered");
    }
    let seen = seen(&stage).await;
    let paths: Vec<_> = seen.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/app/installations/99/access_tokens", "/graphql", "/graphql"]);
    assert_eq!((seen[1].1.as_str(), seen[2].1.as_str()), ("ghs_1", "ghs_1"));
    let claims = claims(&seen[0].1);
    assert_eq!((claims.iss.as_str(), claims.iat - NOW_SECONDS, claims.exp - NOW_SECONDS), ("4711", -60, 540));
}

#[tokio::test]
async fn installation_is_looked_up_by_the_organisation() {
    let stage = Stage::with(vec![answer(200).set_body_json(json!({"data": {"organization": null}}))]).await;
    stage.script("GET", "/orgs/acme/installation", vec![answer(200).set_body_json(json!({"id": 12}))]).await;
    stage.script("POST", "/app/installations/12/access_tokens", vec![token("ghs_1", "2026-11-02T11:00:00Z")]).await;
    let error = app(&stage, None).survey("acme", &stage.heard, &stage.cancel).await.expect_err("no such organisation");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!(seen(&stage).await.last().map(|(_, token)| token.clone()).as_deref(), Some("ghs_1"));
}

#[tokio::test]
async fn only_installation_is_used_when_no_organisation_is_known() {
    let stage = Stage::with(vec![good()]).await;
    let one = answer(200).set_body_json(json!([{"id": 12}]));
    let two = answer(200).set_body_json(json!([{"id": 12}, {"id": 13}]));
    stage.script("GET", "/app/installations", vec![two, one]).await;
    stage.script("POST", "/app/installations/12/access_tokens", vec![token("ghs_1", "2026-11-02T11:00:00Z")]).await;
    let client = app(&stage, None);
    let error = stage.ask_with(&client).await.expect_err("ambiguous");
    assert!(error.is_fatal() && error.to_string().contains("2 installations"), "{error}");
    stage.ask_with(&client).await.expect("answered");
}

#[tokio::test]
async fn token_is_renewed_before_it_ends() {
    let stage = Stage::with(vec![good(), good().insert_header("date", "Mon, 02 Nov 2026 10:56:00 GMT"), good()]).await;
    let tokens = vec![token("ghs_1", "2026-11-02T11:00:00Z"), token("ghs_2", "2026-11-02T12:00:00Z")];
    stage.script("POST", "/app/installations/99/access_tokens", tokens).await;
    let client = app(&stage, Some(99));
    for _ in 0..3 {
        stage.ask_with(&client).await.expect("answered");
    }
    let used: Vec<_> =
        seen(&stage).await.into_iter().filter(|(path, _)| path == "/graphql").map(|(_, token)| token).collect();
    assert_eq!(used, ["ghs_1", "ghs_1", "ghs_2"]);
}

#[tokio::test]
async fn token_that_was_revoked_is_renewed_once() {
    let tokens = vec![token("ghs_1", "2026-11-02T11:00:00Z"), token("ghs_2", "2026-11-02T11:00:00Z")];
    let stage = Stage::with(vec![refusal(401, "Bad credentials"), good()]).await;
    stage.script("POST", "/app/installations/99/access_tokens", tokens.clone()).await;
    stage.ask_with(&app(&stage, Some(99))).await.expect("answered");

    let stage = Stage::with(vec![refusal(401, "Bad credentials")]).await;
    stage.script("POST", "/app/installations/99/access_tokens", tokens).await;
    let error = stage.ask_with(&app(&stage, Some(99))).await.expect_err("refused");
    assert_eq!((error.kind, seen(&stage).await.len()), (ErrorKind::Unauthorized, 4));
}

#[tokio::test]
async fn wrong_local_clock_is_corrected_by_the_providers() {
    let stage = Stage::with(vec![good()]).await;
    let later = "Mon, 02 Nov 2026 13:00:00 GMT";
    let refused = refusal(401, "'Expiration time' claim ('exp') is in the past").insert_header("date", later);
    let tokens = vec![refused, token("ghs_1", "2026-11-02T14:00:00Z").insert_header("date", later)];
    stage.script("POST", "/app/installations/99/access_tokens", tokens).await;
    stage.ask_with(&app(&stage, Some(99))).await.expect("answered");
    let seen = seen(&stage).await;
    assert_eq!(claims(&seen[1].1).iat - claims(&seen[0].1).iat, 3 * 3600);
}

#[tokio::test]
async fn refused_app_and_missing_installation_end_the_run() {
    let stage = Stage::with(vec![good()]).await;
    stage
        .script(
            "POST",
            "/app/installations/99/access_tokens",
            vec![refusal(401, "A JSON web token could not be decoded")],
        )
        .await;
    let error = stage.ask_with(&app(&stage, Some(99))).await.expect_err("refused");
    assert!(error.is_fatal() && error.to_string().contains("GitHub App 4711 (401)"), "{error}");

    let stage = Stage::with(vec![good()]).await;
    stage.script("GET", "/orgs/acme/installation", vec![refusal(404, "Not Found")]).await;
    let error = app(&stage, None).survey("acme", &stage.heard, &stage.cancel).await.expect_err("not installed");
    assert!(error.is_fatal() && error.to_string().contains("installed there"), "{error}");
}

#[tokio::test]
async fn limits_hold_for_the_apps_own_requests_too() {
    let stage = Stage::with(vec![good()]).await;
    let limit = refusal(403, "You have exceeded a secondary rate limit").insert_header("retry-after", "4");
    let answers = vec![limit, answer(500), token("ghs_1", "2026-11-02T11:00:00Z")];
    stage.script("POST", "/app/installations/99/access_tokens", answers).await;
    stage.ask_with(&app(&stage, Some(99))).await.expect("answered");
    assert_eq!(stage.waited_seconds()[0], 5);
}

#[test]
fn key_that_is_no_key_is_refused_without_showing_it() {
    for wrong in ["hunter2", "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----"] {
        let credentials = Credentials::App { app_id: "4711".into(), private_key_pem: wrong.into(), installation: None };
        let error = GithubClient::new(Settings { credentials, ..settings("http://127.0.0.1:1") }).expect_err("refused");
        let text = format!("{error} {error:?}");
        assert!(error.is_fatal() && text.contains("PEM") && !text.contains("hunter2"), "{text}");
    }
}
