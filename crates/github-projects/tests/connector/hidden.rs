//! What a board does not show is not empty.

use model::records::Presence;
use serde_json::json;
use source::{ErrorKind, Window};

use crate::board::{Board, cards, ids, ok, set_day, status};
use crate::setting::{Setting, import_all, source_with};

const FULL: Window = Window { since: None, full: true };

#[tokio::test]
async fn a_board_without_the_status_field_tells_no_status_and_names_the_fields_and_the_key() {
    let mut all = cards(2);
    all[0]["fieldValueByName"] = json!(null);
    let setting = Setting::new(Board::with(all), 100).await;
    let error = setting.import_from(&source_with(&setting, "Stage", "Status")).await.expect_err("no status");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    for said in [
        "board Roadmap",
        "no single-select field Status",
        "it has Stage",
        "github.projects[].status_field of the board 4100001",
    ] {
        assert!(error.message.contains(said), "`{said}`: {error}");
    }
    assert_eq!(setting.memory.items()[0].status, None, "not told, not empty");
    assert_eq!(setting.provider.requests()[0]["statusField"], "Status");
}

#[tokio::test]
async fn the_status_comes_from_the_field_that_is_named() {
    let mut all = cards(2);
    all[0]["fieldValueByName"] = json!(null);
    let setting = Setting::new(Board::with(all), 100).await;
    setting.import_from(&source_with(&setting, "Stage", "Stage")).await.expect("succeeds");
    let told: Vec<_> = setting.memory.items().into_iter().map(|item| item.status).collect();
    assert_eq!(told, [Some(String::new()), Some("Ready".to_owned())], "no value in a field that is there is no status");
    assert_eq!(setting.provider.requests()[0]["statusField"], "Stage");
}

fn with_an_empty_entry() -> wiremock::ResponseTemplate {
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": [null]});
    ok(&json!({"data": {"rateLimit": null, "nodes": [{"__typename": "ProjectV2", "items": list}]}}))
}

#[tokio::test]
async fn a_card_that_comes_empty_without_an_error_removes_nothing_and_is_asked_for_again() {
    let mut setting = Setting::new(Board::with(cards(3)), 100).await;
    import_all(&mut setting).await;
    setting.provider.answer_instead(with_an_empty_entry());
    let error = setting.import(FULL).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=3));
    assert!(!setting.memory.crawls().last().unwrap().complete);
    set_day(&setting.provider, 3);
    setting.generation += 1;
    setting.import(FULL).await.expect("all is there again");
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=3));
}

#[tokio::test]
async fn a_page_without_its_list_is_no_empty_board() {
    let board = Board::with(cards(3));
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": null});
    board.answer_instead(ok(
        &json!({"data": {"rateLimit": null, "nodes": [{"__typename": "ProjectV2", "items": list}]}}),
    ));
    let error = Setting::new(board, 100).await.import(FULL).await.expect_err("no list");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
}

#[tokio::test]
async fn a_card_that_is_looked_up_and_comes_empty_without_an_error_is_not_gone() {
    let mut setting = Setting::new(Board::with(cards(3)), 100).await;
    import_all(&mut setting).await;
    setting.provider.change(|items| items[1]["isArchived"] = json!(true));
    setting.provider.answer_truly();
    setting.provider.answer_instead(ok(&json!({"data": {"rateLimit": null, "nodes": [null]}})));
    let error = setting.import(FULL).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(setting.memory.ids(Presence::Removed).is_empty());
    setting.generation += 1;
    setting.provider.change(|items| items[1]["fieldValueByName"] = status("Done"));
    setting.import(FULL).await.expect("all is there again");
    assert_eq!(setting.memory.ids(Presence::Archived), ids([2]));
}
