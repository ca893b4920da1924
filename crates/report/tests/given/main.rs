//! Reports of tables that are given.

mod findings;
mod tables;
mod three_months;
