//! `Api`: the router with its state, for the program that serves it.

use std::any::Any;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use model::series::Family;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::answer::{Answer, Encoding, not_modified};
use crate::dashboard::{Dashboard, DashboardFiles};
use crate::data::{Data, RulesBySet};
use crate::dora_report::DoraReports;
use crate::events::Events;
use crate::evidence::Jobs;
use crate::guard::{Rule, guard};
use crate::hash::digest;
use crate::observe::{observe, remember_route};
use crate::problem::Problem;
use crate::routing::Routes;
use crate::settings::{Settings, SettingsError};
use crate::shared::Shared;
use crate::totals::Totals;
use crate::webhooks::Deliveries;
use crate::{
    about, compatible, dora_report, events, evidence, gauges, openapi, reports, server_words, ticketing, typed,
    webhooks,
};

/// The HTTP surface: routes over the snapshot that was published last. Clones share everything.
#[derive(Clone, Debug)]
pub struct Api {
    shared: Arc<Shared>,
}

impl Api {
    /// A surface without data yet: it is alive, but not ready.
    ///
    /// # Errors
    /// When the settings contradict themselves, or the usual rules cannot be used.
    pub fn new(settings: Settings, rules: RulesBySet) -> Result<Self, SettingsError> {
        let settings = settings.checked()?;
        if let Err(message) = rules.of(rules.usual) {
            return Err(SettingsError::Rules { set: rules.usual.name(), message: message.to_owned() });
        }
        Ok(Self { shared: Arc::new(Shared::new(settings, rules)) })
    }

    /// All routes, below the base path.
    ///
    /// Serve it with `into_make_service_with_connect_info::<SocketAddr>()`: without the address of the other end no
    /// proxy is trusted.
    pub fn router(&self) -> Router {
        self.router_with(Router::new().fallback(not_found))
    }

    /// As [`Api::router`], and below the base path, for whatever is not a route, the dashboard: its files, and its
    /// first page for addresses of its own such as `/flow`.
    ///
    /// With bearer tokens the files are open, since a browser cannot send a token for a page that it opens; they hold
    /// no data. Otherwise they are guarded as the routes are.
    ///
    /// # Errors
    /// The files are no dashboard, or it cannot be served below the base path.
    pub fn router_with_dashboard(&self, files: DashboardFiles) -> Result<Router, SettingsError> {
        let dashboard = Dashboard::new(files, &self.shared.settings.base_path)?;
        let routes = self.below_base_path(self.routes()).fallback_service(dashboard.service());
        Ok(self.guarded(routes, true))
    }

    /// As [`Api::router`], with further routes below the base path, and their fallback for what is not below `/api`.
    /// They are guarded, logged and counted as the others.
    pub fn router_with(&self, more: Router) -> Router {
        let routes = self.routes().merge(more);
        let is_below = !self.shared.settings.base_path.is_empty();
        let routes = if is_below { self.below_base_path(routes).fallback(not_found) } else { routes };
        self.guarded(routes, false)
    }

    fn routes(&self) -> Router {
        routes(&self.shared).router.route("/api/{*rest}", any(not_found))
    }

    fn below_base_path(&self, routes: Router) -> Router {
        let base = &self.shared.settings.base_path;
        if base.is_empty() { routes } else { Router::new().nest(base, routes) }
    }

