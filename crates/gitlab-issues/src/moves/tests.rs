use model::Instant;
use model::gitlab::{DELETED_LABEL, LabelColumns};
use proptest::prelude::*;

use super::{Read, Track, column_by_labels, track};
use crate::wire::{Change, LabelEvent, User};

fn scope() -> LabelColumns {
    LabelColumns::Scope("workflow".to_owned())
}

fn list() -> LabelColumns {
    LabelColumns::Labels(["To Do", "Doing", "Done"].map(str::to_owned).to_vec())
}

/// Events of `+NAME` and `-NAME` at milliseconds; the name `?` is that of a deleted label.
fn events(told: &[(i64, &str)]) -> Vec<LabelEvent> {
    let event = |(id, (millis, text)): (u64, &(i64, &str))| {
        let (sign, name) = text.split_at(1);
        LabelEvent {
            id,
            created_at: Instant::from_micros(millis * 1_000),
            action: if sign == "+" { Change::Add } else { Change::Remove },
            user: Some(User { username: "ada".to_owned(), bot: None }),
            label: (name != "?").then(|| crate::wire::Label { name: name.to_owned() }),
        }
    };
    (1..).zip(told).map(event).collect()
}

fn followed(columns: &LabelColumns, events: &[LabelEvent]) -> Track {
    let mut events: Vec<&LabelEvent> = events.iter().collect();
    events.sort_by_key(|event| (event.created_at, event.id));
    track(columns, &events, None)
}

/// Moves as `SECOND FROM>TO`.
fn moves(columns: &LabelColumns, told: &[(i64, &str)]) -> Vec<String> {
    let track = followed(columns, &events(told));
    track.moves.iter().map(|moved| format!("{} {}>{}", moved.at.seconds(), moved.from, moved.to)).collect()
}

#[test]
fn a_label_of_the_scope_that_is_put_on_is_a_move() {
    assert_eq!(moves(&scope(), &[(5_000, "+workflow::ready"), (6_000, "+team::x")]), ["5 >ready"]);
}

#[test]
fn a_label_off_and_another_on_within_two_seconds_are_one_move_when_it_was_put_on() {
    let ready = (1_000, "+workflow::ready");
    for (off, on) in [(60_000, 60_000), (60_000, 62_000), (62_000, 62_900), (62_500, 62_000), (64_000, 62_000)] {
        let mut told = [ready, (off, "-workflow::ready"), (on, "+workflow::dev")];
        told[1..].sort_by_key(|(at, _)| *at);
        assert_eq!(moves(&scope(), &told), ["1 >ready".to_owned(), format!("{} ready>dev", on / 1_000)]);
    }
}

#[test]
fn a_label_off_longer_before_another_is_put_on_is_a_move_of_its_own() {
    let told = [(1_000, "+workflow::ready"), (60_000, "-workflow::ready"), (62_001, "+workflow::dev")];
    assert_eq!(moves(&scope(), &told), ["1 >ready", "60 ready>", "62 >dev"]);
}

#[test]
fn the_last_label_taken_off_is_a_move_to_no_column() {
    let told = [(1_000, "+workflow::ready"), (60_000, "-workflow::ready"), (90_000, "-team::x")];
    assert_eq!(moves(&scope(), &told), ["1 >ready", "60 ready>"]);
}

#[test]
fn of_labels_that_do_not_exclude_each_other_the_last_one_put_on_that_is_still_on_counts() {
    let told = [
        (1_000, "+workflow::ready"),
        (10_000, "+workflow::review"),
        (20_000, "-workflow::ready"),
        (30_000, "+workflow::dev"),
        (40_000, "-workflow::dev"),
    ];
    assert_eq!(moves(&scope(), &told), ["1 >ready", "10 ready>review", "30 review>dev", "40 dev>review"]);
}

#[test]
fn of_a_list_the_label_furthest_to_the_right_counts() {
    let told = [(1_000, "+Doing"), (10_000, "+To Do"), (20_000, "+Done"), (30_000, "-Done"), (40_000, "-Doing")];
    assert_eq!(moves(&list(), &told), ["1 >Doing", "20 Doing>Done", "30 Done>Doing", "40 Doing>To Do"]);
}

