//! What a source says of itself and hands over.

use connector_testing::Memory;
use serde_json::json;
use source::{Event, Scope, Source as _, Window};
use tokio_util::sync::CancellationToken;

use crate::stage::{ACCOUNT, JOB, QUERIES, STANDARD, Stage, TABLES, TOKEN, answer, at, good, row, rows};

#[tokio::test]
async fn every_call_bears_the_token_and_the_programs_name() {
    let stage = Stage::with_query(vec![good(&rows(&[row("202610", "Compute Engine", "1.5")]))]).await;
    let usage = stage.import().await.unwrap();
    for path in [&format!("{TABLES}/{STANDARD}"), QUERIES] {
        let asked = stage.asked(path).await;
        assert_eq!(asked.len(), 1, "{path}");
        assert_eq!(asked[0].headers["authorization"], format!("Bearer {TOKEN}").as_str());
        assert_eq!(asked[0].headers["user-agent"], "cto-metrics/test");
    }
    assert_eq!((usage.calls, usage.records, usage.points, usage.full), (2, 1, 0, true));
    assert_eq!(usage.covered_from, Some(at("2024-11-01")));
    assert_eq!(usage.covered_to, Some(at("2026-11-20T12:00:00Z")), "the provider's time, not the local clock's");
}

#[tokio::test]
async fn all_months_come_in_one_batch_with_the_cursor() {
    let stage = Stage::with_query(vec![good(&rows(&[row("202610", "Compute Engine", "1.5")]))]).await;
    stage.import().await.unwrap();
    let batches = stage.memory.batches();
    assert_eq!(batches.len(), 1);
    let batch = &batches[0];
    assert_eq!((batch.scope, batch.subject.as_str()), (Scope::CloudCosts, "gcp/01AB23-CD45EF-678901"));
    assert_eq!(batch.observed_at, at("2026-11-20T12:00:00Z"));
    assert_eq!(batch.full_crawl.map(|crawl| (crawl.generation, crawl.complete)), Some((7, false)));
    assert_eq!(
        batch.cursor.as_deref(),
        Some(format!(r#"{{"open_from":"2026-11","table":"acme-bills.billing_export.{STANDARD}"}}"#).as_str())
    );
    assert_eq!(batch.records.len(), 25, "24 full months and the running one");
    let month = stage.month("2026-10");
    assert_eq!((month.provider.as_str(), month.account.as_str()), ("gcp", ACCOUNT));
    assert_eq!(month.observed_at, at("2026-11-20T12:00:00Z"));
    let page = stage.told.events().pop().unwrap();
    assert!(matches!(page, Event::Page { scope: Scope::CloudCosts, records: 1, .. }), "{page:?}");
}

#[tokio::test]
async fn source_says_what_it_is_and_what_it_costs_without_a_call() {
    let stage = Stage::empty().await;
    let source = stage.source().unwrap();
    assert_eq!((source.scope(), source.subject()), (Scope::CloudCosts, "gcp/01AB23-CD45EF-678901"));
    assert_eq!(source.label(), "Google billing account 01AB23-CD45EF-678901");
    assert_eq!(source.expected(Window::default(), None).calls, 2);
    assert_eq!(stage.server.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn answer_that_is_no_json_names_what_was_asked() {
    let page = answer(200).set_body_string("<html>hunter2</html>");
    let stage = Stage::with_query(vec![page.clone()]).await;
    let error = stage.refused().await;
    assert_eq!(error.kind, source::ErrorKind::UnexpectedResponse);
    assert!(error.message.starts_with("the answer to the query over acme-bills.billing_export.gcp_"), "{error}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");

    let mut first = rows(&[row("202610", "Compute Engine", "1")]);
    first["pageToken"] = "p2".into();
    let stage = Stage::with_query(vec![good(&first)]).await;
    stage.script("GET", JOB, vec![page]).await;
    let error = stage.refused().await;
    assert!(error.message.starts_with("the answer to page 2 of the costs is not what"), "{error}");
    assert!(stage.memory.batches().is_empty(), "all or nothing");
}

#[tokio::test]
async fn rows_that_make_no_sense_are_named_by_page_and_row() {
    for (odd, said) in [
        (row("2026-10", "X", "1"), "page 1 of the costs, row 2: \"2026-10\" is no invoice month"),
        (row("202613", "X", "1"), "page 1 of the costs, row 2: \"202613\" is no invoice month"),
        (row("202410", "X", "1"), "page 1 of the costs, row 2: 2024-10 was not asked for"),
        (row("202610", "X", "1,5"), "page 1 of the costs, row 2: gross \"1,5\" is not a decimal number"),
        ([None; 6], "page 1 of the costs, row 2: \"\" is no invoice month"),
    ] {
        let stage = Stage::with_query(vec![good(&rows(&[row("202610", "X", "1"), odd]))]).await;
        let error = stage.refused().await;
        assert_eq!(error.kind, source::ErrorKind::UnexpectedResponse);
        assert!(error.message.starts_with(said), "{error}");
    }
    let stage = Stage::with_query(vec![good(&json!({"jobComplete": true, "totalRows": "0"}))]).await;
    assert!(stage.refused().await.message.contains("has no column month"));
}

#[tokio::test]
async fn sink_that_fails_ends_the_import() {
    let mut stage = Stage::with_query(vec![good(&rows(&[]))]).await;
    stage.memory = Memory::full();
    let error = stage.refused().await;
    assert!(error.kind == source::ErrorKind::Sink && error.message == "the disk is full", "{error}");
}

#[tokio::test]
async fn interrupted_import_asks_and_stores_nothing_more() {
    let stage = Stage::with_query(vec![good(&rows(&[]))]).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let error = stage.import_with(Window::default(), cancel).await.expect_err("interrupted");
    assert_eq!(error.kind, source::ErrorKind::Cancelled);
    assert_eq!(stage.server.received_requests().await.unwrap().len(), 0);
}
