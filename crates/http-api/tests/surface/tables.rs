//! The same figures as the files that `cto-calculate` writes.

use std::fs;

use axum::http::StatusCode;
use model::rules::RuleSet;

use crate::fixture::{folder, get, served};

const ROUTES: [(&str, &str); 29] = [
    ("flow/cycle-time.csv", "cycle_time"),
    ("flow/cycle-time.csv?by=week", "cycle_time_week"),
    ("flow/throughput.csv", "throughput_week"),
    ("flow/stocks.csv", "stocks"),
    ("flow/stocks.csv?by=week", "stocks_week"),
    ("flow/net-flow.csv", "net_flow_week"),
    ("flow/cumulative-flow.csv", "cumulative_flow_day"),
    ("flow/aging.csv", "aging_wip"),
    ("flow/forecast.csv", "forecast"),
    ("delivery/spillover.csv", "spillover_iteration"),
    ("delivery/spillover/issues.csv", "spillover_issue"),
    ("issues.csv", "calculated_issue"),
    ("pull-requests/change-requests.csv", "pr_change_requests_week"),
    ("pull-requests/change-requests/repositories.csv", "pr_change_requests_repo"),
    ("pull-requests/change-requests/distribution.csv", "pr_change_requests_repo_dist"),
    ("pull-requests/cycle.csv", "pr_cycle_week"),
    ("pull-requests/review-latency.csv", "pr_review_latency_week"),
    ("pull-requests/activity.csv", "pr_activity_week"),
    ("pull-requests/net-flow.csv", "pr_net_flow_week"),
    ("pull-requests/open.csv", "pr_open"),
    ("pull-requests.csv", "calculated_pr"),
    ("pull-requests/distribution.csv", "pr_cycle_dist"),
    ("cloud-spending/monthly.csv", "cloud_spending_monthly"),
    ("cloud-spending/services.csv", "cloud_spending_services"),
    ("cloud-spending/compared.csv", "cloud_spending_compared"),
    ("cloud-spending/totals.csv", "cloud_spending_totals"),
    ("flow/summary.csv", "flow_summary"),
    ("pull-requests/summary.csv", "pr_summary"),
    ("cloud-spending/summary.csv", "cloud_spending_summary"),
];

async fn assert_files(set: RuleSet) -> usize {
    let router = served(RuleSet::Flow);
    let mut compared = 0;
    for (route, table) in ROUTES {
        let file = folder().join(set.name()).join(format!("{table}.csv"));
        let Ok(expected) = fs::read_to_string(file) else { continue };
        let mark = if route.contains('?') { '&' } else { '?' };
        let answer = get(&router, &format!("/api/v1/{route}{mark}rules={}", set.name())).await;
        assert_eq!(answer.status, StatusCode::OK, "{route}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
        assert!(answer.text() == expected, "{route} differs from {}/{table}.csv:\n{}", set.name(), answer.text());
        compared += 1;
    }
    compared
}

#[tokio::test]
async fn without_filters_each_csv_is_the_file_that_calculate_writes_under_flow() {
    assert_eq!(assert_files(RuleSet::Flow).await, 29);
}

#[tokio::test]
async fn without_filters_each_csv_is_the_file_that_calculate_writes_under_cto_stats() {
    assert_eq!(assert_files(RuleSet::CtoStats).await, 11);
}

#[tokio::test]
async fn every_typed_number_is_the_one_of_the_csv() {
    let router = served(RuleSet::Flow);
    for (route, table) in ROUTES {
        let csv = get(&router, &format!("/api/v1/{route}")).await;
        let json = get(&router, &format!("/api/v1/{}", route.replace(".csv", ""))).await.json();
        let mut reader = csv::Reader::from_reader(csv.body.as_ref());
        let header = reader.headers().expect("a header").clone();
        let present = json["data"].as_array().expect("rows").iter().filter(|row| {
            // A month that a provider did not bill is a row of nulls in JSON and absent in CSV.
            !table.starts_with("cloud") || !row["cost"].is_null()
        });
        let mut rows = 0;
        for (record, row) in reader.records().map(|record| record.expect("a record")).zip(present) {
            rows += 1;
            for (name, cell) in header.iter().zip(record.iter()) {
                let value = &row[name];
                let text = match value {
                    serde_json::Value::Null => String::new(),
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let is_same = text == cell
                    || text
                        .parse::<f64>()
                        .ok()
                        .zip(cell.parse::<f64>().ok())
                        .is_some_and(|(one, other)| one.total_cmp(&other).is_eq());
                assert!(is_same, "{route}: {name} is {value}, in CSV {cell}");
            }
        }
        assert_eq!(rows, csv::Reader::from_reader(csv.body.as_ref()).records().count(), "{route}");
    }
}
