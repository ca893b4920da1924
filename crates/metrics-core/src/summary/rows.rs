//! Rows of `flow_summary` and `pr_summary`.

use chrono::NaiveDate;
use model::columns::TextColumn;
use model::table::{Cells, Column, Table};

use super::data::{Data, Days};
use super::observations::{Observations, Stock};
use crate::catalogue::{Direction, Metric, metrics};
use crate::control::{Chart, Verdict};
use crate::frame::{KNOWN_SHARE_MINIMUM, P85_MINIMUM, P95_MINIMUM, percentile, percentile_of_enough};

/// One metric over some days.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) metric: &'static Metric,
    pub(super) days: Days,
    pub(super) figure: Figure,
    pub(super) weekly: Weekly,
    /// The days of the comparison.
    pub(super) before: Days,
    /// `None` where the data does not cover them.
    pub(super) previous: Option<Figure>,
    pub(super) weeks_of_work: Option<f64>,
}

/// A figure and what it rests on.
#[derive(Clone, Debug, Default)]
pub(super) struct Figure {
    pub(super) value: Option<f64>,
    pub(super) n: i64,
    pub(super) p85: Option<f64>,
    pub(super) p95: Option<f64>,
    /// Share of what ended of which the value is known, for durations that lost history may hide.
    pub(super) known_share: Option<f64>,
    /// 95 % interval of a rate.
    pub(super) interval: Option<(f64, f64)>,
}

impl Figure {
    /// Median and percentiles of ascending values.
    pub(super) fn percentiles(sorted: &[f64]) -> Self {
        Self {
            value: percentile(sorted, 0.5),
            n: sorted.len() as i64,
            p85: percentile_of_enough(sorted, 0.85, P85_MINIMUM),
            p95: percentile_of_enough(sorted, 0.95, P95_MINIMUM),
            ..Self::default()
        }
    }

    /// The figure beside so many more that ended and of which the value is unknown: nothing is said where these are too
    /// many.
    pub(super) fn beside_unknown(self, unknown: usize) -> Self {
        let all = self.n + unknown as i64;
        let share = (all > 0).then(|| self.n as f64 / all as f64);
        if share.is_some_and(|share| share < KNOWN_SHARE_MINIMUM) {
            return Self { n: self.n, known_share: share, ..Self::default() };
        }
        Self { known_share: share, ..self }
    }

    /// Whether enough is known for a verdict.
    fn is_known(&self) -> bool {
        self.known_share.is_none_or(|share| share >= KNOWN_SHARE_MINIMUM)
    }

    /// Mean of whole numbers.
    pub(super) fn mean(values: &[i64]) -> Self {
        let n = values.len() as i64;
        let value = (n > 0).then(|| values.iter().sum::<i64>() as f64 / n as f64);
        Self { value, n, ..Self::default() }
    }

    /// A count is its own number of observations.
    fn count(count: i64) -> Self {
        Self { value: Some(count as f64), n: count, ..Self::default() }
    }
}

/// What the chart of the weekly series says about the days; of levels nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Weekly {
    /// The chart at the last complete week of the days that has a value.
    pub(super) in_force: Option<Verdict>,
    /// Weeks of the days that signal; `None` where no week could be judged.
    pub(super) signals: Option<i64>,
    /// `better`, `worse` or nothing.
    pub(super) verdict: &'static str,
}

impl Weekly {
    pub(super) fn of(chart: &Chart, data: &Data, days: Days, metric: &Metric) -> Self {
        let of_days = || chart.points.iter().filter(|point| point.complete && days.has(point.first_day));
        let in_force = of_days().next_back();
        let judged = of_days().filter(|point| point.is_judged());
        let signals = judged.clone().next().map(|_| judged.filter(|point| !point.signals.is_empty()).count() as i64);
        let last = data.complete_weeks(days).next_back();
        let newest = in_force.filter(|point| Some(point.first_day) == last);
        Self {
            in_force: in_force.cloned(),
            signals,
            verdict: newest.map_or("", |point| verdict(point, metric.good_direction)),
        }
    }
}

fn verdict(point: &Verdict, good: Direction) -> &'static str {
    let Some(center) = point.center.filter(|_| !point.signals.is_empty()) else { return "" };
    match (good, point.value > center) {
        (Direction::None, _) => "",
        (Direction::Up, true) | (Direction::Down, false) => "better",
        (Direction::Up, false) | (Direction::Down, true) => "worse",
    }
}

/// A metric of the catalogue.
pub(super) fn metric(name: &str) -> &'static Metric {
    metrics().iter().find(|metric| metric.name == name).expect("a test holds that summaries name metrics")
}

