//! No secret in any log, error or `Debug`, at any level.

use std::fmt::Write as _;

use connector_testing::Log;
use github_client::{Credentials, Settings};
use serde_json::json;

use crate::simulated::{Stage, TOKEN, answer, good, graphql_error, pages, refusal, settings};

#[test]
fn settings_and_credentials_hide_token_and_key() {
    let app = Credentials::App { app_id: "4711".into(), private_key_pem: "hunter2".into(), installation: Some(9) };
    let shown = format!("{:?} {app:?} {:#?}", settings("https://api.github.com"), app.clone());
    assert!(shown.contains("hidden") && shown.contains("4711"), "{shown}");
    assert!(!shown.contains(TOKEN) && !shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn server_that_echoes_the_token_does_not_get_it_shown() {
    let echo = |text: &str| format!("{text} Bearer {TOKEN}");
    let mut partial = crate::simulated::good_body();
    partial["errors"] = json!([{"type": "FORBIDDEN", "path": [TOKEN], "message": echo("no")}]);
    let answers = [
        refusal(401, &echo("Bad credentials")),
        refusal(403, &echo("no")),
        refusal(403, &echo("secondary rate limit")),
        refusal(404, &echo("no")),
        refusal(418, &echo("no")),
        refusal(500, &echo("no")),
        answer(502).set_body_string(echo("no")),
        answer(200).set_body_string(echo("no JSON")),
        answer(200).set_body_json(json!({"data": {"repository": {"issues": TOKEN}}})),
        graphql_error("FORBIDDEN", &echo("no")),
        graphql_error("NOT_FOUND", &echo("no")),
        graphql_error("INSUFFICIENT_SCOPES", &echo("no")),
        graphql_error(TOKEN, &echo("no")),
        answer(200).set_body_json(partial),
    ];
    let log = Log::begin();
    let mut shown = String::new();
    for answer in answers {
        let stage = Stage::with(vec![answer]).await;
        let client = stage.client();
        let outcome = stage.page(&client, &pages(10)).await;
        let error = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
        let causes = outcome.as_ref().err().and_then(std::error::Error::source).map(ToString::to_string);
        writeln!(shown, "{error} {causes:?} {outcome:?} {:?} {client:?}", stage.heard.events()).expect("memory");
    }
    let logs = log.end();
    assert!(logs.contains("asked GitHub for issues of acme/api"), "logging was on: {logs}");
    assert!(shown.contains("(hidden)"), "{shown}");
    for text in [&logs, &shown] {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[tokio::test]
async fn what_is_decoded_is_never_changed_whatever_the_token() {
    for token in ["x", "e", "nodes", "hasNextPage"] {
        let stage = Stage::with(vec![good()]).await;
        let settings = Settings { credentials: Credentials::Token(token.into()), ..stage.settings() };
        let reply = stage.ask_with(&stage.client_with(settings)).await.expect("the answer is read as it came");
        let usual = Stage::with(vec![good()]).await.ask().await.expect("answered");
        assert_eq!(format!("{:?}", reply.data), format!("{:?}", usual.data), "{token}");
    }
}

#[tokio::test]
async fn token_that_cannot_be_sent_is_not_shown() {
    let stage = Stage::with(vec![good()]).await;
    let wrong = Settings { credentials: Credentials::Token("hunter2\nhunter3".into()), ..stage.settings() };
    let error = stage.ask_with(&stage.client_with(wrong)).await.expect_err("unsendable");
    let text = format!("{error} {error:?}");
    assert!(error.is_fatal() && text.contains("line break") && !text.contains("hunter"), "{text}");
}

#[tokio::test]
async fn headers_that_echo_the_token_do_not_get_it_shown() {
    let echo = format!("A1:Bearer {TOKEN}");
    let mut shown = String::new();
    let log = Log::begin();
    for status in [200, 400, 401, 403, 404, 500, 502] {
        for broken in [false, true] {
            let mut reply = if status == 200 && broken { answer(200).set_body_string("{}") } else { answer(status) };
            if status == 200 && !broken {
                reply = good();
            }
            for name in ["x-github-request-id", "x-github-sso", "x-github-enterprise-version", "location"] {
                reply = reply.insert_header(name, echo.as_str());
            }
            let stage = Stage::with(vec![reply]).await;
            let client = stage.client();
            let outcome = stage.page(&client, &pages(10)).await;
            let error = outcome.as_ref().err().map(ToString::to_string);
            writeln!(shown, "{error:?} {outcome:?} {:?}", stage.heard.events()).expect("memory");
        }
    }
    let logs = log.end();
    for text in [&logs, &shown] {
        assert!(text.contains("A1:Bearer (hidden)") && !text.contains(TOKEN), "{text}");
    }
}

#[tokio::test]
async fn a_token_in_words_that_are_cut_is_not_shown_in_part() {
    let words = format!("{} {TOKEN}", "x".repeat(295));
    let error = Stage::with(vec![refusal(418, &words)]).await.ask().await.expect_err("refused").to_string();
    assert!(!error.contains(&TOKEN[..6]) && error.contains('…'), "{error}");
}
