//! `Page`: the records of one transaction, with the cursor behind them.

use model::Instant;
use model::records::{Record, Scope};

/// One page of records and the cursor behind it, stored in one transaction.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// What is imported.
    pub scope: Scope,
    /// Node id of the repository, `fullDatabaseId` of the board, source of bills (`azure/…`), empty for the whole
    /// organisation: with the scope, the key of the cursor. The `source` of the ledger's rows.
    pub subject: &'a str,
    /// The records.
    pub records: &'a [Record],
    /// Where the next import goes on; `None` leaves the stored cursor as it is.
    pub cursor: Option<&'a str>,
    /// The provider's time when the page was read.
    pub observed_at: Instant,
    /// Number of the import that has read the page, as [`crate::Store::next_run`] gave it; 0 where there is none. What a later
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
