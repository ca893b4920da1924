//! No secret in any log, error or `Debug`, at any level.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::key::KEY;
use crate::stage::{STANDARD, Stage, TABLES, TOKEN, answer, good, refusal, row, rows, table};

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logged {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

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
    let logged = Logged::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(logged.clone())
        .with_ansi(false)
        .finish();
    // With one dispatcher alone, a call site that another test's thread meets first is switched off for good.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let quiet = tracing::subscriber::set_default(subscriber);
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
    drop(quiet);
    let logs = String::from_utf8(logged.0.lock().unwrap().clone()).unwrap();
    assert!(logs.contains("asked BigQuery for the query over"), "logging was on: {logs}");
    assert!(texts.contains("(hidden)") && texts.contains("Json(hidden)"), "{texts}");
    for text in [&logs, &texts] {
        assert!(!text.contains(TOKEN) && !text.contains(&KEY.text[..40]), "{text}");
    }
}
