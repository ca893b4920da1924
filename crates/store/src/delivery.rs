//! One delivery of a webhook on its way into the store.

use model::Instant;
use model::deliveries::Delivered;

/// What a delivery told, and how it is recognised when it comes again.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// The sender's id of it.
    pub id: &'a str,
    /// Hash of its body: the id may be made up by whoever repeats it, the body is signed.
    pub body_hash: &'a str,
    /// Name of the event.
    pub event: &'a str,
    /// When it came, by our clock. Dates nothing but this note of it.
    pub received_at: Instant,
    /// What it tells.
    pub told: &'a Delivered,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deposit {
    /// It told something new, which is stored.
    Stored,
    /// It told nothing that was not known, or only an older state of what is stored.
    Known,
    /// It was stored before: the same id, or the same body.
    Repeated,
    /// It is about a repository, board, card or pull request that no import has seen. Nothing is stored; it may come
    /// again.
    Unknown,
}