#[test]
fn a_card_moved_to_the_left_of_a_list_is_one_move_when_the_label_was_put_on() {
    let told = [(1_000, "+Doing"), (60_000, "+To Do"), (61_500, "-Doing")];
    assert_eq!(moves(&list(), &told), ["1 >Doing", "60 Doing>To Do"]);
    let told = [(1_000, "+Doing"), (60_000, "-Doing"), (61_500, "+To Do")];
    assert_eq!(moves(&list(), &told), ["1 >Doing", "61 Doing>To Do"]);
}

#[test]
fn a_label_put_on_again_is_no_move() {
    let told = [(1_000, "+workflow::dev"), (60_000, "-workflow::dev"), (61_000, "+workflow::dev")];
    assert_eq!(moves(&scope(), &told), ["1 >dev"]);
}

#[test]
fn moves_within_one_second_are_one_and_there_and_back_is_none() {
    let told = [(1_000, "+workflow::a"), (1_300, "-workflow::a"), (1_300, "+workflow::b")];
    assert_eq!(moves(&scope(), &told), ["1 >b"]);
    let told = [(1_000, "+workflow::a"), (5_000, "+workflow::b"), (5_900, "-workflow::b")];
    assert_eq!(moves(&scope(), &told), ["1 >a"]);
}

#[test]
fn an_event_of_a_deleted_label_is_no_move() {
    assert_eq!(moves(&scope(), &[(1_000, "+?"), (60_000, "-?")]), Vec::<String>::new());
    let track = followed(&scope(), &events(&[(1_000, "+?")]));
    assert_eq!(track.column.as_deref(), Some(""), "any label may have been deleted");
}

#[test]
fn the_column_before_is_a_deleted_label_where_one_was_taken_off_in_its_place() {
    let told = [(1_000, "+?"), (60_000, "+workflow::review"), (60_100, "-?")];
    assert_eq!(moves(&scope(), &told), [format!("60 {DELETED_LABEL}>review")]);
}

#[test]
fn a_move_to_a_deleted_label_is_left_out_and_the_next_one_does_not_go_on_from_the_column_before() {
    let told = [(1_000, "+workflow::dev"), (30_000, "-workflow::dev"), (30_500, "+?")];
    let track = followed(&scope(), &events(&told));
    assert_eq!(track.column, None);
    let told = [&told[..], &[(60_000, "-?"), (60_000, "+workflow::qa")]].concat();
    assert_eq!(moves(&scope(), &told), ["1 >dev".to_owned(), format!("60 {DELETED_LABEL}>qa")]);
}

#[test]
fn a_label_that_no_event_has_put_on_is_the_column_before() {
    let told = [(60_000, "-workflow::dev"), (60_500, "+workflow::review")];
    assert_eq!(moves(&scope(), &told), ["60 dev>review"]);
    let told = [(60_000, "+workflow::review"), (60_500, "-workflow::dev")];
    assert_eq!(moves(&scope(), &told), ["60 dev>review"]);
    assert_eq!(moves(&scope(), &[(60_000, "-workflow::dev")]), ["60 dev>"]);
}

#[test]
fn events_agree_with_the_labels_that_the_issue_had_after_its_last_change_or_later() {
    let agrees = |on: &[&str], updated_at: i64| {
        let events = events(&[(1_000, "+workflow::a"), (5_000, "-workflow::a"), (5_000, "+workflow::b")]);
        let events: Vec<&LabelEvent> = events.iter().collect();
        let read = Read { on: on.to_vec(), updated_at: Instant::from_micros(updated_at * 1_000) };
        track(&scope(), &events, Some(&read)).agrees
    };
    assert!(agrees(&["b"], 5_000));
    assert!(agrees(&["a"], 1_000), "the second move came between the two readings");
    assert!(agrees(&["b"], 1_000), "events may be dated a moment after the change of the issue");
    assert!(!agrees(&["a"], 5_000));
    assert!(!agrees(&["c"], 1_000));
    assert!(agrees(&[], 500));
}

