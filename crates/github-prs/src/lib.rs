#![doc = include_str!("../README.md")]

mod convert;
mod cursor;
mod folders;
mod run;
mod source;
mod wire;

pub use source::PullRequestSource;
