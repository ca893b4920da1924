//! Back-test: how often past forecasts came true, horizon by horizon.

use super::draws::{Draws, Places};
use super::process::Process;
use super::{HISTORY_WEEKS, HORIZON_WEEKS, MINIMUM_WEEKS, TRIALS};

/// Past forecasts of a horizon that are checked at most: a year of weeks.
const CHECKED: usize = 52;
/// Percent of trials of the forecast that is checked.
const CONFIDENCE: usize = 85;
/// The actual number is at least the forecast N, see [`forecasts`](super::forecasts), where no more trials reach it, those
/// that reach one more counted twice; no sorting is needed to tell.
const MOST_REACHING: usize = 2 * CONFIDENCE * TRIALS / 100;
const _: () = assert!((2 * CONFIDENCE * TRIALS).is_multiple_of(100), "the bound is a whole number");

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
    let (mut places, mut among) = (Vec::new(), 0);
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
        let history = &past[end.saturating_sub(HISTORY_WEEKS)..];
        let came_true = Process::of(history).map_or([true; HORIZON_WEEKS], |process| {
            if process.surprise_count() != among {
                among = process.surprise_count();
                places = draws.iter().map(|draws| Places::among(draws, among)).collect();
            }
            process.reach_at_most(draws, &places, known, MOST_REACHING)
        });
        for (week, hits) in hits.iter_mut().enumerate().take(known.len()) {
            if ago < week + 1 + CHECKED {
                hits.checked += 1;
                hits.count += usize::from(came_true[week]);
            }
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::super::draws::draws;
    use super::super::forecasts;
    use super::*;

    fn places(draws: &[Draws], process: &Process) -> Vec<Places> {
        draws.iter().map(|draws| Places::among(draws, process.surprise_count())).collect()
    }

    #[test]
    fn the_back_test_asks_for_the_very_number_that_was_forecast() {
        let draws = draws(7, "4100001");
        let history: Vec<u32> = (0..52).map(|week| (week * week % 11) as u32).collect();
        let process = Process::of(&history).expect("something was finished");
        let forecast: Vec<u32> = process.totals(&draws).iter().map(|totals| forecasts(totals)[2]).collect();
        let before: Vec<u32> = forecast.iter().map(|forecast| forecast - 1).collect();
        let places = places(&draws, &process);
        let came_true = |actual: &[u32]| process.reach_at_most(&draws, &places, actual, MOST_REACHING);
        assert!(came_true(&forecast).into_iter().all(|it| it), "{forecast:?}");
        assert!(!came_true(&before).into_iter().any(|it| it), "{forecast:?}");
    }

    #[test]
    fn trials_that_reach_a_number_are_those_whose_rounded_total_does() {
        let draws = draws(7, "4100001");
        let history: Vec<u32> = (0..30).map(|week| (week * week % 7) as u32).collect();
        let process = Process::of(&history).expect("something was finished");
        let (totals, places) = (process.totals(&draws), places(&draws, &process));
        for number in [0, 1, 2, 4, 9, 25, 36] {
            let counted = |week: usize, number: u32| totals[week].iter().filter(|total| **total >= number).count();
            let reached = |week: usize| counted(week, number) + counted(week, number + 1);
            for week in 0..HORIZON_WEEKS {
                for most in [reached(week).wrapping_sub(1), reached(week), MOST_REACHING] {
                    let expected: [bool; HORIZON_WEEKS] = std::array::from_fn(|week| reached(week) <= most);
                    let told = process.reach_at_most(&draws, &places, &[number; HORIZON_WEEKS], most);
                    assert_eq!(told, expected, "{number} in week {week}, at most {most}");
                }
            }
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
