//! Every refusal is one sentence that says what to grant or set.

use serde_json::json;
use source::ErrorKind;
use wiremock::ResponseTemplate;

use crate::provider::{dated, refusal};
use crate::setting::Setting;

#[tokio::test]
async fn refusals_of_a_query_say_what_to_do() {
    for (status, code, message, kind, sentence) in [
        (
            403,
            "AuthorizationFailed",
            "The client does not have authorization to perform action.",
            ErrorKind::NoAccess,
            "the costs of subscription sub-1, 2025-12 to 2026-11 may not be read (403 AuthorizationFailed: The client does not \
             have authorization to perform action): grant the role \"Cost Management Reader\" on subscription sub-1",
        ),
        (
            403,
            "RBACAccessDenied",
            "",
            ErrorKind::NoAccess,
            "the costs of subscription sub-1, 2025-12 to 2026-11 may not be read (403 RBACAccessDenied): grant the role \"Cost \
             Management Reader\" on subscription sub-1",
        ),
        (
            400,
            "BadRequest",
            "The time period is invalid.",
            ErrorKind::UnexpectedResponse,
            "the costs of subscription sub-1, 2025-12 to 2026-11: Azure refuses the query (400 BadRequest: The time period is \
             invalid): check the scope, its offer, and azure.api_version",
        ),
        (
            404,
            "SubscriptionNotFound",
            "The subscription 'sub-1' could not be found.",
            ErrorKind::NotFound,
            "the costs of subscription sub-1, 2025-12 to 2026-11: there is no subscription sub-1, or this credential does not \
             see it (404 SubscriptionNotFound: The subscription 'sub-1' could not be found): check the id, or grant the role \
             \"Cost Management Reader\" on it",
        ),
        (
            404,
            "NotFound",
            "Offer MS-AZR-0145P is not supported",
            ErrorKind::Unsupported,
            "the costs of subscription sub-1, 2025-12 to 2026-11: Cost Management does not serve the offer of subscription \
             sub-1 (404 NotFound: Offer MS-AZR-0145P is not supported): take `sub-1` out of azure.subscriptions or \
             AZURE_SUBSCRIPTION_ID, and use an export",
        ),
        (
            401,
            "InvalidAuthenticationTokenTenant",
            "The access token is from the wrong issuer.",
            ErrorKind::NoAccess,
            "the costs of subscription sub-1, 2025-12 to 2026-11: the credential belongs to another tenant (401 \
             InvalidAuthenticationTokenTenant: The access token is from the wrong issuer): set AZURE_TENANT_ID to the tenant of \
             subscription sub-1",
        ),
    ] {
        let setting = Setting::new().await;
        setting.provider.answer(dated(status).set_body_json(refusal(code, message)));
        let error = setting.refused().await;
        assert_eq!((error.kind, error.message.as_str()), (kind, sentence));
        assert_eq!(error.request_id.as_deref(), Some("request-7"));
        assert!(!error.is_fatal(), "other subscriptions go on");
    }
}

#[tokio::test]
async fn refusals_in_no_form_at_all_are_named_too() {
    for (status, said) in [(302, "redirects to another address (302)"), (418, "Azure answered 418"), (403, "(403)")] {
        let setting = Setting::new().await;
        let answer = ResponseTemplate::new(status).insert_header("x-ms-correlation-request-id", "c-1");
        setting.provider.answer(answer.insert_header("location", "https://evil.example"));
        let error = setting.refused().await;
        assert!(error.message.contains(said), "{error}");
        assert_eq!(error.request_id.as_deref(), Some("c-1"));
    }
}

fn entra(status: u16, code: u32, text: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({
        "error": "invalid_client",
        "error_description": format!("AADSTS{code}: {text} Trace ID: t-1 Correlation ID: c-1 Timestamp: 2026-11-20 10:00:00Z"),
        "error_codes": [code],
        "trace_id": "t-1",
        "correlation_id": "c-1",
    }))
}

#[tokio::test]
async fn credentials_that_are_not_accepted_say_what_to_set() {
    for (status, code, sentence) in [
        (
            401,
            7_000_215,
            "the client secret of application client-1 is wrong: set AZURE_CLIENT_SECRET to the secret's value, not to its id \
             (AADSTS7000215)",
        ),
        (
            401,
            7_000_222,
            "the client secret of application client-1 has expired: make a new one in Microsoft Entra (App registrations, \
             Certificates & secrets) and set AZURE_CLIENT_SECRET (AADSTS7000222)",
        ),
        (
            400,
            700_016,
            "tenant tenant-1 knows no application client-1: check AZURE_CLIENT_ID and that AZURE_TENANT_ID is the tenant in \
             which it is registered (AADSTS700016)",
        ),
        (400, 90_002, "Microsoft Entra knows no tenant tenant-1: check AZURE_TENANT_ID (AADSTS90002)"),
        (400, 53_003, "Azure gives no token to application client-1: It's so (AADSTS53003)"),
    ] {
        // With an escaped sign in it, azure_identity cannot read the text and quotes it instead.
        for text in ["It's so.", "It's so.\r\n"] {
            let setting = Setting::new().await;
            setting.provider.answer_token(entra(status, code, text));
            let error = setting.refused().await;
            assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Unauthorized, sentence));
            assert!(error.is_fatal());
        }
    }
}

#[tokio::test]
async fn a_token_service_that_talks_otherwise_is_named() {
    let setting = Setting::new().await;
    setting.provider.answer_token(ResponseTemplate::new(404).set_body_string("<html>not here</html>"));
    let error = setting.refused().await;
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.message.contains("check AZURE_AUTHORITY_HOST"), "{error}");
}
