//! The routes of em-metrics one by one, and every door in whatever order and however often.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use store::{JobsOfCi, Store};

use crate::client::Answer;
use crate::events::{push, row, rows, send, started, status, wait_until};
use crate::process::{Server, text};

/// What is asked of em-metrics by its README and its tests, and what is answered here.
struct Step {
    path: &'static str,
    /// Nothing where it is read.
    body: Option<Value>,
    status: u16,
    /// Numbers of what em-metrics does otherwise, in the list of what is mended.
    mended: &'static [u8],
}

fn post(path: &'static str, body: Value, status: u16) -> Step {
    Step { path, body: Some(body), status, mended: &[] }
}

fn get(path: &'static str, status: u16) -> Step {
    Step { path, body: None, status, mended: &[] }
}

impl Step {
    fn mended(self, mended: &'static [u8]) -> Self {
        Self { mended, ..self }
    }

    fn answer(&self, server: &Server) -> Answer {
        let path = format!("/api/v1/{}", self.path);
        self.body.as_ref().map_or_else(|| server.get(&path), |body| push(server, &path, body))
    }
}

const FIRST: &str = "2020-01-01T00:00:00.000Z";

fn of_deployments() -> Vec<Step> {
    let project = "project-2";
    vec![
        post("deployments", json!({"project_id": project, "id": "deployment-1"}), 400),
        post(
            "deployments",
            json!({"project_id": project, "first_commit_at": FIRST, "deployed_at": "2020-01-01T00:10:00.000Z", "id": "deployment-1"}),
            201,
        ),
        post(
            "deployments",
            json!({"project_id": project, "first_commit_at": FIRST, "deployed_at": "2020-01-01T00:10:00.000Z", "id": "deployment-1"}),
            200,
        )
        .mended(&[16]),
        post(
            "deployments/deployment_1/deployed",
            json!({"project_id": project, "first_commit_at": FIRST, "create_if_not_exists": false}),
            404,
        ),
        post("deployments/deployment_1/deployed", json!({"create_if_not_exists": true, "first_commit_at": FIRST}), 400),
        post("deployments/deployment_1/deployed", json!({"create_if_not_exists": true, "project_id": project}), 400),
        post(
            "deployments/deployment_1/deployed",
            json!({
                "create_if_not_exists": true, "project_id": project, "first_commit_at": "2024-01-01T00:00:00.000Z",
                "deploy_start_at": "2024-01-01T00:00:01.000Z", "deployed_at": "2024-01-01T00:00:02.000Z",
            }),
            201,
        ),
        post(
            "deployments",
            json!({"project_id": project, "first_commit_at": FIRST, "deploy_start_at": "2020-01-01T00:00:01.000Z", "id": 3}),
            201,
        ),
        post("deployments/3/deployed", json!({"create_if_not_exists": false, "deployed_at": "2020-01-01T00:00:01.500Z"}), 200),
        post("deployments/3/deployed", json!({"id": "3", "create_if_not_exists": "false"}), 200),
        post("deployments/3/deployed", json!({"id": "4", "create_if_not_exists": false}), 400).mended(&[8]),
        post(
            "deployments/3/deployed",
            json!({"create_if_not_exists": true, "project_id": "project-45", "first_commit_at": FIRST}),
            409,
        )
        .mended(&[16]),
        post("deployments", json!({"project_id": project, "id": "5", "first_commit_at": "2020-1-01"}), 400),
        get("deployments/deployment_1", 200),
        get("deployments/fake_depl_id", 404),
        get("deployments", 200),
    ]
}

fn of_incidents() -> Vec<Step> {
    let project = "project-2";
    vec![
        post("incidents", json!({"id": "incident-1", "started_at": FIRST}), 400),
        post("incidents", json!({"project_id": project, "deployment_id": "deployment-123"}), 400),
        post("incidents", json!({"project_id": project, "started_at": "2024-10-05T09:00:00.000Z"}), 201),
        post(
            "incidents",
            json!({
                "id": "i1", "project_id": project, "deployment_id": "deployment_1", "started_at": "2024-01-01T01:00:02.000Z",
                "restored_at": "2024-01-01T01:30:02.000Z",
            }),
            201,
        )
        .mended(&[2]),
        post("incidents", json!({"id": "i1", "project_id": project}), 200).mended(&[16]),
        post(
            "incidents",
            json!({
                "id": "i2", "project_id": project, "started_at": "2024-10-05T10:00:00.000Z",
                "finished_at": "2024-10-05T10:10:00.000Z",
            }),
            201,
        )
        .mended(&[7]),
        post("incidents/i1/finished", json!({"date": "2024-10-05T10:00:01.000Z"}), 200).mended(&[20]),
        post("incidents/i1/restored", json!({}), 200),
        post("incidents/nothing/restored", json!({}), 404),
        post("incidents/nothing/finished", json!({}), 404).mended(&[6]),
        get("incidents", 200),
        get("incidents?filter=in-progress", 200),
        get("incidents?type=in-progress", 200).mended(&[5]),
        get("incidents?filter=unfinished", 200),
        post("incidents/incident_project-2_1/finished", Value::Null, 200).mended(&[6]),
    ]
}

