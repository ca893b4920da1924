//! Who is said to have lost history. Day 262 is 2026-09-24.

use model::records::ImportRun;

use super::*;
use crate::flow;

const AS_OF: f64 = 280.0;
/// Keeps Ready and Doing in use after GitHub began to lose events.
const IN_USE: &str = "1 +P | 2 P:>Ready | 3 P:Ready>Doing | 275 P:Doing>Ready";

fn blame(raw: &Raw) -> Option<String> {
    let lives = Lives::new(raw, &rules(), day(AS_OF)).expect("the rules are sound");
    let notices = flow::notices(&lives);
    let history = notices.iter().find(|notice| notice.starts_with("board history:")).expect("there are gaps");
    let (_, after) = history.split_once("deliveries saw").expect("it says what is known");
    after.strip_prefix("; ").map(str::to_owned)
}

fn blamed(stories: &[&str]) -> Option<String> {
    let stories: Vec<Story> = stories.iter().enumerate().map(|(number, text)| story(number, 0.0, text)).collect();
    blame(&raw(&stories))
}

#[test]
fn a_move_that_events_leave_out_since_the_24th_of_september_was_lost_by_github() {
    assert_eq!(
        blamed(&[IN_USE, "1 +P | 2 P:>Ready | 270 P:Doing>In review"]).as_deref(),
        Some("GitHub lost status events of all of these since 2026-09-24")
    );
    assert_eq!(
        blamed(&[IN_USE, "1 +P | 2 P:>Ready | 263 seen P:Ready | 270 seen P:Doing@268"]).as_deref(),
        Some("GitHub lost status events of all of these since 2026-09-24")
    );
    assert_eq!(
        blamed(&[
            IN_USE,
            "1 +P | 2 P:>Ready | 263 seen P:Ready | 270 seen P:Doing@268",
            "1 +P | 2 P:>Ready | 9 P:Doing>Ready"
        ])
        .as_deref(),
        Some("GitHub lost status events of 1 of these since 2026-09-24")
    );
}

#[test]
fn a_gap_of_before_is_of_no_known_cause() {
    assert_eq!(blamed(&[IN_USE, "1 +P | 2 P:>Ready | 261 P:Doing>In review"]), None);
    let seen_before = "1 +P | 2 P:>Ready | 200 seen P:Ready | 270 seen P:Doing@261";
    assert_eq!(blamed(&[IN_USE, seen_before]), None, "set before");
    let undated = "1 +P | 2 P:>Ready | 200 seen P:Ready | 270 seen P:Doing";
    assert_eq!(blamed(&[IN_USE, undated]), None, "set some time after day 200");
}

#[test]
fn a_renamed_column_is_no_loss() {
    let until_renamed = "1 +P | 2 P:>Doing | 264 P:Doing>In review";
    assert_eq!(blamed(&[until_renamed, "1 +P | 2 P:>Doing | 270 P:Building>In review"]), None);
    let seen = "1 +P | 2 P:>Doing | 263 seen P:Doing | 270 seen P:Building@269";
    assert_eq!(blamed(&[until_renamed, seen]), None);
}

#[test]
fn a_status_that_is_not_shown_any_more_is_no_loss() {
    let hidden = "1 +P | 2 P:>Doing | 263 seen P:Doing | 270 seen P:";
    assert_eq!(blamed(&[IN_USE, hidden]), None);
}

#[test]
fn a_first_import_cannot_tell_who_left_a_move_out() {
    assert_eq!(blamed(&[IN_USE, "1 +P | 2 P:>Ready | 270 seen P:Doing@268"]), None);
    let no_timeline = ["263 seen P:Ready | 270 seen P:Doing@268", "263 seen P:Doing | 275 seen P:Ready@274"];
    assert_eq!(blamed(&no_timeline), None, "no timeline of the board tells any move");
}

#[test]
fn a_delivery_that_came_after_the_last_import_of_issues_is_no_loss() {
    let stories =
        [story(0, 0.0, IN_USE), story(1, 0.0, "1 +P | 2 P:>Ready | 263 seen P:Ready | 277 hook P:Doing@276.9")];
    let mut raw = raw(&stories);
    let mut imported = |until: f64| {
        let run = ImportRun {
            run: 1,
            scope: "issues".into(),
            subject: "R".into(),
            outcome: "ok".into(),
            covered_to: Some(day(until)),
            ..ImportRun::default()
        };
        raw.imports = vec![run];
        blame(&raw)
    };
    assert_eq!(imported(276.0), None);
    assert!(imported(278.0).is_some());
}
