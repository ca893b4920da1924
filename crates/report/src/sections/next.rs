//! What the next quarter brings, as ranges, with how often such ranges held.

use metrics_core::calendar::day_start;
use metrics_core::forecast::{ForecastOptions, ForecastSeries, HORIZON_WEEKS, forecast};
use metrics_core::totals::ALL;
use model::table::Table;
use model::{Amount, Instant, Month};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

use super::{Made, list, paragraphs};
use crate::content::{Block, Sentence};
use crate::input::{count, evidence, number};
use crate::make::{as_of, day};
use crate::measures::Measured;
use crate::numbers;

/// Trials of money.
const TRIALS: usize = 10_000;
/// Months that a range of money is drawn from: at least and at most.
const LEAST_MONTHS: usize = 6;
const MOST_MONTHS: usize = 12;
/// Months ahead.
const AHEAD: usize = 3;
/// Past ranges that are enough to say how often they held.
const LEAST_CHECKS: usize = 4;

pub(super) fn blocks(made: Made<'_>) -> Vec<Block> {
    let mut said = Vec::new();
    if let Some(table) = made.input.table("forecast") {
        said.extend(counted(made, table, ALL, "issues are finished", true));
    }
    if let Some(table) = made.input.table("dora_day") {
        for (column, what) in [("deployments", "deployments reach users"), ("changes", "changes reach users")] {
            if let Some(table) = of_days(made, table, column) {
                said.extend(counted(made, &table, column, what, false));
            }
        }
    }
    for measure in made.measured.iter().filter(|measure| ["ci_cost", "cloud_cost"].contains(&measure.row.name.as_str()))
    {
        said.extend(money(made, measure));
    }
    if said.is_empty() {
        return vec![paragraphs([Sentence::plain("There is too little history for any range.")])];
    }
    let from = day(as_of(made.input.calculation));
    let note = format!(
        "Counted from {from}, the end of the data. Ranges are drawn from what was; what is planned is not known."
    );
    vec![list(said), paragraphs([Sentence::plain(note)])]
}

/// The furthest forecast of a series, with how often such came true.
fn counted(made: Made<'_>, table: &Table, series: &str, what: &str, is_table: bool) -> Option<Sentence> {
    let mut rows = (0..table.height()).filter(|row| table.cell(*row, "project_id") == series);
    let row = rows.next_back()?;
    let (half, sure) = (count(table, "p50", row)?, count(table, "p85", row)?);
    let weeks = count(table, "weeks", row)?;
    let hits = number(table, "hit_rate_85", row).zip(count(table, "hit_n", row));
    let hits = hits.map_or_else(String::new, |(rate, n)| {
        format!("; of {} such forecasts in the past {} came true", numbers::count(n), numbers::share(rate))
    });
    let key = [("project_id", series.to_owned()), ("weeks", weeks.to_string())];
    Some(Sentence {
        text: format!(
            "At least {} {what} in {weeks} weeks in 85 % of trials, at least {} in half of them{hits}.",
            numbers::count(sure),
            numbers::count(half)
        ),
        evidence: is_table.then(|| evidence("forecast", &key, "p85", None, made.input.teams)),
    })
}

/// The engine's forecast of what happened on days: each event at the beginning of its day.
fn of_days(made: Made<'_>, table: &Table, column: &'static str) -> Option<Table> {
    let zone = made.input.rules.timezone;
    let at = made.input.calculation.as_of;
    let mut events: Vec<Instant> = Vec::new();
    let mut first = None;
    for row in (0..table.height()).filter(|row| table.cell(*row, "service") == ALL) {
        let start = day_start(zone, table.cell(row, "date").parse().ok()?);
        first = first.or(Some(start));
        let count = count(table, column, row).unwrap_or(0).clamp(0, MOST_EVENTS);
        events.extend(std::iter::repeat_n(start, usize::try_from(count).unwrap_or(0)));
    }
    let series = ForecastSeries { project_id: column, project_name: column, finished: &events, first: first? };
    let options = ForecastOptions { as_of: at, covered_to: at, zone, seed: made.input.rules.forecast_seed };
    let forecast = forecast(&[series], &options);
    debug_assert!(forecast.height() == HORIZON_WEEKS);
    Some(forecast)
}

/// Events of a day that are believed.
const MOST_EVENTS: i64 = 100_000;

