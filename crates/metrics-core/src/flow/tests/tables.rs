use chrono_tz::Tz;
use model::table::Table;

use super::*;
use crate::coverage::Coverage;
use crate::flow;

fn covered(as_of: f64) -> Coverage {
    Coverage { until: day(as_of), held_back_by: None }
}

/// The table as text, without the columns that the test does not speak about.
fn only(table: &Table, columns: &[&str]) -> String {
    let mut lines = Vec::new();
    for row in 0..table.height() {
        lines.push(columns.iter().map(|column| table.cell(row, column)).collect::<Vec<_>>().join(","));
    }
    lines.join(" ")
}

#[test]
fn stocks_count_where_open_items_are_and_bugs_by_source_of_the_board() {
    let stories = [
        story(1, 0.0, "1 +P | 2 P:>Doing").labelled("bug"),
        story(2, 0.0, "1 +P"),
        story(3, 0.0, "1 +P | 3 -P"),
        story(4, 0.0, "1 +Q | 3 closed"),
        story(5, 0.0, ""),
    ];
    let table = flow::stocks(&lives_with(&rules(), 9.0, &stories));
    assert_eq!(
        table.to_csv(),
        "project_id,project_name,opened_bugs,opened_bugs_customer_facing,opened_bugs_internal,\
         opened_bugs_dev_process,in_backlogs,in_ready,in_dev,in_review,in_qa,waiting_to_prod,off_board\n\
         P,Board P,1,0,0,0,1,0,1,0,0,0,1\n\
         Q,Board Q,0,0,0,0,0,0,0,0,0,0,0\n"
    );
}

#[test]
fn stock_of_a_week_is_what_is_open_when_it_ends_and_the_running_week_is_taken_at_as_of() {
    let stories = [story(1, 0.0, "1 +P | 7 P:>Doing | 15 closed"), story(2, 1.0, "2 +P | 3 closed")];
    let mut rules = rules();
    rules.projects.truncate(1);
    let lives = lives_with(&rules, 16.0, &stories);
    let table = flow::stocks_week(&lives, Tz::UTC, &covered(16.0));
    let columns = ["year", "week", "in_backlogs", "in_dev", "removed_open", "complete"];
    // The move on day 7 is on the boundary of weeks 2 and 3: it belongs to the later one.
    assert_eq!(only(&table, &columns), "2026,02,1,0,0,true 2026,03,0,1,0,true 2026,04,0,0,0,false");
}

#[test]
fn items_taken_off_the_board_are_counted_in_their_week() {
    let mut rules = rules();
    rules.projects.truncate(1);
    let stories = [story(1, 0.0, "1 +P | 8 -P"), story(2, 0.0, "1 +P | 9 vanished"), story(3, 0.0, "1 +P | 9 closed")];
    let table = flow::stocks_week(&lives_with(&rules, 15.0, &stories), Tz::UTC, &covered(15.0));
    assert_eq!(only(&table, &["removed_open", "off_board", "in_backlogs"]), "0,0,3 2,1,0 0,1,0");
}

#[test]
fn cumulative_flow_counts_the_step_or_a_later_one() {
    let mut rules = rules();
    rules.projects.truncate(1);
    let stories = [story(1, 0.0, "0 +P | 1 P:>Doing | 2 closed"), story(2, 0.0, "0 +P | 2 closed=not_planned")];
    let table = flow::cumulative_flow_day(&lives_with(&rules, 2.5, &stories), Tz::UTC);
    let day_of = |first: usize| -> Vec<String> { (first..first + 7).map(|row| table.cell(row, "count")).collect() };
    assert_eq!(table.height(), 21);
    assert_eq!(day_of(0), ["2", "0", "0", "0", "0", "0", "0"]);
    assert_eq!(day_of(7), ["2", "1", "1", "0", "0", "0", "0"]);
    assert_eq!(day_of(14), ["1", "1", "1", "1", "1", "1", "1"]);
    assert_eq!((table.cell(8, "date"), table.cell(8, "step")), ("2026-01-06".into(), "ready".into()));
}

#[test]
fn cycle_time_has_every_month_and_no_statistics_over_nothing() {
    let stories = [
        story(1, 0.0, "1 +P | 2 P:>Doing | 4 P:Doing>In review | 6 closed"),
        story(2, 0.0, "1 +P | 4 closed"),
        story(3, 0.0, "1 +P | 5 closed=duplicate"),
        story(4, 0.0, "1 +P | 60 closed"),
    ];
    let lives = lives_with(&rules(), 70.0, &stories);
    let table = flow::cycle_time(&lives, Tz::UTC, false, &covered(70.0)).expect("a valid query");
    assert_eq!(
        table.to_csv(),
        "month,issues_count,leadtime_days_avg,lead_count,cycletime_days_avg,cycle_count,time_to_pr,\
         leadtime_days_p50,leadtime_days_p85,leadtime_days_p95,cycletime_days_p50,cycletime_days_p85,\
         cycletime_days_p95,straight_to_done,flow_efficiency,complete,cycle_unknown,cycle_known_share,\
         lead_known_share\n\
         2026-01,2,4.000000,2,4.000000,1,2.000000,4.000000,,,4.000000,,,1,,true,0,1.000000,1.000000\n\
         2026-02,0,,0,,0,,,,,,,,0,,true,0,,\n\
         2026-03,1,60.000000,1,,0,,60.000000,,,,,,1,,false,0,,1.000000\n"
    );
}

