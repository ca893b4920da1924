#![doc = include_str!("../README.md")]

mod calendar;
pub mod clouds;
mod config;
mod fault_setting;
pub mod gitlab;
mod ids;
mod organisation;
mod present;
mod random;
mod records;
pub mod server;
mod truth;
pub mod view;
mod words;
mod write;

pub use organisation::{LostEvents, Options, Organisation, Size, UnknownSize};
pub use records::{delivery_records, records};
pub use truth::{
    ChangeTruth, DeploymentTruth, IncidentTruth, IssueTruth, IterationTruth, PullRequestTruth, StockWeek,
    ThroughputWeek, Truth,
};
pub use write::{write_csv_folder, write_store};
