//! Rules of the tables about issues.

use model::Instant;
use model::rules::{BugSource, ProjectRules, Rules};

use super::super::issue_tables;
use super::{Files, body, list, rules};

const OPENED: &str = "a,r,1,T,task,false,2021-01-04T00:00:00Z\n";

/// From the seventh column on: the dates between creation and the flags.
fn dates(files: &Files, rules: &Rules) -> Vec<String> {
    let rows = files.rows("calculated_issue", rules);
    rows.lines().map(|row| row.split(',').skip(5).take(8).collect::<Vec<_>>().join(",")).collect()
}

fn ids(files: &Files, rules: &Rules) -> Vec<String> {
    files
        .rows("calculated_issue", rules)
        .lines()
        .map(|row| row.split(',').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn each_stage_begins_with_the_first_move_into_its_columns() {
    let files = Files {
        issues: OPENED,
        project: "a,r,1,1,One,,2021-01-04T00:00:00Z,added\n\
                  a,r,1,1,One, DEV ,2021-01-06T00:00:00Z,moved\n\
                  a,r,1,1,One,Ready,2021-01-05T00:00:00Z,moved\n\
                  a,r,1,2,Two,Review,2021-01-07T00:00:00Z,moved\n\
                  a,r,1,1,One,Dev,2021-01-08T00:00:00Z,moved\n\
                  a,r,1,1,One,QA,2021-01-09T00:00:00Z,Moved\n",
        ..Files::default()
    };
    assert_eq!(
        files.rows("calculated_issue", &rules()),
        "a/r#1,T,1,One,2021-01-04T00:00:00Z,2021-01-05T00:00:00Z,2021-01-06T00:00:00Z,2021-01-05T00:00:00Z,\
         2021-01-06T00:00:00Z,2021-01-07T00:00:00Z,,,,false,false,false,false,task\n"
    );
}

#[test]
fn the_first_closing_ends_for_ever_and_fills_cycle_and_dev_from_lead() {
    let files = Files {
        issues: OPENED,
        project: "a,r,1,1,One,Backlog,2021-01-04T00:00:00Z,moved\na,r,1,1,One,Done,2021-01-09T00:00:00Z,moved\n",
        status: "a,r,1,closed,2021-01-08T00:00:00Z\na,r,1,reopened,2021-01-10T00:00:00Z\na,r,1,Closed,2021-01-05T00:00:00Z\n",
        ..Files::default()
    };
    let lead = "2021-01-04T00:00:00Z";
    assert_eq!(dates(&files, &rules()), [format!("{lead},{lead},,{lead},,,,2021-01-08T00:00:00Z")]);
}

#[test]
fn an_open_issue_keeps_its_gaps() {
    let files =
        Files { issues: OPENED, project: "a,r,1,1,One,Backlog,2021-01-04T00:00:00Z,moved\n", ..Files::default() };
    assert_eq!(dates(&files, &rules()), ["2021-01-04T00:00:00Z,,,,,,,"]);
}

#[test]
fn projects_that_are_not_configured_have_fixed_columns_and_fill_gaps_while_open() {
    let files = Files {
        issues: OPENED,
        project: "a,r,1,9,Nine,backlog,2021-01-04T00:00:00Z,moved\n\
                  a,r,1,9,Nine,Ready for Dev,2021-01-05T00:00:00Z,moved\n\
                  a,r,1,9,Nine,IN REVIEW,2021-01-06T00:00:00Z,moved\n\
                  a,r,1,9,Nine,Done,2021-01-07T00:00:00Z,moved\n\
                  a,r,1,9,Nine,Archive,2021-01-08T00:00:00Z,moved\n",
        ..Files::default()
    };
    let lead = "2021-01-04T00:00:00Z";
    assert_eq!(
        dates(&files, &rules()),
        [format!(
            "{lead},{lead},2021-01-05T00:00:00Z,{lead},2021-01-06T00:00:00Z,,2021-01-07T00:00:00Z,2021-01-08T00:00:00Z"
        )]
    );
}

#[test]
fn the_earliest_event_of_any_kind_names_the_project_and_ties_keep_file_order() {
    let files = Files {
        issues: OPENED,
        project: "a,r,1,2,Two,,2021-01-05T00:00:00Z,added\n\
                  a,r,1,3,Three,,2021-01-04T00:00:00.000000001Z,removed\n\
                  a,r,1,4,Four,,2021-01-04T00:00:00.000000001Z,added\n\
                  a,r,1,5,Five,,2021-01-04T00:00:00.000000002Z,added\n",
        ..Files::default()
    };
    assert!(files.rows("calculated_issue", &rules()).starts_with("a/r#1,T,3,Three,"));
}

#[test]
fn excluded_projects_and_unwanted_types_are_in_no_table() {
    let mut rules = rules();
    rules.projects[0].types = list(&[" BUG ", "ſtraSSe"]);
    rules.projects.push(ProjectRules { id: "2".to_owned(), exclude: true, ..ProjectRules::default() });
    let files = Files {
        issues: "a,r,1,T,bug,true,2021-01-04T00:00:00Z\n\
                 a,r,2,T,task,false,2021-01-04T00:00:00Z\n\
                 a,r,3,T,bug,true,2021-01-04T00:00:00Z\n\
                 a,r,4,T, STRASſE ,true,2021-01-04T00:00:00Z\n",
        project: "a,r,1,1,One,,2021-01-04T00:00:00Z,added\n\
                  a,r,2,1,One,,2021-01-04T00:00:00Z,added\n\
                  a,r,3,2,Two,,2021-01-04T00:00:00Z,added\n\
                  a,r,4,1,One,,2021-01-04T00:00:00Z,added\n",
        ..Files::default()
    };
    assert_eq!(ids(&files, &rules), ["a/r#1", "a/r#4"]);
    assert_eq!(files.rows("stocks", &rules), "1,One,2,0,0,0,2,0,0,0,0,0\n");
}

#[test]
fn of_equal_project_ids_the_last_counts_and_the_empty_id_takes_issues_on_no_board() {
    let mut rules = rules();
    rules.projects.push(ProjectRules { id: "1".to_owned(), exclude: true, ..ProjectRules::default() });
    rules.projects.push(ProjectRules { types: list(&["bug"]), ..ProjectRules::default() });
    let files = Files {
        issues: "a,r,1,T,bug,true,2021-01-04T00:00:00Z\n\
                 a,r,2,T,task,false,2021-01-04T00:00:00Z\n\
                 a,r,3,T,bug,true,2021-01-04T00:00:00Z\n",
        project: "a,r,3,1,One,,2021-01-04T00:00:00Z,added\n",
        ..Files::default()
    };
    assert_eq!(ids(&files, &rules), ["a/r#1"]);
}

#[test]
fn the_last_row_of_an_issue_counts_and_ids_are_ordered_by_bytes() {
    let files = Files {
        issues: "a,r,2,Old,task,false,2021-01-04T00:00:00Z\n\
                 a,r,10,T,task,false,2021-01-04T00:00:00Z\n\
                 a,r,2,New,task,yes,2021-01-05T00:00:00Z\n\
                 a,r,02,T,task,false,2021-01-04T00:00:00Z\n\
                 a,r!,1,T,task,false,2021-01-04T00:00:00Z\n",
        status: "a,r,2,closed,2021-01-06T00:00:00Z\n",
        ..Files::default()
    };
    assert_eq!(ids(&files, &rules()), ["a/r!#1", "a/r#02", "a/r#10", "a/r#2"]);
    let rows = files.rows("calculated_issue", &rules());
    assert_eq!(
        rows.lines().last(),
        Some("a/r#2,New,,,2021-01-05T00:00:00Z,,,,,,,,2021-01-06T00:00:00Z,true,false,false,false,task")
    );
}

#[test]
fn flags_of_several_fields_add_up_and_a_missing_value_matches_blanks() {
    let mut rules = rules();
    rules.bug_source = BugSource {
        custom_field_name: "Source".to_owned(),
        customer_facing_value: "Customer".to_owned(),
        internal_value: "Internal".to_owned(),
        dev_process_value: String::new(),
    };
    let files = Files {
        issues: "a,r,1,T,bug,true,2021-01-04T00:00:00Z\na,r,2,T,bug,1,2021-01-04T00:00:00Z\na,r,3,T,bug,no,2021-01-04T00:00:00Z\n",
        fields: "a,r,1,1,One,SOURCE, customer \na,r,1,9,Nine,source,INTERNAL\na,r,2,1,One,Source,  \n\
                 a,r,2,1,One,Source ,Customer\na,r,3,1,One,Source,Customer\n",
        ..Files::default()
    };
    let flags: Vec<String> = files
        .rows("calculated_issue", &rules)
        .lines()
        .map(|row| row.split(',').skip(13).take(4).collect::<Vec<_>>().join(","))
        .collect();
    assert_eq!(flags, ["true,true,true,false", "true,false,false,true", "false,false,false,false"]);
}

#[test]
fn means_take_negative_days_and_nothing_is_zero() {
    let files = Files {
        issues: "a,r,1,T,task,false,2021-01-04T00:00:00Z\na,r,2,T,task,false,2021-01-04T00:00:00Z\n\
                 a,r,3,T,task,false,2021-01-04T00:00:00Z\n",
        project: "a,r,1,1,One,Backlog,2021-01-04T00:00:00Z,moved\n\
                  a,r,1,1,One,Dev,2021-01-05T00:00:00Z,moved\n\
                  a,r,1,1,One,Review,2021-01-05T00:00:00Z,moved\n\
                  a,r,2,1,One,Backlog,2021-01-20T00:00:00Z,moved\n\
                  a,r,2,1,One,Review,2021-01-18T00:00:00Z,moved\n",
        status: "a,r,1,closed,2021-01-06T12:00:00Z\na,r,2,closed,2021-01-19T00:00:00Z\na,r,3,closed,2021-02-01T00:00:00Z\n",
        ..Files::default()
    };
    assert_eq!(
        files.rows("cycle_time", &rules()),
        "2021-01,2,0.750000,2,0.250000,2,0.000000\n2021-02,1,0.000000,0,0.000000,0,0.000000\n"
    );
}

#[test]
fn an_unreadable_move_is_year_one_and_its_duration_stops_at_292_years() {
    let files = Files {
        issues: OPENED,
        project: "a,r,1,1,One,Backlog,,moved\n",
        status: "a,r,1,closed,2021-01-08T00:00:00Z\n",
        ..Files::default()
    };
    assert_eq!(files.rows("cycle_time", &rules()), "2021-01,1,106751.991167,1,106751.991167,1,0.000000\n");
    assert!(dates(&files, &rules())[0].starts_with("0001-01-01T00:00:00Z,0001-01-01T00:00:00Z,,"));
}

#[test]
fn the_last_week_of_throughput_is_never_shown_and_empty_weeks_are() {
    let files = Files {
        issues: "a,r,1,T,task,false,2021-01-04T00:00:00Z\na,r,2,T,task,false,2021-01-04T00:00:00Z\n",
        status: "a,r,1,closed,2021-01-03T23:59:59Z\na,r,2,closed,2021-01-11T00:00:00Z\n",
        ..Files::default()
    };
    assert_eq!(
        files.rows("throughput_week", &rules()),
        "2020,53,1,1.000000,3.116156,0.000000\n2021,01,0,0.000000,3.116156,0.000000\n"
    );
}

#[test]
fn one_week_of_throughput_is_a_header() {
    let files = Files { issues: OPENED, status: "a,r,1,closed,2021-01-08T00:00:00Z\n", ..Files::default() };
    assert_eq!(files.rows("throughput_week", &rules()), "");
}

#[test]
fn throughput_from_year_one_has_all_its_weeks() {
    let files = Files {
        issues: "a,r,1,T,task,false,2021-01-04T00:00:00Z\na,r,2,T,task,false,2021-01-04T00:00:00Z\n",
        status: "a,r,1,closed,never\na,r,2,closed,2021-01-04T00:00:00Z\n",
        ..Files::default()
    };
    let rows = files.rows("throughput_week", &rules());
    assert!(
        rows.starts_with("1,01,1,1.000000,1.391412,0.000000\n1,02,0,0.000000,1.391412,0.000000\n"),
        "{}",
        &rows[..80]
    );
    assert!(rows.ends_with("2020,53,0,0.000000,0.000000,0.000000\n"));
    assert_eq!(rows.lines().count(), 105_399);
}

#[test]
fn stock_is_the_furthest_step_ever_reached() {
    let files = Files {
        issues: "a,r,1,T,bug,true,2021-01-04T00:00:00Z\na,r,2,T,task,false,2021-01-04T00:00:00Z\n",
        project: "a,r,1,1,One,QA,2021-01-05T00:00:00Z,moved\na,r,1,1,One,Backlog,2021-01-06T00:00:00Z,moved\n\
                  a,r,2,1,,Ready,2021-01-05T00:00:00Z,moved\n",
        ..Files::default()
    };
    assert_eq!(files.rows("stocks", &rules()), "1,,0,0,0,0,0,1,0,0,0,0\n1,One,1,0,0,0,0,0,0,0,1,0\n");
}

#[test]
fn an_issue_counts_in_the_week_it_ends_and_moves_up_week_by_week() {
    let files = Files {
        issues: "a,r,1,T,bug,true,2021-01-10T23:59:59.999999999Z\na,r,2,T,task,false,2021-02-22T00:00:00Z\n",
        project: "a,r,1,1,One,Ready,2021-01-11T00:00:00Z,moved\n\
                  a,r,1,1,One,Review,2021-01-18T00:00:00Z,moved\n\
                  a,r,1,1,One,Done,2021-02-01T00:00:00Z,moved\n",
        ..Files::default()
    };
    // Without a move into development, the end dates it like the lead time.
    assert_eq!(
        files.rows("stocks_week", &rules()),
        "2021,01,1,One,1,0,0,0,1,0,0,0,0,0\n\
         2021,02,1,One,1,0,0,0,0,0,1,0,0,0\n\
         2021,03,1,One,1,0,0,0,0,0,0,1,0,0\n\
         2021,04,1,One,1,0,0,0,0,0,0,1,0,0\n\
         2021,05,1,One,1,0,0,0,0,0,0,1,0,0\n"
    );
}

#[test]
fn weeks_of_stock_end_now_only_when_nothing_else_has_a_date() {
    let files = Files { issues: OPENED, ..Files::default() };
    let raw = files.raw();
    let weeks = |now: &str| body(&issue_tables(&raw, &rules(), Instant::parse_rfc3339(now))[4]);
    assert_eq!(weeks("2021-01-12T00:00:00Z"), "2021,01,,,0,0,0,0,1,0,0,0,0,0\n2021,02,,,0,0,0,0,1,0,0,0,0,0\n");
    assert_eq!(weeks("2020-12-31T00:00:00Z"), "");
    assert_eq!(body(&issue_tables(&raw, &rules(), None)[4]), "2021,01,,,0,0,0,0,1,0,0,0,0,0\n");
}

#[test]
fn dates_before_the_first_creation_leave_no_weeks() {
    let files = Files { issues: OPENED, status: "a,r,1,closed,2020-12-01T00:00:00Z\n", ..Files::default() };
    assert_eq!(files.rows("stocks_week", &rules()), "");
}

#[test]
fn no_issues_are_five_headers() {
    for table in issue_tables(&Files::default().raw(), &rules(), None) {
        assert_eq!(body(&table), "", "{}", table.name);
    }
}

#[test]
fn bytes_that_are_not_utf8_pass_unchanged() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let write = |name: &str, text: &[u8]| std::fs::write(folder.path().join(name), text).expect("written");
    write("issue.csv", b"org,repo,number,title,created_at\na,r,1,caf\xe9,2021-01-04T00:00:00Z\n");
    write("issue_status_event.csv", super::STATUS.as_bytes());
    write("issue_project_event.csv", super::PROJECT.as_bytes());
    let mut out = Vec::new();
    issue_tables(&super::raw(folder.path()), &rules(), None)[0].write_csv(&mut out).expect("written");
    assert!(out.windows(12).any(|bytes| bytes == b"a/r#1,caf\xe9,,"), "{}", String::from_utf8_lossy(&out));
}
