//! Whole runs of the program against a simulated GitHub and simulated clouds: no network, no canned answers.

mod archived;
mod bad_input;
mod billed;
mod budget;
mod clocks;
mod clouds;
mod combined;
mod deletions;
mod faults;
mod hidden;
mod identity;
mod killed;
mod lost_events;
mod moved;
mod names;
mod older_server;
mod one_instant;
mod published;
mod raw_folders;
mod silent;
mod simulated;
mod status_field;
mod transfers;
mod truth;
mod windows;
