//! What goes wrong on purpose.

use super::*;

const TABLES: &str = "/bigquery/v2/projects/acme-billing/datasets/billing_export/tables";

async fn ask(google: &Google) -> Got {
    let query = format!("SELECT SUM(cost) FROM {}", google.table());
    google
        .post(&json!({ "query": query, "useLegacySql": false, "location": "EU", "maximumBytesBilled": "1000000000" }))
        .await
}

#[tokio::test]
async fn a_bad_key_gets_no_token() {
    let google = google(&["google-bad-key"]).await;
    assert_eq!(google.token, "");
    let claims = tokens::part(&tokens::claims(&google.server.url()));
    let got = google.ask_token(&format!("{}.{claims}.c2ln", tokens::part(&json!({ "alg": "RS256" })))).await;
    assert_eq!(got.body, json!({ "error": "invalid_grant", "error_description": "Invalid JWT Signature." }));
}

#[tokio::test]
async fn missing_roles_are_named_by_the_permission() {
    let without_jobs = google(&["google-no-job-user"]).await;
    let message = "Access Denied: Project acme-billing: User does not have bigquery.jobs.create permission in project \
                   acme-billing.";
    assert_eq!(ask(&without_jobs).await.error(), (403, "accessDenied", message));
    assert_eq!(without_jobs.get(TABLES).await.status, 200);
    let without_data = google(&["google-no-data-viewer"]).await;
    let got = ask(&without_data).await;
    assert!(
        got.error().2.contains("User does not have permission to query table acme-billing:billing_export."),
        "{}",
        got.body
    );
    let got = without_data.get(TABLES).await;
    let message = "Access Denied: Dataset acme-billing:billing_export: Permission bigquery.tables.list denied on dataset \
                   acme-billing:billing_export (or it may not exist).";
    assert_eq!(got.error(), (403, "accessDenied", message));
    assert!(
        without_data
            .get(&format!("{TABLES}/t"))
            .await
            .error()
            .2
            .contains("Permission bigquery.tables.get denied on table")
    );
}

#[tokio::test]
async fn an_export_that_is_switched_off_leaves_no_table() {
    let google = google(&["google-no-table"]).await;
    assert_eq!(google.get(TABLES).await.body["totalItems"], 1);
    let got = ask(&google).await;
    assert_eq!((got.error().0, got.error().1), (404, "notFound"));
    google.server.set_faults(&["google-only-detailed".parse().expect("a fault")]);
    let list = google.get(TABLES).await.body;
    let name = list["tables"][1]["tableReference"]["tableId"].as_str().expect("a name");
    assert!(name.starts_with("gcp_billing_export_resource_v1_"));
    assert_eq!(ask(&google).await.error().0, 404);
}

#[tokio::test]
async fn a_dataset_elsewhere_is_not_found_where_it_is_looked_for() {
    let google = google(&["google-wrong-location"]).await;
    let message = "Not found: Dataset acme-billing:billing_export was not found in location EU";
    assert_eq!(ask(&google).await.error(), (404, "notFound", message));
    let account = google.bills.google_account().replace('-', "_");
    let table = google.get(&format!("{TABLES}/gcp_billing_export_v1_{account}")).await.body;
    let location = table["location"].as_str().expect("a location").to_owned();
    let query = format!("SELECT SUM(cost) FROM {}", google.table());
    let got =
        google.post(&json!({ "query": query, "useLegacySql": false, "location": location, "timeoutMs": 0 })).await;
    // Outside of the multi-regions a job is only found with its location.
    let job = got.body["jobReference"]["jobId"].as_str().expect("an id").to_owned();
    assert_eq!(google.get(&format!("{QUERIES}/{job}")).await.error().0, 404);
    assert_eq!(google.get(&format!("{QUERIES}/{job}?location={location}")).await.body["totalRows"], "1");
}

#[tokio::test]
async fn a_slow_job_is_complete_after_some_polls() {
    let google = google(&["google-job-slow=2"]).await;
    let got = ask(&google).await;
    assert_eq!((got.status, &got.body["jobComplete"]), (200, &json!(false)));
    let job = got.body["jobReference"]["jobId"].as_str().expect("an id").to_owned();
    let mut complete = Vec::new();
    for _ in 0..3 {
        complete.push(google.get(&format!("{QUERIES}/{job}?location=EU")).await.body["jobComplete"].clone());
    }
    assert_eq!(complete, [false, false, true]);
}

#[tokio::test]
async fn limits_and_outages_pass() {
    let google = google(&["google-rate-limit=first:1", "google-503=first:1"]).await;
    let limited = ask(&google).await;
    assert_eq!((limited.error().0, limited.error().1), (403, "rateLimitExceeded"));
    assert_eq!(limited.body["error"]["errors"][0]["domain"], "usageLimits");
    assert_eq!((ask(&google).await.error().1, ask(&google).await.status), ("backendError", 200));
    assert_eq!(google.server.counters().faults["google-503"], 1);
}

#[tokio::test]
async fn a_query_that_would_read_too_much_names_both_limits() {
    let google = google(&["google-bytes-limit"]).await;
    let got = ask(&google).await;
    assert_eq!(got.error().1, "bytesBilledLimitExceeded");
    assert!(got.error().2.starts_with("Query exceeded limit for bytes billed: 1000000000. 87960"), "{}", got.body);
}

#[tokio::test]
async fn a_reply_that_breaks_off_is_an_error_on_the_way() {
    let google = google(&["google-truncated-body=first:1"]).await;
    let request = google.client.get(format!("{}{TABLES}", google.server.url())).bearer_auth(&google.token);
    let reply = request.send().await;
    let is_broken = match reply {
        Ok(response) => response.bytes().await.is_err(),
        Err(_) => true,
    };
    assert!(is_broken);
    assert_eq!(google.get(TABLES).await.status, 200);
}
