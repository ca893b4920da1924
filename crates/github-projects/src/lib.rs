#![doc = include_str!("../README.md")]

mod convert;
mod cursor;
mod number;
mod run;
mod source;
mod wire;

pub use source::{ProjectItemSource, subject_of};
