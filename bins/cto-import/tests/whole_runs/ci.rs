//! Runs, jobs and the bill of CI: asked for by name, by --all or by the configuration, and never otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use sandbox::{Options, Size};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::published::rows;
use crate::simulated::{Ended, Simulated};
use crate::simulated_gitlab::SimulatedGitlab;

/// The REST API of GitHub, beside the GraphQL API of the simulated one: a run with a job in each repository, and a bill.
#[derive(Clone, Default)]
struct Actions {
    asked: Arc<Mutex<Vec<String>>>,
    /// The status with which the bill is refused.
    refused: Arc<Mutex<Option<u16>>>,
}

fn page(name: &str, entry: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"total_count": 1, name: [entry]}))
}

impl Actions {
    fn bill(&self, query: &BTreeMap<String, String>) -> ResponseTemplate {
        if let Some(status) = *self.refused.lock().expect("no test has panicked here") {
            return ResponseTemplate::new(status).set_body_json(json!({"message": "Must have admin rights"}));
        }
        let month: u32 = query["month"].parse().expect("a number");
        let text = format!(
            r#"{{"usageItems":[{{"date":"{}-{month:02}-01","product":"actions","sku":"actions_linux","quantity":3.0,"unitType":"minutes","pricePerUnit":0.006,"grossAmount":0.018000000000000002,"discountAmount":0.0,"netAmount":0.018000000000000002,"organizationName":"acme","repositoryName":"api"}}]}}"#,
            query["year"]
        );
        ResponseTemplate::new(200).set_body_raw(text, "application/json")
    }
}

impl Respond for Actions {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let path = request.url.path().to_owned();
        self.asked.lock().expect("no test has panicked here").push(path.clone());
        let at = query.get("created").and_then(|span| span.split("..").nth(1)).unwrap_or_default();
        let steps: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match steps[..] {
            ["organizations", _, "settings", "billing", "usage"] => self.bill(&query),
            ["repos", _, _, "actions", "runs", _, "jobs"] => page(
                "jobs",
                &json!({
                    "id": 71, "run_attempt": 1, "name": "build", "status": "completed", "conclusion": "success",
                    "created_at": "2026-01-05T09:00:00Z", "started_at": "2026-01-05T09:00:05Z",
                    "completed_at": "2026-01-05T09:01:05Z", "labels": ["ubuntu-latest"],
                    "runner_group_name": "GitHub Actions", "runner_name": "GitHub Actions 3",
                }),
            ),
            ["repos", org, repo, "actions", "runs"] => page(
                "workflow_runs",
                &json!({
                    "id": 7, "name": "CI", "path": ".github/workflows/ci.yml", "head_branch": "main", "head_sha": "c1",
                    "run_number": 1, "run_attempt": 1, "event": "push", "status": "completed", "conclusion": "success",
                    "created_at": at, "updated_at": "2026-01-05T09:01:05Z", "run_started_at": at,
                    "html_url": format!("https://github.com/{org}/{repo}/actions/runs/7"),
                }),
            ),
            _ => ResponseTemplate::new(404).set_body_json(json!({"message": "Not Found"})),
        }
    }
}

struct Stage {
    simulated: Simulated,
    _runtime: Runtime,
    server: MockServer,
    actions: Actions,
    data: tempfile::TempDir,
}

impl Stage {
    /// With these lines at the end of the configuration.
    fn configured(lines: &str) -> Self {
        let simulated = Simulated::serve(&Options::new(31, Size::Tiny));
        let (runtime, actions) = (Runtime::new().expect("a runtime starts"), Actions::default());
        let server = runtime.block_on(MockServer::start());
        runtime.block_on(Mock::given(wiremock::matchers::any()).respond_with(actions.clone()).mount(&server));
        let data = tempfile::tempdir().expect("a folder");
        let text = format!("{}{}{lines}", simulated.organisation.config_yaml(), crate::simulated::HURRIED);
        std::fs::write(data.path().join("config.yml"), text).expect("written");
        Self { simulated, _runtime: runtime, server, actions, data }
    }

    fn import(&self, flags: &[&str]) -> Ended {
        let mut importer = self.simulated.importer(self.data());
        importer
            .env("GITHUB_API_URL", self.server.uri())
            .args(["--org", self.simulated.organisation.login()])
            .args(flags);
        Ended::of(&importer.output().expect("the program runs"))
    }

    fn data(&self) -> &Path {
        self.data.path()
    }

    /// What was asked of the REST API since the last question.
    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.actions.asked.lock().expect("no test has panicked here"))
    }

    fn refuse_the_bill(&self, status: Option<u16>) {
        *self.actions.refused.lock().expect("no test has panicked here") = status;
    }
}

