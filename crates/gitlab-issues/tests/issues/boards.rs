//! Issues on boards.

use model::gitlab::{DELETED_LABEL, LabelColumns};
use model::records::{Issue, Presence};
use serde_json::json;

use crate::small::{at, board, issue, labelled, read, read_with, reading, workflow};

fn moves(issue: &Issue) -> Vec<String> {
    let event = |event: &model::records::ProjectEvent| {
        let time = event.at.to_rfc3339();
        format!("{time} {} {}>{}", event.kind, event.from_column, event.to_column)
    };
    issue.project_events.iter().map(event).collect()
}

const JOINED: &str = "2026-03-02T09:00:00Z added >";

/// Example F of the design: an issue that goes from no column to dev and to review.
#[test]
fn an_issue_joins_at_its_creation_and_moves_as_its_labels_do() {
    let labels = labelled(&[
        ("2026-03-03T09:00:00Z", "+workflow::dev"),
        ("2026-03-04T10:00:01Z", "-workflow::dev"),
        ("2026-03-04T10:00:00Z", "+workflow::review"),
    ]);
    let read = read(&issue(json!({"labels": ["workflow::review"]})), &labels, &json!([]));
    assert_eq!(
        moves(&read.issue),
        [JOINED, "2026-03-03T09:00:00Z moved >dev", "2026-03-04T10:00:00Z moved dev>review"]
    );
    let event = &read.issue.project_events[1];
    assert_eq!((event.project_id.as_str(), event.project_name.as_str()), ("gitlab.example/group/7/workflow", "Work"));
    assert_eq!((read.issue.project_events[0].by.as_str(), event.by.as_str()), ("ada", "bo"));
    assert!(read.issue.untold.is_nothing());
}

#[test]
fn the_card_shows_the_column_and_since_when() {
    let labels = labelled(&[("2026-03-03T09:00:00.7Z", "+workflow::dev")]);
    let read = read(&issue(json!({"labels": ["workflow::dev"]})), &labels, &json!([]));
    let [card] = read.issue.items.as_slice() else { panic!("one card") };
    assert_eq!(card.id, "gitlab.example/group/7/workflow/issue/40002");
    assert_eq!(
        (card.project_id.as_str(), card.content_id.as_str()),
        ("gitlab.example/group/7/workflow", &*read.issue.id)
    );
    assert_eq!(card.status.as_deref(), Some("dev"));
    assert_eq!(card.status_updated_at, Some(at("2026-03-03T09:00:00Z")));
    assert_eq!((card.presence, card.observed_at), (Presence::OnBoard, Some(at("2026-03-10T00:00:00Z"))));
    assert_eq!(card.fields, None);
}

#[test]
fn what_was_moved_while_the_import_read_is_not_seen_before_it_happened() {
    let labels = labelled(&[
        ("2026-03-03T09:00:00Z", "+workflow::dev"),
        ("2026-03-10T00:05:00Z", "-workflow::dev"),
        ("2026-03-10T00:05:00Z", "+workflow::qa"),
    ]);
    for (label, updated_at) in [("workflow::dev", "2026-03-09T00:00:00Z"), ("workflow::qa", "2026-03-10T00:05:00Z")] {
        let read = read(&issue(json!({"labels": [label], "updated_at": updated_at})), &labels, &json!([]));
        assert_eq!(read.issue.items[0].status.as_deref(), Some("dev"), "{label}");
        assert_eq!(moves(&read.issue).len(), 3);
        assert!(read.issue.untold.is_nothing());
    }
}

#[test]
fn a_move_that_no_event_tells_is_not_made_up() {
    let read = read(&issue(json!({"labels": ["workflow::dev", "team::x"]})), &json!([]), &json!([]));
    assert_eq!(moves(&read.issue), [JOINED]);
    assert!(read.issue.untold.project_events, "what is stored stays");
    let card = &read.issue.items[0];
    assert_eq!((card.status.as_deref(), card.status_updated_at), (Some("dev"), None));
}

