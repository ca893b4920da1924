//! Issues of two iterations: A from 2 to 15 March 2026, B from 16 to 29 March.

use model::Instant;
use model::columns::Raw;
use model::records::{Issue, IterationEvent, IterationKind, Place as Home, StatusEvent};
use model::rules::Rules;
use model::table::Table;

use super::{Spillover, notice};
use crate::coverage::Coverage;
use crate::flow::Lives;
use crate::records::RawBuilder;

/// `DAY` or `DAY.HOUR` of March; day 0 is the last one of February.
fn at(text: &str) -> Instant {
    let (day, hour) = text.split_once('.').unwrap_or((text, "0"));
    let [day, hour] = [day, hour].map(|number| number.parse::<i64>().expect("a number"));
    let march = Instant::parse_rfc3339("2026-03-01T00:00:00Z").expect("a time").seconds();
    Instant::from_seconds(march + (day - 1) * 86_400 + hour * 3_600)
}

fn event(at: Instant, kind: IterationKind, name: &str) -> IterationEvent {
    let (starts_on, due_on) = match name {
        "A" => ("2026-03-02", "2026-03-15"),
        "B" => ("2026-03-16", "2026-03-29"),
        "backwards" => ("2026-03-16", "2026-03-15"),
        _ => ("", ""),
    };
    IterationEvent {
        kind,
        at,
        iteration_id: format!("gitlab.example/iteration/{name}"),
        iteration: format!("Sprint {name}"),
        starts_on: starts_on.into(),
        due_on: due_on.into(),
    }
}

/// An issue of 20 February and what became of it, in parts such as `2.9 +A`, `5 -A`, `6 closed`, `6 closed=duplicate`,
/// `7 reopened`, `9 vanished`.
fn issue(number: usize, story: &str) -> Issue {
    let home = Home {
        org: "acme".into(),
        repo: "shop".into(),
        number: number.to_string(),
        host: "gitlab.example".into(),
        ..Home::default()
    };
    let mut issue = Issue {
        place: home,
        title: format!("Issue {number}"),
        state: "open".into(),
        created_at: at("-8"),
        ..Issue::default()
    };
    let mut events = Vec::new();
    for part in story.split('|').map(str::trim).filter(|part| !part.is_empty()) {
        let (when, what) = part.split_once(' ').expect("when and what");
        let when = at(when);
        let (word, reason) = what.split_once('=').unwrap_or((what, ""));
        match word {
            "vanished" => issue.vanished_at = Some(when),
            "closed" | "reopened" => {
                let is_closed = word == "closed";
                issue.state = if is_closed { "closed" } else { "open" }.into();
                issue.state_reason = reason.into();
                issue.closed_at = is_closed.then_some(when);
                let event =
                    StatusEvent { kind: word.into(), at: when, state_reason: reason.into(), ..StatusEvent::default() };
                issue.status_events.push(event);
            }
            _ => match what.split_at(1) {
                ("+", name) => events.push(event(when, IterationKind::Added, name)),
                ("-", name) => events.push(event(when, IterationKind::Removed, name)),
                _ => panic!("{what}?"),
            },
        }
    }
    issue.iteration_events = Some(events);
    issue
}

fn raw(stories: &[&str]) -> Raw {
    let mut builder = RawBuilder::new();
    for (number, story) in (1..).zip(stories) {
        builder.issue(&issue(number, story));
    }
    builder.build(at("60")).expect("each issue once")
}

fn tables(raw: &Raw, as_of: &str) -> (Table, Table) {
    let lives = Lives::new(raw, &Rules::default(), at(as_of)).expect("no rule to contradict");
    let spillover = Spillover::of(raw, &lives);
    (spillover.table(raw, &Coverage { until: at(as_of), held_back_by: None }), spillover.issues(raw))
}

/// Each issue as `ITERATION planned|added OUTCOME`, with several joined by a comma, on day 60 or another.
fn became_by(as_of: &str, story: &str) -> String {
    let (_, issues) = tables(&raw(&[story]), as_of);
    let row = |row: usize| {
        let iteration = issues.cell(row, "iteration").replace("Sprint ", "");
        let how = if issues.cell(row, "planned_at_start") == "true" { "planned" } else { "added" };
        format!("{iteration} {how} {}", issues.cell(row, "outcome"))
    };
    (0..issues.height()).map(row).collect::<Vec<_>>().join(", ")
}

