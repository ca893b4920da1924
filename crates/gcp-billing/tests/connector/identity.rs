//! Who asks: keys of each type, the metadata server, and tokens that are refused.

use gcp_billing::{Credentials, Surroundings};
use serde_json::json;
use source::{ErrorKind, Event};
use wiremock::Request;

use crate::key::KEY;
use crate::stage::{QUERIES, STANDARD, Stage, TABLES, TOKEN, answer, good, refusal, row, rows, table};

/// The fields of a form.
fn form(request: &Request) -> Vec<(String, String)> {
    let url = format!("http://localhost/?{}", String::from_utf8(request.body.clone()).unwrap());
    provider::Url::parse(&url).unwrap().query_pairs().into_owned().collect()
}

fn field<'a>(form: &'a [(String, String)], name: &str) -> &'a str {
    &form.iter().find(|(known, _)| known == name).unwrap().1
}

async fn with_table(stage: Stage) -> Stage {
    stage.script("GET", &format!("{TABLES}/{STANDARD}"), vec![good(&table())]).await;
    stage.script("POST", QUERIES, vec![good(&rows(&[row("202610", "X", "1")]))]).await;
    stage
}

/// What the token server says, as the import's error.
async fn token_refusal(error: &str, description: &str) -> source::SourceError {
    let stage = with_table(Stage::empty().await).await;
    let body = json!({"error": error, "error_description": description});
    stage.script("POST", "/token", vec![answer(400).set_body_json(body)]).await;
    let error = stage.refused().await;
    assert_eq!(stage.asked("/token").await.len(), 1, "asking again does not help");
    error
}

#[tokio::test]
async fn service_account_signs_a_request_for_the_least_scope_once() {
    let stage = Stage::with_query(vec![good(&rows(&[row("202610", "X", "1")]))]).await;
    stage.import().await.unwrap();
    let asked = stage.asked("/token").await;
    assert_eq!(asked.len(), 1, "one token for all calls");
    let form = form(&asked[0]);
    assert_eq!(field(&form, "grant_type"), "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let claims = KEY.claims(field(&form, "assertion"));
    assert_eq!(claims.iss, "bills@acme-run.iam.gserviceaccount.com");
    assert_eq!(claims.aud, format!("{}/token", stage.server.uri()), "the key's own address");
    assert_eq!(claims.scope, "https://www.googleapis.com/auth/bigquery.readonly");
    assert!(claims.exp > claims.iat && claims.exp - claims.iat <= 3600);
}

#[tokio::test]
async fn workload_identity_exchanges_the_token_in_its_file() {
    let mut stage = with_table(Stage::empty().await).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "subject-token").unwrap();
    let key = json!({
        "type": "external_account", "audience": "//iam.googleapis.com/pools/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("{}/sts", stage.server.uri()), "credential_source": {"file": file.path()},
    });
    stage.settings.credentials = Credentials::Json(key.to_string().into());
    stage
        .script("POST", "/sts", vec![good(&json!({"access_token": TOKEN, "expires_in": 60, "token_type": "Bearer"}))])
        .await;
    stage.import().await.unwrap();
    let form = form(&stage.asked("/sts").await[0]);
    assert_eq!(field(&form, "subject_token"), "subject-token");
    assert_eq!(field(&form, "audience"), "//iam.googleapis.com/pools/x");
    assert_eq!(field(&form, "scope"), "https://www.googleapis.com/auth/bigquery.readonly");

    std::fs::remove_file(file.path()).unwrap();
    let error = stage.refused().await;
    assert!(
        error.kind == ErrorKind::Unauthorized && error.message.contains("check the file in credential_source"),
        "{error}"
    );
}

#[tokio::test]
async fn platform_without_a_key_is_asked_for_its_token() {
    let mut stage = with_table(Stage::empty().await).await;
    stage.settings.credentials = Credentials::Default;
    let metadata_url = Some(format!("{}/metadata", stage.server.uri()));
    stage.surroundings = Surroundings { metadata_url, ..Surroundings::default() };
    let token = json!({"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"});
    stage.script("GET", "/metadata", vec![good(&token)]).await;
    stage.import().await.unwrap();
    let asked = &stage.asked("/metadata").await[0];
    assert_eq!(asked.headers["metadata-flavor"], "Google");
    assert_eq!(asked.url.query(), Some("scopes=https://www.googleapis.com/auth/bigquery.readonly"));
}

#[tokio::test]
async fn named_file_is_used_before_anything_else_of_the_platform() {
    let mut stage = with_table(Stage::with_tokens().await).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), KEY.file(&format!("{}/token", stage.server.uri())).to_string()).unwrap();
    stage.settings.credentials = Credentials::Default;
    stage.surroundings = Surroundings { named_file: Some(file.path().to_owned()), ..Surroundings::default() };
    stage.import().await.unwrap();
    assert_eq!(stage.asked("/token").await.len(), 1);
}

