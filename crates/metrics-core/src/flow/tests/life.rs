use super::*;
use crate::flow;

#[test]
fn before_it_joins_a_board_an_issue_is_in_the_backlog_of_the_first_one() {
    assert_eq!(chain(9.0, "2 +Q | 4 +P | 5 P:>Doing"), "Q backlog from 0");
    assert_eq!(chain(9.0, "2 +P | 3 P:>Ready | 4 P:Ready>Doing"), "P backlog from 0, P ready from 3, P dev from 4");
}

#[test]
fn an_issue_on_no_board_has_no_steps() {
    assert_eq!(chain(9.0, ""), "-  from 0");
    assert_eq!(chain(9.0, "4 closed"), "-  from 0, - done from 4");
}

#[test]
fn a_first_move_from_a_column_says_that_the_item_was_there_since_it_was_added() {
    assert_eq!(chain(9.0, "2 +P | 5 P:Ready>Doing"), "P backlog from 0, P ready from 2, P dev from 5");
}

#[test]
fn the_board_joined_first_leads_until_the_card_leaves_it() {
    let text = "1 +P | 2 P:>Doing | 3 +Q | 4 Q:>Ready | 6 -P";
    assert_eq!(chain(9.0, text), "P backlog from 0, P dev from 2, Q ready from 6");
}

#[test]
fn excluded_boards_are_as_if_they_were_not_there() {
    let mut rules = rules();
    rules.projects[0].exclude = true;
    let text = "1 +P | 2 P:>Doing | 3 +Q | 4 Q:>Ready";
    assert_eq!(chain_with(&rules, 9.0, text), "Q backlog from 0, Q ready from 4");
    let lives = lives_with(&rules, 9.0, &[story(1, 0.0, "1 +P")]);
    assert!(lives.issues[0].is_none(), "an issue on excluded boards only is out of every figure");
}

#[test]
fn a_board_with_types_keeps_only_those() {
    let mut rules = rules();
    rules.projects[0].types = vec!["Bug".into()];
    let stories = [story(1, 0.0, "1 +P").labelled("bug"), story(2, 0.0, "1 +P").labelled("feature")];
    let lives = lives_with(&rules, 9.0, &stories);
    assert!(lives.issues[0].is_some() && lives.issues[1].is_none());
}

#[test]
fn removed_while_open_is_off_board_and_removed_while_done_stays_done() {
    let open = "1 +P | 2 P:>Doing | 4 -P";
    assert_eq!(chain(9.0, open), "P backlog from 0, P dev from 2, P off_board from 4");
    let done = "1 +P | 2 P:>Done | 4 -P";
    assert_eq!(chain(9.0, done), "P backlog from 0, P done from 2");
    assert_eq!(chain(9.0, "1 +P | 2 P:>Doing | 3 closed | 4 -P"), "P backlog from 0, P dev from 2, P done from 3");
    assert_eq!(
        chain(9.0, "1 +P | 2 P:>Doing | 3 closed | 4 -P | 5 reopened"),
        "P backlog from 0, P dev from 2, P done from 3, P off_board from 5"
    );
}

#[test]
fn archived_while_open_is_off_board_until_it_returns() {
    let text = "1 +P | 2 P:>Doing | 4 archived P:Doing | 6 seen P:Doing";
    assert_eq!(chain(9.0, text), "P backlog from 0, P dev from 2, P off_board snapshot from 4, P dev snapshot from 6");
}

#[test]
fn an_item_that_comes_back_to_its_board_goes_on_there() {
    let text = "1 +P | 2 P:>Doing | 4 -P | 6 +P | 7 P:>Ready";
    assert_eq!(
        chain(9.0, text),
        "P backlog from 0, P dev from 2, P off_board from 4, P backlog from 6, P ready from 7"
    );
}

#[test]
fn events_at_one_instant_go_on_from_where_the_card_is() {
    let text = "1 +P | 1 P:>Ready | 1 P:Ready>Doing | 3 -P | 3 +P | 3 P:>In review";
    assert_eq!(chain(9.0, text), "P backlog from 0, P dev from 1, P review from 3");
    assert_eq!(chain(9.0, "1 +P | 2 P:Ready>Doing | 2 P:>Ready"), "P backlog from 0, P dev from 2");
    let there_and_back = "1 +P | 2 P:Doing>Ready | 2 P:Ready>Doing | 2 P:>Ready";
    assert_eq!(chain(9.0, there_and_back), "P backlog from 0, P ready from 2");
}

