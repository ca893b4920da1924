mod levels;
mod pull_requests;

use chrono::NaiveDate;
use model::Instant;
use model::columns::{InstantColumn, TextColumn};
use model::table::{Cells, Column, Table};

use super::*;

fn texts(values: impl IntoIterator<Item = impl AsRef<str>>) -> Cells {
    let mut column = TextColumn::default();
    for value in values {
        column.push(value.as_ref().as_bytes());
    }
    Cells::Text(column)
}

fn said(table: Table) -> Vec<String> {
    let name = table.name;
    of_tables(&[table], &[]).remove(name).expect("the table says something")
}

/// Months of 2026 with the median of their cycle time; the last one is not complete.
fn months(medians: &[Option<f64>]) -> Table {
    let complete = (1..=medians.len()).map(|month| month < medians.len()).collect();
    let counts: Vec<Option<i64>> = medians.iter().map(|median| Some(if median.is_some() { 7 } else { 0 })).collect();
    Table {
        name: "cycle_time",
        columns: vec![
            Column { name: "month", cells: texts((1..=medians.len()).map(|month| format!("2026-{month:02}"))) },
            Column { name: "lead_count", cells: Cells::Int(counts.clone().into()) },
            Column { name: "cycle_count", cells: Cells::Int(counts.into()) },
            Column { name: "leadtime_days_p50", cells: Cells::Float(medians.to_vec().into()) },
            Column { name: "cycletime_days_p50", cells: Cells::Float(medians.to_vec().into()) },
            Column { name: "complete", cells: Cells::Bool(complete) },
        ],
    }
}

#[test]
fn the_last_complete_month_is_set_against_the_one_before_and_the_range_of_a_year() {
    let said = said(months(&[Some(4.04), Some(8.0), Some(6.1), Some(5.2), Some(99.0)]));
    assert_eq!(
        said,
        [
            "The median cycle time of 2026-04, the last complete month, was 5.2 days (7 issues): 0.9 days less than in 2026-03 (6.1).",
            "Over the last 4 complete months the median cycle time was between 4.0 and 8.0 days.",
            "The median lead time of 2026-04, the last complete month, was 5.2 days (7 issues): 0.9 days less than in 2026-03 (6.1).",
            "Over the last 4 complete months the median lead time was between 4.0 and 8.0 days.",
        ]
    );
}

#[test]
fn months_without_issues_or_without_an_end_say_so() {
    assert_eq!(
        said(months(&[Some(1.0), None, None]))[0],
        "No issue with a cycle time was finished in 2026-02, the last complete month."
    );
    assert_eq!(
        said(months(&[None, Some(1.0), None]))[0],
        "The median cycle time of 2026-02, the last complete month, was 1.0 days (7 issues)."
    );
    assert_eq!(
        said(months(&[Some(1.04), Some(1.0), None]))[0],
        "The median cycle time of 2026-02, the last complete month, was 1.0 days (7 issues): as long as in 2026-01 (1.0)."
    );
    assert_eq!(said(months(&[Some(1.0)])), ["There is no complete month yet."]);
    assert_eq!(said(months(&[])), ["There is no complete month yet."]);
}

#[test]
fn tables_that_say_nothing_are_absent() {
    let days = vec![NaiveDate::from_ymd_opt(2026, 1, 1)];
    let table = Table { name: "pr_author_week", columns: vec![Column { name: "date", cells: Cells::Date(days) }] };
    assert!(of_tables(&[table], &[]).is_empty());
}

fn ints(values: &[i64]) -> Cells {
    Cells::Int(values.iter().copied().map(Some).collect())
}

#[test]
fn all_issues_are_open_finished_or_closed_as_not_planned() {
    let issues = |ends: &[&str], leads: &[Option<f64>]| {
        let mut ended = InstantColumn::default();
        for end in ends {
            ended.push(Instant::parse_date_or_rfc3339(end));
        }
        Table {
            name: "calculated_issue",
            columns: vec![
                Column { name: "enddatetime", cells: Cells::Instant(ended) },
                Column { name: "lead_days", cells: Cells::Float(leads.to_vec().into()) },
            ],
        }
    };
    assert_eq!(
        said(issues(&["2026-01-01", "2026-01-01", ""], &[Some(1.0), None, None])),
        ["3 issues: 1 open, 1 finished, 1 closed as not planned or duplicate."]
    );
    assert_eq!(
        said(issues(&["2026-01-01"], &[Some(0.0)])),
        ["1 issue: 0 open, 1 finished, 0 closed as not planned or duplicate."]
    );
    assert_eq!(said(issues(&[], &[])), ["There is no issue."]);
}

#[test]
fn the_oldest_started_issue_is_named_with_its_stay() {
    let aging = |rows: &[(&str, f64, &str, f64, bool)]| Table {
        name: "aging_wip",
        columns: vec![
            Column { name: "id", cells: texts(rows.iter().map(|row| row.0)) },
            Column { name: "age_days", cells: Cells::Float(rows.iter().map(|row| Some(row.1)).collect()) },
            Column { name: "step", cells: texts(rows.iter().map(|row| row.2)) },
            Column { name: "days_in_step", cells: Cells::Float(rows.iter().map(|row| Some(row.3)).collect()) },
            Column { name: "above_p85", cells: Cells::Judged(rows.iter().map(|row| Some(row.4)).collect()) },
        ],
    };
    let rows = [
        ("acme/api#1", 3.0, "dev", 3.0, false),
        ("acme/api#713", 119.6, "waiting_to_prod", 103.2, true),
        ("acme/web#2", 119.6, "qa", 1.0, true),
    ];
    assert_eq!(
        said(aging(&rows)),
        [
            "2 of 3 started issues have been in their step for longer than 85 % of finished ones.",
            "The oldest, acme/api#713, was started 120 days ago and has been in waiting for production for 103 days.",
        ],
        "of equally old ones the first"
    );
    assert_eq!(
        said(aging(&rows[..1])),
        [
            "The only started issue has not been in its step for longer than 85 % of finished ones.",
            "The oldest, acme/api#1, was started 3 days ago and has been in dev for 3 days.",
        ]
    );
    assert_eq!(said(aging(&[])), ["No started issue is open on a board."]);
}

