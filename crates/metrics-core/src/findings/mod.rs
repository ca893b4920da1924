//! What single tables say, in full sentences with numbers. No advice, and nobody is compared with anybody.

mod cycle_time;
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
/// * `stocks` and `stocks_week`: open issues and bugs at the end of the last complete week, and what grew most over
///   13 weeks.
/// * `pr_cycle_week` and `pr_change_requests_week`: whether the last complete week was normal, by a control chart.
/// * `pr_open`: how many, and the oldest.
///
/// Throughput and the clouds say theirs from their charts and ledgers.
pub(crate) fn of_tables(tables: &[Table], changes: &[ProcessChange]) -> FindingsByTable {
    let mut findings = FindingsByTable::new();
    for table in tables {
        let said = match table.name {
            "cycle_time" => cycle_time::sentences(table),
            "stocks_week" => stocks::sentences(table),
            "pr_cycle_week" => pull_requests::cycle(table, changes),
            "pr_change_requests_week" => pull_requests::change_requests(table, changes),
            "pr_open" => pull_requests::open(table),
            _ => continue,
        };
        if table.name == "stocks_week" {
            findings.insert("stocks", said.clone());
        }
        findings.insert(table.name, said);
    }
    findings
}
