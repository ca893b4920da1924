#![doc = include_str!("../README.md")]

mod batch;
mod error;
mod progress;
mod run;

pub use batch::{Batch, FullCrawl, Scope, Sink, SinkError};
pub use error::{ErrorKind, SourceError};
pub use progress::{Event, Progress, Silent};
pub use run::{Context, Expected, Source, Usage, Window};
