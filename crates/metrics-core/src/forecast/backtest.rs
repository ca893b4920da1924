//! Back-test: how often past forecasts came true, horizon by horizon.

use super::draws::Draws;
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
pub(super) fn backtest(draws: &[Draws], weekly: &[u32]) -> [Hits; HORIZON_WEEKS] {
    let mut hits = [Hits::default(); HORIZON_WEEKS];
    for ago in 1..CHECKED + HORIZON_WEEKS {
        let Some(end) = weekly.len().checked_sub(ago).filter(|end| *end >= MINIMUM_WEEKS) else { break };
        let (past, future) = weekly.split_at(end);
        let mut actual = [0; HORIZON_WEEKS];
        let known = &mut actual[..ago.min(HORIZON_WEEKS)];
        let mut sum = 0;
        for (actual, count) in known.iter_mut().zip(future) {
            sum += count;
            *actual = sum;
        }
        let reaching =
            Process::of(&past[end.saturating_sub(HISTORY_WEEKS)..]).map(|process| process.reaching(draws, known));
        for (week, hits) in hits.iter_mut().enumerate().take(known.len()) {
            if ago < week + 1 + CHECKED {
                hits.checked += 1;
                hits.count += usize::from(reaching.is_none_or(|reaching| came_true(reaching[week])));
            }
        }
    }
    hits
}

/// Whether the actual number is at least the forecast N, see [`forecasts`](super::forecasts), from the trials that reach
/// it and those that reach one more; no sorting is needed to tell.
fn came_true((reach, exceed): (usize, usize)) -> bool {
    100 * (reach + exceed) <= 2 * CONFIDENCE * TRIALS
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
        let process = Process::of(&history).expect("something was finished");
        let forecast: Vec<u32> = process.totals(&draws).iter().map(|totals| forecasts(totals)[2]).collect();
        let before: Vec<u32> = forecast.iter().map(|forecast| forecast - 1).collect();
        assert!(process.reaching(&draws, &forecast).into_iter().all(came_true), "{forecast:?}");
        assert!(!process.reaching(&draws, &before).into_iter().any(came_true), "{forecast:?}");
    }

    #[test]
    fn trials_that_reach_a_number_are_those_whose_rounded_total_does() {
        let draws = draws(7, "4100001");
        let history: Vec<u32> = (0..30).map(|week| (week * week % 7) as u32).collect();
        let process = Process::of(&history).expect("something was finished");
        let totals = process.totals(&draws);
        for least in [0, 1, 9, 25] {
            let counted = |week: usize, least: u32| totals[week].iter().filter(|total| **total >= least).count();
            let expected: [(usize, usize); HORIZON_WEEKS] =
                std::array::from_fn(|week| (counted(week, least), counted(week, least + 1)));
            assert_eq!(process.reaching(&draws, &[least; HORIZON_WEEKS]), expected, "{least}");
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
