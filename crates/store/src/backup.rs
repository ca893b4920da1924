//! A copy of a store, whatever else reads or writes it.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::publish::fill_atomically;
use crate::sqlite::opening::{checked_version, open_for_reading};
use crate::sqlite::plans::Prepare as _;
use crate::{Store, StoreError, check};

impl Store {
    /// Copies one state of the store into a file, which is seen whole or not at all, and returns its size in bytes.
    /// Neither waits for a running import nor holds it up. The folder is made where it is missing. An earlier backup is
    /// replaced once the new one is complete and was found to be readable.
    ///
    /// # Errors
    /// Something else than a backup is in the place of the file, or a store that is in use; the store is damaged; the file
    /// cannot be written. What was there then stays.
    pub fn backup(&self, file: &Path) -> Result<u64, StoreError> {
        may_be_replaced(self.path(), file)?;
        let source = open_for_reading(self.path()).map_err(|error| StoreError::database(self.path(), error))?;
        let mut bytes = 0;
        fill_atomically(file, |temporary, _| {
            copy(&source, temporary).map_err(|error| of_either(self.path(), file, error))?;
            let copied = open_for_reading(temporary).map_err(|error| StoreError::database(file, error))?;
            check::quick(self.path(), &copied)?;
            bytes = temporary.metadata().map_err(|error| StoreError::io("read", file, error))?.len();
            Ok(())
        })?;
        Ok(bytes)
    }
}

fn copy(source: &Connection, into: &Path) -> rusqlite::Result<()> {
    let name = into.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(into.to_path_buf()))?;
    source.by_key("VACUUM INTO ?1")?.execute([name]).map(drop)
}

/// A failure to write is the copy's, every other one the store's.
fn of_either(store: &Path, file: &Path, error: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode::{CannotOpen, DiskFull, PermissionDenied, ReadOnly};
    let of_copy = matches!(error.sqlite_error_code(), Some(CannotOpen | DiskFull | PermissionDenied | ReadOnly));
    StoreError::database(if of_copy { file } else { store }, error)
}

/// Whether a backup may take the place of what is there: nothing, or an earlier backup.
fn may_be_replaced(store: &Path, file: &Path) -> Result<(), StoreError> {
    let refuse = |reason| Err(StoreError::NoPlaceForBackup { path: file.to_path_buf(), reason });
    if !file.exists() {
        return Ok(());
    }
    let is_store = || Some(store.canonicalize().ok()? == file.canonicalize().ok()?);
    if is_store() == Some(true) {
        return refuse("it is the store itself");
    }
    if has_companion(file, "-wal") || has_companion(file, "-shm") {
        return refuse("it is a store in use");
    }
    let is_backup = open_for_reading(file).is_ok_and(|it| checked_version(file, &it).is_ok_and(|version| version > 0));
    if is_backup { Ok(()) } else { refuse("it is no backup of a store") }
}

fn has_companion(file: &Path, suffix: &str) -> bool {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name).exists()
}
