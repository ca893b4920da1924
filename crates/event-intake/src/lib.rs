#![doc = include_str!("../README.md")]

pub mod alertmanager;
pub mod cdevents;
pub mod devlake;
pub mod em;
mod fields;
pub mod incident_io;
pub mod linear;
pub mod pagerduty;
mod proof;
pub mod standard;
pub mod statuspage;
mod told;
mod webhook;

pub use fields::{FieldError, Refused};
pub use told::Told;
pub use webhook::{Malformed, Webhook};
