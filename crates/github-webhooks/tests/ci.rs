//! Payloads of runs, jobs and releases, and what they tell.
//!
//! Written by hand, as those of the other events.

use github_webhooks::{NotUsed, Reading, read};
use model::Instant;
use model::deliveries::Delivered;
use model::kinds::{Runner, TimesFrom};
use model::records::{CiJob, CiRun, Release};
use serde_json::{Value, json};

fn at(time: &str) -> Instant {
    Instant::parse_rfc3339(&format!("2026-10-01T{time}:00Z")).expect("a time")
}

fn reading(event: &str, payload: &Value) -> Reading {
    read(event, payload.to_string().as_bytes(), at("12:00")).expect("readable")
}

fn repository() -> Value {
    json!({
        "id": 1, "node_id": "R_1", "name": "web", "full_name": "acme/web", "default_branch": "main",
        "html_url": "https://github.com/acme/web", "owner": {"login": "acme", "type": "Organization"},
    })
}

fn run_event(action: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({
        "action": action,
        "workflow_run": {
            "id": 30_433_642, "node_id": "WFR_1", "name": "Deploy", "path": ".github/workflows/deploy.yml@main",
            "head_branch": "main", "head_sha": "c1", "head_repository": {"node_id": "R_1", "name": "web"},
            "run_number": 562, "run_attempt": 2, "event": "push", "status": "completed", "conclusion": "success",
            "created_at": "2026-10-01T08:00:00Z", "updated_at": "2026-10-01T09:05:00Z",
            "run_started_at": "2026-10-01T09:00:00Z",
            "html_url": "https://github.com/acme/web/actions/runs/30433642",
        },
        "workflow": {"id": 7, "name": "Deploy", "path": ".github/workflows/deploy.yml"},
        "repository": repository(),
    });
    change(&mut event["workflow_run"]);
    event
}

