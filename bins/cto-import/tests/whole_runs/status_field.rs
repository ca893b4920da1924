//! The columns of a board are the values of a field that is not called Status.

use std::collections::BTreeMap;

use sandbox::server::Config;
use sandbox::view::{Content, Field, FieldValue, IssueEventKind, View};
use sandbox::{Options, Size};

use crate::published::{rows, rows_with};
use crate::simulated::{Ended, HURRIED, Simulated, tables};
use crate::truth::{assert_truth, calculation, table};

/// Number of the board whose field is called differently, and how.
const BOARD: i64 = 1;
const STAGE: &str = "Stage";

fn served() -> Simulated {
    let options = Options { issues: Some(80), pull_requests: Some(30), ..Options::new(57, Size::Small) };
    Simulated::serve_with(&options, Config::default())
}

/// The team renames the field.
fn rename(view: &mut View) {
    view.rename_status_field(BOARD, STAGE);
}

/// The team keeps its status in another field, and Status still exists with one value for all.
fn keep_elsewhere(view: &mut View) {
    rename(view);
    for item in view.items.iter_mut().filter(|item| item.project + 1 == BOARD as usize) {
        item.fields.push(Field { name: "Status".to_owned(), value: FieldValue::SingleSelect("Todo".to_owned()) });
    }
}

fn title(simulated: &Simulated) -> String {
    simulated.organisation.view(simulated.organisation.end()).projects[0].title.clone()
}

#[track_caller]
fn assert_key_is_named(simulated: &Simulated, ended: &Ended) {
    let title = title(simulated);
    let named = ended.stderr.lines().any(|line| line.contains(&title) && line.contains("status_field"));
    assert!(named && ended.stderr.contains("github.projects[].status_field"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("lost status events"), "GitHub lost nothing:\n{}", ended.stderr);
}

/// Status of each card that is left.
fn statuses(simulated: &Simulated, data: &std::path::Path) -> Vec<(String, String)> {
    let id = &simulated.organisation.view(simulated.organisation.end()).projects[0].number_id;
    let cards = rows_with(data, "project_item.csv", &[("project_id", id)]).into_iter();
    cards.map(|row| (row["item_id"].clone(), row["status"].clone())).collect()
}

#[test]
fn without_the_field_the_last_status_is_kept_and_the_key_is_named() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    let end = simulated.organisation.end();
    let (before, truth) = (statuses(&simulated, data.path()), simulated.organisation.truth(end));
    for flags in [&[][..], &["--full"]] {
        simulated.shows(end, rename);
        let ended = simulated.import(data.path(), flags).with_code(3);
        assert_key_is_named(&simulated, &ended);
        assert_eq!(before, statuses(&simulated, data.path()), "{flags:?}");
        let calculation = calculation(&simulated.organisation, data.path(), None);
        assert_truth(&calculation, &truth);
        assert!(!calculation.notices.iter().any(|notice| notice.contains("lost")), "{:?}", calculation.notices);
    }
}

#[test]
fn cards_that_changed_meanwhile_do_not_fall_to_the_backlog() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    simulated.moves_to(simulated.days_before_end(14));
    simulated.import(data.path(), &[]).with_code(0);
    let end = simulated.organisation.end();
    simulated.shows(end, rename);
    simulated.import(data.path(), &[]).with_code(3);
    // GitHub's timelines tell of the columns as before; only where new cards began cannot be known.
    let view = simulated.organisation.view(end);
    let is_known = |issue: usize| {
        let mut cards = view.items.iter().filter(|item| item.content == Content::Issue(issue));
        cards.all(|item| item.created_at < simulated.days_before_end(14))
    };
    let calculation = calculation(&simulated.organisation, data.path(), None);
    let said = table(&calculation, "calculated_issue");
    let steps: BTreeMap<String, (String, String)> = (0..said.height())
        .map(|row| (said.cell(row, "id"), (said.cell(row, "current_step"), said.cell(row, "rework_count"))))
        .collect();
    for (_, issue) in simulated.organisation.truth(end).issues.iter().enumerate().filter(|(issue, _)| is_known(*issue))
    {
        let happened = (issue.current_step.to_owned(), issue.rework_count.to_string());
        assert_eq!(steps.get(&issue.id), Some(&happened), "{}", issue.id);
    }
}

/// A configuration that names the field of the first board.
fn with_key(simulated: &Simulated, data: &std::path::Path) {
    let yaml = simulated.organisation.config_yaml();
    let board = format!("      name: {:?}\n", title(simulated));
    assert!(yaml.contains(&board), "{yaml}");
    let keyed = yaml.replacen(&board, &format!("{board}      status_field: {STAGE}\n"), 1);
    std::fs::write(data.join("config.yml"), format!("{keyed}{HURRIED}")).expect("a file can be written");
}

#[test]
fn with_the_key_set_the_board_is_read_as_ever() {
    let simulated = served();
    let end = simulated.organisation.end();
    let (undisturbed, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    simulated.import(undisturbed.path(), &[]).with_code(0);
    with_key(&simulated, data.path());
    simulated.shows(end, rename);
    simulated.import(data.path(), &[]).with_code(0);
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &simulated.organisation.truth(end));
    assert!(tables(undisturbed.path())["project_item.csv"] == tables(data.path())["project_item.csv"]);
}

#[test]
fn with_the_key_set_another_field_counts_and_status_does_not() {
    let simulated = served();
    let end = simulated.organisation.end();
    let data = tempfile::tempdir().expect("a folder");
    with_key(&simulated, data.path());
    let no_events = |view: &mut View| {
        for issue in &mut view.issues {
            // Only a change of Status itself leaves an event.
            issue.timeline.retain(
                |event| !matches!(event.kind, IssueEventKind::StatusChanged(board, ..) if board + 1 == BOARD as usize),
            );
        }
        keep_elsewhere(view);
    };
    simulated.shows(end, no_events);
    simulated.import(data.path(), &[]).with_code(0);
    let view = simulated.organisation.view(end);
    let board = &view.projects[0];
    for item in view.items.iter().filter(|item| item.project + 1 == BOARD as usize) {
        let status = item.status.map_or("", |status| board.status_options[status].1.as_str());
        let found = rows_with(data.path(), "project_item.csv", &[("item_id", &item.id)]);
        assert_eq!((found.len(), found[0]["status"].as_str()), (1, status), "{}", item.id);
    }
}

#[test]
fn the_key_may_be_set_after_the_field_was_missed() {
    let simulated = served();
    let (data, end) = (tempfile::tempdir().expect("a folder"), simulated.organisation.end());
    simulated.moves_to(simulated.days_before_end(7));
    simulated.import(data.path(), &[]).with_code(0);
    simulated.shows(simulated.days_before_end(3), rename);
    simulated.import(data.path(), &[]).with_code(3);
    with_key(&simulated, data.path());
    simulated.shows(end, rename);
    simulated.import(data.path(), &[]).with_code(0);
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &simulated.organisation.truth(end));
    assert!(!rows(data.path(), "project_item.csv").is_empty());
}
