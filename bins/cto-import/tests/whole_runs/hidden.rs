//! A repository or a board is not listed any more, and perhaps comes back: it is named, nothing of it is lost.

use std::collections::BTreeMap;

use sandbox::{Options, Size};

use crate::published::{Row, rows, rows_with};
use crate::simulated::{HURRIED, Simulated, assert_same_tables, assert_same_tables_but, tables};
use crate::truth::{assert_truth, calculation};

fn served() -> Simulated {
    Simulated::serve(&Options { issues: Some(100), pull_requests: Some(60), ..Options::new(55, Size::Small) })
}

/// The name of the first repository, which the simulation leaves alone.
fn repository(simulated: &Simulated) -> String {
    let view = simulated.organisation.view(simulated.organisation.end());
    let stays = view.repositories.iter().find(|one| one.former_names.is_empty() && !one.archived);
    stays.expect("a repository that stays").name.clone()
}

/// Rows of issues and pull requests of a repository that are marked, and those that are not.
fn marked(data: &std::path::Path, repository: &str) -> (usize, usize) {
    let of_it = ["issue.csv", "pr.csv"].into_iter().flat_map(|table| rows_with(data, table, &[("repo", repository)]));
    let (marked, unmarked): (Vec<Row>, Vec<Row>) = of_it.partition(|row| !row["vanished_at"].is_empty());
    (marked.len(), unmarked.len())
}

#[test]
fn a_repository_that_is_no_longer_listed_is_named_and_kept() {
    let simulated = served();
    let hidden = repository(&simulated);
    let data = tempfile::tempdir().expect("a folder");
    simulated.moves_to(simulated.days_before_end(7));
    simulated.import(data.path(), &[]).with_code(0);
    let before = marked(data.path(), &hidden);
    simulated.shows(simulated.organisation.end(), |view| view.hide_repository(&hidden));
    let ended = simulated.import(data.path(), &[]).with_code(3);
    assert!(ended.stderr.contains(&format!("acme/{hidden}")), "{}", ended.stderr);
    assert_eq!(marked(data.path(), &hidden), before, "nothing is marked before a full import");
}

#[test]
fn a_full_import_marks_what_was_in_a_repository_that_is_no_longer_listed() {
    let simulated = served();
    let hidden = repository(&simulated);
    let (undisturbed, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for data in [&undisturbed, &data] {
        simulated.moves_to(simulated.days_before_end(7));
        simulated.import(data.path(), &[]).with_code(0);
    }
    let (_, all) = marked(data.path(), &hidden);
    simulated.shows(simulated.days_before_end(3), |view| view.hide_repository(&hidden));
    let ended = simulated.import(data.path(), &["--full"]).with_code(3);
    assert!(ended.stderr.contains(&format!("acme/{hidden}")), "{}", ended.stderr);
    assert_eq!(marked(data.path(), &hidden), (all, 0), "after a full import without it");
    simulated.moves_to(simulated.organisation.end());
    for data in [&undisturbed, &data] {
        simulated.import(data.path(), &[]).with_code(0);
    }
    assert_eq!(marked(data.path(), &hidden).0, 0, "after it came back");
    let truth = simulated.organisation.truth(simulated.organisation.end());
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &truth);
    for table in ["issue.csv", "issue_project_event.csv", "issue_status_event.csv", "pr.csv", "pr_review.csv"] {
        assert!(tables(undisturbed.path())[table] == tables(data.path())[table], "{table} after it came back");
    }
}