const EXACT: &str = "ci: {jobs: exact}\n";

#[test]
fn runs_jobs_and_the_bill_are_rows_and_a_second_import_asks_little() {
    let stage = Stage::configured(EXACT);
    stage.import(&["--ci"]).with_code(0);
    let repositories: BTreeSet<String> =
        rows(stage.data(), "ci_run.csv").into_iter().map(|row| row["repo"].clone()).collect();
    assert!(!repositories.is_empty());
    let jobs = rows(stage.data(), "ci_job.csv");
    assert!(!jobs.is_empty() && jobs.iter().all(|job| job["labels"] == "ubuntu-latest" && job["runner"] == "hosted"));
    let bill = rows(stage.data(), "ci_bill.csv");
    assert_eq!((bill.len(), bill[0]["net"].as_str(), bill[0]["sku"].as_str()), (24, "0.018", "linux"));
    let asked = stage.asked();
    let lists = asked.iter().filter(|path| path.ends_with("/actions/runs")).count();
    assert_eq!(asked.len(), 2 * lists + 24, "a list and a run of each, and the months of the bill");
    assert!(rows(stage.data(), "deployment.csv").is_empty() && rows(stage.data(), "issue.csv").is_empty());
    stage.import(&["--ci"]).with_code(0);
    assert_eq!(stage.asked().len(), lists + 3);
}

#[test]
fn ci_is_imported_where_it_is_named_or_configured_and_not_otherwise() {
    let stage = Stage::configured("");
    stage.import(&[]).with_code(0);
    stage.import(&["--delivery"]).with_code(0);
    assert_eq!(stage.asked(), Vec::<String>::new());
    let stage = Stage::configured(EXACT);
    stage.import(&["--delivery"]).with_code(0);
    assert_eq!(stage.asked(), Vec::<String>::new(), "another scope is named");
    stage.import(&[]).with_code(0);
    assert!(!stage.asked().is_empty());
    assert!(!rows(stage.data(), "ci_job.csv").is_empty() && !rows(stage.data(), "issue.csv").is_empty());
}

#[test]
fn a_bill_that_may_not_be_read_is_partial_with_what_to_grant_and_what_was_stored_stays() {
    let stage = Stage::configured(EXACT);
    stage.import(&["--ci"]).with_code(0);
    for status in [403, 404] {
        stage.refuse_the_bill(Some(status));
        let ended = stage.import(&["--ci"]).with_code(3);
        let said = "what acme is billed for CI may not be read: give the token the permission Administration: read";
        assert!(ended.stderr.contains(&said.replace("acme", stage.simulated.organisation.login())), "{}", ended.stderr);
        assert_eq!(rows(stage.data(), "ci_bill.csv").len(), 24);
        assert!(!rows(stage.data(), "ci_job.csv").is_empty());
    }
    stage.refuse_the_bill(None);
    stage.import(&["--ci"]).with_code(0);
}

#[test]
fn what_ci_costs_is_said_beforehand_and_nothing_is_asked() {
    let stage = Stage::configured("");
    let ended = stage.import(&["--ci", "--dry-run"]).with_code(0);
    for line in ["ci_runs of ", "ci_bill of ", "100 take about 6 calls and 5 points more"] {
        assert!(ended.stdout.contains(line), "{line}: {}", ended.stdout);
    }
    assert_eq!(stage.asked(), Vec::<String>::new());
}

/// A simulated organisation whose CI is read in this way, and what it is by its own account.
struct Life {
    simulated: Simulated,
    told: tempfile::TempDir,
}

impl Life {
    fn begin(seed: u64) -> Self {
        let simulated = Simulated::serve(&Options::new(seed, Size::Small));
        let told = tempfile::tempdir().expect("a folder");
        sandbox::write_csv_folder(&simulated.organisation, told.path()).expect("a folder is written");
        Self { simulated, told }
    }

    /// A folder to import into, with a configuration that reads everything, jobs like this.
    fn folder(&self, jobs: &str) -> tempfile::TempDir {
        let data = tempfile::tempdir().expect("a folder");
        let organisation = &self.simulated.organisation;
        let of_ci = format!("{}  jobs: {jobs}\n  months: 240\n  keep_days: 100000\n", organisation.ci_config_yaml());
        let text = format!("{}{}{of_ci}", organisation.config_yaml(), crate::simulated::HURRIED);
        std::fs::write(data.path().join("config.yml"), text).expect("written");
        data
    }

