//! A recorded group of GitLab: what an import stores of it, and what is said where something is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use connector_testing::{Replay, at};
use model::columns::Scopes;
use serde_json::{Value, json};
use store::Store;
use store::csv_folder::{self, Reading};
use tokio::runtime::Runtime;
use wiremock::MockServer;

use crate::simulated::{Ended, HURRIED, importer};
use crate::truth::{calculation_by, table};

/// The folder of the recording, where reference data is there.
fn folder() -> Option<PathBuf> {
    let Some(root) = std::env::var_os("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return None;
    };
    Some(Path::new(&root).join("gitlab/gitlab-small"))
}

/// Boards and delivery as the recording says.
const CONFIG: &str = "\
gitlab:
  groups: [acme]
  boards:
    - {group: acme, name: Work, columns: {scope: workflow}, lead_time_columns: [ready, dev], cycle_time_columns: [dev],
       put_in_ready_columns: [ready], dev_start_columns: [dev], review_start_columns: [review],
       qa_start_columns: [qa], waitingtoprod_start_columns: [waiting]}
";

/// The commit that was deployed last. The recording has it as the parent of another alone.
const ROLLED_BACK_TO: &str = "3e2ccbfdb7788f18ee223cc9c403d282c6e068b4";

/// That commit as the recording has it; its parent is older than the graph.
fn before() -> serde_json::Value {
    json!({
        "id": ROLLED_BACK_TO, "parent_ids": ["d6e75ace3d444cc0bffe6bb7f4b03724c23de91c"],
        "authored_date": "2026-01-14T08:00:04.310Z", "committed_date": "2026-01-14T08:00:04.310Z",
    })
}

struct Recorded {
    _runtime: Runtime,
    server: MockServer,
    folder: PathBuf,
    data: tempfile::TempDir,
}

impl Recorded {
    fn serve() -> Option<Self> {
        Self::serve_with(&[])
    }

    /// With issues besides of the project `acme/shop/api`, of which no event is told.
    fn serve_with(issues: &[Value]) -> Option<Self> {
        let folder = folder()?;
        let lines = fs::read_to_string(folder.join("exchanges.jsonl")).expect("a recording");
        let mut exchanges: Vec<Value> =
            lines.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        let is_list = |exchange: &&mut Value| {
            exchange["path"].as_str().is_some_and(|path| path.starts_with("/api/v4/groups/acme/issues?"))
                && exchange.get("note").is_none()
        };
        for exchange in exchanges.iter_mut().filter(is_list) {
            exchange["body"].as_array_mut().expect("a list").extend(issues.iter().cloned());
        }
        let lines: Vec<String> = exchanges.iter().map(Value::to_string).collect();
        let replay = issues.iter().fold(Replay::of(&lines.join("\n")), |replay, issue| {
            let list = |list: &str| format!("/api/v4/projects/201/issues/{}/{list}", issue["iid"]);
            replay.and(&list("resource_label_events"), &json!([])).and(&list("resource_state_events"), &json!([]))
        });
        let replay = replay
            .and("/api/v4/groups/acme", &json!({"id": 7, "full_path": "acme"}))
            .and("/api/v4/groups/acme/issues_statistics?scope=all", &json!({"statistics": {"counts": {"all": 9}}}))
            .and(&format!("/api/v4/projects/201/repository/commits?ref_name={ROLLED_BACK_TO}"), &json!([before()]));
        Some(Self::replay(replay, folder))
    }

