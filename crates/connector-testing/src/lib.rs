#![doc = include_str!("../README.md")]

mod bomb;
mod clock;
pub mod contract;
mod fixture;
mod log;
mod memory;
mod replay;
mod simulated;
mod stage;
mod told;

pub use bomb::too_large;
pub use clock::{VirtualClock, at};
pub use fixture::{fixture, readable};
pub use log::Log;
pub use memory::Memory;
pub use replay::Replay;
pub use simulated::{Provider, Simulated, first, inner_page, ok};
pub use stage::{Connector, Stage, TOKEN};
pub use told::Told;
