#![doc = include_str!("../README.md")]

mod client;
mod graphql;
mod judge;
mod settings;
mod survey;

pub use client::{GitlabClient, ListPage, NextPage};
pub use graphql::{GraphqlQuery, GraphqlReply, PageSize};
pub use settings::Settings;
pub use survey::{Group, ProjectSummary, Survey};
