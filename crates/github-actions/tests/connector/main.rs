//! What the connector must do, against simulated workflows over HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod reading;
mod refused;
mod workflows;
