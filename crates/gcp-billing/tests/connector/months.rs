//! Which months are asked for, and what of them goes into the ledger.

use serde_json::json;
use source::Window;
use tokio_util::sync::CancellationToken;

use crate::stage::{DETAILED, QUERIES, STANDARD, Stage, TABLES, answer, at, good, row, rows, table};

/// The parameters of the queries so far: the first month, and the first day of arrival.
async fn bounds(stage: &Stage) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value["parameterValue"]["value"].as_str().unwrap().to_owned();
    stage.queries().await.iter().map(|q| (text(&q["queryParameters"][0]), text(&q["queryParameters"][1]))).collect()
}

async fn import(stage: &Stage, window: Window) {
    stage.import_with(window, CancellationToken::new()).await.unwrap();
}

#[tokio::test]
async fn query_is_bounded_by_invoice_month_and_arrival_and_by_what_it_may_cost() {
    let mut stage = Stage::with_query(vec![good(&rows(&[]))]).await;
    stage.settings.maximum_bytes_billed = Some(5_000_000_000_000);
    stage.import().await.unwrap();
    let query = stage.queries().await.remove(0);
    assert_eq!(
        query["queryParameters"],
        json!([
            {"name": "first_month", "parameterType": {"type": "STRING"}, "parameterValue": {"value": "202411"}},
            {"name": "from", "parameterType": {"type": "TIMESTAMP"}, "parameterValue": {"value": "2024-10-01 00:00:00+00:00"}},
        ])
    );
    let text = query["query"].as_str().unwrap();
    assert!(
        text.contains(
            "FROM `acme-bills.billing_export.gcp_billing_export_v1_01AB23_CD45EF_678901` WHERE (_PARTITIONTIME >= @from"
        ),
        "{text}"
    );
    assert_eq!(
        (&query["useLegacySql"], &query["location"], &query["parameterMode"]),
        (&json!(false), &json!("EU"), &json!("NAMED"))
    );
    assert_eq!((&query["timeoutMs"], &query["maxResults"]), (&json!(10_000), &json!(10_000)));
    assert_eq!(query["maximumBytesBilled"], "5000000000000");
}

#[tokio::test]
async fn bytes_are_bounded_without_a_setting_too() {
    let stage = Stage::with_query(vec![good(&rows(&[]))]).await;
    stage.import().await.unwrap();
    assert_eq!(stage.queries().await[0]["maximumBytesBilled"], gcp_billing::DEFAULT_MAXIMUM_BYTES_BILLED.to_string());
}

