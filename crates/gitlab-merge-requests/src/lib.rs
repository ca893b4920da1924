#![doc = include_str!("../README.md")]

mod convert;
mod cursor;
mod numbers;
mod run;
mod source;
mod wire;

pub use source::MergeRequestSource;
