//! What the connector must do, against a simulated repository over HTTP.

mod by_id;
mod contract;
mod edges;
mod hidden;
mod overflow;
mod repository;
mod resume;
mod setting;
