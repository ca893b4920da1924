use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid instant")
}

/// Monday 2024-01-01 plus days.
fn day(index: usize) -> Instant {
    Instant::from_micros(at("2024-01-01").micros() + index as i64 * model::instant::MICROS_PER_DAY)
}

fn options(days: usize) -> ForecastOptions {
    ForecastOptions { as_of: day(days), covered_to: day(days), zone: Tz::UTC, seed: 1 }
}

fn series<'a>(project_id: &'a str, finished: &'a [Instant]) -> ForecastSeries<'a> {
    ForecastSeries { project_id, project_name: "Board", finished, first: day(0) }
}

fn rows_of(csv: &str, project_id: &str) -> Vec<String> {
    csv.lines().filter(|line| line.starts_with(&format!("{project_id},"))).map(str::to_owned).collect()
}

#[test]
fn one_issue_each_day_forecasts_one_issue_each_day() {
    let finished: Vec<Instant> = (0..7 * 30 + 3).map(day).collect();
    let csv = forecast(&[series("7", &finished)], &options(7 * 30 + 3)).to_csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 13);
    assert_eq!(
        lines[0],
        "project_id,project_name,weeks,until,p50,p70,p85,p95,history_weeks,hit_rate_85,hit_count,hit_n"
    );
    // Thirty complete weeks end on Sunday 2024-07-28.
    assert_eq!(lines[1], "7,Board,1,2024-08-04,7,7,7,7,30,1.000000,15,15");
    assert_eq!(lines[12], "7,Board,12,2024-10-20,84,84,84,84,30,1.000000,15,15");
}

#[test]
fn below_twelve_complete_weeks_the_forecast_is_null() {
    let finished: Vec<Instant> = (0..7 * 12 - 1).map(day).collect();
    let table = forecast(&[series("7", &finished)], &options(7 * 12 - 1));
    assert_eq!(rows_of(&table.to_csv(), "7")[0], "7,Board,1,2024-03-24,,,,,11,,0,0");
    let enough = forecast(&[series("7", &finished)], &options(7 * 12));
    assert_eq!((enough.cell(0, "history_weeks"), enough.cell(0, "p95")), ("12".into(), "6".into()));
    let nothing = forecast(&[series("7", &[])], &options(3));
    assert_eq!(rows_of(&nothing.to_csv(), "7")[0], "7,Board,1,,,,,,0,,0,0");
}

#[test]
fn only_the_last_twelve_complete_weeks_are_drawn_from() {
    // Ten a day long ago, one a day for twelve weeks, a burst in the week that is not over.
    let mut finished: Vec<Instant> = (0..70).flat_map(|index| [day(index); 10]).collect();
    finished.extend((70..154).map(day));
    finished.extend([day(155); 500]);
    let table = forecast(&[series("7", &finished)], &options(156));
    assert_eq!((table.cell(0, "p50"), table.cell(11, "p50")), ("7".into(), "84".into()));
}

#[test]
fn other_projects_and_their_order_change_nothing() {
    let finished: Vec<Instant> = (0..400).filter(|index| index % 3 == 0).map(day).collect();
    let (one, two, all) = (series("100", &finished), series("99", &finished), series(ALL, &finished));
    let alone = forecast(&[one], &options(400)).to_csv();
    let together = forecast(&[one, all, two], &options(400)).to_csv();
    assert_eq!(rows_of(&alone, "100"), rows_of(&together, "100"));
    assert_eq!(together, forecast(&[two, one, all], &options(400)).to_csv());
    let ids: Vec<&str> = together.lines().skip(1).step_by(12).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids, ["100", "99", ALL]);
}

#[test]
fn the_seed_decides_and_nothing_else() {
    let finished: Vec<Instant> = (0..400).flat_map(|index| vec![day(index); index * index % 7]).collect();
    let with_seed = |seed: u64| forecast(&[series("7", &finished)], &ForecastOptions { seed, ..options(400) }).to_csv();
    assert_eq!(with_seed(1), with_seed(1));
    assert_ne!(with_seed(1), with_seed(2));
}

/// Chance of each sum of `days` independent draws from the history, by repeated convolution.
fn exact_distribution(history: &[u32; HISTORY_DAYS], days: usize) -> Vec<f64> {
    let mut chances = vec![1.0];
    for _ in 0..days {
        let mut next = vec![0.0; chances.len() + 3];
        for (sum, chance) in chances.iter().enumerate() {
            for count in history {
                next[sum + *count as usize] += chance / HISTORY_DAYS as f64;
            }
        }
        chances = next;
    }
    chances
}

#[test]
fn forecasts_agree_with_the_exact_distribution() {
    let history: [u32; HISTORY_DAYS] = std::array::from_fn(|day| [0, 0, 1, 3, 0, 2, 0][day % 7]);
    let forecasts = simulate(&DayPaths::draw(1, "7"), &history);
    for (week, numbers) in forecasts.iter().enumerate() {
        let chances = exact_distribution(&history, 7 * (week + 1));
        for (percent, number) in CONFIDENCES.iter().zip(numbers) {
            let at_least = |least: u32| chances[least as usize..].iter().sum::<f64>();
            // Four standard errors of a share among 10,000 trials are 0.02 at most.
            let share = *percent as f64 / 100.0;
            assert!(at_least(*number) > share - 0.02, "week {week}: {number} is too many for {percent} %");
            assert!(at_least(number + 1) < share + 0.02, "week {week}: {number} is too few for {percent} %");
        }
    }
}

/// Drawn once: drawing is the slow part without optimisation.
static PATHS: LazyLock<DayPaths> = LazyLock::new(|| DayPaths::draw(1, "7"));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn forecasts_fall_with_confidence_and_rise_with_time(counts in proptest::collection::vec(0_u32..6, HISTORY_DAYS)) {
        let history: [u32; HISTORY_DAYS] = counts.try_into().expect("as many as asked for");
        let forecasts = simulate(&PATHS, &history);
        for numbers in forecasts {
            prop_assert!(numbers.is_sorted_by(|more, less| more >= less));
        }
        for pair in forecasts.windows(2) {
            prop_assert!(pair[0].iter().zip(pair[1]).all(|(sooner, later)| *sooner <= later));
        }
    }
}