fn became(story: &str) -> String {
    became_by("60", story)
}

#[test]
fn what_is_in_it_at_the_end_of_its_first_day_is_planned() {
    assert_eq!(became("1 +A | 10 closed"), "A planned done_in_it", "added before its start");
    assert_eq!(became("2.0 +A | 10 closed"), "A planned done_in_it", "rolled over at midnight");
    assert_eq!(became("2.23 +A | 10 closed"), "A planned done_in_it", "added on the day of planning");
    assert_eq!(became("3.0 +A | 10 closed"), "A added done_in_it", "added a day later");
    assert_eq!(became("2.9 +A | 2.12 closed"), "A planned done_in_it", "and done on that day");
}

#[test]
fn what_was_taken_out_by_then_is_not() {
    assert_eq!(became("0 +A | 1 -A | 10 closed"), "");
    assert_eq!(became("0 +A | 2.12 -A | 10 closed"), "", "on the day of planning");
    assert_eq!(became("0 +A | 2.12 -A | 9 +A | 10 closed"), "A added done_in_it", "and came back");
}

#[test]
fn what_was_done_before_its_start_or_before_it_came_counts_nowhere() {
    assert_eq!(became("0 +A | 1 closed"), "");
    assert_eq!(became("2.9 closed | 2.12 +A"), "", "put into it to tell what was done");
    assert_eq!(became("5 closed | 6 +A"), "");
    assert_eq!(became("0 +A | 1 closed | 5 reopened | 9 closed"), "A added done_in_it", "opened again in it");
    assert_eq!(became("0 +A | 1 closed | 2.9 reopened | 9 closed"), "A planned done_in_it");
}

#[test]
fn what_is_open_in_it_when_it_ends_is_carried_over() {
    assert_eq!(became("1 +A"), "A planned carried_over");
    assert_eq!(became("1 +A | 16.0 +B | 20 closed"), "A planned carried_over, B planned done_in_it");
    assert_eq!(became("1 +A | 20 closed"), "A planned carried_over", "done later, and still in it");
    assert_eq!(became("1 +A | 16 +B"), "A planned carried_over, B planned carried_over", "across two");
    assert_eq!(became("1 +A | 15.23 closed"), "A planned done_in_it", "its last day is part of it");
    assert_eq!(became("1 +A | 16.0 closed"), "A planned carried_over");
}

#[test]
fn what_is_put_into_the_next_one_before_the_end_is_removed() {
    assert_eq!(became("1 +A | 12 +B | 20 closed"), "A planned removed, B planned done_in_it");
    assert_eq!(became("1 +A | 12 -A | 12 +B | 20 closed"), "A planned removed, B planned done_in_it", "told twice");
    assert_eq!(became("1 +A | 12 +B | 12 -A | 13 closed"), "A planned removed", "done before B began");
    assert_eq!(became("1 +A | 12 -A"), "A planned removed");
    assert_eq!(became("1 +A | 12 -A | 13 closed"), "A planned removed", "done after it was taken out");
    assert_eq!(became("1 +A | 12 +B | 13 -A"), "A planned removed, B planned carried_over", "what it had left already");
}

#[test]
fn done_is_what_is_done_when_it_ends() {
    assert_eq!(became("1 +A | 10 closed | 12 reopened"), "A planned carried_over");
    assert_eq!(became("1 +A | 10 closed | 12 reopened | 14 closed"), "A planned done_in_it");
    assert_eq!(became("1 +A | 10 closed | 18 reopened"), "A planned done_in_it", "opened again afterwards");
    assert_eq!(became("1 +A | 10 closed | 12 -A"), "A planned done_in_it", "and put away");
    assert_eq!(
        became("1 +A | 10 closed | 18 reopened | 18 +B | 19 closed"),
        "A planned done_in_it, B added done_in_it"
    );
}

