#![doc = include_str!("../README.md")]

pub mod calculate;
pub mod calendar;
pub mod catalogue;
pub mod cloud;
pub mod control;
pub mod coverage;
pub mod cto_stats;
pub mod findings;
pub mod flow;
pub mod forecast;
pub mod frame;
pub mod headline;
mod hosts;
mod ids;
mod logins;
mod net_flow;
mod overrides;
mod parallel;
mod percentiles;
pub mod period;
mod prepared;
pub mod pull_requests;
pub mod records;
pub mod selection;
pub mod summary;
pub mod throughput;
pub mod totals;
mod wanted;

pub use calculate::{CalculateError, Calculation, calculate, calculate_and_drop, calculate_selected, calculate_tables};
pub use prepared::Prepared;
pub use records::{RawBuilder, Repeated};
pub use selection::{Bots, Known, Selection, known};
pub use {model, polars};

/// Names of the tables that only rule set `flow` writes.
pub const FLOW_ONLY_TABLES: [&str; 23] = [
    "throughput_month",
    "throughput_quarter",
    "pr_change_requests_month",
    "pr_change_requests_quarter",
    "cycle_time_week",
    "stocks_totals_week",
    "cumulative_flow_totals_week",
    "aging_wip",
    "cumulative_flow_day",
    "forecast",
    "net_flow_week",
    "flow_summary",
    "pr_cycle_week",
    "pr_review_latency_week",
    "pr_activity_week",
    "pr_open",
    "pr_net_flow_week",
    "calculated_pr",
    "pr_cycle_dist",
    "pr_author_week",
    "pr_summary",
    "cloud_spending_totals",
    "cloud_spending_summary",
];
