//! The form of requests and replies.

use super::*;

const TABLES: &str = "/bigquery/v2/projects/acme-billing/datasets/billing_export/tables";

fn query(text: &str) -> Json {
    json!({ "query": text, "useLegacySql": false, "location": "EU" })
}

#[tokio::test]
async fn a_reply_has_schema_rows_job_and_the_providers_date() {
    let google = google(&[]).await;
    let text = format!(
        "SELECT invoice.month AS m, COUNT(*) AS n, SUM(cost) AS c, MAX(export_time) AS t FROM {} GROUP BY 1 ORDER BY 1 LIMIT 1",
        google.table()
    );
    let got = google.post(&query(&text)).await;
    assert_eq!(got.date, "Fri, 30 Oct 2026 18:00:00 GMT");
    let body = &got.body;
    assert_eq!(body["kind"], "bigquery#queryResponse");
    let field = |name: &str, kind: &str| json!({ "name": name, "type": kind, "mode": "NULLABLE" });
    let fields = json!([field("m", "STRING"), field("n", "INTEGER"), field("c", "FLOAT"), field("t", "TIMESTAMP")]);
    assert_eq!(body["schema"]["fields"], fields);
    assert_eq!(
        (&body["totalRows"], &body["jobComplete"], &body["cacheHit"]),
        (&json!("1"), &json!(true), &json!(false))
    );
    assert_eq!(body["jobReference"]["projectId"], "acme-billing");
    assert_eq!(body["jobReference"]["location"], "EU");
    assert!(
        body["totalBytesProcessed"].as_str().and_then(|bytes| bytes.parse::<u64>().ok()).is_some_and(|bytes| bytes > 0)
    );
    let cells = body["rows"][0]["f"].as_array().expect("cells");
    assert_eq!(cells[0]["v"], "202605");
    assert!(cells.iter().all(|cell| cell["v"].is_string()));
    assert!(cells[3]["v"].as_str().is_some_and(|time| time.starts_with("1.7") && time.ends_with("E9")));
    let mut micros = query(&text);
    micros["formatOptions"] = json!({ "useInt64Timestamp": true });
    let got = google.post(&micros).await;
    assert!(got.body["rows"][0]["f"][3]["v"].as_str().is_some_and(|time| time.parse::<u64>().is_ok()));
}

#[tokio::test]
async fn pages_end_early_and_go_on_with_their_token() {
    let google = google(&[]).await;
    let text = format!("SELECT cost, sku.description FROM {} ORDER BY export_time, cost, 2", google.table());
    let whole = google.rows(&text).await;
    assert!(whole.len() > 400);
    let mut body = query(&text);
    body["maxResults"] = json!(10_000);
    let first = google.post(&body).await;
    assert_eq!(first.body["rows"].as_array().map(Vec::len), Some(200));
    let job = first.body["jobReference"]["jobId"].as_str().expect("an id");
    let token = first.body["pageToken"].as_str().expect("a token");
    let next = google.get(&format!("{QUERIES}/{job}?pageToken={token}&maxResults=7&location=eu")).await;
    assert_eq!(next.body["kind"], "bigquery#getQueryResultsResponse");
    let cell = next.body["rows"][6]["f"][0]["v"].as_str();
    assert_eq!((next.body["rows"].as_array().map(Vec::len), cell), (Some(7), whole[206][0].as_deref()));
    let bad = google.get(&format!("{QUERIES}/{job}?pageToken=nonsense")).await;
    assert_eq!(bad.error(), (400, "invalid", "Invalid page token"));
}

#[tokio::test]
async fn a_client_that_does_not_wait_gets_no_rows_at_first() {
    let google = google(&[]).await;
    let mut body = query(&format!("SELECT COUNT(*) FROM {}", google.table()));
    body["timeoutMs"] = json!(0);
    let got = google.post(&body).await;
    assert_eq!(got.body["jobComplete"], false);
    assert!(["rows", "schema", "totalRows", "pageToken"].iter().all(|name| got.body.get(name).is_none()));
    let job = got.body["jobReference"]["jobId"].as_str().expect("an id").to_owned();
    let got = google.get(&format!("{QUERIES}/{job}")).await;
    assert_eq!((&got.body["jobComplete"], &got.body["totalRows"]), (&json!(true), &json!("1")));
    let wrong = google.get(&format!("{QUERIES}/{job}?location=US")).await;
    assert_eq!(wrong.error(), (404, "notFound", format!("Not found: Job acme-billing:{job}").as_str()));
}

#[tokio::test]
async fn parameters_are_named_and_typed() {
    let google = google(&[]).await;
    let mut body = query(&format!("SELECT COUNT(*) FROM {} WHERE invoice.month = @month", google.table()));
    assert_eq!(google.post(&body).await.error().1, "invalidQuery");
    body["parameterMode"] = json!("NAMED");
    let parameter = |kind: &str, value: &str| json!([{ "name": "month", "parameterType": { "type": kind }, "parameterValue": { "value": value } }]);
    body["queryParameters"] = parameter("STRING", "202606");
    let got = google.post(&body).await;
    assert_ne!(got.body["rows"][0]["f"][0]["v"], "0", "{}", got.body);
    body["queryParameters"] = parameter("INT64", "June");
    assert_eq!(
        google.post(&body).await.error(),
        (400, "invalidQuery", "Invalid value for parameter `month` of type INT64")
    );
    body["parameterMode"] = json!("POSITIONAL");
    assert_eq!(google.post(&body).await.error().0, 400);
}

