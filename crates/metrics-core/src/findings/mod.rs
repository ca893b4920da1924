//! Findings of single tables, in full sentences with numbers. No advice, and nobody is compared with anybody.

mod cycle_time;
mod issues;
mod net_flow;
mod pull_requests;
mod rows;
mod stocks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub(crate) use issues::forecast_row;
pub(crate) use rows::{count, counted, is_complete, joined, number, week};

use chrono::NaiveDate;
use chrono_tz::Tz;
use model::rules::ProcessChange;
use model::table::{Cells, Table};

use crate::catalogue::{self, Period, TableScope, TableSpec};
use crate::period;
use crate::wanted::Wanted;

/// Sentences by the name of the table that they are about.
pub type FindingsByTable = BTreeMap<&'static str, Vec<String>>;

/// What the tables of rule set `flow` say about issues and pull requests, as far as they are there.
///
/// * `cycle_time`: the medians of the last complete month, against the month before and the range of a year.
/// * `throughput_week` and those of months and quarters: whether the last complete one was normal, by a control chart;
///   where there were too few, the same of the next longer period.
/// * `stocks`, `stocks_week` and `stocks_totals_week`: open issues and bugs at the end of the last complete week, which step differs most
///   from 13 weeks before, and what grew or shrank by its net flow.
/// * `net_flow_week` and `pr_net_flow_week`: which level grew or shrank in the last complete week, by a control chart.
/// * `calculated_issue`: how many are open, finished and closed as not planned.
/// * `aging_wip`: how many are unusually long in their step, and the oldest.
/// * `cumulative_flow_day` and `cumulative_flow_totals_week`: issues not done and done at the end of the last whole day, against 28 days before.
/// * `forecast`: the 85 % forecast for 4 weeks over all boards, and how often it came true.
/// * `spillover_iteration`: what became of what was planned for the iteration that ended last.
/// * `cycle_time_week`, `pr_cycle_week`, `pr_review_latency_week` and `pr_change_requests_week`: whether the last
///   complete week was normal, by a control chart.
/// * `pr_activity_week`: what happened in the last complete week, against the one before.
/// * `pr_change_requests_repo` and `pr_change_requests_repo_dist`: change requests over all pull requests.
/// * `pr_open`: how many, the oldest, and whether they became more or fewer by their net flow.
///
/// The clouds and the summaries say theirs from their ledgers and facts.
pub(crate) fn of_tables(tables: &[Table], changes: &[ProcessChange]) -> FindingsByTable {
    let mut findings = FindingsByTable::new();
    for table in tables {
        let said = match table.name {
            "calculated_issue" => issues::all(table),
            "throughput_week" | "throughput_month" | "throughput_quarter" => {
                rows::charted_or_longer(tables, table, "throughput", None, "issues finished", changes)
            }
            "cycle_time" => cycle_time::sentences(table),
            "cycle_time_week" => cycle_time::weekly(table, changes),
            "aging_wip" => issues::aging(table),
            "cumulative_flow_day" => issues::cumulative_flow(table),
            "forecast" => issues::forecast(table),
            "spillover_iteration" => issues::spillover(table),
            "stocks_totals_week" => [stocks::sentences(table), net_flow::changed(tables, "net_flow_week")].concat(),
            "pr_cycle_week" => pull_requests::cycle(table, changes),
            "pr_review_latency_week" => pull_requests::review_latency(table, changes),
            "pr_activity_week" => pull_requests::activity(table),
            "pr_change_requests_week" | "pr_change_requests_month" | "pr_change_requests_quarter" => {
                pull_requests::change_requests(tables, table, changes)
            }
            "pr_change_requests_repo" => pull_requests::by_repository(table),
            "pr_change_requests_repo_dist" => pull_requests::distribution(table),
            "pr_open" => [pull_requests::open(table), net_flow::changed(tables, "pr_net_flow_week")].concat(),
            "net_flow_week" | "pr_net_flow_week" => net_flow::sentences(table),
            _ => continue,
        };
        let also: &[&str] = match table.name {
            "stocks_totals_week" => &["stocks", "stocks_week"],
            "cumulative_flow_day" => &["cumulative_flow_totals_week"],
            _ => &[],
        };
        findings.extend(also.iter().map(|name| (*name, said.clone())));
        findings.insert(table.name, said);
    }
    findings
}

/// That no period of a table is complete within some days, where that is so; `None` also for a table that does not say
/// what is complete. `zone` is the reporting zone.
pub fn nothing_complete(
    table: &Table,
    spec: &TableSpec,
    zone: Tz,
    (from, to): (Option<NaiveDate>, Option<NaiveDate>),
) -> Option<String> {
    let period = match spec.period {
        Period::None => return None,
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
        Period::Quarter => "quarter",
    };
    let shown = period::within(table, spec, zone, from, to);
    shown.column("complete")?;
    let is_any = (0..shown.height()).any(|row| is_complete(&shown, row));
    (!is_any).then(|| format!("No {period} of these days is complete."))
}

/// What a table with periods says of the days `from` to `to`, as if nothing had been known of later ones: limits and
/// comparisons rest on all days before them. `None` for a table without periods, and for those of the clouds, whose
/// sentences are [`cloud::findings_until`](crate::cloud::findings_until)'s.
///
/// `tables` are those of a calculation with this table, `zone` is the reporting zone.
pub fn within(
    tables: &[Table],
    spec: &TableSpec,
    zone: Tz,
    days: (Option<NaiveDate>, Option<NaiveDate>),
    changes: &[ProcessChange],
) -> Option<Vec<String>> {
    let has_sentences = spec.period != Period::None && spec.scope != TableScope::CloudSpending;
    let table = tables.iter().find(|table| table.name == spec.name).filter(|_| has_sentences)?;
    if let Some(nothing) = nothing_complete(table, spec, zone, days) {
        return Some(vec![nothing]);
    }
    let wanted = [spec.name];
    // A week that begins within the days is shown as of a later one.
    let last_shown = match period::within(table, spec, zone, days.0, days.1).column("date") {
        Some(Cells::Date(shown)) => shown.last().copied().flatten().or(days.1),
        _ => days.1,
    };
    let until = |table: &Table| {
        let spec = catalogue::table(table.name)?;
        // The last day of a table of days may still run and is not said.
        let to = if spec.period == Period::Day { last_shown.and_then(|to| to.succ_opt()) } else { days.1 };
        Some(period::within(table, spec, zone, None, to))
    };
    let rests_on = tables.iter().filter(|table| Wanted::Only(&wanted).has(table.name));
    let cut: Vec<Table> = rests_on.filter_map(until).collect();
    of_tables(&cut, changes).remove(spec.name)
}
