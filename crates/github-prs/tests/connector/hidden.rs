//! What a repository does not show is not empty.

use serde_json::{Value, json};
use source::{ErrorKind, Window};

use crate::repository::{Repository, ok, pull_requests};
use crate::setting::Setting;

fn page(nodes: &Value) -> wiremock::ResponseTemplate {
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes});
    ok(&json!({"data": {"rateLimit": null, "node": {"__typename": "Repository", "pullRequests": list}}}))
}

#[tokio::test]
async fn an_entry_that_comes_empty_without_an_error_is_asked_for_again_and_nothing_has_vanished() {
    let repository = Repository::with(pull_requests(3));
    repository.answer_instead(page(&json!([null, null, null])));
    let setting = Setting::new(repository, 100).await;
    let error = setting.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.message.contains("came empty"), "{error}");
    assert_eq!(setting.memory.cursor(), None, "the cursor stays in front of what is missing");
    assert!(setting.memory.crawls().iter().all(|crawl| !crawl.complete));
    setting.import_all().await;
    assert_eq!(setting.stored(), [1, 2, 3]);
}

#[tokio::test]
async fn a_page_without_its_list_is_no_empty_repository() {
    let repository = Repository::with(pull_requests(3));
    repository.answer_instead(page(&json!(null)));
    let setting = Setting::new(repository, 100).await;
    let error = setting.import(Window::default()).await.expect_err("no list");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(setting.memory.crawls().iter().all(|crawl| !crawl.complete));
}

#[tokio::test]
async fn a_list_that_comes_empty_where_the_survey_counts_some_makes_nothing_vanish() {
    let repository = Repository::with(pull_requests(3));
    repository.answer_instead(page(&json!([])));
    let setting = Setting::new(repository, 100).await;
    let error = setting.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.message.contains("GitHub counts 3 there"), "{error}");
    assert_eq!(setting.memory.cursor(), None);
    assert!(setting.memory.crawls().iter().all(|crawl| !crawl.complete));
}
