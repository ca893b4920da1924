#![doc = include_str!("../README.md")]

// So that what the derive macro writes is right here too.
extern crate self as model;

pub mod cells;
pub mod ci;
pub mod columns;
pub mod course;
pub mod csv;
pub mod deliveries;
pub mod delivery;
pub mod dora;
pub mod folders;
pub mod formulas;
pub mod github;
pub mod gitlab;
pub mod instant;
pub mod issue_kind;
pub mod kinds;
pub mod money;
pub mod month;
pub mod names;
pub mod pattern;
pub mod records;
pub mod report;
pub mod rules;
pub mod series;
pub mod single_rules;
pub mod spec;
pub mod table;
pub mod tables;
pub mod teams;
pub mod tickets;

pub use instant::Instant;
pub use money::Amount;
pub use month::Month;
