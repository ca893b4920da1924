//! What the connector must do, against a simulated Azure over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod contract;
mod errors;
mod limits;
mod months;
mod pages;
mod provider;
mod secrets;
mod setting;
mod source;
mod tokens;