#[test]
fn a_column_mapped_nowhere_keeps_the_step_before_it_and_is_counted() {
    let text = "1 +P | 2 P:>Doing | 3 P:Doing>Blocked | 4 P:Blocked>Doing";
    assert_eq!(chain(9.0, text), "P backlog from 0, P dev from 2");
    let lives = lives_with(&rules(), 9.0, &[story(1, 0.0, text)]);
    assert_eq!(lives.unmapped, [(0, "blocked".to_owned(), 1)]);
    assert_eq!(lives.issues[0].expect("counts").history_gaps, 0);
}

#[test]
fn a_column_listed_for_two_steps_is_an_error_that_names_both() {
    let mut rules = rules();
    rules.projects[1].qa_start_columns = names("in REVIEW ");
    let error = Lives::new(&Raw::default(), &rules, day(1.0)).expect_err("listed twice");
    assert_eq!(
        error.to_string(),
        "project Q: column `in REVIEW ` is listed for step review and for step qa; \
         list it for one of them in the configuration"
    );
}

#[test]
fn boards_without_configuration_use_githubs_own_columns() {
    let text = "1 +Z | 2 Z:>Backlog | 3 Z:Backlog>in PROGRESS | 4 Z:In Progress>In review | 5 Z:In review>Done";
    assert_eq!(
        chain_with(&Rules::default(), 9.0, text),
        "Z backlog from 0, Z dev from 3, Z review from 4, Z done from 5"
    );
}

#[test]
fn a_configured_board_leads_before_one_that_is_not() {
    let text = "1 +Z | 2 Z:>In progress | 3 +P | 4 P:>Ready";
    assert_eq!(chain(9.0, text), "Z backlog from 0, Z dev from 2, P backlog from 3, P ready from 4");
}

#[test]
fn closed_or_in_a_done_column_is_done_and_the_earlier_of_both_is_the_end() {
    let text = "1 +P | 2 P:>Doing | 3 P:Doing>Done | 3.0001 closed";
    assert_eq!(chain(9.0, text), "P backlog from 0, P dev from 2, P done from 3");
    assert_eq!(since_start(life(9.0, text).ended_at), Some(3.0));
    let other_way = "1 +P | 2 P:>Doing | 3 closed | 3.0001 P:Doing>Done";
    assert_eq!(since_start(life(9.0, other_way).ended_at), Some(3.0));
}

#[test]
fn a_closed_item_stays_done_wherever_its_card_goes() {
    let text = "1 +P | 2 P:>Doing | 3 closed | 4 P:Doing>Ready | 6 reopened";
    assert_eq!(chain(9.0, text), "P backlog from 0, P dev from 2, P done from 3, P ready from 6");
}

#[test]
fn a_reopened_item_whose_card_stays_in_done_has_the_step_before() {
    let text = "1 +P | 2 P:>In review | 3 P:In review>Done | 4 closed | 5 reopened";
    assert_eq!(chain(9.0, text), "P backlog from 0, P review from 2, P done from 3, P review from 5");
    let straight = "1 +P | 3 P:>Done | 4 closed | 5 reopened";
    assert_eq!(chain(9.0, straight), "P backlog from 0, P done from 3, P backlog from 5");
    let again = "1 +P | 2 P:>In review | 3 P:In review>Done | 4 closed | 5 reopened | 6 P:Done>Released";
    assert_eq!(chain(9.0, again), "P backlog from 0, P review from 2, P done from 3, P review from 5, P done from 6");
}

#[test]
fn the_last_time_it_became_done_and_stayed_done_is_the_end() {
    let text = "1 +P | 2 P:>Doing | 3 closed | 4 reopened | 6 closed";
    let life = life(9.0, text);
    assert_eq!((since_start(life.ended_at), life.reopened_count), (Some(6.0), 1));
    assert_eq!(since_start(super::life(5.0, text).ended_at), None, "open at as_of");
}

