//! A project that answers as GitLab does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use connector_testing::at;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// What the project has.
#[derive(Default)]
pub(crate) struct Life {
    pub(crate) pipelines: Vec<Value>,
    pub(crate) jobs: Vec<Value>,
    /// Entries to a page at most, whatever is asked for.
    pub(crate) page: usize,
    /// The status with which a list is refused, by its name.
    pub(crate) refused: BTreeMap<&'static str, u16>,
}

#[derive(Clone)]
pub(crate) struct Project {
    pub(crate) life: Arc<Mutex<Life>>,
    asked: Arc<Mutex<Vec<String>>>,
}

/// A pipeline that has ended well then.
pub(crate) fn pipeline(id: u64, created_at: &str, updated_at: &str) -> Value {
    json!({
        "id": id, "iid": id - 100, "status": "success", "source": "push", "ref": "main", "sha": "a".repeat(40),
        "created_at": created_at, "updated_at": updated_at,
    })
}

/// A job that took a minute and a half.
pub(crate) fn job(id: u64, pipeline: u64, name: &str, created_at: &str) -> Value {
    let end = model::Instant::from_micros(at(created_at).micros() + 90_000_000).to_rfc3339();
    json!({
        "id": id, "name": name, "stage": "test", "status": "success", "allow_failure": false, "created_at": created_at,
        "started_at": created_at, "finished_at": end, "duration": 90.125, "queued_duration": 1.5,
        "tag_list": ["docker", "big"], "runner": {"is_shared": false, "runner_type": "project_type"},
        "pipeline": {"id": pipeline},
    })
}

impl Life {
    /// Adds a pipeline with so many jobs, numbered from its number times ten on.
    pub(crate) fn add(&mut self, id: u64, created_at: &str, jobs: u64) {
        let end = model::Instant::from_micros(at(created_at).micros() + 90_000_000).to_rfc3339();
        self.pipelines.push(pipeline(id, created_at, &end));
        self.jobs.extend((0..jobs).map(|place| job(10 * id + place, id, &format!("job {place}"), created_at)));
    }

    /// Changes a pipeline then.
    pub(crate) fn touch(&mut self, id: u64, updated_at: &str) {
        let found = self.pipelines.iter_mut().find(|pipeline| pipeline["id"] == id).expect("a pipeline");
        found["updated_at"] = json!(updated_at);
    }

    fn pipelines(&self, query: &BTreeMap<String, String>) -> Vec<&Value> {
        let since = at(query.get("updated_after").expect("an instant"));
        let changed = |wire: &Value| at(wire["updated_at"].as_str().expect("a time"));
        let wants_children = query.get("source").is_some_and(|source| source == "parent_pipeline");
        let is_child = |wire: &&Value| wire["source"] == "parent_pipeline";
        let mut found: Vec<&Value> = self.pipelines.iter().filter(|wire| is_child(wire) == wants_children).collect();
        found.retain(|wire| changed(wire) >= since);
        found.sort_by_key(|wire| changed(wire));
        found
    }

    fn jobs(&self, query: &BTreeMap<String, String>) -> Vec<&Value> {
        assert_eq!((query["pagination"].as_str(), query["order_by"].as_str()), ("keyset", "id"));
        let mut found: Vec<&Value> = self.jobs.iter().collect();
        found.sort_by_key(|job| std::cmp::Reverse(job["id"].as_u64()));
        found
    }

    fn jobs_of(&self, id: &str, query: &BTreeMap<String, String>) -> Vec<&Value> {
        assert_eq!(query["include_retried"], "true");
        self.jobs.iter().filter(|job| job["pipeline"]["id"].as_u64() == id.parse().ok()).collect()
    }

    fn page_of(&self, entries: &[&Value], query: &BTreeMap<String, String>, request: &Request) -> ResponseTemplate {
        let size = query["per_page"].parse::<usize>().expect("a number").min(self.page);
        let begin = query.get("cursor").map_or(0, |cursor| cursor.parse().expect("a number"));
        let end = (begin + size).min(entries.len());
        let reply = ResponseTemplate::new(200).set_body_json(&entries[begin..end]);
        if end == entries.len() {
            return reply;
        }
        let mut next = request.url.clone();
        let others = query.iter().filter(|(name, _)| *name != "cursor");
        next.query_pairs_mut().clear().extend_pairs(others).append_pair("cursor", &end.to_string());
        reply.insert_header("link", format!("<{next}>; rel=\"next\"").as_str())
    }
}

impl Respond for Project {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let path = request.url.path().strip_prefix("/api/v4/projects/201/").expect("the project");
        let query: BTreeMap<String, String> = request.url.query_pairs().into_owned().collect();
        let life = self.life.lock().expect("no test has panicked here");
        let source = query.get("source").map_or(String::new(), |source| format!(" {source}"));
        self.asked.lock().expect("no test has panicked here").push(format!("{path}{source}"));
        if let Some(status) = life.refused.get(path) {
            return ResponseTemplate::new(*status).set_body_json(json!({"message": format!("{status} Forbidden")}));
        }
        let entries = match path.split('/').collect::<Vec<_>>()[..] {
            ["pipelines"] => life.pipelines(&query),
            ["jobs"] => life.jobs(&query),
            ["pipelines", id, "jobs"] => life.jobs_of(id, &query),
            _ => panic!("nobody asks for {path}"),
        };
        life.page_of(&entries, &query, request)
    }
}

impl Project {
    /// Begins to answer.
    pub(crate) async fn serve(life: impl FnOnce(&mut Life)) -> (Self, MockServer) {
        let mut begun = Life { page: 100, ..Life::default() };
        life(&mut begun);
        let project = Self { life: Arc::new(Mutex::new(begun)), asked: Arc::default() };
        let server = MockServer::start().await;
        Mock::given(wiremock::matchers::any()).respond_with(project.clone()).mount(&server).await;
        (project, server)
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Life)) {
        change(&mut self.life.lock().expect("no test has panicked here"));
    }

    /// What was asked since the last question.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().expect("no test has panicked here"))
    }
}