    /// A server that answers so, with the rows in a folder that are expected of it.
    fn replay(replay: Replay, folder: PathBuf) -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let server = runtime.block_on(replay.serve());
        let data = tempfile::tempdir().expect("a folder");
        fs::write(data.path().join("config.yml"), format!("{CONFIG}{HURRIED}")).expect("written");
        Self { _runtime: runtime, server, folder, data }
    }

    /// Adds lines to the configuration, in place of those that were added before.
    fn configure(&self, lines: &str) {
        fs::write(self.data.path().join("config.yml"), format!("{CONFIG}{HURRIED}{lines}")).expect("written");
    }

    fn importer(&self) -> Command {
        let mut command = importer();
        command.args(["--data".as_ref(), self.data.path()]).arg("--config").arg(self.data.path().join("config.yml"));
        command.env("GITLAB_TOKEN", "glpat-of-the-test").env("GITLAB_URL", self.server.uri());
        command
    }

    fn import(&self, flags: &[&str]) -> Ended {
        Ended::of(&self.importer().args(flags).output().expect("the program runs"))
    }

    /// The rows of a published file, of the columns that a file of expected rows has, under the recording's host; as text, an
    /// id without its host aside, in any order.
    fn assert_has_expected(&self, name: &str, left_out: &[&str]) {
        let read = |path: &Path| -> (Vec<String>, Vec<Vec<String>>) {
            let mut reader = csv::Reader::from_path(path).expect("a file");
            let names = reader.headers().expect("a header").iter().map(str::to_owned).collect();
            let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect());
            (names, rows.collect())
        };
        let (columns, expected) = read(&self.folder.join("expected/raw").join(name));
        let (names, rows) = read(&self.data.path().join(name));
        let host = self.server.address().to_string();
        let wanted: Vec<usize> =
            (0..columns.len()).filter(|place| !left_out.contains(&columns[*place].as_str())).collect();
        let place =
            |column: &str| names.iter().position(|name| name == column).unwrap_or_else(|| panic!("{name}: {column}"));
        let places: Vec<usize> = wanted.iter().map(|wanted| place(&columns[*wanted])).collect();
        let found: BTreeSet<Vec<String>> = rows
            .iter()
            .map(|row| places.iter().map(|place| row[*place].replace(&host, "gitlab.example")).collect())
            .collect();
        let expected: BTreeSet<Vec<String>> =
            expected.iter().map(|row| wanted.iter().map(|place| row[*place].clone()).collect()).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_group_gives_the_expected_rows_and_again_the_same() {
    let Some(recorded) = Recorded::serve() else { return };
    for _ in 0..2 {
        let ended = recorded.import(&[]).with_code(0);
        assert!(ended.stderr.contains("acme: 2 projects"), "{}", ended.stderr);
        recorded.assert_has_expected("repository.csv", &[]);
        recorded.assert_has_expected("issue.csv", &["creator"]);
        recorded.assert_has_expected("issue_status_event.csv", &["by"]);
        // Of a label that is only taken off the simulation wrote down when somebody meant to, up to a second from the event:
        // `gitlab-issues` compares the times.
        recorded.assert_has_expected("issue_project_event.csv", &["at"]);
        recorded.assert_has_expected("incident.csv", &["number"]);
        recorded.assert_has_expected("pr.csv", &[]);
        recorded.assert_has_expected("pr_event.csv", &[]);
        recorded.assert_has_expected("pr_review.csv", &[]);
        recorded.assert_has_expected("deployment.csv", &["number"]);
    }
}

#[test]
fn pipelines_and_jobs_give_the_expected_rows_where_they_are_asked_for() {
    let Some(recorded) = Recorded::serve() else { return };
    recorded.import(&[]).with_code(0);
    let jobs = || crate::published::rows(recorded.data.path(), "ci_job.csv");
    assert!(jobs().is_empty(), "nobody has asked for them");
    // Whatever the year is when this runs.
    recorded.configure("ci: {months: 240, keep_days: 100000}\n");
    for flags in [&["--ci"][..], &[], &["--ci", "--full"]] {
        recorded.import(flags).with_code(0);
        // The recording calls the outcome of a pipeline its status, and has GitLab's word for that of a job.
        recorded.assert_has_expected("ci_run.csv", &["status", "parent_run_id"]);
        recorded.assert_has_expected("ci_job.csv", &["conclusion"]);
        let failed: Vec<String> =
            jobs().into_iter().filter(|job| job["conclusion"] == "failure").map(|job| job["name"].clone()).collect();
        assert_eq!(failed, ["test 1/2", "build"]);
        let others = jobs().into_iter().filter(|job| job["conclusion"] == "success").count();
        assert_eq!(others, jobs().len() - 2);
    }
    let ended = recorded.import(&["--ci", "--dry-run"]).with_code(0);
    assert!(ended.stdout.contains("ci_runs of acme/shop/api") && ended.stdout.contains("6 calls"), "{}", ended.stdout);
}

/// The cells of expected rows, as texts by column.
fn counted(folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join("expected/calculated").join(name)).expect("a file");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

