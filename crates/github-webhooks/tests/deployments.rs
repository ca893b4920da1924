//! Payloads of deployments and what they tell.
//!
//! Written by hand, as those of the other events.

use github_webhooks::{Malformed, Reading, read};
use model::Instant;
use model::deliveries::Delivered;
use model::records::{Deployment, DeploymentStatus};
use serde_json::{Value, json};

fn at(time: &str) -> Instant {
    Instant::parse_rfc3339(&format!("2026-10-01T{time}:00Z")).expect("a time")
}

fn event(state: Option<&str>, change: impl FnOnce(&mut Value)) -> (&'static str, Value) {
    let mut event = json!({
        "action": "created",
        "deployment": {
            "id": 2_130_000_001, "node_id": "DE_1", "sha": "c1", "ref": "main", "task": "deploy", "payload": {},
            "environment": "production", "original_environment": "staging",
            "creator": {"login": "github-actions[bot]", "type": "Bot"}, "created_at": "2026-10-01T09:00:00Z",
            "updated_at": "2026-10-01T09:00:00Z",
        },
        "repository": {
            "id": 1, "node_id": "R_1", "name": "web", "html_url": "https://github.com/acme/web",
            "owner": {"login": "acme", "type": "Organization"},
        },
        "sender": {"login": "ada", "type": "User"},
    });
    if let Some(state) = state {
        event["deployment_status"] = json!({
            "id": 7, "node_id": "DES_1", "state": state, "environment": "prod-eu",
            "log_url": "https://github.com/acme/web/actions/runs/12/job/34", "target_url": "https://example.com",
            "created_at": "2026-10-01T09:05:00Z", "updated_at": "2026-10-01T09:05:00Z",
        });
    }
    change(&mut event);
    (if state.is_some() { "deployment_status" } else { "deployment" }, event)
}

fn told((event, payload): (&'static str, Value)) -> Deployment {
    match read(event, payload.to_string().as_bytes(), at("12:00")).expect("readable") {
        Reading::Told(Delivered::Deployment(deployment)) => *deployment,
        other => panic!("{other:?}"),
    }
}

fn made() -> Deployment {
    Deployment {
        id: "DE_1".into(),
        source: "github".into(),
        org: "acme".into(),
        repo: "web".into(),
        environment: "production".into(),
        sha: "c1".into(),
        git_ref: "main".into(),
        created_at: at("09:00"),
        started_at: Some(at("09:00")),
        task: "deploy".into(),
        creator: "github-actions".into(),
        creator_is_bot: true,
        updated_at: Some(at("09:00")),
        host: "github.com".into(),
        ..Deployment::default()
    }
}

#[test]
fn a_deployment_is_told_as_an_import_reads_it() {
    assert_eq!(told(event(None, |_| {})), made());
}

#[test]
fn a_status_names_the_environment_the_run_and_the_instant() {
    let expected = Deployment {
        environment: "prod-eu".into(),
        run_id: "12".into(),
        url: "https://github.com/acme/web/actions/runs/12/job/34".into(),
        updated_at: Some(at("09:05")),
        statuses: vec![DeploymentStatus {
            deployment_id: "DE_1".into(),
            id: "DES_1".into(),
            state: "success".into(),
            at: at("09:05"),
            environment: "prod-eu".into(),
            host: "github.com".into(),
        }],
        ..made()
    };
    assert_eq!(told(event(Some("success"), |_| {})), expected);
}

#[test]
fn a_status_without_an_environment_or_a_log_leaves_both_open() {
    let bare = told(event(Some("queued"), |event| {
        for field in ["environment", "log_url"] {
            event["deployment_status"][field] = "".into();
        }
    }));
    assert_eq!(
        (bare.environment.as_str(), bare.url.as_str(), bare.run_id.as_str()),
        ("production", "https://example.com", "")
    );
}

#[test]
fn who_deploys_a_commit_itself_names_no_branch_and_a_whole_name_is_cut() {
    let git_ref = |git_ref: &str| told(event(None, |event| event["deployment"]["ref"] = git_ref.into())).git_ref;
    assert_eq!(
        (git_ref("c1"), git_ref("refs/heads/topic/1"), git_ref("refs/tags/v1")),
        (String::new(), "topic/1".into(), "v1".into())
    );
}

#[test]
fn a_deployment_without_an_id_or_a_time_is_malformed() {
    for field in ["node_id", "created_at", "sha"] {
        let (name, payload) = event(Some("success"), |event| event["deployment"][field] = Value::Null);
        let error = read(name, payload.to_string().as_bytes(), at("12:00")).expect_err("malformed");
        assert!(matches!(error, Malformed::Json { .. }), "{field}");
    }
}
