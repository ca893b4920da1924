//! The thread that stores what waits: it opens the store for as long as there is something to write.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use http_api::Api;
use store::{Delivery, Deposit, Store, StoreError};
use tokio::sync::oneshot;

use super::queue::{Queue, Waiting};

/// Before a store that could not be written is tried again.
const PAUSE: Duration = Duration::from_secs(2);

/// Starts the thread. It ends when the queue has, and says so.
///
/// # Errors
/// The system gives no thread.
pub(super) fn start(api: Api, url: String, queue: Arc<Queue>) -> anyhow::Result<oneshot::Receiver<()>> {
    let (written, receiver) = oneshot::channel();
    let work = move || {
        let mut writer = Writer { api, url, queue, told: String::new() };
        while writer.queue.first().is_some() {
            writer.batch();
        }
        // Nobody waits any more when that took too long.
        let _ = written.send(());
    };
    thread::Builder::new().name("deliveries".to_owned()).spawn(work).context("cannot start a thread")?;
    Ok(receiver)
}

struct Writer {
    api: Api,
    url: String,
    queue: Arc<Queue>,
    /// The failure that was logged last.
    told: String,
}

impl Writer {
    /// Stores all that wait; pauses where that is not possible now.
    fn batch(&mut self) {
        // A store that is not there is not made anew.
        let store = match Store::open_existing(&self.url).and_then(|_| Store::open(&self.url)) {
            Ok(store) => store,
            Err(error) => return self.wait(&error),
        };
        let mut more = true;
        while more && let Some(one) = self.queue.first() {
            let delivery = Delivery {
                id: &one.id,
                body_hash: &one.body_hash,
                event: &one.event,
                received_at: one.received_at,
                told: &one.told,
            };
            match store.deliver(&delivery) {
                Ok(deposit) => {
                    self.told.clear();
                    self.end(&one, outcome(deposit));
                }
                Err(error) if gets_better(&error) => return self.wait(&error),
                Err(error) => {
                    let (id, event) = (&one.id, &one.event);
                    let error = command_line::with_causes(&error);
                    tracing::error!(delivery = id, event, error, "delivery {id} of {event} cannot be stored");
                    self.end(&one, "failed");
                }
            }
            more = self.queue.done();
        }
    }

    fn end(&self, one: &Waiting, outcome: &'static str) {
        let (id, event) = (&one.id, &one.event);
        tracing::info!(delivery = id, event, outcome, "delivery {id} of {event}: {outcome}");
        self.api.count_delivery(outcome);
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

fn outcome(deposit: Deposit) -> &'static str {
    match deposit {
        Deposit::Stored => "stored",
        Deposit::Known => "known",
        Deposit::Repeated => "repeated",
        Deposit::Unknown => "unknown",
    }
}

/// Whether it is about the store rather than about what was to be stored.
pub(crate) fn gets_better(error: &StoreError) -> bool {
    use StoreError::{Busy, DiskFull, Io, NotWritable};
    matches!(error, Busy { .. } | DiskFull { .. } | NotWritable { .. } | Io { .. })
}
