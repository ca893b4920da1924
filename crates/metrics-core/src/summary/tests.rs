use chrono::{Days as Count, NaiveDate};
use chrono_tz::Tz;
use model::Instant;
use model::rules::ProcessChange;

use super::data::Days;
use super::rows::{Figure, Weekly, metric, pooled};
use super::*;
use crate::control::{Chart, Point, xmr};

fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid instant")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn data(as_of: &str) -> Data {
    Data { as_of: at(as_of), covered_to: at(as_of), begins: at("2024-01-01"), zone: Tz::UTC }
}

fn days(from: &str, to: &str) -> Days {
    Days { from: day(from), to: day(to) }
}

#[test]
fn fifty_two_weeks_that_end_at_as_of_are_meant_where_nothing_is_asked() {
    let data = data("2026-11-20T12:00:00Z");
    assert_eq!(data.days(None, None), days("2025-11-22", "2026-11-20"));
    assert_eq!(data.days(None, Some(day("2026-10-31"))), days("2025-11-02", "2026-10-31"));
    assert_eq!(data.days(Some(day("2026-11-01")), Some(day("2026-12-31"))), days("2026-11-01", "2026-11-20"));
    let later = Some(day("2027-01-01"));
    assert_eq!(data.days(later, None), days("2027-01-01", "2027-01-01"), "yet to come");
}

#[test]
fn the_days_are_those_of_the_reporting_zone() {
    let data = Data { zone: Tz::Pacific__Auckland, ..data("2026-11-20T12:00:00Z") };
    assert_eq!(data.days(None, None).to, day("2026-11-21"));
    assert_eq!(data.instants(days("2026-11-20", "2026-11-20")).start, at("2026-11-19T11:00:00Z").micros());
}

#[test]
fn the_comparison_is_with_as_many_days_just_before_and_only_where_all_of_them_are_known() {
    let year = days("2025-01-01", "2025-12-31");
    assert_eq!(year.before(), days("2024-01-02", "2024-12-31"));
    let known = data("2026-01-01");
    assert!(known.covers(year.before()) && !known.covers(year.before().before()));
    assert!(!Data { covered_to: at("2024-12-31T23:00:00Z"), ..known }.covers(year.before()));
}

#[test]
fn a_count_is_taken_when_the_days_end_or_at_as_of_and_compared_with_thirteen_weeks_before() {
    let data = data("2026-11-20T12:00:00Z");
    let (now, then) = data.end(days("2026-01-01", "2026-10-31"));
    assert_eq!((now.day, now.before), (day("2026-10-31"), at("2026-11-01").micros()));
    assert_eq!((then.day, then.before), (day("2026-08-01"), at("2026-08-02").micros()));
    let (now, then) = data.end(days("2026-01-01", "2026-11-20"));
    assert_eq!((now.day, now.before), (day("2026-11-20"), data.as_of.micros() + 1), "what happened at as_of has");
    assert_eq!((then.day, then.before), (day("2026-08-21"), at("2026-08-21T12:00:00Z").micros() + 1));
    assert!(data.reaches(now) && data.has_begun(then));
}

#[test]
fn a_week_is_of_the_days_when_its_monday_is() {
    let mondays = |from: &str, to: &str| days(from, to).mondays().map(|day| day.to_string()).collect::<Vec<_>>();
    assert_eq!(mondays("2026-11-02", "2026-11-16"), ["2026-11-02", "2026-11-09", "2026-11-16"]);
    assert_eq!(mondays("2026-11-03", "2026-11-15"), ["2026-11-09"]);
    assert!(mondays("2026-11-03", "2026-11-08").is_empty());
}

#[test]
fn a_figure_is_taken_from_what_happened_on_the_days_alone() {
    let hour = 3_600_000_000;
    let of = |text: &str, value: i64| (at(text).micros(), value * hour);
    let rows = [of("2026-02-01", 7), of("2026-01-31T23:59:59Z", 5), of("2026-01-01", 1), of("2025-12-31", 100)];
    let hours =
        |values: &[i64]| Figure::percentiles(&values.iter().map(|value| (*value / hour) as f64).collect::<Vec<_>>());
    let row = |observations: &Observations| {
        let data = data("2026-03-01");
        pooled("lead_time", &data, days("2026-01-01", "2026-01-31"), &Chart::default(), observations, hours)
    };
    let one = row(&Observations::new(rows.into_iter()));
    assert_eq!((one.figure.value, one.figure.n, one.figure.p85), (Some(3.0), 2, None));
    let before = one.previous.clone().expect("the data has begun before");
    assert_eq!((before.value, before.n, one.change_percent()), (Some(100.0), 1, Some(-97.0)));
    let none = row(&Observations::default());
    assert_eq!((none.figure.value, none.figure.n, none.change_percent()), (None, 0, None));
}

#[test]
fn percentiles_need_their_observations_and_a_mean_one() {
    let values: Vec<f64> = (0..20).map(f64::from).collect();
    let few = Figure::percentiles(&values[..9]);
    assert_eq!((few.value, few.p85, few.p95), (Some(4.0), None, None));
    let more = Figure::percentiles(&values[..10]);
    assert!(more.p85.is_some() && more.p95.is_none());
    assert!(Figure::percentiles(&values).p95.is_some());
    assert_eq!(Figure::mean(&[0, 1, 1]).value.map(|mean| (mean * 3.0).round()), Some(2.0));
    assert_eq!((Figure::mean(&[]).value, Figure::mean(&[]).n), (None, 0));
}

