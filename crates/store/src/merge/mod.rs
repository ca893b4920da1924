//! Decisions of the store: which of two observations counts, which row is meant, and what is there no longer.
//!
//! Everything here works on rows in memory and knows no database: rows in, decision out. What gathers the rows and what
//! carries a decision out is in [`write`](crate::write).

pub(crate) mod identity;
pub(crate) mod order;
pub(crate) mod sightings;
pub(crate) mod tickets;
pub(crate) mod timelines;
pub(crate) mod told;
pub(crate) mod untold;
