//! What the connector must do, against a simulated Google over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod contract;
mod identity;
mod key;
mod limits;
mod months;
mod pages;
mod refusals;
mod secrets;
mod simulated;
mod source;
mod stage;
mod table;
