//! A pushed event on its way into the store, and what became of it.

use model::Instant;
use model::deliveries::Delivered;

/// What somebody pushes: deployments, incidents and pull requests under ids of their own, which no provider tells.
#[derive(Clone, Copy, Debug)]
pub struct Push<'a> {
    /// What the sender calls this request; the same one again is not looked at.
    pub key: Option<&'a str>,
    /// Hash of the address and the body: a key stands for one request alone.
    pub body_hash: &'a str,
    /// What the request is, in a word or two.
    pub event: &'a str,
    /// When it came, by our clock.
    pub received_at: Instant,
    /// Deployments, incidents, and pull requests with their reviews; an incident without an id gets the next one of its project.
    pub told: &'a [Delivered],
    /// Whether the statuses and events have the time of receipt for want of another: a state that is known already is then
    /// not told again.
    pub undated: bool,
    /// Whether what is told of must be known before.
    pub must_be_known: bool,
}

/// What became of a push. Of the last three nothing is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It told of something new; the id of the first such.
    Created(String),
    /// It told something new of what was known.
    Changed,
    /// It told nothing that was not known, or the key was used before.
    Known,
    /// What it tells of is not known, and must be.
    Missing,
    /// An incident names a deployment that is not known; its id as told.
    NoDeployment(String),
    /// It claims another fact of what cannot change.
    Differs(Difference),
}

/// Two facts of what cannot change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is.
    pub field: &'static str,
    /// As it is stored.
    pub stored: String,
    /// As it was told.
    pub told: String,
}
