//! Records and the cursor behind them.

use model::Instant;
use model::records::{Record, Scope};

/// One page of records and the cursor behind it. Committed whole or not at all.
#[derive(Clone, Debug)]
pub struct Batch {
    /// What is imported.
    pub scope: Scope,
    /// Node id of the repository or board; empty for the whole organisation.
    pub subject: String,
    /// The records.
    pub records: Vec<Record>,
    /// Where the next import of this scope and subject goes on, in the connector's own words (JSON);
    /// `None` leaves the stored cursor as it is.
    pub cursor: Option<String>,
    /// The time of the import that read it: one for all that it reads.
    pub observed_at: Instant,
    /// Set while everything is read rather than what has changed.
    pub full_crawl: Option<FullCrawl>,
}

/// Membership of a batch in a crawl of everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FullCrawl {
    /// Tells this crawl from earlier ones; stored with each record seen.
    pub generation: i64,
    /// Whether this batch is the last one: what was not seen in this generation has vanished.
    pub complete: bool,
}

/// Where batches go.
pub trait Sink: Send + Sync {
    /// Stores a batch and its cursor in one transaction.
    fn commit(&self, batch: Batch) -> Result<(), SinkError>;

    /// Node ids of a board's cards that are stored as being on the board but were not seen in a crawl.
    fn unseen_items(&self, subject: &str, generation: i64) -> Result<Vec<String>, SinkError>;

    /// Node ids of a board's archived cards whose fields were not all told since they last changed, or of all of them.
    fn archived_items(&self, subject: &str, all: bool) -> Result<Vec<String>, SinkError> {
        let _ = (subject, all);
        Ok(Vec::new())
    }

    /// Commits of a repository, by its node id, that were deployed or released and are not stored.
    fn heads_to_read(&self, subject: &str) -> Result<Heads, SinkError> {
        let _ = subject;
        Ok(Heads::default())
    }

    /// Parents that are not stored of stored commits of a repository that are not older than `since`; those of the newest
    /// first.
    fn missing_parents(&self, subject: &str, since: Instant) -> Result<Vec<String>, SinkError> {
        let _ = (subject, since);
        Ok(Vec::new())
    }

    /// Of these commits of a repository those that are not stored, in the order in which they are given.
    fn unstored_commits(&self, subject: &str, shas: &[String]) -> Result<Vec<String>, SinkError> {
        let _ = subject;
        Ok(shas.to_vec())
    }

    /// Takes note that issues or pull requests with these node ids were asked for and are there no longer.
    fn gone(&self, scope: Scope, ids: &[String], at: Instant) -> Result<(), SinkError> {
        let _ = (scope, ids, at);
        Ok(())
    }
}

/// What of a repository's commit graph is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// Object ids of commits that were deployed or released and are not stored, the newest first.
    pub to_read: Vec<String>,
    /// When the oldest of all deployments and releases that count was made, stored or not; `None` when there are none.
    pub oldest: Option<Instant>,
}

/// A sink could not store a batch. Nothing of the batch was stored.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SinkError {
    /// What went wrong, for people.
    pub message: String,
    /// The cause.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}
