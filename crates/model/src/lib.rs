#![doc = include_str!("../README.md")]

pub mod columns;
pub mod csv;
pub mod deliveries;
pub mod instant;
pub mod issue_kind;
pub mod money;
pub mod month;
pub mod names;
pub mod records;
pub mod rules;
pub mod spec;
pub mod table;

pub use instant::Instant;
pub use money::Amount;
pub use month::Month;
