//! Issues by their ids, and the field of archived cards.

use std::sync::Arc;

use github_issues::Cards;
use model::records::{FieldValue, Issue, Presence};
use serde_json::{Value, json};
use source::{ErrorKind, Event, Scope, Source as _, Window};

use crate::repository::{Repository, issue, issues, minute, ok};
use crate::setting::{Setting, cards, moved};

fn card(id: &str, archived: bool) -> Value {
    json!({
        "id": id,
        "isArchived": archived,
        "createdAt": minute(1),
        "updatedAt": minute(1),
        "project": {"id": "PVT_1", "fullDatabaseId": "1", "title": "Board"},
        "fieldValueByName": null,
        "bugSource": {"__typename": "ProjectV2ItemFieldSingleSelectValue", "name": "customer"},
    })
}

fn places(issues: &[Issue]) -> Vec<String> {
    issues.iter().map(|issue| format!("{}/{}#{}", issue.place.org, issue.place.repo, issue.place.number)).collect()
}

#[tokio::test]
async fn issues_are_read_by_id_a_page_at_a_time_and_leave_no_cursor() {
    let setting = Setting::new(Repository::with(issues(9)), 2).await;
    let source = moved(&setting, &["I_2", "I_5", "I_7"]);
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::Issues, "acme", "moved cards of acme"));
    let expected = source.expected(Window::default(), None);
    assert_eq!((expected.records, expected.calls, expected.points), (3, 1, 4));
    let usage = setting.import_from(&source).await.expect("succeeds");
    assert_eq!(places(&setting.memory.issues()), ["acme/web#2", "acme/web#5", "acme/web#7"]);
    assert_eq!((usage.records, usage.calls, usage.full), (3, 2, false));
    assert_eq!((usage.covered_from, usage.covered_to), (None, None), "no time is covered");
    assert_eq!(setting.memory.cursor(), None);
    assert!(setting.memory.crawls().is_empty());
}

#[tokio::test]
async fn a_transferred_issue_is_where_the_answer_says() {
    let mut all = issues(2);
    all[1]["repository"] = json!({"id": "R_far", "name": "far", "owner": {"__typename": "User", "login": "other"}});
    let setting = Setting::new(Repository::with(all), 100).await;
    setting.import_from(&moved(&setting, &["I_1", "I_2"])).await.expect("succeeds");
    assert_eq!(places(&setting.memory.issues()), ["acme/web#1", "other/far#2"]);
    assert_eq!(setting.memory.issues()[1].place.repository_id, "R_far");
}

#[tokio::test]
async fn what_is_gone_is_told_and_the_others_come() {
    let setting = Setting::new(Repository::with(issues(3)), 100).await;
    let usage = setting.import_from(&moved(&setting, &["I_1", "I_9", "I_3"])).await.expect("no failure");
    assert_eq!((setting.memory.numbers(), usage.calls), (vec![1, 3], 1));
    assert_eq!(
        setting.told.notes(),
        ["issues of moved cards of acme: 1 are gone or may not be seen, and stay as they were"]
    );
}

#[tokio::test]
async fn long_lists_are_followed_and_a_timeout_makes_pages_smaller() {
    let mut all = issues(4);
    all[0]["timelineItems"] = (0..120)
        .map(|n| json!({"__typename": "ReopenedEvent", "createdAt": minute(n), "actor": null}))
        .collect::<Vec<_>>()
        .into();
    let repository = Repository::with(all);
    repository.refuse_pages_above(2);
    let setting = Setting::new(repository, 4).await;
    setting.import_from(&moved(&setting, &["I_1", "I_2", "I_3", "I_4"])).await.expect("succeeds");
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4]);
    assert_eq!(setting.memory.issues()[0].status_events.len(), 121);
    assert!(setting.told.events().contains(&Event::PageSize { scope: Scope::Issues, size: 2 }));
}

#[tokio::test]
async fn what_fails_twice_is_reported_and_the_rest_is_stored() {
    let repository = Repository::with(issues(2));
    let failed = ok(&json!({
        "data": {"rateLimit": null, "nodes": [null]},
        "errors": [{"message": "Something went wrong", "path": ["nodes", 0]}],
    }));
    repository.answer_instead(failed.clone());
    repository.answer_instead(failed);
    let setting = Setting::new(repository, 1).await;
    let error = setting.import_from(&moved(&setting, &["I_1", "I_2"])).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert_eq!(setting.memory.numbers(), [2]);
}

#[tokio::test]
async fn an_answer_that_is_too_short_is_an_error_and_no_endless_loop() {
    let repository = Repository::with(issues(1));
    repository.answer_instead(ok(&json!({"data": {"rateLimit": null, "nodes": []}})));
    let setting = Setting::new(repository, 1).await;
    let error = setting.import_from(&moved(&setting, &["I_1"])).await.expect_err("nothing came");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
}

#[tokio::test]
async fn the_source_of_a_bug_is_read_of_archived_cards_alone() {
    let mut bug = issue(1, &minute(1));
    bug["projectItems"] = json!([card("PVTI_1", true), card("PVTI_2", false)]);
    let setting = Setting::new(Repository::with(vec![bug]), 100).await;
    let with_field = || Arc::new(Cards { bug_source: "Found by".to_owned(), ..cards() });
    setting.import_from(&setting.source().with_cards(with_field())).await.expect("succeeds");
    let items = setting.memory.issues()[0].items.clone();
    assert_eq!(items[0].presence, Presence::Archived);
    assert_eq!(items[0].fields, Some(vec![FieldValue { name: "Found by".into(), value: "customer".into() }]));
    assert_eq!(items[1].fields, None, "the board tells all fields of its cards");
    let asked = setting.provider.requests();
    assert_eq!((&asked[0]["bugSource"], &asked[0]["withBugSource"]), (&json!("Found by"), &json!(true)));
    setting.import_from(&moved(&setting, &["I_1"]).with_cards(with_field())).await.expect("succeeds");
    assert_eq!(setting.memory.issues()[0].items, items);
}

#[tokio::test]
async fn without_a_configured_field_none_is_asked_for() {
    let mut bug = issue(1, &minute(1));
    bug["projectItems"] = json!([card("PVTI_1", true)]);
    let setting = Setting::new(Repository::with(vec![bug]), 100).await;
    setting.import_all().await;
    assert_eq!(setting.memory.issues()[0].items[0].fields, None);
    assert_eq!(setting.provider.requests()[0]["withBugSource"], json!(false));
}