/// `known` issues of which the cycle time is 4 days, and `lost` ones of which only the end is known.
fn with_lost(known: usize, lost: usize) -> Vec<Story> {
    let of_known = |number| story(number, 0.0, "0 +P | 1 P:>Ready | 2 P:Ready>Doing | 6 closed");
    let of_lost = |number| story(number, 0.0, "0 +P | 1 P:>Ready | 5 closed | 6 seen P:Done@5");
    (0..known).map(of_known).chain((known..known + lost).map(of_lost)).collect()
}

#[test]
fn nothing_is_said_of_durations_that_lost_history_hides_in_more_than_three_of_ten() {
    let columns = [
        "issues_count",
        "cycle_count",
        "straight_to_done",
        "cycle_unknown",
        "cycle_known_share",
        "cycletime_days_avg",
        "cycletime_days_p50",
        "lead_count",
        "lead_known_share",
        "leadtime_days_p50",
    ];
    let of = |known, lost| {
        let lives = lives_with(&rules(), 14.0, &with_lost(known, lost));
        let table = flow::cycle_time_week(&lives, Tz::UTC, false, &covered(14.0)).expect("a valid query");
        only(&table, &columns).split(' ').next().expect("the first week").to_owned()
    };
    assert_eq!(of(7, 3), "10,7,0,3,0.700000,4.000000,4.000000,10,1.000000,5.000000");
    assert_eq!(of(6, 4), "10,6,0,4,0.600000,,,10,1.000000,5.000000", "lead times are known");
}

#[test]
fn an_open_item_of_which_the_start_is_lost_is_started_and_of_unknown_age() {
    let stories = [story(1, 0.0, "0 +P | 1 P:>Ready | 9 seen P:Doing@8")];
    let raw = raw(&stories);
    let lives = Lives::new(&raw, &rules(), day(14.0)).expect("the rules are sound");
    let table = flow::aging_wip(&raw, &lives);
    assert_eq!(only(&table, &["id", "step", "days_in_step", "age_days", "above_p85"]), "acme/shop#1,dev,6.000000,,");
}

#[test]
fn items_that_were_taken_off_when_done_were_not_removed_while_open() {
    let stories =
        [story(1, 0.0, "0 +P | 1 P:>Doing | 2 closed | 3 -P | 8 reopened"), story(2, 0.0, "0 +P | 1 P:>Doing | 8 -P")];
    let table = flow::stocks_week(&lives_with(&rules(), 14.0, &stories), Tz::UTC, &covered(14.0));
    let of_board = |row: usize| (table.cell(row, "project_id"), table.cell(row, "removed_open"));
    assert_eq!(
        (0..table.height())
            .map(of_board)
            .filter(|(board, _)| board == "P")
            .map(|(_, removed)| removed)
            .collect::<Vec<_>>(),
        ["0", "1", "0"]
    );
}

#[test]
fn weekly_cycle_time_has_percentiles_once_there_are_enough_items() {
    let stories: Vec<Story> = (0..10)
        .map(|number| story(number, 0.0, &format!("0 +P | 1 P:>Doing | {} closed", 7.0 + number as f64 / 2.0)))
        .collect();
    let lives = lives_with(&rules(), 14.0, &stories);
    let table = flow::cycle_time_week(&lives, Tz::UTC, false, &covered(14.0)).expect("a valid query");
    let columns = ["year", "week", "cycle_count", "cycletime_days_p50", "cycletime_days_p85", "cycletime_days_p95"];
    assert_eq!(only(&table, &columns), "2026,03,10,8.250000,9.825000, 2026,04,0,,,");
}

#[test]
fn flow_efficiency_is_the_working_share_of_the_cycle() {
    let mut rules = rules();
    rules.working_columns = names("doing");
    let stories: Vec<Story> = (0..10)
        .map(|number| story(number, 0.0, "0 +P | 1 P:>Doing | 2 P:Doing>In review | 5 P:In review>Doing | 6 closed"))
        .collect();
    let lives = lives_with(&rules, 7.0, &stories);
    let table = flow::cycle_time_week(&lives, Tz::UTC, true, &covered(7.0)).expect("a valid query");
    assert_eq!(table.cell(0, "flow_efficiency"), "0.400000");
}