    /// Rows of a table in its own account, without some columns.
    fn told(&self, name: &str, left_out: &[&str]) -> Vec<BTreeMap<String, String>> {
        without(rows(self.told.path(), name), left_out)
    }
}

fn without(mut rows: Vec<BTreeMap<String, String>>, left_out: &[&str]) -> Vec<BTreeMap<String, String>> {
    for row in &mut rows {
        row.retain(|column, _| !left_out.contains(&column.as_str()));
    }
    rows
}

#[track_caller]
fn assert_same(found: &[BTreeMap<String, String>], expected: &[BTreeMap<String, String>], what: &str) {
    let differing = found.iter().zip(expected).find(|(one, other)| one != other);
    assert!(differing.is_none(), "{what}: {differing:#?}");
    assert_eq!(found.len(), expected.len(), "{what}");
}

/// What a job was spent on follows from others, and is not told by anybody.
const ROLLED_UP: [&str; 1] = ["part"];
/// The same, and what check suites do not tell.
const OF_LISTS: [&str; 3] = ["created_at", "times_from", "part"];

/// Without the machines of jobs that have not begun: of one that never ran before suites tell none.
fn of_begun(mut jobs: Vec<BTreeMap<String, String>>) -> Vec<BTreeMap<String, String>> {
    for job in jobs.iter_mut().filter(|job| job.get("started_at").is_some_and(String::is_empty)) {
        job.retain(|column, _| !["labels", "runner"].contains(&column.as_str()));
    }
    jobs
}

#[test]
fn a_simulated_organisation_gives_the_rows_of_its_own_account_in_either_way() {
    let life = Life::begin(41);
    assert!(life.told("ci_job.csv", &[]).len() > 500 && !life.told("ci_bill.csv", &[]).is_empty());
    for (jobs, left_out) in [("exact", &ROLLED_UP[..]), ("batched", &OF_LISTS)] {
        let data = life.folder(jobs);
        for _ in 0..2 {
            life.simulated.import(data.path(), &["--ci"]).with_code(0);
            for (table, left_out) in [("ci_run.csv", &[][..]), ("ci_job.csv", left_out), ("ci_bill.csv", &[])] {
                let found = without(rows(data.path(), table), left_out);
                let told = life.told(table, left_out);
                if jobs == "exact" {
                    assert_same(&found, &told, &format!("{jobs} {table}"));
                } else {
                    assert_same(&of_begun(found), &of_begun(told), &format!("{jobs} {table}"));
                }
            }
        }
    }
}

#[test]
fn an_import_of_ci_in_steps_of_time_ends_like_one_import() {
    let life = Life::begin(43);
    let data = life.folder("batched");
    for days in [60, 33, 30, 8, 2, 1, 0] {
        life.simulated.moves_to(life.simulated.days_before_end(days));
        life.simulated.import(data.path(), &["--ci"]).with_code(0);
    }
    for (table, left_out) in [("ci_run.csv", &[][..]), ("ci_job.csv", &OF_LISTS), ("ci_bill.csv", &[])] {
        let found = of_begun(without(rows(data.path(), table), left_out));
        assert_same(&found, &of_begun(life.told(table, left_out)), table);
    }
}

#[test]
fn pipelines_of_a_simulated_group_are_the_same_in_steps_of_time_and_nothing_new_takes_three_calls_a_project() {
    let simulated = SimulatedGitlab::serve_few(47);
    let once = tempfile::tempdir().expect("a folder");
    simulated.import(once.path(), &["--ci"]).with_code(0);
    let found = |table: &str| rows(once.path(), table);
    assert!(found("ci_run.csv").iter().any(|run| run["event"] == "parent_pipeline"));
    assert!(found("ci_job.csv").iter().any(|job| job["retried"] == "true" && !job["duration_ms"].is_empty()));
    let ended = simulated.import(once.path(), &["--ci"]).with_code(0);
    // The group, its projects, and how many issues and merge requests there are.
    let calls = 4 + 3 * found("repository.csv").len();
    assert!(ended.stdout.contains(&format!(", {calls} calls")), "{calls}: {}", ended.stdout);
    let steps = tempfile::tempdir().expect("a folder");
    for days in [60, 33, 12, 2, 1, 0] {
        simulated.both.moves_to(simulated.both.days_before_end(days));
        simulated.import(steps.path(), &["--ci"]).with_code(0);
    }
    for table in ["ci_run.csv", "ci_job.csv"] {
        assert_same(&without(rows(steps.path(), table), &ROLLED_UP), &without(found(table), &ROLLED_UP), table);
    }
}
