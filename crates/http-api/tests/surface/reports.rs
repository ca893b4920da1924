//! Monthly reports of a small organisation, and of none.

use axum::http::StatusCode;
use http_api::Api;
use model::rules::RuleSet;
use serde_json::json;

use crate::fixture::{both_rules, data, get, no_data, settings};

#[tokio::test]
async fn without_data_there_is_no_month_and_no_report() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    let router = api.router();
    api.publish(no_data("none"));
    let months = get(&router, "/api/v1/reports").await;
    assert_eq!((months.status, months.json()), (StatusCode::OK, json!({ "data": [], "usual": null })));
    let report = get(&router, "/api/v1/reports/2026-10").await;
    assert_eq!(report.status, StatusCode::NOT_FOUND);
    assert_eq!(report.json()["detail"], "there is nothing to report: import something first");
}

#[tokio::test]
async fn a_report_under_the_original_rules_is_one_under_ours() {
    let reports = async |usual: RuleSet| {
        let api = Api::new(settings(), both_rules(usual)).expect("good settings");
        let router = api.router();
        api.publish(data("one"));
        let months = get(&router, "/api/v1/reports").await.json();
        let usual = months["usual"].as_str().expect("a month").to_owned();
        get(&router, &format!("/api/v1/reports/{usual}")).await.json()
    };
    assert_eq!(reports(RuleSet::CtoStats).await, reports(RuleSet::Flow).await);
}
