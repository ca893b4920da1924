#![doc = include_str!("../README.md")]

mod batch;
mod clock;
pub mod endpoint;
mod error;
mod policy;
mod progress;
pub mod reply;
mod run;

pub use batch::{Batch, FullCrawl, Heads, Sink, SinkError};
pub use clock::{Clock, SystemClock};
pub use error::{ErrorKind, SourceError};
pub use model::kinds::Scope;
pub use policy::{Policy, doubled};
pub use progress::{Event, Progress, Silent};
pub use run::{Context, Expected, Source, Usage, Window};
