//! Whole runs of the program against a simulated GitHub and simulated clouds: no network, no canned answers.

mod bad_input;
mod billed;
mod budget;
mod clocks;
mod clouds;
mod faults;
mod hidden_status;
mod killed;
mod lacking;
mod lost_events;
mod simulated;
mod truth;
mod windows;
