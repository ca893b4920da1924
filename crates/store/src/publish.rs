//! Atomic writing of files.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::StoreError;

static COUNTER: AtomicU64 = AtomicU64::new(0);

/// Writes a file by way of a temporary one in the same folder, which is flushed, synced and renamed.
///
/// On any failure the file that was there stays as it was and the temporary one is removed.
/// Missing folders are created. What a killed process left behind for the same file is removed.
pub fn write_atomically(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), StoreError> {
    let fill = |_: &Path, file: &File| {
        let mut buffered = BufWriter::with_capacity(1 << 18, file);
        write(&mut buffered).and_then(|()| buffered.flush()).map_err(|error| StoreError::io("write", path, error))
    };
    fill_atomically(path, fill)
}

/// As [`write_atomically`]; `fill` is given the temporary file, which is empty, by name and open.
pub(crate) fn fill_atomically(
    path: &Path,
    fill: impl FnOnce(&Path, &File) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(|error| StoreError::io("create", folder, error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    remove_leftovers(folder, &name);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let temporary = folder.join(format!(".{name}.{}-{number}.tmp", std::process::id()));
    let io = |error| StoreError::io("write", path, error);
    let filled = File::create_new(&temporary).map_err(io).and_then(|file| {
        // Tells others that the file is in use: an unlocked one was left behind by a process that was killed.
        // File systems without locks do without.
        let _ = file.try_lock();
        fill(&temporary, &file)?;
        file.sync_data().map_err(io)
    });
    filled.and_then(|()| fs::rename(&temporary, path).map_err(io)).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

/// The folder of a file; the present one for a bare name.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn remove_leftovers(folder: &Path, name: &str) {
    let prefix = format!(".{name}.");
    let Ok(entries) = fs::read_dir(folder) else { return };
    let leftovers = entries.flatten().map(|entry| entry.path()).filter(|path| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| {
            name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(".tmp")).is_some_and(is_temporary_mark)
        })
    });
    for path in leftovers.collect::<Vec<PathBuf>>() {
        if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(&path);
        }
    }
}

fn is_temporary_mark(mark: &str) -> bool {
    mark.split_once('-').is_some_and(|(process, number)| {
        [process, number].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("folder");
        let mut names: Vec<_> = entries.map(|e| e.expect("entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.csv");
        write_atomically(&path, |out| out.write_all(b"old")).expect("written");
        let error = write_atomically(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        })
        .expect_err("full");
        assert!(matches!(error, StoreError::DiskFull { .. }));
        assert!(error.to_string().contains("a.csv"), "{error}");
        assert_eq!(fs::read(&path).expect("there"), b"old");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_in_use_stays() {
        let folder = tempfile::tempdir().expect("folder");
        let used = folder.path().join(".a.csv.1-1.tmp");
        let file = File::create(&used).expect("created");
        file.try_lock().expect("locked");
        fs::write(folder.path().join(".a.csv.1-0.tmp"), "half").expect("written");
        fs::write(folder.path().join(".a.csv.mine.tmp"), "not ours").expect("written");
        write_atomically(&folder.path().join("a.csv"), |out| out.write_all(b"new")).expect("written");
        assert_eq!(names(folder.path()), [".a.csv.1-1.tmp", ".a.csv.mine.tmp", "a.csv"]);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("file"), "").expect("written");
        let error = write_atomically(&folder.path().join("file/a.csv"), |_| Ok(())).expect_err("not a folder");
        assert!(error.to_string().contains("file"), "{error}");
    }
}
