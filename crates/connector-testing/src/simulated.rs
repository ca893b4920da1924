//! A list of nodes that is served by GraphQL, page by page.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// How a provider answers.
pub trait Provider: Send + Sync + 'static {
    /// The provider's time at the beginning, as in the header `Date`.
    const NOW: &'static str;

    /// The true answer to a request with these variables.
    fn answer(nodes: &[Value], variables: &Value) -> Value;
}

/// Something that happens before a request is answered.
type Incident = Box<dyn FnOnce(&mut Vec<Value>) + Send>;

/// A list of nodes that answers requests, shared by the server and the test.
pub struct Simulated<P> {
    state: Arc<Mutex<State>>,
    provider: PhantomData<P>,
}

struct State {
    now: String,
    nodes: Vec<Value>,
    requests: Vec<Value>,
    /// Answers given instead of the true ones, in order; `None` lets a true one through.
    instead: VecDeque<Option<ResponseTemplate>>,
    before: VecDeque<Option<Incident>>,
    largest_page: usize,
}

impl<P> Clone for Simulated<P> {
    fn clone(&self) -> Self {
        Self { state: self.state.clone(), provider: PhantomData }
    }
}

impl<P: Provider> Default for Simulated<P> {
    fn default() -> Self {
        Self::with(Vec::new())
    }
}

impl<P: Provider> Simulated<P> {
    /// One with these nodes.
    pub fn with(nodes: Vec<Value>) -> Self {
        let state = State {
            now: P::NOW.to_owned(),
            nodes,
            requests: Vec::new(),
            instead: VecDeque::new(),
            before: VecDeque::new(),
            largest_page: usize::MAX,
        };
        Self { state: Arc::new(Mutex::new(state)), provider: PhantomData }
    }

    /// A server that answers at `/graphql` whoever sends the token.
    pub async fn serve(&self, token: &str) -> MockServer {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/graphql"))
            .and(header("authorization", format!("Bearer {token}").as_str()))
            .respond_with(self.clone())
            .mount(&server)
            .await;
        server
    }

    /// Number of nodes, as a survey finds it.
    pub fn total(&self) -> u64 {
        self.locked().nodes.len() as u64
    }

    /// The newest change of a node, as a survey finds it.
    pub fn newest_change(&self) -> Option<String> {
        self.locked().nodes.iter().map(|node| node["updatedAt"].as_str().expect("a text").to_owned()).max()
    }

    /// Changes the nodes.
    pub fn change(&self, change: impl FnOnce(&mut Vec<Value>)) {
        change(&mut self.locked().nodes);
    }

    /// The provider's time, as in the header `Date`.
    pub fn now(&self) -> String {
        self.locked().now.clone()
    }

    /// Changes the provider's time; `now` as in the header `Date`.
    pub fn set_now(&self, now: String) {
        self.locked().now = now;
    }

    /// Answers the next request with this instead of the truth.
    pub fn answer_instead(&self, answer: ResponseTemplate) {
        self.locked().instead.push_back(Some(answer));
    }

    /// Answers the next request with the truth, before those that are answered with something else.
    pub fn answer_truly(&self) {
        self.locked().instead.push_back(None);
    }

    /// Lets something happen before the `nth` request (from 1) from now.
    pub fn before_request(&self, nth: usize, incident: impl FnOnce(&mut Vec<Value>) + Send + 'static) {
        let before = &mut self.locked().before;
        before.resize_with(nth.max(before.len()), || None);
        before[nth - 1] = Some(Box::new(incident));
    }

    /// Answers 502 to pages that are larger.
    pub fn refuse_pages_above(&self, size: usize) {
        self.locked().largest_page = size;
    }

    /// The variables of all requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.locked().requests.clone()
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test has panicked here")
    }

    fn answer(&self, variables: &Value) -> ResponseTemplate {
        let mut state = self.locked();
        state.requests.push(variables.clone());
        if let Some(Some(incident)) = state.before.pop_front() {
            incident(&mut state.nodes);
        }
        if let Some(Some(instead)) = state.instead.pop_front() {
            return instead;
        }
        let ids = variables["ids"].as_array().map_or(0, Vec::len);
        if ids.max(first(variables)) > state.largest_page {
            return ResponseTemplate::new(502);
        }
        ok(&P::answer(&state.nodes, variables))
    }
}

impl<P: Provider> Respond for Simulated<P> {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = request.body_json().expect("a JSON body");
        self.answer(&body["variables"]).insert_header("date", self.now().as_str())
    }
}

/// An answer with this body and a request id.
pub fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).insert_header("x-github-request-id", "REQ:1").set_body_json(body)
}

/// The page size asked for; 0 where none is.
pub fn first(variables: &Value) -> usize {
    usize::try_from(variables["first"].as_u64().unwrap_or_default()).expect("a page size")
}

/// A page of at most `first` entries of a list in a node. Cursors count the entries before.
pub fn inner_page(entries: &[Value], first: usize, after: Option<&str>) -> Value {
    let start = after.map_or(0, |after| after.parse().expect("a cursor given out before"));
    let end = entries.len().min(start + first);
    json!({
        "pageInfo": {"hasNextPage": end < entries.len(), "endCursor": (end > 0).then(|| end.to_string())},
        "nodes": entries[start..end],
    })
}
