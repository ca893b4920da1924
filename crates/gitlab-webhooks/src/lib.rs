#![doc = include_str!("../README.md")]

mod deployment;
mod issue;
mod merge_request;
mod pipeline;
mod reading;
mod release;
mod token;
mod wire;

pub use reading::{Malformed, NotUsed, Reading, read};
pub use token::is_token;

/// Who tells of it, as rows have it.
const SOURCE: &str = "gitlab";
