//! What single tables say, in full sentences with numbers. No advice, and nobody is compared with anybody.

mod cycle_time;
mod issues;
mod net_flow;
mod pull_requests;
mod rows;
mod stocks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub(crate) use rows::{counted, joined};

use model::rules::ProcessChange;
use model::table::Table;

/// Sentences by the name of the table that they are about.
pub type FindingsByTable = BTreeMap<&'static str, Vec<String>>;

/// What the tables of rule set `flow` say about issues and pull requests, as far as they are there.
///
/// * `cycle_time`: the medians of the last complete month, against the month before and the range of a year.
/// * `stocks` and `stocks_week`: open issues and bugs at the end of the last complete week, which step differs most
///   from 13 weeks before, and what grew or shrank by its net flow.
/// * `net_flow_week` and `pr_net_flow_week`: which level grew or shrank in the last complete week, by a control chart.
/// * `calculated_issue`: how many are open, finished and closed as not planned.
/// * `aging_wip`: how many are unusually long in their step, and the oldest.
/// * `cumulative_flow_day`: issues not done and done at the end of the last whole day, against 28 days before.
/// * `forecast`: the 85 % forecast for 4 weeks over all boards, and how often it came true.
/// * `cycle_time_week`, `pr_cycle_week`, `pr_review_latency_week` and `pr_change_requests_week`: whether the last
///   complete week was normal, by a control chart.
/// * `pr_activity_week`: what happened in the last complete week, against the one before.
/// * `pr_change_requests_repo` and `pr_change_requests_repo_dist`: change requests over all pull requests.
/// * `pr_open`: how many, the oldest, and whether they became more or fewer by their net flow.
///
/// Throughput, the clouds and the summaries say theirs from their charts, ledgers and facts.
pub(crate) fn of_tables(tables: &[Table], changes: &[ProcessChange]) -> FindingsByTable {
    let mut findings = FindingsByTable::new();
    for table in tables {
        let said = match table.name {
            "calculated_issue" => issues::all(table),
            "cycle_time" => cycle_time::sentences(table),
            "cycle_time_week" => cycle_time::weekly(table, changes),
            "aging_wip" => issues::aging(table),
            "cumulative_flow_day" => issues::cumulative_flow(table),
            "forecast" => issues::forecast(table),
            "stocks_week" => [stocks::sentences(table), net_flow::changed(tables, "net_flow_week")].concat(),
            "pr_cycle_week" => pull_requests::cycle(table, changes),
            "pr_review_latency_week" => pull_requests::review_latency(table, changes),
            "pr_activity_week" => pull_requests::activity(table),
            "pr_change_requests_week" => pull_requests::change_requests(table, changes),
            "pr_change_requests_repo" => pull_requests::by_repository(table),
            "pr_change_requests_repo_dist" => pull_requests::distribution(table),
            "pr_open" => [pull_requests::open(table), net_flow::changed(tables, "pr_net_flow_week")].concat(),
            "net_flow_week" | "pr_net_flow_week" => net_flow::sentences(table),
            _ => continue,
        };
        if table.name == "stocks_week" {
            findings.insert("stocks", said.clone());
        }
        findings.insert(table.name, said);
    }
    findings
}
