//! Routes, tokens, headers and state: everything around the answers of GraphQL and REST.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant as RealInstant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, State as Shared};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, Response, Uri};
use axum::routing::post;
use model::Instant;
use serde_json::json;

use super::conduct::{Conduct, InForce};
use super::fault::{Fault, FaultKind};
use super::limits::{Budget, Counters, Standing};
use super::prepared::Prepared;
use super::record::Recorder;
use super::reply::{Break, Reply, http_date};
use super::schema::Documents;
use super::wire::Fuse;
use super::{Config, graphql, rest};
use crate::view::View;

/// Largest request body.
const MOST_BODY_BYTES: usize = 4 << 20;

/// What all requests share.
pub(crate) struct State {
    prepared: RwLock<Arc<Prepared>>,
    pub(crate) documents: Documents,
    faults: Mutex<Vec<Scheduled>>,
    conduct: RwLock<Arc<InForce>>,
    budget: Mutex<Budget>,
    pub(crate) token: Option<String>,
    issued: Mutex<BTreeSet<String>>,
    counters: Mutex<Counters>,
    requests: AtomicU64,
    in_work: AtomicU64,
    not_before: Mutex<Option<RealInstant>>,
    recorder: Option<Recorder>,
}

struct Scheduled {
    fault: Fault,
    calls: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    /// The state of a fresh server.
    pub(crate) fn new(view: View, config: &Config) -> io::Result<Self> {
        let state = Self {
            prepared: RwLock::new(Arc::new(Prepared::new(view))),
            documents: Documents::default(),
            faults: Mutex::default(),
            conduct: RwLock::new(Arc::new(InForce::new(config.conduct.clone()))),
            budget: Mutex::new(Budget::new(config.points_per_window, config.window)),
            token: config.token.clone(),
            issued: Mutex::default(),
            counters: Mutex::default(),
            requests: AtomicU64::new(0),
            in_work: AtomicU64::new(0),
            not_before: Mutex::default(),
            recorder: config.record.as_deref().map(Recorder::new).transpose()?,
        };
        state.set_faults(config.faults.clone());
        Ok(state)
    }

    /// Shows another instant.
    pub(crate) fn set_view(&self, view: View) {
        let prepared = Arc::new(Prepared::new(view));
        *self.prepared.write().unwrap_or_else(PoisonError::into_inner) = prepared;
    }

