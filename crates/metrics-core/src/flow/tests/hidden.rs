//! What lost history may hide, and what it does not.

use super::*;

fn shares(text: &str) -> (u32, f64) {
    let life = life(20.0, text);
    (life.history_gaps, (life.inferred_share(day(20.0)) * 1e6).round() / 1e6)
}

#[test]
fn a_dated_sighting_leaves_the_stretch_before_it_in_doubt() {
    let dated = "1 +P | 2 P:>Doing | 16 closed | 18 seen P:Done@16";
    assert_eq!(chain(20.0, dated), "P backlog from 0, P dev bound from 2, P done from 16");
    let told = "1 +P | 2 P:>Doing | 15.999 P:In review>Done | 16 closed";
    assert_eq!(shares(dated), (1, 0.875));
    assert_eq!(shares(told), (1, 0.874_992), "the same life");
}

#[test]
fn the_stretch_begins_where_an_import_last_found_the_card_as_it_was() {
    let text = "1 +P | 2 P:>Ready | 12 seen P:Doing@11.5~11 | 16 closed";
    assert_eq!(
        chain(20.0, text),
        "P backlog from 0, P ready from 2, P ready bound from 11, P dev snapshot from 11.5, P done from 16"
    );
    let by_event = "1 +P | 2 P:>Ready | 11.5 P:Doing>In review | 12 seen P:In review@11.5~11 | 16 closed";
    assert_eq!(
        chain(20.0, by_event),
        "P backlog from 0, P ready from 2, P ready bound from 11, P review from 11.5, P done from 16"
    );
}

#[test]
fn marks_that_a_long_stretch_may_hold_are_unknown() {
    let marks = |text: &str| {
        let life = life(20.0, text);
        let cycle = life.cycle_micros().map(|micros| micros as f64 / 86_400e6);
        (since_start(life.lead_start), cycle, life.cycle_unknown)
    };
    assert_eq!(marks("1 +P | 2 P:>Ready | 12 seen P:Done@11 | 11 closed"), (Some(2.0), None, true), "ready is known");
    assert_eq!(marks("1 +P | 12 seen P:Done@11 | 11 closed"), (None, None, true), "nothing is");
    assert_eq!(marks("1 +P | 2 P:>Doing | 12 seen P:Done@11 | 11 closed"), (Some(2.0), Some(9.0), false));
    assert_eq!(marks("1 +P | 2 P:>Ready | 12 seen P:Doing@11 | 14 closed"), (Some(2.0), None, true));
    assert_eq!(marks("1 +P | 9 P:Ready>Doing | 14 closed"), (Some(1.0), Some(5.0), false), "no history is lost");
    assert_eq!(marks("1 +P | 2 P:>Refined | 9 P:Doing>In review | 14 closed"), (Some(2.0), None, true));
    assert_eq!(marks("1 +P | 12 seen P:Ready@11 | 13 P:Ready>Doing | 14 closed"), (None, Some(1.0), false));
}

#[test]
fn a_short_stretch_dates_what_it_may_hold_at_its_end() {
    let straight = life(20.0, "1 +P | 2 P:>Ready | 12 seen P:Done@11.6~11 | 11.5 closed");
    assert_eq!((straight.cycle_unknown, straight.cycle_micros()), (false, None), "as if it was told");
    let life = life(20.0, "1 +P | 2 P:>Ready | 12 seen P:Testing@11.6~11 | 15 closed");
    let marks: Vec<_> = life.entered.iter().map(|at| since_start(*at)).collect();
    assert_eq!(marks, [Some(2.0), Some(11.6), Some(11.6), Some(11.6), None]);
    let closed_before = super::life(20.0, "1 +P | 2 P:>Ready | 11.5 closed | 12 seen P:Doing@11.6~11");
    assert_eq!(closed_before.cycle_micros(), Some(0), "nothing begins after its end");
    let seen = super::life(20.0, "1 +P | 2 P:>Ready | 12 seen P:In review@11.6~11 | 15 closed");
    assert_eq!(since_start(seen.cycle_start), Some(11.6));
    assert!(seen.inferred > 0, "it stays inferred");
}

