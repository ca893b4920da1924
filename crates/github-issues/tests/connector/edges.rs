//! Hand-made answers with everything that GitHub's answers can lack.

use connector_testing::{fixture, readable};
use serde_json::json;
use source::Window;

use crate::repository::{Repository, issues, ok};
use crate::setting::Setting;

#[tokio::test]
async fn an_answer_with_holes_gives_the_records_that_it_holds() {
    let repository = Repository::with(issues(1));
    repository.answer_instead(ok(&fixture("issues/edges.json")));
    let setting = Setting::new(repository, 100).await;
    let error = setting.import(Window::default()).await.expect_err("an issue came empty");
    assert_eq!(error.kind, source::ErrorKind::Incomplete);
    let records = readable(serde_json::to_value(setting.memory.issues()).unwrap());
    let expected = fixture("issues/edges.records.json");
    assert_eq!(records, expected, "\n{}", serde_json::to_string_pretty(&records).unwrap());
    let notes = setting.told.notes();
    assert!(notes.iter().any(|note| note.starts_with("issues of acme/web: 2 board events left out")), "{notes:?}");
    assert!(notes.iter().any(|note| note.starts_with("issues of acme/web: 5 entries came empty")), "{notes:?}");
}

#[tokio::test]
async fn a_list_that_goes_on_without_saying_where_is_an_error_and_no_endless_loop() {
    let repository = Repository::with(issues(1));
    let list = json!({"pageInfo": {"hasNextPage": true, "endCursor": null}, "nodes": []});
    let node = json!({"__typename": "Repository", "issues": list});
    repository.answer_instead(ok(&json!({"data": {"rateLimit": null, "node": node}})));
    let setting = Setting::new(repository, 100).await;
    let error = setting.import(Window::default()).await.expect_err("nowhere to go on");
    assert_eq!(error.kind, source::ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains("acme/web"), "{error}");
}