#[tokio::test]
async fn machine_without_any_credentials_is_told_so() {
    let mut stage = Stage::empty().await;
    stage.settings.credentials = Credentials::Default;
    let metadata_url = Some("http://127.0.0.1:9/none".to_owned());
    stage.surroundings = Surroundings { metadata_url, ..Surroundings::default() };
    let error = stage.refused().await;
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.message.starts_with("there are no Google credentials: GCP_SERVICE_ACCOUNT_JSON and"), "{error}");
}

#[tokio::test]
async fn key_that_google_does_not_take_says_what_to_do() {
    let error = token_refusal("invalid_grant", "Invalid JWT Signature.").await;
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    insta::assert_snapshot!(error.message, @"Google does not take the key of the service account (invalid_grant, Invalid JWT Signature): the key is wrong, deleted or disabled, or its service account is gone: create a new key and set GCP_SERVICE_ACCOUNT_JSON to it");
    let skewed = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.";
    let error = token_refusal("invalid_grant", skewed).await;
    assert!(error.message.ends_with("the clock of this machine is wrong; set it by a time server"), "{error}");
    let error = token_refusal("unauthorized_client", "no").await;
    assert!(error.kind == ErrorKind::Unauthorized && error.message.contains("(unauthorized_client, no)"), "{error}");
}

#[tokio::test]
async fn private_key_that_is_none_is_refused_without_showing_it() {
    let mut stage = Stage::empty().await;
    let mut key = KEY.file("http://127.0.0.1:9/token");
    key["private_key"] = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n".into();
    stage.settings.credentials = Credentials::Json(key.to_string().into());
    let error = stage.refused().await;
    assert!(
        error.kind == ErrorKind::Unauthorized && error.message.starts_with("private_key in the Google key"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[tokio::test]
async fn token_server_that_fails_is_asked_again() {
    let stage = with_table(Stage::empty().await).await;
    let token = json!({"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"});
    let failures = [
        answer(503).set_body_string("<html>"),
        answer(500).set_body_json(json!({"error": "internal_failure"})),
        answer(500).set_body_json(json!({"error": {"code": 500, "message": "x"}})),
    ];
    let answers = failures.into_iter().chain([good(&token)]).collect();
    stage.script("POST", "/token", answers).await;
    stage.import().await.unwrap();
    assert_eq!(stage.clock.waits(), [1, 2, 4]);
    let retries = stage.told.events().iter().filter(|event| matches!(event, Event::Retrying { .. })).count();
    assert_eq!(retries, 3);
}

#[tokio::test]
async fn token_server_without_tokens_is_given_up_on() {
    let stage = Stage::empty().await;
    stage.script("POST", "/token", vec![good(&json!({"token_type": "Bearer"}))]).await;
    let error = stage.refused().await;
    assert!(
        error.kind == ErrorKind::Unauthorized && error.message.starts_with("Google gave no token for the key"),
        "{error}"
    );
    assert_eq!(stage.asked("/token").await.len(), 6);
}

#[tokio::test]
async fn token_that_is_no_longer_taken_is_renewed_once() {
    let stage = Stage::with_tokens().await;
    let path = format!("{TABLES}/{STANDARD}");
    let gone = refusal(401, "authError", "Request had invalid authentication credentials.");
    stage.script("GET", &path, vec![gone.clone(), good(&table())]).await;
    stage.script("POST", QUERIES, vec![good(&rows(&[]))]).await;
    stage.import().await.unwrap();
    assert_eq!((stage.asked("/token").await.len(), stage.asked(&path).await.len()), (2, 2));

    let stage = Stage::with_tokens().await;
    stage.script("GET", &path, vec![gone]).await;
    let error = stage.refused().await;
    assert_eq!((error.kind, stage.asked(&path).await.len()), (ErrorKind::Unauthorized, 2));
    assert!(
        error.message.starts_with("BigQuery does not accept the token of the Google credentials (HTTP 401"),
        "{error}"
    );
}

#[tokio::test]
async fn addresses_that_would_leak_are_refused_before_anything_is_sent() {
    let mut stage = Stage::empty().await;
    stage.settings.endpoint = "http://bigquery.googleapis.com".to_owned();
    let error = stage.source().expect_err("refused");
    insta::assert_snapshot!(error.message, @"gcp.bigquery_endpoint (BIGQUERY_ENDPOINT) is plain http to bigquery.googleapis.com: that would leak the credentials to everyone on the way; use https");
    let mut stage = Stage::empty().await;
    let key = KEY.file("http://oauth2.googleapis.com/token");
    stage.settings.credentials = Credentials::Json(key.to_string().into());
    let error = stage.source().expect_err("refused");
    assert!(error.message.starts_with("token_uri in gcp.service_account_json"), "{error}");
}
