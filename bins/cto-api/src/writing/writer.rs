//! The thread that stores what waits: all that came meanwhile in one transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use store::{Store, StoreError};
use tokio::sync::oneshot;

use super::incoming::{Incoming, Outcome};
use super::queue::{Next, Queue};
use super::{gets_better, opened};
use crate::source::fingerprint;

/// Before a store that could not be written is tried again.
const PAUSE: Duration = Duration::from_secs(2);
/// Without anything to store, before the store is closed.
const REST: Duration = Duration::from_secs(1);
/// Of one transaction: others who write wait for it, and who sent the first of them waits for the last.
const MOST_TOGETHER: usize = 128;
/// Of one opening: what it remembers of the store grows.
const MOST_OF_AN_OPENING: usize = 20_000;

/// Starts the thread. It ends when the queue has, and says so.
///
/// # Errors
/// The system gives no thread.
pub(super) fn start(url: String, queue: Arc<Queue>) -> anyhow::Result<oneshot::Receiver<()>> {
    let (written, receiver) = oneshot::channel();
    let work = move || {
        Writer { url, queue, open: None, alone: 0, told: String::new() }.run();
        // Nobody waits any more when that took too long.
        let _ = written.send(());
    };
    thread::Builder::new().name("deliveries".to_owned()).spawn(work).context("cannot start a thread")?;
    Ok(receiver)
}

struct Writer {
    url: String,
    queue: Arc<Queue>,
    /// For as long as there is something to write.
    open: Option<Open>,
    /// How many of the first that wait are stored alone, since one of them cannot be stored without a panic.
    alone: usize,
    /// The failure that was logged last.
    told: String,
}

/// A store that is kept open.
struct Open {
    store: Store,
    /// Which file it is.
    file: u64,
    /// What was stored since it was opened.
    written: usize,
}

impl Open {
    /// What became of each; an error where nothing was stored.
    fn stored(&mut self, waiting: &[Arc<Incoming>]) -> Result<Vec<Result<Outcome, StoreError>>, StoreError> {
        self.written += waiting.len();
        self.store.together(|together| {
            let mut stored = |one: &Arc<Incoming>| match one.store(together) {
                Err(error) if gets_better(&error) => Err(error),
                outcome => Ok(outcome),
            };
            waiting.iter().map(&mut stored).collect()
        })
    }
}

impl Writer {
    fn run(&mut self) {
        loop {
            let most = if self.alone > 0 { 1 } else { MOST_TOGETHER };
            match self.queue.next(most, self.open.as_ref().map(|_| REST)) {
                Next::Store(waiting) => self.store(waiting),
                Next::Rest => self.open = None,
                Next::End => return,
            }
        }
    }

    /// Stores these, if that is possible now.
    fn store(&mut self, waiting: Vec<Arc<Incoming>>) {
        let open = match self.open() {
            Ok(open) => open,
            Err(error) => return self.put_off(waiting, &error, true),
        };
        let stored = match catch_unwind(AssertUnwindSafe(|| open.stored(&waiting))) {
            Ok(stored) => stored,
            Err(_) if waiting.len() > 1 => {
                (self.open, self.alone) = (None, waiting.len());
                return;
            }
            // The panic is in the log already.
            Err(_) => {
                Err(StoreError::Database { path: self.url.clone().into(), source: "the program panicked".into() })
            }
        };
        self.alone = self.alone.saturating_sub(1);
        match stored {
            Ok(outcomes) => {
                self.told.clear();
                self.queue.done(waiting.len(), Vec::new());
                for (one, outcome) in waiting.iter().zip(outcomes) {
                    one.tell(outcome.as_ref().map(Clone::clone));
                }
            }
            Err(error) => self.put_off(waiting, &error, gets_better(&error)),
        }
    }

    /// None of these is stored: what can wait goes on waiting if that may help, all others are told.
    fn put_off(&mut self, waiting: Vec<Arc<Incoming>>, error: &StoreError, may_help: bool) {
        self.open = None;
        let count = waiting.len();
        let (patient, others): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|one| may_help && one.is_patient());
        let has_patient = !patient.is_empty();
        self.queue.done(count, patient);
        for one in &others {
            one.tell(Err(error));
        }
        if has_patient {
            self.wait(error);
        }
    }

    /// The store, opened anew where another file has taken its place.
    fn open(&mut self) -> Result<&mut Open, StoreError> {
        let is_it =
            |open: &Open| open.written < MOST_OF_AN_OPENING && fingerprint::of_file(open.store.path()) == open.file;
        let open = if let Some(open) = self.open.take().filter(is_it) {
            open
        } else {
            let store = opened(&self.url)?;
            let file = fingerprint::of_file(store.path());
            Open { store, file, written: 0 }
        };
        Ok(self.open.insert(open))
    }

    /// What waits goes on waiting.
    fn wait(&mut self, error: &StoreError) {
        let message = command_line::with_causes(error);
        if message != self.told {
            tracing::error!(error = %message, "deliveries cannot be stored; trying again");
            self.told = message;
        }
        self.queue.pause(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use model::Instant;

    use super::*;
    use crate::writing::What;

    #[test]
    fn one_that_makes_the_program_panic_fails_alone_and_the_thread_goes_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = folder.path().join("cto.db").display().to_string();
        Store::open(&url).expect("made");
        let (queue, (told, outcomes)) = (Arc::new(Queue::default()), mpsc::channel());
        let heartbeat = |second| What::Heartbeat(Instant::from_seconds(second));
        for (number, what) in [heartbeat(1), What::Bug, heartbeat(2), heartbeat(3)].into_iter().enumerate() {
            let told = told.clone();
            let then = move |outcome: Result<Outcome, &StoreError>| {
                told.send((number, outcome.is_ok())).expect("somebody waits");
            };
            assert!(queue.push(Incoming::new(what, then)));
        }
        queue.end();
        let written = start(url, queue).expect("a thread");
        let all: Vec<(usize, bool)> = (0..4).map(|_| outcomes.recv().expect("an outcome")).collect();
        assert_eq!(all, [(0, true), (1, false), (2, true), (3, true)]);
        written.blocking_recv().expect("it ends by itself");
    }
}
