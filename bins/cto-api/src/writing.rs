//! What was taken in on its way into the store: it waits in a queue until one thread has stored it.

mod incoming;
mod queue;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use store::{Store, StoreError};
use tokio::sync::oneshot;

pub(crate) use incoming::{Delivered, Incoming, Outcome, Pushed, What};
pub(crate) use queue::Queue;

/// For storing what waits when the program is to end.
const END_TIMEOUT: Duration = Duration::from_secs(4);

/// Stores what waits until it is ended.
#[derive(Debug)]
pub(crate) struct Writing {
    queue: Arc<Queue>,
    written: oneshot::Receiver<()>,
}

impl Writing {
    /// Begins to store into the store at `url`, which must be there.
    ///
    /// # Errors
    /// The store cannot be written, or the system gives no thread.
    pub(crate) fn start(url: &str) -> anyhow::Result<Self> {
        opened(url).context("nothing can be stored")?;
        let queue = Arc::new(Queue::default());
        let written = writer::start(url.to_owned(), Arc::clone(&queue))?;
        Ok(Self { queue, written })
    }

    /// Where what is to be stored waits.
    pub(crate) fn queue(&self) -> Arc<Queue> {
        Arc::clone(&self.queue)
    }

    /// Waits until everything is stored, but not for ever; what is not is told.
    pub(crate) async fn end(self) {
        self.queue.end();
        if tokio::time::timeout(END_TIMEOUT, self.written).await.is_ok() {
            return;
        }
        for lost in self.queue.left() {
            let What::Delivery(Delivered { id, event, .. }) = lost.what() else { continue };
            tracing::error!(
                delivery = id,
                event,
                "delivery {id} was accepted and could not be stored before the end: deliver it again"
            );
        }
    }
}

/// A store that must be there, for writing: one that is not is not made anew.
pub(crate) fn opened(url: &str) -> Result<Store, StoreError> {
    Store::open_existing(url).and_then(|_| Store::open(url))
}

/// Whether it is about the store rather than about what was to be stored.
pub(crate) fn gets_better(error: &StoreError) -> bool {
    use StoreError::{Busy, DiskFull, Io, NotWritable};
    matches!(error, Busy { .. } | DiskFull { .. } | NotWritable { .. } | Io { .. })
}
