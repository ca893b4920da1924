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

/// All boards over some weeks of 2026; the last week is not complete.
fn stocks(weeks: i64, in_review: impl Fn(i64) -> i64, bugs: impl Fn(i64) -> i64) -> Table {
    let rows: Vec<i64> = (1..=weeks).collect();
    let counts = |count: &dyn Fn(i64) -> i64| Cells::Int(rows.iter().map(|week| Some(count(*week))).collect());
    Table {
        name: "stocks_totals_week",
        columns: vec![
            Column { name: "year", cells: counts(&|_| 2026) },
            Column { name: "week", cells: Cells::Week(rows.clone()) },
            Column { name: "open", cells: counts(&|week| 20 + in_review(week)) },
            Column { name: "opened_bugs", cells: counts(&bugs) },
            Column { name: "in_backlogs", cells: counts(&|_| 20) },
            Column { name: "in_review", cells: counts(&in_review) },
            Column { name: "complete", cells: Cells::Bool(rows.iter().map(|week| *week < weeks).collect()) },
        ],
    }
}

#[test]
fn stocks_name_the_largest_difference_over_thirteen_weeks() {
    assert_eq!(
        said(stocks(15, |week| 2 * week, |week| 40 - 2 * week)),
        [
            "At the end of 2026-W14, the last complete week, 48 issues were open on boards, 26 more than 13 weeks before (22).",
            "The largest difference is in review: 2 then, 28 now.",
            "12 of these are bugs, 26 fewer than 13 weeks before (38).",
        ]
    );
    assert_eq!(said(stocks(15, |_| 3, |_| 0))[1], "No step holds more than then.");
    assert_eq!(
        said(stocks(3, |_| 6, |_| 0)),
        ["At the end of 2026-W02, the last complete week, 26 issues were open on boards.", "None of these is a bug.",],
        "nothing to compare with"
    );
    assert_eq!(said(stocks(1, |_| 3, |_| 0)), ["There is no complete week yet."]);
}

#[test]
fn all_tables_of_stocks_say_the_same() {
    let findings = of_tables(&[stocks(15, |week| week, |_| 0)], &[]);
    assert_eq!(findings.keys().copied().collect::<Vec<_>>(), ["stocks", "stocks_totals_week", "stocks_week"]);
    assert_eq!(findings["stocks"], findings["stocks_week"]);
    assert_eq!(findings["stocks"], findings["stocks_totals_week"]);
}

/// A count in each complete period of a table, of all repositories.
fn counts(name: &'static str, labels: Vec<Column>, column: &'static str, cells: &[i64]) -> Table {
    let mut columns = labels;
    columns.push(Column { name: "repo", cells: texts(vec!["ALL"; cells.len()]) });
    columns.push(Column { name: column, cells: ints(cells) });
    columns.push(Column { name: "complete", cells: Cells::Bool(vec![true; cells.len()]) });
    Table { name, columns }
}

#[test]
fn what_is_too_rare_by_week_is_said_by_month_and_by_quarter() {
    let weeks: Vec<i64> = (1..=52).collect();
    let by_week = vec![
        Column { name: "year", cells: ints(&[2025; 52]) },
        Column { name: "week", cells: Cells::Week(weeks.clone()) },
    ];
    let each_ninth: Vec<i64> = weeks.iter().map(|week| i64::from(week % 9 == 0)).collect();
    let months: Vec<String> = (1..=12).map(|month| format!("2025-{month:02}")).collect();
    let by_month = vec![Column { name: "month", cells: texts(months.iter().map(String::as_str)) }];
    let quarters: Vec<String> = (2023..=2025).flat_map(|year| (1..=4).map(move |q| format!("{year}-Q{q}"))).collect();
    let by_quarter = vec![Column { name: "quarter", cells: texts(quarters.iter().map(String::as_str)) }];
    let tables = |of_months: &[i64; 12]| {
        [
            counts("pr_change_requests_week", by_week.clone(), "requested", &each_ninth),
            counts("pr_change_requests_month", by_month.clone(), "requested", of_months),
            counts(
                "pr_change_requests_quarter",
                by_quarter.clone(),
                "requested",
                &[1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2],
            ),
        ]
    };
    let often = of_tables(&tables(&[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 2]), &[]);
    assert_eq!(
        often["pr_change_requests_week"][..2],
        [
            "The last complete week (2025-W52, 0 change requests) cannot be judged: 0.1 a week in the mean are too few a week for limits: compare by month.",
            "The last complete month (2025-12, 2 change requests) was normal: within the limits 0 to 7.0 around 1.9.",
        ]
    );
    let rare = of_tables(&tables(&[1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0]), &[]);
    let said = &rare["pr_change_requests_week"];
    assert!(
        said[1].ends_with("0.5 a month in the mean are too few a month for limits: compare by quarter."),
        "{said:?}"
    );
    assert!(said[2].starts_with("The last complete quarter (2025-Q4, 2 change requests) was normal"), "{said:?}");
    assert_eq!(said[1..], rare["pr_change_requests_month"]);
}

