//! Gauges of the Prometheus endpoint.

mod headline;
mod totals;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use metrics_core::coverage::in_order;
use model::Instant;
use model::kinds::RunOutcome;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::problem::Problem;
use crate::routing::Routes;
use crate::shared::Shared;
use crate::snapshot::Snapshot;

type Labels = Vec<(&'static str, String)>;
type Numbers = Family<Labels, Gauge<f64, AtomicU64>>;

/// Seconds that requests and computations are sorted by.
const BUCKETS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0];
/// At most this many sources are told.
const MOST_SOURCES: usize = 500;
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Counts of what happened since the start.
#[derive(Debug)]
pub(crate) struct Gauges {
    registry: Registry,
    requests: Family<Labels, Counter>,
    durations: Family<Labels, Histogram, fn() -> Histogram>,
    computations: Histogram,
    deliveries: Family<Labels, Counter>,
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Gauges {
    pub(crate) fn new(build: &str) -> Self {
        let requests = Family::default();
        let durations = Family::new_with_constructor(histogram as fn() -> Histogram);
        let computations = histogram();
        let deliveries = Family::default();
        let mut registry = Registry::with_prefix("cto_api");
        registry.register("build", "What is running", Info::new(vec![("version", build.to_owned())]));
        registry.register("requests", "Requests answered, by method, route and status", requests.clone());
        registry.register(
            "request_duration_seconds",
            "Time from a request to its answer, by route and status",
            durations.clone(),
        );
        registry.register(
            "computation_duration_seconds",
            "Time that computations of tables took",
            computations.clone(),
        );
        registry.register("deliveries", "Deliveries of webhooks, by what became of them", deliveries.clone());
        Self { registry, requests, durations, computations, deliveries }
    }

    /// A request was answered. `route` is a template, never what a client wrote.
    pub(crate) fn answered(&self, method: &'static str, route: &str, status: u16, duration: Duration) {
        let by_route = || vec![("route", route.to_owned()), ("status", status.to_string())];
        let mut labels = by_route();
        labels.push(("method", method.to_owned()));
        self.requests.get_or_create(&labels).inc();
        self.durations.get_or_create(&by_route()).observe(duration.as_secs_f64());
    }

    /// Something became of a delivery.
    pub(crate) fn delivery(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&vec![("outcome", outcome.to_owned())]).inc();
    }

    /// Tables were computed.
    pub(crate) fn computed(&self, duration: Duration) {
        self.computations.observe(duration.as_secs_f64());
    }
}

/// `/metrics`.
pub(crate) fn add(routes: &mut Routes, shared: &Arc<Shared>) {
    let shared = Arc::clone(shared);
    routes.get("/metrics", move || async move { scrape(&shared).await });
}

async fn scrape(shared: &Arc<Shared>) -> Result<Response, Problem> {
    let (mut registry, mut totals) = (Registry::with_prefix("cto"), Registry::default());
    if let Some(snapshot) = shared.current() {
        let (for_totals, of_totals) = (Arc::clone(shared), Arc::clone(&snapshot));
        let families = shared.work(move || Ok(for_totals.totals(&of_totals))).await?;
        totals.register_collector(Box::new(totals::Families(families)));
        register_snapshot(&mut registry, &snapshot, shared.reload_error().is_some());
        headline::register(&mut registry, &snapshot);
    }
    let mut text = String::new();
    encode_registry(&mut text, &shared.gauges.registry)
        .and_then(|()| encode_registry(&mut text, &registry))
        .and_then(|()| encode_registry(&mut text, &totals))
        .and_then(|()| encode_eof(&mut text))
        .map_err(|_| Problem::internal())?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")], text).into_response())
}

fn register_snapshot(registry: &mut Registry, snapshot: &Snapshot, reload_failed: bool) {
    let one = |registry: &mut Registry, name: &str, help: &str, value: f64| {
        let gauge = Gauge::<f64, AtomicU64>::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    };
    let version = vec![("version", snapshot.data.version.clone())];
    registry.register("snapshot", "The data that is served", Info::new(version));
    let loaded = seconds(snapshot.data.loaded_at);
    one(registry, "snapshot_loaded_timestamp_seconds", "When the data that is served was loaded", loaded);
    let failed = f64::from(u8::from(reload_failed));
    one(registry, "snapshot_reload_failed", "1 while newer data could not be loaded", failed);
    one(registry, "cache_bytes", "Computed tables and written answers that are kept", snapshot.kept.bytes() as f64);
    let Ok(raw) = snapshot.data.of(snapshot.rules.usual) else { return };
    for (name, as_of) in [("work", raw.as_of), ("bills", raw.cloud_as_of)] {
        if let Some(as_of) = as_of {
            let help = "End of what the data covers";
            one(registry, &format!("{name}_as_of_timestamp_seconds"), help, seconds(as_of));
        }
    }
    let sources = Numbers::default();
    let runs = in_order(&raw.imports);
    let good = runs.into_iter().filter(|run| run.outcome == RunOutcome::Ok);
    for run in good.rev().take(MOST_SOURCES).collect::<Vec<_>>().into_iter().rev() {
        let Some(covered_to) = run.covered_to else { continue };
        let label = if run.label.is_empty() { &run.subject } else { &run.label };
        let labels = vec![("scope", run.scope.to_string()), ("source", label.clone())];
        sources.get_or_create(&labels).set(seconds(covered_to));
    }
    registry.register("source_covered_to_timestamp_seconds", "How far each source was imported", sources);
}

fn seconds(at: Instant) -> f64 {
    at.micros() as f64 / 1e6
}
