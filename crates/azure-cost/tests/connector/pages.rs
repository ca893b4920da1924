//! What pages of costs may look like.

use source::ErrorKind;

use crate::provider::{dated, page, page_of};
use crate::setting::Setting;

fn row(cost: &str, service: &str, charge_type: &str, currency: &str) -> String {
    format!(r#"[{cost},"2026-11-01T00:00:00","{service}","{charge_type}","{currency}"]"#)
}

#[tokio::test]
async fn pages_are_followed_by_post_of_the_same_body_until_there_are_none() {
    let setting = Setting::new().await.with_everything_else_read().await;
    let link =
        |token: &str| format!("{}/subscriptions/sub-1/query?api-version=x&$skiptoken={token}", setting.server.uri());
    setting.provider.answer(page(&[row("1", "Storage", "Usage", "EUR")], Some(&link("A=="))));
    setting.provider.answer(page(&[row("2", "Storage", "Usage", "EUR")], Some(&link("B=="))));
    setting.provider.answer(page(&[row("4", "Storage", "Tax", "EUR")], None));
    setting.import_all().await;
    assert_eq!(setting.lines("2026-11"), ["Storage Usage EUR 3.00 0.00", "Storage Tax EUR 4.00 0.00"]);
    let asked = &setting.provider.asked()[3..];
    assert_eq!(asked.len(), 3);
    assert!(asked[1].url.ends_with("$skiptoken=A==") && asked[2].url.ends_with("$skiptoken=B=="), "{}", asked[1].url);
    assert!(asked.iter().all(|page| page.body == asked[0].body && page.header("clienttype") == Some("cto-metrics")));
}

#[tokio::test]
async fn numbers_stay_exact_from_the_wire() {
    let setting = Setting::new().await.with_everything_else_read().await;
    let rows = [
        row("1234567890123456.789012345", "A", "Usage", "EUR"),
        row("1.5E-7", "B", "Usage", "EUR"),
        row("-0.10000000000000000001", "C", "Refund", "EUR"),
    ];
    setting.provider.answer(page(&rows, None));
    setting.import_all().await;
    let expected = [
        "A Usage EUR 1234567890123456.789012345 0.00",
        "B Usage EUR 0.00000015 0.00",
        "C Adjustment EUR -0.10000000000000000001 0.00",
    ];
    assert_eq!(setting.lines("2026-11"), expected);
}

#[tokio::test]
async fn currencies_are_never_added() {
    let setting = Setting::new().await.with_everything_else_read().await;
    setting.provider.answer(page(&[row("1", "A", "Usage", "USD"), row("2", "A", "Usage", "EUR")], None));
    setting.import_all().await;
    assert_eq!(setting.lines("2026-11"), ["A Usage EUR 2.00 0.00", "A Usage USD 1.00 0.00"]);
}

#[tokio::test]
async fn columns_of_other_names_and_orders_are_read() {
    let setting = Setting::new().await.with_everything_else_read().await;
    let columns = ["ServiceName", "Currency", "UsageDate", "PreTaxCost"];
    setting.provider.answer(page_of(&columns, &[r#"["A","EUR",20261101,2.50]"#.to_owned()], None));
    setting.import_all().await;
    assert_eq!(setting.lines("2026-11"), ["A  EUR 2.50 0.00"], "no charge type, no category");
    let columns = ["ServiceName", "BillingMonth", "CostUSD"];
    setting.provider.answer(page_of(&columns, &[r#"["A","2026-11-01",3]"#.to_owned()], None));
    setting.import_all().await;
    assert_eq!(setting.lines("2026-11"), ["A  USD 3.00 0.00"]);
    assert!(setting.told.notes()[0].contains("US dollars only"));
}

#[tokio::test]
async fn nothing_billed_is_an_empty_month_that_replaces_what_was_there() {
    for answer in [dated(204), page(&[], None)] {
        let setting = Setting::new().await.with_everything_else_read().await;
        assert_eq!(setting.lines("2026-11").len(), 1);
        setting.provider.answer(answer);
        let usage = setting.import_all().await;
        assert_eq!((setting.lines("2026-11").len(), usage.records), (0, 0));
    }
}

#[tokio::test]
async fn a_link_to_another_origin_is_refused_for_it_would_leak_the_token() {
    for link in ["https://evil.example/x?$skiptoken=s", "http://127.0.0.1:1/x", "no link"] {
        let setting = Setting::new().await.with_everything_else_read().await;
        setting.provider.answer(page(&[], Some(link)));
        let error = setting.refused().await;
        assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
        assert!(error.message.contains("does not get the token") && !error.message.contains("skiptoken"), "{error}");
    }
}

#[tokio::test]
async fn a_repeated_link_is_an_error_and_no_endless_loop() {
    let setting = Setting::new().await.with_everything_else_read().await;
    let link = format!("{}/query?$skiptoken=A", setting.server.uri());
    for _ in 0..2 {
        setting.provider.answer(page(&[], Some(&link)));
    }
    let error = setting.refused().await;
    assert!(error.message.contains("page 2 leads to a page that was read before"), "{error}");
    assert_eq!(setting.provider.asked().len(), 3 + 2);
}

#[tokio::test]
async fn what_is_malformed_names_the_page_and_nothing_of_the_query_is_stored() {
    let bad = |text: &str| dated(200).set_body_raw(text.to_owned(), "application/json");
    for (answer, said) in [
        (bad("<html>"), "it is not the JSON of a query"),
        (bad(r#"{"properties": {}}"#), "it is not the JSON of a query"),
        (page_of(&["Cost", "Currency"], &[], None), "it has no column BillingMonth (only Cost, Currency)"),
        (
            page(&[r#"["x","2026-11-01","A","Usage","EUR"]"#.to_owned()], None),
            "row 1: the cost `x` is not a decimal number",
        ),
    ] {
        let setting = Setting::new().await.with_everything_else_read().await;
        let link = format!("{}/query?$skiptoken=A", setting.server.uri());
        setting.provider.answer(page(&[row("7", "A", "Usage", "EUR")], Some(&link)));
        setting.provider.answer(answer);
        let error = setting.refused().await;
        assert_eq!((error.kind, error.request_id.as_deref()), (ErrorKind::UnexpectedResponse, Some("request-7")));
        let place = "the costs of subscription sub-1, 2026-11 to 2026-11: page 2 cannot be used: ";
        assert!(error.message.starts_with(&format!("{place}{said}")), "{error}");
        assert_eq!(setting.lines("2026-11"), ["Storage Usage EUR 11.50 0.00"], "as before");
    }
}

#[tokio::test]
async fn pages_without_an_end_are_left() {
    let setting = Setting::new().await;
    let link = |at: u32| format!("{}/subscriptions/sub-1/query?$skiptoken={at}", setting.server.uri());
    for at in 0..1100 {
        setting.provider.answer(page(&[row("1", "Storage", "Usage", "EUR")], Some(&link(at))));
    }
    let error = setting.refused().await;
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.message.contains("page 1000 still leads to another one"), "{error}");
}
