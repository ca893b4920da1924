#![doc = include_str!("../README.md")]

mod client;
mod convert;
mod credentials;
mod cursor;
mod endpoint;
mod explain;
mod names;
mod query;
mod quoted;
mod session;
mod settings;
mod source;
mod sql;
mod table;
mod tokens;
mod wire;

pub use client::GcpClient;
pub use credentials::{Credentials, Surroundings};
pub use settings::{
    DEFAULT_DATASET, DEFAULT_ENDPOINT, DEFAULT_MAXIMUM_BYTES_BILLED, DEFAULT_POLICY, Querying, Settings,
};
pub use source::GcpBillingSource;
