//! No secret in any log, error or `Debug`, at any level.

use std::fmt::Write as _;

use connector_testing::Log;
use serde_json::json;

use crate::key::KEY;
use crate::stage::{STANDARD, Stage, TABLES, TOKEN, answer, good, refusal, row, rows, table};

/// Everything that an import shows.
async fn shown(stage: &Stage) -> String {
    let outcome = stage.import().await;
    let error = outcome.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let causes = outcome.as_ref().err().and_then(std::error::Error::source).map(ToString::to_string);
    let source = stage.source().unwrap();
    format!("{error} {causes:?} {outcome:?} {:?} {source:?} {:?}", stage.told.events(), stage.settings)
}

#[tokio::test]
async fn servers_that_echo_secrets_do_not_get_them_shown() {
    let echo = |text: &str| format!("{text} Bearer {TOKEN} {}", KEY.text);
    let mut answers = vec![good(&rows(&[row("202610", "X", "1")])), answer(200).set_body_string(echo("no JSON"))];
    for (status, reason) in [
        (401, "authError"),
        (403, "accessDenied"),
        (403, "rateLimitExceeded"),
        (404, "notFound"),
        (400, "invalidQuery"),
        (500, "backendError"),
        (418, TOKEN),
    ] {
        answers.push(refusal(status, reason, &echo("no")));
    }
    answers.push(good(&rows(&[row(TOKEN, "X", "1")])));
    let log = Log::begin();
    let mut texts = String::new();
    for answer in answers {
        let stage = Stage::with_query(vec![answer]).await;
        texts += &shown(&stage).await;
    }
    for (error, said) in [("invalid_grant", echo("no")), (TOKEN, echo("no")), ("internal_failure", echo("no"))] {
        let stage = Stage::empty().await;
        let body = json!({"error": error, "error_description": format!("{said} {}", KEY.text)});
        stage.script("POST", "/token", vec![answer(400).set_body_json(body)]).await;
        stage.script("GET", &format!("{TABLES}/{STANDARD}"), vec![good(&table())]).await;
        writeln!(texts, "{}", shown(&stage).await).unwrap();
    }
    let logs = log.end();
    assert!(logs.contains("asked BigQuery for the query over"), "logging was on: {logs}");
    assert!(texts.contains("(hidden)") && texts.contains("Json(hidden)"), "{texts}");
    for text in [&logs, &texts] {
        assert!(!text.contains(TOKEN) && !text.contains(&KEY.text[..40]), "{text}");
    }
}
