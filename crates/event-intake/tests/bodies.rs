//! Bodies as pipelines write them, and as nobody should.

use event_intake::em::{self, Route};
use event_intake::{FieldError, Refused, Told, cdevents, devlake};
use model::Instant;
use model::deliveries::Delivered;
use model::records::{Deployment, Incident, PullRequest, Review};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: &str = "2026-03-05T12:00:00Z";

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("a time")
}

fn read(route: Route<'_>, body: &Value) -> Result<Told, Refused> {
    em::read(route, body.to_string().as_bytes(), at(NOW))
}

fn deployments(told: &Told) -> Vec<&Deployment> {
    told.records.iter().filter_map(|it| if let Delivered::Deployment(it) = it { Some(&**it) } else { None }).collect()
}

fn incident(told: &Told) -> &Incident {
    let [Delivered::Incident(incident)] = &told.records[..] else { panic!("an incident") };
    incident
}

fn statuses(deployment: &Deployment) -> Vec<(&str, String)> {
    deployment.statuses.iter().map(|status| (status.state.name(), status.at.to_rfc3339_seconds())).collect()
}

fn errors(refused: Result<Told, Refused>) -> Vec<String> {
    let Err(Refused::Invalid(errors)) = refused else { panic!("fields are wrong") };
    errors.iter().map(|it: &FieldError| format!("{} {} {}", it.instance_path, it.keyword, it.message)).collect()
}

#[test]
fn numbers_are_ids_and_a_deployment_is_not_over_before_somebody_says_so() {
    let body = json!({"id": 77, "project_id": "acme/shop", "first_commit_at": "2026-03-02T09:00:00+01:00"});
    let told = read(Route::Deployments, &body).expect("right");
    let [deployment] = deployments(&told)[..] else { panic!("one") };
    assert_eq!((deployment.id.as_str(), deployment.service.as_str()), ("api/77", "acme/shop"));
    assert_eq!(deployment.first_commit_at, Some(at("2026-03-02T08:00:00Z")));
    assert!(deployment.statuses.is_empty());
}

#[test]
fn an_end_has_its_date_else_that_of_receipt_and_the_outcome_that_is_told() {
    let body = json!({"create_if_not_exists": "false", "outcome": "failure"});
    let told = read(Route::Deployed("7"), &body).expect("right");
    assert!(told.undated && told.must_be_known);
    assert_eq!(statuses(deployments(&told)[0]), [("failure", NOW.to_owned())]);
    let body = json!({
        "id": "7", "create_if_not_exists": true, "project_id": "shop", "first_commit_at": "2026-03-02T09:00:00Z",
        "deploy_start_at": "2026-03-05T10:00:00Z", "deployed_at": "2026-03-05T10:05:00Z", "repo": "acme/shop",
    });
    let told = read(Route::Deployed("7"), &body).expect("right");
    assert!(!told.undated && !told.must_be_known);
    let deployment = deployments(&told)[0];
    let times = ["2026-03-05T10:00:00Z", "2026-03-05T10:05:00Z"].map(str::to_owned);
    assert_eq!(statuses(deployment), ["in_progress", "success"].into_iter().zip(times).collect::<Vec<_>>());
    assert_eq!((deployment.org.as_str(), deployment.repo.as_str()), ("acme", "shop"));
}

#[test]
fn every_wrong_field_is_named() {
    let body = json!({"id": [], "first_commit_at": "2026-03-02 09:00", "deployed_at": 7});
    assert_eq!(
        errors(read(Route::Deployments, &body)),
        [
            "/id type must be string",
            " required must have required property 'project_id'",
            "/first_commit_at format must match format \"date-time\"",
            "/deployed_at type must be string",
        ]
    );
    let body = json!({"id": "8", "create_if_not_exists": "perhaps", "outcome": "fine"});
    assert_eq!(
        errors(read(Route::Deployed("7"), &body)),
        [
            "/create_if_not_exists type must be boolean",
            "/id const must be equal to constant",
            "/outcome enum must be equal to one of the allowed values",
        ]
    );
    for body in ["[]", "{", "\"a\"", "\u{feff}{}"] {
        assert!(matches!(em::read(Route::Incidents, body.as_bytes(), at(NOW)), Err(Refused::Malformed(_))), "{body}");
    }
}

