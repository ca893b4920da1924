#![doc = include_str!("../README.md")]

mod backup;
mod check;
mod clock;
pub mod csv_folder;
mod delivery;
mod dictionary;
mod error;
mod findings;
mod graph;
mod import_csv;
mod ledger;
mod lock;
mod merge;
mod page;
mod place;
mod presence;
pub mod publish;
mod publish_csv;
mod push;
mod read;
mod runs;
mod schema;
mod sqlite;
mod store;
mod write;

pub use check::Fault;
pub use delivery::{Delivery, Deposit};
pub use error::{Cause, StoreError};
pub use findings::{Finding, Findings, Found, Kind};
pub use graph::Deployed;
pub use import_csv::{CsvImport, CsvTable};
pub use lock::ImportLock;
pub use page::{Absence, Page};
pub use place::{Place, url_in};
pub use push::{Difference, Push, Pushed};
pub use store::Store;
