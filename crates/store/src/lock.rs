//! The import lock of a store: one writer at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Clock};

use crate::StoreError;

/// The right to import into a store, held until it is dropped or the process ends, however it ends.
///
/// It is a lock of the operating system on a file beside the store; that the file is there means nothing.
#[derive(Debug)]
pub struct ImportLock {
    file: File,
}

impl Drop for ImportLock {
    fn drop(&mut self) {
        // The lock goes with the file handle; the text is only a courtesy to whoever looks.
        let _ = self.file.set_len(0);
    }
}

const PAUSE_BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Takes the lock of a store, waiting up to `wait`; `on_wait` is called once before waiting.
pub(crate) fn lock(store: &Path, wait: Duration, on_wait: &mut dyn FnMut()) -> Result<ImportLock, StoreError> {
    let path = lock_path(store);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|error| StoreError::io("write", &path, error))?;
    let deadline = Clock::now().checked_add(wait);
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", &path, error)),
            Err(TryLockError::WouldBlock) => {
                let left = deadline.map_or(PAUSE_BETWEEN_TRIES, |end| end.saturating_duration_since(Clock::now()));
                if left.is_zero() {
                    return Err(StoreError::Locked { path: store.to_path_buf(), holder: holder(&mut file) });
                }
                if !told {
                    on_wait();
                    told = true;
                }
                std::thread::sleep(left.min(PAUSE_BETWEEN_TRIES));
            }
        }
    }
    let since = crate::clock::now().to_rfc3339_seconds();
    let text = format!("process {}, since {since}", std::process::id());
    file.set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| file.write_all(text.as_bytes()))
        .map_err(|error| StoreError::io("write", &path, error))?;
    Ok(ImportLock { file })
}

fn lock_path(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.read_to_string(&mut text) {
        Ok(_) if !text.is_empty() => text,
        _ => "process unknown".to_owned(),
    }
}
