//! How often past forecasts came true.

use super::{HISTORY_DAYS, HISTORY_WEEKS, TRIALS, last_days, paths::DayPaths};

/// Weeks ahead of the forecast that is checked.
const AHEAD_WEEKS: usize = 4;
/// Past forecasts that are checked at most.
const CHECKED: usize = 52;
/// Percent of trials of the forecast that is checked.
const CONFIDENCE: usize = 85;
/// Pairs of days in four weeks.
const PAIRS: usize = 7 * AHEAD_WEEKS / 2;
/// Room for a sum per pair of days of the history, up to a power of two.
const PAIR_TABLE: usize = (HISTORY_DAYS * HISTORY_DAYS).next_power_of_two();

/// Past forecasts that could be checked, and how many of them came true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hits {
    pub(super) count: usize,
    pub(super) checked: usize,
}

/// Repeats the forecast at the end of each past week whose following four weeks are known, the last 52 at most.
///
/// It came true when at least as many issues were finished as the 85 % forecast said.
pub(super) fn backtest(paths: &DayPaths, daily: &[u32]) -> Hits {
    let weeks = daily.len() / 7;
    let Some(newest) = weeks.checked_sub(AHEAD_WEEKS).filter(|newest| *newest >= HISTORY_WEEKS) else {
        return Hits::default();
    };
    let oldest = HISTORY_WEEKS.max((newest + 1).saturating_sub(CHECKED));
    let pairs = day_pairs(paths);
    let mut sums = vec![0_u32; PAIR_TABLE];
    let came_true = (oldest..=newest).filter(|week| {
        let (past, future) = daily.split_at(7 * week);
        let actual: u32 = future[..7 * AHEAD_WEEKS].iter().sum();
        pair_sums(last_days(past), &mut sums);
        reaches_forecast(&pairs, &sums, actual)
    });
    Hits { count: came_true.count(), checked: newest + 1 - oldest }
}

/// The days of the first four weeks of each trial, two to a code: sums then need half the look-ups.
fn day_pairs(paths: &DayPaths) -> Vec<[u16; PAIRS]> {
    (0..TRIALS)
        .map(|trial| {
            let day = |index: usize| u16::from(paths.week(index / 7)[trial][index % 7]);
            std::array::from_fn(|pair| day(2 * pair) * HISTORY_DAYS as u16 + day(2 * pair + 1))
        })
        .collect()
}

fn pair_sums(history: &[u32; HISTORY_DAYS], sums: &mut [u32]) {
    for (row, first) in sums.chunks_exact_mut(HISTORY_DAYS).zip(history) {
        for (sum, second) in row.iter_mut().zip(history) {
            *sum = first + second;
        }
    }
}

/// Whether `actual` is at least the forecast N, the trial with exactly 15 % of the trials below its place.
///
/// That is so when more than 15 % of the trials finish no more than `actual`; no sorting is needed to tell.
fn reaches_forecast(pairs: &[[u16; PAIRS]], sums: &[u32], actual: u32) -> bool {
    let sums: &[u32; PAIR_TABLE] = sums.try_into().expect("the table has its own size");
    let total = |trial: &[u16; PAIRS]| {
        // The mask changes no code; it spares the check of the bound.
        trial.iter().map(|pair| sums[usize::from(*pair) & (PAIR_TABLE - 1)]).sum::<u32>()
    };
    let reached = pairs.iter().filter(|trial| total(trial) <= actual).count();
    reached > TRIALS * (100 - CONFIDENCE) / 100
}

#[cfg(test)]
mod tests {
    use super::super::simulate;
    use super::*;

    #[test]
    fn the_back_test_asks_for_the_very_number_that_was_forecast() {
        let paths = DayPaths::draw(7, "4100001");
        let history: [u32; HISTORY_DAYS] = std::array::from_fn(|day| (day * day % 5) as u32);
        let forecast = simulate(&paths, &history)[AHEAD_WEEKS - 1][2];
        let (pairs, mut sums) = (day_pairs(&paths), vec![0; PAIR_TABLE]);
        pair_sums(&history, &mut sums);
        assert!(forecast > 20, "a forecast of {forecast} would make the test empty");
        assert!(reaches_forecast(&pairs, &sums, forecast));
        assert!(!reaches_forecast(&pairs, &sums, forecast - 1));
    }

    #[test]
    fn only_weeks_with_twelve_before_and_four_after_are_checked_and_52_at_most() {
        let paths = DayPaths::draw(1, "a");
        for (weeks, checked) in [(15, 0), (16, 1), (20, 5), (67, 52), (100, 52)] {
            let steady = vec![1_u32; 7 * weeks];
            assert_eq!(backtest(&paths, &steady), Hits { count: checked, checked }, "{weeks} weeks");
        }
    }

    #[test]
    fn a_collapse_makes_past_forecasts_fail() {
        let mut daily = vec![2_u32; 7 * 16];
        daily.extend([0; 7 * 4]);
        // Forecasts at the ends of weeks 12 to 16; the fourth week after the first of them is still good.
        assert_eq!(backtest(&DayPaths::draw(1, "a"), &daily), Hits { count: 1, checked: 5 });
    }
}
