#![doc = include_str!("../README.md")]

pub mod devlake;
pub mod em;
mod fields;
mod told;

pub use fields::{FieldError, Refused};
pub use told::Told;
