//! The table: named, found, or what is there instead.

use serde_json::{Value, json};
use source::ErrorKind;

use crate::stage::{DETAILED, QUERIES, STANDARD, Stage, TABLES, good, refusal, rows, table};

/// A dataset without the standard export that holds these tables.
async fn dataset_of(tables: &[&str]) -> Stage {
    let stage = Stage::with_tokens().await;
    let missing = refusal(404, "notFound", &format!("Not found: Table acme-bills:billing_export.{STANDARD}"));
    stage.script("GET", &format!("{TABLES}/{STANDARD}"), vec![missing]).await;
    let listed: Vec<Value> = tables.iter().map(|name| json!({"tableReference": {"tableId": name}})).collect();
    stage.script("GET", TABLES, vec![good(&json!({"tables": listed, "totalItems": listed.len()}))]).await;
    stage
}

async fn said(tables: &[&str]) -> String {
    let error = dataset_of(tables).await.refused().await;
    assert_eq!(error.kind, ErrorKind::NotFound);
    let message = error.message;
    message
        .strip_prefix(&format!("the table {STANDARD} is not in the dataset acme-bills.billing_export; "))
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn configured_table_is_read_and_no_other() {
    let mut stage = Stage::with_tokens().await;
    stage.settings.table = Some(DETAILED.to_owned());
    stage.settings.dataset = "exports".to_owned();
    let path = format!("/bigquery/v2/projects/acme-run/datasets/exports/tables/{DETAILED}");
    stage.script("GET", &path, vec![good(&table())]).await;
    stage.script("POST", QUERIES, vec![good(&rows(&[]))]).await;
    stage.import().await.unwrap();
    let query = stage.queries().await.remove(0);
    assert!(query["query"].as_str().unwrap().contains(&format!("FROM `acme-run.exports.{DETAILED}` ")));
}

#[tokio::test]
async fn wildcard_over_both_exports_is_refused() {
    let mut stage = Stage::empty().await;
    stage.settings.table = Some("gcp_billing_export_*".to_owned());
    let error = stage.source().expect_err("refused");
    assert!(
        error.message.contains("without a wildcard (which would add the standard and the detailed export"),
        "{error}"
    );
}

#[tokio::test]
async fn names_are_checked_before_they_go_into_sql() {
    let mut stage = Stage::empty().await;
    stage.settings.dataset = "x` WHERE FALSE; DROP TABLE `y".to_owned();
    assert!(stage.source().expect_err("refused").message.starts_with("gcp.billing_dataset"));
    stage.settings.dataset = "billing_export".to_owned();
    stage.settings.billing_account = "`".to_owned();
    assert!(stage.source().expect_err("refused").message.starts_with("gcp.billing_account (GCP_BILLING_ACCOUNT)"));
}

#[tokio::test]
async fn detailed_export_alone_is_proposed() {
    let said = said(&["cloud_pricing_export", DETAILED]).await;
    insta::assert_snapshot!(said, @"only the detailed export gcp_billing_export_resource_v1_01AB23_CD45EF_678901 is: set gcp.billing_table to it, since it holds all that the standard export holds");
}

#[tokio::test]
async fn export_of_another_account_is_named() {
    let said = said(&["gcp_billing_export_v1_AAAAAA_BBBBBB_CCCCCC"]).await;
    insta::assert_snapshot!(said, @"gcp_billing_export_v1_AAAAAA_BBBBBB_CCCCCC is, which belongs to another billing account: check gcp.billing_account (GCP_BILLING_ACCOUNT) and gcp.billing_dataset");
}

#[tokio::test]
async fn dataset_without_an_export_says_how_to_enable_it() {
    insta::assert_snapshot!(said(&["sales"]).await, @"no billing export is, among its tables (1): enable the standard usage cost export to BigQuery in Google's billing console, or set gcp.billing_dataset to the dataset that it goes to");
    assert!(said(&[]).await.starts_with("no billing export is, among its tables (0)"));
}

#[tokio::test]
async fn wrong_table_in_the_settings_is_told_of_the_right_one() {
    let mut stage = Stage::with_tokens().await;
    stage.settings.table = Some("mine".to_owned());
    stage
        .script(
            "GET",
            &format!("{TABLES}/mine"),
            vec![refusal(404, "notFound", "Not found: Table acme-bills:billing_export.mine")],
        )
        .await;
    let page = |name: &str, next: Value| {
        good(&json!({"tables": [{"tableReference": {"tableId": name}}], "nextPageToken": next}))
    };
    stage.script("GET", TABLES, vec![page("a", json!("2")), page(STANDARD, Value::Null)]).await;
    let message = stage.refused().await.message;
    assert_eq!(
        message,
        format!(
            "the table mine is not in the dataset acme-bills.billing_export; {STANDARD} is: set gcp.billing_table to it, or leave it out"
        )
    );
    assert_eq!(stage.asked(TABLES).await.len(), 2, "all pages of the list");
}

#[tokio::test]
async fn missing_dataset_is_named() {
    let stage = Stage::with_tokens().await;
    let missing = refusal(404, "notFound", "Not found: Dataset acme-bills:billing_export");
    stage.script("GET", &format!("{TABLES}/{STANDARD}"), vec![missing]).await;
    let error = stage.refused().await;
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.starts_with("there is no dataset acme-bills.billing_export (HTTP 404"), "{error}");
    assert!(stage.asked(TABLES).await.is_empty(), "there is nothing to list");
}

#[tokio::test]
async fn location_that_differs_from_the_tables_is_refused_before_the_query() {
    let mut stage = Stage::with_query(vec![good(&rows(&[]))]).await;
    stage.settings.location = Some("us".to_owned());
    let error = stage.refused().await;
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(
        error.message.starts_with("gcp.bigquery_location (GCP_BIGQUERY_LOCATION) is us, but acme-bills."),
        "{error}"
    );
    assert!(error.message.ends_with("is in EU: set it to EU, or leave it out"), "{error}");
    assert!(stage.asked(QUERIES).await.is_empty());
    stage.settings.location = Some("eu".to_owned());
    stage.import().await.unwrap();
}

#[tokio::test]
async fn view_and_table_cut_by_a_column_are_bounded_by_the_invoice_alone() {
    for odd in [
        json!({"location": "EU", "type": "VIEW"}),
        json!({"location": "EU", "type": "TABLE", "timePartitioning": {"type": "DAY", "field": "usage_start_time"}}),
        json!({"location": "EU", "type": "TABLE"}),
    ] {
        let stage = Stage::with_tokens().await;
        stage.script("GET", &format!("{TABLES}/{STANDARD}"), vec![good(&odd)]).await;
        stage.script("POST", QUERIES, vec![good(&rows(&[]))]).await;
        stage.import().await.unwrap();
        let query = stage.queries().await.remove(0);
        assert!(!query["query"].as_str().unwrap().contains("_PARTITIONTIME"), "{odd}");
        assert_eq!(query["queryParameters"].as_array().unwrap().len(), 1, "{odd}");
    }
}
