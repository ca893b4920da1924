//! What the three connectors of GitHub do alike, and what this one does besides.

use connector_testing::list_contract;
use serde_json::json;
use source::{ErrorKind, Event, Scope, Source as _, Window};

use crate::repository::{Issues, Repository, issue, issues, minute, ok};
use crate::setting::{Setting, at};

#[tokio::test]
async fn the_token_is_sent_and_all_pages_are_followed() {
    let setting = Setting::new(Repository::with(issues(5)), 2).await;
    let usage = setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5]);
    assert_eq!((usage.records, usage.calls, usage.points, usage.full), (5, 3, 3, true));
    assert_eq!((usage.covered_from, usage.covered_to), (None, Some(at("2026-11-02T10:00:00Z"))));
    let pages = (1..=3).map(|page| Event::Page {
        scope: Scope::Issues,
        subject: "acme/web".to_owned(),
        records: (page * 2).min(5),
        expected: Some(5),
    });
    assert_eq!(setting.told.events(), pages.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_window_brings_what_changed_in_it_and_leaves_the_watermark() {
    let setting = Setting::new(Repository::with(issues(6)), 100).await;
    let window = Window { since: Some(at(&minute(4))), full: false };
    let usage = setting.import(window).await.expect("succeeds");
    assert_eq!(setting.memory.numbers(), [4, 5, 6]);
    assert_eq!(usage.covered_from, window.since);
    assert_eq!(setting.memory.cursor(), None);
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_refused_token_is_unauthorized_and_ends_the_run() {
    list_contract::a_refused_token_ends_the_run::<Issues>().await;
}

#[tokio::test]
async fn a_limit_is_waited_out() {
    list_contract::a_limit_is_waited_out::<Issues>().await;
}

#[tokio::test]
async fn a_timeout_makes_pages_smaller() {
    list_contract::a_timeout_makes_pages_smaller::<Issues>().await;
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_unexpected_and_names_its_page() {
    list_contract::an_answer_that_is_no_json_names_its_page::<Issues>("issues of acme/web after").await;
}

#[tokio::test]
async fn a_repository_that_may_not_be_read_is_no_access_and_one_that_is_gone_is_not_found() {
    let answer = |kind: &str| {
        let error = json!({"type": kind, "path": ["node"], "message": "Resource not accessible"});
        ok(&json!({"data": {"rateLimit": null, "node": null}, "errors": [error]}))
    };
    for (kind, expected) in [("FORBIDDEN", ErrorKind::NoAccess), ("NOT_FOUND", ErrorKind::NotFound)] {
        let repository = Repository::with(issues(1));
        repository.answer_instead(answer(kind));
        let error = Setting::new(repository, 100).await.import(Window::default()).await.expect_err("refused");
        assert_eq!(error.kind, expected);
        assert!(!error.is_fatal(), "other repositories go on");
        assert!(error.to_string().contains("acme/web"), "{error}");
    }
}

#[tokio::test]
async fn partial_data_is_stored_and_reported_and_asked_for_again() {
    let repository = Repository::with(issues(3));
    let mut third = issue(3, &minute(3));
    third["labels"] = json!(null);
    for list in ["assignees", "timelineItems", "projectItems"] {
        third[list] = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": []});
    }
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": [third]});
    let broken = json!({"type": "SERVICE_UNAVAILABLE", "message": "Something went wrong",
        "path": ["node", "issues", "nodes", 0, "labels"]});
    repository.answer_truly();
    let partial = ok(&json!({
        "data": {"rateLimit": null, "node": {"__typename": "Repository", "issues": list}},
        "errors": [broken],
    }));
    repository.answer_instead(partial.clone());
    repository.answer_instead(partial);
    let setting = Setting::new(repository, 2).await;
    let error = setting.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.to_string().contains("node.issues.nodes.0.labels"), "{error}");
    assert_eq!(error.request_id.as_deref(), Some("REQ:1"));
    assert_eq!(setting.memory.numbers(), [1, 2]);
    assert!(setting.memory.crawls().iter().all(|crawl| !crawl.complete));
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3]);
    assert!(setting.memory.crawls().last().unwrap().complete);
}

#[tokio::test]
async fn what_is_missing_only_once_is_no_failure() {
    let repository = Repository::with(issues(3));
    let error = json!({"message": "Something went wrong", "path": ["node", "issues", "nodes", 0]});
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": [null]});
    repository.answer_instead(ok(&json!({
        "data": {"rateLimit": null, "node": {"__typename": "Repository", "issues": list}},
        "errors": [error],
    })));
    let setting = Setting::new(repository, 100).await;
    assert_eq!(setting.import_all().await.calls, 2);
    assert_eq!(setting.memory.numbers(), [1, 2, 3]);
}

#[tokio::test]
async fn an_interrupted_import_ends_between_two_pages() {
    list_contract::an_interrupted_import_ends_between_two_pages::<Issues>().await;
}

#[tokio::test]
async fn no_secret_is_in_debug_output_logs_or_errors() {
    list_contract::no_secret_is_shown::<Issues>("issues of acme/web").await;
}

#[tokio::test]
async fn what_an_import_will_cost_is_known_before() {
    let setting = Setting::new(Repository::with(issues(250)), 100).await;
    let expected = setting.source().expected(Window::default(), None);
    assert_eq!((expected.records, expected.calls, expected.points), (250, 3, 10));
    let usage = setting.import_all().await;
    assert_eq!((usage.records, usage.calls, usage.points), (250, 3, 10));
    let again = setting.source().expected(Window::default(), setting.memory.cursor().as_deref());
    assert_eq!((again.records, again.calls, again.points), (0, 0, 0));
}

#[test]
fn a_source_says_what_it_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let source = runtime.block_on(Setting::new(Repository::default(), 100)).source();
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::Issues, "R_web", "acme/web"));
}

#[tokio::test]
async fn a_list_without_an_end_is_left() {
    list_contract::a_list_without_an_end_is_left::<Issues>().await;
}
