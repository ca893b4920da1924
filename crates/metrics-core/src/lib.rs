#![doc = include_str!("../README.md")]

pub mod calculate;
pub mod calendar;
pub mod catalogue;
pub mod cloud;
pub mod control;
pub mod coverage;
pub mod cto_stats;
pub mod delivery;
pub mod findings;
pub mod flow;
pub mod forecast;
pub mod frame;
pub mod headline;
mod hosts;
mod ids;
mod logins;
mod net_flow;
mod overrides;
mod parallel;
mod percentiles;
pub mod period;
mod prepared;
pub mod pull_requests;
pub mod records;
pub mod selection;
mod spillover;
pub mod summary;
pub mod throughput;
pub mod totals;
mod wanted;
mod words;

pub use calculate::{CalculateError, Calculation, calculate, calculate_and_drop, calculate_selected, calculate_tables};
pub use prepared::Prepared;
pub use records::{RawBuilder, Repeated};
pub use selection::{Bots, Known, Selection, known};
pub use {model, polars};
