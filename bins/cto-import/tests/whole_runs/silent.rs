//! What a reply leaves out without an error is not gone: nothing is removed or reset, and what is missing is named.

use sandbox::{Options, Size};

use crate::simulated::{Simulated, tables};

fn served() -> Simulated {
    Simulated::serve(&Options { issues: Some(80), pull_requests: Some(60), ..Options::new(56, Size::Small) })
}

/// Imports everything, then once more with a fault. Fails unless the tables stay as they are and the exit code is one of
/// those; after the fault a full import brings the same again.
#[track_caller]
fn assert_nothing_lost(fault: &str, flags: &[&str], codes: &[i32]) {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    let before = tables(data.path());
    simulated.breaks(&[fault]);
    let ended = simulated.import(data.path(), flags);
    let after = tables(data.path());
    let changed: Vec<_> = before.keys().filter(|table| before[*table] != after[*table]).collect();
    assert!(changed.is_empty(), "{fault} {flags:?}: changed {changed:?}\n{}\n{}", ended.stdout, ended.stderr);
    assert!(codes.contains(&ended.code), "{fault} {flags:?}: exit code {}\n{}", ended.code, ended.stderr);
    let named = ended.stderr.lines().any(|line| line.starts_with("failed: ") || line.starts_with("note: "));
    assert!(ended.code == 0 || named, "{fault}: not named\n{}", ended.stderr);
    simulated.breaks(&[]);
    simulated.import(data.path(), &["--full"]).with_code(0);
    assert!(before == tables(data.path()), "{fault}: a full import after it changed a table");
}

/// A first import with a fault, and a full one without it: the same as without the fault.
#[track_caller]
fn assert_right_afterwards(fault: &str, codes: &[i32]) {
    let simulated = served();
    let (undisturbed, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    simulated.import(undisturbed.path(), &[]).with_code(0);
    simulated.import(undisturbed.path(), &["--full"]).with_code(0);
    simulated.breaks(&[fault]);
    let ended = simulated.import(data.path(), &[]);
    assert!(codes.contains(&ended.code), "{fault}: exit code {}\n{}", ended.code, ended.stderr);
    simulated.breaks(&[]);
    simulated.import(data.path(), &["--full"]).with_code(0);
    // The cards may have been seen without a status, which a full import does not unsee.
    let (expected, found) = (tables(undisturbed.path()), tables(data.path()));
    for table in expected.keys().filter(|table| *table != "project_item_sighting.csv") {
        assert!(expected[table] == found[table], "{fault}: {table}");
    }
}

#[test]
fn nulls_in_lists_remove_nothing() {
    assert_nothing_lost("silent-nulls=always", &["--full"], &[0, 3]);
}

#[test]
fn a_first_import_with_nulls_in_its_lists_is_right_after_the_next_full_one() {
    assert_right_afterwards("silent-nulls=always", &[0, 3]);
}

#[test]
fn lists_that_count_more_than_they_give_mark_nothing_as_vanished() {
    assert_nothing_lost("larger-totals=5", &["--full"], &[0, 3]);
}

#[test]
fn lists_that_count_more_than_they_give_change_nothing_of_an_ordinary_import() {
    assert_nothing_lost("larger-totals=5", &[], &[0, 3]);
}

#[test]
fn issues_that_seem_to_be_on_no_board_keep_their_cards() {
    assert_nothing_lost("no-project-items=always", &["--full"], &[0, 3]);
    assert_nothing_lost("no-project-items=every:2", &["--full"], &[0, 3]);
}

#[test]
fn cards_that_seem_to_have_no_values_keep_their_status_and_their_fields() {
    assert_nothing_lost("no-field-values=always", &["--full"], &[3]);
}

#[test]
fn a_first_import_without_values_is_right_after_the_next_full_one() {
    assert_right_afterwards("no-field-values=always", &[0, 3]);
}

#[test]
fn cards_that_are_redacted_keep_what_they_showed() {
    assert_nothing_lost("redacted-cards", &["--full"], &[3]);
}
