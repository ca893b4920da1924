#![doc = include_str!("../README.md")]

mod exporter;
mod message;

pub use exporter::{Exporter, Rejected, endpoint};
pub use message::{About, Temporality, Units, message};
pub use provider::Url;
