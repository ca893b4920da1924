//! Snapshots come and go.

use axum::http::StatusCode;
use http_api::{Api, SettingsError};
use model::rules::RuleSet;
use serde_json::Value;

use crate::fixture::{both_rules, data, get, no_data, settings};

#[tokio::test]
async fn before_the_first_snapshot_the_server_lives_and_is_not_ready() {
    let router = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings").router();
    assert_eq!(get(&router, "/healthz").await.status, StatusCode::OK);
    for path in ["/readyz", "/api/v1/flow/stocks", "/api/stocks", "/api/v1/meta"] {
        let answer = get(&router, path).await;
        assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "2"), "{path}");
    }
    assert_eq!(get(&router, "/metrics").await.status, StatusCode::OK);
    assert_eq!(get(&router, "/api/openapi.json").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_new_snapshot_replaces_the_old_one_at_once() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    let router = api.router();
    api.publish(no_data("none"));
    let before = get(&router, "/api/v1/pull-requests/open").await;
    api.publish(data("one"));
    let after = get(&router, "/api/v1/pull-requests/open").await;
    assert_eq!(before.json()["meta"]["snapshot"], "none");
    assert_eq!(
        (&after.json()["meta"]["snapshot"], after.json()["data"].as_array().map(Vec::len)),
        (&"one".into(), Some(2))
    );
    assert_ne!(before.header("etag"), after.header("etag"));
}

#[tokio::test]
async fn the_same_data_published_again_keeps_its_tags() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(data("one"));
    let first = get(&api.router(), "/api/v1/flow/stocks").await;
    api.publish(data("one"));
    assert_eq!(get(&api.router(), "/api/v1/flow/stocks").await.header("etag"), first.header("etag"));
}

#[tokio::test]
async fn what_could_not_be_loaded_is_told_until_the_next_snapshot() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    let router = api.router();
    api.publish(data("one"));
    let error = async || get(&router, "/api/v1/meta").await.json()["reload_error"].clone();
    assert_eq!(error().await, Value::Null);
    api.reload_failed("the store is locked".to_owned());
    assert_eq!(error().await, "the store is locked");
    assert!(get(&router, "/metrics").await.text().contains("cto_snapshot_reload_failed 1"));
    api.publish(data("two"));
    assert_eq!(error().await, Value::Null);
}

#[tokio::test]
async fn a_rule_set_that_cannot_read_the_data_says_so_and_the_other_goes_on() {
    let api = Api::new(settings(), both_rules(RuleSet::CtoStats)).expect("good settings");
    let mut data = data("one");
    data.flow = Err("issue.csv line 3: a repeated key".to_owned());
    api.publish(data);
    assert_eq!(get(&api.router(), "/api/v1/flow/stocks").await.status, StatusCode::OK);
    let answer = get(&api.router(), "/api/v1/flow/stocks?rules=flow").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        answer.json()["detail"],
        "rule set flow cannot be used with this data: issue.csv line 3: a repeated key"
    );
}

#[test]
fn usual_rules_that_cannot_be_used_are_an_error() {
    let mut rules = both_rules(RuleSet::Flow);
    rules.flow = Err("a column is listed twice".to_owned());
    let error = Api::new(settings(), rules).expect_err("refused");
    assert!(matches!(error, SettingsError::Rules { set: "flow", .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swap_under_load_drops_no_request() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(data("0"));
    let router = api.router();
    let askers: Vec<_> = (0..8)
        .map(|asker| {
            let router = router.clone();
            tokio::spawn(async move {
                for turn in 0..40 {
                    let day = 1 + (asker * 40 + turn) % 28;
                    let path = format!("/api/v1/flow/throughput?from=2026-03-{day:02}");
                    assert_eq!(get(&router, &path).await.status, StatusCode::OK);
                }
            })
        })
        .collect();
    for version in 1..5 {
        let api = api.clone();
        tokio::task::spawn_blocking(move || api.publish(data(&version.to_string()))).await.expect("published");
    }
    for asker in askers {
        asker.await.expect("every request was answered");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_computation_serves_all_who_ask_for_the_same() {
    let api = Api::new(settings(), both_rules(RuleSet::Flow)).expect("good settings");
    api.publish(data("one"));
    let router = api.router();
    let ask = |path: &'static str| {
        let router = router.clone();
        tokio::spawn(async move { get(&router, path).await.status })
    };
    let tables =
        ["/api/v1/flow/throughput?team=Services", "/api/v1/flow/stocks?team=Services", "/api/v1/flow/forecast"];
    let askers: Vec<_> = (0..30).map(|asker| ask(tables[asker % tables.len()])).collect();
    for asker in askers {
        assert_eq!(asker.await.expect("no panic"), StatusCode::OK);
    }
    // One for what is published, one for the team.
    let text = get(&router, "/metrics").await;
    assert!(text.text().contains("\ncto_api_computation_duration_seconds_count 2\n"), "{}", text.text());
}
