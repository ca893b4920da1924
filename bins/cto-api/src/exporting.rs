//! Totals and distributions on their way to a collector: after each change of the data, within a minute.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_api::Api;
use model::Instant;
use model::series::{Family, keep, since};
use otlp_export::{About, Exporter, Temporality, Units, message};

use crate::clock::now;
use crate::totals::Memory;

/// How often to look whether there is something to send.
const EVERY: Duration = Duration::from_mins(1);
/// The same before anything is loaded.
const UNTIL_THERE_IS_DATA: Duration = Duration::from_secs(1);
/// Who is told what came since the last time.
const AUDIENCE: &str = "collector";

/// What is sent to whom.
#[derive(Debug)]
pub(crate) struct Collector {
    pub(crate) exporter: Exporter,
    pub(crate) about: About,
    pub(crate) units: Units,
    /// Whether what came since the last time is sent instead of all so far.
    pub(crate) deltas: bool,
    pub(crate) epoch: Option<Instant>,
}

/// Sends for as long as it is polled. `url` is the address of the store, where there is one.
pub(crate) async fn export(api: Api, collector: Collector, url: Option<String>) -> Infallible {
    let memory = collector.deltas.then(|| Memory::new(url, AUDIENCE, collector.epoch));
    let mut exporting = Exporting { api, collector, memory: memory.map(Arc::new), sent: None, told: String::new() };
    loop {
        let has_data = exporting.send().await;
        tokio::time::sleep(if has_data { EVERY } else { UNTIL_THERE_IS_DATA }).await;
    }
}

struct Exporting {
    api: Api,
    collector: Collector,
    /// What was sent, where only what came since is sent.
    memory: Option<Arc<Memory>>,
    /// The version of the data that was sent last.
    sent: Option<String>,
    /// The failure that was logged last.
    told: String,
}

impl Exporting {
    /// Sends what is new; whether there is any data.
    async fn send(&mut self) -> bool {
        let api = self.api.clone();
        let Ok(Some((version, families))) = tokio::task::spawn_blocking(move || api.totals()).await else {
            return false;
        };
        if self.sent.as_ref() != Some(&version) {
            self.send_families(version, families).await;
        }
        true
    }

    async fn send_families(&mut self, version: String, families: Arc<[Family]>) {
        let at = now();
        let Some((news, temporality)) = self.news(&families).await else {
            self.sent = Some(version);
            return;
        };
        let Collector { about, units, epoch, .. } = &self.collector;
        let bytes = message(&news, about, temporality, *epoch, *units, at);
        match self.collector.exporter.send(&bytes).await {
            Ok(rejected) => {
                if let Some(rejected) = rejected {
                    let otlp_export::Rejected { points, reason } = rejected;
                    tracing::warn!(points, reason, "the collector did not take {points} points: {reason}");
                }
                self.note(families, at).await;
                self.sent = Some(version);
                self.told.clear();
            }
            Err(error) => {
                let message = command_line::with_causes(&error);
                if message != self.told {
                    tracing::error!("{message}");
                    self.told = message;
                }
            }
        }
    }

    /// What of the families is sent, and since when it is counted; `None` where nothing came.
    async fn news(&self, all: &Arc<[Family]>) -> Option<(Arc<[Family]>, Temporality)> {
        let all = Arc::clone(all);
        let Some(memory) = self.memory.clone() else {
            return (!all.is_empty()).then_some((all, Temporality::Cumulative));
        };
        let news = move || memory.with(|told, last| (since(told, &all), last));
        let (news, last) = tokio::task::spawn_blocking(news).await.ok()?;
        (!news.is_empty()).then(|| (news.into(), Temporality::Delta { since: last }))
    }

    /// Takes down what was sent. What is sent and not taken down, since the program ends in between, is sent twice.
    async fn note(&self, all: Arc<[Family]>, at: Instant) {
        let Some(memory) = self.memory.clone() else { return };
        let note = move || {
            let changed = memory.with(|told, _| keep(told, &mut all.to_vec()));
            memory.note(&changed, at);
        };
        // A panic is in the log already.
        let _ = tokio::task::spawn_blocking(note).await;
    }
}
