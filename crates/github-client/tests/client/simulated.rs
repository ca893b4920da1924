//! A GitHub that answers from a script, and a client for it whose waits take no time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use connector_testing::{Told, VirtualClock};
use github_client::{Credentials, GithubClient, PageSize, Policy, Reply, Settings};
use graphql_client::GraphQLQuery;
use model::Instant;
use serde_json::{Value, json};
use source::{Scope, SourceError};
use tokio_util::sync::CancellationToken;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// The provider's time in every answer that names none of its own.
pub(crate) const NOW: &str = "Mon, 02 Nov 2026 10:00:00 GMT";
/// The same in seconds.
pub(crate) const NOW_SECONDS: i64 = 1_793_613_600;
/// Never to be seen in anything that is printed.
pub(crate) const TOKEN: &str = "ghp_never0show1this2";

type DateTime = String;

#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "schema.graphql",
    query_path = "tests/client/issues.graphql",
    response_derives = "Debug, Clone, PartialEq",
    fragments_other_variant = "true"
)]
pub(crate) struct Issues;

/// Answers one after the other; the last one again and again.
struct Script {
    answers: Vec<ResponseTemplate>,
    next: AtomicUsize,
}

impl Respond for Script {
    fn respond(&self, _request: &Request) -> ResponseTemplate {
        let next = self.next.fetch_add(1, Ordering::SeqCst).min(self.answers.len() - 1);
        self.answers[next].clone()
    }
}

/// A simulated GitHub with its client.
pub(crate) struct Stage {
    pub(crate) server: MockServer,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) heard: Told,
    pub(crate) cancel: CancellationToken,
}

impl Stage {
    /// Answers the GraphQL endpoint from a script.
    pub(crate) async fn with(answers: Vec<ResponseTemplate>) -> Self {
        let stage = Self::empty().await;
        stage.script("POST", "/graphql", answers).await;
        stage
    }

    /// Answers nothing yet.
    pub(crate) async fn empty() -> Self {
        Self {
            server: MockServer::start().await,
            clock: Arc::new(VirtualClock::starting_at(Instant::from_seconds(NOW_SECONDS))),
            heard: Told::default(),
            cancel: CancellationToken::new(),
        }
    }

    /// Answers one address from a script.
    pub(crate) async fn script(&self, verb: &str, address: &str, answers: Vec<ResponseTemplate>) {
        let script = Script { answers, next: AtomicUsize::new(0) };
        Mock::given(method(verb)).and(path(address)).respond_with(script).mount(&self.server).await;
    }

    pub(crate) fn settings(&self) -> Settings {
        settings(&self.server.uri())
    }

    pub(crate) fn client(&self) -> GithubClient {
        self.client_with(self.settings())
    }

    pub(crate) fn client_with(&self, settings: Settings) -> GithubClient {
        GithubClient::with_clock(settings, self.clock.clone()).expect("settings are fine")
    }

    /// Asks for issues once, with a new client.
    pub(crate) async fn ask(&self) -> Result<Reply<issues::ResponseData>, SourceError> {
        self.ask_with(&self.client()).await
    }

    pub(crate) async fn ask_with(&self, client: &GithubClient) -> Result<Reply<issues::ResponseData>, SourceError> {
        client.query::<Issues>("issues of acme/api", variables(3), &self.heard, &self.cancel).await
    }

    /// Asks for a page of issues.
    pub(crate) async fn page(
        &self,
        client: &GithubClient,
        pages: &PageSize,
    ) -> Result<Reply<issues::ResponseData>, SourceError> {
        client.page::<Issues>("issues of acme/api", pages, variables, &self.heard, &self.cancel).await
    }

    /// Every body that was sent to the GraphQL endpoint.
    pub(crate) async fn asked(&self) -> Vec<Value> {
        let requests = self.server.received_requests().await.expect("recorded");
        requests.iter().filter(|request| request.method == "POST").map(body).collect()
    }

    /// Page sizes asked for, in order.
    pub(crate) async fn sizes(&self) -> Vec<i64> {
        self.asked().await.iter().filter_map(|body| body["variables"]["first"].as_i64()).collect()
    }

    /// Waits so far, in whole seconds.
    pub(crate) fn waited_seconds(&self) -> Vec<u64> {
        self.clock.waits()
    }
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

pub(crate) fn settings(uri: &str) -> Settings {
    Settings {
        api_url: uri.to_owned(),
        graphql_url: format!("{uri}/graphql"),
        credentials: Credentials::Token(TOKEN.into()),
        concurrency: 4,
        policy: Policy::default(),
        user_agent: "cto-metrics/0.1".to_owned(),
    }
}

pub(crate) fn pages(start: u32) -> PageSize {
    PageSize::new(Scope::Issues, start, 5, 100)
}

pub(crate) fn variables(first: i64) -> issues::Variables {
    issues::Variables { owner: "acme".into(), name: "api".into(), first, after: None }
}

/// An answer with a status, the provider's time and a request id.
pub(crate) fn answer(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("date", NOW).insert_header("x-github-request-id", "AB12:34")
}

/// A good answer with one issue, which cost one point.
pub(crate) fn good() -> ResponseTemplate {
    answer(200).set_body_json(good_body())
}

pub(crate) fn good_body() -> Value {
    json!({"data": {
        "repository": {"issues": {"nodes": [{"id": "I_1", "number": 1}]}},
        "rateLimit": {"cost": 1, "limit": 5000, "remaining": 4999, "resetAt": "2026-11-02T10:30:00Z"},
    }})
}

/// An answer with status 200 and GraphQL errors instead of data.
pub(crate) fn graphql_error(kind: &str, message: &str) -> ResponseTemplate {
    answer(200).set_body_json(json!({"data": null, "errors": [{"type": kind, "message": message}]}))
}

/// A refusal in REST's form.
pub(crate) fn refusal(status: u16, message: &str) -> ResponseTemplate {
    answer(status).set_body_json(json!({"message": message, "documentation_url": "https://docs.github.com/rest"}))
}

/// Numbers of the issues in a reply; `None` for those that could not be read.
pub(crate) fn numbers(reply: &Reply<issues::ResponseData>) -> Vec<Option<i64>> {
    let nodes = reply.data.repository.as_ref().and_then(|repository| repository.issues.nodes.as_ref());
    nodes.into_iter().flatten().map(|node| node.as_ref().map(|issue| issue.number)).collect()
}
