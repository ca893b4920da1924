#![doc = include_str!("../README.md")]

mod about;
mod answer;
mod api;
mod asker;
mod compatible;
mod dashboard;
mod data;
mod dora_report;
mod events;
mod evidence;
mod forwarded;
mod gauges;
mod guard;
mod hash;
mod json;
mod observe;
mod openapi;
mod periods;
mod problem;
mod query;
mod reply;
mod routes;
mod routing;
mod server_words;
mod settings;
mod shared;
mod single_flight;
mod snapshot;
mod ticketing;
mod totals;
mod turns;
mod typed;
mod webhooks;

pub use api::Api;
/// What is served, so that who serves it can name it.
pub use axum::Router;
pub use dashboard::DashboardFiles;
pub use data::{Data, RulesBySet};
pub use dora_report::DoraReports;
pub use events::{Door, EventReceipt, Events, Question, RawEvent};
pub use evidence::Jobs;
pub use openapi::openapi;
pub use reply::Reply;
pub use settings::{Authentication, Limits, Network, Pushing, Settings, SettingsError};
pub use totals::Totals;
pub use webhooks::{Deliveries, PATH_PROOF, Proofs, RawDelivery, Receipt, Sender};
