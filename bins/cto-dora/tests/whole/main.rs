//! Whole runs of the program: no network, no canned answers.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up must fail")]

mod bad_input;
mod cases;
mod documented;
mod golden;
mod program;
mod pulling;
mod told;
mod uploading;
