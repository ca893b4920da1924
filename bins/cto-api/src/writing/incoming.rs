//! One thing that waits to be stored, and who waits for what becomes of it.

use std::fmt::{self, Debug};
use std::sync::{Mutex, PoisonError};

use model::Instant;
use model::deliveries;
use store::{Delivery, Deposit, Push, StoreError, Together};

/// Something that was taken in.
pub(crate) struct Incoming {
    what: What,
    then: Mutex<Option<Then>>,
}

type Then = Box<dyn FnOnce(Result<Outcome, &StoreError>) + Send>;

/// What is to be stored.
#[derive(Debug)]
pub(crate) enum What {
    /// A webhook tells it. It waits for a store that cannot be written for a while.
    Delivery(Delivered),
    /// Somebody pushes it, who waits.
    Push(Pushed),
    /// Nothing happened that was not pushed, up to an instant.
    Heartbeat(Instant),
    /// What no one has foreseen.
    #[cfg(test)]
    Bug,
}

/// A delivery that was checked and read.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) id: String,
    pub(crate) event: String,
    pub(crate) body_hash: String,
    pub(crate) received_at: Instant,
    pub(crate) told: deliveries::Delivered,
}

/// A pushed event that was read.
#[derive(Debug)]
pub(crate) struct Pushed {
    pub(crate) key: Option<String>,
    pub(crate) body_hash: String,
    pub(crate) event: &'static str,
    pub(crate) received_at: Instant,
    pub(crate) told: event_intake::Told,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Of a delivery.
    Delivered(Deposit),
    /// Of a pushed event.
    Pushed(store::Pushed),
    /// The heartbeat is noted.
    Heard,
}

impl Incoming {
    /// `then` is told what became of it, when that lasts; on the thread that stores.
    pub(crate) fn new(what: What, then: impl FnOnce(Result<Outcome, &StoreError>) + Send + 'static) -> Self {
        Self { what, then: Mutex::new(Some(Box::new(then))) }
    }

    pub(super) fn what(&self) -> &What {
        &self.what
    }

    /// Whether it waits where the store cannot be written now.
    pub(super) fn is_patient(&self) -> bool {
        matches!(self.what, What::Delivery(_))
    }

    pub(super) fn store(&self, together: &mut Together<'_>) -> Result<Outcome, StoreError> {
        match &self.what {
            What::Delivery(Delivered { id, event, body_hash, received_at, told }) => {
                let delivery = Delivery { id, body_hash, event, received_at: *received_at, told };
                together.deliver(&delivery).map(Outcome::Delivered)
            }
            What::Push(Pushed { key, body_hash, event, received_at, told }) => {
                let push = Push {
                    key: key.as_deref(),
                    body_hash,
                    event,
                    received_at: *received_at,
                    told: &told.records,
                    undated: told.undated,
                    must_be_known: told.must_be_known,
                };
                together.push(&push).map(Outcome::Pushed)
            }
            What::Heartbeat(at) => together.heartbeat(*at).map(|()| Outcome::Heard),
            #[cfg(test)]
            What::Bug => panic!("what no one has foreseen"),
        }
    }

    /// Tells who waits; the first time counts.
    pub(super) fn tell(&self, outcome: Result<Outcome, &StoreError>) {
        let then = self.then.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(then) = then {
            then(outcome);
        }
    }
}

impl Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("what", &self.what).finish_non_exhaustive()
    }
}
