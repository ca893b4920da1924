//! Payloads and what they tell.
//!
//! The payloads are written by hand: the fields that are read, and some that are not, by their names and kinds in GitLab's
//! documentation of webhook events. Names and numbers are made up.

use gitlab_webhooks::{Malformed, NotUsed, Reading, read};
use model::Instant;
use model::deliveries::Delivered;
use model::kinds::{Runner, TimesFrom};
use model::records::{CiJob, CiRun, Deployment, DeploymentStatus, Issue, Place, PullRequest, Release};
use serde_json::{Value, json};

const SHA: &str = "279484c09fbe69ededfced8c1bb6e6d24616b468";

fn at(time: &str) -> Instant {
    Instant::parse_rfc3339(&format!("2026-04-28T{time}Z")).expect("a time")
}

fn reading(event: &str, payload: &Value) -> Reading {
    read(event, payload.to_string().as_bytes(), at("22:00:00")).expect("readable")
}

fn told(event: &str, payload: &Value) -> Delivered {
    match reading(event, payload) {
        Reading::Told(told) => told,
        other @ Reading::NotUsed(_) => panic!("{other:?}"),
    }
}

fn project() -> Value {
    json!({
        "id": 30, "name": "API", "web_url": "https://gitlab.example:8443/acme/shop/api", "namespace": "Shop",
        "path_with_namespace": "acme/shop/api", "default_branch": "main",
    })
}

fn place(number: &str) -> Place {
    Place {
        repository_id: "gitlab.example:8443/project/30".into(),
        org: "acme".into(),
        repo: "shop/api".into(),
        number: number.into(),
        host: "gitlab.example:8443".into(),
    }
}

fn deployment_event(status: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({
        "object_kind": "deployment", "status": status, "status_changed_at": "2026-04-28 21:50:00 +0200",
        "deployment_id": 15, "deployable_id": 796,
        "deployable_url": "https://gitlab.example:8443/acme/shop/api/-/jobs/796", "environment": "production",
        "environment_tier": "production", "environment_slug": "production", "project": project(),
        "short_sha": "279484c0", "ref": "main",
        "user": {"id": 1, "name": "Ada", "username": "ada", "email": "ada@acme.example"},
        "commit_url": format!("https://gitlab.example:8443/acme/shop/api/-/commit/{SHA}"), "commit_title": "Add it",
    });
    change(&mut event);
    event
}

