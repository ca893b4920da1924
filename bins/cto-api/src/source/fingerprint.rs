//! Short texts that tell one state of the data from another without reading it.

use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

use model::tables::RAW_TABLES;

/// Of a store after so many changes. A file that took the place of another counts as changed too.
pub(crate) fn of_store(path: &Path, changes: i64) -> String {
    format!("{:x}-{changes}", of_file(path))
}

/// Which file is at a path; 0 for none.
pub(crate) fn of_file(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| identity(&metadata))
}

/// Of the raw files in a folder: their names, sizes and times of change.
pub(crate) fn of_folder(folder: &Path) -> String {
    let mut state = DefaultHasher::new();
    for table in RAW_TABLES {
        let Ok(metadata) = fs::metadata(folder.join(format!("{}.csv", table.name))) else { continue };
        table.name.hash(&mut state);
        metadata.len().hash(&mut state);
        metadata.modified().ok().hash(&mut state);
        identity(&metadata).hash(&mut state);
    }
    format!("{:x}", state.finish())
}

/// Which file it is, whatever its name.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let mut state = DefaultHasher::new();
    (metadata.dev(), metadata.ino()).hash(&mut state);
    state.finish()
}

/// Which file it is, as far as its birth tells.
#[cfg(not(unix))]
fn identity(metadata: &Metadata) -> u64 {
    let mut state = DefaultHasher::new();
    metadata.created().ok().hash(&mut state);
    state.finish()
}
