//! What the events of iterations become.

use gitlab_issues::{Records, wire};
use model::records::FieldValue;
use serde_json::{Value, json};

use crate::small::{issue, labelled, read_with, reading, turned, workflow};

/// An event; of an iteration `NUMBER`, or `NUMBER=TITLE`, `?` for one that is not told.
fn event(id: u64, at: &str, action: &str, iteration: &str) -> Value {
    let (number, title) = iteration.split_once('=').map_or((iteration, None), |(number, title)| (number, Some(title)));
    let iteration = match number.parse::<u64>() {
        Ok(id) => json!({"id": id, "title": title, "start_date": "2026-03-02", "due_date": "2026-03-15"}),
        Err(_) => Value::Null,
    };
    json!({"id": id, "created_at": at, "action": action, "iteration": iteration})
}

fn planned(events: &[Value]) -> Records {
    let boards = [workflow()];
    let reading = reading(&boards);
    let events: Vec<wire::IterationEvent> = serde_json::from_value(json!(events)).expect("events");
    read_with(&issue(json!({})), &labelled(&[]), &turned(&[]), &reading).planned(&events, &reading)
}

/// Events as `DAY kind NUMBER name`, and the field of the card.
fn told(events: &[Value]) -> (Vec<String>, Option<Vec<FieldValue>>) {
    let issue = planned(events).issue;
    let text = |event: &model::records::IterationEvent| {
        let number = event.iteration_id.strip_prefix("gitlab.example/iteration/").expect("of the host");
        format!("{} {} {number} {}", &event.at.to_rfc3339()[8..], event.kind, event.iteration)
    };
    (issue.iteration_events.iter().flatten().map(text).collect(), issue.items[0].fields.clone())
}

fn field(value: &str) -> Vec<FieldValue> {
    vec![FieldValue { name: "Iteration".into(), value: value.into() }]
}

#[test]
fn an_iteration_is_called_by_its_title_else_by_its_days_and_the_present_one_is_a_field_of_the_card() {
    let events = [
        event(2, "2026-03-04T09:00:00.700Z", "add", "51=Sprint 2"),
        event(1, "2026-03-03T09:00:00.123Z", "add", "50"),
        event(1, "2026-03-03T09:00:00.123Z", "add", "50"),
    ];
    let rows = ["03T09:00:00Z added 50 2026-03-02 to 2026-03-15", "04T09:00:00Z added 51 Sprint 2"].map(str::to_owned);
    assert_eq!(told(&events), (rows.to_vec(), Some(field("Sprint 2"))));
    let event = &planned(&events).issue.iteration_events.expect("told")[0];
    assert_eq!((event.starts_on.as_str(), event.due_on.as_str()), ("2026-03-02", "2026-03-15"));
}

#[test]
fn what_was_taken_out_is_in_none_and_what_comes_after_the_import_began_is_not_there_yet() {
    let first = event(1, "2026-03-03T09:00:00Z", "add", "50=A");
    let out = event(2, "2026-03-04T09:00:00Z", "remove", "50=A");
    let late = event(3, "2026-03-10T00:00:01Z", "add", "51=B");
    assert_eq!(told(&[first.clone(), out]).1, Some(Vec::new()));
    assert_eq!(told(&[first.clone(), late]).1, Some(field("A")));
    let of_another = event(2, "2026-03-04T09:00:00Z", "remove", "49=Z");
    assert_eq!(told(&[first, of_another]).1, Some(field("A")), "it was in another one by then");
}

#[test]
fn of_several_within_one_second_the_last_one_counts() {
    let events = [
        event(1, "2026-03-03T09:00:00.100Z", "add", "50=A"),
        event(2, "2026-03-03T09:00:00.900Z", "add", "51=B"),
        event(3, "2026-03-03T09:00:01.000Z", "add", "52=C"),
    ];
    assert_eq!(told(&events).0, ["03T09:00:00Z added 51 B", "03T09:00:01Z added 52 C"]);
}

#[test]
fn days_that_are_none_and_iterations_without_any_are_told_as_they_are() {
    let mut event = event(1, "2026-03-03T09:00:00Z", "add", "50");
    event["iteration"]["start_date"] = json!("soon");
    event["iteration"]["due_date"] = Value::Null;
    let event = &planned(&[event]).issue.iteration_events.expect("told")[0];
    assert_eq!((event.starts_on.as_str(), event.due_on.as_str(), event.iteration.as_str()), ("", "", "iteration 50"));
}

#[test]
fn an_iteration_that_is_not_told_leaves_what_is_stored() {
    let known = event(1, "2026-03-03T09:00:00Z", "add", "50=A");
    let issue = planned(&[known.clone(), event(2, "2026-03-04T09:00:00Z", "add", "?")]).issue;
    assert!(issue.untold.iteration_events);
    assert_eq!(issue.items[0].fields, None, "the present one is not known");
    assert_eq!(issue.iteration_events.expect("told").len(), 1);
    assert!(!planned(&[known]).issue.untold.iteration_events);
}
