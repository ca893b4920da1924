//! Whole runs of the program against a simulated GitHub and simulated clouds: no network, no canned answers.

mod bad_input;
mod billed;
mod budget;
mod clouds;
mod faults;
mod killed;
mod lost_events;
mod simulated;
mod truth;
mod windows;
