//! What a store promises to importers and to readers.
#![allow(clippy::disallowed_methods, reason = "tests ask a file behind the back of the store")]

mod absence;
mod backups;
mod cards;
mod committing;
mod damage;
mod data_formats;
mod delivering;
mod delivering_ci;
mod graph;
mod hidden_boards;
mod identity;
mod importing;
mod ledger;
mod ledger_as_csv;
mod ledger_reading;
mod observations;
mod opening;
mod plausible;
mod publishing;
mod pushing;
mod readers;
mod reading;
mod records;
mod repeating;
mod rolling_up;
mod shipping;
mod tickets;