#[test]
fn work_of_a_repository_that_is_no_longer_listed_does_not_turn_into_hidden_cards_for_ever() {
    let simulated = served();
    let hidden = repository(&simulated);
    let (undisturbed, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for (days, is_hidden) in [(14, false), (7, true), (0, false)] {
        let now = simulated.days_before_end(days);
        simulated.moves_to(now);
        simulated.import(undisturbed.path(), &[]).with_code(0);
        if is_hidden {
            simulated.shows(now, |view| view.hide_repository(&hidden));
            simulated.import(data.path(), &[]).with_code(3);
        } else {
            simulated.import(data.path(), &[]).with_code(0);
        }
    }
    let contents = |data: &std::path::Path| {
        let cards = rows(data, "project_item.csv").into_iter();
        cards.map(|row| (row["item_id"].clone(), (row["content"].clone(), row["content_id"].clone()))).collect()
    };
    let (expected, found): (BTreeMap<_, _>, BTreeMap<_, _>) = (contents(undisturbed.path()), contents(data.path()));
    assert_eq!(expected, found);
}

/// Cards of a board: presence and status by id.
fn cards(data: &std::path::Path, project_id: &str) -> BTreeMap<String, (String, String)> {
    let cards = rows_with(data, "project_item.csv", &[("project_id", project_id)]).into_iter();
    cards.map(|row| (row["item_id"].clone(), (row["presence"].clone(), row["status"].clone()))).collect()
}

#[test]
fn a_board_that_disappears_is_named_and_nothing_of_it_is_removed() {
    let simulated = served();
    let view = simulated.organisation.view(simulated.organisation.end());
    let board = &view.projects[0];
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    let (before, events) = (cards(data.path(), &board.number_id), rows(data.path(), "issue_project_event.csv"));
    let truth = simulated.organisation.truth(simulated.organisation.end());
    for flags in [&[][..], &["--full"]] {
        simulated.shows(simulated.organisation.end(), |view| view.hide_project(board.number));
        let ended = simulated.import(data.path(), flags).with_code(3);
        assert!(ended.stderr.contains(&board.title), "{}", ended.stderr);
        assert_eq!(before, cards(data.path(), &board.number_id), "{flags:?}");
        assert_eq!(events, rows(data.path(), "issue_project_event.csv"), "{flags:?}");
        assert_truth(&calculation(&simulated.organisation, data.path(), None), &truth);
    }
}

#[test]
fn a_board_that_comes_back_after_a_week_leaves_the_tables_as_if_it_had_never_gone() {
    let simulated = served();
    let board = simulated.organisation.view(simulated.organisation.end()).projects[0].clone();
    let (undisturbed, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for (days, is_hidden) in [(21, false), (14, true), (7, false), (0, false)] {
        let now = simulated.days_before_end(days);
        simulated.moves_to(now);
        simulated.import(undisturbed.path(), &[]).with_code(0);
        if is_hidden {
            simulated.shows(now, |view| view.hide_project(board.number));
            let ended = simulated.import(data.path(), &[]).with_code(3);
            assert!(ended.stderr.contains(&board.title), "{}", ended.stderr);
        } else {
            simulated.import(data.path(), &[]).with_code(0);
        }
    }
    // What was seen of the cards while the board was gone is the gap: everything else is the same. Archived cards are seen
    // with their issues alone, so that those of issues that were read meanwhile were last seen later.
    let gap = ["project_item_sighting.csv", "project_item.csv"];
    assert_same_tables_but(undisturbed.path(), data.path(), &gap, "after the board came back");
    let cards = |data: &std::path::Path| {
        let mut cards = rows(data, "project_item.csv");
        cards.iter_mut().filter(|card| card["presence"] == "archived").for_each(|card| {
            card.remove("observed_at");
        });
        cards
    };
    assert_eq!(cards(undisturbed.path()), cards(data.path()));
    let truth = simulated.organisation.truth(simulated.organisation.end());
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &truth);
}

#[test]
fn the_gap_of_a_board_is_marked_among_the_runs() {
    let simulated = served();
    let board = simulated.organisation.view(simulated.organisation.end()).projects[0].clone();
    let data = tempfile::tempdir().expect("a folder");
    simulated.moves_to(simulated.days_before_end(14));
    simulated.import(data.path(), &[]).with_code(0);
    simulated.shows(simulated.days_before_end(7), |view| view.hide_project(board.number));
    simulated.import(data.path(), &[]).with_code(3);
    let failed = rows_with(data.path(), "import_run.csv", &[("run", "2"), ("outcome", "failed")]);
    let of_board = failed.iter().filter(|row| row["label"] == board.title || row["message"].contains(&board.title));
    assert_eq!(of_board.count(), 1, "{failed:?}");
}

#[test]
fn a_board_that_the_configuration_excludes_is_not_missed() {
    let simulated = served();
    let (board, data) = (
        simulated.organisation.view(simulated.organisation.end()).projects[0].clone(),
        tempfile::tempdir().expect("a folder"),
    );
    let (yaml, name) = (simulated.organisation.config_yaml(), format!("      name: {:?}\n", board.title));
    let excluded = yaml.replacen(&name, &format!("{name}      exclude: true\n"), 1);
    assert_ne!(yaml, excluded);
    std::fs::write(data.path().join("config.yml"), format!("{excluded}{HURRIED}")).expect("a file can be written");
    simulated.import(data.path(), &[]).with_code(0);
    let before = cards(data.path(), &board.number_id);
    simulated.shows(simulated.organisation.end(), |view| view.hide_project(board.number));
    simulated.import(data.path(), &[]).with_code(0);
    assert_eq!(before, cards(data.path(), &board.number_id));
}

#[test]
fn a_repository_and_a_board_that_were_never_seen_are_not_missed() {
    let simulated = served();
    let (hidden, data) = (repository(&simulated), tempfile::tempdir().expect("a folder"));
    let other = tempfile::tempdir().expect("a folder");
    for data in [&data, &other] {
        simulated.shows(simulated.organisation.end(), |view| view.hide_repository(&hidden));
        simulated.import(data.path(), &[]).with_code(0);
    }
    assert_same_tables(other.path(), data.path(), "without the repository");
}
