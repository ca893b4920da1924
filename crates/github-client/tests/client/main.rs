//! The client against a simulated GitHub.

mod answers;
mod app;
mod clocks;
mod contract;
mod learning;
mod limits;
mod paging;
mod schema;
mod secrets;
mod simulated;
mod survey;