fn of_pull_requests() -> Vec<Step> {
    let opened = "2025-03-03T12:43:23.111Z";
    vec![
        post("pull-requests", json!({"id": "pr-1"}), 400),
        post("pull-requests", json!({"id": "pr-1", "team_id": "team-1"}), 201),
        post(
            "pull-requests",
            json!({"id": "pr-2", "team_id": "team-2", "opened_at": opened, "additions": 1234, "deletions": 30}),
            201,
        ),
        post("pull-requests", json!({"id": "pr-2", "team_id": "team-2", "opened_at": opened}), 200).mended(&[16]),
        post("pull-requests/unknown-pr/reviewed", json!({}), 404),
        post("pull-requests/pr-1/reviewed", json!({}), 200),
        post(
            "pull-requests/pr-2/reviewed",
            json!({"reviewed_at": "2025-03-03T12:45:23.111Z", "nb_comments": 12, "approved": false}),
            200,
        ),
        post("pull-requests/pr-2/reviewed", json!({"reviewed_at": "2025-03-03T12:46:23.111Z", "approved": true}), 200)
            .mended(&[3, 4]),
        post("pull-requests/pr-3/closed", json!({}), 404),
        post("pull-requests/pr-1/closed", json!({}), 200),
        post("pull-requests/pr-3/merged", json!({}), 404),
        post("pull-requests/pr-2/merged", json!({"merged_at": "2025-03-03T12:53:23.111Z"}), 200).mended(&[1]),
    ]
}

#[test]
fn routes_of_em_metrics_answer_as_there_but_for_what_is_mended() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let about = [get("health", 200), get("version", 200)];
    let steps: Vec<Step> =
        of_deployments().into_iter().chain(of_incidents()).chain(of_pull_requests()).chain(about).collect();
    for step in &steps {
        let answer = step.answer(&server);
        let what = (step.path, step.body.as_ref().map(Value::to_string));
        assert_eq!(answer.status, step.status, "{what:?}: {}", answer.body);
        if matches!(answer.status, 200 | 201) && step.body.is_some() {
            assert_eq!(answer.body, "", "{what:?}");
        }
    }
    let mended: BTreeSet<u8> = steps.iter().flat_map(|step| step.mended).copied().collect();
    assert_eq!(mended.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8, 16, 20]);
    let known = |path: &str| server.get(path).json().as_array().expect("a list").len();
    assert_eq!(known("/api/v1/deployments"), 3);
    assert_eq!(known("/api/v1/deployments?project_id=no-project"), 0);
    assert_eq!(known("/api/v1/deployments?limit=1&offset=1&project_id=project-2"), 1);
    assert_eq!((known("/api/v1/incidents"), known("/api/v1/incidents?filter=unfinished")), (3, 0));
    assert_eq!(server.get("/api/v1/health").json(), json!({"ok": true}));
    wait_until("totals follow from what was pushed", || {
        totals(&server).get("pull_request_merged_count_total{team_id=\"team-2\"}").is_some_and(|total| total == "1")
    });
    let totals = totals(&server);
    for (series, total) in [
        ("pull_request_opened_count_total{team_id=\"team-1\"}", "1"),
        ("pull_request_closed_count_total{team_id=\"team-1\"}", "1"),
        ("pull_request_nb_reviews_per_pr_sum{team_id=\"team-2\"}", "2"),
        ("pull_request_nb_comments_per_review_sum{team_id=\"team-2\"}", "12"),
        ("pull_request_nb_comments_per_review_count{team_id=\"team-2\"}", "2"),
        ("pull_request_time_to_first_review_minutes_sum{team_id=\"team-2\"}", "2"),
        ("pull_request_time_to_approve_minutes_sum{team_id=\"team-2\"}", "3"),
        ("pull_request_time_to_merge_minutes_sum{team_id=\"team-2\"}", "10"),
        ("time_to_detect_minutes_sum{project_id=\"project-2\"}", "60"),
        ("incident_finished_total{project_id=\"project-2\"}", "3"),
    ] {
        let told = totals.iter().find(|(name, _)| *name == series).map(|(_, told)| told.trim_end_matches(".0"));
        assert_eq!(told, Some(total), "{series}: {:?}", totals.keys());
    }
    let listed = rows(&server, "/api/v1/pull-requests");
    let one = row(&listed, "id", "team-2#api/pr-2");
    assert_eq!((&one["repo"], &one["first_review"]), (&json!("team-2"), &json!("2025-03-03T12:45:23Z")), "{listed:?}");
    wait_until("the server knows its teams", || server.get("/api/v1/config").status == 200);
    assert_eq!(server.get("/api/v1/config").json(), json!({"teams": {}}));
}

