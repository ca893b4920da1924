//! `dora_summary`: how often is deployed, how long changes take, how many deployments fail, how long that lasts, and how
//! much of it was not planned.

use chrono::NaiveDate;
use model::instant::{MICROS_PER_DAY, MICROS_PER_SECOND};
use model::rules::ProcessChange;
use model::table::{Cells, Column, Table};

use super::Summary;
use super::data::{Data, Days};
use super::observations::Observations;
use super::rows::{Figure, Row, chart_bytes, over_days, table};
use super::words;
use crate::control::{Chart, series_of, xmr};
use crate::delivery::wilson;
use crate::frame::RATE_MINIMUM;
use crate::totals::ALL;

/// What happened to deployments when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    /// Of each counted deployment, by its success: 1 if it failed.
    pub(crate) failed: Observations,
    /// Of each counted deployment, by its success: 1 if it was not planned.
    pub(crate) unplanned: Observations,
    /// Microseconds of lead time, by the deployment.
    pub(crate) leads: Observations,
    /// Microseconds from a failed deployment to the recovery, by the deployment.
    pub(crate) recoveries: Observations,
}

/// A service whose deployments are recorded no more.
#[derive(Clone, Debug)]
pub(crate) struct Silent {
    /// Its name.
    pub(crate) service: String,
    /// Its last deployment, in microseconds.
    pub(crate) since: i64,
    /// Its deployments, by their success.
    pub(crate) deployments: Observations,
}

/// What `dora_summary` of any days needs.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryFacts {
    data: Data,
    series: Series,
    /// Services of which nothing is known any more.
    silent: Vec<Silent>,
    /// Whether there are others.
    has_others: bool,
    deployments: Chart,
    leads: Chart,
}

impl DeliveryFacts {
    /// The tables, among them `dora_week`, are those of the same deployments.
    pub(crate) fn new(
        data: Data,
        series: Series,
        silent: Vec<Silent>,
        has_others: bool,
        tables: &[Table],
        changes: &[ProcessChange],
    ) -> Self {
        let weeks = tables.iter().find(|table| table.name == "dora_week");
        let chart = |column: &str| {
            let points = weeks.and_then(|weeks| series_of(weeks, column, Some(("service", ALL))));
            xmr(&points.unwrap_or_default(), changes)
        };
        let (deployments, leads) = (chart("deployments"), chart("lead_p50_days"));
        Self { data, series, silent, has_others, deployments, leads }
    }

    pub(super) fn summary(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Summary {
        let Self { data, series, deployments, leads, .. } = self;
        let days = data.days(from, to);
        let (within, none) =
            (|values: &Observations, days: Days| values.within(&data.instants(days)), Chart::default());
        let unit = |values: &Observations, days: Days, unit: i64| {
            let values: Vec<f64> = within(values, days).iter().map(|micros| *micros as f64 / unit as f64).collect();
            Figure::percentiles(&values)
        };
        let mut rows = [
            over_days("deployment_frequency", data, days, deployments, |days| self.frequency(days)),
            over_days("lead_time_for_changes", data, days, leads, |days| unit(&series.leads, days, MICROS_PER_DAY)),
            over_days("change_failure_rate", data, days, &none, |days| rate(&within(&series.failed, days))),
            over_days("recovery_time", data, days, &none, |days| {
                unit(&series.recoveries, days, 3600 * MICROS_PER_SECOND)
            }),
            over_days("rework_rate", data, days, &none, |days| rate(&within(&series.unplanned, days))),
        ];
        let silent: Vec<&Silent> =
            self.silent.iter().filter(|service| service.since < data.instants(days).end).collect();
        if !silent.is_empty() {
            // What is known of some of these days is not to be compared with what is known of all of others.
            for row in &mut rows {
                row.previous = None;
            }
        }
        Summary { table: with_intervals(&rows), sentences: words::delivery(&rows, &silent, data.zone) }
    }

    /// Deployments by week: of a service that fell silent over the days until then, and added to what is known of the
    /// others, so that it counts neither as 0 nor for days of which nothing is known.
    fn frequency(&self, days: Days) -> Figure {
        let Self { data, series, silent, has_others, .. } = self;
        let instants = data.instants(days);
        let count = |deployments: &Observations| deployments.within(&instants).len() as i64;
        let by_week = |count: i64, until: i64| {
            let known = data.known_days(days, until);
            (known > 0.0).then(|| count as f64 / known * 7.0)
        };
        let n = count(&series.failed);
        let of_silent: i64 = silent.iter().map(|service| count(&service.deployments)).sum();
        let others = if *has_others { by_week(n - of_silent, data.as_of.micros()) } else { None };
        let of_silent = silent.iter().filter_map(|service| by_week(count(&service.deployments), service.since));
        let value = others.into_iter().chain(of_silent).reduce(|one, other| one + other);
        Figure { value, n, ..Figure::default() }
    }

    pub(super) fn bytes(&self) -> usize {
        let Series { failed, unplanned, leads, recoveries } = &self.series;
        let values = [failed, unplanned, leads, recoveries].map(Observations::bytes).iter().sum::<usize>();
        let silent =
            self.silent.iter().map(|service| service.service.len() + service.deployments.bytes()).sum::<usize>();
        values + silent + chart_bytes(&self.deployments) + chart_bytes(&self.leads)
    }
}

/// Share of ones among zeros and ones; with fewer than ten nothing is said.
fn rate(flags: &[i64]) -> Figure {
    let (part, n) = (flags.iter().sum::<i64>(), flags.len() as i64);
    if n < RATE_MINIMUM as i64 {
        return Figure { n, ..Figure::default() };
    }
    Figure { value: Some(part as f64 / n as f64), n, interval: wilson(part, n), ..Figure::default() }
}

/// The columns of all summaries, without those that belong to issues, and the interval of rates.
pub(super) fn with_intervals(rows: &[Row]) -> Table {
    let mut table = table("dora_summary", rows);
    table.columns.retain(|column| !["p95", "weeks_of_work", "known_share"].contains(&column.name));
    let bound =
        |bound: fn((f64, f64)) -> f64| Cells::Float(rows.iter().map(|row| row.figure.interval.map(bound)).collect());
    table.columns.push(Column { name: "low", cells: bound(|(low, _)| low) });
    table.columns.push(Column { name: "high", cells: bound(|(_, high)| high) });
    table
}
