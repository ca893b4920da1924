//! All runs are read once, and those again that may have changed.

use std::sync::atomic::{AtomicI64, Ordering};

use connector_testing::{Memory, at};
use serde_json::json;
use source::{Event, Progress, Scope, Source as _, Window};
use tokio_util::sync::CancellationToken;

use crate::workflows::{NOW, Repository, run};

#[tokio::test]
async fn the_first_import_reads_all_runs_and_says_what_it_took() {
    let runs = (1..=250).map(|id| run(id, &format!("2026-{:02}-{:02}T09:00:00Z", 1 + id / 28, 1 + id % 28))).collect();
    let repository = Repository::with(runs).await;
    let usage = repository.import_all().await;
    assert_eq!((usage.records, usage.calls, usage.points, usage.full), (250, 3, 0, true));
    assert_eq!(usage.covered_to, Some(at(NOW)));
    assert_eq!(repository.memory.ci_runs().len(), 250);
    let page = "deploy.yml 2018-10-01T00:00:00Z..2026-11-02T10:00:00Z";
    assert_eq!(repository.asked(), [format!("{page} 1"), format!("{page} 2"), format!("{page} 3")]);
    let source = repository.source();
    assert_eq!((source.scope(), source.subject(), source.label()), (Scope::CiRuns, "R_web", "acme/web"));
}

#[tokio::test]
async fn a_span_with_more_runs_than_the_list_shows_is_halved() {
    // 2,500 runs in two weeks, and one long before.
    let minute = |id: u64| {
        let (day, rest) = (id / 200, id % 200);
        format!("2026-10-{:02}T{:02}:{:02}:00Z", 5 + day, 8 + rest / 20, rest % 20)
    };
    let mut runs: Vec<_> = (1..=2_500).map(|id| run(id, &minute(id))).collect();
    runs.push(run(9_999, "2024-01-01T00:00:00Z"));
    let repository = Repository::with(runs).await;
    let usage = repository.import_all().await;
    assert_eq!(repository.memory.ci_runs().len(), 2_501);
    assert!(usage.calls < 60, "{} calls", usage.calls);
}

#[tokio::test]
async fn more_runs_in_a_second_than_the_list_shows_are_said_to_be_missing_in_no_silence() {
    let repository = Repository::with((1..=3).map(|id| run(id, "2026-10-05T09:00:00Z")).collect()).await;
    let short = json!({ "total_count": 3, "workflow_runs": [run(1, "2026-10-05T09:00:00Z")] });
    let none = json!({ "total_count": 3, "workflow_runs": [] });
    let ok = |body| Some(wiremock::ResponseTemplate::new(200).set_body_json(body));
    repository.answer(vec![ok(short), ok(none)]);
    let error = repository.import(Window::default()).await.expect_err("two are missing");
    assert_eq!(error.kind, source::ErrorKind::Incomplete);
    assert!(error.message.contains("the runs of deploy.yml made"), "{}", error.message);
    assert_eq!(repository.stored(), ["1 1 success"]);
    repository.import_all().await;
    assert_eq!(repository.stored().len(), 3, "the next import asks again");
}

#[tokio::test]
async fn a_later_import_reads_the_last_days_and_once_a_week_those_of_a_month() {
    let mut repository = Repository::with(vec![run(1, "2026-10-10T09:00:00Z"), run(2, "2026-11-01T09:00:00Z")]).await;
    repository.change("deploy.yml", |runs| {
        runs[1]["status"] = json!("in_progress");
        runs[1]["conclusion"] = json!(null);
    });
    repository.import_all().await;
    assert_eq!(repository.stored(), ["1 1 success", "2 1 "]);
    repository.asked();
    repository.change("deploy.yml", |runs| {
        runs[1] = run(2, "2026-11-01T09:00:00Z");
        // Started again after three weeks.
        runs[0]["run_attempt"] = json!(2);
        runs[0]["conclusion"] = json!("failure");
    });
    repository.now = at("2026-11-03T10:00:00Z");
    let usage = repository.import_all().await;
    assert_eq!((usage.calls, usage.full), (1, false));
    assert_eq!(repository.asked(), ["deploy.yml 2026-10-30T10:00:00Z..2026-11-03T10:00:00Z 1"]);
    assert_eq!(repository.stored(), ["1 1 success", "2 1 success"]);
    repository.now = at("2026-11-09T10:00:00Z");
    repository.import_all().await;
    assert_eq!(repository.asked(), ["deploy.yml 2026-10-03T10:00:00Z..2026-11-09T10:00:00Z 1"]);
    assert_eq!(repository.stored(), ["1 1 success", "1 2 failure", "2 1 success"]);
}