fn deployment(payload: &Value) -> Deployment {
    match told("Deployment Hook", payload) {
        Delivered::Deployment(deployment) => *deployment,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_deployment_is_the_imported_one_with_a_status_and_the_whole_commit() {
    let expected = Deployment {
        id: "gitlab.example:8443/deployment/15".into(),
        source: "gitlab".into(),
        org: "acme".into(),
        repo: "shop/api".into(),
        environment: "production".into(),
        tier: "production".into(),
        sha: SHA.into(),
        git_ref: "main".into(),
        created_at: at("19:50:00"),
        creator: "ada".into(),
        url: "https://gitlab.example:8443/acme/shop/api/-/jobs/796".into(),
        updated_at: Some(at("19:50:00")),
        host: "gitlab.example:8443".into(),
        statuses: vec![DeploymentStatus {
            deployment_id: "gitlab.example:8443/deployment/15".into(),
            id: String::new(),
            state: "success".into(),
            at: at("19:50:00"),
            environment: "production".into(),
            host: "gitlab.example:8443".into(),
        }],
        ..Deployment::default()
    };
    assert_eq!(deployment(&deployment_event("success", |_| {})), expected);
}

#[test]
fn every_status_of_a_deployment_has_a_word() {
    for (status, state) in [
        ("created", "queued"),
        ("blocked", "waiting"),
        ("running", "in_progress"),
        ("failed", "failure"),
        ("canceled", "inactive"),
        ("skipped", "inactive"),
        ("brand_new", "queued"),
    ] {
        assert_eq!(deployment(&deployment_event(status, |_| {})).statuses[0].state.name(), state, "{status}");
    }
}

#[test]
fn a_commit_that_the_address_does_not_name_is_not_told() {
    for (field, value) in [("commit_url", "https://gitlab.example/acme/shop/api/-/commits"), ("short_sha", "abc")] {
        assert_eq!(deployment(&deployment_event("success", |event| event[field] = value.into())).sha, "", "{field}");
    }
}

fn build(id: u64, name: &str, times: [Option<&str>; 2], status: &str) -> Value {
    let [started_at, finished_at] = times.map(|time| time.map(|time| format!("2026-04-28 {time} UTC")));
    json!({
        "id": id, "stage": "test", "name": name, "status": status, "created_at": "2026-04-28 19:00:00 UTC",
        "started_at": started_at, "finished_at": finished_at, "duration": 182.595, "queued_duration": 3.25,
        "failure_reason": "script_failure", "when": "on_success", "manual": false, "allow_failure": true,
        "user": {"username": "ada", "email": "ada@acme.example"},
        "runner": {"id": 7, "runner_type": "project_type", "is_shared": false, "tags": ["linux"]},
    })
}

fn pipeline_event(status: &str, builds: &[Value]) -> Value {
    json!({
        "object_kind": "pipeline",
        "object_attributes": {
            "id": 31, "iid": 3, "name": "Nightly", "ref": "main", "tag": false, "sha": SHA, "source": "push",
            "status": status, "detailed_status": status, "created_at": "2026-04-28 18:59:00 UTC",
            "finished_at": "2026-04-28 19:20:00 UTC", "duration": 63,
            "url": "https://gitlab.example:8443/acme/shop/api/-/pipelines/31",
        },
        "project": project(), "builds": builds,
    })
}

fn pipeline(payload: &Value) -> (CiRun, Instant, Vec<CiJob>) {
    let Delivered::Several(told) = told("Pipeline Hook", payload) else { panic!("several") };
    let mut told = told.into_iter();
    let Some(Delivered::CiRun { run, at }) = told.next() else { panic!("a run comes first") };
    let job = |told| match told {
        Delivered::CiJob(job) => *job,
        other => panic!("{other:?}"),
    };
    (*run, at, told.map(job).collect())
}

#[test]
fn a_pipeline_is_the_imported_one_with_the_times_of_its_jobs() {
    let builds = [
        build(380, "test", [Some("19:01:00"), Some("19:05:00")], "failed"),
        build(381, "lint", [Some("19:02:00"), Some("19:19:00")], "success"),
    ];
    let (run, told_at, jobs) = pipeline(&pipeline_event("failed", &builds));
    let expected = CiRun {
        run_id: "gitlab.example:8443/pipeline/31".into(),
        attempt: 1,
        source: "gitlab".into(),
        org: "acme".into(),
        repo: "shop/api".into(),
        workflow: "Nightly".into(),
        event: "push".into(),
        git_ref: "main".into(),
        sha: SHA.into(),
        run_number: Some(3),
        status: "completed".into(),
        conclusion: "failure".into(),
        created_at: at("18:59:00"),
        started_at: Some(at("19:01:00")),
        finished_at: Some(at("19:19:00")),
        default_branch: true,
        url: "https://gitlab.example:8443/acme/shop/api/-/pipelines/31".into(),
        host: "gitlab.example:8443".into(),
        ..CiRun::default()
    };
    assert_eq!((run, told_at), (expected, at("19:20:00")));
    let expected = CiJob {
        job_id: "gitlab.example:8443/job/380".into(),
        run_id: "gitlab.example:8443/pipeline/31".into(),
        attempt: 1,
        org: "acme".into(),
        repo: "shop/api".into(),
        name: "test".into(),
        stage: "test".into(),
        conclusion: "failure".into(),
        failure_reason: "script_failure".into(),
        allow_failure: true,
        created_at: Some(at("19:00:00")),
        started_at: Some(at("19:01:00")),
        finished_at: Some(at("19:05:00")),
        duration_ms: Some(182_595),
        queued_ms: Some(3_250),
        runner: Runner::SelfHosted.into(),
        times_from: TimesFrom::Webhook.into(),
        host: "gitlab.example:8443".into(),
        ..CiJob::default()
    };
    assert_eq!(jobs[0], expected);
    assert_eq!(jobs[1].failure_reason, "", "it has not failed");
}

#[test]
fn a_pipeline_under_way_has_no_end_and_a_job_that_waits_no_lengths() {
    let (run, _, jobs) = pipeline(&pipeline_event("running", &[build(380, "test", [None, None], "pending")]));
    assert_eq!((run.status.name(), run.finished_at, run.started_at), ("in_progress", None, None));
    assert_eq!((jobs[0].duration_ms, jobs[0].queued_ms, jobs[0].conclusion.is_empty()), (None, None, true));
}

#[test]
fn a_job_by_itself_is_that_of_its_pipeline() {
    let event = json!({
        "object_kind": "build", "ref": "main", "sha": SHA, "retries_count": 0, "build_id": 380, "build_name": "test",
        "build_stage": "test", "build_status": "failed", "build_created_at": "2026-04-28T19:00:00.886Z",
        "build_started_at": "2026-04-28T19:01:00.100Z", "build_finished_at": "2026-04-28T19:05:00.000Z",
        "build_duration": 182.595, "build_queued_duration": 3.25, "build_allow_failure": true,
        "build_failure_reason": "script_failure", "pipeline_id": 31, "project_id": 30, "project": project(),
        "runner": {"id": 7, "runner_type": "project_type", "is_shared": false, "tags": ["linux"]},
    });
    let (_, _, jobs) =
        pipeline(&pipeline_event("failed", &[build(380, "test", [Some("19:01:00"), Some("19:05:00")], "failed")]));
    assert_eq!(told("Job Hook", &event), Delivered::CiJob(Box::new(jobs[0].clone())));
}

fn merge_request_event(action: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({
        "object_kind": "merge_request", "user": {"id": 1, "username": "grace", "email": "grace@acme.example"},
        "project": project(), "labels": [{"id": 206, "title": "api"}], "changes": {},
        "object_attributes": {
            "id": 99, "iid": 12, "target_branch": "main", "source_branch": "topic", "author_id": 51,
            "title": "Add it", "created_at": "2026-04-28T18:00:00Z", "updated_at": "2026-04-28T19:00:00Z",
            "state": "opened", "draft": false, "merge_commit_sha": null, "last_commit": {"id": SHA},
            "url": "https://gitlab.example:8443/acme/shop/api/-/merge_requests/12", "action": action,
        },
    });
    change(&mut event);
    event
}

fn merge_request(payload: &Value) -> PullRequest {
    match told("Merge Request Hook", payload) {
        Delivered::PullRequest(told) => *told,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_merge_request_that_is_opened_tells_who_opens_it() {
    let expected = PullRequest {
        id: "gitlab.example:8443/merge_request/99".into(),
        place: place("12"),
        title: "Add it".into(),
        url: "https://gitlab.example:8443/acme/shop/api/-/merge_requests/12".into(),
        state: "open".into(),
        creator: "grace".into(),
        created_at: at("18:00:00"),
        updated_at: Some(at("19:00:00")),
        base: "main".into(),
        head_branch: "topic".into(),
        head_sha: SHA.into(),
        labels: vec!["api".into()],
        ..PullRequest::default()
    };
    assert_eq!(merge_request(&merge_request_event("open", |_| {})), expected);
    assert_eq!(
        merge_request(&merge_request_event("update", |_| {})).creator,
        "",
        "who changes it need not have made it"
    );
}

#[test]
fn a_merge_is_dated_by_the_event_that_merges_and_by_no_later_one() {
    let merged = |action: &str| {
        merge_request(&merge_request_event(action, |event| {
            event["object_attributes"]["state"] = "merged".into();
            event["object_attributes"]["merge_commit_sha"] = "c1".into();
        }))
    };
    let merge = merged("merge");
    assert_eq!(
        (merge.state.name(), merge.merged_at, merge.closed_at),
        ("merged", Some(at("19:00:00")), Some(at("19:00:00")))
    );
    assert_eq!(merge.merge_commit, "c1");
    let later = merged("update");
    assert_eq!((later.merged_at, later.closed_at, later.merge_commit.as_str()), (None, None, "c1"));
}

#[test]
fn readiness_drafts_and_reviewers_are_events() {
    let kinds = |changes: Value| {
        let told = merge_request(&merge_request_event("update", |event| event["changes"] = changes));
        told.events.iter().map(|event| (event.kind.name().to_owned(), event.at)).collect::<Vec<_>>()
    };
    let is = |name: &str| vec![(name.to_owned(), at("19:00:00"))];
    assert_eq!(kinds(json!({"draft": {"previous": true, "current": false}})), is("ready_for_review"));
    assert_eq!(kinds(json!({"draft": {"previous": false, "current": true}})), is("converted_to_draft"));
    assert_eq!(kinds(json!({"reviewers": {"previous": [], "current": [{"username": "ada"}]}})), is("review_requested"));
    assert_eq!(kinds(json!({"reviewers": {"previous": [{"username": "ada"}], "current": []}})), []);
}

fn issue_event(action: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({
        "object_kind": "issue", "user": {"username": "ada", "email": "ada@acme.example"}, "project": project(),
        "assignees": [{"username": "grace"}], "labels": [{"id": 206, "title": "bug"}],
        "object_attributes": {
            "id": 40_002, "iid": 7, "title": "It breaks", "state": "opened", "type": "Issue", "confidential": false,
            "created_at": "2026-04-28 18:00:00 UTC", "updated_at": "2026-04-28 19:00:00 UTC", "closed_at": null,
            "severity": "high", "action": action, "url": "https://gitlab.example:8443/acme/shop/api/-/issues/7",
        },
    });
    change(&mut event["object_attributes"]);
    event
}

fn issue(payload: &Value) -> Issue {
    match told("Issue Hook", payload) {
        Delivered::Issue(issue) => *issue,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_issue_is_the_imported_one_with_the_change_that_it_tells() {
    let opened = issue(&issue_event("open", |_| {}));
    assert_eq!((opened.id.as_str(), opened.place.clone()), ("gitlab.example:8443/issue/40002", place("7")));
    assert_eq!((opened.state.name(), opened.issue_type.as_str(), opened.is_bug), ("open", "", true));
    assert_eq!((opened.creator.as_str(), opened.assignees.join(";").as_str()), ("ada", "grace"));
    let closed = issue(&issue_event("close", |issue| {
        issue["state"] = "closed".into();
        issue["closed_at"] = "2026-04-28 19:00:00 UTC".into();
        issue["duplicated_to_id"] = 5.into();
    }));
    let events: Vec<(&str, Instant)> = closed.status_events.iter().map(|event| (event.kind.name(), event.at)).collect();
    assert_eq!(events, [("opened", at("18:00:00")), ("closed", at("19:00:00"))]);
    assert_eq!(
        (closed.state_reason.name(), closed.committer.as_str(), closed.creator.as_str()),
        ("duplicate", "ada", "")
    );
    let reopened = issue(&issue_event("reopen", |_| {}));
    assert_eq!(reopened.status_events[1].kind.name(), "reopened");
}

#[test]
fn an_incident_is_an_issue_as_well() {
    let event = issue_event("close", |issue| {
        issue["type"] = "Incident".into();
        issue["state"] = "closed".into();
        issue["closed_at"] = "2026-04-28 19:00:00 UTC".into();
    });
    let Delivered::Several(told) = told("Issue Hook", &event) else { panic!("several") };
    let [Delivered::Issue(issue), Delivered::Incident(incident)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((issue.issue_type.as_str(), issue.id.as_str()), ("incident", incident.id.as_str()));
    assert_eq!((incident.severity.as_str(), incident.started_at), ("HIGH", at("18:00:00")));
    let events: Vec<&str> = incident.events.iter().map(|event| event.kind.name()).collect();
    assert_eq!(events, ["opened", "restored"]);
}

#[test]
fn what_is_confidential_or_no_issue_is_not_used() {
    let confidential = issue_event("open", |issue| issue["confidential"] = true.into());
    assert_eq!(reading("Issue Hook", &confidential), Reading::NotUsed(NotUsed::Confidential));
    assert_eq!(reading("Confidential Issue Hook", &json!({})), Reading::NotUsed(NotUsed::Confidential));
    let task = issue_event("open", |issue| issue["type"] = "Task".into());
    assert_eq!(reading("Issue Hook", &task), Reading::NotUsed(NotUsed::Kind));
    assert_eq!(reading("Push Hook", &json!({})), Reading::NotUsed(NotUsed::Event));
}

#[test]
fn a_release_has_the_commit_of_its_tag_and_a_deleted_one_is_not_published() {
    let event = |action: &str| {
        json!({
            "object_kind": "release", "id": 1, "created_at": "2026-04-28 18:00:00 UTC", "name": "Version 1.1",
            "released_at": "2026-04-28 18:30:00 UTC", "tag": "v1.1", "project": project(), "action": action,
            "url": "https://gitlab.example:8443/acme/shop/api/-/releases/v1.1", "commit": {"id": SHA},
        })
    };
    let expected = Release {
        id: "gitlab.example:8443/release/1".into(),
        org: "acme".into(),
        repo: "shop/api".into(),
        tag: "v1.1".into(),
        sha: SHA.into(),
        name: "Version 1.1".into(),
        created_at: at("18:00:00"),
        published_at: Some(at("18:30:00")),
        url: "https://gitlab.example:8443/acme/shop/api/-/releases/v1.1".into(),
        host: "gitlab.example:8443".into(),
        ..Release::default()
    };
    let created = Delivered::Release { release: Box::new(expected), at: at("18:00:00") };
    assert_eq!(told("Release Hook", &event("create")), created);
    let Delivered::Release { release, at: deleted_at } = told("Release Hook", &event("delete")) else {
        panic!("a release")
    };
    assert_eq!((release.draft, release.published_at, deleted_at), (true, None, at("22:00:00")));
}

#[test]
fn what_is_no_json_or_not_that_of_the_event_is_malformed_and_is_not_repeated() {
    let of_no_host = deployment_event("success", |event| event["project"]["web_url"] = "hush".into());
    let of_no_path = deployment_event("success", |event| event["project"]["path_with_namespace"] = "hush".into());
    let undated = deployment_event("success", |event| event["status_changed_at"] = "hush".into());
    for (event, payload) in [
        ("Deployment Hook", "{".to_owned()),
        ("Deployment Hook", of_no_host.to_string()),
        ("Deployment Hook", of_no_path.to_string()),
        ("Deployment Hook", undated.to_string()),
        ("Pipeline Hook", issue_event("open", |_| {}).to_string()),
        ("Job Hook", "{}".to_owned()),
        ("Release Hook", "[]".to_owned()),
    ] {
        let error = read(event, payload.as_bytes(), at("22:00:00")).expect_err("malformed");
        let Malformed::Json { source, .. } = error else { panic!("{error}") };
        assert!(!source.to_string().contains("hush"), "{source}");
    }
}

#[test]
fn no_mail_address_is_taken() {
    let payloads = [
        ("Deployment Hook", deployment_event("success", |_| {})),
        ("Pipeline Hook", pipeline_event("running", &[build(1, "test", [None, None], "running")])),
        ("Merge Request Hook", merge_request_event("open", |_| {})),
        ("Issue Hook", issue_event("open", |_| {})),
    ];
    for (event, payload) in payloads {
        assert!(
            payload.to_string().contains('@') && !format!("{:?}", reading(event, &payload)).contains('@'),
            "{event}"
        );
    }
}
