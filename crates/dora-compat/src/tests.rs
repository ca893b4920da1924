//! Rules of the report on the smallest data that shows them.

mod properties;
mod statistics;
mod time;
