//! Webhooks: what is taken in waits in a queue until one thread has stored it.

mod judging;
mod queue;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use event_intake::linear;
use http_api::{Api, Deliveries, RawDelivery, Receipt, Sender};
use store::Store;
use tokio::sync::oneshot;

use crate::clock::now;
use crate::secrets::WebhookSecrets;
use judging::{Judged, told};
use queue::{Queue, Waiting};
pub(crate) use writer::gets_better;

/// For storing what waits when the program is to end.
const END_TIMEOUT: Duration = Duration::from_secs(4);

/// Receives webhooks until it is ended.
#[derive(Debug)]
pub(crate) struct Receiving {
    queue: Arc<Queue>,
    written: oneshot::Receiver<()>,
}

/// Takes deliveries in: what is signed and of use goes into the queue.
#[derive(Debug)]
struct Intake {
    secrets: WebhookSecrets,
    tickets: linear::Reading,
    queue: Arc<Queue>,
}

impl Receiving {
    /// Begins to receive, for the store at `url`, which must be there.
    ///
    /// # Errors
    /// The store cannot be written, or the system gives no thread.
    pub(crate) fn start(
        api: &Api,
        secrets: WebhookSecrets,
        tickets: linear::Reading,
        url: &str,
    ) -> anyhow::Result<Self> {
        Store::open_existing(url).and_then(|_| Store::open(url)).context("webhooks cannot be stored")?;
        let queue = Arc::new(Queue::default());
        let written = writer::start(api.clone(), url.to_owned(), Arc::clone(&queue))?;
        api.receive(Arc::new(Intake { secrets, tickets, queue: Arc::clone(&queue) }));
        Ok(Self { queue, written })
    }

    /// Waits until everything is stored, but not for ever; what is not is told.
    pub(crate) async fn end(self) {
        self.queue.end();
        if tokio::time::timeout(END_TIMEOUT, self.written).await.is_ok() {
            return;
        }
        for lost in self.queue.left() {
            tracing::error!(
                delivery = lost.id,
                event = lost.event,
                "delivery {} was accepted and could not be stored before the end: deliver it again",
                lost.id
            );
        }
    }
}

impl Deliveries for Intake {
    fn expects(&self, sender: Sender) -> bool {
        self.secrets.contains_key(&sender)
    }

    fn take(&self, delivery: RawDelivery) -> Receipt {
        let receipt = self.judged(&delivery);
        let outcome = match &receipt {
            Receipt::Accepted => "accepted",
            Receipt::NotUsed(_) => "not used",
            Receipt::Unsigned => "refused: not signed",
            Receipt::Stale => "refused: its time is not now",
            Receipt::UnknownContentType => "refused: unknown content type",
            Receipt::Malformed(_) => "refused: malformed",
            Receipt::Full => "refused: too many wait",
        };
        let (RawDelivery { id, event, .. }, sender) = (&delivery, delivery.sender.name());
        tracing::info!(sender, delivery = id, event, outcome, "delivery {id} of {event}: {outcome}");
        receipt
    }
}

impl Intake {
    fn judged(&self, delivery: &RawDelivery) -> Receipt {
        let Some(secret) = self.secrets.get(&delivery.sender) else { return Receipt::Unsigned };
        let received_at = now();
        match told(delivery, secret, &self.tickets, received_at) {
            Err(receipt) => receipt,
            Ok(Judged { id, body_hash, event, told }) => {
                if self.queue.push(Waiting { id, event, body_hash, received_at, told }) {
                    Receipt::Accepted
                } else {
                    Receipt::Full
                }
            }
        }
    }
}
