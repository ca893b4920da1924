//! What Google refuses, in one sentence that says what to grant or set.

use source::{ErrorKind, SourceError};
use wiremock::ResponseTemplate;

use crate::stage::{QUERIES, STANDARD, Stage, TABLES, refusal};

/// The query is refused so.
async fn of_query(status: u16, reason: &str, message: &str) -> SourceError {
    let stage = Stage::with_query(vec![refusal(status, reason, message)]).await;
    let error = stage.refused().await;
    assert_eq!(stage.asked(QUERIES).await.len(), 1, "asking again does not help: {reason}");
    assert!(stage.memory.batches().is_empty());
    error
}

/// The table is refused so.
async fn of_table(answer: ResponseTemplate) -> SourceError {
    let stage = Stage::with_tokens().await;
    stage.script("GET", &format!("{TABLES}/{STANDARD}"), vec![answer]).await;
    stage.refused().await
}

#[tokio::test]
async fn missing_right_to_run_queries() {
    let message =
        "Access Denied: Project acme-run: User does not have bigquery.jobs.create permission in project acme-run.";
    let error = of_query(403, "accessDenied", message).await;
    assert_eq!(error.kind, ErrorKind::NoAccess);
    insta::assert_snapshot!(error.message, @"no queries may be run in project acme-run (HTTP 403, accessDenied: Access Denied: Project acme-run: User does not have bigquery.jobs.create permission in project acme-run): grant the role BigQuery Job User (roles/bigquery.jobUser) on acme-run");
}

#[tokio::test]
async fn missing_right_to_read_the_table() {
    let denied = "Access Denied: Table acme-bills:billing_export.t: User does not have permission to query table";
    for error in [of_query(403, "accessDenied", denied).await, of_table(refusal(403, "accessDenied", denied)).await] {
        assert_eq!(error.kind, ErrorKind::NoAccess);
        let remedy =
            "grant the role BigQuery Data Viewer (roles/bigquery.dataViewer) on the dataset acme-bills.billing_export";
        assert!(error.message.ends_with(remedy), "{error}");
    }
}

#[tokio::test]
async fn other_rights_and_switches() {
    for (reason, message, kind, said) in [
        (
            "accessNotConfigured",
            "BigQuery API has not been used in project 1 before or it is disabled.",
            ErrorKind::NoAccess,
            "the BigQuery API is not enabled in project acme-run",
        ),
        (
            "insufficientPermissions",
            "Request had insufficient authentication scopes.",
            ErrorKind::Unauthorized,
            "lack the scope bigquery.readonly",
        ),
        (
            "billingNotEnabled",
            "Billing has not been enabled for this project.",
            ErrorKind::NoAccess,
            "project acme-run has no billing account",
        ),
        (
            "quotaExceeded",
            "Quota exceeded: Your project exceeded quota for free query bytes scanned.",
            ErrorKind::RateLimited,
            "a quota of project acme-run is used up",
        ),
    ] {
        let error = of_query(403, reason, message).await;
        assert_eq!(error.kind, kind, "{reason}");
        assert!(error.message.contains(said), "{error}");
    }
}

#[tokio::test]
async fn query_that_would_cost_too_much() {
    let message = "Query exceeded limit for bytes billed: 107374182400. 214748364800 or higher required.";
    for status in [400, 403] {
        let error = of_query(status, "bytesBilledLimitExceeded", message).await;
        assert_eq!(error.kind, ErrorKind::NoAccess);
        assert!(error.message.starts_with("the query would read more than the 107374182400 bytes allowed"), "{error}");
        assert!(error.message.ends_with("214748364800 or higher required): raise gcp.maximum_bytes_billed"), "{error}");
    }
}

#[tokio::test]
async fn wrong_location() {
    let error =
        of_query(404, "notFound", "Not found: Dataset acme-bills:billing_export was not found in location US").await;
    assert_eq!(error.kind, ErrorKind::NotFound);
    insta::assert_snapshot!(error.message, @"the query was run in the wrong location (HTTP 404, notFound: Not found: Dataset acme-bills:billing_export was not found in location US): asked was EU, and the table says EU; set gcp.bigquery_location (GCP_BIGQUERY_LOCATION) to that, or leave it out");
}

#[tokio::test]
async fn things_that_are_not_there() {
    for (message, said) in [
        ("Not found: Project acme-run", "there is no such project"),
        ("Not found: Dataset acme-bills:billing_export", "there is no dataset acme-bills.billing_export"),
        (
            "Not found: Table acme-bills:billing_export.t",
            "the table acme-bills.billing_export.gcp_billing_export_v1_01AB23",
        ),
        ("Requested entity was not found.", "BigQuery knows nothing of acme-bills.billing_export"),
    ] {
        let error = of_query(404, "notFound", message).await;
        assert_eq!(error.kind, ErrorKind::NotFound);
        assert!(error.message.starts_with(said), "{error}");
    }
}

#[tokio::test]
async fn table_of_another_shape() {
    let error = of_query(400, "invalidQuery", "Unrecognized name: invoice at [1:8]").await;
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    insta::assert_snapshot!(error.message, @"BigQuery cannot run the query over acme-bills.billing_export.gcp_billing_export_v1_01AB23_CD45EF_678901 (HTTP 400, invalidQuery: Unrecognized name: invoice at [1:8]): check that gcp.billing_table is a billing export");
}

#[tokio::test]
async fn anything_else_is_shown_as_it_came() {
    let error = of_query(418, "teapot", "short and stout").await;
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.message.ends_with("HTTP 418, teapot: short and stout"), "{error}");
    let error = of_table(ResponseTemplate::new(302).insert_header("location", "https://example.com")).await;
    assert!(error.message.ends_with("HTTP 302"), "the token goes nowhere else: {error}");
}
