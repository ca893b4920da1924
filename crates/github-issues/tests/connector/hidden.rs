//! What a repository does not show is not empty.

use std::collections::BTreeSet;
use std::sync::Arc;

use github_issues::Cards;
use serde_json::{Value, json};
use source::{ErrorKind, Window};

use crate::repository::{Repository, issues, ok};
use crate::setting::{Setting, cards, moved, source};

fn page(nodes: &Value) -> wiremock::ResponseTemplate {
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes});
    ok(&json!({"data": {"rateLimit": null, "node": {"__typename": "Repository", "issues": list}}}))
}

#[tokio::test]
async fn an_entry_that_comes_empty_without_an_error_is_asked_for_again_and_nothing_has_vanished() {
    let repository = Repository::with(issues(3));
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
    let repository = Repository::with(issues(3));
    repository.answer_instead(page(&json!(null)));
    let setting = Setting::new(repository, 100).await;
    let error = setting.import(Window::default()).await.expect_err("no list");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(setting.memory.crawls().iter().all(|crawl| !crawl.complete));
}

#[tokio::test]
async fn moves_of_a_field_that_is_not_that_of_the_columns_are_left_out() {
    let mut all = issues(1);
    let board = |id: &str| json!({"id": "PVT_9", "fullDatabaseId": id, "title": "Roadmap"});
    let at = "2026-10-01T10:00:00Z";
    all[0]["timelineItems"] = json!([
        {"__typename": "AddedToProjectV2Event", "createdAt": at, "actor": null, "project": board("4100001")},
        {"__typename": "ProjectV2ItemStatusChangedEvent", "createdAt": at, "actor": null, "previousStatus": "",
            "status": "Todo", "project": board("4100001")},
        {"__typename": "ProjectV2ItemStatusChangedEvent", "createdAt": at, "actor": null, "previousStatus": "",
            "status": "Doing", "project": board("4100002")},
    ]);
    let id = all[0]["id"].as_str().expect("an id").to_owned();
    let setting = Setting::new(Repository::with(all), 100).await;
    let others = || Arc::new(Cards { moves_untold: BTreeSet::from(["4100001".to_owned()]), ..cards() });
    let told = || {
        let mut issues = setting.memory.issues();
        let events = issues.pop().expect("an issue").project_events.into_iter();
        events.map(|event| (event.kind.name().to_owned(), event.to_column)).collect::<Vec<_>>()
    };
    let expected = [("added".to_owned(), String::new()), ("moved".to_owned(), "Doing".to_owned())];
    setting.import_from(&source(&setting).with_cards(others())).await.expect("succeeds");
    assert_eq!(told(), expected);
    setting.import_from(&moved(&setting, &[&id]).with_cards(others())).await.expect("succeeds");
    assert_eq!(told(), expected);
}

#[tokio::test]
async fn a_list_that_comes_empty_where_the_survey_counts_some_makes_nothing_vanish() {
    let repository = Repository::with(issues(3));
    repository.answer_instead(page(&json!([])));
    let setting = Setting::new(repository, 100).await;
    let error = setting.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.message.contains("GitHub counts 3 there"), "{error}");
    assert_eq!(setting.memory.cursor(), None);
    assert!(setting.memory.crawls().iter().all(|crawl| !crawl.complete));
}
