//! The jobs of CI behind a figure, out of the store.

use http_api::Jobs;
use model::Instant;
use model::columns::Raw;
use store::{JobsAsked, Store};

/// Reads jobs out of a store.
#[derive(Debug)]
pub(crate) struct StoredJobs {
    url: String,
}

impl StoredJobs {
    pub(crate) fn new(url: String) -> Self {
        Self { url }
    }
}

impl Jobs for StoredJobs {
    fn jobs(
        &self,
        repositories: Option<Vec<String>>,
        from: Option<Instant>,
        to: Option<Instant>,
    ) -> Result<Raw, String> {
        // Opened for each question: another store may have taken its place.
        let read = || Store::open_existing(&self.url)?.load_jobs(&JobsAsked { repositories, from, to });
        read().map_err(|error| command_line::with_causes(&error))
    }
}
