//! Inputs that do not end, and those that end the process: both are in a file before they are tried.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Looks at the same input, two minutes of them, after which it has no end: the slowest takes a few seconds. Looks are
/// counted rather than time, which goes on where a machine stands still.
const MOST_LOOKS: u32 = 600;

/// Ends the process when an input does not end.
#[derive(Debug)]
pub(crate) struct Watch {
    /// How many inputs have begun.
    begun: Arc<AtomicU64>,
    over: Arc<AtomicBool>,
    file: PathBuf,
}

impl Watch {
    /// Looks after the inputs that will be tried; each is in this file while it is.
    pub(crate) fn new(file: PathBuf) -> Self {
        let watch = Self { begun: Arc::default(), over: Arc::default(), file };
        let (begun, over, file) = (Arc::clone(&watch.begun), Arc::clone(&watch.over), watch.file.clone());
        thread::spawn(move || {
            let (mut known, mut looks) = (0, 0);
            while !over.load(Ordering::Relaxed) {
                thread::sleep(PAUSE);
                let now = begun.load(Ordering::Relaxed);
                looks = if now == known { looks + 1 } else { 0 };
                known = now;
                if looks > MOST_LOOKS && !over.load(Ordering::Relaxed) {
                    let told = thread::spawn(move || panic!("no end after two minutes: {}", file.display()));
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
        self.begun.fetch_add(1, Ordering::Relaxed);
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
