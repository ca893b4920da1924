//! No secret in any log, error or `Debug`, at any level.

use std::fmt::Write as _;

use connector_testing::Log;
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::provider::{TOKEN, dated, page, refusal};
use crate::setting::{SECRET, Setting};

#[tokio::test]
async fn a_server_that_echoes_secrets_does_not_get_them_shown() {
    let log = Log::begin();
    let echo = |text: &str| format!("{text} Bearer {TOKEN}-1 {SECRET}");
    let mut shown = String::new();
    for answer in [
        dated(400).set_body_json(refusal("BadRequest", &echo("no"))),
        dated(401).set_body_json(refusal("InvalidAuthenticationTokenTenant", &echo("no"))),
        dated(403).set_body_json(refusal(&echo("no"), &echo("no"))),
        dated(404).set_body_json(refusal("NotFound", &echo("no"))),
        dated(503).set_body_json(refusal("Busy", &echo("no"))),
        dated(200).set_body_string(echo("no JSON")),
        page(&[format!(r#"["{}","2026-11-01","A","Usage","EUR"]"#, echo("1"))], None),
    ] {
        let setting = Setting::new().await;
        setting.provider.answer(answer);
        let outcome = setting.import(crate::setting::ALL).await;
        let error = outcome.as_ref().err().map(ToString::to_string);
        let source = setting.source();
        writeln!(shown, "{error:?} {outcome:?} {:?} {source:?} {:?}", setting.told.events(), setting.client).unwrap();
    }
    for token in [
        ResponseTemplate::new(401).set_body_json(json!({"error_description": format!("AADSTS7000215: no {SECRET}")})),
        ResponseTemplate::new(401).set_body_json(json!({"error_description": format!("AADSTS1: no {SECRET}")})),
        ResponseTemplate::new(401).set_body_string(format!("no {SECRET}")),
    ] {
        let setting = Setting::new().await;
        setting.provider.answer_token(token);
        let error = setting.refused().await;
        writeln!(shown, "{error} {error:?}").unwrap();
    }
    let log = log.end();
    assert!(log.contains("asked Azure for the costs of subscription sub-1"), "logging was on: {log}");
    assert!(shown.contains("(hidden)"), "{shown}");
    for text in [&log, &shown] {
        for secret in [TOKEN, SECRET] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{secret}");
        }
    }
}

#[tokio::test]
async fn a_request_id_that_echoes_secrets_is_not_shown_in_errors() {
    let setting = Setting::new().await;
    setting.provider.answer(dated(400).insert_header("x-ms-request-id", format!("id {TOKEN}-1 {SECRET}").as_str()));
    let error = setting.refused().await;
    assert_eq!(error.request_id.as_deref(), Some("id (hidden) (hidden)"));
}
