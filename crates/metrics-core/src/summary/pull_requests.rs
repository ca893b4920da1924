//! `pr_summary`: how long pull requests take and wait, how often changes are asked for, and how many are open.

use chrono::NaiveDate;
use model::instant::{MICROS_PER_DAY, MICROS_PER_SECOND};
use model::rules::ProcessChange;
use model::table::Table;

use super::Summary;
use super::data::Data;
use super::observations::{Observations, Stock};
use super::rows::{Figure, chart_bytes, counted, pooled, table};
use super::words;
use crate::control::{Chart, series_of, xmr};
use crate::totals::ALL;

/// What happened to pull requests when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    /// Microseconds from opened to merged, by the merge. Bots are out, unless a selection counts them.
    pub(crate) open_to_merge: Observations,
    /// Microseconds from ready to the first review, by the merge. Bots as above.
    pub(crate) to_first_review: Observations,
    /// Change requests of each pull request, by its creation. Bots count.
    pub(crate) change_requests: Observations,
    /// Opened, and merged or closed. Bots are out as above.
    pub(crate) open: Stock,
}

/// What `pr_summary` of any days needs.
#[derive(Clone, Debug)]
pub(crate) struct PullRequestFacts {
    data: Data,
    series: Series,
    charts: Charts,
}

#[derive(Clone, Debug)]
struct Charts {
    open_to_merge: Chart,
    to_first_review: Chart,
    change_requests: Chart,
}

impl PullRequestFacts {
    /// The tables, among them `pr_cycle_week`, `pr_review_latency_week` and `pr_change_requests_week`, are those of the
    /// same pull requests.
    pub(crate) fn new(data: Data, series: Series, tables: &[Table], changes: &[ProcessChange]) -> Self {
        let of_all = |name: &str, column: &str, group: &str| {
            let table = tables.iter().find(|table| table.name == name);
            let points = table.and_then(|table| series_of(table, column, Some((group, ALL))));
            xmr(&points.unwrap_or_default(), changes)
        };
        let charts = Charts {
            open_to_merge: of_all("pr_cycle_week", "open_to_merge_p50_days", "repo"),
            to_first_review: of_all("pr_review_latency_week", "to_first_review_p50_hours", "size"),
            change_requests: of_all("pr_change_requests_week", "avg", "repo"),
        };
        Self { data, series, charts }
    }

    pub(super) fn summary(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Summary {
        let Self { data, series, charts } = self;
        let days = data.days(from, to);
        let rows = [
            pooled("pr_cycle_time", data, days, &charts.open_to_merge, &series.open_to_merge, |micros| {
                percentiles(micros, MICROS_PER_DAY)
            }),
            pooled("time_to_first_review", data, days, &charts.to_first_review, &series.to_first_review, |micros| {
                percentiles(micros, 3600 * MICROS_PER_SECOND)
            }),
            pooled(
                "change_requests_per_pr",
                data,
                days,
                &charts.change_requests,
                &series.change_requests,
                Figure::mean,
            ),
            counted("open_prs", data, days, &series.open),
        ];
        Summary { table: table("pr_summary", &rows), sentences: words::pull_requests(&rows) }
    }

    pub(super) fn bytes(&self) -> usize {
        let Series { open_to_merge, to_first_review, change_requests, open } = &self.series;
        let Charts { open_to_merge: cycle, to_first_review: review, change_requests: requests } = &self.charts;
        let charts = [cycle, review, requests].map(chart_bytes).iter().sum::<usize>();
        open_to_merge.bytes() + to_first_review.bytes() + change_requests.bytes() + open.bytes() + charts
    }
}

fn percentiles(sorted: &[i64], unit: i64) -> Figure {
    let values: Vec<f64> = sorted.iter().map(|micros| *micros as f64 / unit as f64).collect();
    Figure::percentiles(&values)
}