#[test]
fn a_change_from_nothing_is_no_percentage() {
    let mut row = pooled(
        "change_requests_per_pr",
        &data("2026-03-01"),
        days("2026-01-01", "2026-01-31"),
        &Chart::default(),
        &Observations::new([(at("2025-12-20").micros(), 0), (at("2026-01-20").micros(), 2)].into_iter()),
        Figure::mean,
    );
    assert_eq!((row.figure.value, row.previous.as_ref().and_then(|then| then.value)), (Some(2.0), Some(0.0)));
    assert_eq!(row.change_percent(), None);
    row.previous = None;
    assert_eq!(row.change_percent(), None);
}

/// Weeks of 2026 from the first Monday on; all complete but the last.
fn chart(values: &[f64], changes: &[ProcessChange]) -> Chart {
    let week = |(week, value): (usize, &f64)| {
        Point::measure(day("2026-01-05") + Count::new(7 * week as u64), *value, week + 1 < values.len())
    };
    xmr(&values.iter().enumerate().map(week).collect::<Vec<_>>(), changes)
}

#[test]
fn a_verdict_is_given_where_the_last_complete_week_signals_and_the_metric_has_a_good_direction() {
    // Centre 2, limits 0 (2 − 5.32) to 7.32; W21 is the last complete week.
    let weeks = |last: f64| {
        let values = [[1.0, 3.0].repeat(10), vec![last, 500.0]].concat();
        chart(&values, &[])
    };
    let data = data("2026-06-02");
    let verdict =
        |name: &str, chart: &Chart, to: &str| Weekly::of(chart, &data, days("2026-01-01", to), metric(name)).verdict;
    let (high, usual) = (weeks(9.0), weeks(2.0));
    assert_eq!(verdict("throughput", &high, "2026-06-02"), "better");
    assert_eq!(verdict("lead_time", &high, "2026-06-02"), "worse");
    assert_eq!(verdict("change_requests_per_pr", &high, "2026-06-02"), "", "neither way is better");
    assert_eq!(verdict("lead_time", &usual, "2026-06-02"), "", "no signal");
    assert_eq!(verdict("lead_time", &high, "2026-05-24"), "", "the week that signals comes later");
}

#[test]
fn a_week_without_a_value_after_the_one_that_signals_takes_the_verdict_and_leaves_the_limits() {
    let mut chart = chart(&[[1.0, 3.0].repeat(10), vec![9.0, 0.0]].concat(), &[]);
    chart.points.pop();
    // A week later there is a complete week in which nothing ended: it is no point of the chart.
    let data = data("2026-06-09");
    let weekly = Weekly::of(&chart, &data, days("2026-01-01", "2026-06-09"), metric("lead_time"));
    assert_eq!((weekly.verdict, weekly.signals), ("", Some(1)));
    let limit = weekly.in_force.and_then(|point| point.ucl);
    assert!(limit.is_some_and(|limit| (limit - 7.32).abs() < 1e-9), "{limit:?}");
}

#[test]
fn signals_are_counted_within_the_days_and_null_where_no_week_can_be_judged() {
    let mut values = [1.0, 3.0].repeat(10);
    values.extend([9.0, 2.0, 9.0, 2.0]);
    let chart = chart(&values, &[]);
    let signals =
        |from: &str, to: &str| Weekly::of(&chart, &data("2026-06-20"), days(from, to), metric("throughput")).signals;
    assert_eq!(signals("2026-01-01", "2026-12-31"), Some(2));
    assert_eq!(signals("2026-05-26", "2026-12-31"), Some(1));
    assert_eq!(signals("2026-01-01", "2026-01-31"), None);
}

#[test]
fn limits_are_those_in_force_at_the_end_of_the_days_and_not_later_ones() {
    let values = [[1.0, 3.0].repeat(10), [11.0, 13.0].repeat(5)].concat();
    let change = ProcessChange { date: day("2026-05-25"), note: "new team".to_owned() };
    let chart = chart(&values, &[change]);
    let upper = |to: &str| {
        let data = data("2026-08-01");
        Weekly::of(&chart, &data, days("2026-01-01", to), metric("throughput")).in_force.and_then(|point| point.ucl)
    };
    assert!(upper("2026-05-24").is_some_and(|limit| limit < 8.0));
    assert!(upper("2026-08-01").is_some_and(|limit| limit > 12.0));
}

#[test]
fn every_row_names_a_metric_and_has_its_unit() {
    for name in
        ["lead_time", "cycle_time", "throughput", "wip", "red_bin", "pr_cycle_time", "time_to_first_review", "open_prs"]
    {
        assert!(!metric(name).unit.is_empty());
    }
}

#[test]
fn a_stock_is_what_came_less_what_left_before_the_instant() {
    let stock = Stock::new(vec![30, 10, 20], vec![25, 20]);
    assert_eq!([10, 11, 20, 21, 26, 31].map(|instant| stock.before(instant)), [0, 1, 1, 1, 0, 1]);
}