/// A row of a figure over some days, and over as many days before.
pub(super) fn over_days(name: &str, data: &Data, days: Days, chart: &Chart, figure: impl Fn(Days) -> Figure) -> Row {
    let (metric, before) = (metric(name), days.before());
    Row {
        metric,
        days,
        figure: figure(days),
        weekly: Weekly::of(chart, data, days, metric),
        before,
        previous: data.covers(before).then(|| figure(before)),
        weeks_of_work: None,
    }
}

/// A row of figures over the values of some days, and over those of the days before.
pub(super) fn pooled(
    name: &str,
    data: &Data,
    days: Days,
    chart: &Chart,
    values: &Observations,
    figure: impl Fn(&[i64]) -> Figure,
) -> Row {
    over_days(name, data, days, chart, |days| figure(&values.within(&data.instants(days))))
}

/// A row of durations over some days, of which lost history may hide some.
pub(super) fn durations(
    name: &str,
    data: &Data,
    days: Days,
    chart: &Chart,
    [known, unknown]: [&Observations; 2],
    figure: impl Fn(&[i64]) -> Figure,
) -> Row {
    let mut row = over_days(name, data, days, chart, |days| {
        let instants = data.instants(days);
        figure(&known.within(&instants)).beside_unknown(unknown.within(&instants).len())
    });
    if !row.figure.is_known() {
        row.weekly.verdict = "";
    }
    row
}

/// A row of a level: a count when the days end. It has no limits and no verdict, see [`net_flow`](crate::net_flow).
pub(super) fn counted(name: &str, data: &Data, days: Days, stock: &Stock) -> Row {
    let metric = metric(name);
    let (now, then) = data.end(days);
    let count = |moment| data.has_begun(moment).then(|| Figure::count(stock.before(moment.before)));
    Row {
        metric,
        days,
        figure: count(now).unwrap_or_default(),
        weekly: Weekly::default(),
        before: Days { from: then.day, to: then.day },
        previous: count(then).filter(|_| data.reaches(then)),
        weeks_of_work: None,
    }
}

/// Bytes that a chart takes, about.
pub(super) fn chart_bytes(chart: &Chart) -> usize {
    size_of_val(chart.points.as_slice())
}

impl Row {
    /// In percent of the figure before; `None` without one, and where that is 0.
    pub(super) fn change_percent(&self) -> Option<f64> {
        let before = self.previous.as_ref().and_then(|figure| figure.value).filter(|before| *before != 0.0)?;
        self.figure.value.map(|value| (value - before) / before * 100.0)
    }
}

/// The table of some rows.
pub(super) fn table(name: &'static str, rows: &[Row]) -> Table {
    let text = |value: fn(&Row) -> &str| {
        let mut cells = TextColumn::default();
        for row in rows {
            cells.push(value(row).as_bytes());
        }
        Cells::Text(cells)
    };
    let day = |value: fn(&Row) -> NaiveDate| Cells::Date(rows.iter().map(|row| Some(value(row))).collect());
    let float = |value: fn(&Row) -> Option<f64>| Cells::Float(rows.iter().map(value).collect());
    let int = |value: fn(&Row) -> Option<i64>| Cells::Int(rows.iter().map(value).collect());
    let columns = vec![
        Column { name: "metric", cells: text(|row| row.metric.name) },
        Column { name: "unit", cells: text(|row| row.metric.unit) },
        Column { name: "from", cells: day(|row| row.days.from) },
        Column { name: "to", cells: day(|row| row.days.to) },
        Column { name: "value", cells: float(|row| row.figure.value) },
        Column { name: "n", cells: int(|row| Some(row.figure.n)) },
        Column { name: "p85", cells: float(|row| row.figure.p85) },
        Column { name: "p95", cells: float(|row| row.figure.p95) },
        Column { name: "limit_low", cells: float(|row| row.weekly.in_force.as_ref().and_then(|point| point.lcl)) },
        Column { name: "limit_high", cells: float(|row| row.weekly.in_force.as_ref().and_then(|point| point.ucl)) },
        Column { name: "signals", cells: int(|row| row.weekly.signals) },
        Column { name: "previous_from", cells: day(|row| row.before.from) },
        Column { name: "previous_to", cells: day(|row| row.before.to) },
        Column { name: "previous", cells: float(|row| row.previous.as_ref().and_then(|figure| figure.value)) },
        Column { name: "previous_n", cells: int(|row| row.previous.as_ref().map(|figure| figure.n)) },
        Column { name: "change_percent", cells: float(Row::change_percent) },
        Column { name: "verdict", cells: text(|row| row.weekly.verdict) },
        Column { name: "weeks_of_work", cells: float(|row| row.weeks_of_work) },
        Column { name: "known_share", cells: float(|row| row.figure.known_share) },
    ];
    Table { name, columns }
}
