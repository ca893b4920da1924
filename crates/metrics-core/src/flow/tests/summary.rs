//! `flow_summary` against the tables of weeks and stocks.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::columns::Scopes;
use model::table::{Cells, Table};
use proptest::prelude::*;

use super::properties::{AS_OF, stories, told};
use super::*;
use crate::calculate::{Calculation, calculate};
use crate::catalogue;
use crate::period::first_days;

fn calculated(stories: &[Story], as_of: f64) -> Calculation {
    calculate(&raw(stories), &rules(), Some(day(as_of)), Scopes::ISSUES).expect("the rules are sound")
}

fn table<'a>(calculation: &'a Calculation, name: &str) -> &'a Table {
    calculation.tables.iter().find(|table| table.name == name).expect("the table is calculated")
}

fn summary(calculation: &Calculation, from: NaiveDate, to: NaiveDate) -> Table {
    calculation.summaries.of("flow_summary", Some(from), Some(to)).expect("there are issues").table
}

fn number(table: &Table, row: usize, column: &str) -> Option<f64> {
    match table.column(column) {
        Some(Cells::Float(cells)) => cells.get(row),
        Some(Cells::Int(cells)) => cells.get(row).map(|count| count as f64),
        _ => panic!("{} has no numbers in {column}", table.name),
    }
}

fn is_same(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-9,
        (one, other) => one == other,
    }
}

/// The row of a metric.
fn row(table: &Table, metric: &str) -> usize {
    (0..table.height()).find(|row| table.cell(*row, "metric") == metric).expect("a row of the metric")
}

/// Mondays of a table of weeks, in order of its rows.
fn mondays(table: &Table) -> Vec<NaiveDate> {
    let spec = catalogue::table(table.name).expect("in the catalogue");
    first_days(table, spec.period).expect("weeks").into_iter().map(|day| day.expect("a week")).collect()
}

const STEPS_OF_WORK: [&str; 4] = ["in_dev", "in_review", "in_qa", "waiting_to_prod"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_week_summed_up_is_the_week_of_the_weekly_tables(stories in stories()) {
        let calculation = calculated(&told(&stories), AS_OF);
        let times = table(&calculation, "cycle_time_week");
        for (week, monday) in mondays(times).into_iter().enumerate() {
            let summary = summary(&calculation, monday, monday + chrono::Days::new(6));
            for (metric, median, count) in
                [("lead_time", "leadtime_days_p50", "lead_count"), ("cycle_time", "cycletime_days_p50", "cycle_count")]
            {
                let row = row(&summary, metric);
                prop_assert!(is_same(number(&summary, row, "value"), number(times, week, median)), "{metric} {monday}");
                prop_assert!(is_same(number(&summary, row, "n"), number(times, week, count)), "{metric} {monday}");
            }
        }
        let stocks = table(&calculation, "stocks_week");
        for (metric, columns) in [("wip", &STEPS_OF_WORK[..]), ("red_bin", &["opened_bugs"])] {
            let mut sums: BTreeMap<NaiveDate, f64> = BTreeMap::new();
            for (row, monday) in mondays(stocks).into_iter().enumerate() {
                let of_row = columns.iter().filter_map(|column| number(stocks, row, column)).sum::<f64>();
                *sums.entry(monday).or_default() += of_row;
            }
            for (monday, sum) in sums {
                let summary = summary(&calculation, monday, monday + chrono::Days::new(6));
                prop_assert!(is_same(number(&summary, row(&summary, metric), "value"), Some(sum)), "{metric} {monday}");
            }
        }
    }

    #[test]
    fn throughput_is_the_centre_of_the_last_complete_week(stories in stories()) {
        let calculation = calculated(&told(&stories), AS_OF);
        let weeks = table(&calculation, "throughput_week");
        let complete = |week: &usize| weeks.cell(*week, "complete") == "true";
        let whole = table(&calculation, "flow_summary");
        let row = row(whole, "throughput");
        let last = (0..weeks.height()).rev().find(|week| complete(week));
        let center = last.and_then(|week| number(weeks, week, "center"));
        prop_assert!(is_same(number(whole, row, "value"), center));
        let count = (0..weeks.height()).filter(|week| complete(week)).count();
        prop_assert!(is_same(number(whole, row, "n"), Some(count as f64)));
    }

    #[test]
    fn percentiles_of_all_days_do_not_decrease(days in prop::collection::vec((0..30_u32, 0..10_u32), 15..40)) {
        let finished = |(number, (start, length)): (usize, &(u32, u32))| {
            story(number, f64::from(*start), &format!("{start} +P | {} closed", f64::from(start + length) + 0.5))
        };
        let calculation = calculated(&days.iter().enumerate().map(finished).collect::<Vec<_>>(), AS_OF);
        let whole = table(&calculation, "flow_summary");
        let lead = row(whole, "lead_time");
        prop_assert_eq!(number(whole, lead, "n"), Some(days.len() as f64));
        let [p50, p85] = ["value", "p85"].map(|column| number(whole, lead, column).expect("enough issues"));
        prop_assert!(p50 <= p85);
        prop_assert_eq!(number(whole, lead, "p95").is_some(), days.len() >= 20);
        prop_assert!(number(whole, lead, "p95").is_none_or(|p95| p85 <= p95));
    }
}

