#![doc = include_str!("../README.md")]

pub mod alertmanager;
pub mod incident_io;
pub mod pagerduty;
mod proof;
pub mod standard;
pub mod statuspage;
mod webhook;

pub use webhook::{Malformed, Webhook};
