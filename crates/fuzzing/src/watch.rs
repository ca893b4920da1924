//! Inputs that do not end, and those that end the process: both are in a file before they are tried.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// An input that takes longer than this has no end. The slowest takes a fraction of a second.
const LONGEST: Duration = Duration::from_mins(2);

/// Ends the process when an input does not end.
#[derive(Debug)]
pub(crate) struct Watch {
    begin: Instant,
    /// Milliseconds from the beginning to that of the input at hand.
    input_at: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    file: PathBuf,
}

impl Watch {
    /// Looks after the inputs that will be tried; each is in this file while it is.
    pub(crate) fn new(file: PathBuf) -> Self {
        let watch = Self { begin: Instant::now(), input_at: Arc::default(), over: Arc::default(), file };
        let (begin, file) = (watch.begin, watch.file.clone());
        let (input_at, over) = (Arc::clone(&watch.input_at), Arc::clone(&watch.over));
        thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(200));
                let since = begin.elapsed().saturating_sub(Duration::from_millis(input_at.load(Ordering::Relaxed)));
                if since > LONGEST && !over.load(Ordering::Relaxed) {
                    let told = thread::spawn(move || panic!("no end after {LONGEST:?}: {}", file.display()));
                    let _ = told.join();
                    std::process::abort();
                }
            }
        });
        watch
    }

    /// An input is about to be tried.
    pub(crate) fn begins(&self, input: &[u8]) {
        write(&self.file, input);
        self.input_at.store(self.begin.elapsed().as_millis() as u64, Ordering::Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = std::fs::remove_file(&self.file);
    }
}

/// Writes a file into a folder that may have to be made.
pub(crate) fn write(file: &Path, content: &[u8]) {
    let folder = file.parent().expect("a file in a folder");
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(file, content));
    written.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}