#[test]
fn deliveries_are_as_the_simulation_counted_them() {
    let Some(recorded) = Recorded::serve() else { return };
    recorded.import(&[]).with_code(0);
    let config = format!("{CONFIG}delivery:\n  incidents: {{window_hours: 24, labels: [\"type::incident\"]}}\n");
    let said = calculation_by(&config, recorded.data.path(), Some(at("2026-01-26T00:00:00Z")));
    let host = recorded.server.address().to_string();
    let number = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();

    let (deployments, changes) = (table(&said, "calculated_deployment"), table(&said, "calculated_change"));
    let shipped = |id: &str| -> Vec<String> {
        let rows = (0..changes.height()).filter(|row| changes.cell(*row, "deployment_id") == id);
        rows.map(|row| format!("acme/{}!{}", changes.cell(row, "repo"), changes.cell(row, "number"))).collect()
    };
    let counts = (0..deployments.height()).filter(|row| deployments.cell(*row, "counted") == "true");
    let rollouts: BTreeSet<[String; 7]> = counts
        .map(|row| {
            let id = deployments.cell(row, "deployment_id");
            assert!(id.starts_with(&host), "{id}");
            let cell = |column: &str| deployments.cell(row, column);
            let project = format!("acme/{}", cell("repo"));
            let (kind, failed) = (cell("kind"), cell("failed"));
            [project, cell("sha"), kind, cell("succeeded_at"), number(&id), shipped(&id).join(";"), failed]
        })
        .collect();
    let columns = ["project", "sha", "kind", "succeeded_at", "deployment_numbers", "shipped", "failed"];
    let expected =
        counted(&recorded.folder, "rollout.csv").into_iter().map(|row| columns.map(|name| row[name].clone()));
    assert_eq!(rollouts, expected.collect());

    // The simulation counts in milliseconds, and what is imported has whole seconds.
    let agree = |said: &str, happened: &str, second: f64| match (said.parse::<f64>(), happened.parse::<f64>()) {
        (Ok(said), Ok(happened)) => (said - happened).abs() < second,
        _ => said == happened,
    };
    let of_changes: BTreeSet<[String; 5]> = (0..changes.height())
        .map(|row| {
            let cell = |column: &str| changes.cell(row, column);
            let id = format!("acme/{}!{}", cell("repo"), cell("number"));
            [id, cell("merged_at"), number(&cell("deployment_id")), cell("reason"), cell("lead_days")]
        })
        .collect();
    let expected = counted(&recorded.folder, "calculated_change.csv").into_iter().map(|row| {
        let reason = match row["status"].as_str() {
            // What is deployed needs no reason.
            "deployed" => String::new(),
            "no_deployments" => "not_deployed".to_owned(),
            other => other.to_owned(),
        };
        let cell = |column: &str| row[column].clone();
        [cell("id"), cell("merged"), cell("deployment_number"), reason, cell("lead_days")]
    });
    let expected: BTreeSet<[String; 5]> = expected.collect();
    assert_eq!(of_changes.len(), expected.len());
    for (said, happened) in of_changes.iter().zip(&expected) {
        assert_eq!(said[..4], happened[..4]);
        assert!(agree(&said[4], &happened[4], 1.0 / 86_400.0), "{said:?} {happened:?}");
    }

    let months = table(&said, "dora_month");
    let total = |service: &str, column: &str| -> i64 {
        let rows = (0..months.height()).filter(|row| months.cell(*row, "service") == service);
        rows.filter_map(|row| months.cell(row, column).parse::<i64>().ok()).sum()
    };
    for row in counted(&recorded.folder, "dora_all_time.csv") {
        for column in ["deployments", "redeploys", "rollbacks", "attempts_failed", "changes", "failed"] {
            assert_eq!(total(&row["service"], column).to_string(), row[column], "{} {column}", row["service"]);
        }
    }

    let incidents = table(&said, "calculated_incident");
    let expected = counted(&recorded.folder, "calculated_incident.csv");
    assert_eq!((incidents.height(), expected.len()), (1, 1));
    for column in ["started_at", "restored_at"] {
        assert_eq!(incidents.cell(0, column), expected[0][column]);
    }
    assert!(agree(&incidents.cell(0, "downtime_hours"), &expected[0]["restore_hours"], 1.0 / 3600.0));
    assert_eq!(number(&incidents.cell(0, "deployment_id")), expected[0]["deployment_number"]);
}