/// The last complete week of two levels: centre, net flow, signals; and one that is not complete.
fn net_flow(review: (f64, i64, &str), bugs: (f64, i64, &str), limits: Option<f64>) -> Table {
    let (centers, nets): (Vec<f64>, Vec<i64>) =
        [(review.0, review.1), (bugs.0, bugs.1), (0.0, 9), (0.0, 9)].into_iter().unzip();
    Table {
        name: "net_flow_week",
        columns: vec![
            Column { name: "year", cells: ints(&[2026; 4]) },
            Column { name: "week", cells: Cells::Week(vec![7, 7, 8, 8]) },
            Column { name: "level", cells: texts(["review", "red_bin", "review", "red_bin"]) },
            Column { name: "arrivals", cells: Cells::Int(nets.iter().map(|net| Some(10 + net)).collect()) },
            Column { name: "departures", cells: ints(&[10; 4]) },
            Column { name: "net_flow", cells: ints(&nets) },
            Column { name: "center", cells: Cells::Float(centers.into_iter().map(Some).collect()) },
            Column { name: "ucl", cells: Cells::Float(vec![limits; 4]) },
            Column { name: "signals", cells: texts([review.2, bugs.2, "beyond_limits", "beyond_limits"]) },
            Column { name: "complete", cells: Cells::Bool(vec![true, true, false, false]) },
        ],
    }
}

