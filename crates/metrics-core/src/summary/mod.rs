//! The few figures of a range of days that are looked at first: tables `flow_summary`, `pr_summary`, `dora_summary`
//! and `cloud_spending_summary` of rule set `flow`.
//!
//! **The days.** `from` and `to` are whole days in the reporting zone, both within. Without them: the 364 days
//! (52 weeks) of which the day of `as_of` is the last. A `to` after the day of `as_of` is that day. The comparison is
//! with equally many days just before; it is null unless the data has begun by their first instant and every import
//! that the figures need reaches past their last.
//!
//! **Weeks.** A week belongs to the days when its Monday does, as in tables cut by `from` and `to`. Limits, signals and
//! verdicts are those of the chart of the whole weekly series; nothing is charted anew for a range. Limits are those in
//! force at the last complete week of the days, so the incomplete present never moves them. A verdict is given only
//! where that very week signals, by the side of the centre that it lies on and the metric's good direction.
//!
//! **Figures.**
//! * `lead_time`, `cycle_time`, `pr_cycle_time`, `time_to_first_review`: median, p85 and p95 over all issues that ended
//!   (pull requests that were merged) within the days, with the definitions of the weekly tables. The chart is that of
//!   the weekly medians.
//! * `change_requests_per_pr`: mean over the pull requests opened within the days. The chart is that of weekly means.
//! * `throughput`: the centre in force at the last complete week. It is compared with the centre in force at the last
//!   complete week of the days before, which is the same kind of number: as long as the limits did not change the two
//!   are equal, however single weeks differ.
//! * `wip`, `red_bin`, `open_prs`: the count when the days end, at the latest at `as_of`; compared with that of 91 days
//!   earlier, at the same instant. These are levels: they have neither limits nor signals nor a verdict, and are charted
//!   by their net flow.
//! * `deployment_frequency`: deployments of the days, by week; of a service whose deployments are recorded no more by the
//!   weeks until then, added to the others. The chart is that of the weekly counts.
//!   `lead_time_for_changes` and `recovery_time`: medians over what was deployed within the days. `change_failure_rate` and
//!   `rework_rate`: shares of the deployments of the days, with the 95 % interval by Wilson; without a chart, and null
//!   below 10 deployments.
//!
//! [`Summaries`] keeps what any range needs, so that another range costs neither lives nor clocks again.

mod clouds;
mod data;
mod delivery;
mod flow;
mod observations;
mod pull_requests;
mod rows;
mod words;

#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use model::table::Table;

pub(crate) use clouds::{CloudFacts, CurrencyFacts, MonthFacts};
pub(crate) use data::Data;
pub(crate) use delivery::{DeliveryFacts, Series as DeliverySeries, Silent};
pub(crate) use flow::FlowFacts;
pub(crate) use observations::{Observations, Stock};
pub(crate) use pull_requests::{PullRequestFacts, Series as PullRequestSeries};

/// Facts behind the summaries of one calculation, ready for any range of days.
#[derive(Clone, Debug, Default)]
pub struct Summaries {
    pub(crate) flow: Option<FlowFacts>,
    pub(crate) pull_requests: Option<PullRequestFacts>,
    pub(crate) delivery: Option<DeliveryFacts>,
    pub(crate) clouds: Option<CloudFacts>,
}

/// A summary of some days.
#[derive(Clone, Debug)]
pub struct Summary {
    /// A row per metric, or per currency. Without any data there are no rows.
    pub table: Table,
    /// What it says, in full sentences.
    pub sentences: Vec<String>,
}

impl Summary {
    /// Of nothing: a header without rows.
    pub(crate) fn empty(name: &'static str) -> Self {
        let table = match name {
            "cloud_spending_summary" => clouds::table(&[]),
            "dora_summary" => delivery::with_intervals(&[]),
            _ => rows::table(name, &[]),
        };
        Self { table, sentences: Vec::new() }
    }
}

impl Summaries {
    /// The summary of a name over the days from `from` to `to`; see the [module](self) for what is meant where they are
    /// not given. `None` for other tables, and where the scope of the table was not calculated or the rule set has none.
    pub fn of(&self, table: &str, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<Summary> {
        match table {
            "flow_summary" => self.flow.as_ref().map(|facts| facts.summary(from, to)),
            "pr_summary" => self.pull_requests.as_ref().map(|facts| facts.summary(from, to)),
            "dora_summary" => self.delivery.as_ref().map(|facts| facts.summary(from, to)),
            "cloud_spending_summary" => self.clouds.as_ref().map(|facts| facts.summary(from, to)),
            _ => None,
        }
    }

    /// Bytes that the facts take, about.
    pub fn bytes(&self) -> usize {
        self.flow.as_ref().map_or(0, FlowFacts::bytes)
            + self.pull_requests.as_ref().map_or(0, PullRequestFacts::bytes)
            + self.delivery.as_ref().map_or(0, DeliveryFacts::bytes)
            + self.clouds.as_ref().map_or(0, CloudFacts::bytes)
    }
}
