//! Sentences of findings: each template, filled.

use chrono::{Datelike as _, Days, NaiveDate};
use model::Amount;
use model::rules::{ProcessChange, Rules};
use model::table::{Cells, Column, Table};

use crate::tables::{complete, floats, ints, money, reported, same, text};

const MONTH: &str = "2025-10";
const AS_OF: &str = "2025-11-07T06:00:00Z";

fn monday() -> NaiveDate {
    // Twenty weeks before the first that begins in the month.
    NaiveDate::from_ymd_opt(2025, 10, 6).expect("a day") - Days::new(140)
}

/// Twenty weeks of a baseline, and four of the month.
fn with_month<T: Copy>(baseline: [T; 5], month: [T; 4]) -> Vec<T> {
    baseline.repeat(4).into_iter().chain(month).collect()
}

fn weeks(name: &'static str, keys: Vec<Column>, values: Column) -> Table {
    let rows = values.cells.len();
    let week = |row: usize| (monday() + Days::new(7 * row as u64)).iso_week();
    let mut columns = vec![
        ints("year", (0..rows).map(|row| Some(i64::from(week(row).year())))),
        Column { name: "week", cells: Cells::Week((0..rows).map(|row| i64::from(week(row).week())).collect()) },
    ];
    columns.extend(keys);
    columns.extend([values, complete(rows)]);
    Table { name, columns }
}

fn by_service(values: Column) -> Table {
    let rows = values.cells.len();
    weeks("dora_week", vec![same("service", "ALL", rows)], values)
}

/// September and October.
fn months(deployments: [i64; 2], lead_days: [f64; 2], failed: i64) -> Table {
    let rate = |at: usize| (deployments[at] >= 10).then(|| failed as f64 / deployments[at] as f64);
    let columns = vec![
        text("month", ["2025-09", MONTH]),
        same("service", "ALL", 2),
        ints("deployments", deployments.map(Some)),
        floats("lead_p50_days", lead_days.map(Some)),
        ints("failed", [Some(0), Some(failed)]),
        ints("failed_by_incident", [Some(0), Some(failed - 1)]),
        ints("failed_by_rollback", [Some(0), Some(1)]),
        floats("change_failure_rate", [Some(0.0), rate(1)]),
        floats("change_failure_rate_low", [Some(0.0), Some(0.12)]),
        floats("change_failure_rate_high", [Some(0.0), Some(0.4)]),
        complete(2),
    ];
    Table { name: "dora_month", columns }
}

/// Cost of CI in USD of the seven months that end with October; a part of the last went into flaky jobs.
fn ci(costs: [i64; 7], flaky: i64) -> Table {
    let rows = costs.len();
    let columns = vec![
        text("month", (4..=10).map(|month| format!("2025-{month:02}"))),
        same("team", "ALL", rows),
        same("repo", "ALL", rows),
        same("workflow", "ALL", rows),
        same("currency", "USD", rows),
        money("cost", costs.map(Amount::from)),
        money("flaky", (0..rows).map(|row| Amount::from(if row + 1 == rows { flaky } else { 0 }))),
        same("basis", "bill", rows),
        complete(rows),
    ];
    Table { name: "ci_cost_month", columns }
}

fn runs(count: i64) -> Table {
    let columns = vec![
        text("month", [MONTH]),
        same("repo", "ALL", 1),
        same("workflow", "ALL", 1),
        ints("runs", [Some(count)]),
        complete(1),
    ];
    Table { name: "ci_month", columns }
}

/// Bills in EUR of the seven months that end with October, of which the last rose by what computing costs more.
fn clouds() -> Table {
    let months: Vec<String> = (4..=10).flat_map(|month| std::iter::repeat_n(format!("2025-{month:02}"), 3)).collect();
    let cost = |month: usize, part: usize| match (month, part) {
        (6, 0) => 3_000,
        (6, 1) => 2_600,
        (_, 0) => 1_000 + 10 * (month as i64 % 2),
        (_, 1) => 600 + 10 * (month as i64 % 2),
        _ => 400,
    };
    let rows = months.len();
    let columns = vec![
        text("month", &months),
        same("currency", "EUR", rows),
        text("part", ["ALL", "group", "group"].repeat(7)),
        text("provider", ["", "azure", "azure"].repeat(7)),
        text("name", ["", "Compute", "Storage"].repeat(7)),
        money("cost", (0..rows).map(|row| Amount::from(cost(row / 3, row % 3)))),
        complete(rows),
    ];
    Table { name: "cloud_spending_totals", columns }
}

fn sentences(tables: Vec<Table>, rules: &Rules) -> Vec<String> {
    reported(MONTH, AS_OF, tables, rules, |_, report| {
        report.findings.iter().map(|finding| finding.sentence.text.replace(['\u{a0}', '\u{202f}'], " ")).collect()
    })
}

