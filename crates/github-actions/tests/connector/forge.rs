//! A repository with Actions, as GitHub's REST API lists its runs and jobs and GraphQL its check suites.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use connector_testing::{Memory, TOKEN, Told, at};
use github_actions::{CiSource, Depth, Jobs, Shared};
use model::Instant;
use serde_json::{Value, json};
use source::{Progress, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::header;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::setting::{client, web};
use crate::workflows::NOW;

/// Runs of one question that the list shows at most.
const MOST_SHOWN: usize = 1_000;

/// What the provider knows.
#[derive(Default)]
pub(crate) struct Life {
    /// Attempts of runs, in the order of their numbers; the last one is listed.
    pub(crate) runs: BTreeMap<u64, Vec<Value>>,
    /// Jobs as they are listed, by run.
    pub(crate) jobs: BTreeMap<u64, Vec<Value>>,
    /// Check runs that are no jobs, by suite.
    pub(crate) reports: BTreeMap<String, Vec<Value>>,
    /// Suites of which nothing comes, and the kind of the error that says why; empty: no error.
    pub(crate) lost: BTreeMap<String, &'static str>,
    /// Attempts whose jobs no check suite lists.
    pub(crate) unlisted: Vec<(u64, i64)>,
}

#[derive(Clone, Default)]
struct Forge {
    life: Arc<Mutex<Life>>,
    asked: Arc<Mutex<Vec<String>>>,
    instead: Arc<Mutex<VecDeque<Option<ResponseTemplate>>>>,
}

fn found(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn absent() -> ResponseTemplate {
    ResponseTemplate::new(404).set_body_json(json!({"message": "Not Found"}))
}

/// A job as a check run.
fn check(job: &Value) -> Value {
    let upper = |word: &Value| word.as_str().map_or(Value::Null, |word| json!(word.to_uppercase()));
    json!({
        "databaseId": job["id"], "name": job["name"], "status": upper(&job["status"]),
        "conclusion": upper(&job["conclusion"]), "startedAt": job["started_at"], "completedAt": job["completed_at"],
    })
}

impl Life {
    /// The check runs of a suite; `None` where there is no such suite.
    fn checks(&self, suite: &str) -> Option<Vec<Value>> {
        let attempts = self.runs.iter().flat_map(|(id, attempts)| attempts.iter().map(move |run| (*id, run)));
        let of_suite: Vec<(u64, i64)> = attempts
            .filter(|(_, run)| run["check_suite_node_id"] == suite)
            .map(|(id, run)| (id, run["run_attempt"].as_i64().unwrap()))
            .collect();
        if of_suite.is_empty() {
            return None;
        }
        let mut checks: Vec<Value> = Vec::new();
        for (id, attempt) in of_suite.into_iter().filter(|of| !self.unlisted.contains(of)) {
            let jobs = self.jobs.get(&id).into_iter().flatten();
            checks.extend(jobs.filter(|job| job["run_attempt"] == attempt).map(check));
        }
        checks.extend(self.reports.get(suite).into_iter().flatten().cloned());
        Some(checks)
    }

    fn suites(&self, request: &Request) -> ResponseTemplate {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let ids = body["variables"]["ids"].as_array().unwrap();
        assert!(ids.len() <= 20, "{} suites", ids.len());
        let from: usize = body["variables"]["after"].as_str().map_or(0, |after| after.parse().unwrap());
        let mut errors = Vec::new();
        let mut nodes = Vec::new();
        for (place, id) in ids.iter().enumerate() {
            let id = id.as_str().unwrap();
            let lost = self.lost.get(id).copied();
            let checks = self.checks(id).filter(|_| lost.is_none());
            let kind = lost.unwrap_or("NOT_FOUND");
            if checks.is_none() && !kind.is_empty() {
                errors.push(json!({"type": kind, "path": ["nodes", place], "message": format!("no {id}")}));
            }
            nodes.push(checks.map_or(Value::Null, |checks| {
                let page: Vec<&Value> = checks.iter().skip(from).take(50).collect();
                let more = from + 50 < checks.len();
                json!({"__typename": "CheckSuite", "id": id, "checkRuns": {
                    "pageInfo": {"hasNextPage": more, "endCursor": more.then(|| (from + 50).to_string())},
                    "nodes": page,
                }})
            }));
        }
        let limit = json!({"cost": 1, "limit": 5000, "remaining": 4000, "resetAt": "2026-11-02T11:00:00Z"});
        let mut body = json!({"data": {"rateLimit": limit, "nodes": nodes}});
        if !errors.is_empty() {
            body["errors"] = json!(errors);
        }
        found(&body)
    }

    fn list(&self, query: &BTreeMap<String, String>) -> ResponseTemplate {
        let (from, to) = query["created"].split_once("..").unwrap();
        let last = self.runs.values().map(|attempts| attempts.last().unwrap());
        let mut all: Vec<&Value> =
            last.filter(|run| (from..=to).contains(&run["created_at"].as_str().unwrap())).collect();
        all.sort_by_key(|run| std::cmp::Reverse(run["created_at"].as_str().unwrap().to_owned()));
        let shown: Vec<&&Value> = page(all.iter().take(MOST_SHOWN), query);
        found(&json!({"total_count": all.len(), "workflow_runs": shown}))
    }
}

fn page<T>(all: impl Iterator<Item = T>, query: &BTreeMap<String, String>) -> Vec<T> {
    let (page, size): (usize, usize) = (query["page"].parse().unwrap(), query["per_page"].parse().unwrap());
    all.skip((page - 1) * size).take(size).collect()
}

impl Respond for Forge {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let path = request.url.path().trim_start_matches("/repos/acme/web/actions/").to_owned();
        let life = self.life.lock().unwrap();
        let steps: Vec<&str> = path.split('/').collect();
        let (called, answer) = match steps[..] {
            ["", "graphql"] => ("suites".to_owned(), life.suites(request)),
            ["runs"] => (format!("runs {} {}", query["created"], query["page"]), life.list(&query)),
            ["workflows", file, "runs"] => (format!("{file} {}", query["created"]), life.list(&query)),
            ["runs", id] => {
                let run = life.runs.get(&id.parse().unwrap()).map(|attempts| attempts.last().unwrap());
                (format!("run {id}"), run.map_or_else(absent, found))
            }
            ["runs", id, "attempts", number] => {
                let attempts = life.runs.get(&id.parse().unwrap());
                let attempt = attempts.and_then(|attempts| {
                    attempts.iter().find(|run| run["run_attempt"].as_u64() == number.parse().ok())
                });
                (format!("attempt {number} of {id}"), attempt.map_or_else(absent, found))
            }
            ["runs", id, "jobs"] => {
                assert_eq!(query["filter"], "all");
                let jobs = life.jobs.get(&id.parse().unwrap());
                let list =
                    |jobs: &Vec<Value>| found(&json!({"total_count": jobs.len(), "jobs": page(jobs.iter(), &query)}));
                (format!("jobs of {id}"), jobs.map_or_else(absent, list))
            }
            _ => panic!("nobody asks for {path}"),
        };
        self.asked.lock().unwrap().push(called);
        self.instead.lock().unwrap().pop_front().flatten().unwrap_or(answer)
    }
}

/// The repository `acme/web`, and what imports from it have left.
pub(crate) struct Actions {
    server: MockServer,
    forge: Forge,
    pub(crate) memory: Memory,
    pub(crate) told: Told,
    pub(crate) workflows: Vec<String>,
    pub(crate) depth: Depth,
    pub(crate) shared: Arc<Shared>,
    pub(crate) now: Instant,
}

/// A run of `ci.yml` that was made then and has succeeded.
pub(crate) fn run(id: u64, created: &str) -> Value {
    json!({
        "id": id, "name": "CI", "path": ".github/workflows/ci.yml", "head_branch": "main",
        "head_sha": format!("c{id}"), "head_repository": {"node_id": "R_web"}, "run_number": id, "run_attempt": 1,
        "event": "push", "status": "completed", "conclusion": "success", "created_at": created, "updated_at": created,
        "run_started_at": created, "html_url": format!("https://github.com/acme/web/actions/runs/{id}"),
        "check_suite_node_id": format!("CS_{id}_1"),
    })
}

/// A job of the first attempt of a run that began and ended then.
pub(crate) fn job(id: u64, name: &str, started: &str, completed: &str) -> Value {
    json!({
        "id": id, "run_attempt": 1, "name": name, "status": "completed", "conclusion": "success",
        "created_at": started, "started_at": started, "completed_at": completed,
        "labels": ["ubuntu-latest"], "runner_group_name": "GitHub Actions", "runner_name": "GitHub Actions 7",
    })
}

impl Life {
    /// Adds a run with two jobs, `build` and `test`.
    pub(crate) fn add(&mut self, id: u64, created: &str) {
        self.runs.insert(id, vec![run(id, created)]);
        let jobs = ["build", "test"].into_iter().zip(1..);
        self.jobs.insert(id, jobs.map(|(name, place)| job(10 * id + place, name, created, created)).collect());
    }

    /// Starts a run again; of its jobs `test`.
    pub(crate) fn start_again(&mut self, id: u64, when: &str) {
        let attempts = self.runs.get_mut(&id).unwrap();
        let mut next = attempts.last().unwrap().clone();
        let number = next["run_attempt"].as_i64().unwrap() + 1;
        next["run_attempt"] = json!(number);
        next["check_suite_node_id"] = json!(format!("CS_{id}_{number}"));
        (next["run_started_at"], next["updated_at"]) = (json!(when), json!(when));
        attempts.push(next);
        let mut again = job(10 * id + 1 + u64::try_from(number).unwrap(), "test", when, when);
        again["run_attempt"] = json!(number);
        self.jobs.get_mut(&id).unwrap().push(again);
    }
}

impl Actions {
    /// With these runs.
    pub(crate) async fn with(life: impl FnOnce(&mut Life)) -> Self {
        let forge = Forge::default();
        life(&mut forge.life.lock().unwrap());
        let server = MockServer::start().await;
        Mock::given(header("authorization", format!("Bearer {TOKEN}").as_str()))
            .respond_with(forge.clone())
            .mount(&server)
            .await;
        Self {
            server,
            forge,
            memory: Memory::default(),
            told: Told::default(),
            workflows: Vec::new(),
            depth: Depth { months: 13, jobs: Jobs::Batched },
            shared: Arc::default(),
            now: at(NOW),
        }
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Life)) {
        change(&mut self.forge.life.lock().unwrap());
    }

    /// Answers the next requests so; `None` truly.
    pub(crate) fn answer(&self, instead: Vec<Option<ResponseTemplate>>) {
        *self.forge.instead.lock().unwrap() = instead.into();
    }

    /// What was asked since the last question.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.forge.asked.lock().unwrap())
    }

    pub(crate) fn source(&self) -> CiSource {
        let client = client(&self.server, self.now);
        CiSource::new(client, &web(), self.now, self.depth, Arc::clone(&self.shared))
            .with_workflows(self.workflows.clone())
    }

    pub(crate) async fn import(&self, window: Window) -> Result<Usage, SourceError> {
        self.import_until(window, &self.told, CancellationToken::new()).await
    }

    pub(crate) async fn import_until(
        &self,
        window: Window,
        progress: &dyn Progress,
        cancel: CancellationToken,
    ) -> Result<Usage, SourceError> {
        self.memory.import(&self.source(), window, 1, progress, cancel).await
    }

    pub(crate) async fn import_all(&self) -> Usage {
        self.import(Window::default()).await.expect("the import succeeds")
    }

    /// Id, attempt and conclusion of the runs that are stored.
    pub(crate) fn runs(&self) -> Vec<String> {
        let name = |run: model::records::CiRun| format!("{} {} {}", run.run_id, run.attempt, run.conclusion.name());
        self.memory.ci_runs().into_iter().map(name).collect()
    }

    /// Id, name, attempt, labels and origin of the jobs that are stored.
    pub(crate) fn jobs(&self) -> Vec<String> {
        let name = |job: model::records::CiJob| {
            let retried = if job.retried { " retried" } else { "" };
            format!("{} {} {} {} {}{retried}", job.job_id, job.name, job.attempt, job.labels, job.times_from.name())
        };
        self.memory.ci_jobs().into_iter().map(name).collect()
    }
}
