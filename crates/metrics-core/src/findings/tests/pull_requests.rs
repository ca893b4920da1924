//! Sentences about pull requests, and about counts that are rare.

use super::*;

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

/// Weeks of 2026 for one repository and for `ALL`; the last week is not complete.
fn weekly(name: &'static str, column: &'static str, values: &[Option<f64>]) -> Table {
    let rows: Vec<usize> = (0..values.len()).flat_map(|week| [week, week]).collect();
    let cell = |(row, week): (usize, &usize)| if row % 2 == 1 { values[*week] } else { Some(1_000.0) };
    Table {
        name,
        columns: vec![
            Column { name: "year", cells: Cells::Int(vec![Some(2026); rows.len()].into()) },
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
                Column { name: "age_days", cells: Cells::Float(vec![Some(41.96); stages.len()].into()) },
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
            Column { name: "cycletime_days_p50", cells: Cells::Float(medians.to_vec().into()) },
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
