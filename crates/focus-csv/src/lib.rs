#![doc = include_str!("../README.md")]

mod bill_file;
mod billing_time;
mod content;
mod cursor;
mod exact_sum;
mod fault;
mod header;
mod job;
mod ledger;
mod reading;
mod row;
mod settings;
mod source;

pub use settings::{CostColumn, Settings};
pub use source::FocusSource;
