//! `flow_summary`: lead time, cycle time, throughput, work in progress and open bugs.

use chrono::NaiveDate;
use model::instant::MICROS_PER_DAY;
use model::rules::{ProcessChange, Rules};
use model::table::Table;

use super::Summary;
use super::data::{Data, Days};
use super::observations::{Observations, Stock};
use super::rows::{self, Figure, Row, chart_bytes, counted, over_days, table};
use super::words;
use crate::control::{Chart, series_of, xmr};
use crate::coverage::Coverage;
use crate::flow::{Life, Lives, work_and_open_bugs};

/// What `flow_summary` of any days needs.
#[derive(Clone, Debug)]
pub(crate) struct FlowFacts {
    data: Data,
    /// Microseconds by the end of the issue.
    lead: Observations,
    cycle: Observations,
    /// Those that ended and of which lost history may hide it.
    lead_unknown: Observations,
    cycle_unknown: Observations,
    wip: Stock,
    bugs: Stock,
    charts: Charts,
}

#[derive(Clone, Debug)]
struct Charts {
    lead: Chart,
    cycle: Chart,
    throughput: Chart,
}

impl FlowFacts {
    /// `cycle_time_week` and the chart of throughput are those of the same lives. `None` without issues.
    pub(crate) fn new(
        lives: &Lives,
        rules: &Rules,
        coverage: &Coverage,
        cycle_time_week: &Table,
        throughput: Chart,
    ) -> Option<Self> {
        let data = Data {
            as_of: lives.as_of,
            covered_to: coverage.until,
            begins: lives.first_creation()?,
            zone: rules.timezone,
        };
        let changes = &rules.process_changes;
        let charts = Charts {
            lead: medians(cycle_time_week, "leadtime_days_p50", changes),
            cycle: medians(cycle_time_week, "cycletime_days_p50", changes),
            throughput,
        };
        let [wip, bugs] = work_and_open_bugs(lives);
        Some(Self {
            lead: durations(lives, Life::lead_micros),
            cycle: durations(lives, Life::cycle_micros),
            lead_unknown: durations(lives, |life| (life.is_finished() && life.lead_micros().is_none()).then_some(0)),
            cycle_unknown: durations(lives, |life| (life.is_finished() && life.cycle_unknown).then_some(0)),
            wip,
            bugs,
            data,
            charts,
        })
    }

    pub(super) fn summary(&self, from: Option<NaiveDate>, to: Option<NaiveDate>) -> Summary {
        let days = self.data.days(from, to);
        let throughput = self.throughput(days);
        let center = throughput.figure.value.filter(|center| *center > 0.0);
        let mut wip = counted("wip", &self.data, days, &self.wip);
        wip.weeks_of_work = wip.figure.value.zip(center).map(|(wip, center)| wip / center);
        let rows = [
            rows::durations(
                "lead_time",
                &self.data,
                days,
                &self.charts.lead,
                [&self.lead, &self.lead_unknown],
                in_days,
            ),
            rows::durations(
                "cycle_time",
                &self.data,
                days,
                &self.charts.cycle,
                [&self.cycle, &self.cycle_unknown],
                in_days,
            ),
            throughput,
            wip,
            counted("red_bin", &self.data, days, &self.bugs),
        ];
        Summary { table: table("flow_summary", &rows), sentences: words::flow(&rows) }
    }

    /// The centre in force, against that of the days before.
    fn throughput(&self, days: Days) -> Row {
        let chart = &self.charts.throughput;
        over_days("throughput", &self.data, days, chart, |days| {
            let weeks = || chart.points.iter().filter(|point| point.complete && days.has(point.first_day));
            let value = weeks().next_back().and_then(|point| point.center);
            Figure { value, n: weeks().count() as i64, ..Figure::default() }
        })
    }

    pub(super) fn bytes(&self) -> usize {
        let Charts { lead, cycle, throughput } = &self.charts;
        let charts = [lead, cycle, throughput].map(chart_bytes).iter().sum::<usize>();
        let unknown = self.lead_unknown.bytes() + self.cycle_unknown.bytes();
        unknown + self.lead.bytes() + self.cycle.bytes() + self.wip.bytes() + self.bugs.bytes() + charts
    }
}

fn in_days(sorted: &[i64]) -> Figure {
    let days: Vec<f64> = sorted.iter().map(|micros| *micros as f64 / MICROS_PER_DAY as f64).collect();
    Figure::percentiles(&days)
}

fn medians(cycle_time_week: &Table, column: &str, changes: &[ProcessChange]) -> Chart {
    xmr(&series_of(cycle_time_week, column, None).unwrap_or_default(), changes)
}

fn durations(lives: &Lives, duration: fn(&Life) -> Option<i64>) -> Observations {
    let ended = |(_, life): (usize, &Life)| duration(life).map(|duration| (life.ended_at, duration));
    Observations::new(lives.included().filter_map(ended))
}
