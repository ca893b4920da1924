//! Sentences are about the rows beside them, and sums over boards are the server's.

use axum::http::StatusCode;
use model::rules::RuleSet;
use serde_json::{Value, json};

use crate::fixture::{get, served};

async fn json_of(path: &str) -> Value {
    let answer = get(&served(RuleSet::Flow), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()
}

async fn finding(path: &str) -> String {
    json_of(path).await["meta"]["finding"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_sentence_is_about_the_last_period_that_is_shown() {
    let weekly = [
        "flow/throughput",
        "flow/net-flow",
        "flow/stocks/totals",
        "pull-requests/cycle",
        "pull-requests/activity",
        "pull-requests/change-requests",
        "pull-requests/review-latency",
        "pull-requests/net-flow",
    ];
    for route in weekly {
        let said = finding(&format!("/api/v1/{route}?to=2026-03-22")).await;
        assert!(said.contains("2026-W12") && !said.contains("2026-W13"), "{route}: {said}");
        let whole = finding(&format!("/api/v1/{route}")).await;
        assert!(whole.contains("2026-W13"), "{route}: {whole}");
    }
    let said = finding("/api/v1/flow/stocks?by=week&to=2026-03-22").await;
    assert_eq!(said, finding("/api/v1/flow/stocks/totals?to=2026-03-22").await);
    let said = finding("/api/v1/flow/cycle-time?by=week&to=2026-03-22").await;
    assert!(said.contains("2026-W12"), "{said}");
    for route in ["flow/cumulative-flow", "flow/cumulative-flow/totals"] {
        let said = finding(&format!("/api/v1/{route}?to=2026-03-22")).await;
        assert!(said.starts_with("At the end of 2026-03-22 "), "{route}: {said}");
    }
    // The week of the 18th is drawn as it ended, the day as it was.
    let said = finding("/api/v1/flow/cumulative-flow/totals?to=2026-03-18").await;
    assert!(said.starts_with("At the end of 2026-03-22 "), "{said}");
    let said = finding("/api/v1/flow/cumulative-flow?to=2026-03-18").await;
    assert!(said.starts_with("At the end of 2026-03-18 "), "{said}");
    let bills = finding("/api/v1/cloud-spending/monthly?to=2026-01-31").await;
    assert!(bills.contains("2026-01") && !bills.contains("2026-02"), "{bills}");
}

#[tokio::test]
async fn where_no_period_that_is_shown_is_complete_the_sentence_says_so() {
    for route in ["flow/throughput", "flow/stocks/totals", "pull-requests/cycle"] {
        let said = finding(&format!("/api/v1/{route}?from=2026-03-30")).await;
        assert_eq!(said, "No week of these days is complete.", "{route}");
    }
    assert_eq!(finding("/api/v1/flow/cycle-time?from=2026-03-01").await, "No month of these days is complete.");
}

#[tokio::test]
async fn the_limits_of_a_sentence_rest_on_the_weeks_before_those_that_are_shown() {
    let path = "/api/v1/pull-requests/activity";
    let shown = finding(&format!("{path}?from=2026-03-16&to=2026-03-22")).await;
    assert_eq!(shown, finding(&format!("{path}?to=2026-03-22")).await);
}

#[tokio::test]
async fn the_totals_of_stocks_are_the_sums_of_the_boards() {
    let totals = json_of("/api/v1/flow/stocks/totals").await;
    let boards = json_of("/api/v1/flow/stocks?by=week").await;
    let boards = boards["data"].as_array().expect("rows");
    let totals = totals["data"].as_array().expect("rows");
    assert!(totals.len() > 2, "{totals:?}");
    for total in totals {
        let of_week = || boards.iter().filter(|row| row["week"] == total["week"] && row["year"] == total["year"]);
        let sum = |column: &str| of_week().map(|row| row[column].as_i64().expect("a count")).sum::<i64>();
        for column in ["opened_bugs", "in_backlogs", "in_ready", "in_dev", "in_review", "in_qa", "off_board"] {
            assert_eq!(total[column], json!(sum(column)), "{column} {total}");
        }
        let work = ["in_dev", "in_review", "in_qa", "waiting_to_prod"].map(sum).iter().sum::<i64>();
        assert_eq!(total["wip"], json!(work), "{total}");
        assert_eq!(total["open"], json!(work + sum("in_backlogs") + sum("in_ready")), "{total}");
    }
    let last = totals.last().expect("weeks");
    let summary = json_of("/api/v1/flow/summary").await;
    let value = |metric: &str| {
        let rows = summary["data"].as_array().into_iter().flatten();
        rows.into_iter().find(|row| row["metric"] == metric).and_then(|row| row["value"].as_f64())
    };
    assert_eq!((value("wip"), value("red_bin")), (last["wip"].as_f64(), last["opened_bugs"].as_f64()));
}

#[tokio::test]
async fn repositories_are_of_the_asked_days() {
    let base = "/api/v1/pull-requests/change-requests/repositories";
    let count = |answer: &Value| -> i64 {
        answer["data"].as_array().into_iter().flatten().filter_map(|row| row["pr_count"].as_i64()).sum()
    };
    let (all, part) = (json_of(base).await, json_of(&format!("{base}?from=2026-03-09&to=2026-03-15")).await);
    assert!(0 < count(&part) && count(&part) < count(&all), "{part}");
    assert_eq!(part["meta"]["filters"]["applied"], json!({ "from": ["2026-03-09"], "to": ["2026-03-15"] }));
    let weeks = json_of("/api/v1/pull-requests/change-requests?from=2026-03-09&to=2026-03-15").await;
    let opened = weeks["data"].as_array().into_iter().flatten().find(|row| row["repo"] == "ALL").expect("a week");
    assert_eq!(opened["pr_count"], json!(count(&part)));
    let evidence = json_of(&format!("{base}/evidence?from=2026-03-09&to=2026-03-15")).await;
    assert_eq!(evidence["meta"]["count"], json!(count(&part)));
    let original = json_of(&format!("{base}?rules=cto-stats&from=2026-03-09&to=2026-03-15")).await;
    assert_eq!(count(&original), count(&part), "{original}");
}

#[tokio::test]
async fn counts_are_there_by_month_and_quarter_too() {
    let months = json_of("/api/v1/flow/throughput?by=month").await;
    assert_eq!(months["meta"]["periods"], json!(["2026-03"]));
    let weeks = json_of("/api/v1/flow/throughput").await;
    let sum = |answer: &Value| -> i64 {
        answer["data"].as_array().into_iter().flatten().filter_map(|row| row["throughput"].as_i64()).sum()
    };
    assert_eq!(sum(&months), sum(&weeks));
    let quarters = json_of("/api/v1/flow/throughput?by=quarter&from=2026-01-01&to=2026-06-30").await;
    assert_eq!(quarters["meta"]["periods"], json!(["2026-Q1", "2026-Q2"]));
    assert_eq!(
        (&quarters["data"][0]["quarter"], &quarters["data"][1]["quarter"]),
        (&json!("2026-Q1"), &json!("2026-Q2"))
    );
    assert_eq!(quarters["data"][1]["throughput"], Value::Null);
    let requests = json_of("/api/v1/pull-requests/change-requests?by=month").await;
    assert_eq!(requests["data"].as_array().map(Vec::len), Some(3), "two repositories and all: {requests}");
}
