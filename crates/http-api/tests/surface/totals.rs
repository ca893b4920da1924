//! A repository and a board that are called like the total.

use std::collections::BTreeSet;

use axum::Router;
use axum::http::StatusCode;
use http_api::Api;
use model::rules::RuleSet;
use serde_json::{Value, json};

use crate::fixture::{both_rules, data, get, like_the_total, settings};

fn served() -> Router {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(like_the_total());
    api.router()
}

async fn rows(router: &Router, path: &str) -> Vec<Value> {
    let answer = get(router, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()["data"].as_array().expect("rows").clone()
}

fn distinct(rows: &[Value], column: &str) -> BTreeSet<String> {
    rows.iter().map(|row| row[column].as_str().expect("a text").to_owned()).collect()
}

#[tokio::test]
async fn a_row_of_a_repository_called_all_is_not_the_total_and_its_key_is_its_filter() {
    let router = served();
    for table in ["cycle", "activity", "change-requests"] {
        let all = rows(&router, &format!("/api/v1/pull-requests/{table}")).await;
        assert_eq!(distinct(&all, "repo"), ["ALL", "acme/ALL", "api"].map(str::to_owned).into(), "{table}");
        let of_one = rows(&router, &format!("/api/v1/pull-requests/{table}?repo=acme/ALL")).await;
        assert_eq!(distinct(&of_one, "repo"), ["ALL", "acme/ALL"].map(str::to_owned).into(), "{table}");
        let totals = rows(&router, &format!("/api/v1/pull-requests/{table}?repo=ALL")).await;
        let of_all: Vec<Value> = all.into_iter().filter(|row| row["repo"] == "ALL").collect();
        assert_eq!(totals, of_all, "{table}");
    }
}

#[tokio::test]
async fn repo_all_asks_for_the_rows_over_all_repositories_that_pass_the_other_filters() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(data("one"));
    let router = api.router();
    for (path, joint) in [("cycle", '?'), ("cycle?team=Services&from=2026-03-02", '&'), ("activity?bots=exclude", '&')]
    {
        let path = format!("/api/v1/pull-requests/{path}");
        let with_all: Vec<Value> = rows(&router, &path).await.into_iter().filter(|row| row["repo"] == "ALL").collect();
        assert!(!with_all.is_empty(), "{path}");
        assert_eq!(rows(&router, &format!("{path}{joint}repo=ALL")).await, with_all);
    }
    let answer = get(&router, "/api/v1/pull-requests/cycle?repo=ALL").await.json();
    assert_eq!(answer["meta"]["filters"]["applied"]["repo"], json!(["ALL"]));
    let csv = get(&router, "/api/v1/pull-requests/cycle.csv?repo=ALL").await;
    assert_eq!(csv.text().lines().count(), answer["data"].as_array().expect("rows").len() + 1);
    for wrong in ["pull-requests/cycle?repo=ALL&repo=web", "pull-requests/open?repo=ALL", "flow/throughput?repo=ALL"] {
        let answer = get(&router, &format!("/api/v1/{wrong}")).await;
        assert_eq!((answer.status, &answer.json()["parameter"]), (StatusCode::BAD_REQUEST, &json!("repo")), "{wrong}");
    }
}

#[tokio::test]
async fn the_evidence_of_a_repository_called_all_is_what_its_rows_count() {
    let router = served();
    let base = "/api/v1/pull-requests/change-requests/repositories";
    for row in rows(&router, base).await {
        let repo = row["repo"].as_str().expect("a repository");
        let evidence = get(&router, &format!("{base}/evidence?repo={repo}")).await.json();
        assert_eq!(evidence["meta"]["count"], row["pr_count"], "{repo}");
        assert_eq!(distinct(evidence["data"].as_array().expect("rows"), "repo"), [repo.to_owned()].into());
    }
}

#[tokio::test]
async fn a_board_called_all_is_found_by_the_key_of_the_forecast() {
    let router = served();
    let boards = distinct(&rows(&router, "/api/v1/flow/forecast").await, "project_id");
    assert_eq!(boards, ["/ALL", "7", "8", "ALL"].map(str::to_owned).into());
    for board in ["/ALL", "ALL"] {
        let evidence = get(&router, &format!("/api/v1/flow/throughput/evidence?project={board}")).await.json();
        assert_eq!(evidence["meta"]["count"], json!(1), "{board}");
    }
}

#[tokio::test]
async fn the_originals_route_tells_them_apart_under_flow() {
    let router = served();
    let answer = get(&router, "/api/pr/change_requests").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let rows = answer.json();
    assert!(rows.as_array().expect("rows").iter().any(|row| row["repo"] == "acme/ALL"));
}
