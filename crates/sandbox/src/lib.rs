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
pub mod webhooks;
mod words;
mod write;

pub use organisation::{LostEvents, Options, Organisation, Size, UnknownSize};
pub use records::{ci_records, delivery_records, records};
pub use truth::{
    ALL_OF_CI, ChangeTruth, CiBillTruth, CiCostTruth, CiMonthTruth, CiRunTruth, CiTruth, DeploymentTruth,
    IncidentTruth, IssueTruth, IterationTruth, PARTS_OF_CI_COST, PullRequestTruth, StockWeek, ThroughputWeek, Truth,
};
pub use write::{write_csv_folder, write_store};
