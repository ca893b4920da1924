//! What the typed routes say.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use http_api::Api;
use model::Instant;
use model::records::ImportRun;
use model::rules::{RuleSet, Team};
use model::single_rules::SingleRule;
use serde_json::{Value, json};

use crate::fixture::{both_rules, data, get, no_data, served, settings};

async fn json_of(path: &str) -> Value {
    let answer = get(&served(RuleSet::Flow), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    answer.json()
}

async fn refusal(path: &str) -> Value {
    let answer = get(&served(RuleSet::Flow), path).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    problem
}

#[tokio::test]
async fn net_flow_is_served_by_level_and_levels_have_no_limits_in_the_summary() {
    let answer = json_of("/api/v1/flow/net-flow").await;
    assert_eq!(
        answer["data"][0],
        json!({
            "year": 2026, "week": 10, "level": "open", "arrivals": 9, "departures": 1, "net_flow": 8, "center": null,
            "ucl": null, "lcl": null, "signals": "", "segment": 1, "provisional": false, "no_limits": "too_few_periods",
            "complete": true,
        })
    );
    assert_eq!(json_of("/api/v1/pull-requests/net-flow").await["data"][0]["level"], "open_prs");
    let summary = json_of("/api/v1/flow/summary").await;
    let wip = summary["data"].as_array().into_iter().flatten().find(|row| row["metric"] == "wip").expect("a row");
    assert_eq!((&wip["limit_high"], &wip["signals"], &wip["verdict"]), (&Value::Null, &Value::Null, &json!("")));
}

#[tokio::test]
async fn throughput_is_typed_and_says_what_it_rests_on() {
    let answer = json_of("/api/v1/flow/throughput").await;
    assert_eq!(
        answer["data"][0],
        json!({
            "year": 2026, "week": 11, "throughput": 5, "center": null, "ucl": null, "lcl": null, "signals": "",
            "segment": 1, "provisional": false, "no_limits": "too_few_periods", "closed_not_planned": 1,
            "complete": true,
        })
    );
    let meta = &answer["meta"];
    assert_eq!(meta["as_of"], "2026-03-30T00:00:00Z");
    assert_eq!((&meta["rules"], &meta["timezone"]), (&json!("flow"), &json!("UTC")));
    assert_eq!(meta["filters"], json!({ "applied": {}, "inactive": [] }));
    assert_eq!(meta["periods"], json!(["2026-W11", "2026-W12", "2026-W13", "2026-W14"]));
    assert_eq!((&meta["snapshot"], &meta["reason_empty"]), (&json!("one"), &Value::Null));
    assert!(meta["finding"].as_str().is_some_and(|finding| finding.ends_with('.')), "{meta}");
    assert!(meta["reasons_null"]["center"].as_str().is_some_and(|reason| !reason.is_empty()), "{meta}");
}

#[tokio::test]
async fn single_rules_are_named_in_every_answer_under_the_set_that_they_belong_to() {
    let mut rules = both_rules(RuleSet::Flow);
    rules.flow.as_mut().expect("good rules").overridden = [SingleRule::MeansOverNothing].into();
    let api = Api::new(settings(), rules).expect("good settings");
    api.publish(data("one"));
    let router = api.router();
    let overrides = async |path: &str| {
        let answer = get(&router, path).await.json();
        answer.get("meta").unwrap_or(&answer)["rule_overrides"].clone()
    };
    for path in ["/api/v1/flow/throughput", "/api/v1/flow/throughput/evidence", "/api/v1/meta"] {
        assert_eq!(overrides(path).await, json!({ "means_over_nothing": "zero" }), "{path}");
        let plain = format!("{path}?rules=cto-stats");
        assert_eq!(overrides(&plain).await, json!({}), "{plain}");
    }
}

#[tokio::test]
async fn money_is_text_and_a_month_without_a_bill_is_a_row_of_nulls() {
    let answer = json_of("/api/v1/cloud-spending/monthly").await;
    assert_eq!(answer["data"][0]["cost"], "100.00");
    let missing = answer["data"].as_array().expect("rows").iter().find(|row| row["cost"].is_null());
    let missing = missing.expect("Google did not bill from the first month on");
    assert_eq!((&missing["provider"], &missing["complete"]), (&json!("gcp"), &Value::Null));
    assert!(answer["meta"]["reasons_null"]["*"].is_string());
}

#[tokio::test]
async fn only_the_periods_that_are_asked_for_are_there() {
    let answer = json_of("/api/v1/flow/throughput?from=2026-03-16&to=2026-03-29").await;
    let weeks: Vec<&Value> = answer["data"].as_array().expect("rows").iter().map(|row| &row["week"]).collect();
    assert_eq!(weeks, [12, 13]);
    assert_eq!(answer["meta"]["filters"]["applied"], json!({ "from": ["2026-03-16"], "to": ["2026-03-29"] }));
}

#[tokio::test]
async fn periods_outside_of_the_data_are_rows_of_nulls() {
    let answer = json_of("/api/v1/flow/throughput?from=2026-03-02&to=2026-03-15").await;
    assert_eq!(answer["data"][0]["week"], 10);
    assert_eq!((&answer["data"][0]["throughput"], &answer["data"][1]["throughput"]), (&Value::Null, &json!(5)));
}

#[tokio::test]
async fn a_filter_that_a_table_does_not_know_is_told_as_inactive() {
    let filters =
        json_of("/api/v1/cloud-spending/monthly?repo=acme/web&type=bug&from=2025-09-01").await["meta"]["filters"]
            .clone();
    assert_eq!(filters, json!({ "applied": { "from": ["2025-09-01"] }, "inactive": ["repo", "type"] }));
    let filters = json_of("/api/v1/flow/aging?from=2026-01-01").await["meta"]["filters"].clone();
    assert_eq!(filters, json!({ "applied": {}, "inactive": ["from"] }));
}

#[tokio::test]
async fn a_filter_by_repository_keeps_its_rows_alone() {
    let rows = json_of("/api/v1/pull-requests/open?repo=acme/api").await["data"].clone();
    let rows = rows.as_array().expect("rows");
    assert!(!rows.is_empty() && rows.iter().all(|row| row["repo"] == "api"), "{rows:?}");
    let none = json_of("/api/v1/flow/throughput?project=8").await;
    assert!(none["data"].as_array().expect("rows").iter().all(|row| row["throughput"] != 5), "{none}");
}

#[tokio::test]
async fn unknown_names_are_refused_with_the_valid_ones() {
    let problem = refusal("/api/v1/flow/throughput?team=Servces").await;
    assert_eq!(problem["detail"], "no team is called \"Servces\"; did you mean Services? Valid are Services");
    assert_eq!((&problem["parameter"], &problem["valid"]), (&json!("team"), &json!(["Services"])));
    assert_eq!(refusal("/api/v1/flow/throughput?repo=acme/nothing").await["parameter"], "repo");
    assert_eq!(refusal("/api/v1/flow/throughput?project=99").await["parameter"], "project");
    assert_eq!(refusal("/api/v1/flow/throughput?type=saga").await["parameter"], "type");
}

#[tokio::test]
async fn unknown_parameters_and_lengths_of_periods_are_refused() {
    assert_eq!(refusal("/api/v1/flow/throughput?pretty=1").await["parameter"], "pretty");
    assert_eq!(
        refusal("/api/v1/flow/cycle-time?by=day").await["detail"],
        "by cannot be \"day\" here. Valid are month, week"
    );
    assert_eq!(refusal("/api/v1/meta?from=2026-01-01").await["parameter"], "from");
    let problem = refusal("/api/v1/flow/throughput?from=2026-03-29&to=2026-03-16").await;
    assert_eq!(problem["detail"], "from (2026-03-29) lies after to (2026-03-16): swap them");
}

/// The usual data; beside the team of `api` there is one of `web`.
fn of_two_teams() -> Router {
    let mut rules = both_rules(RuleSet::Flow);
    let team = Team { repos: vec!["WEB".to_owned()], ..Team::default() };
    rules.flow.as_mut().expect("good rules").teams.insert("Front".to_owned(), team);
    let api = Api::new(settings(), rules).expect("good settings");
    api.publish(data("one"));
    api.router()
}

/// Rows of an answer in which a column has a value.
async fn rows_with(router: &Router, path: &str, column: &str, value: &str) -> Vec<Value> {
    let answer = get(router, &format!("/api/v1/{path}")).await.json();
    answer["data"].as_array().expect("rows").iter().filter(|row| row[column] == value).cloned().collect()
}

#[tokio::test]
async fn what_is_delivered_is_cut_down_to_a_repository_a_team_or_a_service() {
    let router = of_two_teams();
    for path in ["dora?", "dora?by=month&", "deployments?", "changes?", "incidents?"] {
        let own = rows_with(&router, &format!("delivery/{path}"), "service", "acme/web").await;
        assert!(!own.is_empty(), "{path}");
        for filter in ["repo=web", "repo=acme/web&team=Front", "team=front", "service=acme/web"] {
            let part = format!("delivery/{path}{filter}");
            assert_eq!(rows_with(&router, &part, "service", "acme/web").await, own, "{part}");
            assert!(rows_with(&router, &part, "service", "acme/api").await.is_empty(), "{part}");
        }
    }
    let summary = async |filter: &str| {
        let row = rows_with(&router, &format!("delivery/summary?{filter}"), "metric", "deployment_frequency").await;
        row[0]["n"].as_i64().expect("a count")
    };
    let (of_web, of_api) = (summary("team=Front").await, summary("repo=api").await);
    assert_eq!((of_web > 0, of_api > 0, of_web + of_api), (true, true, summary("").await));
    let none = get(&router, "/api/v1/delivery/dora?repo=api&team=Front").await.json();
    assert_eq!((&none["data"], &none["meta"]["reason_empty"]), (&json!([]), &json!("nothing passes the filters")));
}

#[tokio::test]
async fn a_team_has_the_months_that_all_has_of_its_selection() {
    let router = of_two_teams();
    for team in ["Front", "Services"] {
        let teams = rows_with(&router, "delivery/dora/teams", "team", team).await;
        let mut all = rows_with(&router, &format!("delivery/dora?by=month&team={team}"), "service", "ALL").await;
        for row in &mut all {
            let row = row.as_object_mut().expect("a row");
            row.remove("service");
            row.insert("team".to_owned(), json!(team));
        }
        assert!(!teams.is_empty() && teams == all, "{teams:?}");
        let alone = rows_with(&router, &format!("delivery/dora/teams?team={team}"), "team", team).await;
        assert_eq!(alone, teams);
    }
}

#[tokio::test]
async fn teams_that_labels_of_the_data_name_are_listed_and_can_be_filtered_by() {
    let mut rules = both_rules(RuleSet::Flow);
    let flow = rules.flow.as_mut().expect("good rules");
    flow.teams_from_labels = Some("hot".to_owned());
    let bugs = Team { labels: vec!["kind: bug".to_owned()], ..Team::default() };
    flow.teams.insert("Bugs".to_owned(), bugs);
    let api = Api::new(settings(), rules).expect("good settings");
    api.publish(data("one"));
    let router = api.router();
    let meta = get(&router, "/api/v1/meta").await.json();
    assert_eq!(meta["teams"], json!(["Bugs", "Services", "fix"]));

    let ids = async |path: &str| -> Vec<Value> {
        let answer = get(&router, &format!("/api/v1/{path}")).await.json();
        answer["data"].as_array().expect("rows").iter().map(|row| row["number"].clone()).collect()
    };
    assert_eq!(ids("delivery/changes?team=Fix").await, [json!("112")]);
    let of_repository = ids("delivery/changes?team=Services").await;
    assert!(!of_repository.is_empty() && !of_repository.contains(&json!("112")), "{of_repository:?}");
    assert!(!rows_with(&router, "delivery/dora/teams", "team", "fix").await.is_empty());
    let bugs = get(&router, "/api/v1/issues?team=Bugs").await.json();
    let bugs: Vec<&Value> = bugs["data"].as_array().expect("rows").iter().map(|row| &row["id"]).collect();
    assert_eq!(bugs, [&json!("acme/web#14")]);
}

#[tokio::test]
async fn an_earlier_instant_gives_the_figures_of_that_instant() {
    let answer = json_of("/api/v1/flow/stocks?as_of=2026-03-09").await;
    assert_eq!(answer["meta"]["as_of"], "2026-03-09T00:00:00Z");
    assert_ne!(answer["data"], json_of("/api/v1/flow/stocks").await["data"]);
}

#[tokio::test]
async fn a_table_that_the_rule_set_lacks_is_empty_and_says_why() {
    let answer = json_of("/api/v1/flow/aging?rules=cto-stats").await;
    assert_eq!(answer["data"], json!([]));
    assert_eq!(answer["meta"]["reason_empty"], "rule set cto-stats has no such table: ask with rules=flow");
    let answer = json_of("/api/v1/pull-requests/authors").await;
    assert_eq!(answer["meta"]["reason_empty"], "tables about people are off: reporting.people");
}

#[tokio::test]
async fn the_csv_of_a_table_that_the_rule_set_lacks_is_its_header_alone() {
    for path in [
        "delivery/dora?by=month",
        "delivery/dora/teams",
        "delivery/summary",
        "delivery/changes",
        "flow/aging",
        "flow/summary",
        "pull-requests/open",
        "pull-requests/authors",
    ] {
        let (address, query) = path.split_once('?').unwrap_or((path, ""));
        let csv = async |set: &str| {
            let answer = get(&served(RuleSet::Flow), &format!("/api/v1/{address}.csv?rules={set}&{query}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            answer.text().to_owned()
        };
        let (original, ours) = (csv("cto-stats").await, csv("flow").await);
        assert_eq!(original.lines().count(), 1, "{path}: {original}");
        assert_eq!(original.lines().next(), ours.lines().next(), "{path}");
    }
}

#[tokio::test]
async fn without_data_every_table_is_empty_and_says_why() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(no_data("none"));
    for (path, reason) in [
        ("flow/throughput", "no issues are imported yet: run cto-import"),
        ("pull-requests/open", "no pull requests are imported yet: run cto-import"),
        ("cloud-spending/monthly", "no bills are imported yet: run cto-import --cloudspending"),
    ] {
        let answer = get(&api.router(), &format!("/api/v1/{path}")).await.json();
        assert_eq!((&answer["data"], &answer["meta"]["reason_empty"]), (&json!([]), &json!(reason)), "{path}");
    }
}

#[tokio::test]
async fn meta_lists_what_can_be_asked_for_and_the_state_of_each_source() {
    let meta = json_of("/api/v1/meta").await;
    assert_eq!(meta["teams"], json!(["Services"]));
    assert_eq!(meta["repositories"], json!(["acme/api", "acme/docs", "acme/web"]));
    assert_eq!(meta["providers"], json!(["azure", "gcp", "github"]));
    assert_eq!(meta["as_of"], "2026-03-30T00:00:00Z");
    assert_eq!(meta["covered"]["first_bill"], "2025-08");
    let sources = meta["sources"].as_array().expect("sources");
    assert!(sources.iter().any(|source| source["scope"] == "issues" && source["state"] == "ok"), "{sources:?}");
}

#[tokio::test]
async fn the_catalogue_defines_the_metrics() {
    let catalogue = json_of("/api/v1/metrics").await;
    let metrics = catalogue["data"].as_array().expect("metrics");
    assert!(
        metrics.iter().any(|metric| metric["name"] == "lead_time" && metric["good_direction"] == "down"),
        "{metrics:?}"
    );
}

#[tokio::test]
async fn an_instant_years_after_the_data_is_refused() {
    let problem = refusal("/api/v1/flow/cumulative-flow?as_of=2199-12-31").await;
    assert_eq!(
        problem["detail"],
        "as_of lies more than a year after the data: 2027-03-31T00:00:00Z is the latest that makes sense"
    );
    assert_eq!(problem["parameter"], "as_of");
    json_of("/api/v1/flow/cumulative-flow?as_of=2026-12-31").await;
}

#[tokio::test]
async fn a_summary_sums_up_the_days_that_are_asked_for_and_says_so() {
    let whole = json_of("/api/v1/flow/summary").await;
    let metrics: Vec<&Value> = whole["data"].as_array().expect("rows").iter().map(|row| &row["metric"]).collect();
    assert_eq!(metrics, ["lead_time", "cycle_time", "throughput", "wip", "red_bin"]);
    assert_eq!((&whole["data"][0]["from"], &whole["data"][0]["to"]), (&json!("2025-04-01"), &json!("2026-03-30")));
    assert_eq!(whole["meta"]["filters"], json!({ "applied": {}, "inactive": [] }));
    let asked = json_of("/api/v1/flow/summary?from=2026-03-16&to=2026-03-22").await;
    let row = &asked["data"][0];
    assert_eq!((&row["from"], &row["to"]), (&json!("2026-03-16"), &json!("2026-03-22")));
    assert_eq!(asked["meta"]["filters"]["applied"], json!({ "from": ["2026-03-16"], "to": ["2026-03-22"] }));
    let week = json_of("/api/v1/flow/cycle-time?by=week&from=2026-03-16&to=2026-03-22").await;
    assert_eq!((&row["value"], &row["n"]), (&week["data"][0]["leadtime_days_p50"], &week["data"][0]["lead_count"]));
    let finding = asked["meta"]["finding"].as_str().expect("a sentence");
    assert!(finding.starts_with("From 2026-03-16 to 2026-03-22, ") && finding.ends_with('.'), "{finding}");
    assert!(whole["meta"]["finding"].as_str().is_some_and(|finding| finding.starts_with("From 2025-04-01 to ")));
    assert!(whole["meta"]["reasons_null"]["previous"].as_str().is_some_and(|reason| !reason.is_empty()));
}

#[tokio::test]
async fn a_summary_knows_the_filters_of_its_tables() {
    let all = json_of("/api/v1/pull-requests/summary").await;
    let part = json_of("/api/v1/pull-requests/summary?repo=acme/web&from=2026-01-01").await;
    let n = |answer: &Value| answer["data"][2]["n"].as_i64().expect("a count");
    assert!(n(&part) < n(&all), "{part}");
    assert_eq!(part["meta"]["filters"]["applied"], json!({ "repo": ["acme/web"], "from": ["2026-01-01"] }));
    let none = json_of("/api/v1/flow/summary?project=8&type=bug").await;
    assert_eq!((&none["data"], &none["meta"]["reason_empty"]), (&json!([]), &json!("nothing passes the filters")));
    let other = json_of("/api/v1/flow/summary?rules=cto-stats&from=2026-01-01").await;
    assert_eq!(other["data"], json!([]));
    assert!(other["meta"]["reason_empty"].as_str().is_some_and(|reason| reason.contains("rules=flow")), "{other}");
}

#[tokio::test]
async fn the_summary_of_bills_takes_months_within_the_days() {
    let asked = json_of("/api/v1/cloud-spending/summary?to=2026-01-31").await;
    assert_eq!((&asked["data"][0]["month"], &asked["data"][0]["cost"]), (&json!("2026-01"), &json!("100.00")));
    assert_eq!(asked["meta"]["filters"]["applied"], json!({ "to": ["2026-01-31"] }));
    let finding = asked["meta"]["finding"].as_str().expect("a sentence");
    assert!(finding.starts_with("azure billed 100.00 EUR in 2026-01, the last complete month"), "{finding}");
}

#[tokio::test]
async fn bills_that_were_asked_for_from_a_month_on_are_covered_up_to_their_import() {
    let end = Instant::parse_rfc3339("2026-03-30T00:00:00Z").expect("an instant");
    let run = |subject: &str, covered_from| ImportRun {
        run: 1,
        scope: "cloud_costs".into(),
        subject: subject.to_owned(),
        outcome: "ok".into(),
        covered_from,
        covered_to: Some(end),
        ..ImportRun::default()
    };
    let data = data("imported");
    let mut raw = data.flow.as_deref().expect("readable").clone();
    raw.imports = vec![run("azure/a", None), run("gcp/x", Some(Instant::from_seconds(1_700_000_000)))];
    raw.cloud_as_of = Some(end);
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(http_api::Data { flow: Ok(Arc::new(raw)), ..data });
    for table in ["monthly", "services", "compared", "summary"] {
        let answer = get(&api.router(), &format!("/api/v1/cloud-spending/{table}")).await.json();
        let coverage = &answer["meta"]["coverage"];
        assert_eq!(*coverage, json!({ "until": "2026-03-30T00:00:00Z", "held_back_by": null }), "{table}");
    }
}

#[tokio::test]
async fn where_nothing_was_read_from_the_beginning_no_instant_is_made_up() {
    let run = ImportRun {
        run: 1,
        scope: "issues".into(),
        subject: "acme/api".to_owned(),
        outcome: "ok".into(),
        covered_from: Some(Instant::from_seconds(1_770_000_000)),
        covered_to: Some(Instant::from_seconds(1_774_000_000)),
        ..ImportRun::default()
    };
    let data = data("since");
    let mut raw = data.flow.as_deref().expect("readable").clone();
    raw.imports = vec![run];
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(http_api::Data { flow: Ok(Arc::new(raw)), ..data });
    let answer = get(&api.router(), "/api/v1/flow/throughput").await.json();
    let coverage = &answer["meta"]["coverage"];
    assert_eq!(*coverage, json!({ "until": null, "held_back_by": "issues of acme/api" }));
    let notices = answer["meta"]["notices"].to_string();
    assert!(notices.contains("issues of acme/api was never imported from its beginning"), "{notices}");
}
