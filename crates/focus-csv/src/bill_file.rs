//! The files that a pattern names.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use glob::{MatchOptions, Pattern};
use model::Instant;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use crate::fault::Fault;
use crate::settings::Settings;

/// Bytes of two files that are compared at once.
const COMPARED: usize = 64 * 1024;

/// Hidden files match no `*`, and a `*` matches no more than one folder.
const OPTIONS: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// A file as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BillFile {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// By what its changes are seen.
    pub(crate) state: FileState,
}

/// By what the changes of a file are seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileState {
    /// The path as the pattern gives it, without the folder that the pattern is relative to.
    path: String,
    bytes: u64,
    /// When it was last written; digits beyond microseconds are cut.
    pub(crate) modified: Instant,
}

impl FileState {
    /// The path as the pattern gives it.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }
}

impl BillFile {
    fn found(path: PathBuf, base: &Path) -> Result<Option<Self>, Fault> {
        let metadata = fs::metadata(&path).map_err(|cause| Fault::Unreadable { file: path.clone(), cause })?;
        if !metadata.is_file() {
            return Ok(None);
        }
        let modified = metadata.modified().map_err(|cause| Fault::Unreadable { file: path.clone(), cause })?;
        let name = path.strip_prefix(base).unwrap_or(&path).display().to_string();
        let state = FileState { path: name, bytes: metadata.len(), modified: instant(modified) };
        Ok(Some(Self { path, state }))
    }

    /// An error unless the file is still as it was found.
    pub(crate) fn check_unchanged(&self, base: &Path) -> Result<(), Fault> {
        match Self::found(self.path.clone(), base)? {
            Some(now) if now == *self => Ok(()),
            _ => Err(Fault::Changed { file: self.path.clone() }),
        }
    }
}

/// The pattern with the folder that it is relative to; `None` when that folder's name is not UTF-8.
pub(crate) fn whole_pattern(settings: &Settings) -> Option<String> {
    if Path::new(&settings.pattern).is_absolute() {
        return Some(settings.pattern.clone());
    }
    let base = Pattern::escape(settings.base.to_str()?);
    Some(Path::new(&base).join(&settings.pattern).to_str()?.to_owned())
}

/// The files of a pattern by path.
pub(crate) fn find(settings: &Settings) -> Result<Vec<BillFile>, Fault> {
    let paths = whole_pattern(settings).and_then(|pattern| glob::glob_with(&pattern, OPTIONS).ok());
    let (pattern, folder) = (settings.pattern.clone(), settings.base.clone());
    let Some(paths) = paths else { return Err(Fault::NothingMatches { pattern, folder }) };

    let (mut files, mut folders) = (Vec::new(), false);
    for path in paths {
        let path = path.map_err(|error| Fault::Unreadable { file: error.path().to_owned(), cause: error.into() })?;
        match BillFile::found(path, &settings.base)? {
            Some(file) => files.push(file),
            None => folders = true,
        }
    }
    if files.is_empty() {
        return Err(if folders {
            Fault::OnlyFolders { pattern, folder }
        } else {
            Fault::NothingMatches { pattern, folder }
        });
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// Files of which no two have the same content, and those that were dropped for it.
pub(crate) struct Distinct {
    /// One of each content: the first by path.
    pub(crate) files: Vec<Kept>,
    /// A dropped file, and the one that is read in its place.
    pub(crate) dropped: Vec<(PathBuf, PathBuf)>,
}

/// A file that stands for all of the same content.
pub(crate) struct Kept {
    pub(crate) file: BillFile,
    /// When the newest of them was written.
    pub(crate) newest: Instant,
    /// The newest run that one of them is of.
    pub(crate) run: usize,
}

/// Drops files that are the same as an earlier one, byte for byte. Each comes with its run.
pub(crate) fn distinct(
    files: impl Iterator<Item = (BillFile, usize)>,
    cancel: &CancellationToken,
) -> Result<Distinct, Fault> {
    let mut distinct = Distinct { files: Vec::new(), dropped: Vec::new() };
    for (file, run) in files {
        let newest = file.state.modified;
        match same_as(&distinct.files, &file, cancel)? {
            None => distinct.files.push(Kept { file, newest, run }),
            Some(position) => {
                let kept = &mut distinct.files[position];
                kept.newest = newest.max(kept.newest);
                kept.run = run.max(kept.run);
                distinct.dropped.push((file.path, kept.file.path.clone()));
            }
        }
    }
    Ok(distinct)
}

fn same_as(earlier: &[Kept], file: &BillFile, cancel: &CancellationToken) -> Result<Option<usize>, Fault> {
    for (position, Kept { file: other, .. }) in earlier.iter().enumerate() {
        if other.state.bytes == file.state.bytes && same_content(&other.path, &file.path, cancel)? {
            return Ok(Some(position));
        }
    }
    Ok(None)
}

fn same_content(one: &Path, other: &Path, cancel: &CancellationToken) -> Result<bool, Fault> {
    let unreadable = |file: &Path| {
        let file = file.to_owned();
        move |cause| Fault::Unreadable { file, cause }
    };
    let mut readers = (File::open(one).map_err(unreadable(one))?, File::open(other).map_err(unreadable(other))?);
    let mut chunks = (Vec::with_capacity(COMPARED), Vec::with_capacity(COMPARED));
    loop {
        if cancel.is_cancelled() {
            return Err(Fault::Cancelled);
        }
        next_chunk(&mut readers.0, &mut chunks.0).map_err(unreadable(one))?;
        next_chunk(&mut readers.1, &mut chunks.1).map_err(unreadable(other))?;
        if chunks.0 != chunks.1 {
            return Ok(false);
        }
        if chunks.0.is_empty() {
            return Ok(true);
        }
    }
}

fn next_chunk(reader: &mut File, chunk: &mut Vec<u8>) -> io::Result<usize> {
    chunk.clear();
    reader.take(COMPARED as u64).read_to_end(chunk)
}

fn instant(time: SystemTime) -> Instant {
    let micros = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_micros()),
        Err(before) => i64::try_from(before.duration().as_micros()).map(|micros| -micros),
    };
    Instant::from_micros(micros.unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::CostColumn;

    #[test]
    fn a_file_that_was_written_or_removed_since_it_was_found_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "one").unwrap();
        let base = folder.path().to_owned();
        let settings =
            Settings { pattern: "*.csv".into(), base, cost: CostColumn::Billed, provider: None, parts: false };
        let found = find(&settings).unwrap().remove(0);
        assert_eq!(found.state.path, "a.csv");
        assert!(found.check_unchanged(folder.path()).is_ok());
        fs::write(&path, "three").unwrap();
        assert!(matches!(found.check_unchanged(folder.path()), Err(Fault::Changed { .. })));
        fs::remove_file(&path).unwrap();
        assert!(matches!(found.check_unchanged(folder.path()), Err(Fault::Unreadable { .. })));
    }

    #[test]
    fn times_before_1970_are_kept() {
        let before = UNIX_EPOCH - std::time::Duration::from_micros(5);
        assert_eq!(instant(before), Instant::from_micros(-5));
    }
}
