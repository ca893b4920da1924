//! State shared by all requests: settings, the present snapshot, and the right to compute.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::Instant as Moment;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use metrics_core::Calculation;
use model::series::{Family, Told, keep};

use crate::answer::{Answer, Encoding, not_modified};
use crate::asker::Asker;
use crate::data::{Data, RulesBySet};
use crate::dora_report::DoraReports;
use crate::events::Events;
use crate::evidence::Jobs;
use crate::gauges::Gauges;
use crate::problem::Problem;
use crate::settings::Settings;
use crate::snapshot::{Kept, Question, Snapshot};
use crate::totals::Totals;
use crate::turns::{Refused, Turns};
use crate::webhooks::{Bodies, Deliveries};

/// So many may wait for each computation that runs; of more, the client with most of them is turned away.
const WAITING_PER_COMPUTATION: usize = 64;

/// Shared by all requests.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) rules: Arc<RulesBySet>,
    pub(crate) gauges: Gauges,
    pub(crate) deliveries: OnceLock<Arc<dyn Deliveries>>,
    pub(crate) events: OnceLock<Arc<dyn Events>>,
    pub(crate) jobs: OnceLock<Arc<dyn Jobs>>,
    pub(crate) dora_reports: OnceLock<Arc<dyn DoraReports>>,
    pub(crate) bodies: Bodies,
    totals: OnceLock<Arc<dyn Totals>>,
    told: Mutex<Told>,
    current: RwLock<Option<Arc<Snapshot>>>,
    /// There is no snapshot because nothing was imported.
    waits_for_import: AtomicBool,
    reload_error: RwLock<Option<String>>,
    turns: Arc<Turns>,
}

impl Shared {
    pub(crate) fn new(settings: Settings, rules: RulesBySet) -> Self {
        let computations = settings.limits.concurrent_computations;
        let turns = Turns::new(computations, computations.saturating_mul(WAITING_PER_COMPUTATION));
        let gauges = Gauges::new(&settings.build);
        let (current, reload_error) = (RwLock::new(None), RwLock::new(None));
        let waits_for_import = AtomicBool::new(false);
        let (deliveries, bodies) = (OnceLock::new(), Bodies::new(settings.limits.unknown_senders));
        let rules = Arc::new(rules);
        let (events, jobs) = (OnceLock::new(), OnceLock::new());
        let (totals, told) = (OnceLock::new(), Mutex::default());
        Self {
            settings,
            rules,
            gauges,
            deliveries,
            events,
            jobs,
            dora_reports: OnceLock::new(),
            bodies,
            totals,
            told,
            current,
            waits_for_import,
            reload_error,
            turns,
        }
    }

    /// Computes what most requests ask for, then swaps.
    pub(crate) fn publish(&self, data: Data) {
        let rules = Arc::new(self.rules.found_in(&data));
        if let Some(snapshot) = self.current() {
            snapshot.forget_prepared();
        }
        let began = Moment::now();
        let snapshot = Snapshot::new(data, rules, &self.settings.build, self.settings.limits.cache_bytes);
        self.gauges.computed(began.elapsed());
        let snapshot = Arc::new(snapshot);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(snapshot);
        *self.reload_error.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Makes room for data that is about to be loaded: what is kept of the present snapshot, and can be computed again.
    pub(crate) fn make_room(&self) {
        if let Some(snapshot) = self.current() {
            snapshot.forget();
        }
    }

    pub(crate) fn wait_for_import(&self, waits: bool) {
        self.waits_for_import.store(waits, Ordering::Relaxed);
    }

    pub(crate) fn reload_failed(&self, message: String) {
        *self.reload_error.write().unwrap_or_else(PoisonError::into_inner) = Some(message);
    }

    /// Why newer data could not be loaded, where that is so.
    pub(crate) fn reload_error(&self) -> Option<String> {
        self.reload_error.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The present snapshot, where there is one.
    pub(crate) fn current(&self) -> Option<Arc<Snapshot>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The present snapshot.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, Problem> {
        let waits = self.waits_for_import.load(Ordering::Relaxed);
        self.current().ok_or_else(if waits { Problem::not_imported } else { Problem::not_ready })
    }

    pub(crate) fn keep_totals(&self, totals: Arc<dyn Totals>) {
        // What was set first stays.
        let _ = self.totals.set(totals);
    }

    /// What monitoring systems are told of a snapshot. Waits.
    pub(crate) fn totals(&self, snapshot: &Snapshot) -> Arc<[Family]> {
        snapshot.totals(|mut families| {
            if let Some(totals) = self.totals.get() {
                return totals.keep(families);
            }
            keep(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner), &mut families);
            families
        })
    }

    /// The tables of a question: kept, or computed once however many ask.
    pub(crate) async fn calculation(
        self: &Arc<Self>,
        snapshot: &Arc<Snapshot>,
        question: Question,
    ) -> Result<Arc<Calculation>, Problem> {
        self.computed(snapshot, question, |_, snapshot, question| snapshot.calculate(question)).await
    }

    /// As [`Self::calculation`], computed in a way that the question has of its own.
    pub(crate) async fn computed(
        self: &Arc<Self>,
        snapshot: &Arc<Snapshot>,
        question: Question,
        compute: fn(&Self, &Snapshot, &Question) -> Result<Calculation, Problem>,
    ) -> Result<Arc<Calculation>, Problem> {
        let (shared, owner) = (Arc::clone(self), Arc::clone(snapshot));
        let key = question.key();
        let make = move || async move {
            let computing = Arc::clone(&shared);
            let compute = move || {
                let began = Moment::now();
                let calculation = compute(&computing, &owner, &question).map(Arc::new);
                computing.gauges.computed(began.elapsed());
                calculation
            };
            shared.work(compute).await.map(Kept::Calculation)
        };
        match snapshot.kept.get(key, make).await? {
            Kept::Calculation(calculation) => Ok(calculation),
            Kept::Answer(_) => Err(Problem::internal()),
        }
    }

    /// Does something that takes a while on a thread for such things, as many at once as the limits allow, when it is
    /// the present client's turn. Until then it is dropped with who waits for it.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let asker = Asker::current();
        let turn = self.turns.take(asker.client()).await.map_err(|Refused| {
            let detail = "too many questions wait to be computed: try again in a moment";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
        })?;
        asker.begin();
        let working = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        working.await.unwrap_or_else(|_| Err(Problem::internal()))
    }

    /// Whether an answer is kept.
    pub(crate) fn holds_answer(snapshot: &Snapshot, key: &str) -> bool {
        snapshot.kept.holds(&answer_key(key))
    }

    /// Answers from what is kept, or makes it. `key` names everything that the answer depends on besides the snapshot.
    pub(crate) async fn answer<F>(
        &self,
        snapshot: &Arc<Snapshot>,
        headers: &HeaderMap,
        key: String,
        make: impl FnOnce() -> F + Clone,
    ) -> Result<Response<Body>, Problem>
    where
        F: Future<Output = Result<Arc<Answer>, Problem>> + Send + 'static,
    {
        let tag = snapshot.tag(&key);
        if let Some(response) = not_modified(headers, &tag) {
            return Ok(response);
        }
        let kept = || {
            let making = make();
            async { making.await.map(Kept::Answer) }
        };
        match snapshot.kept.get(answer_key(&key), kept).await? {
            Kept::Answer(answer) => answer.respond(&tag, Encoding::accepted(headers)).await,
            Kept::Calculation(_) => Err(Problem::internal()),
        }
    }
}

/// Where an answer is kept, among other things.
fn answer_key(key: &str) -> String {
    format!("answer|{key}")
}
