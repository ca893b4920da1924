//! Schema of a server: asked once by introspection, and heeded by every query.

mod known;
mod lacking;
mod optional;
mod own;
mod prune;
#[cfg(test)]
mod tests;

pub(crate) use known::Known;
pub(crate) use lacking::{Extent, Lacking, Said, question};
pub(crate) use optional::OLDEST_SERVER;
