//! Several things that came together, in one transaction.

use std::path::Path;

use model::Instant;
use rusqlite::{Connection, ErrorCode, ffi};

use crate::dictionary::Codes;
use crate::error::Failure;
use crate::{Delivery, Deposit, Push, Pushed, StoreError, write};

/// A transaction in which each thing is stored as if it came alone: what cannot be stored leaves the others as they are.
pub struct Together<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) codes: &'a mut Codes,
    pub(crate) path: &'a Path,
    pub(crate) has_changed: bool,
}

impl std::fmt::Debug for Together<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Together").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Together<'_> {
    /// Stores what a delivery of a webhook tells.
    ///
    /// An older state of what is stored overrides none of it but joins its history, and the same delivery again, by id
    /// or by body, changes nothing. Only what imports have seen is told about: repositories, boards, pull requests.
    ///
    /// # Errors
    /// Failures of the database. Nothing of it is stored then.
    pub fn deliver(&mut self, delivery: &Delivery<'_>) -> Result<Deposit, StoreError> {
        let deposit = self.one(|connection, codes| write::delivery(connection, codes, delivery))?;
        self.has_changed |= deposit == Deposit::Stored;
        Ok(deposit)
    }

    /// Stores what is pushed, all of it or nothing.
    ///
    /// Other than a delivery it may tell of what no import has seen, and says by itself that all was told up to its receipt:
    /// it moves the coverage of scope `event_api`.
    ///
    /// # Errors
    /// Failures of the database. Nothing of it is stored then.
    pub fn push(&mut self, push: &Push<'_>) -> Result<Pushed, StoreError> {
        let pushed = self.one(|connection, codes| write::push(connection, codes, push))?;
        self.has_changed |= matches!(pushed, Pushed::Created(_) | Pushed::Changed | Pushed::Known);
        Ok(pushed)
    }

    /// Notes that whoever pushes has told everything up to an instant.
    ///
    /// # Errors
    /// Failures of the database. Nothing is noted then.
    pub fn heartbeat(&mut self, at: Instant) -> Result<(), StoreError> {
        self.one(|connection, codes| write::cover(connection, codes, at))?;
        self.has_changed = true;
        Ok(())
    }

    /// Where it fails, what it has written so far is taken back, and nothing else.
    fn one<T>(&mut self, change: impl FnOnce(&Connection, &mut Codes) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        let done = self.begun().and_then(|()| change(self.connection, self.codes));
        let ended = done.and_then(|done| self.connection.execute_batch("RELEASE one").map(|()| done));
        ended.map_err(|error| {
            self.codes.forget();
            // Where the database has taken everything back by itself, there is nothing left to go back to.
            let _ = self.connection.execute_batch("ROLLBACK TO one; RELEASE one");
            Failure::Sql(error).into_error(self.path, Path::new(""))
        })
    }

    fn begun(&self) -> rusqlite::Result<()> {
        if self.connection.is_autocommit() {
            let gone = ffi::Error { code: ErrorCode::OperationAborted, extended_code: ffi::SQLITE_ABORT_ROLLBACK };
            return Err(rusqlite::Error::SqliteFailure(gone, Some("the transaction was taken back".to_owned())));
        }
        self.connection.execute_batch("SAVEPOINT one")
    }
}

#[cfg(test)]
mod tests {
    use model::deliveries::Delivered;
    use model::records::Incident;

    use super::*;
    use crate::Store;

    fn incident(id: &str) -> Delivered {
        let started_at = Instant::from_seconds(1);
        let source = "pagerduty".into();
        Delivered::Incident(Box::new(Incident { id: id.into(), source, started_at, ..Incident::default() }))
    }

    fn deliver(together: &mut Together<'_>, id: &str) -> Result<Deposit, StoreError> {
        let received_at = Instant::from_seconds(2);
        let told = &incident(id);
        together.deliver(&Delivery { id, body_hash: id, event: "incident", received_at, told })
    }

    fn opened() -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        (Store::open(folder.path().join("cto.db").to_str().expect("text")).expect("opened"), folder)
    }

    fn incidents(store: &Store) -> usize {
        store.load(model::columns::Scopes::ALL).expect("read").incidents.id.len()
    }

    #[test]
    fn one_that_fails_half_way_leaves_nothing_and_the_others_are_stored_and_count_as_one_change() {
        let (store, _folder) = opened();
        let before = store.changes().expect("known");
        let outcome = store.together(|together| {
            assert_eq!(deliver(together, "a")?, Deposit::Stored);
            let failed: Result<(), _> = together.one(|connection, codes| {
                codes.of(connection, "a text that is taken back")?;
                Err(rusqlite::Error::QueryReturnedNoRows)
            });
            assert!(matches!(failed, Err(StoreError::Database { .. })), "{failed:?}");
            assert_eq!(deliver(together, "a text that is taken back")?, Deposit::Stored);
            assert_eq!(deliver(together, "a")?, Deposit::Repeated, "also within one transaction");
            deliver(together, "b")
        });
        assert_eq!(outcome.expect("stored"), Deposit::Stored);
        assert_eq!((incidents(&store), store.changes().expect("known")), (3, before + 1));
        assert_eq!(store.check().expect("checked"), []);
    }

    #[test]
    fn where_the_database_has_taken_everything_back_nothing_more_is_stored_and_that_is_said() {
        let (store, _folder) = opened();
        let outcome = store.together(|together| {
            deliver(together, "a")?;
            // As the database does by itself, where the disk is full for example.
            together.connection.execute_batch("ROLLBACK").expect("taken back");
            assert!(deliver(together, "b").is_err());
            Ok(())
        });
        assert!(outcome.is_err());
        assert_eq!(incidents(&store), 0);
        assert_eq!(store.together(|together| deliver(together, "a")).expect("stored"), Deposit::Stored);
    }

    #[test]
    fn what_tells_nothing_new_is_no_change() {
        let (store, _folder) = opened();
        store.together(|together| deliver(together, "a")).expect("stored");
        let before = store.changes().expect("known");
        store.together(|together| deliver(together, "a")).expect("known");
        assert_eq!(store.changes().expect("known"), before);
    }
}
