//! Limits that are kept from being met, limits that are met, and failures that pass.

use azure_cost::{DEFAULT_POLICY, Quota, Settings};
use provider::Policy;
use source::{ErrorKind, Event};
use wiremock::ResponseTemplate;

use crate::provider::{dated, page, refusal};
use crate::setting::Setting;

const QPU_LEFT: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-remaining";
const QPU_WAIT: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after";
const ENTITY_WAIT: &str = "x-ms-ratelimit-microsoft.costmanagement-entity-retry-after";
const TENANT_LEFT: &str = "x-ms-ratelimit-remaining-microsoft.costmanagement-tenant-requests";
const ENTITY_LEFT: &str = "x-ms-ratelimit-remaining-microsoft.costmanagement-entity-requests";

fn throttled() -> ResponseTemplate {
    dated(429).set_body_json(refusal("429", "Too many requests. Please retry."))
}

#[tokio::test]
async fn queries_are_paced_before_the_units_run_out_and_the_wait_is_told() {
    let setting = Setting::new().await;
    setting.import_all().await;
    // 12, 12 and 1 units at 12 in 10 seconds, and a second of slack each time.
    assert_eq!((setting.told.waits(), setting.seconds()), (vec![11, 11], 22));
    let told = setting.told.events().into_iter().find_map(|event| match event {
        Event::Waiting { until, reason, .. } => Some((until, reason)),
        _ => None,
    });
    let (until, reason) = told.unwrap();
    assert_eq!(until, crate::setting::at("1999-01-01T00:00:11Z"));
    assert_eq!(reason, "Azure's query units are used up, so that no limit is met");
}

#[tokio::test]
async fn sources_of_one_client_share_its_units() {
    let setting = Setting::new().await.with_everything_else_read().await;
    let before = setting.seconds();
    for _ in 0..12 {
        setting.import_all().await;
    }
    assert_eq!(setting.seconds(), before);
    setting.import_all().await;
    assert_eq!(setting.seconds(), before + 11);
}

#[tokio::test]
async fn a_tenant_with_more_units_is_asked_faster() {
    let setting = Setting::new().await;
    let rich = "QueriesPerHour:5988,QueriesPerMin:588,QueriesPer10Sec:108";
    setting.provider.answer(page(&[], None).insert_header(QPU_LEFT, rich));
    setting.import_all().await;
    assert_eq!(setting.seconds(), 0);
}

#[tokio::test]
async fn a_tenant_with_fewer_units_is_asked_slower_and_in_smaller_pieces() {
    let setting = Setting::new().await;
    let poor = "QueriesPerHour:588,QueriesPerMin:48,QueriesPer10Sec:0";
    setting.provider.answer(throttled().insert_header(QPU_WAIT, "3").insert_header(QPU_LEFT, "QueriesPer10Sec:5"));
    setting.provider.answer(throttled().insert_header(QPU_WAIT, "3").insert_header(QPU_LEFT, "QueriesPer10Sec:5"));
    setting.provider.answer(page(&[], None).insert_header(QPU_LEFT, poor));
    setting.import_all().await;
    let months = setting.provider.months();
    assert_eq!(months[..4], ["2025-12 2026-11", "2025-12 2026-11", "2026-07 2026-11", "2026-02 2026-06"]);
    assert_eq!((months.len(), setting.memory.months().len()), (2 + 5, 25));
}

#[tokio::test]
async fn a_bucket_smaller_than_a_query_is_found_without_a_word_from_azure() {
    let setting = Setting::new().await;
    for _ in 0..4 {
        setting.provider.answer(throttled().insert_header("retry-after", "10"));
    }
    setting.import_all().await;
    let months = setting.provider.months();
    let expected = ["2025-12 2026-11", "2025-12 2026-11", "2026-06 2026-11", "2026-06 2026-11", "2026-09 2026-11"];
    assert_eq!(months[..5], expected);
    assert_eq!(setting.memory.months().len(), 25);
}

#[tokio::test]
async fn the_longest_of_all_waits_is_waited_for_and_the_same_query_sent_again() {
    let setting = Setting::new().await;
    let answer =
        throttled().insert_header(QPU_WAIT, "4").insert_header(ENTITY_WAIT, "90").insert_header("retry-after", "7");
    setting.provider.answer(answer);
    setting.import_all().await;
    assert_eq!(setting.told.waits()[0], 91);
    assert_eq!(setting.provider.months()[..2], ["2025-12 2026-11", "2025-12 2026-11"]);
    assert_eq!(setting.memory.months().len(), 25);
}

#[tokio::test]
async fn a_wait_may_be_a_date_by_the_providers_clock() {
    let setting = Setting::new().await;
    setting.provider.answer(throttled().insert_header("retry-after", "Fri, 20 Nov 2026 10:00:30 GMT"));
    setting.import_all().await;
    assert_eq!(setting.told.waits()[0], 31);
}

