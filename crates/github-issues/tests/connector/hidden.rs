//! What a repository does not show is not empty.

use std::collections::BTreeSet;
use std::sync::Arc;

use github_issues::Cards;
use serde_json::json;

use crate::repository::{Repository, issues};
use crate::setting::{Setting, cards, moved, source};

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
