//! Catalogue: every table of both rule sets with its columns, and the metrics that people look at.
//!
//! The words are those of `docs/metrics.md`; a test holds tables, columns and that document together.

mod ci;
mod clouds;
mod delivery;
mod issues;
mod metrics;
mod net_flow;
mod pull_requests;
mod spec;
mod summaries;
mod tables;

pub use metrics::{Direction, Metric, metrics};
pub use spec::{
    ColumnKind, ColumnSpec, Computed, Counted, Evidence, Filter, Period, Range, RuleSets, TableScope, TableSpec,
    Written,
};
pub use tables::{CALCULATED_JOB, flow_only, table, tables};