#[test]
fn of_iterations_the_one_that_ended_last_is_said() {
    let day = |day: u32| NaiveDate::from_ymd_opt(2026, 3, day);
    let iterations = |rows: &[(&str, u32, i64, i64, Option<i64>)]| Table {
        name: "spillover_iteration",
        columns: vec![
            Column { name: "iteration", cells: texts(rows.iter().map(|row| row.0)) },
            Column { name: "due_on", cells: Cells::Date(rows.iter().map(|row| day(row.1)).collect()) },
            Column { name: "planned_at_start", cells: Cells::Int(rows.iter().map(|row| Some(row.2)).collect()) },
            Column { name: "planned_done", cells: Cells::Int(rows.iter().map(|row| Some(row.3)).collect()) },
            Column { name: "carried_over", cells: Cells::Int(rows.iter().map(|row| row.4).collect()) },
        ],
    };
    let rows = [("Sprint 1", 8, 1, 1, Some(0)), ("Sprint 2", 15, 12, 8, Some(1)), ("Sprint 3", 22, 9, 2, None)];
    let second = "Of 12 issues planned at the start of Sprint 2, 8 were done in it; 1 issue was carried over.";
    assert_eq!(said(iterations(&rows)), [second]);
    let first = "Of 1 issue planned at the start of Sprint 1, 1 was done in it; 0 issues were carried over.";
    assert_eq!(said(iterations(&rows[..1])), [first]);
    let unplanned = "Nothing was planned at the start of Sprint 0; 2 issues were carried over.";
    assert_eq!(said(iterations(&[("Sprint 0", 1, 0, 0, Some(2))])), [unplanned]);
    assert_eq!(said(iterations(&rows[2..])), [""; 0], "it runs");
}

/// Days of two boards: issues in backlog or later, and done, by day and board.
fn cumulative(days: &[(u64, i64, i64)]) -> Table {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day");
    let rows: Vec<(NaiveDate, &str, i64)> = days
        .iter()
        .flat_map(|(day, all, done)| {
            let date = first + chrono::Days::new(*day);
            [(date, "backlog", *all), (date, "done", *done), (date, "backlog", 10), (date, "done", 1)]
        })
        .collect();
    Table {
        name: "cumulative_flow_day",
        columns: vec![
            Column { name: "date", cells: Cells::Date(rows.iter().map(|row| Some(row.0)).collect()) },
            Column { name: "step", cells: texts(rows.iter().map(|row| row.1)) },
            Column { name: "count", cells: ints(&rows.iter().map(|row| row.2).collect::<Vec<_>>()) },
        ],
    }
}

#[test]
fn what_is_not_done_and_done_at_the_end_of_a_whole_day_is_set_against_four_weeks_before() {
    assert_eq!(
        said(cumulative(&[(0, 5, 1), (1, 6, 1), (28, 9, 6), (29, 90, 60)])),
        [
            "At the end of 2026-01-29 12 issues on boards were not done, 1 fewer than 28 days before (13).",
            "7 were done, 5 more than 28 days before (2).",
        ]
    );
    assert_eq!(
        said(cumulative(&[(3, 1, 1), (4, 90, 60)])),
        ["At the end of 2026-01-04 9 issues on boards were not done.", "2 were done."],
        "nothing to compare with"
    );
    assert_eq!(said(cumulative(&[(3, 1, 1)])), ["No day of the boards is over yet."]);
    assert_eq!(said(cumulative(&[])), ["No issue has been on a board yet."]);
}

#[test]
fn the_forecast_says_how_often_it_came_true() {
    let forecast = |p85: Option<i64>, history: i64, hits: i64, tried: i64| Table {
        name: "forecast",
        columns: vec![
            Column { name: "project_id", cells: texts(["7", "ALL", "ALL"]) },
            Column { name: "weeks", cells: ints(&[4, 3, 4]) },
            Column { name: "p85", cells: Cells::Int(vec![Some(1), Some(2), p85].into()) },
            Column { name: "history_weeks", cells: ints(&[12, 12, history]) },
            Column { name: "hit_count", cells: ints(&[0, 0, hits]) },
            Column { name: "hit_n", cells: ints(&[0, 0, tried]) },
        ],
    };
    assert_eq!(
        said(forecast(Some(48), 12, 44, 52)),
        ["85 %: at least 48 issues in 4 weeks; of the last 52 forecasts for as long 44 came true."]
    );
    assert_eq!(
        said(forecast(Some(1), 12, 0, 0)),
        ["85 %: at least 1 issue in 4 weeks; no such forecast of the past can be checked yet."]
    );
    assert_eq!(
        said(forecast(None, 7, 0, 0)),
        ["There is no forecast: it rests on 12 weeks at least, and there are 7."]
    );
    assert_eq!(said(Table { name: "forecast", columns: Vec::new() }), ["There is nothing to forecast from."]);
}
