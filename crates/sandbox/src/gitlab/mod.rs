//! An HTTP server that answers like GitLab's REST API v4 and its GraphQL, from a [`View`](crate::view::View) of an
//! organisation.
//!
//! The organisation is a group, a repository a project of it, a pull request a merge request with the same number. The
//! first board is shown as labels of the scope [`SCOPE`], for GitLab's boards are made of labels. What GitLab does not know
//! is not shown: generate the organisation with [`Options::told_by_both`](crate::Options::told_by_both) where nothing
//! may be lost.
//!
//! Times of REST have milliseconds and those of GraphQL none; lists are paged by `Link` alone. The clock is the view's.

mod answer;
mod ci;
mod config;
mod counters;
mod delivery;
mod fault;
mod fault_table;
mod forge;
mod graphql;
mod issue;
mod labels;
mod list;
mod merge_request;
mod notes;
mod path;
mod rest;
mod select;
mod state;
mod webhooks;

#[cfg(test)]
mod tests;

pub use config::GitlabConfig;
pub use counters::GitlabCounters;
pub use fault::{GitlabFault, GitlabFaultKind};
pub use fault_table::names as gitlab_fault_names;
pub use labels::SCOPE;
pub use webhooks::deliveries;

pub(crate) use answer::router;
pub(crate) use state::GitlabState;