    /// The present instant.
    pub(crate) fn prepared(&self) -> Arc<Prepared> {
        Arc::clone(&self.prepared.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers as another kind of GitHub.
    pub(crate) fn set_conduct(&self, conduct: Conduct) {
        *self.conduct.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(InForce::new(conduct));
    }

    /// What kind of GitHub answers.
    pub(crate) fn conduct(&self) -> Arc<InForce> {
        Arc::clone(&self.conduct.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the `Date` header says: the provider's time, unless its clock is wrong.
    fn date(&self) -> Instant {
        let seconds = |kind| self.faults(kind).iter().map(|fault| fault.amount as i64).max().unwrap_or_default();
        let now = self.prepared().view.now.seconds();
        Instant::from_seconds(now + seconds(FaultKind::DateAhead) - seconds(FaultKind::DateBehind))
    }

    /// Exchanges the faults.
    pub(crate) fn set_faults(&self, faults: Vec<Fault>) {
        *lock(&self.faults) = faults.into_iter().map(|fault| Scheduled { fault, calls: 0 }).collect();
    }

    /// What was counted.
    pub(crate) fn counters(&self) -> Counters {
        lock(&self.counters).clone()
    }

    /// Counts something.
    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut lock(&self.counters));
    }

    /// The first fault of the chosen ones that occurs on this call, counted.
    /// Those after it have not seen the call, so that faults of the same rhythm take turns.
    pub(crate) fn next_fault(&self, chosen: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let mut faults = lock(&self.faults);
        let found = faults.iter_mut().filter(|scheduled| chosen(&scheduled.fault)).find_map(|scheduled| {
            scheduled.calls += 1;
            scheduled.fault.occurrence.includes(scheduled.calls).then(|| scheduled.fault.clone())
        })?;
        drop(faults);
        self.count(|counters| *counters.faults.entry(found.name().to_owned()).or_default() += 1);
        Some(found)
    }

    /// All faults of a kind that occur on this call, counted.
    pub(crate) fn faults(&self, kind: FaultKind) -> Vec<Fault> {
        let mut faults = lock(&self.faults);
        let mut found = Vec::new();
        for scheduled in faults.iter_mut().filter(|scheduled| scheduled.fault.kind == kind) {
            scheduled.calls += 1;
            if scheduled.fault.occurrence.includes(scheduled.calls) {
                found.push(scheduled.fault.clone());
            }
        }
        drop(faults);
        for fault in &found {
            self.count(|counters| *counters.faults.entry(fault.name().to_owned()).or_default() += 1);
        }
        found
    }

    /// Whether a fault of a kind occurs on this call.
    pub(crate) fn occurs(&self, kind: FaultKind) -> bool {
        !self.faults(kind).is_empty()
    }

    /// Whether limits are switched off.
    pub(crate) fn is_unlimited(&self) -> bool {
        self.has(FaultKind::RateLimitNull)
    }

    /// Value of `x-oauth-scopes`.
    pub(crate) fn scopes(&self) -> &'static str {
        if self.has(FaultKind::NoScope) { "read:org, repo" } else { "read:org, read:project, repo" }
    }

    /// Whether a fault of a kind is set at all.
    fn has(&self, kind: FaultKind) -> bool {
        lock(&self.faults).iter().any(|scheduled| scheduled.fault.kind == kind)
    }

    /// Pays for a query.
    pub(crate) fn pay(&self, points: u64) -> Result<Standing, Standing> {
        lock(&self.budget).pay(points)
    }

    /// How many points are left.
    pub(crate) fn standing(&self) -> Standing {
        lock(&self.budget).standing()
    }

    /// Remembers that the client was asked to wait.
    pub(crate) fn ask_to_wait(&self, seconds: u64) {
        let until = RealInstant::now() + Duration::from_secs(seconds);
        let mut not_before = lock(&self.not_before);
        *not_before = (*not_before).max(Some(until));
    }

    /// Whether a wait that was asked for is still running.
    pub(crate) fn is_too_early(&self) -> bool {
        lock(&self.not_before).is_some_and(|until| RealInstant::now() < until)
    }

    /// Makes a token for an app.
    pub(crate) fn issue_token(&self) -> String {
        let mut issued = lock(&self.issued);
        let token = format!("ghs_sandbox{:024}", issued.len() + 1);
        issued.insert(token.clone());
        token
    }

    /// The token of a request, when it is a good one.
    pub(crate) fn authorize(&self, headers: &HeaderMap) -> bool {
        let Some(given) = bearer(headers) else { return false };
        let is_good = match &self.token {
            None => !given.is_empty(),
            Some(token) => token == given || lock(&self.issued).contains(given),
        };
        is_good && !self.occurs(FaultKind::BadToken)
    }

    pub(crate) fn enter(self: &Arc<Self>) -> InWork {
        let now = self.in_work.fetch_add(1, Ordering::SeqCst) + 1;
        self.count(|counters| counters.most_at_once = counters.most_at_once.max(now));
        InWork(Arc::clone(self))
    }
}

/// A request in work, until it is dropped.
pub(crate) struct InWork(Arc<State>);

impl Drop for InWork {
    fn drop(&mut self) {
        self.0.in_work.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The token of `Authorization: Bearer …` or `token …`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token")).then_some(token.trim())
}

/// All routes. `/graphql` takes queries, and so does `/api/graphql` unless it is another's; everything else is REST, below
/// `/api/v3` too.
pub(crate) fn router(state: Arc<State>, has_api_graphql: bool) -> Router {
    let mut router = Router::new().route("/graphql", post(answer_graphql));
    if has_api_graphql {
        router = router.route("/api/graphql", post(answer_graphql));
    }
    router.fallback(answer_rest).layer(DefaultBodyLimit::max(MOST_BODY_BYTES)).with_state(state)
}

async fn answer_graphql(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let in_work = state.enter();
    let answered = graphql::answer(&state, &headers, &body);
    if let Some(delay) = answered.delay {
        tokio::time::sleep(delay).await;
    }
    drop(in_work);
    send(&state, &fuse, &answered.name, &answered.request, answered.reply)
}

async fn answer_rest(
    Shared(state): Shared<Arc<State>>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response<Body> {
    let path = uri.path().strip_prefix("/api/v3").unwrap_or(uri.path());
    let query = uri.query().unwrap_or_default();
    if let Some(fault) = state.faults(FaultKind::Slow).first().filter(|_| rest::is_list(path)) {
        tokio::time::sleep(Duration::from_millis(fault.amount)).await;
    }
    let reply = rest::answer(&state, &method, path, query, &headers);
    let request = json!({ "method": method.as_str(), "path": path, "query": query });
    send(&state, &fuse, &format!("{method}{path}"), &request, reply)
}

/// Adds what every reply carries, records it, and breaks the connection if that is asked for.
fn send(state: &State, fuse: &Fuse, name: &str, request: &serde_json::Value, mut reply: Reply) -> Response<Body> {
    let number = state.requests.fetch_add(1, Ordering::SeqCst) + 1;
    reply = reply.with("date", http_date(state.date())).with("x-github-request-id", request_id(number));
    if let Some(recorder) = &state.recorder {
        recorder.write(name, request, &reply);
    }
    match reply.breaks {
        Some(Break::Reset) => fuse.blow_after(0),
        Some(Break::Truncate) => fuse.blow_after(reply.head_length() + reply.body.len() / 2),
        None => {}
    }
    reply.into_response()
}

/// Like `5A17:2B0C:1F:3E:000001`: tells requests apart, the same in every run.
fn request_id(number: u64) -> String {
    format!("5A17:{:04X}:{:02X}:{:02X}:{number:08X}", number % 0xFFFF, number % 0xFB, number % 0xF1)
}