#[tokio::test]
async fn lines_keep_gross_and_credits_apart_to_the_last_digit() {
    let line = |service, kind, currency, gross, credits| [Some("202610"), service, kind, currency, gross, credits];
    let answer = rows(&[
        line(
            Some("Compute Engine"),
            Some("regular"),
            Some("USD"),
            Some("123456789012.010000001"),
            Some("-0.000000001"),
        ),
        line(Some("Compute Engine"), Some("tax"), Some("USD"), Some("7.5"), Some("0")),
        line(Some("Compute Engine"), Some("regular"), Some("EUR"), Some("3"), Some("0")),
        line(Some("Cloud SQL"), Some("adjustment"), Some("USD"), Some("-12.5"), Some("0")),
        line(Some("Cloud SQL"), Some("rounding_error"), Some("USD"), Some("0.004"), None),
        line(None, Some("tax"), Some("USD"), Some("19"), Some("0")),
    ]);
    let stage = Stage::with_query(vec![good(&answer)]).await;
    let usage = stage.import().await.unwrap();
    insta::assert_snapshot!(stage.csv(), @"
    2026-10,,Tax,USD,19.00,0.00
    2026-10,Cloud SQL,Adjustment,USD,-12.496,0.00
    2026-10,Compute Engine,Usage,EUR,3.00,0.00
    2026-10,Compute Engine,Usage,USD,123456789012.010000001,-0.000000001
    2026-10,Compute Engine,Tax,USD,7.50,0.00
    ");
    assert_eq!(usage.records, 5, "two kinds of adjustment are one line");
}

#[tokio::test]
async fn kind_of_cost_that_is_not_known_is_kept_and_told() {
    let odd = |kind| [Some("202610"), Some("X"), kind, Some("USD"), Some("1"), Some("0")];
    let stage = Stage::with_query(vec![good(&rows(&[odd(Some("surcharge")), odd(None)]))]).await;
    stage.import().await.unwrap();
    assert_eq!(stage.csv(), "2026-10,X,,USD,2.00,0.00\n");
    let notes = stage.told.notes().join("\n");
    assert!(
        notes.contains("costs with the cost_type \"surcharge\": they are kept without a charge category"),
        "{notes}"
    );
    assert!(notes.contains("costs with no cost_type"), "{notes}");
}

#[tokio::test]
async fn columns_are_found_by_name() {
    let mut answer = rows(&[row("202610", "X", "1.25")]);
    answer["schema"]["fields"].as_array_mut().unwrap().reverse();
    answer["rows"][0]["f"].as_array_mut().unwrap().reverse();
    let stage = Stage::with_query(vec![good(&answer)]).await;
    stage.import().await.unwrap();
    assert_eq!(stage.csv(), "2026-10,X,Usage,USD,1.25,0.00\n");
}

#[tokio::test]
async fn months_without_costs_are_empty_and_later_ones_than_the_running_one_are_kept() {
    let stage = Stage::with_query(vec![good(&rows(&[row("202609", "X", "1"), row("202612", "X", "2")]))]).await;
    stage.import().await.unwrap();
    let months = stage.months();
    assert_eq!((months.len(), months[0].as_str(), months[25].as_str()), (26, "2024-11", "2026-12"));
    assert!(stage.month("2026-10").lines.is_empty());
    assert_eq!(stage.csv(), "2026-09,X,Usage,USD,1.00,0.00\n2026-12,X,Usage,USD,2.00,0.00\n");
    let notes = stage.told.notes().join("\n");
    assert!(notes.contains("holds no costs before 2026-09"), "{notes}");
}

#[tokio::test]
async fn export_without_any_costs_is_told_and_no_failure() {
    let stage = Stage::with_query(vec![good(&rows(&[]))]).await;
    let usage = stage.import().await.unwrap();
    assert_eq!((usage.records, stage.months().len()), (0, 25));
    let notes = stage.told.notes();
    assert_eq!(notes.len(), 1);
    assert!(notes[0].contains("holds no costs since 2024-11: if there should be some, check"), "{notes:?}");
}

#[tokio::test]
async fn next_import_asks_only_for_what_was_not_settled() {
    let stage =
        Stage::with_query(vec![good(&rows(&[row("202611", "X", "1")])), good(&rows(&[row("202611", "X", "2")]))]).await;
    for _ in 0..2 {
        import(&stage, Window::default()).await;
    }
    let told = |first: &str, from: &str| (first.to_owned(), from.to_owned());
    assert_eq!(
        bounds(&stage).await,
        [told("202411", "2024-10-01 00:00:00+00:00"), told("202611", "2026-10-01 00:00:00+00:00")]
    );
    assert_eq!(stage.csv(), "2026-11,X,Usage,USD,2.00,0.00\n", "the month is replaced");
    assert_eq!(stage.memory.batches()[1].records.len(), 1);
}

#[tokio::test]
async fn month_that_is_still_settling_is_asked_for_again() {
    let stage = Stage::with_tokens().await;
    let dated = |date: &str| good(&table()).insert_header("date", date);
    let path = format!("{TABLES}/{STANDARD}");
    stage
        .script("GET", &path, vec![dated("Tue, 03 Nov 2026 12:00:00 GMT"), dated("Fri, 20 Nov 2026 12:00:00 GMT")])
        .await;
    stage.script("POST", QUERIES, vec![good(&rows(&[row("202611", "X", "1")]))]).await;
    for _ in 0..3 {
        import(&stage, Window::default()).await;
    }
    let first: Vec<String> = bounds(&stage).await.into_iter().map(|(first, _)| first).collect();
    assert_eq!(first, ["202411", "202610", "202611"]);
}

#[tokio::test]
async fn everything_is_asked_for_on_demand_and_when_the_table_changes() {
    let mut stage = Stage::with_query(vec![good(&rows(&[row("202611", "X", "1")]))]).await;
    stage.script("GET", &format!("{TABLES}/{DETAILED}"), vec![good(&table())]).await;
    import(&stage, Window::default()).await;
    import(&stage, Window { full: true, since: None }).await;
    stage.settings.table = Some(DETAILED.to_owned());
    import(&stage, Window::default()).await;
    import(&stage, Window::default()).await;
    let first: Vec<String> = bounds(&stage).await.into_iter().map(|(first, _)| first).collect();
    assert_eq!(first, ["202411", "202411", "202411", "202611"]);
}

#[tokio::test]
async fn since_asks_from_its_month_on_and_does_not_hide_the_rest_from_the_next_import() {
    let stage = Stage::with_query(vec![good(&rows(&[row("202611", "X", "1")]))]).await;
    let since = Window { since: Some(at("2026-09-15T10:00:00Z")), full: false };
    let usage = stage.import_with(since, CancellationToken::new()).await.unwrap();
    assert_eq!((usage.full, usage.covered_from), (false, Some(at("2026-09-01"))));
    assert_eq!(stage.months(), ["2026-09", "2026-10", "2026-11"]);
    assert_eq!(stage.memory.cursor(), None);
    import(&stage, Window::default()).await;
    assert_eq!(bounds(&stage).await[1].0, "202411");
}

#[tokio::test]
async fn months_that_have_lost_days_are_left_as_they_are() {
    let stage = Stage::with_tokens().await;
    let days = |days: u64| {
        let mut table = table();
        table["timePartitioning"]["expirationMs"] = (days * 86_400_000).to_string().into();
        good(&table)
    };
    stage.script("GET", &format!("{TABLES}/{STANDARD}"), vec![days(60), days(10)]).await;
    stage.script("POST", QUERIES, vec![good(&rows(&[row("202611", "X", "1")]))]).await;
    import(&stage, Window::default()).await;
    assert_eq!(stage.months(), ["2026-10", "2026-11"], "60 days before 20 November");
    assert!(stage.told.notes()[0].contains("months before 2026-10 are left as they are"), "{:?}", stage.told.notes());
    let error = stage.refused().await;
    assert!(error.message.contains("already deleted days of the running month"), "{error}");
    assert_eq!(stage.asked(QUERIES).await.len(), 1);
}

#[tokio::test]
async fn local_time_serves_where_the_provider_names_none() {
    let stage = Stage::with_tokens().await;
    let undated = answer(200).insert_header("date", "-").set_body_json(table());
    stage.script("GET", &format!("{TABLES}/{STANDARD}"), vec![undated]).await;
    stage.script("POST", QUERIES, vec![good(&rows(&[]))]).await;
    let usage = stage.import().await.unwrap();
    assert_eq!(usage.covered_to, Some(at("2001-01-01")));
    assert_eq!(bounds(&stage).await[0].0, "199901");
}
