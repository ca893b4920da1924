//! Rule set `cto-stats`: the numbers of the original tool, digit for digit.
//!
//! Everything here is bug for bug: re-opened issues stay ended, stocks show the furthest step ever reached, a mean
//! over nothing is 0, the last week of throughput is dropped, costs are binary numbers. The tables have the original's
//! columns and no others.
//! Weeks are ISO weeks in UTC. Rule set `flow` lives elsewhere and shares none of this.

mod bug_source;
mod cloud;
mod cycle_time;
mod issue_list;
mod lives;
mod names;
mod pull_requests;
mod stocks;
mod throughput;
mod weeks;

#[cfg(test)]
mod tests;

use model::Instant;
use model::columns::Raw;
use model::rules::Rules;
use model::single_rules::SingleRule;
use model::table::Table;

use crate::parallel;
use crate::selection::Chosen;

pub use cloud::cloud_tables;
pub use pull_requests::pull_request_tables;
pub(crate) use pull_requests::tables_of as pull_request_tables_of;

/// The five tables about issues: `calculated_issue`, `cycle_time`, `throughput_week`, `stocks`, `stocks_week`.
///
/// Of the rules only `projects`, `bug_source` and what is said of means over nothing count.
/// `now` ends `stocks_week` when no issue has any date but its creation, and is used for nothing else; without it
/// [`Raw::as_of`] does.
pub fn issue_tables(raw: &Raw, rules: &Rules, now: Option<Instant>) -> Vec<Table> {
    issue_tables_of(raw, rules, now, &Chosen::everything())
}

/// The tables about the issues of a selection.
pub(crate) fn issue_tables_of(raw: &Raw, rules: &Rules, now: Option<Instant>, chosen: &Chosen) -> Vec<Table> {
    let mut lives = lives::lives(raw, rules);
    if !chosen.is_everything() {
        lives.select(raw, chosen);
    }
    let (list, mut others) = parallel::both(
        || issue_list::calculated_issue(raw, &lives),
        || {
            vec![
                cycle_time::cycle_time(&lives, rules.follows(SingleRule::MeansOverNothing)),
                throughput::throughput_week(&lives),
                stocks::stocks(&lives),
                stocks::stocks_week(&lives, now.or(raw.as_of)),
            ]
        },
    );
    others.insert(0, list);
    others
}