#[test]
fn a_level_grows_or_shrinks_only_where_its_net_flow_signals_and_goes_that_way() {
    let limits = Some(4.0);
    assert_eq!(
        said(net_flow((0.0, 6, "beyond_limits"), (0.5, -7, "beyond_limits;run_of_8"), limits)),
        [
            "What is in review grew: 16 issues came and 10 left in 2026-W07, and the chart of the difference signals.",
            "The number of open bugs shrank: 3 bugs came and 10 left in 2026-W07, and the chart of the difference signals.",
        ]
    );
    let quiet = ["Nothing grew or shrank by a signal in 2026-W07, the last complete week."];
    assert_eq!(said(net_flow((0.0, 6, ""), (0.0, -7, ""), limits)), quiet, "no signal");
    assert_eq!(
        said(net_flow((-3.0, -1, "run_of_8"), (2.0, 1, "run_of_8"), limits)),
        quiet,
        "it shrinks less than before"
    );
    let slower = net_flow((3.0, -1, "run_of_8"), (4.0, -5, "beyond_limits"), Some(10.0));
    assert_eq!(said(slower), quiet, "it grew while the limits were drawn, and now stays as it is");
    assert_eq!(
        said(net_flow((0.0, 6, ""), (0.0, 1, ""), None)),
        ["Whether anything grew or shrank in 2026-W07, the last complete week, cannot be said: no limits."]
    );
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
                Column { name: "lead_days", cells: Cells::Float(leads.to_vec()) },
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
            Column { name: "p85", cells: Cells::Int(vec![Some(1), Some(2), p85]) },
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

#[test]
fn a_week_without_a_reviewed_merge_or_a_finished_issue_says_so() {
    let column = "to_first_review_p50_hours";
    let mut table = weekly("pr_review_latency_week", column, &[Some(1.0), None, None]);
    table.columns[2].name = "size";
    assert_eq!(
        said(table),
        ["No pull request that was reviewed once it was ready was merged in 2026-W02, the last complete week."]
    );
    let mut table = weekly("pr_review_latency_week", column, &[Some(1.0), Some(2.5), None]);
    table.columns[2].name = "size";
    assert_eq!(
        said(table),
        [
            "The last complete week (2026-W02, 2.5 hours to the first review in the median) cannot be judged: limits need 6 complete weeks, there are 2."
        ]
    );
    let weeks = |medians: &[Option<f64>]| Table {
        name: "cycle_time_week",
        columns: vec![
            Column { name: "year", cells: ints(&vec![2026; medians.len()]) },
            Column { name: "week", cells: Cells::Week((1..=medians.len() as i64).collect()) },
            Column { name: "cycletime_days_p50", cells: Cells::Float(medians.to_vec()) },
            Column { name: "complete", cells: Cells::Bool(vec![true; medians.len()]) },
        ],
    };
    assert_eq!(
        said(weeks(&[Some(1.0), None])),
        ["No issue with a cycle time was finished in 2026-W02, the last complete week."]
    );
    assert_eq!(said(weeks(&[])), ["There is no complete week yet."]);
}

#[test]
fn the_activity_of_the_last_complete_week_is_set_against_the_week_before() {
    let week = |opened: i64, merged: i64, closed: i64| [opened, merged, closed];
    let activity = |weeks: &[[i64; 3]]| {
        let of = |column: usize| ints(&weeks.iter().map(|week| week[column]).collect::<Vec<_>>());
        Table {
            name: "pr_activity_week",
            columns: vec![
                Column { name: "year", cells: ints(&vec![2026; weeks.len()]) },
                Column { name: "week", cells: Cells::Week((1..=weeks.len() as i64).collect()) },
                Column { name: "repo", cells: texts(vec!["ALL"; weeks.len()]) },
                Column { name: "opened", cells: of(0) },
                Column { name: "merged", cells: of(1) },
                Column { name: "closed_unmerged", cells: of(2) },
                Column {
                    name: "complete",
                    cells: Cells::Bool((1..=weeks.len()).map(|week| week < weeks.len()).collect()),
                },
            ],
        }
    };
    assert_eq!(
        said(activity(&[week(1, 24, 1), week(34, 29, 1), week(0, 0, 0)])),
        [
            "29 pull requests were merged in 2026-W02, the last complete week, 5 more than in 2026-W01 (24).",
            "34 were opened and 1 was closed without being merged.",
        ]
    );
    assert_eq!(
        said(activity(&[week(1, 1, 0), week(0, 0, 0)])),
        [
            "1 pull request was merged in 2026-W01, the last complete week.",
            "1 was opened and 0 were closed without being merged.",
        ]
    );
    assert_eq!(said(activity(&[week(1, 1, 0)])), ["There is no complete week yet."]);
}

#[test]
fn change_requests_are_said_of_all_pull_requests_together() {
    let repositories = |rows: &[(i64, i64)]| Table {
        name: "pr_change_requests_repo",
        columns: vec![
            Column { name: "pr_count", cells: ints(&rows.iter().map(|row| row.0).collect::<Vec<_>>()) },
            Column { name: "cr_total", cells: ints(&rows.iter().map(|row| row.1).collect::<Vec<_>>()) },
        ],
    };
    assert_eq!(
        said(repositories(&[(6, 3), (2, 0)])),
        ["8 pull requests in 2 repositories met 3 change requests: 0.38 each in the mean."]
    );
    assert_eq!(
        said(repositories(&[(1, 1)])),
        ["1 pull request in 1 repository met 1 change request: 1.00 each in the mean."]
    );
    assert_eq!(said(repositories(&[])), ["There is no pull request."]);
    let distribution = |rows: &[(i64, i64)]| Table {
        name: "pr_change_requests_repo_dist",
        columns: vec![
            Column { name: "cr", cells: ints(&rows.iter().map(|row| row.0).collect::<Vec<_>>()) },
            Column { name: "pr_count", cells: ints(&rows.iter().map(|row| row.1).collect::<Vec<_>>()) },
        ],
    };
    assert_eq!(
        said(distribution(&[(0, 5), (1, 1), (0, 2), (2, 1), (4, 1)])),
        ["7 of 10 pull requests (70 %) met no change request, 1 met one and 2 met more; the most was 4."]
    );
    assert_eq!(said(distribution(&[])), ["There is no pull request."]);
}
