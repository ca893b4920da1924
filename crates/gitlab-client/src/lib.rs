#![doc = include_str!("../README.md")]

mod changes;
mod client;
mod graphql;
mod judge;
mod kept;
mod settings;
mod survey;
mod time;

pub use changes::Changes;
pub use client::{GitlabClient, ListPage, NextPage};
pub use graphql::{GraphqlQuery, GraphqlReply, PageSize};
pub use kept::{Kept, Span};
pub use settings::Settings;
pub use survey::{Group, ProjectSummary, Survey};
pub use time::Time;