#[test]
fn closed_as_not_planned_leaves_the_stock_without_throughput() {
    let text = "1 +P | 2 P:>Doing | 3 closed=not_planned";
    assert_eq!(chain(9.0, text), "P backlog from 0, P dev from 2, P not_planned from 3");
    let life = life(9.0, text);
    assert!(life.not_planned && !life.is_finished() && life.lead_micros().is_none());
    let after_all = "1 +P | 3 closed=duplicate | 4 reopened | 5 closed=completed";
    assert!(super::life(9.0, after_all).is_finished());
}

#[test]
fn an_issue_that_was_moved_to_another_project_leaves_the_stock_without_throughput() {
    let mut moved = story(1, 0.0, "1 +P | 2 P:>Doing | 3 closed");
    moved.issue.status_events.clear();
    moved.issue.state_reason = "moved".into();
    let lives = lives_with(&rules(), 9.0, &[moved]);
    let life = lives.issues[0].expect("counts");
    assert!(life.not_planned && !life.is_finished());
    assert_eq!(since_start(life.ended_at), Some(3.0));
}

#[test]
fn a_closing_without_event_is_taken_from_the_issue() {
    let mut closed = story(1, 0.0, "1 +P | 2 P:>Doing | 3 closed");
    closed.issue.status_events.clear();
    let lives = lives_with(&rules(), 9.0, &[closed]);
    assert_eq!(since_start(lives.issues[0].expect("counts").ended_at), Some(3.0));
}

#[test]
fn a_deleted_issue_is_no_longer_open_and_a_finished_one_stays_finished() {
    assert_eq!(
        chain(9.0, "1 +P | 2 P:>Doing | 4 vanished"),
        "P backlog from 0, P dev from 2, P vanished snapshot from 4"
    );
    assert!(life(9.0, "1 +P | 2 closed | 4 vanished").is_finished());
}

#[test]
fn what_happens_after_as_of_is_ignored() {
    let text = "1 +P | 2 P:>Doing | 5 closed | 6 -P";
    assert_eq!(chain(4.0, text), "P backlog from 0, P dev from 2");
    assert!(lives_with(&rules(), 9.0, &[story(1, 10.0, "11 +P")]).issues[0].is_none(), "not opened yet");
}

#[test]
fn a_sighting_after_as_of_dates_what_happened_before_it() {
    assert_eq!(
        chain(4.0, "1 +P | 6 seen P:Doing@3"),
        "P backlog from 0, P backlog bound from 1, P dev snapshot from 3"
    );
    assert_eq!(chain(4.0, "1 +P | 6 seen P:Doing@5"), "P backlog from 0");
}

#[test]
fn events_that_do_not_chain_date_the_lost_move_at_the_later_one() {
    let text = "1 +P | 2 P:>Ready | 6 P:In review>Testing";
    assert_eq!(chain(9.0, text), "P backlog from 0, P ready bound from 2, P qa from 6",);
    let life = life(9.0, text);
    assert_eq!(life.history_gaps, 1);
    assert_eq!(since_start(life.entered[2]), None, "it was in review at the latest then, maybe before");
    assert!((life.inferred_share(day(9.0)) - 4.0 / 9.0).abs() < 1e-12);
}

#[test]
fn a_sighting_that_differs_dates_the_lost_move_by_the_status_itself() {
    let text = "1 +P | 2 P:>Ready | 5 seen P:Doing@3.5 | 7 P:Doing>In review";
    assert_eq!(chain(9.0, text), "P backlog from 0, P ready bound from 2, P dev snapshot from 3.5, P review from 7");
    assert_eq!(life(9.0, text).history_gaps, 1);
}

#[test]
fn a_sighting_without_date_dates_the_lost_move_by_the_later_import() {
    let text = "1 +P | 2 P:>Ready | 4 seen P:Ready | 6 seen P:Doing";
    assert_eq!(chain(9.0, text), "P backlog from 0, P ready from 2, P ready bound from 4, P dev snapshot from 6");
}