#[test]
fn whether_the_server_lives_may_be_asked_by_everyone_and_its_teams_may_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[("CTO_API_TOKENS", "for-reading")]);
    let statuses = ["health", "version", "config"].map(|path| server.get(&format!("/api/v1/{path}")).status);
    assert_eq!(statuses, [200, 401, 401]);
}

/// The series of totals for monitoring systems.
fn totals(server: &Server) -> BTreeMap<String, String> {
    let families = [
        "pull_request_",
        "deployment_",
        "incident_",
        "time_to_",
        "lead_time_",
        "change_failure_",
        "cto_deployment",
        "cto_incident",
    ];
    let text = server.get("/metrics").body;
    let lines = text.lines().filter(|line| families.iter().any(|family| line.starts_with(family)));
    lines.filter_map(|line| line.rsplit_once(' ')).map(|(name, told)| (name.to_owned(), told.to_owned())).collect()
}

/// Everything that is stored but for how far it reaches, without the times at which it came.
fn stored(folder: &Path) -> BTreeMap<String, Vec<Vec<String>>> {
    let files = tempfile::tempdir().expect("a folder");
    let store = Store::open(&text(&folder.join("cto.db"))).expect("opened");
    let files = store.publish_csv(files.path(), JobsOfCi::Published).expect("published");
    let tables = files.iter().map(|path| {
        let mut reader = csv::Reader::from_path(path).expect("a file");
        let header = reader.headers().expect("a header").clone();
        let cells = |row: csv::StringRecord| {
            let named = header.iter().zip(row.iter()).filter(|(name, _)| *name != "updated_at");
            named.map(|(_, cell)| cell.to_owned()).collect()
        };
        let rows = reader.records().map(|row| cells(row.expect("a row"))).collect();
        (path.file_stem().expect("a name").to_string_lossy().into_owned(), rows)
    });
    tables.filter(|(name, _)| name != "import_run").collect()
}

fn cdevent(kind: &str, id: &str, subject: &Value) -> Value {
    let kind = format!("dev.cdevents.{kind}.0.1.1");
    let context =
        json!({"id": id, "source": "/ci", "type": kind, "timestamp": format!("2026-03-03T0{}:00:00Z", id.len())});
    json!({"specversion": "1.0", "id": id, "source": "/ci", "type": kind, "data": {"context": context, "subject": subject}})
}

