#![doc = include_str!("../README.md")]

mod commits;
mod deployments;
mod list;
mod releases;
mod wire;

pub use commits::CommitSource;
pub use deployments::DeploymentSource;
pub use releases::ReleaseSource;
