//! `forecast`: how many issues will be finished in the next 1 to 12 weeks.
//!
//! Monte Carlo over daily throughput: each of 10,000 trials draws the days of the coming weeks, with
//! replacement, from the 84 days of the last 12 complete weeks. The draws come from `ChaCha8`, seeded from the
//! configuration; each project has a stream of its own, found by its id, so that other projects and their order
//! change nothing.
//!
//! The back-test draws the same numbers, so that it repeats exactly what would have been forecast each week.

mod backtest;
mod paths;

use chrono::Days;
use chrono_tz::Tz;
use model::Instant;
use model::columns::TextColumn;
use model::table::{Cells, Column, Table};

use crate::calendar::{Cut, Periods};
use crate::frame::RATE_MINIMUM;
use crate::parallel;
use backtest::{Hits, backtest};
use paths::DayPaths;

/// Trials of a forecast.
pub const TRIALS: usize = 10_000;
/// Complete weeks whose days are drawn from; with fewer there is no forecast.
pub const HISTORY_WEEKS: usize = 12;
/// Weeks ahead, from 1.
pub const HORIZON_WEEKS: usize = 12;
/// Days drawn from.
const HISTORY_DAYS: usize = 7 * HISTORY_WEEKS;
/// Percent of trials that finish at least the number forecast.
const CONFIDENCES: [usize; 4] = [50, 70, 85, 95];

/// A project, or all of them, with what was finished in it.
#[derive(Clone, Copy, Debug)]
pub struct ForecastSeries<'a> {
    /// Id of the project as the table writes it, see [`board_key`](crate::totals::board_key); decides on the random
    /// numbers. [`ALL`] for all projects.
    pub project_id: &'a str,
    /// Name for people.
    pub project_name: &'a str,
    /// When its issues were finished, in any order.
    pub finished: &'a [Instant],
    /// Its history begins with the week that holds this instant, or the earliest of `finished`.
    pub first: Instant,
}

pub use crate::totals::ALL;

/// When and how to forecast.
#[derive(Clone, Copy, Debug)]
pub struct ForecastOptions {
    /// Now; later events are ignored.
    pub as_of: Instant,
    /// End of what every needed source has imported: weeks that end later are not complete.
    pub covered_to: Instant,
    /// Where days and weeks are cut.
    pub zone: Tz,
    /// Seed of the random numbers.
    pub seed: u64,
}

