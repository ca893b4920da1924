#![doc = include_str!("../README.md")]

mod bill_file;
mod billing_time;
mod content;
mod cursor;
mod exact_sum;
mod fault;
mod header;
mod hours;
mod job;
mod ledger;
mod overlap;
mod path_time;
mod reading;
mod row;
mod runs;
mod settings;
mod source;

pub use settings::{CostColumn, Settings};
pub use source::FocusSource;
