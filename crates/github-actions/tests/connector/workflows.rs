//! A repository with workflows, as GitHub's REST API lists their runs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use connector_testing::{Memory, TOKEN, Told, at};
use github_actions::RunSource;
use model::Instant;
use serde_json::{Value, json};
use source::{Progress, SourceError, Usage, Window};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{header, method};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::setting::{client, web};

/// The provider's time at first.
pub(crate) const NOW: &str = "2026-11-02T10:00:00Z";

/// Runs of one question that the list shows at most.
const MOST_SHOWN: usize = 1_000;

/// Runs by the file of their workflow.
type Runs = BTreeMap<&'static str, Vec<Value>>;

/// Answers for the repository `acme/web`.
#[derive(Clone, Default)]
struct Listing {
    runs: Arc<Mutex<Runs>>,
    asked: Arc<Mutex<Vec<String>>>,
    instead: Arc<Mutex<VecDeque<Option<ResponseTemplate>>>>,
}

impl Respond for Listing {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let file = request.url.path().split('/').rev().nth(1).unwrap().to_owned();
        self.asked.lock().unwrap().push(format!("{file} {} {}", query["created"], query["page"]));
        if let Some(Some(instead)) = self.instead.lock().unwrap().pop_front() {
            return instead;
        }
        let all = self.runs.lock().unwrap();
        let Some(runs) = all.get(file.as_str()) else {
            return ResponseTemplate::new(404).set_body_json(json!({"message": "Not Found"}));
        };
        let (from, to) = query["created"].split_once("..").unwrap();
        let mut found: Vec<&Value> =
            runs.iter().filter(|run| (from..=to).contains(&run["created_at"].as_str().unwrap())).collect();
        found.sort_by_key(|run| std::cmp::Reverse(run["created_at"].as_str().unwrap().to_owned()));
        let (page, size): (usize, usize) = (query["page"].parse().unwrap(), query["per_page"].parse().unwrap());
        let shown: Vec<&&Value> = found.iter().take(MOST_SHOWN).skip((page - 1) * size).take(size).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "total_count": found.len(), "workflow_runs": shown }))
    }
}

/// The repository, and what imports from it have left.
pub(crate) struct Repository {
    server: MockServer,
    listing: Listing,
    pub(crate) memory: Memory,
    pub(crate) told: Told,
    pub(crate) workflows: Vec<String>,
    pub(crate) now: Instant,
}

/// A run of main that was made then and has succeeded.
pub(crate) fn run(id: u64, created: &str) -> Value {
    json!({
        "id": id, "name": "Deploy", "path": ".github/workflows/deploy.yml", "head_branch": "main",
        "head_sha": format!("c{id}"), "head_repository": {"node_id": "R_web"}, "run_number": id, "run_attempt": 1,
        "event": "push", "status": "completed", "conclusion": "success", "created_at": created, "updated_at": created,
        "run_started_at": created, "html_url": format!("https://github.com/acme/web/actions/runs/{id}"),
    })
}

impl Repository {
    /// With the workflow `deploy.yml`, which is imported.
    pub(crate) async fn with(runs: Vec<Value>) -> Self {
        let listing = Listing::default();
        listing.runs.lock().unwrap().insert("deploy.yml", runs);
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(header("authorization", format!("Bearer {TOKEN}").as_str()))
            .respond_with(listing.clone())
            .mount(&server)
            .await;
        let (memory, told) = (Memory::default(), Told::default());
        Self { server, listing, memory, told, workflows: vec!["deploy.yml".into()], now: at(NOW) }
    }

    pub(crate) fn change(&self, file: &'static str, change: impl FnOnce(&mut Vec<Value>)) {
        change(self.listing.runs.lock().unwrap().entry(file).or_default());
    }

    /// Answers the next requests so; `None` truly.
    pub(crate) fn answer(&self, instead: Vec<Option<ResponseTemplate>>) {
        *self.listing.instead.lock().unwrap() = instead.into();
    }

    /// File, span and page of the requests since the last question.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.listing.asked.lock().unwrap())
    }

    pub(crate) fn source(&self) -> RunSource {
        let client = client(&self.server, self.now);
        RunSource::new(client, &web(), self.now, self.workflows.clone())
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

    /// Id, attempt and conclusion of what is stored.
    pub(crate) fn stored(&self) -> Vec<String> {
        let name = |run: model::records::CiRun| format!("{} {} {}", run.run_id, run.attempt, run.conclusion.name());
        self.memory.ci_runs().into_iter().map(name).collect()
    }
}
