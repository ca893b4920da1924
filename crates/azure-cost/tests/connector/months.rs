//! Which months are asked for, in which order, and what is remembered.

use azure_cost::{CostScope, CostType, Settings};
use connector_testing::Memory;
use model::records::CloudMonth;
use serde_json::{Value, json};
use source::{ErrorKind, Event, Window};

use crate::provider::{dated, refusal};
use crate::setting::{ALL, FULL, Setting, at, now};

#[tokio::test]
async fn the_first_import_reads_24_full_months_and_the_running_one_newest_first() {
    let setting = Setting::new().await;
    let usage = setting.import_all().await;
    assert_eq!(setting.provider.months(), ["2025-12 2026-11", "2024-12 2025-11", "2024-11 2024-11"]);
    assert_eq!(setting.memory.months().len(), 25);
    assert_eq!(setting.lines("2024-11"), ["Storage Usage EUR 11.50 0.00"]);
    let shape = |known: &CloudMonth| (known.provider.clone(), known.account.clone(), known.observed_at);
    assert!(setting.memory.months().iter().all(|known| shape(known) == ("azure".into(), "sub-1".into(), now())));
    assert_eq!((usage.records, usage.calls, usage.points), (25, 4, 25));
    assert_eq!((usage.full, usage.covered_from, usage.covered_to), (true, None, Some(now())));
    let crawl = source::FullCrawl { generation: 7, complete: false };
    assert_eq!(setting.memory.crawls(), [crawl; 3]);
}

#[tokio::test]
async fn the_provider_says_which_month_it_is_whatever_the_status_of_its_answer() {
    for status in [403, 404, 400] {
        let setting = Setting::new().await;
        let refused = dated(status).set_body_json(refusal("AuthorizationFailed", "no"));
        setting.provider.describe(refused.insert_header("date", "Wed, 06 Mar 2024 00:00:00 GMT"));
        setting.import_all().await;
        assert_eq!(setting.provider.months()[0], "2023-04 2024-03", "{status}");
    }
}

#[tokio::test]
async fn a_scope_is_called_by_its_name_once_azure_has_told_it() {
    for (answer, label) in [
        (dated(200).set_body_json(json!({"displayName": "Production"})), "Production"),
        (dated(200).set_body_json(json!({"name": "a", "properties": {"displayName": "Acme"}})), "Acme"),
        (dated(200).set_body_json(json!({"name": "rg-1"})), "rg-1"),
        (dated(200).set_body_string("<html>"), "sub-1"),
        (dated(404).set_body_json(json!({"displayName": "wrong"})), "sub-1"),
    ] {
        let setting = Setting::new().await;
        setting.provider.describe(answer);
        setting.import_all().await;
        let page = setting.told.events().into_iter().find_map(|event| match event {
            Event::Page { subject, .. } => Some(subject),
            _ => None,
        });
        assert_eq!(page.as_deref(), Some(label));
    }
}

#[tokio::test]
async fn the_next_day_costs_one_unit_and_the_new_month_two() {
    let setting = Setting::new().await;
    setting.import_all().await;
    let usage = setting.import_all().await;
    assert_eq!((usage.points, usage.calls, usage.full), (1, 2, false));
    setting.provider.describe(dated(200).insert_header("date", "Tue, 01 Dec 2026 06:00:00 GMT"));
    assert_eq!(setting.import_all().await.points, 2);
    assert_eq!(setting.provider.months()[3..], ["2026-11 2026-11", "2026-11 2026-12"]);
}

#[tokio::test]
async fn a_full_import_asks_for_everything_again() {
    let setting = Setting::new().await;
    setting.import_all().await;
    let usage = setting.import(FULL).await.expect("the import succeeds");
    assert_eq!((usage.points, usage.full), (25, true));
}

#[tokio::test]
async fn since_asks_for_everything_from_that_month_on_and_leaves_the_rest_unread() {
    let setting = Setting::new().await;
    let since = Window { since: Some(at("2026-09-15")), full: false };
    let usage = setting.import(since).await.expect("the import succeeds");
    assert_eq!((usage.points, usage.covered_from), (3, Some(at("2026-09-01"))));
    assert_eq!(setting.provider.months(), ["2026-09 2026-11"]);
    assert_eq!(setting.import_all().await.points, 23, "22 months that were left out, and the running one");
}

#[tokio::test]
async fn a_killed_import_goes_on_where_it_stopped() {
    let setting = Setting::new().await;
    setting.memory.fail_after(1);
    let error = setting.refused().await;
    assert_eq!((error.kind, setting.memory.months().len()), (ErrorKind::Sink, 12));
    setting.memory.fail_after(usize::MAX);
    let usage = setting.import_all().await;
    assert_eq!(setting.provider.months()[2..], ["2026-11 2026-11", "2024-12 2025-11", "2024-11 2024-11"]);
    assert_eq!((usage.points, setting.memory.months().len()), (14, 25));
}

#[tokio::test]
async fn a_killed_full_import_is_completed_by_the_next_one() {
    let setting = Setting::new().await;
    setting.import_all().await;
    setting.memory.fail_after(1);
    setting.import(FULL).await.expect_err("killed");
    setting.memory.fail_after(usize::MAX);
    assert_eq!(setting.import_all().await.points, 14, "what the full import did not reach, and the running month");
}

#[tokio::test]
async fn another_cost_type_or_scope_is_another_import() {
    let setting = Setting::new().await;
    setting.import_all().await;
    let amortized = Setting::with(|settings| Settings { cost_type: CostType::Amortized, ..settings }).await;
    let cursor = setting.memory.cursor();
    let amortized = Setting { memory: Memory::with_cursor(cursor.clone()), ..amortized };
    assert_eq!(amortized.import_all().await.points, 25);
    assert_eq!(amortized.provider.asked()[0].body["type"], "AmortizedCost");
    let mut other = Setting::new().await;
    other.memory = Memory::with_cursor(cursor);
    other.scope = CostScope::parse("sub-2").unwrap();
    assert_eq!(other.import_all().await.points, 25);
}

#[tokio::test]
async fn every_query_asks_for_monthly_sums_by_service_and_charge_type() {
    let setting = Setting::new().await;
    setting.import_all().await;
    let asked = setting.provider.asked().remove(0);
    let path = "/subscriptions/sub-1/providers/Microsoft.CostManagement/query?api-version=2023-03-01";
    assert!(asked.url.ends_with(path), "{}", asked.url);
    assert_eq!(asked.header("clienttype"), Some("cto-metrics"));
    assert!(asked.header("user-agent").unwrap().starts_with("cto-metrics "));
    let expected: Value = json!({
        "type": "ActualCost",
        "timeframe": "Custom",
        "timePeriod": {"from": "2025-12-01T00:00:00Z", "to": "2026-11-30T23:59:59Z"},
        "dataset": {
            "granularity": "Monthly",
            "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": "ServiceName"}, {"type": "Dimension", "name": "ChargeType"}],
        },
    });
    assert_eq!(asked.body, expected);
}

#[tokio::test]
async fn what_an_import_will_cost_is_known_before() {
    use source::Source as _;
    let setting = Setting::new().await;
    let source = setting.source();
    let expected = source.expected(ALL, None);
    assert_eq!((expected.calls, expected.points), (4, 25));
    assert_eq!(setting.client.expected_wait(expected.points).as_secs(), 20);
    let usage = setting.import_all().await;
    assert_eq!((usage.calls, usage.points), (4, 25));
    let again = source.expected(ALL, setting.memory.cursor().as_deref());
    assert_eq!((again.calls, again.points), (2, 1));
}