fn run(payload: &Value) -> (CiRun, Instant) {
    match reading("workflow_run", payload) {
        Reading::Told(Delivered::CiRun { run, at }) => (*run, at),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_is_told_as_an_import_reads_it() {
    let expected = CiRun {
        run_id: "30433642".into(),
        attempt: 2,
        source: "github".into(),
        org: "acme".into(),
        repo: "web".into(),
        workflow: "Deploy".into(),
        workflow_path: ".github/workflows/deploy.yml".into(),
        event: "push".into(),
        git_ref: "main".into(),
        sha: "c1".into(),
        run_number: Some(562),
        status: "completed".into(),
        conclusion: "success".into(),
        created_at: at("08:00"),
        started_at: Some(at("09:00")),
        finished_at: Some(at("09:05")),
        default_branch: true,
        url: "https://github.com/acme/web/actions/runs/30433642".into(),
        host: "github.com".into(),
    };
    assert_eq!(run(&run_event("completed", |_| {})), (expected, at("09:05")));
}

#[test]
fn a_run_under_way_has_no_end_and_one_of_a_fork_is_not_of_the_default_branch() {
    let (under_way, _) = run(&run_event("in_progress", |run| {
        run["status"] = "in_progress".into();
        run["conclusion"] = Value::Null;
    }));
    assert_eq!((under_way.finished_at, under_way.conclusion.is_empty()), (None, true));
    let (forked, _) = run(&run_event("completed", |run| run["head_repository"]["node_id"] = "R_2".into()));
    assert!(!forked.default_branch);
    let (unnamed, _) = run(&run_event("completed", |run| run["path"] = Value::Null));
    assert_eq!(unnamed.workflow_path, ".github/workflows/deploy.yml", "that of the workflow");
}

fn job_event(action: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({
        "action": action,
        "workflow_job": {
            "id": 5, "run_id": 30_433_642, "run_attempt": 2, "name": "build", "status": "completed",
            "conclusion": "failure", "created_at": "2026-10-01T09:00:00Z", "started_at": "2026-10-01T09:01:00Z",
            "completed_at": "2026-10-01T09:04:00Z", "labels": ["self-hosted", "linux"],
            "runner_group_name": "Default", "runner_name": "rack-4", "steps": [],
            "html_url": "https://github.com/acme/web/actions/runs/30433642/job/5",
        },
        "repository": repository(),
    });
    change(&mut event["workflow_job"]);
    event
}

fn job(payload: &Value) -> CiJob {
    match reading("workflow_job", payload) {
        Reading::Told(Delivered::CiJob(job)) => *job,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_job_tells_when_it_began_to_wait_and_on_what_it_ran() {
    let expected = CiJob {
        job_id: "5".into(),
        run_id: "30433642".into(),
        attempt: 2,
        org: "acme".into(),
        repo: "web".into(),
        name: "build".into(),
        conclusion: "failure".into(),
        created_at: Some(at("09:00")),
        started_at: Some(at("09:01")),
        finished_at: Some(at("09:04")),
        runner: Runner::SelfHosted.into(),
        labels: "self-hosted;linux".into(),
        times_from: TimesFrom::Webhook.into(),
        host: "github.com".into(),
        ..CiJob::default()
    };
    assert_eq!(job(&job_event("completed", |_| {})), expected);
}

#[test]
fn what_waits_has_not_begun_and_what_was_skipped_has_no_machine() {
    for status in ["queued", "waiting"] {
        let waits = job(&job_event(status, |job| {
            job["status"] = status.into();
            job["conclusion"] = Value::Null;
            job["completed_at"] = Value::Null;
            job["runner_name"] = Value::Null;
        }));
        assert_eq!((waits.started_at, waits.finished_at, waits.conclusion.is_empty()), (None, None, true), "{status}");
    }
    let skipped = job(&job_event("completed", |job| {
        job["conclusion"] = "skipped".into();
        job["labels"] = json!([]);
        job["runner_name"] = Value::Null;
        job["started_at"] = "2026-10-01T09:04:00Z".into();
    }));
    assert_eq!((skipped.labels.as_str(), skipped.runner.name()), ("", ""));
    assert_eq!((skipped.started_at, skipped.finished_at), (Some(at("09:04")), Some(at("09:04"))));
}

fn release_event(action: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({
        "action": action,
        "release": {
            "id": 9, "node_id": "RE_1", "tag_name": "v1.2.0", "target_commitish": "main", "name": "Version 1.2.0",
            "draft": false, "prerelease": false, "created_at": "2026-10-01T08:00:00Z",
            "published_at": "2026-10-01T09:00:00Z", "updated_at": "2026-10-01T09:30:00Z",
            "html_url": "https://github.com/acme/web/releases/tag/v1.2.0", "author": {"login": "ada"},
        },
        "repository": repository(),
    });
    change(&mut event["release"]);
    event
}

fn release(payload: &Value) -> (Release, Instant) {
    match reading("release", payload) {
        Reading::Told(Delivered::Release { release, at }) => (*release, at),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_published_release_is_told_without_the_commit_of_its_tag() {
    let expected = Release {
        id: "RE_1".into(),
        org: "acme".into(),
        repo: "web".into(),
        tag: "v1.2.0".into(),
        sha: String::new(),
        name: "Version 1.2.0".into(),
        draft: false,
        prerelease: false,
        created_at: at("08:00"),
        published_at: Some(at("09:00")),
        url: "https://github.com/acme/web/releases/tag/v1.2.0".into(),
        host: "github.com".into(),
    };
    assert_eq!(release(&release_event("published", |_| {})), (expected, at("09:30")));
}

#[test]
fn a_release_that_is_deleted_or_a_draft_again_is_not_published() {
    let (deleted, deleted_at) = release(&release_event("deleted", |_| {}));
    assert_eq!((deleted.draft, deleted.published_at, deleted_at), (true, None, at("12:00")), "when is not told");
    let (taken_back, _) = release(&release_event("unpublished", |release| release["draft"] = true.into()));
    assert_eq!((taken_back.draft, taken_back.published_at), (true, None));
}

#[test]
fn a_release_of_an_old_server_is_of_its_publication_and_an_edit_of_when_it_came() {
    let without = |action: &str| release(&release_event(action, |release| release["updated_at"] = Value::Null)).1;
    assert_eq!((without("published"), without("edited")), (at("09:00"), at("12:00")));
    assert_eq!(reading("release", &release_event("of_the_future", |_| {})), Reading::NotUsed(NotUsed::Action));
}