/// An issue that goes from no column to dev and to review, and is closed: the label of dev is taken off a second after that of
/// review was added.
fn example_f() -> Replay {
    let label = |id: u64, action: &str, name: &str, at: &str| json!({"id": id, "action": action, "created_at": at, "user": {"username": "ada"}, "label": {"id": id, "name": name}});
    let labels = [
        label(1, "add", "workflow::dev", "2026-03-03T09:00:00Z"),
        label(2, "add", "workflow::review", "2026-03-04T10:00:00Z"),
        label(3, "remove", "workflow::dev", "2026-03-04T10:00:01Z"),
    ];
    let issue = json!({
        "id": 40_001, "iid": 1, "project_id": 201, "title": "Example", "state": "closed", "labels": ["workflow::review"],
        "created_at": "2026-03-02T00:00:00Z", "closed_at": "2026-03-05T00:00:00Z", "updated_at": "2026-03-05T00:00:00Z",
        "references": {"full": "acme/api#1"},
    });
    let closed =
        json!([{"id": 1, "state": "closed", "created_at": "2026-03-05T00:00:00Z", "user": {"username": "ada"}}]);
    let of_issue = |list: &str| format!("/api/v4/projects/201/issues/1/resource_{list}_events");
    let project = json!({"id": 201, "path_with_namespace": "acme/api", "default_branch": "main"});
    Replay::of("")
        .and("/api/v4/groups/acme", &json!({"id": 7, "full_path": "acme"}))
        .and("/api/v4/groups/acme/projects?include_subgroups=true&order_by=id&sort=asc", &json!([project]))
        .and("/api/v4/groups/acme/issues?scope=all&state=all&order_by=updated_at&sort=asc", &json!([issue]))
        .and(&of_issue("label"), &json!(labels))
        .and(&of_issue("state"), &closed)
}

#[test]
fn labels_that_change_within_two_seconds_are_one_move_and_days_are_counted_from_it() {
    let recorded = Recorded::replay(example_f(), PathBuf::new());
    recorded.import(&["--issues"]).with_code(0);
    let moves = fs::read_to_string(recorded.data.path().join("issue_project_event.csv")).expect("published");
    assert_eq!(moves.lines().filter(|row| row.contains("moved")).count(), 2, "{moves}");
    let config = CONFIG.replacen("gitlab:\n", &format!("gitlab:\n  url: {}\n", recorded.server.uri()), 1);
    let said = calculation_by(&config, recorded.data.path(), Some(at("2026-03-09T00:00:00Z")));
    let issues = table(&said, "calculated_issue");
    let days = ["backlog_days", "dev_days", "review_days", "cycle_days"].map(|column| issues.cell(0, column));
    assert_eq!(days, ["1.375000", "1.041667", "0.583333", "1.625000"]);
}

/// A confidential issue of the project `acme/shop/api`, an incident.
fn confidential() -> Value {
    json!({
        "id": 49_001, "iid": 91, "project_id": 201, "title": "Passwords in the log", "state": "opened", "confidential": true,
        "issue_type": "incident", "created_at": "2026-01-20T09:00:00.5Z", "updated_at": "2026-01-20T09:00:00.5Z",
        "labels": [], "author": {"username": "ada"}, "references": {"full": "acme/shop/api#91"},
    })
}

#[test]
fn titles_of_confidential_issues_are_told_once_that_is_configured_and_everything_is_read_again() {
    let Some(recorded) = Recorded::serve_with(&[confidential()]) else { return };
    let titles = || {
        ["issue.csv", "incident.csv"].map(|name| {
            let text = fs::read_to_string(recorded.data.path().join(name)).expect("published");
            (text.contains("(confidential)"), text.contains("Passwords in the log"))
        })
    };
    let (hidden, told) = ([(true, false); 2], [(false, true); 2]);
    recorded.import(&["--issues"]).with_code(0);
    assert_eq!(titles(), hidden);
    recorded.configure("reporting: {confidential: true}\n");
    recorded.import(&["--issues", "--full"]).with_code(0);
    assert_eq!(titles(), told);
    recorded.configure("reporting: {confidential: false}\n");
    recorded.import(&["--issues", "--full"]).with_code(0);
    assert_eq!(titles(), hidden, "and taken back in the same way");
}

