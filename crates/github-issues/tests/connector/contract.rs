//! The contract that every connector passes.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use source::{ErrorKind, Event, Progress, Scope, Source as _, Window};
use tokio_util::sync::CancellationToken;
use wiremock::ResponseTemplate;

use crate::repository::{Repository, issue, issues, minute, ok};
use crate::setting::{Setting, TOKEN, at};

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
    let repository = Repository::with(issues(1));
    repository.answer_instead(ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"})));
    let setting = Setting::new(repository, 100).await;
    let error = setting.import(Window::default()).await.expect_err("the token is refused");
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(error.is_fatal());
    assert_eq!(setting.repository.requests().len(), 1);
}

#[tokio::test]
async fn a_limit_is_waited_out() {
    let repository = Repository::with(issues(1));
    let limit = json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]});
    repository.answer_instead(ok(&limit).insert_header("retry-after", "30"));
    let setting = Setting::new(repository, 100).await;
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1]);
    assert!(setting.told.events().iter().any(|event| matches!(event, Event::Waiting { .. })));
}

#[tokio::test]
async fn a_timeout_makes_pages_smaller() {
    let repository = Repository::with(issues(5));
    repository.refuse_pages_above(2);
    let setting = Setting::new(repository, 8).await;
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5]);
    assert!(setting.told.events().contains(&Event::PageSize { scope: Scope::Issues, size: 2 }));
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_unexpected_and_names_its_page() {
    let repository = Repository::with(issues(3));
    repository.answer_truly();
    repository.answer_instead(ResponseTemplate::new(200).set_body_string("<html>login</html>"));
    let setting = Setting::new(repository, 2).await;
    let error = setting.import(Window::default()).await.expect_err("no JSON");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains("issues of acme/web after"), "{error}");
    assert_eq!(setting.memory.numbers(), [1, 2], "what came before stays");
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
    /// Interrupts at the first page.
    struct Interrupter(CancellationToken);
    impl Progress for Interrupter {
        fn event(&self, _event: Event) {
            self.0.cancel();
        }
    }
    let setting = Setting::new(Repository::with(issues(5)), 2).await;
    let cancel = CancellationToken::new();
    let interrupter = Interrupter(cancel.clone());
    let error = setting.import_until(Window::default(), &interrupter, cancel).await.expect_err("interrupted");
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert_eq!(setting.memory.numbers(), [1, 2]);
    setting.import_all().await;
    assert_eq!(setting.memory.numbers(), [1, 2, 3, 4, 5]);
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
    let repository = Repository::with(issues(1));
    repository.answer_truly();
    repository.answer_instead(ResponseTemplate::new(401).set_body_json(json!({"message": "Bad credentials"})));
    let setting = Setting::new(repository, 100).await;
    setting.import_all().await;
    let error = setting.import(Window { since: None, full: true }).await.expect_err("the token is refused");
    drop(guard);
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("issues of acme/web"), "{log}");
    for text in [log, format!("{:?}", setting.source()), format!("{error:?} {error}")] {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[tokio::test]
async fn what_an_import_will_cost_is_known_before() {
    let setting = Setting::new(Repository::with(issues(250)), 100).await;
    let expected = setting.source().expected(Window::default(), None);
    assert_eq!((expected.records, expected.calls, expected.points), (250, 3, 12));
    let usage = setting.import_all().await;
    assert_eq!((usage.records, usage.calls, usage.points), (250, 3, 12));
    let again = setting.source().expected(Window::default(), setting.memory.cursor().as_deref());
    assert_eq!((again.records, again.calls, again.points), (0, 0, 0));
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
    let source = runtime.block_on(Setting::new(Repository::default(), 100)).source();
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::Issues, "R_web", "acme/web"));
}
