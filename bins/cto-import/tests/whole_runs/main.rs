//! Whole runs of the program against a simulated GitHub: no network, no canned answers.

mod bad_input;
mod budget;
mod faults;
mod killed;
mod lost_events;
mod simulated;
mod truth;
mod windows;
