#![doc = include_str!("../README.md")]

mod answer;
mod app_token;
mod client;
mod clock;
mod conceal;
mod credentials;
pub mod cursor;
mod decode;
mod endpoint;
pub mod faults;
mod gate;
mod judge;
mod ledger;
mod missing;
mod page_size;
mod present_ids;
pub mod scalars;
mod scopes;
mod session;
mod settings;
mod survey;
mod tally;
mod transport;

pub use client::{GithubClient, GraphqlError, Reply};
pub use clock::{Clock, HurriedClock, SystemClock};
pub use credentials::Credentials;
pub use ledger::LedgerSnapshot;
pub use missing::MissingSource;
pub use page_size::PageSize;
pub use scopes::MissingScopes;
pub use settings::Settings;
pub use source::Policy;
pub use survey::{ProjectSummary, RepositorySummary, Survey};
pub use tally::Tally;
