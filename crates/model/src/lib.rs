#![doc = include_str!("../README.md")]

pub mod columns;
pub mod csv;
pub mod instant;
pub mod names;
pub mod records;
pub mod rules;
pub mod spec;
pub mod table;

pub use instant::Instant;
