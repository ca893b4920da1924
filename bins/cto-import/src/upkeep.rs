//! Maintenance of a store: check and backup.

use std::path::Path;

use command_line::{Outcome, say};
use store::Store;

use crate::failure::Failure;

/// Copies the store into a file.
pub(crate) fn back_up(store: &Store, file: &Path) -> Result<Outcome, Failure> {
    let bytes = store.backup(file)?;
    say!("{} copied to {}, {:.1} MB", store.path().display(), file.display(), bytes as f64 / 1e6);
    Ok(Outcome::Done)
}

/// Names what cannot have been stored.
pub(crate) fn check(store: &Store) -> Result<Outcome, Failure> {
    let faults = store.check()?;
    if faults.is_empty() {
        say!("{} is sound: every page, key and cell was looked at", store.path().display());
        return Ok(Outcome::Done);
    }
    for fault in &faults {
        say!("{fault}");
    }
    Err(Failure::failed(format!(
        "store {} is damaged in {} places, named above: restore a backup, or import everything into a new store with --full \
         and --store",
        store.path().display(),
        faults.len()
    )))
}
