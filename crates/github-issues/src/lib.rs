#![doc = include_str!("../README.md")]

mod convert;
mod cursor;
mod faults;
mod kind;
mod run;
mod source;
mod wire;

pub use source::IssueSource;
