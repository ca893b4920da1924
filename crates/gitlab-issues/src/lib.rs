#![doc = include_str!("../README.md")]

mod board;
mod convert;
mod moves;
pub mod wire;

pub use board::Board;
pub use convert::{CONFIDENTIAL_TITLE, NoPlace, Reading, Records, records};