    fn guarded(&self, routes: Router, others_are_pages: bool) -> Router {
        let shared = &self.shared;
        let rule = Rule { shared: Arc::clone(shared), others_are_pages };
        let guarded = routes
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(rule, guard))
            .layer(from_fn(remember_route));
        // Outside of the routes, since what is not allowed is only known once they have answered.
        let observed = ServiceBuilder::new().layer(from_fn_with_state(Arc::clone(shared), observe)).service(guarded);
        Router::new().fallback_service(observed)
    }

    /// Puts a new snapshot in the place of the one before; requests under way keep theirs.
    ///
    /// Computes the tables of the usual rules first, on this thread, so that no request waits for that: call it where
    /// blocking is allowed.
    pub fn publish(&self, data: Data) {
        self.shared.publish(data);
    }

    /// Makes room for data that is about to be loaded: drops what is kept of the present snapshot and can be computed
    /// again. It goes on being served.
    pub fn make_room(&self) {
        self.shared.make_room();
    }

    /// Says, until the first snapshot, whether there is none because nothing was imported yet: `/readyz` and the
    /// dashboard then name what to run.
    pub fn wait_for_import(&self, waits: bool) {
        self.shared.wait_for_import(waits);
    }

    /// Receives webhooks from now on, of the senders that `deliveries` expects; until then there is nothing at their
    /// addresses. Whoever comes second is not asked.
    ///
    /// Requests to them need no [`Authentication`](crate::Authentication), since `deliveries` tells by the signature who
    /// sent them; host names count as for the others.
    pub fn receive(&self, deliveries: Arc<dyn Deliveries>) {
        // What was set first stays.
        let _ = self.shared.deliveries.set(deliveries);
    }

    /// Has what is told to monitoring systems remembered, so that no total falls, over restarts too. Until then it is
    /// remembered as long as the process lives. Whoever comes second is not asked.
    pub fn keep_totals(&self, totals: Arc<dyn Totals>) {
        self.shared.keep_totals(totals);
    }

    /// What monitoring systems are told of the present snapshot, and its version; `None` before the first one. Made for
    /// whoever asks first: call it where blocking is allowed.
    pub fn totals(&self) -> Option<(String, Arc<[Family]>)> {
        let snapshot = self.shared.current()?;
        Some((snapshot.data.version.clone(), self.shared.totals(&snapshot)))
    }

    /// Where the jobs of CI are that the data does not hold, since they are rolled up; whoever comes second is not asked.
    pub fn find_jobs(&self, jobs: Arc<dyn Jobs>) {
        // What was set first stays.
        let _ = self.shared.jobs.set(jobs);
    }

    /// Where reports in the manner of dimagi/dora come from; until then there are none. Whoever comes second is not asked.
    pub fn report_dora(&self, reports: Arc<dyn DoraReports>) {
        // What was set first stays.
        let _ = self.shared.dora_reports.set(reports);
    }

    /// Takes pushed events in from now on, where [`Settings::pushing`] lets anyone push; whoever comes second is not asked.
    pub fn take_events(&self, events: Arc<dyn Events>) {
        // What was set first stays.
        let _ = self.shared.events.set(events);
    }

    /// Counts in `/metrics` what became of a delivery after it was taken in: a word, always one of a few.
    pub fn count_delivery(&self, outcome: &'static str) {
        self.shared.gauges.delivery(outcome);
    }

    /// Says that newer data could not be loaded, until the next snapshot. The message appears in `/api/v1/meta`.
    pub fn reload_failed(&self, message: String) {
        self.shared.reload_failed(message);
    }
}

/// Every address, without the base path.
pub(crate) fn routes(shared: &Arc<Shared>) -> Routes {
    let mut routes = Routes::default();
    let for_ready = Arc::clone(shared);
    routes.get("/healthz", || async { plain("ok\n") });
    routes.get("/readyz", move || async move { for_ready.snapshot().map(|_| plain("ready\n")) });
    routes.get("/api/openapi.json", document);
    compatible::add(&mut routes, shared);
    typed::add(&mut routes, shared);
    evidence::add(&mut routes, shared);
    about::add(&mut routes, shared);
    dora_report::add(&mut routes, shared);
    gauges::add(&mut routes, shared);
    webhooks::add(&mut routes, shared);
    events::add(&mut routes, shared);
    server_words::add(&mut routes, shared);
    ticketing::add(&mut routes, shared);
    reports::add(&mut routes, shared);
    routes
}

/// Written and compressed once: it depends on nothing but the build.
async fn document(headers: HeaderMap) -> Result<Response, Problem> {
    static DOCUMENT: LazyLock<(Answer, String)> = LazyLock::new(|| {
        let text = openapi::document();
        (Answer::new("application/json", text.as_bytes().to_vec()), digest(&[text]))
    });
    let (answer, tag) = &*DOCUMENT;
    match not_modified(&headers, tag) {
        Some(response) => Ok(response),
        None => answer.respond(tag, Encoding::accepted(&headers)).await,
    }
}

async fn not_found() -> Problem {
    Problem::not_found()
}

fn plain(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// What a handler panicked with is for the log alone.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the payload over")]
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!("a handler panicked: {text}");
    Problem::internal().into_response()
}
