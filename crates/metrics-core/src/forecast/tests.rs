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
    let finished: Vec<Instant> = (1..=7 * 30 + 3).map(day).collect();
    let csv = forecast(&[series("7", &finished)], &options(7 * 30 + 3)).to_csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 13);
    assert_eq!(
        lines[0],
        "project_id,project_name,weeks,until,p50,p70,p85,p95,history_weeks,hit_rate_85,hit_count,hit_n"
    );
    // Thursday 2024-08-01 begins: the first seven days from then end with the next Wednesday.
    assert_eq!(lines[1], "7,Board,1,2024-08-07,7,7,7,7,30,1.000000,18,18");
    assert_eq!(lines[12], "7,Board,12,2024-10-23,84,84,84,84,30,,7,7");
}

#[test]
fn below_twelve_weeks_the_forecast_is_null() {
    let finished: Vec<Instant> = (1..7 * 12).map(day).collect();
    let table = forecast(&[series("7", &finished)], &options(7 * 12 - 1));
    assert_eq!(rows_of(&table.to_csv(), "7")[0], "7,Board,1,2024-03-30,,,,,11,,0,0");
    let finished: Vec<Instant> = (1..=7 * 12).map(day).collect();
    let enough = forecast(&[series("7", &finished)], &options(7 * 12));
    assert_eq!((enough.cell(0, "history_weeks"), enough.cell(0, "p95")), ("12".into(), "7".into()));
    let nothing = forecast(&[series("7", &[])], &options(3));
    assert_eq!(rows_of(&nothing.to_csv(), "7")[0], "7,Board,1,,,,,,0,,0,0");
}

#[test]
fn the_first_week_is_the_next_seven_days_whatever_was_done_of_the_running_one() {
    // Ten issues each Tuesday. On Friday the next one is four days ahead, and one of it is expected.
    let tuesdays: Vec<Instant> = (0..40).flat_map(|week| [day(7 * week + 1); 10]).collect();
    let friday = forecast(&[series("7", &tuesdays)], &options(7 * 39 + 4));
    assert_eq!((friday.cell(0, "until"), friday.cell(0, "p85")), ("2024-10-10".into(), "10".into()));
    let tuesday_evening = forecast(&[series("7", &tuesdays)], &options(7 * 39 + 2));
    assert_eq!((tuesday_evening.cell(0, "p50"), tuesday_evening.cell(1, "p50")), ("10".into(), "20".into()));
}

#[test]
fn only_the_last_52_weeks_are_drawn_from() {
    let mut finished: Vec<Instant> = (1..=70).flat_map(|index| [day(index); 10]).collect();
    finished.extend((71..=70 + 364).map(day));
    let table = forecast(&[series("7", &finished)], &options(70 + 364));
    assert_eq!((table.cell(0, "p50"), table.cell(11, "p50")), ("7".into(), "84".into()));
}

#[test]
fn what_is_not_imported_is_not_known_and_weeks_ahead_still_count_from_as_of() {
    let finished: Vec<Instant> = (1..=140).map(day).collect();
    let late = ForecastOptions { as_of: day(160), ..options(140) };
    let table = forecast(&[series("7", &finished)], &late);
    let first = ["until", "p85", "history_weeks"].map(|column| table.cell(0, column));
    assert_eq!(first, ["2024-06-15", "7", "20"]);
}

#[test]
fn a_board_that_never_finished_anything_is_expected_to_finish_nothing() {
    let table = forecast(&[series("7", &[])], &options(7 * 30));
    assert_eq!(rows_of(&table.to_csv(), "7")[11], "7,Board,12,2024-10-20,0,0,0,0,30,,7,7");
}

/// Totals of twelve weeks at 50 and at 95 %, and of one week at 50 %.
fn spread(weekly: &[u32]) -> (u32, u32, u32) {
    let process = Process::of(weekly).expect("something was finished");
    let totals = process.totals(&draws(1, "7"));
    (forecasts(&totals[11])[0], forecasts(&totals[11])[3], forecasts(&totals[0])[0])
}

#[test]
fn good_and_bad_times_last_as_they_did() {
    let lasting: Vec<u32> = (0..52).map(|week| if week / 6 % 2 == 0 { 10 } else { 2 }).collect();
    let mixed: Vec<u32> = (0..52).map(|week| if week * 7 % 13 < 7 { 10 } else { 2 }).collect();
    let ((middle, least, next), (of_mixed, least_of_mixed, _)) = (spread(&lasting), spread(&mixed));
    assert!(next >= 8, "a good time goes on: {next}");
    assert!(middle - least > of_mixed - least_of_mixed, "{middle} {least} {of_mixed} {least_of_mixed}");
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

/// Drawn once: drawing is the slow part without optimisation.
static DRAWS: LazyLock<Vec<draws::Draws>> = LazyLock::new(|| draws(1, "7"));

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn forecasts_fall_with_confidence_and_rise_with_time(counts in proptest::collection::vec(0_u32..6, 12..60)) {
        let Some(process) = Process::of(&counts) else { return Ok(()) };
        let forecasts: Vec<Forecast> = process.totals(&DRAWS).iter().map(forecasts).collect();
        for numbers in &forecasts {
            prop_assert!(numbers.is_sorted_by(|more, less| more >= less));
        }
        for pair in forecasts.windows(2) {
            prop_assert!(pair[0].iter().zip(pair[1]).all(|(sooner, later)| *sooner <= later));
        }
    }
}