#[test]
fn a_rise_is_told_with_its_weeks_their_limits_and_what_is_noted() {
    let deployed = ints("deployments", with_month([10, 12, 9, 11, 8], [11, 30, 31, 9]).into_iter().map(Some));
    let tables = || vec![by_service(deployed.clone()), months([50, 81], [2.0, 2.0], 1)];
    assert_eq!(
        sentences(tables(), &Rules::default())[0],
        "Deployments rose to 81 in all in October 2025, from 50; 2 of 4 weeks were outside the limits 3.6 to 16.4 (beyond a limit)."
    );
    let date = NaiveDate::from_ymd_opt(2025, 10, 8).expect("a day");
    let rules =
        Rules { process_changes: vec![ProcessChange { date, note: "Trunk alone.".to_owned() }], ..Rules::default() };
    // A configured change opens new limits, of which nothing is known yet: nothing is said of its weeks.
    assert_eq!(sentences(tables(), &rules), ["No measure left its normal range in October 2025."]);
    let earlier = NaiveDate::from_ymd_opt(2025, 5, 26).expect("a day");
    let rules =
        Rules { process_changes: vec![ProcessChange { date: earlier, note: String::new() }], ..Rules::default() };
    assert!(!sentences(tables(), &rules)[0].contains("noted"), "a change without a note has nothing to say");
}

#[test]
fn a_run_within_the_limits_is_told_as_one() {
    let weeks = [2.0, 2.4, 1.8, 2.2, 1.6];
    // The last weeks of the baseline lie below its mean already: eight in a row at the end of the month.
    let mut lead: Vec<f64> = with_month(weeks, [1.5, 1.6, 1.5, 1.7]);
    for week in &mut lead[14..20] {
        *week = 1.7;
    }
    let lead = floats("lead_p50_days", lead.into_iter().map(Some));
    let said = sentences(vec![by_service(lead), months([50, 50], [2.0, 1.6], 1)], &Rules::default());
    assert_eq!(
        said[0],
        "Lead time for changes fell to 38.4 h in October 2025, from 2.0 days; its 4 weeks were within the limits 23.8 h to 2.9 days, but eight or more in a row below the centre."
    );
}

#[test]
fn failures_are_told_with_their_rate_its_interval_and_their_causes() {
    let rates = floats(
        "change_failure_rate",
        with_month([0.05, 0.06, 0.04, 0.05, 0.03], [0.2, 0.3, 0.25, 0.2]).into_iter().map(Some),
    );
    let said = sentences(vec![by_service(rates), months([50, 40], [2.0, 2.0], 9)], &Rules::default());
    assert_eq!(said[0], "9 of 40 deployments failed (22 %, 95 % interval 12 % to 40 %): 8 by incident, 1 by rollback.");
}

#[test]
fn money_is_told_by_the_day_with_the_part_that_most_of_it_is() {
    let said = sentences(vec![clouds()], &Rules::default());
    assert_eq!(
        said,
        [
            "The clouds cost EUR 3,000 in October 2025, 187 % a day more than in September 2025; the limits are EUR 12.33 to 71.82 a day (beyond a limit). Compute on azure accounts for 100 % of the difference."
        ]
    );
    let said = sentences(vec![ci([100, 104, 100, 104, 100, 104, 20], 0), runs(30)], &Rules::default());
    assert_eq!(
        said,
        [
            "CI cost USD 20.00 in October 2025, 81 % a day less than in September 2025; the limits are USD 1.52 to 4.40 a day (beyond a limit)."
        ]
    );
}

#[test]
fn waste_is_a_finding_from_a_twentieth_of_the_cost_and_twenty_runs_on() {
    let costs = [100, 104, 100, 104, 100, 104, 100];
    let quiet = "No measure left its normal range in October 2025.";
    for (flaky, count, said) in [
        (5, 20, "USD 5.00 of USD 100.00 CI cost (5.0 %) went into runs that failed and passed again unchanged."),
        (4, 20, quiet),
        (5, 19, quiet),
    ] {
        assert_eq!(sentences(vec![ci(costs, flaky), runs(count)], &Rules::default()), [said], "{flaky} {count}");
    }
}

#[test]
fn what_is_bad_comes_before_what_is_good_and_three_are_enough() {
    let deployed = ints("deployments", with_month([10, 12, 9, 11, 8], [30, 30, 31, 30]).into_iter().map(Some));
    let tables = vec![
        by_service(deployed),
        months([50, 121], [2.0, 2.0], 1),
        clouds(),
        ci([100, 104, 100, 104, 100, 104, 300], 30),
        runs(50),
    ];
    let measures = reported(MONTH, AS_OF, tables, &Rules::default(), |_, report| {
        report.findings.iter().map(|finding| finding.measure.clone()).collect::<Vec<_>>()
    });
    assert_eq!(measures, ["ci_waste", "deployments", "cloud_cost"]);
}