#[tokio::test]
async fn wrong_requests_are_refused_in_googles_form() {
    let google = google(&[]).await;
    let got = google.post(&query(&format!("SELECT x FROM {}", google.table()))).await;
    assert_eq!(got.error(), (400, "invalidQuery", "Unrecognized name: x at [1:8]"));
    assert_eq!(got.body["error"]["status"], "INVALID_ARGUMENT");
    assert_eq!(got.body["error"]["errors"][0]["location"], "q");
    let legacy = json!({ "query": format!("SELECT 1 FROM {}", google.table()) });
    let got = google.post(&legacy).await;
    assert!(got.error().2.starts_with("Invalid table name: `acme-billing.billing_export."), "{}", got.body);
    assert_eq!(google.post(&json!({ "useLegacySql": false })).await.error().1, "invalid");
    let mut elsewhere = query(&format!("SELECT 1 FROM {}", google.table()));
    elsewhere["location"] = json!("US");
    let message = "Not found: Dataset acme-billing:billing_export was not found in location US";
    assert_eq!(google.post(&elsewhere).await.error(), (404, "notFound", message));
    let missing = google.post(&query("SELECT 1 FROM `acme-billing.billing_export.t`")).await;
    assert_eq!(
        missing.error(),
        (404, "notFound", "Not found: Table acme-billing:billing_export.t was not found in location EU")
    );
    let request = google.client.get(format!("{}{TABLES}", google.server.url()));
    let got = receive(request.try_clone().expect("no body")).await;
    assert_eq!(
        (got.error().0, got.error().1, got.body["error"]["status"].as_str()),
        (401, "required", Some("UNAUTHENTICATED"))
    );
    assert_eq!(receive(request.bearer_auth("stale")).await.error().1, "authError");
    let other = receive(
        google
            .client
            .post(format!("{}/bigquery/v2/projects/other/queries", google.server.url()))
            .bearer_auth(&google.token)
            .json(&query("SELECT 1")),
    )
    .await;
    assert_eq!((other.error().0, other.error().1), (403, "accessDenied"));
}

#[tokio::test]
async fn a_query_over_its_limit_of_bytes_is_refused_and_a_dry_run_only_counts() {
    let google = google(&[]).await;
    let mut body = query(&format!("SELECT SUM(cost) FROM {}", google.table()));
    body["maximumBytesBilled"] = json!("1000");
    let message = "Query exceeded limit for bytes billed: 1000. 10485760 or higher required.";
    assert_eq!(google.post(&body).await.error(), (400, "bytesBilledLimitExceeded", message));
    body["maximumBytesBilled"] = json!("10485760");
    let got = google.post(&body).await;
    assert_eq!(got.status, 200);
    body["dryRun"] = json!(true);
    let dry = google.post(&body).await;
    assert_eq!(dry.body["totalBytesProcessed"], got.body["totalBytesProcessed"]);
    assert!(dry.body.get("rows").is_none() && dry.body["jobReference"].get("jobId").is_none());
}

#[tokio::test]
async fn tables_are_listed_in_pages_and_described() {
    let google = google(&[]).await;
    let account = google.bills.google_account().replace('-', "_");
    let first = google.get(TABLES).await.body;
    assert_eq!((first["totalItems"].as_u64(), first["tables"].as_array().map(Vec::len)), (Some(3), Some(2)));
    let token = first["nextPageToken"].as_str().expect("a token");
    let second = google.get(&format!("{TABLES}?pageToken={token}&maxResults=50")).await.body;
    assert!(second.get("nextPageToken").is_none());
    let names: Vec<&str> = [&first, &second]
        .iter()
        .flat_map(|page| page["tables"].as_array().expect("tables"))
        .map(|table| table["tableReference"]["tableId"].as_str().expect("a name"))
        .collect();
    let standard = format!("gcp_billing_export_v1_{account}");
    let detailed = format!("gcp_billing_export_resource_v1_{account}");
    assert_eq!(names, ["cloud_pricing_export", detailed.as_str(), standard.as_str()]);
    let table = google.get(&format!("{TABLES}/{standard}")).await.body;
    assert_eq!((&table["type"], &table["location"]), (&json!("TABLE"), &json!("EU")));
    assert_eq!(table["timePartitioning"], json!({ "type": "DAY" }));
    assert!(table["numRows"].as_str().and_then(|rows| rows.parse::<usize>().ok()).is_some_and(|rows| rows > 400));
    let fields = table["schema"]["fields"].as_array().expect("fields");
    let credits = fields.iter().find(|field| field["name"] == "credits").expect("credits");
    assert_eq!((&credits["mode"], &credits["fields"][1]["name"]), (&json!("REPEATED"), &json!("amount")));
    let missing = google.get(&format!("{TABLES}/other")).await;
    assert_eq!(missing.error(), (404, "notFound", "Not found: Table acme-billing:billing_export.other"));
    let missing = google.get(&TABLES.replace("billing_export", "elsewhere")).await;
    assert_eq!(missing.error(), (404, "notFound", "Not found: Dataset acme-billing:elsewhere"));
}
