//! Who asks.

use azure_cost::{AzureClient, Credential, Settings};
use serde_json::json;
use source::ErrorKind;
use wiremock::ResponseTemplate;

use crate::provider::{dated, refusal};
use crate::setting::{SECRET, Setting};

#[tokio::test]
async fn the_client_secret_is_sent_to_the_tenant_and_one_token_serves_many_queries() {
    let setting = Setting::new().await;
    setting.import_all().await;
    setting.import_all().await;
    let requests = setting.server.received_requests().await.unwrap();
    let tokens: Vec<_> = requests.iter().filter(|request| request.url.path().ends_with("/token")).collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(tokens[0].url.path(), "/tenant-1/oauth2/v2.0/token");
    let form = String::from_utf8(tokens[0].body.clone()).unwrap();
    for part in [
        "grant_type=client_credentials",
        "client_id=client-1",
        &format!("client_secret={SECRET}"),
        "scope=https%3A%2F%2Fmanagement.azure.com%2F.default",
    ] {
        assert!(form.split('&').any(|sent| sent == part), "{part}");
    }
}

#[tokio::test]
async fn a_token_that_expires_is_renewed_and_the_request_sent_again() {
    let setting = Setting::new().await;
    setting.import_all().await;
    setting.provider.expire();
    setting.import_all().await;
    assert_eq!(setting.provider.tokens_given(), 2);
    assert_eq!(setting.provider.asked().len(), 4, "the query came once more, and once only");
}

#[tokio::test]
async fn a_token_that_is_refused_twice_is_an_error() {
    let setting = Setting::new().await;
    for _ in 0..2 {
        setting.provider.answer(dated(401).set_body_json(refusal("AuthenticationFailed", "Authentication failed.")));
    }
    let error = setting.refused().await;
    assert_eq!((error.kind, setting.provider.tokens_given()), (ErrorKind::Unauthorized, 2));
    let said = "Azure does not accept the token for the costs of subscription sub-1, 2025-12 to 2026-11 (401 \
                AuthenticationFailed: Authentication failed): check that AZURE_AUTHORITY_HOST and AZURE_ENDPOINT belong to the \
                same cloud and that the credential is still valid";
    assert_eq!((error.message.as_str(), error.request_id.as_deref()), (said, Some("request-7")));
}

#[tokio::test]
async fn a_token_service_that_fails_is_asked_again_by_our_own_clock() {
    let setting = Setting::new().await;
    for status in [503, 429] {
        setting.provider.answer_token(ResponseTemplate::new(status).set_body_string("<html>"));
    }
    setting.import_all().await;
    assert_eq!(setting.provider.tokens_given(), 1);
    assert_eq!(setting.clock.waits()[..2], [1, 2]);
}

#[tokio::test]
async fn workload_identity_sends_the_token_of_its_file() {
    let setting = Setting::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "federated-not-to-be-seen").unwrap();
    let credential = Credential::Chain {
        tenant: Some("tenant-1".into()),
        client: Some("client-1".into()),
        federated_token_file: Some(file),
    };
    let settings = Settings {
        endpoint: setting.server.uri(),
        authority_host: setting.server.uri(),
        ..Settings::public_cloud(credential)
    };
    let client = AzureClient::new(settings, setting.clock.clone()).expect("usable");
    let setting = Setting { client, ..setting };
    setting.import_all().await;
    let requests = setting.server.received_requests().await.unwrap();
    let form = String::from_utf8(requests[0].body.clone()).unwrap();
    assert!(form.contains("client_assertion=federated-not-to-be-seen"), "{form}");

    let mistrusted =
        json!({"error_description": "AADSTS700213: No matching federated identity record found for subject 'x'."});
    setting.provider.expire();
    setting.provider.answer_token(ResponseTemplate::new(401).set_body_json(mistrusted));
    let error = setting.refused().await;
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.message.contains("add a federated credential") && error.message.contains("subject 'x'"), "{error}");
}

#[tokio::test]
async fn credentials_that_can_never_work_are_refused_before_anything_is_asked() {
    let setting = Setting::new().await;
    let secret = |tenant: &str, client: &str, secret: &str| Credential::ClientSecret {
        tenant: tenant.into(),
        client: client.into(),
        secret: secret.into(),
    };
    let file = |tenant: Option<&str>, file: &str| Credential::Chain {
        tenant: tenant.map(str::to_owned),
        client: Some("c".into()),
        federated_token_file: Some(file.into()),
    };
    for (credential, said) in [
        (secret("t", "c", " "), "AZURE_CLIENT_SECRET is empty"),
        (secret("", "c", "s"), "AZURE_TENANT_ID is empty"),
        (secret("t", "", "s"), "AZURE_CLIENT_ID is empty"),
        (secret("a tenant", "c", "s"), "invalid tenant ID a tenant"),
        (file(None, "/nowhere"), "AZURE_TENANT_ID is not"),
        (file(Some("t"), "/nowhere"), "failed to read federated token from file /nowhere"),
    ] {
        let error = AzureClient::new(Settings::public_cloud(credential), setting.clock.clone()).expect_err(said);
        assert_eq!(error.kind, ErrorKind::Unauthorized);
        assert!(error.message.contains(said), "{error}");
    }
}
