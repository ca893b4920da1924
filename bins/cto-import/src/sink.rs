//! Batches into the store.

use std::sync::Arc;

use source::{Batch, Sink, SinkError};
use store::{Page, Store, StoreError};

/// The store as the connectors see it.
pub(crate) struct StoreSink(pub(crate) Arc<Store>);

impl Sink for StoreSink {
    fn commit(&self, batch: Batch) -> Result<(), SinkError> {
        self.0
            .commit(&Page {
                scope: batch.scope.name(),
                subject: &batch.subject,
                records: &batch.records,
                cursor: batch.cursor.as_deref(),
                observed_at: batch.observed_at,
                generation: batch.full_crawl.map(|crawl| crawl.generation),
                complete: batch.full_crawl.is_some_and(|crawl| crawl.complete),
            })
            .map_err(as_sink_error)
    }

    fn unseen_items(&self, subject: &str, generation: i64) -> Result<Vec<String>, SinkError> {
        self.0.unseen_items(subject, generation).map_err(as_sink_error)
    }
}

fn as_sink_error(error: StoreError) -> SinkError {
    SinkError { message: error.to_string(), source: Some(Box::new(error)) }
}
