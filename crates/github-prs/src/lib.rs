#![doc = include_str!("../README.md")]

mod convert;
mod cursor;
mod run;
mod source;
mod wire;

pub use source::PullRequestSource;
