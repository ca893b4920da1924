//! Query units over windows of the provider's clock.

use sandbox::clouds::AzureQuota;

use super::{monthly, start};

const REMAINING: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-remaining";
const RETRY: &str = "x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after";

#[tokio::test]
async fn every_month_asked_costs_a_unit_and_the_headers_say_what_is_left() {
    let azure = start(|_| ()).await;
    let reply = azure.query(&azure.scope(0), &monthly("2026-01-01", "2026-03-31")).await;
    assert_eq!(reply.header(REMAINING), Some("QueriesPerHour:597,QueriesPerMin:57,QueriesPer10Sec:9"));
    azure.pass(10);
    let reply = azure.query(&azure.scope(1), &monthly("2026-01-01", "2026-02-28")).await;
    assert_eq!(reply.header(REMAINING), Some("QueriesPerHour:595,QueriesPerMin:55,QueriesPer10Sec:10"));
    assert_eq!(azure.server.counters().units, 5);
}

#[tokio::test]
async fn the_tenant_is_throttled_until_its_window_is_over() {
    let azure = start(|_| ()).await;
    let year = monthly("2025-11-01", "2026-10-31");
    assert_eq!(azure.query(&azure.scope(0), &year).await.status, 200);
    azure.pass(3);
    let reply = azure.query(&azure.scope(1), &year).await;
    assert_eq!((reply.status, reply.code().as_str(), reply.header(RETRY)), (429, "429", Some("7")));
    azure.pass(6);
    assert_eq!(azure.query(&azure.scope(1), &year).await.status, 429);
    azure.pass(1);
    assert_eq!(azure.query(&azure.scope(1), &year).await.status, 200);
    let counters = azure.server.counters();
    assert_eq!((counters.throttled, counters.too_early, counters.units), (2, 1, 24));
}

#[tokio::test]
async fn a_minute_and_an_hour_have_limits_of_their_own() {
    let azure = start(|_| ()).await;
    let year = monthly("2025-11-01", "2026-10-31");
    for turn in 0..50 {
        let reply = azure.query(&azure.scope(0), &year).await;
        assert_eq!(reply.status, 200, "{turn}");
        azure.pass(12);
    }
    // 600 units in ten minutes: the first 12 come back 3,000 seconds later.
    let reply = azure.query(&azure.scope(0), &year).await;
    assert_eq!((reply.status, reply.header(RETRY), reply.header("retry-after")), (429, Some("3000"), Some("3000")));
    azure.pass(3_000);
    assert_eq!(azure.query(&azure.scope(0), &year).await.status, 200);

    let azure = start(|_| ()).await;
    for _ in 0..5 {
        assert_eq!(azure.query(&azure.scope(0), &year).await.status, 200);
        azure.pass(10);
    }
    let reply = azure.query(&azure.scope(0), &year).await;
    assert_eq!((reply.status, reply.header(RETRY)), (429, Some("10")));
}

#[tokio::test]
async fn a_harsher_quota_lets_a_large_query_through_when_nothing_was_spent() {
    let azure = start(|config| config.quota = AzureQuota { per_10_seconds: 3, ..AzureQuota::default() }).await;
    let year = monthly("2025-11-01", "2026-10-31");
    assert_eq!(azure.query(&azure.scope(0), &year).await.status, 200);
    assert_eq!(azure.query(&azure.scope(0), &monthly("2026-01-01", "2026-01-31")).await.status, 429);
    azure.pass(10);
    assert_eq!(azure.query(&azure.scope(0), &year).await.status, 200);
}

#[tokio::test]
async fn calls_of_a_scope_are_limited_when_asked_for_pages_included() {
    let quota = AzureQuota { calls_per_scope_and_minute: Some(4), ..AzureQuota::default() };
    let azure = start(|config| {
        config.quota = quota;
        config.page_rows = 2;
    })
    .await;
    let month = monthly("2026-01-01", "2026-01-31");
    let mut reply = azure.query(&azure.scope(0), &month).await;
    let left = "x-ms-ratelimit-remaining-microsoft.costmanagement-entity-requests";
    assert_eq!(reply.header(left), Some("DefaultQuota:3"));
    for _ in 0..3 {
        reply = azure.post(&reply.next_link().expect("another page"), &month).await;
    }
    let link = reply.next_link().expect("another page");
    let throttled = azure.post(&link, &month).await;
    let wait = throttled.header("x-ms-ratelimit-microsoft.costmanagement-entity-retry-after");
    assert_eq!((throttled.status, wait), (429, Some("60")));
    assert_eq!(azure.query(&azure.scope(1), &month).await.status, 200);
    azure.pass(60);
    assert_eq!(azure.post(&link, &month).await.status, 200);
}