/// One of every door and form, in an order in which all of them are known.
fn every_door() -> Vec<(&'static str, Value)> {
    let (sha, other) = ("0a4d55a8d778e5022fab701977c5d840bbc486d0", "1a4d55a8d778e5022fab701977c5d840bbc486d0");
    let day = |hour: &str| format!("2026-03-03T{hour}:00Z");
    let incident = json!({"id": "cart-down", "content": {"service": {"id": "cart"}, "description": "Down"}});
    let artifact = format!("pkg:git/cart@{sha}");
    let cart = json!({"id": "cart", "content": {"environment": {"id": "production"}, "artifactId": artifact}});
    vec![
        (
            "/api/v1/deployments",
            json!({"id": "d1", "project_id": "shop", "sha": sha, "first_commit_at": day("06:00"), "deploy_start_at": day("07:50"), "service": "checkout", "pull_requests": ["acme/shop#1"]}),
        ),
        (
            "/api/v1/deployments/d1/deployed",
            json!({"create_if_not_exists": false, "deployed_at": day("08:00"), "pull_requests": ["acme/shop#2"]}),
        ),
        (
            "/api/v1/deployments/d2/deployed",
            json!({"create_if_not_exists": true, "project_id": "shop", "first_commit_at": day("06:00"), "deployed_at": day("09:00"), "sha": other}),
        ),
        (
            "/api/v1/incidents",
            json!({"id": "i1", "project_id": "shop", "deployment_id": "d1", "started_at": day("08:30"), "service": "checkout"}),
        ),
        ("/api/v1/incidents/i1/restored", json!({"date": day("08:45")})),
        ("/api/v1/incidents/i1/finished", json!({"date": day("08:50")})),
        (
            "/api/v1/incidents",
            json!({"project_id": "shop", "started_at": day("10:30"), "restored_at": day("10:40"), "finished_at": day("10:50")}),
        ),
        (
            "/api/v1/pull-requests",
            json!({"id": "p1", "team_id": "platform", "opened_at": day("05:00"), "additions": 3}),
        ),
        ("/api/v1/pull-requests/p1/reviewed", json!({"approved": true, "reviewed_at": day("05:30"), "nb_comments": 4})),
        ("/api/v1/pull-requests/p1/merged", json!({"merged_at": day("05:45")})),
        (
            "/api/v1/pull-requests",
            json!({"id": "p2", "team_id": "platform", "opened_at": day("05:00"), "repo": "acme/web", "number": 7}),
        ),
        ("/api/v1/pull-requests/p2/closed", json!({"closed_at": day("06:45")})),
        (
            "/api/rest/plugins/webhook/1/deployments",
            json!({"id": "7", "startedDate": day("11:00"), "finishedDate": day("11:10"), "deploymentCommits": [{"repoUrl": "https://github.com/acme/web", "commitSha": sha}]}),
        ),
        (
            "/api/plugins/webhook/1/deployments",
            json!({"pipeline_id": "8", "commit_sha": other, "repo_url": "https://github.com/acme/web", "start_time": day("12:00"), "end_time": day("12:10")}),
        ),
        (
            "/api/rest/plugins/webhook/1/incidents",
            json!({"issueKey": "K-1", "type": "INCIDENT", "status": "TODO", "createdDate": day("12:20")}),
        ),
        (
            "/api/plugins/webhook/1/issues",
            json!({"issue_key": "K-2", "type": "INCIDENT", "status": "DONE", "created_date": day("12:20"), "resolution_date": day("12:30")}),
        ),
        ("/api/rest/plugins/webhook/1/issue/K-1/close", json!({"resolutionDate": day("12:40")})),
        ("/events/cdevents", cdevent("service.deployed", "e", &cart)),
        ("/events/cdevents", cdevent("service.upgraded", "eee", &cart)),
        ("/events/cdevents", cdevent("incident.detected", "eeee", &incident)),
        ("/events/cdevents", cdevent("incident.reported", "eeeee", &incident)),
        ("/events/cdevents", cdevent("incident.resolved", "eeeeee", &incident)),
        ("/events/cdevents", cdevent("change.merged", "eee", &json!({"id": "p1"}))),
        ("/events/cdevents", cdevent("taskrun.finished", "e", &json!({"id": "t1"}))),
    ]
}

/// Places in an order that looks like none, the same each time.
fn shuffled(count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    let mut state: u64 = 20_261_201;
    for place in (1..count).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        places.swap(place, (state >> 33) as usize % (place + 1));
    }
    places
}

#[test]
fn neither_order_nor_repetition_nor_a_restart_decides_what_is_stored_and_told_of_any_door() {
    let [once, often] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let doors = every_door();
    let server = started(once.path(), &[]);
    for (path, body) in &doors {
        let status = status(&server, path, body);
        assert!(matches!(status, 200 | 201), "{path} {body}: {status}");
    }
    let told = |server: &Server| {
        wait_until("the last of it is told", || {
            totals(server).keys().any(|name| name.starts_with("incident_finished_total{project_id=\"checkout\""))
        });
        totals(server)
    };
    let right = (told(&server), stored(once.path()));
    server.stop();
    let server = started(often.path(), &[]);
    for place in shuffled(3 * doors.len()) {
        let (path, body) = &doors[place % doors.len()];
        let status = status(&server, path, body);
        assert!(matches!(status, 200 | 201 | 400 | 404), "{path} {body}: {status}");
    }
    server.stop();
    let server = started(often.path(), &[]);
    for (path, body) in &doors {
        assert!(matches!(status(&server, path, body), 200 | 201), "{path} {body}");
    }
    wait_until("the totals are those of one telling", || told(&server) == right.0);
    for (table, rows) in stored(often.path()) {
        assert_eq!(rows, right.1[&table], "{table}");
    }
    server.stop();
}

#[test]
fn cdevents_need_the_token_of_whoever_pushes() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = started(folder.path(), &[]);
    let body = cdevent("service.deployed", "e", &json!({"id": "cart"})).to_string();
    let answer = |headers: &str| send(&mut server.connect(), &server, "/events/cdevents", headers, &body).status;
    assert_eq!(answer("Content-Type: application/cloudevents+json\r\n"), 401);
    let silent = tempfile::tempdir().expect("a folder");
    Store::open(&text(&silent.path().join("cto.db"))).expect("made");
    let server = Server::run(crate::process::program(&["--data", &text(silent.path())]));
    assert_eq!(push(&server, "/events/cdevents", &json!({})).status, 404);
}
