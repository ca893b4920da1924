//! Boards that a listing lacks: what is stored of them stays, and is completed when they come back.

use model::records::{Issue, Project, ProjectEvent, Record, Scope};
use store::Page;

use crate::records::{Fixture, at, card, card_record, issue, issue_record, moved, page};

fn board(id: &str, project_id: &str, number: i64) -> Record {
    Record::Project(Project {
        id: id.into(),
        number_id: project_id.into(),
        name: format!("Board {number}"),
        number,
        org: "acme".into(),
        ..Project::default()
    })
}

fn on(project_id: &str, event: ProjectEvent) -> ProjectEvent {
    ProjectEvent { project_id: project_id.into(), ..event }
}

fn with(events: &[ProjectEvent]) -> Record {
    issue_record(Issue { project_events: events.to_vec(), ..issue("I_1", "1") })
}

/// An issue on two boards, read by the first import.
fn imported() -> (Fixture, [ProjectEvent; 3]) {
    let fixture = Fixture::new();
    let events = [moved("Ready", "Doing", 20), on("78", moved("New", "Old", 21)), moved("Doing", "Done", 22)];
    fixture.read_in(1, 30, &[board("PVT_1", "77", 1), board("PVT_2", "78", 2)]);
    fixture.read_in(1, 30, &[with(&events), card_record(card("C_1", "I_1", "Ready"))]);
    (fixture, events)
}

fn columns(fixture: &Fixture) -> Vec<String> {
    fixture.cells("issue_project_event", &["project_id", "to_column"])
}

fn unlisted(fixture: &Fixture, run: i64) -> Vec<String> {
    let boards = fixture.store.unlisted_boards("", "acme", run).expect("asked");
    boards.into_iter().map(|board| format!("{} {}", board.number_id, board.name)).collect()
}

#[test]
fn boards_that_an_import_did_not_list_are_known() {
    let (fixture, _) = imported();
    assert_eq!(unlisted(&fixture, 1), [""; 0]);
    fixture.read_in(2, 40, &[board("PVT_2", "78", 2)]);
    assert_eq!(unlisted(&fixture, 2), ["77 Board 1"]);
    assert_eq!(fixture.store.unlisted_boards("", "other", 2).expect("asked"), []);
}

#[test]
fn what_an_issue_did_on_a_board_that_is_not_listed_stays() {
    let (fixture, [_, other, _]) = imported();
    fixture.read_in(2, 40, &[board("PVT_2", "78", 2)]);
    let later = on("78", moved("Old", "Older", 35));
    fixture.read_in(2, 40, &[with(&[other, later])]);
    assert_eq!(columns(&fixture), ["77,Doing", "78,Old", "77,Done", "78,Older"]);
    fixture.read_in(2, 40, &[with(&[])]);
    assert_eq!(columns(&fixture), ["77,Doing", "77,Done"], "a board that is listed tells all that there is");
}

#[test]
fn what_an_issue_did_on_a_board_that_is_listed_is_replaced() {
    let (fixture, [first, other, _]) = imported();
    fixture.read_in(2, 40, &[board("PVT_1", "77", 1), board("PVT_2", "78", 2)]);
    fixture.read_in(2, 40, &[with(&[first, other])]);
    assert_eq!(columns(&fixture), ["77,Doing", "78,Old"]);
    fixture.read_in(2, 40, &[with(&[])]);
    assert_eq!(columns(&fixture), [""; 0]);
}

#[test]
fn a_board_that_comes_back_is_read_in_full_and_so_are_the_issues_that_were_read_meanwhile() {
    let (fixture, events) = imported();
    let behind = || fixture.store.issues_behind_boards().expect("asked");
    let cursor = Page { scope: Scope::ProjectItems, subject: "77", cursor: Some("{}"), ..page(30, &[]) };
    fixture.store.commit(&Page { run: 1, ..cursor }).expect("stored");
    let other = Issue { updated_at: Some(at(10)), ..issue("I_2", "2") };
    fixture.read_in(1, 30, &[issue_record(other)]);
    for run in [2, 3] {
        fixture.store.absent_boards(run, &["77".to_owned()]).expect("marked");
        fixture.read_in(run, 40, &[with(&events[1..2])]);
    }
    assert_eq!(behind(), [""; 0], "it is still away");
    fixture.read_in(4, 50, &[board("PVT_1_new", "77", 1)]);
    assert_eq!(fixture.store.cursor(Scope::ProjectItems, "77").expect("asked"), None);
    assert_eq!(behind(), ["I_1"]);
    // The import did not come so far, and the board is away once more.
    fixture.store.absent_boards(5, &["77".to_owned()]).expect("marked");
    assert_eq!(behind(), [""; 0]);
    fixture.read_in(6, 60, &[board("PVT_1", "77", 1)]);
    assert_eq!(behind(), ["I_1"]);
    fixture.read_in(6, 60, &[with(&events)]);
    assert_eq!(behind(), [""; 0]);
    fixture.read_in(7, 70, &[board("PVT_1", "77", 1)]);
    fixture.read_in(7, 70, &[with(&events)]);
    assert_eq!(behind(), [""; 0]);
}
