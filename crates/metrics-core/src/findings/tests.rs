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
            Column { name: "lead_count", cells: Cells::Int(counts.clone()) },
            Column { name: "cycle_count", cells: Cells::Int(counts) },
            Column { name: "leadtime_days_p50", cells: Cells::Float(medians.to_vec()) },
            Column { name: "cycletime_days_p50", cells: Cells::Float(medians.to_vec()) },
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

/// Two boards over some weeks of 2026; the last week is not complete.
fn stocks(weeks: i64, in_review: impl Fn(i64) -> i64, bugs: impl Fn(i64) -> i64) -> Table {
    let rows: Vec<i64> = (1..=weeks).flat_map(|week| [week, week]).collect();
    let counts = |count: &dyn Fn(i64) -> i64| Cells::Int(rows.iter().map(|week| Some(count(*week))).collect());
    Table {
        name: "stocks_week",
        columns: vec![
            Column { name: "year", cells: counts(&|_| 2026) },
            Column { name: "week", cells: Cells::Week(rows.clone()) },
            Column { name: "opened_bugs", cells: counts(&bugs) },
            Column { name: "in_backlogs", cells: counts(&|_| 10) },
            Column { name: "in_review", cells: counts(&in_review) },
            Column { name: "complete", cells: Cells::Bool(rows.iter().map(|week| *week < weeks).collect()) },
        ],
    }
}

#[test]
fn stocks_name_what_grew_most_over_thirteen_weeks() {
    assert_eq!(
        said(stocks(15, |week| week, |week| 20 - week)),
        [
            "At the end of 2026-W14, the last complete week, 48 issues were open on boards, 26 more than 13 weeks before (22).",
            "What grew most since then is review: from 2 to 28.",
            "12 of these are bugs, 26 fewer than 13 weeks before (38).",
        ]
    );
    assert_eq!(said(stocks(15, |_| 3, |_| 0))[1], "No step holds more than then.");
    assert_eq!(
        said(stocks(3, |_| 3, |_| 0)),
        ["At the end of 2026-W02, the last complete week, 26 issues were open on boards.", "None of these is a bug.",],
        "nothing to compare with"
    );
    assert_eq!(said(stocks(1, |_| 3, |_| 0)), ["There is no complete week yet."]);
}

#[test]
fn both_tables_of_stocks_say_the_same() {
    let findings = of_tables(&[stocks(15, |week| week, |_| 0)], &[]);
    assert_eq!(findings.keys().copied().collect::<Vec<_>>(), ["stocks", "stocks_week"]);
    assert_eq!(findings["stocks"], findings["stocks_week"]);
}

/// Weeks of 2026 for one repository and for `ALL`; the last week is not complete.
fn weekly(name: &'static str, column: &'static str, values: &[Option<f64>]) -> Table {
    let rows: Vec<usize> = (0..values.len()).flat_map(|week| [week, week]).collect();
    let cell = |(row, week): (usize, &usize)| if row % 2 == 1 { values[*week] } else { Some(1_000.0) };
    Table {
        name,
        columns: vec![
            Column { name: "year", cells: Cells::Int(vec![Some(2026); rows.len()]) },
            Column { name: "week", cells: Cells::Week(rows.iter().map(|week| *week as i64 + 1).collect()) },
            Column { name: "repo", cells: texts((0..rows.len()).map(|row| if row % 2 == 1 { "ALL" } else { "web" })) },
            Column { name: column, cells: Cells::Float(rows.iter().enumerate().map(cell).collect()) },
            Column { name: "complete", cells: Cells::Bool(rows.iter().map(|week| week + 1 < values.len()).collect()) },
        ],
    }
}

#[test]
fn the_last_complete_week_of_all_repositories_is_normal_or_not() {
    let mut values = [Some(1.0), Some(3.0)].repeat(10);
    values.extend([Some(2.0), Some(500.0)]);
    assert_eq!(
        said(weekly("pr_cycle_week", "open_to_merge_p50_days", &values)),
        [
            "The last complete week (2026-W21, 2 days from opened to merged in the median) was normal: within the limits 0 to 7.3 around 2."
        ]
    );
    values[20] = Some(9.0);
    assert_eq!(
        said(weekly("pr_change_requests_week", "requested", &values)),
        ["The last complete week (2026-W21, 9 change requests) was not normal.", "It is above the upper limit of 7.3.",]
    );
    values[20] = None;
    assert_eq!(
        said(weekly("pr_cycle_week", "open_to_merge_p50_days", &values)),
        ["No pull request was merged in 2026-W21, the last complete week."]
    );
    assert_eq!(said(weekly("pr_cycle_week", "open_to_merge_p50_days", &[])), ["There is no complete week yet."]);
}

#[test]
fn the_oldest_open_pull_request_is_named() {
    let open = |stages: &[&str]| {
        let mut since = InstantColumn::default();
        for _ in stages {
            since.push(Instant::parse_date_or_rfc3339("2026-09-01T10:00:00Z"));
        }
        Table {
            name: "pr_open",
            columns: vec![
                Column { name: "id", cells: texts((1..=stages.len()).map(|number| format!("acme/web#{number}"))) },
                Column { name: "age_days", cells: Cells::Float(vec![Some(41.96); stages.len()]) },
                Column { name: "stage", cells: texts(stages) },
                Column { name: "waiting_since", cells: Cells::Instant(since) },
            ],
        }
    };
    assert_eq!(
        said(open(&["pickup", "review"])),
        [
            "2 pull requests are open.",
            "The oldest, acme/web#1, was opened 42.0 days ago and has waited for its first review since 2026-09-01.",
        ]
    );
    assert_eq!(said(open(&["merge"]))[0], "1 pull request is open.");
    assert_eq!(said(open(&[])), ["No pull request is open."]);
}

#[test]
fn tables_that_say_nothing_are_absent() {
    let days = vec![NaiveDate::from_ymd_opt(2026, 1, 1)];
    let table = Table { name: "cumulative_flow_day", columns: vec![Column { name: "date", cells: Cells::Date(days) }] };
    assert!(of_tables(&[table], &[]).is_empty());
}