#[tokio::test]
async fn a_limit_that_does_not_say_when_it_lifts_is_waited_out_longer_and_longer() {
    let setting = Setting::new().await;
    for _ in 0..3 {
        setting.provider.answer(throttled());
    }
    setting.import_all().await;
    assert_eq!(setting.told.waits()[..3], [60, 120, 60], "then it was asked for less");
}

#[tokio::test]
async fn a_limit_that_never_lifts_ends_the_source_but_not_the_run() {
    let policy = Policy { limit_tries: 3, ..DEFAULT_POLICY };
    let setting = Setting::with(|settings| Settings { policy, ..settings }).await.with_everything_else_read().await;
    for _ in 0..3 {
        setting.provider.answer(throttled().insert_header("retry-after", "5"));
    }
    let error = setting.refused().await;
    assert_eq!((error.kind, error.is_fatal()), (ErrorKind::RateLimited, false));
    assert!(error.message.contains("limit on requests was met (429), 3 times in a row"), "{error}");
}

#[tokio::test]
async fn a_scope_without_queries_left_is_left_alone_for_a_minute() {
    let setting = Setting::new().await;
    setting.provider.answer(page(&[], None).insert_header(ENTITY_LEFT, "DefaultQuota:0"));
    setting.provider.answer(page(&[], None).insert_header(ENTITY_LEFT, "DefaultQuota:3"));
    setting.import_all().await;
    assert_eq!(setting.told.waits(), [60, 11]);
}

#[tokio::test]
async fn a_tenant_without_requests_left_is_left_alone_for_a_minute_by_all_sources() {
    let setting = Setting::new().await.with_everything_else_read().await;
    let before = setting.seconds();
    setting.provider.answer(page(&[], None).insert_header(TENANT_LEFT, "DefaultQuota:0"));
    setting.import_all().await;
    assert_eq!(setting.seconds(), before);
    setting.import_all().await;
    assert_eq!(setting.seconds(), before + 60);
}

#[tokio::test]
async fn failures_are_tried_again_with_doubling_waits() {
    // What failed may have taken units: with plenty of them only the failures make it wait.
    let quota = Quota { per_10_seconds: 1000, per_minute: 1000, per_hour: 1000 };
    let setting = Setting::with(|settings| Settings { quota, ..settings }).await;
    for status in [500, 502, 503, 504] {
        setting.provider.answer(dated(status));
    }
    setting.import_all().await;
    assert_eq!(setting.clock.waits(), [1, 2, 4, 8]);
    let attempts = setting.told.events().into_iter().filter_map(|event| match event {
        Event::Retrying { attempt, .. } => Some(attempt),
        _ => None,
    });
    assert_eq!(attempts.collect::<Vec<_>>(), [2, 3, 4, 5]);
    assert_eq!(setting.memory.months().len(), 25);
}

#[tokio::test]
async fn a_failed_query_counts_in_full_for_it_may_have_taken_its_units() {
    let setting = Setting::new().await;
    setting.provider.answer(dated(502));
    setting.import_all().await;
    assert_eq!(setting.clock.waits(), [1, 10, 11, 11]);
}

#[tokio::test]
async fn a_failure_that_does_not_pass_ends_the_source_but_not_the_run() {
    let setting = Setting::new().await;
    for _ in 0..6 {
        setting.provider.answer(dated(503).set_body_json(refusal("ServiceUnavailable", "Try later.")));
    }
    let error = setting.refused().await;
    assert_eq!((error.kind, error.is_fatal()), (ErrorKind::Unavailable, false));
    assert!(error.message.contains("Azure answered 503 ServiceUnavailable: Try later, 6 times"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_asked_again_and_then_named() {
    let setting = Setting::with(|settings| Settings { endpoint: "http://127.0.0.1:9".into(), ..settings }).await;
    let error = setting.refused().await;
    assert_eq!((error.kind, setting.clock.waits()), (ErrorKind::Unavailable, vec![1, 2, 4, 8, 16]));
    assert!(error.message.contains("Azure could not be reached: no connection"), "{error}");
}

#[tokio::test]
async fn further_pages_are_paced_by_what_azure_says_they_take() {
    const CONSUMED: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-consumed";
    let setting = Setting::new().await.with_everything_else_read().await;
    let link = |token: u32| format!("{}/query?$skiptoken={token}", setting.server.uri());
    for token in 0..30 {
        setting
            .provider
            .answer(page(&[], Some(&link(token))).insert_header(CONSUMED, if token == 0 { "1" } else { "0" }));
    }
    let before = setting.seconds();
    let usage = setting.import_all().await;
    // The last page is the true answer, which does not say what it takes.
    assert_eq!((usage.points, setting.seconds() - before), (1, 0));
}