#[test]
fn a_delivery_fills_a_gap_without_inference() {
    let text = "1 +P | 2 P:>Ready | 4 hook P:Doing@4";
    assert_eq!(chain(9.0, text), "P backlog from 0, P ready from 2, P dev webhook from 4");
    let life = life(9.0, text);
    assert_eq!((life.history_gaps, life.inferred), (1, 0));
}

#[test]
fn a_delivery_of_a_move_that_the_timeline_tells_too_counts_once_in_whatever_order_they_are_dated() {
    let told = "1 +P | 2 P:>Ready | 4 P:Ready>Doing | 4.0003125 P:Doing>In review";
    let expected = "P backlog from 0, P ready from 2, P dev from 4, P review from 4.0003125";
    assert_eq!(chain(9.0, told), expected);
    for deliveries in [
        "3.9999 hook P:Doing@3.9999 | 4.00015 hook P:In review@4.00015",
        "4.0004 hook P:Doing@4.0004 | 4.0005 hook P:In review@4.0005",
        "4 hook P:Doing@4 | 4.0003125 hook P:In review@4.0003125",
    ] {
        let text = format!("{told} | {deliveries}");
        let life = life(9.0, &text);
        assert_eq!(chain(9.0, &text), expected, "{deliveries}");
        assert_eq!((life.history_gaps, life.rework_count, life.inferred), (0, 0, 0), "{deliveries}");
    }
}

#[test]
fn a_delivery_within_a_minute_of_another_move_to_the_same_column_counts() {
    let text = "1 +P | 2 P:>Ready | 4 P:Ready>Doing | 4 hook P:Doing@4 | 4.0003125 P:Doing>Ready | 4.000625 hook P:Doing@4.000625";
    assert_eq!(
        chain(9.0, text),
        "P backlog from 0, P ready from 2, P dev from 4, P ready from 4.0003125, P dev webhook from 4.000625"
    );
}

#[test]
fn the_column_before_a_delivered_move_reveals_what_was_lost_before_it() {
    let text = "1 +P | 2 P:>Ready | 5 hook P:In review | 6 hook P:Testing@6";
    assert_eq!(
        chain(9.0, text),
        "P backlog from 0, P ready bound from 2, P review webhook from 5, P qa webhook from 6"
    );
    assert_eq!(life(9.0, text).history_gaps, 2);
}

#[test]
fn a_sighting_that_agrees_changes_nothing_and_a_renamed_column_is_no_gap() {
    let text = "1 +P | 2 P:>Done | 4 seen P:Released@2 | 5 P:Released>Doing";
    assert_eq!(chain(9.0, text), "P backlog from 0, P done from 2, P dev from 5");
    assert_eq!(life(9.0, text).history_gaps, 0);
}

#[test]
fn a_card_known_only_from_sightings_joins_when_it_was_made() {
    let mut known = story(1, 0.0, "6 seen P:Doing@4");
    known.cards[0].0.created_at = Some(day(2.0));
    let lives = lives_with(&rules(), 9.0, &[known]);
    let starts: Vec<_> = lives.intervals.of(0).map(|at| since_start(lives.intervals.start[at])).collect();
    assert_eq!(starts, [Some(0.0), Some(2.0), Some(4.0)]);
    let sources = [flow::Source::Snapshot, flow::Source::Bound, flow::Source::Snapshot];
    assert_eq!(lives.intervals.source, sources, "it may have been elsewhere");
}

#[test]
fn an_earlier_card_of_the_same_issue_does_not_remove_the_present_one() {
    let mut twice = story(1, 0.0, "1 +P | 2 P:>Doing | 3 -P | 5 +P | 6 P:>Ready | 8 away P:Doing");
    twice.cards[0].0.created_at = Some(day(1.0));
    let lives = lives_with(&rules(), 9.0, &[twice]);
    assert_eq!(lives.issues[0].expect("counts").place, super::super::Place::Ready);
}

#[test]
fn an_item_that_left_done_within_a_gap_became_done_again_when_that_is_known() {
    let text = "1 +P | 2 P:>Done | 5 P:Ready>Done";
    let life = life(9.0, text);
    assert_eq!((since_start(life.lead_start), since_start(life.ended_at)), (Some(5.0), Some(5.0)));
    assert_eq!(life.history_gaps, 1);
}
