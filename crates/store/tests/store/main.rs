//! What a store promises to importers and to readers.

mod cards;
mod committing;
mod data_formats;
mod importing;
mod opening;
mod publishing;
mod reading;
mod records;
mod repeating;
