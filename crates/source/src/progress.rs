//! Progress of a running import, as its user is told.

use model::Instant;

use crate::Scope;

/// Something worth showing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A page was committed.
    Page {
        /// Scope.
        scope: Scope,
        /// Repository as `org/name`, or a board's name.
        subject: String,
        /// Records so far in this run.
        records: u64,
        /// Records expected, where known.
        expected: Option<u64>,
    },
    /// The import waits for a limit to lift.
    Waiting {
        /// When it goes on, by the local clock.
        until: Instant,
        /// Seconds of waiting.
        seconds: u64,
        /// Why, in words.
        reason: String,
    },
    /// A request is tried again.
    Retrying {
        /// Which try comes next, from 2.
        attempt: u32,
        /// Why, in words.
        reason: String,
    },
    /// Pages got smaller or larger.
    PageSize {
        /// Scope.
        scope: Scope,
        /// Items per page from now on.
        size: u32,
    },
    /// Something that the user should know and that is no failure.
    Note(String),
    /// Something that was asked for and that the provider does not show to this token, or does not have; everything else
    /// of the source is read. The run ends as a partial one.
    Refused(String),
}

/// Where events go.
pub trait Progress: Send + Sync {
    /// Takes an event.
    fn event(&self, event: Event);
}

/// Drops all events.
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _event: Event) {}
}
