//! What the connector must do, against a simulated board over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod board;
mod contract;
mod edges;
mod hidden;
mod resume;
mod setting;
