//! What importers hand to a store.

use model::Instant;
use model::columns::{Raw, Scopes};
use model::records::{ImportRun, Record};

use crate::{Findings, Store, StoreError};

/// One page of records and the cursor behind it, stored in one transaction.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What is imported: `repositories`, `projects`, `issues`, `pull_requests`, `project_items` or
    /// `cloud_costs`.
    pub scope: &'a str,
    /// Node id of the repository, `fullDatabaseId` of the board, source of bills (`azure/…`), empty for the whole
    /// organisation: with the scope, the key of the cursor. The `source` of the ledger's rows.
    pub subject: &'a str,
    /// The records.
    pub records: &'a [Record],
    /// Where the next import goes on; `None` leaves the stored cursor as it is.
    pub cursor: Option<&'a str>,
    /// The provider's time when the page was read.
    pub observed_at: Instant,
    /// Number of the import that has read the page, as [`Store::next_run`] gave it; 0 where there is none. What a later
    /// import read counts more than what an earlier one read, whatever the clocks say.
    pub run: i64,
    /// Number of the crawl of everything that this page belongs to.
    pub generation: Option<i64>,
    /// Whether that crawl ends with this page: issues and pull requests of the subject that it did not see
    /// have vanished.
    pub complete: bool,
}

/// When and by which import something was found missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Number of the import.
    pub run: i64,
    /// The provider's time.
    pub at: Instant,
}

/// Some operations of [`Store`] under names of their own. An import needs more of them than these.
pub trait RawStore: Send + Sync {
    /// As [`Store::commit`].
    fn commit(&self, page: &Page<'_>) -> Result<Findings, StoreError>;
    /// As [`Store::cursor`].
    fn cursor(&self, scope: &str, subject: &str) -> Result<Option<String>, StoreError>;
    /// As [`Store::unseen_items`].
    fn unseen_items(&self, project_number_id: &str, generation: i64) -> Result<Vec<String>, StoreError>;
    /// As [`Store::next_run`].
    fn next_run(&self) -> Result<i64, StoreError>;
    /// As [`Store::record_import`].
    fn record_import(&self, run: &ImportRun) -> Result<(), StoreError>;
    /// As [`Store::import_runs`].
    fn import_runs(&self) -> Result<Vec<ImportRun>, StoreError>;
    /// As [`Store::load`].
    fn load(&self, scopes: Scopes) -> Result<Raw, StoreError>;
}

impl RawStore for Store {
    fn commit(&self, page: &Page<'_>) -> Result<Findings, StoreError> {
        self.commit(page)
    }

    fn cursor(&self, scope: &str, subject: &str) -> Result<Option<String>, StoreError> {
        self.cursor(scope, subject)
    }

    fn unseen_items(&self, project_number_id: &str, generation: i64) -> Result<Vec<String>, StoreError> {
        self.unseen_items(project_number_id, generation)
    }

    fn next_run(&self) -> Result<i64, StoreError> {
        self.next_run()
    }

    fn record_import(&self, run: &ImportRun) -> Result<(), StoreError> {
        self.record_import(run)
    }

    fn import_runs(&self) -> Result<Vec<ImportRun>, StoreError> {
        self.import_runs()
    }

    fn load(&self, scopes: Scopes) -> Result<Raw, StoreError> {
        self.load(scopes)
    }
}