#[test]
fn titles_of_confidential_issues_are_told_by_the_first_import_where_that_is_configured() {
    let Some(recorded) = Recorded::serve_with(&[confidential()]) else { return };
    recorded.configure("reporting: {confidential: true}\n");
    recorded.import(&["--issues"]).with_code(0);
    let text = fs::read_to_string(recorded.data.path().join("issue.csv")).expect("published");
    assert!(text.contains("Passwords in the log") && !text.contains("(confidential)"));
}

#[test]
fn both_readers_call_merge_requests_as_gitlab_does() {
    let Some(recorded) = Recorded::serve() else { return };
    recorded.import(&["--pr"]).with_code(0);
    let folder = recorded.data.path();
    let store = Store::open_existing(&store::url_in(folder)).expect("a store");
    let from_store = store.load(Scopes::ALL).expect("raw data");
    let from_files = csv_folder::load(folder, Scopes::ALL, Reading::Strict).expect("raw data").raw;
    for raw in [&from_store, &from_files] {
        let ids = &raw.pull_requests.id;
        let ids: BTreeSet<String> = (0..ids.len()).map(|row| ids.text(row).into_owned()).collect();
        assert!(ids.len() == 6 && ids.contains("acme/shop/api!2") && ids.iter().all(|id| id.contains('!')), "{ids:?}");
    }
}

#[test]
fn what_it_would_cost_is_said_beforehand_and_nothing_is_stored() {
    let Some(recorded) = Recorded::serve() else { return };
    let ended = recorded.import(&["--dry-run"]).with_code(0);
    assert!(ended.stdout.contains("issues of acme"), "{}", ended.stdout);
    assert!(ended.stdout.contains("23 calls: at 2000 a minute"), "{}", ended.stdout);
    assert!(!recorded.data.path().join("cto.db").exists());
}

#[test]
fn projects_that_are_named_are_imported_alone_and_the_rest_by_the_next_import() {
    let Some(recorded) = Recorded::serve() else { return };
    let projects_in = |table: &str| -> BTreeSet<String> {
        let rows = crate::published::rows(recorded.data.path(), table);
        rows.into_iter().map(|row| row["repo"].clone()).collect()
    };
    for name in ["shop/api", "acme/shop/api"] {
        recorded.import(&["--repo", name]).with_code(0);
        for table in ["issue.csv", "pr.csv", "deployment.csv", "git_commit.csv"] {
            assert_eq!(projects_in(table), BTreeSet::from(["shop/api".to_owned()]), "{table}");
        }
    }
    let covered = crate::published::rows_with(recorded.data.path(), "import_run.csv", &[("scope", "issues")]);
    assert!(covered.iter().all(|run| run["covered_to"].is_empty()), "nothing is said of the rest of the group");
    let ended = recorded.import(&["--repo", "shop/api,billing"]).with_code(3);
    assert!(ended.stderr.contains("billing: no such repository or project"), "{}", ended.stderr);
    let ended = recorded.import(&["--repo", "shop/api,billing", "--dry-run"]).with_code(0);
    assert!(ended.stdout.contains("not readable: billing: no such repository or project"), "{}", ended.stdout);

    recorded.import(&[]).with_code(0);
    recorded.assert_has_expected("issue.csv", &["creator"]);
    recorded.assert_has_expected("pr.csv", &[]);
    recorded.assert_has_expected("deployment.csv", &["number"]);
}

#[test]
fn what_is_missing_is_named_with_its_remedy() {
    let Some(recorded) = Recorded::serve() else { return };
    let mut importer = recorded.importer();
    let ended = Ended::of(&importer.env_remove("GITLAB_TOKEN").output().expect("the program runs")).with_code(2);
    assert!(ended.stderr.contains("set GITLAB_TOKEN to a token of GitLab with the scope read_api"), "{}", ended.stderr);

    for flags in [&["--pr"][..], &["--all"]] {
        // Credentials of GitHub name no organisation.
        let mut importer = recorded.importer();
        let ended = importer.env("GITHUB_TOKEN", "ghp_of_the_test").args(flags).output().expect("the program runs");
        let ended = Ended::of(&ended).with_code(0);
        assert!(ended.stderr.contains("skipped GitHub: no organisation is named"), "{}", ended.stderr);
    }

    let ended = recorded.import(&["--gitlab-group", "acme", "--gitlab-group", "other"]).with_code(3);
    assert!(
        ended.stderr.contains("GitLab group other") && ended.stderr.contains("has no such thing"),
        "{}",
        ended.stderr
    );
    recorded.assert_has_expected("pr.csv", &[]);
}
