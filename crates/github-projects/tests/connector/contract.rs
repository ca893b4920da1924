//! What the three connectors of GitHub do alike, and what this one does besides.

use connector_testing::list_contract;
use model::records::Presence;
use serde_json::json;
use source::{ErrorKind, Event, Scope, Source as _, Window};
use wiremock::ResponseTemplate;

use crate::board::{Board, Cards, card, cards, ids, ok, set_day};
use crate::setting::{Setting, at, import_all};

#[tokio::test]
async fn the_token_is_sent_and_all_pages_are_followed() {
    let mut setting = Setting::new(Board::with(cards(5)), 2).await;
    let usage = import_all(&mut setting).await;
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=5));
    assert_eq!((usage.records, usage.calls, usage.points, usage.full), (5, 3, 3, true));
    assert_eq!((usage.covered_from, usage.covered_to), (None, Some(at("2026-10-02T10:00:00Z"))));
    let pages = [2, 4, 5, 5].map(|records| Event::Page {
        scope: Scope::ProjectItems,
        subject: "Roadmap".to_owned(),
        records,
        expected: Some(5),
    });
    assert_eq!(setting.told.events(), pages, "three pages and the end");
}

#[tokio::test]
async fn a_window_brings_what_changed_in_it_and_leaves_the_cursor() {
    let mut setting = Setting::new(Board::with((1..=6).map(|number| card(number, number)).collect()), 100).await;
    set_day(&setting.provider, 7);
    let window = Window { since: Some(at("2026-10-04T12:00:00Z")), full: false };
    let usage = setting.import(window).await.expect("succeeds");
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids([4, 5, 6]), "whole days");
    assert_eq!((usage.covered_from, usage.full), (window.since, false));
    assert_eq!(setting.memory.cursor(), None);
    import_all(&mut setting).await;
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=6));
}

#[tokio::test]
async fn a_refused_token_is_unauthorized_and_ends_the_run() {
    list_contract::a_refused_token_ends_the_run::<Cards>().await;
}

#[tokio::test]
async fn a_limit_is_waited_out() {
    list_contract::a_limit_is_waited_out::<Cards>().await;
}

#[tokio::test]
async fn a_timeout_makes_pages_smaller() {
    list_contract::a_timeout_makes_pages_smaller::<Cards>().await;
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_unexpected_and_names_its_page() {
    list_contract::an_answer_that_is_no_json_names_its_page::<Cards>("cards of the board Roadmap after").await;
}

#[tokio::test]
async fn a_board_that_may_not_be_read_is_no_access_and_one_that_is_gone_is_not_found() {
    for (kind, expected) in [("FORBIDDEN", ErrorKind::NoAccess), ("NOT_FOUND", ErrorKind::NotFound)] {
        let board = Board::with(cards(1));
        let error = json!({"type": kind, "path": ["nodes", 0], "message": "Resource not accessible"});
        let refusal = ok(&json!({"data": {"rateLimit": null, "nodes": [null]}, "errors": [error]}));
        board.answer_instead(refusal.clone());
        board.answer_instead(refusal);
        let error = Setting::new(board, 100).await.import(Window::default()).await.expect_err("refused");
        assert_eq!(error.kind, expected);
        assert!(!error.is_fatal(), "other boards go on");
        assert!(error.to_string().contains("Roadmap"), "{error}");
    }
}

/// A page that ends with a card that GitHub could not read.
fn partial_page() -> ResponseTemplate {
    let mut whole = card(3, 1);
    whole["fieldValues"] = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": []});
    let list = json!({"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": [whole, null]});
    let error = json!({"message": "Something went wrong", "path": ["nodes", 0, "items", "nodes", 1]});
    let nodes = json!([{"__typename": "ProjectV2", "items": list}]);
    ok(&json!({"data": {"rateLimit": null, "nodes": nodes}, "errors": [error]}))
}

#[tokio::test]
async fn partial_data_is_stored_and_reported_and_asked_for_again() {
    let board = Board::with(cards(4));
    board.answer_truly();
    board.answer_instead(partial_page());
    board.answer_instead(partial_page());
    let mut setting = Setting::new(board, 2).await;
    let error = setting.import(Window::default()).await.expect_err("incomplete");
    assert_eq!(error.kind, ErrorKind::Incomplete);
    assert!(error.to_string().contains("nodes.0.items.nodes.1"), "{error}");
    assert_eq!(error.request_id.as_deref(), Some("REQ:1"));
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids([1, 2, 3]));
    assert!(setting.memory.crawls().iter().all(|crawl| !crawl.complete));
    import_all(&mut setting).await;
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=4));
    assert!(setting.memory.crawls().last().unwrap().complete);
}

#[tokio::test]
async fn what_is_missing_only_once_is_no_failure() {
    let board = Board::with(cards(4));
    board.answer_instead(partial_page());
    let mut setting = Setting::new(board, 100).await;
    assert_eq!(import_all(&mut setting).await.calls, 2);
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=4));
}

#[tokio::test]
async fn an_interrupted_import_ends_between_two_pages() {
    list_contract::an_interrupted_import_ends_between_two_pages::<Cards>().await;
}

#[tokio::test]
async fn no_secret_is_in_debug_output_logs_or_errors() {
    list_contract::no_secret_is_shown::<Cards>("cards of the board Roadmap").await;
}

#[tokio::test]
async fn what_an_import_will_cost_is_known_before() {
    let mut setting = Setting::new(Board::with(cards(250)), 100).await;
    let expected = setting.source().expected(Window::default(), None);
    assert_eq!((expected.records, expected.calls, expected.points), (250, 3, 3));
    let usage = import_all(&mut setting).await;
    assert_eq!((usage.records, usage.calls, usage.points), (250, 3, 3));
    let again = setting.source().expected(Window::default(), setting.memory.cursor().as_deref());
    assert_eq!((again.records, again.calls, again.points), (100, 1, 1));
}

#[test]
fn a_source_says_what_it_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let source = runtime.block_on(Setting::new(Board::with(cards(1)), 100)).source();
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::ProjectItems, "4100001", "Roadmap"));
}

#[tokio::test]
async fn a_list_without_an_end_is_left() {
    list_contract::a_list_without_an_end_is_left::<Cards>().await;
}
