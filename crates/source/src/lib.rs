#![doc = include_str!("../README.md")]

mod batch;
mod clock;
mod error;
mod progress;
mod run;

pub use batch::{Batch, FullCrawl, Heads, Sink, SinkError};
pub use clock::{Clock, SetClock, SystemClock};
pub use error::{ErrorKind, SourceError};
pub use model::kinds::Scope;
pub use progress::{Event, Progress, Silent};
pub use run::{Context, Expected, Source, Usage, Window};
