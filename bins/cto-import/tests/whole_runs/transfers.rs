//! An issue is transferred to another repository: one life, at its new place; never twice, now or in the past.

use std::path::Path;

use model::Instant;
use sandbox::view::{Content, IssueEventKind, Transfer, View};
use sandbox::{Options, Organisation, Size, Truth};

use crate::published::{rows, rows_with};
use crate::simulated::Simulated;
use crate::truth::{assert_truth, calculation};

fn options() -> Options {
    Options { issues: Some(120), pull_requests: Some(30), ..Options::new(52, Size::Small) }
}

/// A transfer a week before the end: of an open issue that has cards and stays in its place, a bug if there is one; of
/// one whose cards are in the last column, or of one that is worked on.
pub(crate) fn transfer(simulated: &Simulated, done: bool, new_id: bool, new_cards: bool) -> Transfer {
    let at = simulated.days_before_end(7);
    let view = simulated.organisation.view(simulated.organisation.end());
    let truth = simulated.organisation.truth(simulated.organisation.end());
    let stays = |issue: usize| {
        let found = &view.issues[issue];
        let cards = view.items.iter().filter(|item| item.content == Content::Issue(issue) && !item.archived);
        let moved = found.timeline.iter().any(|event| matches!(event.kind, IssueEventKind::Transferred(_)));
        (truth.issues[issue].current_step == "done") == done
            && found.closed_at.is_none()
            && found.created_at < simulated.days_before_end(30)
            && cards.count() > 0
            && !moved
    };
    let mut candidates: Vec<usize> = (0..view.issues.len()).filter(|issue| stays(*issue)).collect();
    candidates.sort_by_key(|issue| !truth.issues[*issue].bug);
    let issue = *candidates.first().expect("some issue is open and on a board");
    let to = (view.issues[issue].repository + 1) % view.repositories.len();
    Transfer { issue, to, at, new_id, new_cards }
}

/// What happened, with the issue at its new place.
pub(crate) fn truth(organisation: &Organisation, as_of: Instant, transfer: &Transfer) -> Truth {
    let mut truth = organisation.truth(as_of);
    if as_of >= transfer.at {
        let repository = organisation.view(as_of).repositories[transfer.to].name.clone();
        truth.issues[transfer.issue].id = format!("{}/{repository}#{}", organisation.login(), transfer.number());
    }
    truth
}

/// Rows of the issue: one, at its new place, with its whole history; one card on each board.
fn assert_one_life(data: &Path, before: &View, after: &View, transfer: &Transfer) {
    let (old, new) = (&before.issues[transfer.issue], &after.issues[transfer.issue]);
    let place = |repository: usize, number: i64| (after.repositories[repository].name.clone(), number.to_string());
    let ((old_repo, old_number), (repo, number)) =
        (place(old.repository, old.number), place(new.repository, new.number));
    assert_eq!(rows(data, "issue.csv").len(), after.issues.len(), "rows of issues");
    for table in ["issue.csv", "issue_status_event.csv", "issue_project_event.csv", "issue_project_custom_field.csv"] {
        let left = rows_with(data, table, &[("repo", &old_repo), ("number", &old_number)]);
        assert!(left.is_empty(), "{table}: rows at the old place: {left:?}");
    }
    let found = rows_with(data, "issue.csv", &[("repo", &repo), ("number", &number)]);
    assert_eq!(found.len(), 1, "{repo}#{number}");
    assert_eq!((found[0]["id"].as_str(), found[0]["vanished_at"].as_str()), (new.id.as_str(), ""));
    let events = rows_with(data, "issue_project_event.csv", &[("repo", &repo), ("number", &number)]);
    let on_boards = new.timeline.iter().filter(|event| {
        use IssueEventKind::{Added, Removed, StatusChanged};
        matches!(event.kind, Added(_) | Removed(_) | StatusChanged(..))
    });
    assert_eq!(events.len(), on_boards.count(), "events on boards moved with it");
    for item in after.items.iter().filter(|item| item.content == Content::Issue(transfer.issue)) {
        let board = &after.projects[item.project];
        let cards = rows_with(data, "project_item.csv", &[("content_id", &new.id), ("project_id", &board.number_id)]);
        let present: Vec<_> = cards.iter().filter(|card| card["presence"] == "on_board").collect();
        assert_eq!(present.len(), 1, "cards on {}: {cards:?}", board.title);
        assert_eq!(present[0]["item_id"], item.id);
    }
}

#[track_caller]
fn assert_lives_on(options: &Options, done: bool, new_id: bool, new_cards: bool) {
    let simulated = Simulated::serve(options);
    let organisation = &simulated.organisation;
    let transfer = transfer(&simulated, done, new_id, new_cards);
    let data = tempfile::tempdir().expect("a folder");
    let start = simulated.days_before_end(14);
    simulated.moves_to(start);
    simulated.import(data.path(), &[]).with_code(0);
    for (days, flags) in [(6, &[][..]), (0, &[]), (0, &["--full"])] {
        let now = simulated.days_before_end(days);
        simulated.shows(now, |view| view.transfer(&transfer));
        simulated.import(data.path(), flags).with_code(0);
        let mut after = organisation.view(now);
        after.transfer(&transfer);
        assert_one_life(data.path(), &organisation.view(start), &after, &transfer);
        // The weeks of the past too: the truth's stocks begin with the first issue.
        assert_truth(&calculation(organisation, data.path(), None), &truth(organisation, now, &transfer));
    }
}

#[test]
fn a_transferred_issue_that_keeps_its_id_and_its_card_is_one_row() {
    assert_lives_on(&options(), false, false, false);
}

#[test]
fn a_transferred_issue_that_keeps_its_id_and_gets_a_new_card_is_one_row() {
    assert_lives_on(&options(), false, false, true);
}

#[test]
fn a_transferred_issue_with_a_new_id_and_its_card_is_one_row() {
    assert_lives_on(&options(), false, true, false);
}

#[test]
fn a_transferred_issue_with_a_new_id_and_a_new_card_is_one_row() {
    assert_lives_on(&options(), false, true, true);
}

#[test]
fn a_transferred_issue_that_was_done_stays_done_since_then() {
    for (new_id, new_cards) in [(false, true), (true, false), (true, true)] {
        assert_lives_on(&options(), true, new_id, new_cards);
    }
}

#[test]
fn an_issue_on_two_boards_is_transferred_as_one() {
    let options = Options { every_issue_on_every_board: true, boards: Some(2), ..options() };
    for (new_id, new_cards) in [(false, true), (true, false), (true, true)] {
        assert_lives_on(&options, false, new_id, new_cards);
    }
}

#[test]
fn a_transfer_that_only_the_new_repository_can_tell_of_is_followed_before_a_full_import() {
    // The first import after the transfer reads the new repository alone.
    let simulated = Simulated::serve(&options());
    let organisation = &simulated.organisation;
    let transfer = transfer(&simulated, false, true, false);
    let data = tempfile::tempdir().expect("a folder");
    simulated.moves_to(simulated.days_before_end(14));
    simulated.import(data.path(), &[]).with_code(0);
    let now = simulated.days_before_end(6);
    simulated.shows(now, |view| view.transfer(&transfer));
    let repository = organisation.view(now).repositories[transfer.to].name.clone();
    simulated.import(data.path(), &["--repo", &repository]).with_code(0);
    simulated.import(data.path(), &[]).with_code(0);
    assert_truth(&calculation(organisation, data.path(), None), &truth(organisation, now, &transfer));
}