#[test]
fn the_steps_that_a_stretch_may_hold_are_unknown_and_the_others_are_not() {
    let life = life(20.0, "1 +P | 2 P:>Doing | 9 P:Testing>Accepted | 14 closed");
    let marks: Vec<_> = life.entered.iter().map(|at| since_start(*at)).collect();
    assert_eq!(marks, [None, Some(2.0), None, None, Some(9.0)]);
}

#[test]
fn the_same_column_set_again_later_hides_a_trip() {
    let trip = "1 +P | 2 P:>Done | 12 seen P:Done@11";
    assert_eq!(life(20.0, trip).history_gaps, 1);
    let life = life(20.0, trip);
    assert_eq!((since_start(life.ended_at), life.cycle_unknown), (Some(11.0), true));
    let at_once = "1 +P | 2 P:>Done | 12 seen P:Done@2.0001";
    assert_eq!(super::life(20.0, at_once).history_gaps, 0, "the provider writes both within a minute");
    let mut anew = story(1, 0.0, trip);
    anew.cards[0].0.created_at = Some(day(11.0));
    let lives = lives_with(&rules(), 20.0, &[anew]);
    assert_eq!(lives.issues[0].expect("counts").history_gaps, 0, "its card was made anew");
    let working = "1 +P | 2 P:>Doing | 12 seen P:Doing@11 | 14 closed";
    assert_eq!(shares(working), (1, 0.857_143));
}

#[test]
fn a_delivered_move_hides_nothing() {
    let life = life(20.0, "1 +P | 2 P:>Ready | 9 hook P:Doing@9 | 14 closed");
    assert_eq!((since_start(life.cycle_start), life.cycle_unknown, life.inferred), (Some(9.0), false, 0));
}

#[test]
fn what_a_card_had_when_it_joined_is_no_loss() {
    let mut known = story(1, 0.0, "6 seen P:Doing@4");
    known.cards[0].0.created_at = Some(day(4.0));
    let lives = lives_with(&rules(), 9.0, &[known]);
    let life = lives.issues[0].expect("counts");
    assert_eq!((since_start(life.cycle_start), life.cycle_unknown), (Some(4.0), false));
}

#[test]
fn an_issue_stays_on_the_board_on_which_it_ended() {
    let hop = "1 +P | 2 P:>Doing | 3 +Q | 8 closed | 12 archived P:Doing";
    assert_eq!(chain(20.0, hop), "P backlog from 0, P dev from 2, P done from 8");
    assert_eq!(lives_with(&rules(), 20.0, &[story(1, 0.0, hop)]).issues[0].expect("counts").board, 0);
    let by_column = "1 +P | 2 P:>Done | 3 +Q | 4 Q:>Doing | 12 -P";
    assert_eq!(chain(20.0, by_column), "P backlog from 0, P done from 2");
    let reopened = "1 +P | 2 P:>Doing | 3 +Q | 8 closed | 12 -P | 14 reopened";
    assert_eq!(chain(20.0, reopened), "P backlog from 0, P dev from 2, P done from 8, Q backlog from 14");
    let moved_back = "1 +P | 2 P:>Done | 3 +Q | 5 P:Done>Doing";
    assert_eq!(chain(20.0, moved_back), "P backlog from 0, P done from 2, P dev from 5");
}

#[test]
fn automation_that_moves_a_reopened_card_to_done_tells_the_closing_once_more() {
    let text = "1 +P | 2 P:>Doing | 8 closed | 8.00003 reopened | 8.0001 P:Doing>Done";
    assert_eq!(chain(20.0, text), "P backlog from 0, P dev from 2, P done from 8, P dev from 8.000034722222223");
    let later = format!("{text} | 9 P:Done>In review | 12 P:In review>Done");
    assert_eq!(since_start(life(20.0, &later).ended_at), Some(12.0));
}

#[test]
fn lead_time_is_never_shorter_than_cycle_time() {
    let text = "1 +P | 2 P:>Doing | 4 P:Doing>Ready | 6 P:Ready>Doing | 9 closed";
    let life = life(20.0, text);
    assert_eq!((since_start(life.lead_start), since_start(life.cycle_start)), (Some(2.0), Some(2.0)));
}
