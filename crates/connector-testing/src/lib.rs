#![doc = include_str!("../README.md")]

mod bed;
mod bomb;
mod broken;
mod clock;
pub mod contract;
mod fixture;
pub mod list_contract;
mod log;
mod memory;
mod replay;
pub mod repository_contract;
mod simulated;
mod stage;
mod told;

pub use bed::{Bed, Client, Faults};
pub use bomb::too_large;
pub use broken::{Connections, untrusted};
pub use clock::{VirtualClock, at};
pub use fixture::{fixture, readable};
pub use log::Log;
pub use memory::Memory;
pub use replay::Replay;
pub use repository_contract::RepositoryEntries;
pub use simulated::{Provider, Simulated, first, inner_page, ok};
pub use stage::{Connector, Stage, TOKEN};
pub use told::Told;