#[test]
fn aging_items_are_compared_with_finished_items_of_their_step() {
    let mut stories: Vec<Story> =
        (1..=10).map(|number| story(number, 0.0, &format!("0 +P | 1 P:>Doing | {} closed", 1 + number))).collect();
    stories.push(story(11, 0.0, "0 +P | 10.5 P:>Doing"));
    stories.push(story(12, 0.0, "0 +P | 10.5 P:>Ready"));
    stories.push(story(13, 0.0, "0 +P | 2 P:>Doing"));
    let raw = raw(&stories);
    let lives = Lives::new(&raw, &rules(), day(14.0)).expect("the rules are sound");
    let table = flow::aging_wip(&raw, &lives);
    let columns = ["id", "step", "days_in_step", "age_days", "left_sooner_share", "above_p85"];
    assert_eq!(
        only(&table, &columns),
        "acme/shop#11,dev,3.500000,3.500000,0.300000,false acme/shop#13,dev,12.000000,12.000000,1.000000,true"
    );
}

#[test]
fn calculated_issues_carry_marks_steps_and_their_days() {
    let raw =
        raw(&[story(2, 0.0, "1 +P | 2 P:>Ready | 3 P:Ready>Doing | 5 closed").labelled("feature"), story(10, 1.0, "")]);
    let lives = Lives::new(&raw, &rules(), day(9.0)).expect("the rules are sound");
    let table = flow::calculated_issue(&raw, &lives);
    assert_eq!(
        table.to_csv(),
        "id,name,project_id,project_name,creationdatetime,leadtimestartdatetime,cycletimestartdatetime,\
         putinreadystartdatetime,devstartdatetime,reviewstartdatetime,qastartdatetime,waitingtopodstartdateime,\
         enddatetime,bug,bug_customer_facing,bug_internal,bug_dev_process,type,current_step,current_column,lead_days,\
         cycle_days,backlog_days,ready_days,dev_days,review_days,qa_days,waiting_to_prod_days,done_days,off_board_days,\
         reopened_count,rework_count,history_gaps,inferred_share,url,host,cycle_unknown\n\
         acme/shop#10,Issue 10,,,2026-01-06T00:00:00Z,2026-01-06T00:00:00Z,,,,,,,,false,false,false,false,task,,,,,,,,,,,,,0,0,0,0.000000,,github.com,false\n\
         acme/shop#2,Issue 2,P,Board P,2026-01-05T00:00:00Z,2026-01-07T00:00:00Z,2026-01-08T00:00:00Z,\
         2026-01-07T00:00:00Z,2026-01-08T00:00:00Z,,,,2026-01-10T00:00:00Z,false,false,false,false,feature,done,Doing,\
         3.000000,2.000000,2.000000,1.000000,2.000000,0.000000,0.000000,0.000000,4.000000,0.000000,0,0,0,0.000000,,github.com,false\n"
    );
}

#[test]
fn holes_in_the_history_are_said_in_one_line() {
    let stories = [story(1, 0.0, "1 +P | 2 P:>Ready | 6 P:In review>Testing"), story(2, 0.0, "1 +Z")];
    let lives = lives_with(&rules(), 10.0, &stories);
    assert_eq!(
        flow::notices(&lives),
        [
            "the configuration does not name board Z (Board Z): read by GitHub's own columns \
             (Backlog, Ready, In progress, In review, Done)",
            "board history: 1 of 2 issues that were on a board have gaps (40 % of their time is inferred): \
             no event tells how they came into a column; steps are rebuilt from what imports and deliveries saw",
        ]
    );
}

#[test]
fn columns_are_found_whatever_emoji_and_form_their_names_have() {
    let mut rules = rules();
    rules.projects[0].qa_start_columns = vec!["Pru\u{308}fung".into()];
    rules.working_columns = vec!["Doing \u{1f528}".into()];
    let stories = [story(
        1,
        0.0,
        "1 +P | 2 P:>\u{1f6a7} Doing | 3 P:\u{1f6a7}\u{fe0f} Doing>Pr\u{fc}fung | 4 P:Pru\u{308}fung>\u{2705} Done",
    )];
    let lives = lives_with(&rules, 9.0, &stories);
    assert_eq!(flow::notices(&lives), [] as [&str; 0]);
    let table = flow::calculated_issue(&raw(&stories), &lives);
    assert_eq!(only(&table, &["current_step", "dev_days", "qa_days", "history_gaps"]), "done,1.000000,1.000000,0");
}

#[test]
fn a_notice_shows_what_cannot_be_seen_in_a_name() {
    let lives = lives_with(&rules(), 9.0, &[story(1, 0.0, "1 +P | 2 P:>In\u{a0}review")]);
    assert_eq!(
        flow::notices(&lives),
        ["column `in\\u{a0}review` of board P (Board P) is mapped to no step: 1 move into it kept the step before"]
    );
}
