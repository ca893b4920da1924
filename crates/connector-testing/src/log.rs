//! Capture of the log, to look for secrets in it.

use std::io::{Result, Write};
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Level};

/// Keeps everything that this thread logs, at every level.
pub struct Log {
    written: Written,
    _first: DefaultGuard,
    _second: Dispatch,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens from now on.
    pub fn begin() -> Self {
        let written = Written::default();
        let writer = written.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        // With one dispatcher alone, a call site that another test's thread meets first is switched off for good.
        let second = Dispatch::new(tracing_subscriber::registry());
        Self { written, _first: tracing::subscriber::set_default(subscriber), _second: second }
    }

    /// Listens no more. What was logged.
    pub fn end(self) -> String {
        let written = self.written.0.lock().expect("no test has panicked here");
        String::from_utf8(written.clone()).expect("a text")
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().expect("no test has panicked here").write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
