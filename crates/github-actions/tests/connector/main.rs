//! What the connector must do, against simulated workflows over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod bill;
mod ci;
mod ci_refused;
mod forge;
mod reading;
mod refused;
mod setting;
mod workflows;