/// Twelve rows per series, series ordered by project id and [`ALL`] last.
///
/// Columns: `project_id`, `project_name`, `weeks` (1 to 12, from the end of the last complete week),
/// `until` (last day of that period, null without a complete week), `p50`, `p70`, `p85`, `p95` (the most issues
/// that at least so many percent of the trials finish; null with fewer than 12 complete weeks),
/// `history_weeks` (complete weeks known), `hit_rate_85` (share of past 85 % forecasts for +4 weeks that came
/// true, null below 10), `hit_count`, `hit_n` (past forecasts that can be checked: the last 52 at most).
pub fn forecast(series: &[ForecastSeries<'_>], options: &ForecastOptions) -> Table {
    let mut order: Vec<&ForecastSeries<'_>> = series.iter().collect();
    order.sort_by_key(|series| (series.project_id == ALL, series.project_id));
    let outlooks = parallel::map(&order, |series| Outlook::of(series, options));
    table(&order, &outlooks)
}

/// What is known of one series.
struct Outlook {
    /// Last day of each horizon.
    until: [Option<chrono::NaiveDate>; HORIZON_WEEKS],
    /// Per horizon, per confidence.
    forecasts: Option<[[u32; CONFIDENCES.len()]; HORIZON_WEEKS]>,
    history_weeks: usize,
    hits: Hits,
}

impl Outlook {
    fn of(series: &ForecastSeries<'_>, options: &ForecastOptions) -> Self {
        let covered = options.covered_to.min(options.as_of);
        let first = series.finished.iter().copied().fold(series.first, Instant::min);
        let weeks = Periods::covering(Cut::Week, options.zone, first, covered);
        let history_weeks = (0..weeks.len()).take_while(|week| weeks.end(*week) <= covered).count();
        let mut outlook = Self { until: [None; HORIZON_WEEKS], forecasts: None, history_weeks, hits: Hits::default() };
        let Some(last_week) = history_weeks.checked_sub(1) else { return outlook };
        for (index, until) in outlook.until.iter_mut().enumerate() {
            *until = weeks.first_day(last_week).checked_add_days(Days::new(7 * (index as u64 + 2) - 1));
        }
        if history_weeks >= HISTORY_WEEKS {
            let daily = daily_counts(series, options.zone, weeks.start(0), weeks.end(last_week));
            let paths = DayPaths::draw(options.seed, series.project_id);
            outlook.forecasts = Some(simulate(&paths, last_days(&daily)));
            outlook.hits = backtest(&paths, &daily);
        }
        outlook
    }
}

/// Issues finished on each day from the start of the first week to the end of the last complete one.
fn daily_counts(series: &ForecastSeries<'_>, zone: Tz, start: Instant, end: Instant) -> Vec<u32> {
    let days = Periods::covering(Cut::Day, zone, start, Instant::from_micros(end.micros() - 1));
    let mut counts = vec![0; days.len()];
    for day in series.finished.iter().filter_map(|at| days.index_of(*at)) {
        counts[day] += 1;
    }
    counts
}

/// The days that a forecast made at the end of `daily` draws from; there must be enough.
fn last_days(daily: &[u32]) -> &[u32; HISTORY_DAYS] {
    daily.last_chunk().expect("a forecast needs twelve complete weeks")
}

/// Per horizon the largest N that at least so many percent of the trials reach, per confidence.
fn simulate(paths: &DayPaths, history: &[u32; HISTORY_DAYS]) -> [[u32; CONFIDENCES.len()]; HORIZON_WEEKS] {
    let mut finished = vec![0_u32; TRIALS];
    std::array::from_fn(|week| {
        for (sum, days) in finished.iter_mut().zip(paths.week(week)) {
            *sum += days.iter().map(|day| history[usize::from(*day)]).sum::<u32>();
        }
        let mut sorted = finished.clone();
        sorted.sort_unstable();
        CONFIDENCES.map(|percent| sorted[TRIALS * (100 - percent) / 100])
    })
}

fn table(order: &[&ForecastSeries<'_>], outlooks: &[Outlook]) -> Table {
    let (mut ids, mut names) = (TextColumn::default(), TextColumn::default());
    for series in order {
        for _ in 0..HORIZON_WEEKS {
            ids.push(series.project_id.as_bytes());
            names.push(series.project_name.as_bytes());
        }
    }
    let rows = || outlooks.iter().flat_map(|outlook| (0..HORIZON_WEEKS).map(move |week| (outlook, week)));
    let integers = |value: &dyn Fn(&Outlook, usize) -> Option<i64>| {
        Cells::Int(rows().map(|(outlook, week)| value(outlook, week)).collect())
    };
    let confidence = |index: usize| {
        integers(&move |outlook, week| outlook.forecasts.map(|forecasts| i64::from(forecasts[week][index])))
    };
    Table {
        name: "forecast",
        columns: vec![
            Column { name: "project_id", cells: Cells::Text(ids) },
            Column { name: "project_name", cells: Cells::Text(names) },
            Column { name: "weeks", cells: integers(&|_, week| Some(week as i64 + 1)) },
            Column { name: "until", cells: Cells::Date(rows().map(|(outlook, week)| outlook.until[week]).collect()) },
            Column { name: "p50", cells: confidence(0) },
            Column { name: "p70", cells: confidence(1) },
            Column { name: "p85", cells: confidence(2) },
            Column { name: "p95", cells: confidence(3) },
            Column { name: "history_weeks", cells: integers(&|outlook, _| Some(outlook.history_weeks as i64)) },
            Column {
                name: "hit_rate_85",
                cells: Cells::Float(rows().map(|(outlook, _)| outlook.hits.rate()).collect()),
            },
            Column { name: "hit_count", cells: integers(&|outlook, _| Some(outlook.hits.count as i64)) },
            Column { name: "hit_n", cells: integers(&|outlook, _| Some(outlook.hits.checked as i64)) },
        ],
    }
}

impl Hits {
    /// Share of forecasts that came true, `None` below [`RATE_MINIMUM`].
    fn rate(&self) -> Option<f64> {
        (self.checked >= RATE_MINIMUM).then(|| self.count as f64 / self.checked as f64)
    }
}

#[cfg(test)]
mod tests;
