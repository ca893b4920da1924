//! The organisation, and what is asked of it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_api::{Api, Data, RulesBySet, Settings};
use model::Instant;
use model::columns::{CodeColumn, Raw, Scopes};
use model::rules::{BugSource, CloudRules, ProjectRules, RuleSet, Rules, ServiceComparison, ServiceGroup, Team};
use serde_json::Value;
use store::csv_folder::{Reading, load};
use tower::ServiceExt as _;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tables")
}

fn raw(reading: Reading) -> Arc<Raw> {
    Arc::new(load(&folder().join("raw"), Scopes::ALL, reading).expect("the fixture is readable").raw)
}

static FLOW: LazyLock<Arc<Raw>> = LazyLock::new(|| raw(Reading::Strict));
static ORIGINAL: LazyLock<Arc<Raw>> = LazyLock::new(|| raw(Reading::Original));

/// The organisation where `web` and the board `10` are called like the total.
pub(crate) fn like_the_total() -> Data {
    let mut raw = Raw::clone(&FLOW);
    let all = raw.dictionary.push(b"ALL");
    let code = |raw: &Raw, text: &str| {
        let codes = 0..raw.dictionary.len() as u32;
        codes.into_iter().find(|code| raw.dictionary.bytes(*code) == text.as_bytes()).expect("a text of the fixture")
    };
    let (web, lab) = (code(&raw, "web"), code(&raw, "10"));
    let rename = |cells: &mut CodeColumn, from: u32| {
        *cells = cells.iter().map(|cell| if *cell == from { all } else { *cell }).collect();
    };
    rename(&mut raw.issues.repo, web);
    rename(&mut raw.pull_requests.repo, web);
    rename(&mut raw.project_events.project_id, lab);
    rename(&mut raw.sightings.project_id, lab);
    for repository in raw.repositories.iter_mut().filter(|repository| repository.name == "web") {
        "ALL".clone_into(&mut repository.name);
    }
    Data { flow: Ok(Arc::new(raw)), ..data("called") }
}

pub(crate) fn data(version: &str) -> Data {
    Data {
        flow: Ok(Arc::clone(&FLOW)),
        cto_stats: Ok(Arc::clone(&ORIGINAL)),
        version: version.to_owned(),
        loaded_at: Instant::from_seconds(1_774_828_800),
    }
}

pub(crate) fn no_data(version: &str) -> Data {
    let none = Arc::new(Raw::default());
    Data { flow: Ok(Arc::clone(&none)), cto_stats: Ok(none), ..data(version) }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn group(name: &str, services: &[&str]) -> ServiceGroup {
    ServiceGroup { name: name.to_owned(), services: names(services) }
}

/// What `fixtures/tables/config.yml` says, and a team.
pub(crate) fn rules(set: RuleSet) -> Rules {
    let web = ProjectRules {
        id: "7".into(),
        name: "Web".into(),
        lead_time_columns: names(&["Ready"]),
        cycle_time_columns: names(&["Doing"]),
        put_in_ready_columns: names(&["Ready"]),
        dev_start_columns: names(&["Doing"]),
        review_start_columns: names(&["In review"]),
        qa_start_columns: names(&["QA"]),
        waitingtoprod_start_columns: names(&["To release"]),
        inprod_start_columns: names(&["Done"]),
        ..ProjectRules::default()
    };
    let ops = ProjectRules {
        id: "8".into(),
        name: "Ops".into(),
        types: names(&["task", "feature"]),
        lead_time_columns: names(&["Todo"]),
        put_in_ready_columns: names(&["Todo"]),
        dev_start_columns: names(&["Active"]),
        inprod_start_columns: names(&["Shipped"]),
        ..ProjectRules::default()
    };
    let private = ProjectRules { id: "9".into(), name: "Private".into(), exclude: true, ..ProjectRules::default() };
    let ai = group("AI", &["Azure OpenAI", "Vertex AI"]);
    let team = Team { repos: names(&["acme/api"]), ..Team::default() };
    Rules {
        set,
        projects: vec![web, ops, private],
        bug_source: BugSource {
            custom_field_name: "Found by".into(),
            customer_facing_value: "Customer".into(),
            internal_value: "Colleague".into(),
            dev_process_value: "Development".into(),
        },
        teams: [("Services".to_owned(), team)].into(),
        cloud: CloudRules {
            services: Vec::new(),
            groups: vec![ai.clone(), group("Compute", &["Virtual Machines"])],
            comparisons: vec![ServiceComparison {
                name: "AI or machines".into(),
                groups: vec![ai, group("Machines", &["Virtual Machines"])],
            }],
            ..CloudRules::default()
        },
        ..Rules::default()
    }
}

pub(crate) fn both_rules(usual: RuleSet) -> RulesBySet {
    RulesBySet { usual, flow: Ok(rules(RuleSet::Flow)), cto_stats: Ok(rules(RuleSet::CtoStats)) }
}

pub(crate) fn settings() -> Settings {
    Settings { build: "test".to_owned(), ..Settings::default() }
}

pub(crate) fn served(usual: RuleSet) -> Router {
    let api = Api::new(settings(), both_rules(usual)).expect("good settings");
    api.publish(data("one"));
    api.router()
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

pub(crate) async fn ask(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("a router always answers");
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a whole body");
    Answer { status: parts.status, headers: parts.headers, body }
}

pub(crate) fn request(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let builder = Request::builder().uri(path).header("host", "localhost:8080");
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(Body::empty()).expect("a request")
}

pub(crate) async fn get(router: &Router, path: &str) -> Answer {
    ask(router, request(path, &[])).await
}
