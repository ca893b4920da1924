#![doc = include_str!("../README.md")]

mod board;
mod cards;
mod convert;
mod history;
mod iterations;
mod moves;
mod source;
mod statuses;
pub mod wire;

pub use board::Board;
pub use convert::{CONFIDENTIAL_TITLE, NoPlace, Reading, Records, records};
pub use source::{IssueRules, IssueSource};
pub use statuses::{Note, Statuses};