#[test]
fn levels_have_neither_limits_nor_signals_nor_a_verdict() {
    // Steady work, then forty issues at once that stay: a chart of the level would signal.
    let mut stories = steady();
    let burst = |number: usize| story(300 + number, 92.0, "92 +P | 92.5 P:Ready>Doing").labelled("bug");
    stories.extend((0..40).map(burst));
    let calculation = calculated(&stories, 98.0);
    let whole = table(&calculation, "flow_summary");
    for metric in ["wip", "red_bin"] {
        assert_eq!(cells(whole, metric, &["limit_low", "limit_high", "signals", "verdict"]), [""; 4], "{metric}");
    }
    let net = table(&calculation, "net_flow_week");
    let last =
        (0..net.height()).rev().find(|row| net.cell(*row, "level") == "wip" && net.cell(*row, "complete") == "true");
    let last = last.expect("a complete week");
    assert_eq!((net.cell(last, "signals").as_str(), net.cell(last, "net_flow").as_str()), ("beyond_limits", "40"));
    let said = &calculation.findings_by_table["stocks"];
    let grew = "Work in progress grew: 47 issues came and 7 left in 2026-W15, and the chart of the difference signals.";
    assert!(said.iter().any(|sentence| sentence == grew), "{said:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arrivals_less_departures_are_the_change_of_the_level(stories in stories()) {
        let calculation = calculated(&told(&stories), AS_OF);
        let (net, stocks) = (table(&calculation, "net_flow_week"), table(&calculation, "stocks_week"));
        let levels: [(&str, &[&str]); 9] = [
            ("open", &["in_backlogs", "in_ready", "in_dev", "in_review", "in_qa", "waiting_to_prod"]),
            ("backlog", &["in_backlogs"]),
            ("ready", &["in_ready"]),
            ("dev", &["in_dev"]),
            ("review", &["in_review"]),
            ("qa", &["in_qa"]),
            ("waiting_to_prod", &["waiting_to_prod"]),
            ("wip", &STEPS_OF_WORK),
            ("red_bin", &["opened_bugs"]),
        ];
        for (level, columns) in levels {
            let mut sums: BTreeMap<NaiveDate, f64> = BTreeMap::new();
            for (row, monday) in mondays(stocks).into_iter().enumerate() {
                *sums.entry(monday).or_default() +=
                    columns.iter().filter_map(|column| number(stocks, row, column)).sum::<f64>();
            }
            let mut so_far = 0.0;
            for (row, monday) in mondays(net).into_iter().enumerate().filter(|(row, _)| net.cell(*row, "level") == level) {
                so_far += number(net, row, "net_flow").expect("a count");
                if let Some(sum) = sums.get(&monday) {
                    prop_assert!(is_same(Some(*sum), Some(so_far)), "{level} {monday}: {sum} is not {so_far}");
                }
            }
        }
    }
}

/// One issue finished each day from day 1 to day 99, each after a day and a half, and two that are still in work.
fn steady() -> Vec<Story> {
    let finished = |number: usize| {
        let created = number as f64 - 0.5;
        let (start, end) = (created + 0.25, created + 1.5);
        story(number, created, &format!("{created} +P | {start} P:Ready>Doing | {end} closed"))
    };
    let mut stories: Vec<Story> = (0..98).map(|number| finished(number + 1)).collect();
    stories.push(story(200, 0.5, "0.5 +P | 0.5 P:Ready>Doing"));
    stories.push(story(201, 80.0, "80 +P | 80.5 P:Ready>Doing").labelled("bug"));
    stories
}

