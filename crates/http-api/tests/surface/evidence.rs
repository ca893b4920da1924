//! The rows behind figures.

use axum::http::StatusCode;
use model::rules::RuleSet;
use serde_json::{Value, json};

use crate::fixture::{get, served};

async fn rows(path: &str) -> Vec<Value> {
    let answer = get(&served(RuleSet::Flow), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()["data"].as_array().expect("rows").clone()
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().filter_map(|row| row["id"].as_str()).collect()
}

#[tokio::test]
async fn the_issues_of_a_week_are_as_many_as_its_throughput() {
    let finished = rows("/api/v1/flow/throughput/evidence?week=2026-W11").await;
    assert_eq!(ids(&finished), ["acme/web#1", "acme/web#10", "acme/web#2", "acme/web#3", "acme/web#4"]);
    assert_eq!(finished[0]["ended_at"], "2026-03-10T09:00:00Z");
    assert_eq!(finished[0]["url"], "https://github.example.com/acme/web/issues/1");
    assert_eq!(rows("/api/v1/flow/cycle-time/evidence?month=2026-03").await.len(), 7);
    assert_eq!(rows("/api/v1/flow/cycle-time/evidence?week=2026-W12").await.len(), 2);
}

#[tokio::test]
async fn the_issues_of_every_stock_are_as_many_as_the_table_counts() {
    let router = served(RuleSet::Flow);
    let columns = [
        ("backlog", "in_backlogs"),
        ("ready", "in_ready"),
        ("dev", "in_dev"),
        ("review", "in_review"),
        ("qa", "in_qa"),
        ("waiting_to_prod", "waiting_to_prod"),
        ("off_board", "off_board"),
        ("red_bin", "opened_bugs"),
    ];
    let stocks = get(&router, "/api/v1/flow/stocks?by=week").await.json();
    for week in 10..=13 {
        for (step, column) in columns {
            let counted: i64 = stocks["data"]
                .as_array()
                .expect("rows")
                .iter()
                .filter(|row| row["week"] == week)
                .filter_map(|row| row[column].as_i64())
                .sum();
            let path = format!("/api/v1/flow/stocks/evidence?week=2026-W{week}&step={step}&limit=200");
            let answer = get(&router, &path).await.json();
            assert_eq!(answer["meta"]["count"], json!(counted), "{path}");
        }
    }
}

#[tokio::test]
async fn open_pull_requests_are_listed() {
    let open = rows("/api/v1/pull-requests/open/evidence").await;
    assert_eq!(ids(&open), ["acme/api#110", "acme/api#111"]);
}

#[tokio::test]
async fn pages_follow_each_other_by_cursor() {
    let (router, mut cursor, mut seen) = (served(RuleSet::Flow), String::new(), Vec::new());
    loop {
        let answer = get(&router, &format!("/api/v1/flow/throughput/evidence?limit=3{cursor}")).await.json();
        assert_eq!(answer["meta"]["count"], 7);
        seen.push(answer["data"].as_array().expect("rows").len());
        let Some(next) = answer["meta"]["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, [3, 3, 1]);
}

#[tokio::test]
async fn what_is_no_figure_is_refused() {
    let router = served(RuleSet::Flow);
    for path in [
        "/api/v1/flow/throughput/evidence?week=2026-W54",
        "/api/v1/flow/throughput/evidence?week=soon",
        "/api/v1/flow/throughput/evidence?month=2026-03",
        "/api/v1/flow/cycle-time/evidence?month=2026-13",
        "/api/v1/flow/cycle-time/evidence?month=2026-03&week=2026-W12",
        "/api/v1/flow/stocks/evidence?step=done",
        "/api/v1/flow/stocks/evidence?rules=cto-stats",
        "/api/v1/flow/throughput/evidence?limit=201",
        "/api/v1/flow/throughput/evidence?limit=0",
        "/api/v1/flow/throughput/evidence?cursor=x",
    ] {
        assert_eq!(get(&router, path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn the_rows_of_a_part_are_as_many_as_its_figure() {
    let router = served(RuleSet::Flow);
    for filter in
        ["project=7", "project=8", "project=10", "repo=acme/web", "team=Services", "type=task", "bots=exclude"]
    {
        let table = get(&router, &format!("/api/v1/flow/throughput?{filter}")).await.json();
        for row in table["data"].as_array().expect("rows") {
            let (year, week) = (&row["year"], row["week"].as_i64().expect("a week"));
            let path = format!("/api/v1/flow/throughput/evidence?week={year}-W{week:02}&{filter}");
            let rows = get(&router, &path).await.json();
            assert_eq!(rows["meta"]["count"], row["throughput"], "{path}");
        }
    }
}

#[tokio::test]
async fn days_cut_the_evidence_and_are_told_as_applied() {
    let path = "/api/v1/flow/throughput/evidence?from=2026-03-16&to=2026-03-22";
    let answer = get(&served(RuleSet::Flow), path).await.json();
    assert_eq!(answer["meta"]["count"], 2);
    assert_eq!(
        answer["meta"]["filters"],
        json!({ "applied": { "from": ["2026-03-16"], "to": ["2026-03-22"] }, "inactive": [] })
    );
}
