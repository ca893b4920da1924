//! Webhooks: deliveries are checked and read, and wait in a queue until they are stored.

mod judging;

use std::sync::Arc;
use std::time::Duration;

use event_intake::alertmanager::LabelNames;
use event_intake::linear;
use http_api::{Api, Deliveries, RawDelivery, Receipt, Reply, Sender};
use store::{Deposit, StoreError};
use tokio::sync::oneshot;

use crate::clock::now;
use crate::secrets::WebhookSecrets;
use crate::writing::{Delivered, Incoming, Outcome, Queue, What};
use judging::{Judged, told};

/// Senders stop waiting after 5 to 30 s, and may stop sending when that happens often.
const PATIENCE: Duration = Duration::from_secs(1);

/// Takes deliveries in: what is signed and of use goes into the queue.
#[derive(Debug)]
pub(crate) struct Intake {
    api: Api,
    secrets: WebhookSecrets,
    ways: Ways,
    queue: Arc<Queue>,
}

/// What the configuration says of how deliveries are read.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    /// Which label of a ticket is its type, and whether people are told apart.
    pub(crate) tickets: linear::Reading,
    /// Which labels say what alerts are of.
    pub(crate) alert_labels: LabelNames,
}

impl Intake {
    /// Takes in what is signed with one of these secrets, and says what became of it to the gauges of `api`.
    pub(crate) fn new(api: Api, secrets: WebhookSecrets, ways: Ways, queue: Arc<Queue>) -> Self {
        Self { api, secrets, ways, queue }
    }
}

impl Deliveries for Intake {
    fn expects(&self, sender: Sender) -> bool {
        self.secrets.contains_key(&sender)
    }

    fn take(&self, delivery: RawDelivery) -> Reply<Receipt> {
        let reply = self.judged(&delivery).unwrap_or_else(Reply::Now);
        let outcome = match &reply {
            Reply::Later { .. } => "accepted",
            Reply::Now(receipt) => refusal(receipt),
        };
        let (RawDelivery { id, event, .. }, sender) = (&delivery, delivery.sender.name());
        tracing::info!(sender, delivery = id, event, outcome, "delivery {id} of {event}: {outcome}");
        reply
    }
}

fn refusal(receipt: &Receipt) -> &'static str {
    match receipt {
        Receipt::Accepted | Receipt::Done(_) => "accepted",
        Receipt::NotUsed(_) => "not used",
        Receipt::Unsigned => "refused: not signed",
        Receipt::Stale => "refused: its time is not now",
        Receipt::UnknownContentType => "refused: unknown content type",
        Receipt::Malformed(_) => "refused: malformed",
        Receipt::Full => "refused: too many wait",
        Receipt::Failed => "failed",
    }
}

impl Intake {
    fn judged(&self, delivery: &RawDelivery) -> Result<Reply<Receipt>, Receipt> {
        let secret = self.secrets.get(&delivery.sender).ok_or(Receipt::Unsigned)?;
        let received_at = now();
        let Judged { id, body_hash, event, told } = told(delivery, secret, &self.ways, received_at)?;
        let (known, coming) = oneshot::channel();
        let then = {
            let (api, id, event) = (self.api.clone(), id.clone(), event.clone());
            move |outcome: Result<Outcome, &StoreError>| {
                let receipt = receipt(&api, &id, &event, &outcome);
                // Who sent it may have stopped waiting.
                let _ = known.send(receipt);
            }
        };
        let what = What::Delivery(Delivered { id, event, body_hash, received_at, told });
        if self.queue.push(Incoming::new(what, then)) {
            Ok(Reply::Later { coming, patience: Some(PATIENCE), otherwise: Receipt::Accepted })
        } else {
            Err(Receipt::Full)
        }
    }
}

/// What became of a delivery, once that is said and counted.
fn receipt(api: &Api, id: &str, event: &str, outcome: &Result<Outcome, &StoreError>) -> Receipt {
    let (outcome, receipt) = match outcome {
        Ok(Outcome::Delivered(deposit)) => (word(*deposit), Receipt::Done(word(*deposit))),
        // Nothing else becomes of deliveries.
        Ok(Outcome::Pushed(_) | Outcome::Heard) => ("known", Receipt::Done("known")),
        Err(error) => {
            let error = command_line::with_causes(*error);
            tracing::error!(delivery = id, event, error, "delivery {id} of {event} cannot be stored");
            ("failed", Receipt::Failed)
        }
    };
    tracing::info!(delivery = id, event, outcome, "delivery {id} of {event}: {outcome}");
    api.count_delivery(outcome);
    receipt
}

fn word(deposit: Deposit) -> &'static str {
    match deposit {
        Deposit::Stored => "stored",
        Deposit::Known => "known",
        Deposit::Repeated => "repeated",
        Deposit::Unknown => "unknown",
    }
}
