//! The original tool's routes.

use axum::http::StatusCode;
use http_api::Api;
use model::rules::RuleSet;
use serde_json::{Map, Value, json};

use crate::fixture::{both_rules, folder, get, no_data, served, settings};

const ROUTES: [(&str, &str); 10] = [
    ("/api/cycle_times", "cycle_time"),
    ("/api/stocks", "stocks"),
    ("/api/stocks/week", "stocks_week"),
    ("/api/throughput/week", "throughput_week"),
    ("/api/pr/change_requests", "pr_change_requests_week"),
    ("/api/pr/change_requests/repo", "pr_change_requests_repo"),
    ("/api/pr/change_requests/repo_dist", "pr_change_requests_repo_dist"),
    ("/api/cloud_spending/monthly", "cloud_spending_monthly"),
    ("/api/cloud_spending/services", "cloud_spending_services"),
    ("/api/cloud_spending/compared", "cloud_spending_compared"),
];

/// What the original's server makes of a file.
fn expected(set: &str, table: &str) -> Value {
    let mut reader = csv::Reader::from_path(folder().join(set).join(format!("{table}.csv"))).expect("the file");
    let header = reader.headers().expect("a header").clone();
    let object = |record: csv::StringRecord| {
        header.iter().zip(record.iter()).map(|(name, cell)| (name.to_owned(), json!(cell))).collect::<Map<_, _>>()
    };
    reader.records().map(|record| Value::Object(object(record.expect("a record")))).collect()
}

#[tokio::test]
async fn they_give_what_the_csv_files_hold_under_the_usual_rules() {
    for set in [RuleSet::CtoStats, RuleSet::Flow] {
        let router = served(set);
        for (route, table) in ROUTES {
            let answer = get(&router, route).await;
            assert_eq!(answer.status, StatusCode::OK, "{route}");
            assert_eq!(answer.json(), expected(set.name(), table), "{route}");
        }
    }
}

#[tokio::test]
async fn keys_are_in_alphabetical_order() {
    let answer = get(&served(RuleSet::CtoStats), "/api/throughput/week").await;
    assert!(
        answer.text().starts_with(
            r#"[{"center":"1.000000","lcl":"0.000000","throughput":"1","ucl":"6.915909","week":"10","year":"2026"},"#
        ),
        "{}",
        answer.text()
    );
}

#[tokio::test]
async fn without_data_there_is_no_file_and_no_path_of_the_machine() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(no_data("none"));
    for (route, table) in ROUTES {
        let answer = get(&api.router(), route).await;
        let message = format!("there is no {table}: nothing was imported or configured for it");
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.json(), json!({ "error": "file not found", "message": message }));
    }
}

#[tokio::test]
async fn without_comparisons_nothing_is_compared() {
    let mut rules = both_rules(RuleSet::Flow);
    if let Ok(flow) = &mut rules.flow {
        flow.cloud.comparisons.clear();
    }
    let api = Api::new(settings(), rules).expect("good settings");
    api.publish(crate::fixture::data("one"));
    assert_eq!(get(&api.router(), "/api/cloud_spending/compared").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&api.router(), "/api/cloud_spending/monthly").await.status, StatusCode::OK);
}
