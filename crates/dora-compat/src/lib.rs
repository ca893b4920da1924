#![doc = include_str!("../README.md")]

mod bots;
mod csv;
mod extended;
pub mod from_records;
mod json;
mod merges;
mod metric;
mod metrics;
mod pulls;
mod report;
mod statistics;
mod table;
mod time;
pub mod to_records;

#[cfg(test)]
mod tests;

pub use bots::BotPolicy;
pub use extended::{Coverage, Extended};
pub use metric::Metric;
pub use model::dora::{DeploymentRow, PullRequestRow, Rows};
pub use pulls::{Gathering, Pull, Pulls};
pub use report::{Question, Report};
