//! What a store promises to importers and to readers.

mod absence;
mod cards;
mod committing;
mod data_formats;
mod delivering;
mod hidden_boards;
mod identity;
mod importing;
mod ledger;
mod ledger_as_csv;
mod ledger_reading;
mod observations;
mod opening;
mod publishing;
mod readers;
mod reading;
mod records;
mod repeating;
