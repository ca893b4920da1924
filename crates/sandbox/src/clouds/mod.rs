//! Bills of the clouds: generated charges, the invoices that they add up to, and servers that answer like Azure
//! Cost Management and BigQuery.

mod azure;
mod bills;
mod charge;
mod config;
mod counters;
mod fault;
mod fault_table;
mod google;
mod ledger;
mod server;
mod state;

pub use bills::{BillOptions, Bills, Invoice};
pub use charge::{AzureCharge, GoogleCharge, GoogleCredit};
pub use config::{AzureQuota, CloudConfig, ProviderClock};
pub use counters::CloudCounters;
pub use fault::{CloudFault, CloudFaultKind};
pub use fault_table::cloud_fault_names;
pub use google::GoogleKey;
pub use server::CloudServer;

pub(crate) use ledger::Account;
pub(crate) use server::router;
pub(crate) use state::CloudState;
