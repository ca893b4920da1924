//! What the connector must do, against a simulated repository over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod contract;
mod edges;
mod folders;
mod overflow;
mod repository;
mod resume;
mod setting;