#[test]
fn a_login_is_kept_and_a_mail_address_is_not() {
    for (username, kept) in [("ada", "ada"), ("ada@acme.example", "")] {
        let body = json!({
            "id": "1", "project_id": "shop", "first_commit_at": "2026-03-02T09:00:00Z", "username": username,
        });
        let told = read(Route::Deployments, &body).expect("right");
        assert_eq!(deployments(&told)[0].creator, kept);
    }
}

#[test]
fn an_incident_that_is_over_when_it_is_told_is_over() {
    let body =
        json!({"project_id": "shop", "started_at": "2026-03-05T08:00:00Z", "finished_at": "2026-03-05T09:00:00Z"});
    let told = read(Route::Incidents, &body).expect("right");
    let kinds: Vec<&str> = incident(&told).events.iter().map(|event| event.kind.name()).collect();
    assert_eq!((incident(&told).id.as_str(), kinds), ("", vec!["opened", "finished"]));
    let told = em::read(Route::Restored("i"), b"", at(NOW)).expect("no body is needed");
    assert!(told.undated && told.must_be_known);
    assert_eq!(incident(&told).events[0].at, at(NOW));
}

#[test]
fn the_service_and_the_pull_requests_of_a_deployment_are_as_told() {
    let body = json!({
        "id": "7", "project_id": "shop", "first_commit_at": "2026-03-02T09:00:00Z", "service": "checkout",
        "pull_requests": ["acme/shop#12", "acme/api/core!3"],
    });
    let told = read(Route::Deployments, &body).expect("right");
    let [deployment] = deployments(&told)[..] else { panic!("one") };
    assert_eq!((deployment.service.as_str(), deployment.of_service.as_str()), ("shop", "checkout"));
    assert_eq!(deployment.pull_requests, ["acme/shop#12", "acme/api/core!3"]);
    let told = read(Route::Incidents, &json!({"project_id": "shop", "service": "checkout"})).expect("right");
    assert_eq!((incident(&told).service.as_str(), incident(&told).of_service.as_str()), ("shop", "checkout"));
    for wrong in ["12", "#12", "shop#12", "acme/shop#", "acme/shop#x", "/shop#1", "acme/#1"] {
        let body = json!({"create_if_not_exists": false, "pull_requests": ["acme/shop#1", wrong]});
        let errors = errors(read(Route::Deployed("7"), &body));
        assert!(errors.len() == 1 && errors[0].starts_with("/pull_requests/1 pattern "), "{wrong}: {errors:?}");
    }
}

fn pull_request(told: &Told) -> &PullRequest {
    let [Delivered::PullRequest(pull_request)] = &told.records[..] else { panic!("a pull request") };
    pull_request
}

fn review(told: &Told) -> (&str, &Review) {
    let [Delivered::Review { pull_request_id, review }] = &told.records[..] else { panic!("a review") };
    (pull_request_id, review)
}

#[test]
fn a_pull_request_is_of_the_team_that_is_told_and_begins_when_it_is_told_to() {
    let body = json!({"id": 2_357_812_345_u64, "team_id": "team-1", "additions": 1234, "deletions": "30"});
    let told = read(Route::PullRequests, &body).expect("right");
    let one = pull_request(&told);
    assert!(told.undated && !told.must_be_known);
    assert_eq!((one.id.as_str(), one.team.as_str(), one.created_at), ("api/2357812345", "team-1", at(NOW)));
    assert_eq!((one.additions, one.deletions), (Some(1234), Some(30)));
    let body = json!({"id": "pr-1", "team_id": "team-1", "opened_at": "2024-01-01T00:10:00.543Z", "repo": "acme/shop", "number": 7});
    let told = read(Route::PullRequests, &body).expect("right");
    let one = pull_request(&told);
    assert_eq!((one.place.org.as_str(), one.place.repo.as_str(), one.place.number.as_str()), ("acme", "shop", "7"));
    assert_eq!((one.created_at, told.undated), (at("2024-01-01T00:10:00.543Z"), false));
}

