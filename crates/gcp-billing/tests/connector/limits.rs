//! Limits and failures: waited out on the clock, told beforehand, bounded.

use connector_testing::Told;
use serde_json::Value;
use source::{ErrorKind, Event};
use tokio_util::sync::CancellationToken;
use wiremock::ResponseTemplate;

use crate::stage::{JOB, QUERIES, Stage, answer, at, good, refusal, row, rows};

fn done() -> ResponseTemplate {
    good(&costs())
}

fn costs() -> Value {
    rows(&[row("202610", "X", "1")])
}

/// What was told of waits and retries.
fn told(stage: &Stage) -> Vec<String> {
    let words = |event: Event| match event {
        Event::Waiting { seconds, reason, .. } => Some(format!("waiting {seconds} s: {reason}")),
        Event::Retrying { attempt, reason } => Some(format!("try {attempt}: {reason}")),
        _ => None,
    };
    stage.told.events().into_iter().filter_map(words).collect()
}

#[tokio::test]
async fn rate_limits_are_waited_out_twice_as_long_each_time() {
    let limit = refusal(403, "rateLimitExceeded", "Exceeded rate limits");
    let stage = Stage::with_query(vec![limit.clone(), limit, refusal(429, "", ""), done()]).await;
    stage.import().await.unwrap();
    assert_eq!(stage.clock.waits(), [10, 20, 40]);
    assert_eq!(
        told(&stage),
        [
            "waiting 10 s: HTTP 403, rateLimitExceeded: Exceeded rate limits",
            "waiting 20 s: HTTP 403, rateLimitExceeded: Exceeded rate limits",
            "waiting 40 s: HTTP 429, X",
        ]
    );
    let until = |event: &Event| if let Event::Waiting { until, .. } = event { Some(*until) } else { None };
    assert_eq!(stage.told.events().iter().find_map(until), Some(at("2001-01-01T00:00:10Z")), "by the local clock");
    assert_eq!(stage.csv(), "2026-10,X,Usage,USD,1.00,0.00\n", "no row lost");
}

#[tokio::test]
async fn wait_that_google_asks_for_is_kept() {
    let limit = |wait: &str| refusal(429, "rateLimitExceeded", "slow").insert_header("retry-after", wait);
    let stage = Stage::with_query(vec![limit("3"), limit("Fri, 20 Nov 2026 12:01:30 GMT"), limit("1"), done()]).await;
    stage.import().await.unwrap();
    assert_eq!(stage.clock.waits(), [3, 90, 40], "twice it is believed");
    let failing = answer(503).insert_header("retry-after", "25");
    let stage = Stage::with_query(vec![failing, done()]).await;
    stage.import().await.unwrap();
    assert_eq!(stage.clock.waits(), [25]);
}

#[tokio::test]
async fn failures_are_tried_again_with_growing_waits() {
    let answers = vec![
        refusal(503, "backendError", "Error encountered during execution. Retrying may solve the problem."),
        answer(502).set_body_string("<html>"),
        refusal(500, "internalError", "oops"),
        refusal(400, "jobBackendError", "again"),
        done(),
    ];
    let stage = Stage::with_query(answers).await;
    let usage = stage.import().await.unwrap();
    assert_eq!((stage.clock.waits(), usage.calls), (vec![1, 2, 4, 8], 6));
    assert_eq!(
        told(&stage),
        [
            "try 2: HTTP 503, backendError: Error encountered during execution. Retrying may solve the problem",
            "try 3: HTTP 502",
            "try 4: HTTP 500, internalError: oops",
            "try 5: HTTP 400, jobBackendError: again",
        ]
    );
}

#[tokio::test]
async fn pages_are_tried_again_by_themselves() {
    let mut first = costs();
    first["pageToken"] = "p2".into();
    first["totalRows"] = "2".into();
    let mut second = rows(&[row("202611", "X", "2")]);
    second["totalRows"] = "2".into();
    let stage = Stage::with_query(vec![good(&first)]).await;
    stage.script("GET", JOB, vec![answer(503), refusal(403, "rateLimitExceeded", "slow"), good(&second)]).await;
    stage.import().await.unwrap();
    assert_eq!(stage.clock.waits(), [1, 10]);
    assert_eq!(stage.asked(QUERIES).await.len(), 1, "the query runs once");
    assert_eq!(stage.csv(), "2026-10,X,Usage,USD,1.00,0.00\n2026-11,X,Usage,USD,2.00,0.00\n");
}

#[tokio::test]
async fn what_never_ends_is_given_up_on() {
    let stage = Stage::with_query(vec![answer(503)]).await;
    let error = stage.refused().await;
    assert_eq!((error.kind, stage.asked(QUERIES).await.len()), (ErrorKind::Unavailable, 6));
    assert!(error.message.ends_with("gave up after 6 tries, HTTP 503; import again later"), "{error}");
    let stage = Stage::with_query(vec![refusal(429, "rateLimitExceeded", "slow")]).await;
    let error = stage.refused().await;
    assert_eq!((error.kind, stage.asked(QUERIES).await.len()), (ErrorKind::RateLimited, 8));
    assert!(stage.memory.batches().is_empty());
}

#[tokio::test]
async fn provider_that_cannot_be_reached_is_unavailable() {
    let mut stage = Stage::with_tokens().await;
    stage.settings.endpoint = "http://127.0.0.1:9".to_owned();
    let error = stage.refused().await;
    assert_eq!(error.kind, ErrorKind::Unavailable);
    assert!(error.message.starts_with("reading the table acme-bills.billing_export.gcp_billing"), "{error}");
}

#[tokio::test]
async fn interrupted_wait_ends_the_import() {
    for wait in [answer(503), refusal(429, "rateLimitExceeded", "slow")] {
        let mut stage = Stage::with_query(vec![wait, done()]).await;
        let cancel = CancellationToken::new();
        stage.told =
            Told::interrupting(cancel.clone(), |event| matches!(event, Event::Waiting { .. } | Event::Retrying { .. }));
        let error = stage.import_with(source::Window::default(), cancel).await.expect_err("interrupted");
        assert_eq!((error.kind, stage.asked(QUERIES).await.len()), (ErrorKind::Cancelled, 1));
        assert!(stage.memory.batches().is_empty() && stage.clock.waits().is_empty());
    }
}
