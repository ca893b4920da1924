#![doc = include_str!("../README.md")]

mod board;
mod convert;
mod moves;
mod source;
pub mod wire;

pub use board::Board;
pub use convert::{CONFIDENTIAL_TITLE, NoPlace, Reading, Records, records};
pub use source::{IssueRules, IssueSource};
