#![doc = include_str!("../README.md")]

mod body;
mod call;
mod connection;
pub mod cursor;
pub mod dating;
pub mod endpoint;
pub mod graph;
mod ledger;
mod limiter;
pub mod list;
mod policy;
mod reply;
mod times;
pub mod tls;
mod transport;
mod words;

pub use body::LARGEST_REPLY;
pub use call::{Asking, Call, Decision, Unready};
pub use connection::{About, Connection};
pub use ledger::{Ledger, LedgerSnapshot};
pub use limiter::{cancelled, sleep, wait_until};
pub use policy::{Policy, doubled};
pub use reply::Reply;
pub use reqwest::{Method, header};
pub use times::{after, between};
pub use transport::{Broken, Request, Transport, secret};
pub use url::Url;
pub use words::shortened;
