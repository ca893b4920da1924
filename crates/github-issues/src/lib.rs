#![doc = include_str!("../README.md")]

mod by_id;
mod convert;
mod reading;
mod run;
mod source;
mod wire;

pub use by_id::MovedIssueSource;
pub use convert::Cards;
pub use source::IssueSource;