#[test]
fn an_approval_without_comments_is_a_review_as_is_a_comment() {
    let body = json!({"approved": true, "reviewed_at": "2026-03-03T12:45:23.111Z"});
    let told = read(Route::Reviewed("pr-2"), &body).expect("right");
    let (id, approval) = review(&told);
    assert!(told.must_be_known && !told.undated);
    assert_eq!((id, approval.state.name(), approval.comments), ("api/pr-2", "APPROVED", Some(0)));
    let told = read(Route::Reviewed("pr-2"), &json!({"nb_comments": 12})).expect("right");
    let (_, comment) = review(&told);
    assert_eq!((comment.state.name(), comment.comments, comment.submitted_at), ("COMMENTED", Some(12), Some(at(NOW))));
    assert!(told.undated);
    assert_ne!(approval.id, comment.id);
}

#[test]
fn a_pull_request_ends_by_a_merge_or_without_one() {
    let told =
        read(Route::Merged("pr-4"), &json!({"merged_at": "2026-03-03T12:53:23.111Z", "sha": "c1"})).expect("right");
    let one = pull_request(&told);
    assert_eq!(
        (one.state.name(), one.merged_at, one.merge_commit.as_str()),
        ("merged", Some(at("2026-03-03T12:53:23.111Z")), "c1")
    );
    let told = read(Route::Closed("pr-4"), &json!({})).expect("right");
    let one = pull_request(&told);
    assert_eq!((one.state.name(), one.merged_at, one.closed_at), ("closed", None, Some(at(NOW))));
    assert!(told.undated && told.must_be_known);
}

#[test]
fn wrong_fields_of_pull_requests_are_named() {
    let body = json!({"id": "1", "additions": -1, "deletions": "many", "number": 7, "repo": "shop"});
    assert_eq!(
        errors(read(Route::PullRequests, &body)),
        [
            " required must have required property 'team_id'",
            "/repo pattern must be org/name where number is told",
            "/additions minimum must be >= 0",
            "/deletions type must be integer",
        ]
    );
    assert_eq!(errors(read(Route::Reviewed("1"), &json!({"nb_comments": 1.5}))), ["/nb_comments type must be integer"]);
}

#[test]
fn both_spellings_of_devlake_tell_the_same() {
    let route = devlake::Route::Deployments { connection: "3" };
    let tell = |body: &Value| devlake::read(route, body.to_string().as_bytes(), at(NOW)).expect("right");
    let now = tell(&json!({
        "id": "7", "createdDate": "2026-03-05T08:00:00Z", "startedDate": "2026-03-05T08:01:00Z",
        "finishedDate": "2026-03-05T08:09:00Z", "environment": "STAGING", "result": "FAILURE",
        "deploymentCommits": [
            {"repoUrl": "https://me:secret@git.acme.example:8443/group/sub/shop.git", "commitSha": "c1", "refName": "main"},
            {"repoUrl": "git@github.com:acme/web.git", "commitSha": "c2", "result": "SUCCESS"},
        ],
    }));
    let [first, second] = deployments(&now)[..] else { panic!("two") };
    assert_eq!((first.id.as_str(), second.id.as_str()), ("devlake/3/7/1", "devlake/3/7/2"));
    assert_eq!(
        (first.org.as_str(), first.repo.as_str(), first.host.as_str()),
        ("group/sub", "shop", "git.acme.example:8443")
    );
    assert_eq!((second.org.as_str(), second.repo.as_str(), second.host.as_str()), ("acme", "web", "github.com"));
    assert_eq!(first.statuses[1].state, "failure");
    assert_eq!(second.statuses[1].state, "success");
    assert!(!format!("{now:?}").contains("secret"), "what an address carries beside a place is not kept");
    let older = tell(&json!({
        "pipeline_id": "7", "create_time": "2026-03-05T08:00:00Z", "start_time": "2026-03-05T08:01:00Z",
        "end_time": "2026-03-05T08:09:00Z", "environment": "STAGING", "result": "FAILURE",
        "repo_url": "https://git.acme.example:8443/group/sub/shop", "commit_sha": "c1", "ref_name": "main",
    }));
    assert_eq!(deployments(&older), [first]);
}

