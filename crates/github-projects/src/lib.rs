#![doc = include_str!("../README.md")]

mod convert;
mod cursor;
mod faults;
mod number;
mod run;
mod source;
mod wire;

pub use source::ProjectItemSource;
