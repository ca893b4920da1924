//! The token endpoint.

use super::*;

/// What a service account claims.
pub(super) fn claims(url: &str) -> Json {
    json!({
        "iss": "billing-reader@acme-billing.iam.gserviceaccount.com",
        "aud": format!("{url}/token"),
        "scope": "https://www.googleapis.com/auth/bigquery.readonly",
        "iat": 1_000,
        "exp": 4_600,
    })
}

pub(super) fn part(value: &Json) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Signs with the key of an account file.
fn sign(account: &str, claims: &Json) -> String {
    let account: Json = serde_json::from_str(account).expect("JSON");
    let pem = account["private_key"].as_str().expect("a key");
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let pair = KeyPair::from_pkcs8(&STANDARD.decode(text).expect("base64")).expect("an RSA key");
    let signed = format!("{}.{}", part(&json!({ "alg": "RS256", "typ": "JWT" })), part(claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).expect("a signature");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn with_key() -> (Google, Arc<GoogleKey>) {
    let mut google = google(&[]).await;
    let key = Arc::new(GoogleKey::generate());
    let config = CloudConfig { google_key: Some(Arc::clone(&key)), ..CloudConfig::new(Arc::clone(&google.bills)) };
    google.server = CloudServer::start(config, SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port");
    (google, key)
}

#[tokio::test]
async fn a_signed_assertion_gets_a_token_that_lets_one_in() {
    let (mut google, key) = with_key().await;
    let url = google.server.url();
    let tables = "/bigquery/v2/projects/acme-billing/datasets/billing_export/tables";
    assert_eq!(google.get(tables).await.error().0, 401, "the token of another server");
    let got = google.ask_token(&sign(&key.service_account_json(&url), &claims(&url))).await;
    assert_eq!((got.status, &got.body["token_type"]), (200, &json!("Bearer")), "{}", got.body);
    assert!(got.body["expires_in"].as_u64().is_some_and(|seconds| seconds <= 3_600));
    google.token = got.body["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(google.get(tables).await.status, 200);
    assert_eq!(google.server.counters().of("google-token"), 1);
    assert_eq!(google.server.counters().unauthorized, 1);
}

#[tokio::test]
async fn the_key_file_says_where_tokens_come_from() {
    let key = GoogleKey::generate();
    let account: Json = serde_json::from_str(&key.service_account_json("http://127.0.0.1:1")).expect("JSON");
    assert_eq!(account["type"], "service_account");
    assert_eq!(account["token_uri"], "http://127.0.0.1:1/token");
    assert_eq!(account["private_key_id"].as_str().map(str::len), Some(32));
    assert!(!format!("{key:?}").contains("BEGIN"));
    // The private key itself can be read by others.
    let pem = account["private_key"].as_str().expect("a key");
    assert!(jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).is_ok());
}

#[tokio::test]
async fn wrong_assertions_are_refused_in_googles_words() {
    let (google, key) = with_key().await;
    let url = google.server.url();
    let account = key.service_account_json(&url);
    let other = GoogleKey::generate().service_account_json(&url);
    let with = |name: &str, value: Json| {
        let mut claims = claims(&url);
        claims[name] = value;
        sign(&account, &claims)
    };
    let short = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your \
                 iat and exp values in the JWT claim.";
    let audience = format!("Invalid JWT: Failed audience check. The right audience is {url}/token");
    for (assertion, error, description) in [
        (sign(&other, &claims(&url)), "invalid_grant", "Invalid JWT Signature."),
        (with("iss", json!("someone@else")), "invalid_grant", "Invalid grant: account not found"),
        (with("aud", json!("https://oauth2.googleapis.com/token")), "invalid_grant", &audience),
        (with("exp", json!(9_000)), "invalid_grant", short),
        (with("exp", json!(1_000)), "invalid_grant", short),
        (with("scope", json!("")), "invalid_scope", "Invalid OAuth scope or ID token audience provided."),
        ("nonsense".to_owned(), "invalid_grant", "Invalid JWT: Bad encoding."),
        (String::new(), "invalid_request", "Missing required parameter: assertion"),
    ] {
        let got = google.ask_token(&assertion).await;
        assert_eq!((got.status, &got.body["error"]), (400, &json!(error)), "{}", got.body);
        assert_eq!(got.body["error_description"], description);
    }
    let form = [("grant_type", "password"), ("assertion", "x")];
    let got = receive(google.client.post(format!("{url}/token")).form(&form)).await;
    assert_eq!((got.status, &got.body["error"]), (400, &json!("unsupported_grant_type")));
}