#[test]
fn only_incidents_of_devlake_are_used_and_what_is_resolved_is_over() {
    let route = devlake::Route::Issues { connection: "3" };
    let tell = |body: &Value| devlake::read(route, body.to_string().as_bytes(), at(NOW)).expect("right");
    let told = tell(&json!({"issueKey": "K", "type": "REQUIREMENT", "status": "TODO"}));
    assert!(told.records.is_empty() && told.not_used.is_some());
    let told = tell(&json!({
        "issue_key": "K", "type": "INCIDENT", "status": "DONE", "created_date": "2026-03-05T08:00:00Z",
        "resolution_date": "2026-03-05T09:00:00Z",
    }));
    let kinds: Vec<&str> = incident(&told).events.iter().map(|event| event.kind.name()).collect();
    assert_eq!((incident(&told).id.as_str(), kinds), ("devlake/3/K", vec!["opened", "finished"]));
}

const NAMES: [&str; 16] = [
    "id",
    "project_id",
    "first_commit_at",
    "deployed_at",
    "create_if_not_exists",
    "outcome",
    "started_at",
    "labels",
    "date",
    "deploymentCommits",
    "commitSha",
    "repoUrl",
    "finishedDate",
    "result",
    "status",
    "issue_key",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from("2026-03-05T08:00:00Z")),
        Just(Value::from("SUCCESS")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(prop::sample::select(NAMES.to_vec()), inner, 0..8)
                .prop_map(|map| map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

fn every_reading(body: &[u8]) -> Vec<Result<Told, Refused>> {
    let now = at(NOW);
    let em = [Route::Deployments, Route::Deployed("1"), Route::Incidents, Route::Restored("1"), Route::Finished("1")];
    let of_pull_requests = [Route::PullRequests, Route::Reviewed("1"), Route::Closed("1"), Route::Merged("1")];
    let connection = "c";
    let devlake = [
        devlake::Route::Deployments { connection },
        devlake::Route::Issues { connection },
        devlake::Route::Close { connection, key: "k" },
    ];
    let em = em.into_iter().chain(of_pull_requests).map(|route| em::read(route, body, now));
    let others = devlake.into_iter().map(|route| devlake::read(route, body, now));
    em.chain(others).chain([cdevents::read(body, now)]).collect()
}

proptest! {
    #[test]
    fn whatever_is_pushed_is_told_or_refused_with_a_reason(value in any_value()) {
        for read in every_reading(value.to_string().as_bytes()) {
            match read {
                Ok(told) => prop_assert!(!told.records.is_empty() || told.not_used.is_some() || value["deploymentCommits"].is_array()),
                Err(Refused::Invalid(errors)) => prop_assert!(!errors.is_empty()),
                Err(Refused::Malformed(why)) => prop_assert!(!why.is_empty()),
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(every_reading(&bytes).len(), 13);
    }
}

fn cdevent(kind: &str, id: &str, subject: &Value) -> Value {
    json!({
        "context": {
            "version": "0.4.1", "id": id, "source": "/ci/acme", "type": format!("dev.cdevents.{kind}.0.1.1"),
            "timestamp": "2026-03-03T08:00:00Z",
        },
        "subject": subject,
    })
}

fn read_cdevent(body: &Value) -> Result<Told, Refused> {
    cdevents::read(body.to_string().as_bytes(), at(NOW))
}

const SHA: &str = "0a4d55a8d778e5022fab701977c5d840bbc486d0";

#[test]
fn a_cdevent_of_a_service_is_a_deployment_alone_and_in_a_cloud_event() {
    let artifact = format!("pkg:oci/cart@sha256:{}?vcs_url=git+https://github.com/acme/cart@{SHA}", "a".repeat(64));
    let subject = json!({"id": "cart", "content": {"environment": {"id": "production"}, "artifactId": artifact}});
    for kind in ["deployed", "upgraded", "rolledback", "published"] {
        let binary = cdevent(&format!("service.{kind}"), "e1", &subject);
        let structured = json!({
            "specversion": "1.0", "id": "e1", "source": "/ci/acme", "type": binary["context"]["type"], "data": binary,
        });
        let told = read_cdevent(&binary).expect("right");
        assert_eq!(read_cdevent(&structured).expect("right"), told);
        let [deployment] = deployments(&told)[..] else { panic!("one") };
        assert_eq!(deployment.id, "cdevents//ci/acme/cart/e1");
        assert_eq!((deployment.service.as_str(), deployment.environment.as_str()), ("cart", "production"));
        assert_eq!(deployment.sha, SHA);
        assert_eq!(statuses(deployment), [("success", "2026-03-03T08:00:00Z".to_owned())]);
    }
    let digest = format!("pkg:oci/cart@sha256:{}", "a".repeat(64));
    let subject = json!({"id": "service/cart", "content": {"artifactId": digest}});
    let told = read_cdevent(&cdevent("service.deployed", "e2", &subject)).expect("right");
    assert_eq!((deployments(&told)[0].sha.as_str(), deployments(&told)[0].service.as_str()), ("", "cart"));
}

#[test]
fn cdevents_of_an_incident_are_one_by_source_and_subject() {
    let subject = json!({
        "id": "inc-1", "source": "/monitoring",
        "content": {"description": "Down", "environment": {"id": "production"}, "service": {"id": "cart"}},
    });
    let of = |kind: &str| read_cdevent(&cdevent(kind, "e", &subject)).expect("right");
    let (detected, reported, resolved) = (of("incident.detected"), of("incident.reported"), of("incident.resolved"));
    for told in [&detected, &reported, &resolved] {
        assert_eq!(
            (incident(told).id.as_str(), incident(told).service.as_str()),
            ("cdevents//monitoring/inc-1", "cart")
        );
    }
    let events = |told: &Told| incident(told).events.iter().map(|it| it.kind.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(events(&detected), ["opened"]);
    assert_eq!((events(&reported).len(), reported.undated), (0, true));
    assert_eq!((events(&resolved), resolved.must_be_known), (vec!["restored".to_owned()], true));
}

#[test]
fn what_cdevents_cannot_say_is_not_used_and_what_is_wrong_is_named() {
    let subject = json!({"id": "api-17"});
    let merged = read_cdevent(&cdevent("change.merged", "e", &subject)).expect("right");
    assert!(merged.must_be_known && pull_request(&merged).merged_at.is_some());
    assert_eq!(pull_request(&merged).id, "api/api-17");
    for kind in ["pipelinerun.started", "pipelinerun.finished", "taskrun.finished", "branch.created"] {
        let told = read_cdevent(&cdevent(kind, "e", &subject)).expect("right");
        assert!(told.records.is_empty() && told.not_used.is_some(), "{kind}");
    }
    let mut body = cdevent("service.deployed", "", &json!({}));
    body["context"]["timestamp"] = json!("yesterday");
    assert_eq!(
        errors(read_cdevent(&json!({ "data": body }))),
        [
            "/data/context required must have required property 'id'",
            "/data/subject required must have required property 'id'",
            "/data/context/timestamp format must match format \"date-time\"",
        ]
    );
    let Err(Refused::Malformed(why)) = read_cdevent(&json!({"context": "secret"})) else { panic!("refused") };
    assert!(why.contains("line 1") && !why.contains("secret"), "{why}");
}