#[test]
fn where_events_do_not_tell_which_of_several_labels_leads_the_column_is_not_known() {
    let both = json!({"labels": ["workflow::dev", "workflow::qa"]});
    assert_eq!(read(&issue(both.clone()), &json!([]), &json!([])).issue.items[0].status, None);
    let labels = labelled(&[("2026-03-03T09:00:00Z", "+workflow::dev")]);
    assert_eq!(read(&issue(both), &labels, &json!([])).issue.items[0].status.as_deref(), Some("dev"));
}

#[test]
fn labels_that_are_not_told_leave_the_card_where_it_is() {
    let read = read(&issue(json!({"labels": null})), &json!([]), &json!([]));
    assert_eq!(read.issue.items[0].status, None);
    assert!(!read.issue.untold.project_events);
}

#[test]
fn a_list_of_labels_is_a_board_too() {
    let boards = [board("acme", LabelColumns::Labels(vec!["To Do".into(), "Doing".into()]))];
    let labels = labelled(&[("2026-03-03T09:00:00Z", "+Doing"), ("2026-03-03T10:00:00Z", "+To Do")]);
    let read = read_with(&issue(json!({"labels": ["Doing", "To Do"]})), &labels, &json!([]), &reading(&boards));
    assert_eq!(moves(&read.issue), [JOINED, "2026-03-03T09:00:00Z moved >Doing"]);
    assert_eq!(read.issue.items[0].status.as_deref(), Some("Doing"));
    assert_eq!(read.issue.items[0].project_id, "gitlab.example/group/7/labels/Work");
}

#[test]
fn an_issue_is_on_every_board_of_a_group_above_it_and_on_no_other() {
    let boards = [
        workflow(),
        board("acme/platform", LabelColumns::Scope("stage".into())),
        board("acme/shop", LabelColumns::Scope("ops".into())),
    ];
    let labels = labelled(&[("2026-03-03T09:00:00Z", "+workflow::dev"), ("2026-03-04T09:00:00Z", "+ops::now")]);
    let read =
        read_with(&issue(json!({"labels": ["ops::now", "workflow::dev"]})), &labels, &json!([]), &reading(&boards));
    assert_eq!(
        moves(&read.issue),
        [JOINED, JOINED, "2026-03-03T09:00:00Z moved >dev", "2026-03-04T09:00:00Z moved >now"]
    );
    let ids: Vec<&str> = read.issue.items.iter().map(|card| card.project_id.as_str()).collect();
    assert_eq!(ids, ["gitlab.example/group/7/workflow", "gitlab.example/group/7/ops"]);
    let elsewhere = issue(json!({"references": {"full": "other/api#12"}}));
    assert!(read_with(&elsewhere, &labels, &json!([]), &reading(&boards)).issue.items.is_empty());
}

#[test]
fn a_deleted_label_leaves_a_gap() {
    let labels = labelled(&[
        ("2026-03-03T09:00:00Z", "+workflow::dev"),
        ("2026-03-04T10:00:00Z", "-workflow::dev"),
        ("2026-03-04T10:00:00Z", "+?"),
        ("2026-03-05T10:00:00Z", "+workflow::qa"),
        ("2026-03-05T10:00:00Z", "-?"),
    ]);
    let read = read(&issue(json!({"labels": ["workflow::qa"]})), &labels, &json!([]));
    let gap = format!("2026-03-05T10:00:00Z moved {DELETED_LABEL}>qa");
    assert_eq!(moves(&read.issue), [JOINED, "2026-03-03T09:00:00Z moved >dev", &gap]);
    assert_eq!(read.nameless_events, 2);
    assert!(read.issue.untold.project_events, "an import that knew the name has stored the move");
}

#[test]
fn a_card_in_a_column_whose_label_was_deleted_is_seen_in_none() {
    let labels = labelled(&[
        ("2026-03-03T09:00:00Z", "+workflow::dev"),
        ("2026-03-04T10:00:00Z", "-workflow::dev"),
        ("2026-03-04T10:00:00Z", "+?"),
    ]);
    let read = read(&issue(json!({"labels": []})), &labels, &json!([]));
    let card = &read.issue.items[0];
    assert_eq!((card.status.as_deref(), card.status_updated_at), (Some(""), None));
}