#[test]
fn labels_alone_tell_the_column_where_one_leads() {
    assert_eq!(column_by_labels(&scope(), &[]), Some(""));
    assert_eq!(column_by_labels(&scope(), &["dev"]), Some("dev"));
    assert_eq!(column_by_labels(&scope(), &["dev", "qa"]), None);
    assert_eq!(column_by_labels(&list(), &["Doing", "Done", "To Do"]), Some("Done"));
}

/// Events, and the moves that they are: second and column.
type EventsAndMoves = (Vec<(i64, String)>, Vec<(i64, usize)>);

/// What excludes each other is taken off as another one is put on, in either order.
fn exclusive(columns: &[usize], offsets: &[(i64, i64)]) -> EventsAndMoves {
    let (mut told, mut wanted) = EventsAndMoves::default();
    let mut before = None;
    for (step, (column, (off, on))) in (1..).zip(columns.iter().zip(offsets)) {
        if before == Some(*column) {
            continue;
        }
        let at = step * 10_000;
        if let Some(before) = before {
            told.push((at + off, format!("-workflow::{before}")));
        }
        told.push((at + on, format!("+workflow::{column}")));
        wanted.push(((at + on) / 1_000, *column));
        before = Some(*column);
    }
    (told, wanted)
}

proptest! {
    #[test]
    fn events_in_any_order_give_the_same_moves(
        told in prop::collection::vec((0_i64..20_000, any::<bool>(), 0_usize..5), 0..12),
        seed in any::<prop::sample::Selector>(),
    ) {
        let names = ["workflow::a", "workflow::b", "workflow::c", "other", "?"];
        let texts: Vec<(i64, String)> = told
            .iter()
            .map(|(at, add, name)| (*at, format!("{}{}", if *add { "+" } else { "-" }, names[*name])))
            .collect();
        let told: Vec<(i64, &str)> = texts.iter().map(|(at, text)| (*at, text.as_str())).collect();
        let events = events(&told);
        let mut shuffled = Vec::new();
        let mut left = events.clone();
        while !left.is_empty() {
            let place = seed.select(0..left.len());
            shuffled.push(left.swap_remove(place));
        }
        let columns = scope();
        let track = followed(&columns, &events);
        prop_assert_eq!(&followed(&columns, &shuffled), &track);
        // In order, at most one a second to a column, and never to where it is.
        for pair in track.moves.windows(2) {
            prop_assert!(pair[0].at <= pair[1].at);
            prop_assert!((pair[0].at, &pair[0].to) != (pair[1].at, &pair[1].to));
        }
        prop_assert!(track.moves.iter().all(|moved| moved.from != moved.to));
    }

    #[test]
    fn any_order_of_the_events_of_one_second_gives_the_same_column(
        columns in prop::collection::vec(0_usize..4, 1..8),
        offsets in prop::collection::vec((0_i64..1_000, 0_i64..1_000), 8),
        as_list in any::<bool>(),
    ) {
        let (mut told, wanted) = exclusive(&columns, &offsets);
        told.sort_by_key(|(at, _)| *at);
        let told: Vec<(i64, &str)> = told.iter().map(|(at, text)| (*at, text.as_str())).collect();
        let columns = if as_list {
            LabelColumns::Labels((0..4).map(|column| format!("workflow::{column}")).collect())
        } else {
            scope()
        };
        let moves = followed(&columns, &events(&told)).moves;
        let found: Vec<(i64, String)> = moves.iter().map(|moved| (moved.at.seconds(), moved.to.clone())).collect();
        let prefix = if as_list { "workflow::" } else { "" };
        let wanted: Vec<(i64, String)> =
            wanted.into_iter().map(|(at, column)| (at, format!("{prefix}{column}"))).collect();
        prop_assert_eq!(found, wanted);
    }
}
