#![doc = include_str!("../README.md")]

mod card;
mod deployment;
mod issue;
mod payload;
mod pull_request;
mod reading;
mod release;
mod run;
mod signature;
mod wire;

pub use payload::{BodyKind, payload};
pub use reading::{Malformed, NotUsed, Reading, read};
pub use signature::{body_hash, is_signed};

/// Who tells of it, as rows have it.
const SOURCE: &str = "github";
