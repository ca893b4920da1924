//! A recorded group of GitLab: what an import stores of it, and what is said where something is missing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use connector_testing::Replay;
use model::columns::Scopes;
use serde_json::{Value, json};
use store::Store;
use store::csv_folder::{self, Reading};
use tokio::runtime::Runtime;
use wiremock::MockServer;

use crate::simulated::{Ended, HURRIED, importer};

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
            .and("/api/v4/groups/acme/issues_statistics?scope=all", &json!({"statistics": {"counts": {"all": 9}}}));
        let runtime = Runtime::new().expect("a runtime starts");
        let server = runtime.block_on(replay.serve());
        let data = tempfile::tempdir().expect("a folder");
        fs::write(data.path().join("config.yml"), format!("{CONFIG}{HURRIED}")).expect("written");
        Some(Self { _runtime: runtime, server, folder, data })
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
    }
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
    for raw in [from_store, from_files] {
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
    assert!(ended.stdout.contains("21 calls: at 2000 a minute"), "{}", ended.stdout);
    assert!(!recorded.data.path().join("cto.db").exists());
}

#[test]
fn what_is_missing_is_named_with_its_remedy() {
    let Some(recorded) = Recorded::serve() else { return };
    let mut importer = recorded.importer();
    let ended = Ended::of(&importer.env_remove("GITLAB_TOKEN").output().expect("the program runs")).with_code(2);
    assert!(ended.stderr.contains("set GITLAB_TOKEN to a token of GitLab with the scope read_api"), "{}", ended.stderr);

    let ended = recorded.import(&["--gitlab-group", "acme", "--gitlab-group", "other"]).with_code(3);
    assert!(
        ended.stderr.contains("GitLab group other") && ended.stderr.contains("has no such thing"),
        "{}",
        ended.stderr
    );
    recorded.assert_has_expected("pr.csv", &[]);
}
