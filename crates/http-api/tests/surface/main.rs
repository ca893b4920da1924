//! The routes over the hand-made organisation of `fixtures/tables`.

mod access;
mod behaviour;
mod compatible;
mod dashboard;
mod documented;
mod events;
mod evidence;
mod fixture;
mod large;
mod reports;
mod sentences;
mod snapshots;
mod tables;
mod totals;
mod typed;
mod webhooks;
