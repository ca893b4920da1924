//! `StoreSink`: writes batches of connectors into the store.

use std::sync::{Arc, Mutex, PoisonError};

use model::Instant;
use model::delivery::DeliveryRules;
use source::{Batch, Heads, Scope, Sink, SinkError};
use store::{Absence, Deployed, Finding, Findings, Found, Kind, Page, Store, StoreError};

use crate::part;

/// The store as the connectors of one import see it.
#[derive(Clone)]
pub(crate) struct StoreSink {
    store: Arc<Store>,
    run: i64,
    findings: Arc<Mutex<Findings>>,
    /// What counts as a deployment.
    delivery: Arc<DeliveryRules>,
    /// Since when changes are stored, where that is not from the beginning: see [`part`](crate::part).
    since: Option<Instant>,
}

impl StoreSink {
    /// For the import of this number.
    pub(crate) fn new(store: &Arc<Store>, run: i64) -> Self {
        Self { store: Arc::clone(store), run, findings: Arc::default(), delivery: Arc::default(), since: None }
    }

    /// Storing only what changed since then, with cursors of their own.
    pub(crate) fn since(self, since: Option<Instant>) -> Self {
        Self { since, ..self }
    }

    /// With what the configuration counts as a deployment.
    pub(crate) fn counting(self, delivery: &DeliveryRules) -> Self {
        Self { delivery: Arc::new(delivery.clone()), ..self }
    }

    /// What became plain about rows that were stored before.
    pub(crate) fn findings(&self) -> Findings {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes note that a repository, by its node id, is listed no longer.
    pub(crate) fn absent_repository(&self, id: &str, at: Instant) -> Result<(), StoreError> {
        let found = self.store.absent_repository(&Absence { run: self.run, at }, id)?;
        self.note(&found);
        Ok(())
    }

    /// The cards that can be asked for by their stored ids. Where cards have new ids, that an old one leads nowhere tells
    /// nothing of a card whose issue was not read since: the issue shows it under its new id.
    fn askable(&self, ids: Vec<String>) -> Result<Vec<String>, StoreError> {
        let is_new = |found: &Found| found.finding == Finding::NewIds && found.kind == Kind::Card;
        if !self.findings().iter().any(is_new) {
            return Ok(ids);
        }
        let unclear = self.store.items_of_unread_issues(&ids, self.run)?;
        Ok(ids.into_iter().filter(|id| !unclear.contains(id)).collect())
    }

    fn note(&self, found: &Findings) {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).append(found);
    }
}

impl Sink for StoreSink {
    fn commit(&self, batch: Batch) -> Result<(), SinkError> {
        let batch = match self.since {
            Some(since) => part::since(batch, since),
            None => batch,
        };
        let page = Page {
            scope: batch.scope,
            subject: &batch.subject,
            records: &batch.records,
            cursor: batch.cursor.as_deref(),
            observed_at: batch.observed_at,
            run: self.run,
            generation: batch.full_crawl.map(|crawl| crawl.generation),
            complete: batch.full_crawl.is_some_and(|crawl| crawl.complete),
        };
        self.store.commit(&page).map(|found| self.note(&found)).map_err(as_sink_error)
    }

    fn unseen_items(&self, subject: &str, generation: i64) -> Result<Vec<String>, SinkError> {
        self.store.unseen_items(subject, generation).and_then(|ids| self.askable(ids)).map_err(as_sink_error)
    }

    fn archived_items(&self, subject: &str, all: bool) -> Result<Vec<String>, SinkError> {
        self.store.archived_items(subject, all).and_then(|ids| self.askable(ids)).map_err(as_sink_error)
    }

    fn heads_to_read(&self, subject: &str) -> Result<Heads, SinkError> {
        let counts = |deployed: Deployed<'_>| match deployed {
            // Commits behind others, previews above all, are read for no figure.
            Deployed::To { environment, tier } => self.delivery.is_anybodys_production(environment, tier),
            Deployed::ByRun { org, repo, run } => self.delivery.deploys(org, repo, run),
        };
        let (to_read, oldest) = self.store.heads_to_read(subject, &counts).map_err(as_sink_error)?;
        Ok(Heads { to_read, oldest })
    }

    fn missing_parents(&self, subject: &str, since: Instant) -> Result<Vec<String>, SinkError> {
        self.store.missing_parents(subject, since).map_err(as_sink_error)
    }

    fn unstored_commits(&self, subject: &str, shas: &[String]) -> Result<Vec<String>, SinkError> {
        self.store.unstored_commits(subject, shas).map_err(as_sink_error)
    }

    fn gone(&self, scope: Scope, ids: &[String], at: Instant) -> Result<(), SinkError> {
        let kind = if scope == Scope::PullRequests { Kind::PullRequest } else { Kind::Issue };
        let absence = Absence { run: self.run, at };
        self.store.gone(&absence, kind, ids).map(|found| self.note(&found)).map_err(as_sink_error)
    }
}

fn as_sink_error(error: StoreError) -> SinkError {
    SinkError { message: error.to_string(), source: Some(Box::new(error)) }
}