#[test]
fn what_is_deleted_or_given_up_is_removed() {
    assert_eq!(became("1 +A | 9 vanished"), "A planned removed");
    assert_eq!(became("1 +A | 8 closed | 9 vanished"), "A planned done_in_it", "what was done stays done");
    assert_eq!(became("1 +A | 20 vanished"), "A planned carried_over", "deleted afterwards");
    assert_eq!(became("1 +A | 9 closed=not_planned"), "A planned removed");
    assert_eq!(became("1 +A | 9 closed=duplicate"), "A planned removed");
}

#[test]
fn what_was_moved_to_another_project_counts_there() {
    assert_eq!(became("1 +A | 9 closed=moved"), "");
}

#[test]
fn an_iteration_without_days_has_no_row_and_is_said() {
    let undated = raw(&["1 +none | 9 closed", "1 +backwards", "1 +A"]);
    let (table, issues) = tables(&undated, "60");
    assert_eq!((table.height(), issues.height()), (1, 1));
    let said = notice(&undated).expect("a line");
    assert_eq!(said, "2 iterations have no first and last day: what was carried over from them is not known");
    assert_eq!(notice(&raw(&["1 +A"])), None);
    assert_eq!(became("1 +A | 5 +none | 9 -none | 10 closed"), "A planned removed", "but an issue in it has left");
}

#[test]
fn while_it_runs_what_is_carried_over_is_not_known() {
    let raw = raw(&["1 +A | 5 closed", "1 +A", "4 +A"]);
    let cells = |as_of: &str| {
        let (table, _) = tables(&raw, as_of);
        let columns = [
            "iteration",
            "starts_on",
            "due_on",
            "planned_at_start",
            "added_later",
            "removed",
            "done_in_it",
            "carried_over",
            "planned_done",
            "carried_share",
            "complete",
            "host",
        ];
        let row = |row: usize| columns.map(|column| table.cell(row, column)).join(",");
        (0..table.height()).map(row).collect::<Vec<_>>()
    };
    assert_eq!(cells("2"), [""; 0], "it begins");
    assert_eq!(cells("10"), ["Sprint A,2026-03-02,2026-03-15,2,1,0,1,,1,,false,gitlab.example"]);
    assert_eq!(cells("16"), ["Sprint A,2026-03-02,2026-03-15,2,1,0,1,2,1,0.500000,true,gitlab.example"]);
    assert_eq!(became_by("10", "1 +A"), "A planned open");
    assert_eq!(became_by("2.12", "1 +A"), "A planned open", "on the day of planning");
}

#[test]
fn a_share_of_nothing_is_none_and_without_any_event_there_is_no_row() {
    let (table, _) = tables(&raw(&["5 +A"]), "60");
    assert_eq!(
        ["planned_at_start", "carried_over", "carried_share"].map(|column| table.cell(0, column)),
        ["0", "1", ""]
    );
    let (table, issues) = tables(&raw(&["5 closed"]), "60");
    assert_eq!((table.height(), issues.height()), (0, 0));
    let (table, _) = tables(&raw(&["0 +A | 1 closed"]), "60");
    assert_eq!(["planned_at_start", "done_in_it", "carried_over"].map(|column| table.cell(0, column)), ["0", "0", "0"]);
}

#[test]
fn what_comes_after_as_of_has_not_happened() {
    assert_eq!(became_by("10", "1 +A | 12 +B"), "A planned open");
    assert_eq!(became_by("17", "1 +A | 18 +B"), "A planned carried_over");
}

#[test]
fn an_iteration_is_called_as_its_newest_event_says() {
    let mut builder = RawBuilder::new();
    let (mut old, mut new) = (issue(1, "1 +A"), issue(2, "3 +A"));
    for (issue, name) in [(&mut old, "Old"), (&mut new, "New")] {
        issue.iteration_events.as_mut().expect("told")[0].iteration = name.into();
    }
    builder.issue(&new).issue(&old);
    let raw = builder.build(at("60")).expect("each once");
    let (table, _) = tables(&raw, "60");
    assert_eq!((table.height(), table.cell(0, "iteration")), (1, "New".to_owned()));
}