#[tokio::test]
async fn full_reads_everything_and_since_leaves_the_cursor_where_it_was() {
    let repository = Repository::with(vec![run(1, "2026-01-10T09:00:00Z"), run(2, "2026-11-01T09:00:00Z")]).await;
    let since = Window { since: Some(at("2026-10-01T00:00:00Z")), full: false };
    repository.import(since).await.expect("read");
    assert_eq!(repository.stored(), ["2 1 success"]);
    repository.asked();
    repository.import_all().await;
    assert_eq!(repository.stored(), ["1 1 success", "2 1 success"], "what was left out comes");
    repository.asked();
    repository.import(Window { since: None, full: true }).await.expect("read");
    assert_eq!(repository.asked(), ["deploy.yml 2018-10-01T00:00:00Z..2026-11-02T10:00:00Z 1"]);
}

#[tokio::test]
async fn a_workflow_that_is_configured_later_is_read_from_its_beginning() {
    let mut repository = Repository::with(vec![run(1, "2026-10-10T09:00:00Z")]).await;
    repository.import_all().await;
    repository.change("rollback.yml", |runs| runs.push(run(7, "2025-10-10T09:00:00Z")));
    repository.workflows = vec!["deploy.yml".into(), ".github/workflows/rollback.yml".into()];
    repository.asked();
    repository.import_all().await;
    let asked = repository.asked();
    assert!(asked[1].starts_with("rollback.yml 2018-10-01T00:00:00Z"), "{asked:?}");
    assert_eq!(repository.stored(), ["1 1 success", "7 1 success"]);
}

/// Interrupts at a page.
#[derive(Debug)]
struct Interrupting {
    pages_left: AtomicI64,
    cancel: CancellationToken,
}

impl Progress for Interrupting {
    fn event(&self, event: Event) {
        if matches!(event, Event::Page { .. }) && self.pages_left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.cancel.cancel();
        }
    }
}

#[tokio::test]
async fn an_import_that_is_interrupted_anywhere_goes_on_to_the_same_rows() {
    let day = |id: u64| format!("2026-{:02}-{:02}T{:02}:00:00Z", 1 + id / 280, 1 + id / 10 % 28, id % 10);
    let mut repository = Repository::with((1..=2_300).map(|id| run(id, &day(id))).collect()).await;
    let calls = repository.import_all().await.calls;
    let whole = repository.memory.ci_runs();
    let mut spared = 0;
    for page in 1.. {
        repository.memory = Memory::default();
        let cancel = CancellationToken::new();
        let progress = Interrupting { pages_left: AtomicI64::new(page), cancel: cancel.clone() };
        let interrupted = repository.import_until(Window::default(), &progress, cancel).await;
        let Err(error) = interrupted else { break };
        assert_eq!(error.kind, source::ErrorKind::Cancelled, "page {page}");
        let rest = repository.import_all().await.calls;
        spared = spared.max(calls.saturating_sub(rest));
        assert_eq!(repository.memory.ci_runs(), whole, "interrupted at page {page}");
    }
    assert!(spared > calls / 2, "spans that were read are not read again: {spared} of {calls}");
}