/// The range of the next three months, of money a day of the complete months before.
fn money(made: Made<'_>, measure: &Measured) -> Option<Sentence> {
    let currency = measure.currency.as_deref()?;
    let days: Vec<(Month, f64)> = measure
        .chart
        .points
        .iter()
        .filter(|point| point.complete)
        .filter_map(|point| Some((Month::parse(&point.first_day.format("%Y-%m").to_string())?, point.value)))
        .collect();
    let (last, _) = *days.last()?;
    let band = band_after(&days, last, made.input.rules.forecast_seed)?;
    let (held, checked) = held(&days, made.input.rules.forecast_seed);
    let (name, verb) = if measure.row.name == "ci_cost" { ("CI", "s") } else { ("The clouds", "") };
    let amount = |value: f64| numbers::money_digits(&cents(value));
    let said = if checked >= LEAST_CHECKS {
        format!("; such a range held in {held} of the last {checked} spans of three months")
    } else {
        "; there is too little history to say how often such ranges held".to_owned()
    };
    let (from, to) = (last.plus(1), last.plus(AHEAD as i32));
    Some(Sentence::plain(format!(
        "{name} cost{verb} {currency}\u{a0}{} to {} from {from} to {to} in 70 % of trials{said}.",
        amount(band.0),
        amount(band.1)
    )))
}

fn cents(value: f64) -> Amount {
    format!("{value:.2}").parse().unwrap_or_default()
}

/// The range of the three months after one, 15 to 85 % of trials; `None` with too few months.
fn band_after(days: &[(Month, f64)], month: Month, seed: u64) -> Option<(f64, f64)> {
    let known: Vec<f64> = days.iter().filter(|(of, _)| *of <= month).map(|(_, value)| *value).collect();
    let known = &known[known.len().saturating_sub(MOST_MONTHS)..];
    if known.len() < LEAST_MONTHS {
        return None;
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ u64::from(month.number().unsigned_abs()));
    let mut sums: Vec<f64> = (0..TRIALS)
        .map(|_| {
            (1..=AHEAD as i32)
                .map(|ahead| known[random.next_u32() as usize % known.len()] * month.plus(ahead).days() as f64)
                .sum()
        })
        .collect();
    sums.sort_by(f64::total_cmp);
    Some((sums[TRIALS * 15 / 100], sums[TRIALS * 85 / 100]))
}

/// Past ranges that held, and those that can be checked.
fn held(days: &[(Month, f64)], seed: u64) -> (usize, usize) {
    let value = |month: Month| days.iter().find(|(of, _)| *of == month).map(|(_, value)| value * month.days() as f64);
    let (mut held, mut checked) = (0, 0);
    for (month, _) in days {
        let actual: Option<f64> = (1..=AHEAD as i32).map(|ahead| value(month.plus(ahead))).sum();
        if let (Some(actual), Some((low, high))) = (actual, band_after(days, *month, seed)) {
            checked += 1;
            held += usize::from((low..=high).contains(&actual));
        }
    }
    (held, checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(values: &[f64]) -> Vec<(Month, f64)> {
        let first = Month::new(2025, 1).expect("a month");
        (0..).zip(values).map(|(index, value)| (first.plus(index), *value)).collect()
    }

    #[test]
    fn a_range_of_money_needs_six_months_and_is_what_they_cost() {
        assert_eq!(band_after(&months(&[1.0; 5]), Month::new(2025, 5).expect("a month"), 1), None);
        let even = months(&[10.0; 18]);
        let last = Month::new(2026, 6).expect("a month");
        // July, August, September: 92 days.
        assert_eq!(band_after(&even, last, 1), Some((920.0, 920.0)));
        assert_eq!(held(&even, 1), (10, 10));
    }

    #[test]
    fn the_same_seed_gives_the_same_range_and_what_grows_leaves_it() {
        let growing: Vec<f64> = (0..24).map(|month| 10.0 * 1.2_f64.powi(month)).collect();
        let growing = months(&growing);
        let last = Month::new(2026, 12).expect("a month");
        assert_eq!(band_after(&growing, last, 7), band_after(&growing, last, 7));
        let (held, checked) = held(&growing, 7);
        assert_eq!((held, checked), (0, 16), "drawn from what was, a range knows no growth, and its past says so");
    }
}
