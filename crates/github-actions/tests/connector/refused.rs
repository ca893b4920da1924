//! What cannot be read is said, and does not stop the others.

use connector_testing::{Log, TOKEN};
use serde_json::json;
use source::{ErrorKind, Window};
use wiremock::ResponseTemplate;

use crate::workflows::{Repository, run};

fn message(status: u16, text: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"message": text}))
}

#[tokio::test]
async fn a_workflow_that_is_not_there_is_named_with_the_remedy_and_the_others_are_read() {
    let mut repository = Repository::with(vec![run(1, "2026-10-10T09:00:00Z")]).await;
    repository.workflows = vec!["absent.yml".into(), "deploy.yml".into()];
    let error = repository.import(Window::default()).await.expect_err("one is not there");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.starts_with("the workflow absent.yml of acme/web is not there"), "{}", error.message);
    assert!(error.message.contains("delivery.services[].workflows"), "{}", error.message);
    assert_eq!(repository.stored(), ["1 1 success"]);
    assert!(!error.is_fatal());
}

#[tokio::test]
async fn a_token_that_may_not_read_runs_is_told_which_permission_it_needs() {
    let repository = Repository::with(vec![run(1, "2026-10-10T09:00:00Z")]).await;
    repository.answer(vec![Some(message(403, "Resource not accessible by personal access token"))]);
    let error = repository.import(Window::default()).await.expect_err("refused");
    assert_eq!(error.kind, ErrorKind::NoAccess);
    assert!(error.message.contains("Actions: read"), "{}", error.message);
    repository.answer(vec![Some(message(401, "Bad credentials"))]);
    let error = repository.import(Window::default()).await.expect_err("refused");
    assert!(error.is_fatal() && error.kind == ErrorKind::Unauthorized);
}

#[tokio::test]
async fn limits_are_waited_out_and_failures_tried_again() {
    let repository = Repository::with(vec![run(1, "2026-10-10T09:00:00Z")]).await;
    let limit = message(429, "You have exceeded a secondary rate limit.").insert_header("retry-after", "30");
    repository.answer(vec![Some(limit), Some(ResponseTemplate::new(502)), Some(message(500, "Server Error"))]);
    assert_eq!(repository.import_all().await.calls, 4);
    assert_eq!(repository.stored(), ["1 1 success"]);
    assert!(!repository.told.waits().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_not_of_its_form_names_its_page_and_the_place() {
    let repository = Repository::with(vec![run(1, "2026-10-10T09:00:00Z")]).await;
    repository.answer(vec![Some(ResponseTemplate::new(200).set_body_string("<html>login</html>"))]);
    let error = repository.import(Window::default()).await.expect_err("no JSON");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.message.contains("the runs of deploy.yml of acme/web made 2018-10-01"), "{}", error.message);
    let mut broken = run(1, "2026-10-10T09:00:00Z");
    broken["created_at"] = json!("yesterday");
    let body = json!({ "total_count": 1, "workflow_runs": [broken] });
    repository.answer(vec![Some(ResponseTemplate::new(200).set_body_json(body))]);
    let error = repository.import(Window::default()).await.expect_err("no time");
    assert!(error.message.contains("workflow_runs[0].created_at"), "{}", error.message);
}

#[tokio::test]
async fn the_token_is_in_no_log_and_no_debug_text() {
    let log = Log::begin();
    let repository = Repository::with(vec![run(1, "2026-10-10T09:00:00Z")]).await;
    repository.answer(vec![Some(message(500, TOKEN))]);
    repository.import_all().await;
    let text = format!("{}{:?}{:?}", log.end(), repository.source(), repository.told.events());
    assert!(!text.contains(TOKEN), "{text}");
}
