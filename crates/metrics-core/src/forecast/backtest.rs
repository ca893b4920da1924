//! Back-test: how often past forecasts came true, horizon by horizon.

use super::draws::Draw;
use super::process::Process;
use super::{HISTORY_WEEKS, HORIZON_WEEKS, MINIMUM_WEEKS, TRIALS};

/// Past forecasts of a horizon that are checked at most: a year of weeks.
const CHECKED: usize = 52;
/// Percent of trials of the forecast that is checked.
const CONFIDENCE: usize = 85;

/// Past forecasts of a horizon that could be checked, and how many of them came true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hits {
    pub(super) count: usize,
    pub(super) checked: usize,
}

/// Repeats the forecast at the end of each past week that has enough weeks before it, and for each horizon counts the
/// last 52 whose outcome is known.
///
/// A forecast came true when at least as many issues were finished as it said at 85 %.
pub(super) fn backtest(draws: &[Draw], weekly: &[u32]) -> [Hits; HORIZON_WEEKS] {
    let mut hits = [Hits::default(); HORIZON_WEEKS];
    for ago in 1..CHECKED + HORIZON_WEEKS {
        let Some(end) = weekly.len().checked_sub(ago).filter(|end| *end >= MINIMUM_WEEKS) else { break };
        let (past, future) = weekly.split_at(end);
        let totals = Process::of(&past[end.saturating_sub(HISTORY_WEEKS)..]).map(|process| process.totals(draws));
        let mut actual = 0;
        for (week, hits) in hits.iter_mut().enumerate().take(ago) {
            actual += future[week];
            if ago < week + 1 + CHECKED {
                let came_true = totals.as_ref().is_none_or(|totals| reaches_forecast(&totals[week], actual));
                hits.checked += 1;
                hits.count += usize::from(came_true);
            }
        }
    }
    hits
}

/// Whether `actual` is at least the forecast N, see [`forecasts`](super::forecasts); no sorting is
/// needed to tell.
fn reaches_forecast(totals: &[u32; TRIALS], actual: u32) -> bool {
    let at_least = |least: u32| totals.iter().filter(|total| **total >= least).count();
    100 * (at_least(actual) + at_least(actual + 1)) <= 2 * CONFIDENCE * TRIALS
}

#[cfg(test)]
mod tests {
    use super::super::draws::draws;
    use super::super::forecasts;
    use super::*;

    #[test]
    fn the_back_test_asks_for_the_very_number_that_was_forecast() {
        let draws = draws(7, "4100001");
        let history: Vec<u32> = (0..52).map(|week| (week * week % 11) as u32).collect();
        let totals = Process::of(&history).expect("something was finished").totals(&draws);
        for (week, totals) in totals.iter().enumerate() {
            let forecast = forecasts(totals)[2];
            assert!(forecast > 0 && reaches_forecast(totals, forecast), "week {week}");
            assert!(!reaches_forecast(totals, forecast - 1), "week {week}");
        }
    }

    #[test]
    fn only_weeks_with_twelve_before_and_the_horizon_after_are_checked_and_52_at_most() {
        let draws = draws(1, "a");
        for (weeks, of_one, of_four) in [(12, 0, 0), (13, 1, 0), (16, 4, 1), (20, 8, 5), (67, 52, 52), (100, 52, 52)] {
            let hits = backtest(&draws, &vec![7_u32; weeks]);
            assert_eq!((hits[0].checked, hits[3].checked), (of_one, of_four), "{weeks} weeks");
            assert!(hits.iter().all(|hits| hits.count == hits.checked), "{weeks} steady weeks");
        }
    }

    #[test]
    fn a_collapse_makes_past_forecasts_fail() {
        let mut weekly = vec![14_u32; 16];
        weekly.extend([0; 4]);
        // Forecasts for four weeks at the ends of weeks 12 to 16; the fourth week after the first is still good.
        assert_eq!(backtest(&draws(1, "a"), &weekly)[3], Hits { count: 1, checked: 5 });
    }

    #[test]
    fn nothing_is_expected_of_what_never_finished_anything() {
        assert_eq!(backtest(&draws(1, "a"), &[0; 30])[3], Hits { count: 15, checked: 15 });
    }
}
