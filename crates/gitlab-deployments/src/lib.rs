#![doc = include_str!("../README.md")]

mod commits;
mod deployments;
mod wire;

pub use commits::CommitSource;
pub use deployments::DeploymentSource;
