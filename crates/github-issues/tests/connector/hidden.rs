//! What a repository does not show is not empty.

use std::collections::BTreeSet;
use std::sync::Arc;

use connector_testing::list_contract;
use github_issues::Cards;
use serde_json::{Value, json};

use crate::repository::{Issues, Repository, issues, ok};
use crate::setting::{Setting, cards, moved, source};

fn page(nodes: &Value) -> wiremock::ResponseTemplate {
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes});
    ok(&json!({"data": {"rateLimit": null, "node": {"__typename": "Repository", "issues": list}}}))
}

#[tokio::test]
async fn an_entry_that_comes_empty_without_an_error_is_asked_for_again_and_nothing_has_vanished() {
    list_contract::an_entry_that_comes_empty_is_asked_for_again::<Issues>(page).await;
}

#[tokio::test]
async fn a_page_without_its_list_is_no_empty_repository() {
    list_contract::a_page_without_its_list_is_an_error::<Issues>(page).await;
}

#[tokio::test]
async fn a_list_that_comes_empty_where_the_survey_counts_some_makes_nothing_vanish() {
    list_contract::a_list_that_comes_empty_makes_nothing_vanish::<Issues>(page).await;
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
