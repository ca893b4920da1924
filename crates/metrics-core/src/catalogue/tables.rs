//! The list of all tables.

use super::spec::{RuleSets, TableSpec};
use super::{ci, clouds, delivery, issues, pull_requests};

static TABLES: [TableSpec; 55] = [
    issues::CALCULATED_ISSUE,
    issues::CYCLE_TIME,
    issues::CYCLE_TIME_WEEK,
    issues::STOCKS,
    issues::STOCKS_WEEK,
    issues::NET_FLOW_WEEK,
    issues::AGING_WIP,
    issues::CUMULATIVE_FLOW_DAY,
    issues::STOCKS_TOTALS_WEEK,
    issues::CUMULATIVE_FLOW_TOTALS_WEEK,
    issues::THROUGHPUT_WEEK,
    issues::THROUGHPUT_MONTH,
    issues::THROUGHPUT_QUARTER,
    issues::FORECAST,
    issues::SPILLOVER_ITERATION,
    issues::SPILLOVER_ISSUE,
    issues::INNOVATION_MONTH,
    issues::SUMMARY,
    pull_requests::CHANGE_REQUESTS_WEEK,
    pull_requests::CHANGE_REQUESTS_MONTH,
    pull_requests::CHANGE_REQUESTS_QUARTER,
    pull_requests::CHANGE_REQUESTS_REPO,
    pull_requests::CHANGE_REQUESTS_REPO_DIST,
    pull_requests::CYCLE_WEEK,
    pull_requests::REVIEW_LATENCY_WEEK,
    pull_requests::ACTIVITY_WEEK,
    pull_requests::NET_FLOW_WEEK,
    pull_requests::OPEN,
    pull_requests::CALCULATED_PR,
    pull_requests::CYCLE_DIST,
    pull_requests::AUTHOR_WEEK,
    pull_requests::SUMMARY,
    delivery::DORA_WEEK,
    delivery::DORA_MONTH,
    delivery::DORA_DAY,
    delivery::DORA_TEAM_MONTH,
    delivery::CALCULATED_DEPLOYMENT,
    delivery::CALCULATED_CHANGE,
    delivery::CALCULATED_INCIDENT,
    delivery::SUMMARY,
    ci::CI_WEEK,
    ci::CI_MONTH,
    ci::CALCULATED_RUN,
    ci::CI_FLAKY_JOBS,
    ci::CI_COST_MONTH,
    ci::CI_COST_PARETO,
    ci::COST_DELIVERY_MONTH,
    ci::COST_DELIVERY_LINK,
    ci::COST_DELIVERY_REPO,
    ci::COST_DELIVERY_LINE,
    clouds::MONTHLY,
    clouds::SERVICES,
    clouds::COMPARED,
    clouds::TOTALS,
    clouds::SUMMARY,
];

/// The jobs behind what CI costs. It is computed where it is asked for by name, of jobs that are read for it, and of no other
/// table's rows: no file is written of it.
pub const CALCULATED_JOB: TableSpec = ci::CALCULATED_JOB;

/// Every table of both rule sets, in the order in which `flow` writes them.
pub fn tables() -> &'static [TableSpec] {
    &TABLES
}

/// Names of the tables that only rule set `flow` writes.
pub fn flow_only() -> impl Iterator<Item = &'static str> {
    TABLES.iter().filter(|table| table.rules == RuleSets::FlowOnly).map(|table| table.name)
}

/// The table of a name, of all and of what is only asked for by name.
pub fn table(name: &str) -> Option<&'static TableSpec> {
    static JOBS: TableSpec = CALCULATED_JOB;
    TABLES.iter().chain([&JOBS]).find(|table| table.name == name)
}