fn date(days: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 5).expect("a day") + chrono::Days::new(days)
}

fn cells(table: &Table, metric: &str, columns: &[&str]) -> Vec<String> {
    let row = row(table, metric);
    columns.iter().map(|column| table.cell(row, column)).collect()
}

#[test]
fn equally_many_days_before_are_compared_with_and_a_count_with_thirteen_weeks_before() {
    let calculation = calculated(&steady(), 98.0);
    let last_weeks = summary(&calculation, date(70), date(97));
    let times =
        ["from", "to", "value", "n", "previous_from", "previous_to", "previous", "previous_n", "change_percent"];
    assert_eq!(
        cells(&last_weeks, "cycle_time", &times),
        ["2026-03-16", "2026-04-12", "1.250000", "28", "2026-02-16", "2026-03-15", "1.250000", "28", "0.000000"]
    );
    let counts = ["value", "n", "previous_from", "previous_to", "previous", "previous_n", "change_percent"];
    assert_eq!(
        cells(&last_weeks, "wip", &counts),
        ["4.000000", "4", "2026-01-11", "2026-01-11", "3.000000", "3", "33.333333"],
        "two are on their way each time, one has stayed and one came"
    );
    assert_eq!(
        cells(&last_weeks, "red_bin", &counts),
        ["1.000000", "1", "2026-01-11", "2026-01-11", "0.000000", "0", ""],
        "there was none, and nothing to divide by"
    );
}

#[test]
fn before_the_data_begins_there_is_nothing_and_not_zero() {
    let calculation = calculated(&steady(), 98.0);
    let whole = summary(&calculation, date(0), date(97));
    assert_eq!(cells(&whole, "lead_time", &["previous", "previous_n", "change_percent"]), ["", "", ""]);
    assert_eq!(cells(&whole, "throughput", &["previous", "previous_n"]), ["", ""]);
    let year_before = NaiveDate::from_ymd_opt(2025, 1, 1).expect("a day");
    let early = summary(&calculation, year_before, year_before);
    for metric in ["lead_time", "cycle_time", "throughput", "wip", "red_bin"] {
        assert_eq!(cells(&early, metric, &["value", "n", "previous", "verdict"]), ["", "0", "", ""], "{metric}");
    }
}

#[test]
fn weeks_of_work_are_the_work_in_progress_over_the_centre_of_throughput() {
    let calculation = calculated(&steady(), 98.0);
    let whole = table(&calculation, "flow_summary");
    let centre = number(whole, row(whole, "throughput"), "value").expect("fourteen complete weeks");
    let weeks = number(whole, row(whole, "wip"), "weeks_of_work").expect("a centre");
    assert!((weeks - 3.0 / centre).abs() < 1e-12, "{weeks} of {centre}");
    let young = calculated(&steady(), 20.0);
    assert_eq!(cells(table(&young, "flow_summary"), "wip", &["weeks_of_work"]), [""], "three weeks have no centre");
    assert_eq!(cells(table(&young, "flow_summary"), "throughput", &["value", "n"]), ["", "2"]);
}

#[test]
fn the_centre_is_compared_with_the_centre_before_and_is_the_same_while_the_limits_are() {
    let calculation = calculated(&steady(), 98.0);
    let last_weeks = summary(&calculation, date(84), date(97));
    let throughput = cells(&last_weeks, "throughput", &["n", "previous_n", "previous_from", "previous_to"]);
    assert_eq!(throughput, ["2", "2", "2026-03-16", "2026-03-29"]);
    let row = row(&last_weeks, "throughput");
    let weeks = table(&calculation, "throughput_week");
    let center = |label: &str| {
        let week = (0..weeks.height()).find(|week| weeks.cell(*week, "week") == label).expect("a week");
        number(weeks, week, "center")
    };
    assert_eq!(number(&last_weeks, row, "value"), center("15"));
    assert_eq!(number(&last_weeks, row, "previous"), center("13"));
}
