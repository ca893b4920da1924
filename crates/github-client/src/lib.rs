#![doc = include_str!("../README.md")]

mod answer;
mod app_token;
pub mod by_id;
mod client;
mod credentials;
mod decode;
mod deliveries;
mod endpoint;
pub mod faults;
mod following;
mod judge;
mod learn;
mod missing;
mod node;
mod one_repository;
mod page_size;
mod present_ids;
mod repository_list;
pub mod scalars;
mod schema;
mod scopes;
mod session;
mod settings;
mod survey;
mod tally;
mod typed;
mod usable;

pub use client::{GithubClient, GraphqlError, Reply, RestPage};
pub use credentials::Credentials;
pub use following::Following;
pub use missing::MissingSource;
pub use node::{NodeData, OfType};
pub use page_size::PageSize;
pub use provider::{LedgerSnapshot, Policy};
pub use repository_list::{Entries, Entry, ListPath, PageAsked, PageCame, RepositoryList};
pub use scopes::MissingScopes;
pub use settings::Settings;

pub use survey::{DEFAULT_STATUS_FIELD, ProjectSummary, RepositorySummary, SingleSelect, Survey};
pub use tally::Tally;
