#![doc = include_str!("../README.md")]

mod answer;
mod bill;
mod buckets;
mod chain;
mod client;
mod endpoint;
mod identity;
mod judge;
mod months;
mod pacer;
mod query;
mod refusal;
mod reply;
mod run;
mod scope;
mod session;
mod settings;
mod source;
mod transport;

pub use answer::Remaining;
pub use buckets::expected_wait;
pub use client::AzureClient;
pub use pacer::{Pacer, Turn};
pub use scope::CostScope;
pub use settings::{
    CostType, Credential, DEFAULT_API_VERSION, DEFAULT_CLIENT_TYPE, DEFAULT_POLICY, PUBLIC_AUTHORITY_HOST,
    PUBLIC_ENDPOINT, Quota, Settings,
};
pub use source::AzureCostSource;

/// What the ledger calls this provider.
pub const PROVIDER: &str = "azure";
