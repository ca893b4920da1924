//! The contract that every connector passes.

use std::io::Write;
use std::sync::{Arc, Mutex};

use model::records::Presence;
use serde_json::json;
use source::{ErrorKind, Event, Progress, Scope, Source as _, Window};
use tokio_util::sync::CancellationToken;
use wiremock::ResponseTemplate;

use crate::board::{Board, card, cards, ids, ok};
use crate::setting::{Setting, TOKEN, at};

#[tokio::test]
async fn the_token_is_sent_and_all_pages_are_followed() {
    let mut setting = Setting::new(Board::with(cards(5)), 2).await;
    let usage = setting.import_all().await;
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
    setting.board.set_day(7);
    let window = Window { since: Some(at("2026-10-04T12:00:00Z")), full: false };
    let usage = setting.import(window).await.expect("succeeds");
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids([4, 5, 6]), "whole days");
    assert_eq!((usage.covered_from, usage.full), (window.since, false));
    assert_eq!(setting.memory.cursor(), None);
    setting.import_all().await;
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=6));
}

#[tokio::test]
async fn a_refused_token_is_unauthorized_and_ends_the_run() {
    let board = Board::with(cards(1));
    board.answer_instead(ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"})));
    let setting = Setting::new(board, 100).await;
    let error = setting.import(Window::default()).await.expect_err("the token is refused");
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.is_fatal());
    assert_eq!(setting.board.requests().len(), 1);
}

#[tokio::test]
async fn a_limit_is_waited_out() {
    let board = Board::with(cards(1));
    let limit = json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]});
    board.answer_instead(ok(&limit).insert_header("retry-after", "30"));
    let mut setting = Setting::new(board, 100).await;
    setting.import_all().await;
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids([1]));
    assert!(setting.told.events().iter().any(|event| matches!(event, Event::Waiting { .. })));
}

#[tokio::test]
async fn a_timeout_makes_pages_smaller() {
    let board = Board::with(cards(5));
    board.refuse_pages_above(2);
    let mut setting = Setting::new(board, 8).await;
    setting.import_all().await;
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids([1, 2, 3, 4, 5]));
    assert!(setting.told.events().contains(&Event::PageSize { scope: Scope::ProjectItems, size: 2 }));
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_unexpected_and_names_its_page() {
    let board = Board::with(cards(3));
    board.answer_truly();
    board.answer_instead(ResponseTemplate::new(200).set_body_string("<html>login</html>"));
    let setting = Setting::new(board, 2).await;
    let error = setting.import(Window::default()).await.expect_err("no JSON");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains("cards of the board Roadmap after"), "{error}");
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids([1, 2]), "what came before stays");
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
    setting.import_all().await;
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=4));
    assert!(setting.memory.crawls().last().unwrap().complete);
}

#[tokio::test]
async fn what_is_missing_only_once_is_no_failure() {
    let board = Board::with(cards(4));
    board.answer_instead(partial_page());
    let mut setting = Setting::new(board, 100).await;
    assert_eq!(setting.import_all().await.calls, 2);
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids(1..=4));
}

#[tokio::test]
async fn an_interrupted_import_ends_between_two_pages() {
    /// Interrupts at the first page.
    struct Interrupter(CancellationToken);
    impl Progress for Interrupter {
        fn event(&self, _event: Event) {
            self.0.cancel();
        }
    }
    let mut setting = Setting::new(Board::with(cards(5)), 2).await;
    let cancel = CancellationToken::new();
    let interrupter = Interrupter(cancel.clone());
    let error = setting.import_until(Window::default(), &interrupter, cancel).await.expect_err("interrupted");
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids([1, 2]));
    setting.import_all().await;
    assert_eq!(setting.memory.ids(Presence::OnBoard), ids([1, 2, 3, 4, 5]));
}

#[tokio::test]
async fn no_secret_is_in_debug_output_logs_or_errors() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    // With one dispatcher alone, a call site that another test's thread meets first is switched off for good.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let guard = tracing::subscriber::set_default(subscriber);
    let board = Board::with(cards(1));
    board.answer_truly();
    board.answer_instead(ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"})));
    let mut setting = Setting::new(board, 100).await;
    setting.import_all().await;
    let error = setting.import(Window { since: None, full: true }).await.expect_err("the token is refused");
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("cards of the board Roadmap"), "{log}");
    for text in [log, format!("{:?}", setting.source()), format!("{error:?} {error}")] {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[tokio::test]
async fn what_an_import_will_cost_is_known_before() {
    let mut setting = Setting::new(Board::with(cards(250)), 100).await;
    let expected = setting.source().expected(Window::default(), None);
    assert_eq!((expected.records, expected.calls, expected.points), (250, 3, 3));
    let usage = setting.import_all().await;
    assert_eq!((usage.records, usage.calls, usage.points), (250, 3, 3));
    let again = setting.source().expected(Window::default(), setting.memory.cursor().as_deref());
    assert_eq!((again.records, again.calls, again.points), (100, 1, 1));
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_source_says_what_it_is() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let source = runtime.block_on(Setting::new(Board::with(cards(1)), 100)).source();
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::ProjectItems, "4100001", "Roadmap"));
}
