//! What the connectors must do, against simulated repositories over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod budget;
mod commits;
mod contract;
mod deployments;
mod graph;
mod pages;
mod releases;
mod setting;
mod shipped;
mod waiting;
