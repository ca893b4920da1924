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
async fn the_issues_of_every_count_of_an_iteration_are_as_many_as_it_says() {
    let router = served(RuleSet::Flow);
    let columns = ["planned_at_start", "added_later", "removed", "done_in_it", "carried_over", "planned_done"];
    for filter in ["", "&type=bug", "&repo=acme/api"] {
        let table = get(&router, &format!("/api/v1/delivery/spillover?bots=include{filter}")).await.json();
        for row in table["data"].as_array().expect("rows") {
            for column in columns {
                let iteration = row["iteration_id"].as_str().expect("an id");
                let path = format!("/api/v1/delivery/spillover/evidence?iteration={iteration}&column={column}{filter}");
                assert_eq!(get(&router, &path).await.json()["meta"]["count"], row[column], "{path}");
            }
        }
    }
    let carried =
        rows("/api/v1/delivery/spillover/evidence?iteration=gitlab.example/iteration/11&column=carried_over").await;
    assert_eq!(ids(&carried), ["acme/web#7"]);
    assert_eq!(carried[0]["title"], "Back to ready");
    assert_eq!(rows("/api/v1/delivery/spillover/evidence").await.len(), 10);
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
        "/api/v1/delivery/spillover/evidence?column=open",
        "/api/v1/delivery/spillover/evidence?rules=cto-stats",
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

/// The pull requests of `path` with a query, as many as its answer says there are.
async fn counted(router: &axum::Router, path: &str) -> i64 {
    let answer = get(router, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    let answer = answer.json();
    let rows = answer["data"].as_array().expect("rows").len();
    assert_eq!(answer["meta"]["count"], json!(rows), "{path}: on one page");
    rows as i64
}

/// Rows of a table, those of all repositories where it has any of single ones.
async fn rows_of_all(router: &axum::Router, path: &str) -> Vec<Value> {
    let answer = get(router, path).await.json();
    let rows = answer["data"].as_array().expect("rows").iter();
    rows.filter(|row| row["repo"].is_null() || row["repo"] == "ALL").cloned().collect()
}

fn week(row: &Value) -> String {
    format!("{}-W{:02}", row["year"], row["week"].as_i64().expect("a week"))
}

const PARTS: [&str; 5] = ["", "&repo=acme/web", "&team=Services", "&bots=include", "&bots=exclude"];

#[tokio::test]
async fn the_pull_requests_of_a_week_are_as_many_as_each_table_counts() {
    let router = served(RuleSet::Flow);
    let figures = [
        ("cycle", "", "merged"),
        ("activity", "&event=opened", "opened"),
        ("activity", "", "merged"),
        ("activity", "&event=closed_unmerged", "closed_unmerged"),
        ("activity", "&event=large", "large"),
        ("change-requests", "", "pr_count"),
    ];
    for (table, figure, column) in figures {
        let mut total = 0;
        for part in PARTS {
            for row in rows_of_all(&router, &format!("/api/v1/pull-requests/{table}?{part}")).await {
                let path = format!("/api/v1/pull-requests/{table}/evidence?week={}{figure}{part}", week(&row));
                assert_eq!(json!(counted(&router, &path).await), row[column], "{path}");
                total += row[column].as_i64().expect("a count");
            }
        }
        assert!(total > 0, "{table} {column}");
    }
}

#[tokio::test]
async fn the_pull_requests_of_each_size_are_those_that_were_merged() {
    let router = served(RuleSet::Flow);
    let path = |size: &str| format!("/api/v1/pull-requests/review-latency/evidence?week=2026-W10&size={size}");
    let mut sizes = Vec::new();
    for size in ["XS", "S", "M", "L", "ALL"] {
        sizes.push(counted(&router, &path(size)).await);
    }
    assert_eq!(sizes, [2, 3, 1, 0, 6]);
    assert_eq!(counted(&router, "/api/v1/pull-requests/cycle/evidence?week=2026-W10").await, 6);
}

#[tokio::test]
async fn the_pull_requests_of_each_bin_are_as_many_as_it_counts() {
    let router = served(RuleSet::Flow);
    for days in ["", "&from=2026-03-03&to=2026-03-06", "&from=2026-03-09", "&bots=include"] {
        let bins = get(&router, &format!("/api/v1/pull-requests/distribution?{days}")).await.json();
        let bins = bins["data"].as_array().expect("rows").clone();
        assert!(bins.len() > 1, "{days}");
        for bin in bins {
            let to = if bin["to_days"].is_null() { String::new() } else { format!("&to_days={}", bin["to_days"]) };
            let path = format!("/api/v1/pull-requests/distribution/evidence?from_days={}{to}{days}", bin["from_days"]);
            assert_eq!(json!(counted(&router, &path).await), bin["pr_count"], "{path}");
        }
    }
}

#[tokio::test]
async fn the_pull_requests_by_change_requests_are_as_many_as_counted() {
    let router = served(RuleSet::Flow);
    let base = "/api/v1/pull-requests/change-requests";
    for row in get(&router, &format!("{base}/distribution")).await.json()["data"].as_array().expect("rows") {
        let repo = row["repo"].as_str().expect("a repository");
        let path = format!("{base}/distribution/evidence?repo={repo}&cr={}", row["cr"]);
        assert_eq!(json!(counted(&router, &path).await), row["pr_count"], "{path}");
    }
    for row in get(&router, &format!("{base}/repositories")).await.json()["data"].as_array().expect("rows") {
        let path = format!("{base}/repositories/evidence?repo={}", row["repo"].as_str().expect("a repository"));
        assert_eq!(json!(counted(&router, &path).await), row["pr_count"], "{path}");
    }
    let meta = get(&router, &format!("{base}/distribution/evidence?from=2026-01-01")).await.json()["meta"].clone();
    assert_eq!(meta["filters"], json!({ "applied": { "from": ["2026-01-01"] }, "inactive": [] }));
}

#[tokio::test]
async fn a_pull_request_behind_a_figure_has_its_stages_and_no_author() {
    let rows = rows("/api/v1/pull-requests/cycle/evidence?week=2026-W10&repo=acme/web").await;
    assert_eq!(rows[0]["id"], "acme/web#101");
    assert_eq!((&rows[0]["merged_at"], &rows[0]["pickup_days"]), (&json!("2026-03-04T15:00:00Z"), &json!(1.0)));
    assert!(rows.iter().all(|row| row["author"].is_null()), "{rows:?}");
}

#[tokio::test]
async fn what_is_no_figure_of_pull_requests_is_refused() {
    let router = served(RuleSet::Flow);
    for path in [
        "cycle/evidence?size=XL",
        "review-latency/evidence?size=XXL",
        "activity/evidence?event=sleeping",
        "distribution/evidence?from_days=-1",
        "distribution/evidence?to_days=soon",
        "change-requests/distribution/evidence?cr=-1",
        "cycle/evidence?rules=cto-stats",
    ] {
        let status = get(&router, &format!("/api/v1/pull-requests/{path}")).await.status;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn the_deployments_of_every_week_month_and_service_are_as_many_as_the_keys_count() {
    let router = served(RuleSet::Flow);
    let mut compared = 0;
    for (by, period) in [("week", "week"), ("month", "month")] {
        let keys = get(&router, &format!("/api/v1/delivery/dora?by={by}")).await.json();
        for row in keys["data"].as_array().expect("rows") {
            let service = row["service"].as_str().expect("a service");
            let of_service = if service == "ALL" { String::new() } else { format!("&service={service}") };
            let when = match by {
                "week" => format!("{}-W{:02}", row["year"], row["week"].as_i64().expect("a week")),
                _ => row["month"].as_str().expect("a month").to_owned(),
            };
            for figure in ["deployments", "failed", "redeploys", "rollbacks", "attempts_failed", "unplanned"] {
                let path = format!("/api/v1/delivery/dora/evidence?{period}={when}&figure={figure}{of_service}");
                let answer = get(&router, &path).await.json();
                assert_eq!(answer["meta"]["count"], row[figure], "{path}");
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "{compared}");
    let failed = rows("/api/v1/delivery/dora/evidence?week=2026-W10&figure=failed").await;
    assert_eq!(ids(&failed), ["DE_3"]);
    assert_eq!(failed[0]["causes"], "rollback");
    let answer = get(&router, "/api/v1/delivery/dora/evidence?figure=happy").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_runs_of_every_period_repository_and_workflow_are_as_many_as_the_table_counts() {
    let router = served(RuleSet::Flow);
    let mut compared = 0;
    for (by, branches) in [("week", "all"), ("month", "all"), ("month", "default")] {
        let asked = format!("by={by}&ref={branches}");
        let table = get(&router, &format!("/api/v1/ci/reliability?{asked}")).await.json();
        for row in table["data"].as_array().expect("rows").iter().filter(|row| !row["repo"].is_null()) {
            let (repo, workflow) = (row["repo"].as_str().expect("a name"), row["workflow"].as_str().expect("a name"));
            let when = match by {
                "week" => format!("{}-W{:02}", row["year"], row["week"].as_i64().expect("a week")),
                _ => row["month"].as_str().expect("a month").to_owned(),
            };
            let of = if repo == "ALL" { String::new() } else { format!("&repo={repo}&workflow={workflow}") };
            for figure in ["runs", "succeeded", "failed", "failed_infrastructure", "cancelled", "other", "retried"] {
                let path =
                    format!("/api/v1/ci/reliability/evidence?{by}={when}&figure={figure}&ref={branches}{of}&limit=1");
                let answer = get(&router, &path).await.json();
                assert_eq!(answer["meta"]["count"], row[figure], "{path}");
                compared += 1;
            }
        }
    }
    assert!(compared > 100, "{compared}");
    let cancelled = rows("/api/v1/ci/reliability/evidence?month=2026-03&figure=cancelled").await;
    assert_eq!(ids(&cancelled), ["32"]);
    let run = &rows("/api/v1/ci/reliability/evidence?month=2026-02&workflow=CI").await[0];
    assert_eq!(
        (&run["outcome"], &run["first_try"], &run["retried"]),
        (&json!("succeeded"), &json!(false), &json!(true))
    );
    assert_eq!(run["url"], "https://github.example.com/acme/web/actions/runs/31");
    for refused in ["figure=happy", "month=2026-13", "rules=cto-stats", "ref=main"] {
        let answer = get(&router, &format!("/api/v1/ci/reliability/evidence?{refused}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{refused}");
    }
}

#[tokio::test]
async fn runs_of_the_default_branch_alone_are_fewer_and_costs_are_told_to_be_unchanged() {
    let router = served(RuleSet::Flow);
    let runs = async |query: &str| {
        let answer = get(&router, &format!("/api/v1/ci/reliability?by=month&repo=ALL{query}")).await.json();
        let counted =
            answer["data"].as_array().expect("rows").iter().filter_map(|row| row["runs"].as_i64()).sum::<i64>();
        (counted, answer["meta"]["filters"]["applied"]["ref"].clone())
    };
    assert_eq!(runs("").await, (8, Value::Null));
    assert_eq!(runs("&ref=all").await, (8, Value::Null));
    assert_eq!(runs("&ref=default").await, (6, json!(["default"])));
    let [all, of_default] = ["", "?ref=default"].map(|query| format!("/api/v1/ci/cost{query}"));
    let (all, of_default) = (get(&router, &all).await.json(), get(&router, &of_default).await.json());
    assert_eq!(all["data"], of_default["data"]);
    assert_eq!(of_default["meta"]["filters"], json!({ "applied": {}, "inactive": ["ref"] }));
}
