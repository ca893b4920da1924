//! What cannot be read of all runs is said with its remedy.

use connector_testing::{Log, TOKEN};
use serde_json::json;
use source::{ErrorKind, Window};
use wiremock::ResponseTemplate;

use crate::forge::Actions;

fn message(status: u16, text: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": text}))
}

async fn one_run() -> Actions {
    Actions::with(|life| life.add(1, "2026-10-10T09:00:00Z")).await
}

#[tokio::test]
async fn a_token_that_may_not_read_runs_or_jobs_is_told_which_permission_it_needs() {
    for (status, kind) in [(403, ErrorKind::NoAccess), (404, ErrorKind::NotFound)] {
        let actions = one_run().await;
        actions.answer(vec![Some(message(status, "Resource not accessible by personal access token"))]);
        let error = actions.import(Window::default()).await.expect_err("refused");
        assert_eq!(error.kind, kind);
        assert!(error.message.starts_with("the runs of acme/web may not be read"), "{}", error.message);
        assert!(error.message.contains("Actions: read") && !error.is_fatal(), "{}", error.message);
    }
    let actions = one_run().await;
    actions.change(|life| {
        life.lost.insert("CS_1_1".into(), "FORBIDDEN");
    });
    let error = actions.import(Window::default()).await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::NoAccess);
    assert!(error.message.contains("Checks: read") && error.message.contains("ci.jobs"), "{}", error.message);
    assert_eq!(actions.runs(), ["1 1 success"]);
    actions.change(|life| life.lost.clear());
    actions.import_all().await;
    assert_eq!(actions.jobs().len(), 2, "the next import asks again");
}

#[tokio::test]
async fn a_refused_token_ends_the_run() {
    let actions = one_run().await;
    actions.answer(vec![Some(message(401, "Bad credentials"))]);
    let error = actions.import(Window::default()).await.expect_err("refused");
    assert!(error.is_fatal() && error.kind == ErrorKind::Unauthorized);
    assert_eq!(actions.asked().len(), 1);
}

#[tokio::test]
async fn limits_are_waited_out_and_failures_tried_again() {
    let actions = one_run().await;
    let limit = message(429, "You have exceeded a secondary rate limit.").insert_header("retry-after", "30");
    actions.answer(vec![Some(limit), None, Some(ResponseTemplate::new(502)), None, Some(message(500, "Server Error"))]);
    actions.import_all().await;
    assert_eq!(actions.jobs().len(), 2);
    assert!(!actions.told.waits().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_not_of_its_form_names_its_page() {
    let actions = one_run().await;
    actions.answer(vec![Some(ResponseTemplate::new(200).set_body_string("<html>login</html>"))]);
    let error = actions.import(Window::default()).await.expect_err("no JSON");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.message.contains("the runs of acme/web made 2025-10-02"), "{}", error.message);
    let body = json!({"total_count": 2, "jobs": []});
    actions.answer(vec![None, None, Some(ResponseTemplate::new(200).set_body_json(body))]);
    let error = actions.import(Window::default()).await.expect_err("jobs are missing");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.message.contains("the jobs of the run 1 of acme/web"), "{}", error.message);
    actions.import_all().await;
    assert_eq!(actions.jobs().len(), 2, "the next import asks again");
}

#[tokio::test]
async fn the_token_is_in_no_log_and_no_debug_text() {
    let log = Log::begin();
    let actions = one_run().await;
    actions.answer(vec![Some(message(500, TOKEN)), None, Some(message(500, TOKEN))]);
    actions.import_all().await;
    let text = format!("{}{:?}{:?}", log.end(), actions.source(), actions.told.events());
    assert!(text.contains("acme/web") && !text.contains(TOKEN), "{text}");
}
