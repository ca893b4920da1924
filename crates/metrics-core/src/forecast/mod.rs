//! `forecast`: how many issues will be finished in the next 1 to 12 weeks, counted from `as_of`.
//!
//! **Weeks** are stretches of seven days that end at `as_of`, or where the imports end if that is earlier: whatever day
//! it is, the first week ahead is the next seven days, and nothing that is over is in it.
//!
//! **Trials.** Of the last 52 such weeks (12 at least) are taken the mean, how far a week depends on the one before, and
//! the surprises: what each week was beyond what the one before it led to expect. A trial goes on from the last week
//! with surprises drawn from these, so that it varies as weeks do and good or bad times last as long. Its mean and
//! dependence are themselves drawn around those of the history, by as much as a history of that length may be mistaken.
//!
//! The draws come from `ChaCha8`, seeded from the configuration; each project has a stream of its own, found by its id,
//! so that other projects and their order change nothing. The back-test draws the same numbers, so that it repeats
//! exactly what would have been forecast each week. `just truth` measures how often forecasts come true of series whose
//! future is known.

mod backtest;
mod draws;
mod process;

use chrono::NaiveDate;
use chrono_tz::Tz;
use model::Instant;
use model::columns::TextColumn;
use model::instant::MICROS_PER_DAY;
use model::table::{Cells, Column, Table};

use crate::calendar::local_date;
use crate::frame::RATE_MINIMUM;
use crate::parallel;
use backtest::{Hits, backtest};
use draws::draws;
use process::Process;

/// Trials of a forecast, and of each past one that is checked.
pub const TRIALS: usize = 2_000;
/// Weeks that a forecast rests on at least; with fewer there is none.
pub const MINIMUM_WEEKS: usize = 12;
/// Weeks that it rests on at most.
pub const HISTORY_WEEKS: usize = 52;
/// Weeks ahead, from 1.
pub const HORIZON_WEEKS: usize = 12;
const WEEK: i64 = 7 * MICROS_PER_DAY;
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
    /// Its history begins at this instant, or with the earliest of `finished`.
    pub first: Instant,
}

pub use crate::totals::ALL;

/// When and how to forecast.
#[derive(Clone, Copy, Debug)]
pub struct ForecastOptions {
    /// Now; later events are ignored.
    pub as_of: Instant,
    /// End of what every needed source has imported: later weeks are not known.
    pub covered_to: Instant,
    /// Where days are cut.
    pub zone: Tz,
    /// Seed of the random numbers.
    pub seed: u64,
}

/// Twelve rows per series, series ordered by project id and [`ALL`] last.
///
/// Columns: `project_id`, `project_name`, `weeks` (1 to 12, of seven days from `as_of`), `until` (last day of these, null
/// without a known week), `p50`, `p70`, `p85`, `p95` (the number of issues that nearest to so many percent of the trials
/// finish or exceed; null with fewer than 12 weeks), `history_weeks` (weeks known), `hit_rate_85` (share of the past 85 %
/// forecasts for as many weeks that came true, null below 10), `hit_count`, `hit_n` (past forecasts that can be checked:
/// the last 52 at most).
pub fn forecast(series: &[ForecastSeries<'_>], options: &ForecastOptions) -> Table {
    let mut order: Vec<&ForecastSeries<'_>> = series.iter().collect();
    order.sort_by_key(|series| (series.project_id == ALL, series.project_id));
    let outlooks = parallel::map(&order, |series| Outlook::of(series, options));
    table(&order, &outlooks)
}

/// What is known of one series.
struct Outlook {
    /// Last day of each horizon.
    until: [Option<NaiveDate>; HORIZON_WEEKS],
    /// Per horizon, per confidence.
    forecasts: Option<[Forecast; HORIZON_WEEKS]>,
    history_weeks: usize,
    hits: [Hits; HORIZON_WEEKS],
}

/// Per confidence.
type Forecast = [u32; CONFIDENCES.len()];

impl Outlook {
    fn of(series: &ForecastSeries<'_>, options: &ForecastOptions) -> Self {
        let weekly = weekly_counts(series, options.covered_to.min(options.as_of));
        let until = if weekly.is_empty() { [None; HORIZON_WEEKS] } else { last_days(options) };
        let mut outlook =
            Self { until, forecasts: None, history_weeks: weekly.len(), hits: [Hits::default(); HORIZON_WEEKS] };
        if weekly.len() >= MINIMUM_WEEKS {
            let is_idle = weekly.iter().all(|count| *count == 0);
            let draws = if is_idle { Vec::new() } else { draws(options.seed, series.project_id) };
            let history = &weekly[weekly.len().saturating_sub(HISTORY_WEEKS)..];
            let nothing = [Forecast::default(); HORIZON_WEEKS];
            outlook.forecasts = Some(Process::of(history).map_or(nothing, |process| {
                let totals = process.totals(&draws);
                std::array::from_fn(|week| forecasts(&totals[week]))
            }));
            outlook.hits = backtest(&draws, &weekly);
        }
        outlook
    }
}

/// The last day of each horizon, counted from `as_of`.
fn last_days(options: &ForecastOptions) -> [Option<NaiveDate>; HORIZON_WEEKS] {
    std::array::from_fn(|week| {
        let end = options.as_of.micros().checked_add((week as i64 + 1) * WEEK - 1)?;
        Some(local_date(options.zone, Instant::from_micros(end)))
    })
}

/// Issues finished in each known week, oldest first; what was finished at the very end has been.
fn weekly_counts(series: &ForecastSeries<'_>, known_to: Instant) -> Vec<u32> {
    let first = series.finished.iter().copied().fold(series.first, Instant::min);
    let weeks = known_to.micros().saturating_sub(first.micros()).max(0) / WEEK;
    let mut counts = vec![0; usize::try_from(weeks).unwrap_or_default()];
    let ago = |at: &Instant| known_to.micros().checked_sub(at.micros()).filter(|ago| *ago >= 0);
    for ago in series.finished.iter().filter_map(ago) {
        let week = usize::try_from(ago / WEEK).ok().and_then(|ago| counts.len().checked_sub(ago + 1));
        if let Some(week) = week {
            counts[week] += 1;
        }
    }
    counts
}

/// Per confidence the number that nearest to so many percent of the trials reach: the most that at least so many do, or
/// one more if its share is nearer. Always taking the former would be too careful with small numbers, where one issue
/// more or less is many percent.
fn forecasts(totals: &[u32; TRIALS]) -> Forecast {
    let mut sorted = *totals;
    sorted.sort_unstable();
    let at_least = |least: u32| TRIALS - sorted.partition_point(|total| *total < least);
    CONFIDENCES.map(|percent| {
        let careful = sorted[TRIALS * (100 - percent) / 100];
        let is_nearer = 100 * (at_least(careful) + at_least(careful + 1)) > 2 * percent * TRIALS;
        careful + u32::from(is_nearer)
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
                cells: Cells::Float(rows().map(|(outlook, week)| outlook.hits[week].rate()).collect()),
            },
            Column { name: "hit_count", cells: integers(&|outlook, week| Some(outlook.hits[week].count as i64)) },
            Column { name: "hit_n", cells: integers(&|outlook, week| Some(outlook.hits[week].checked as i64)) },
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
