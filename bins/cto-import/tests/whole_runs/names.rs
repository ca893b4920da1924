//! Names that only look different, and a repository with a name that means something to the tables.

use std::collections::BTreeSet;

use model::table::Table;
use sandbox::view::{IssueEventKind, View};
use sandbox::{Options, Size};

use crate::simulated::Simulated;
use crate::truth::{assert_truth, calculation, table};

fn served() -> Simulated {
    Simulated::serve(&Options { issues: Some(80), pull_requests: Some(60), ..Options::new(62, Size::Small) })
}

/// The same name with symbols around it, as teams write them.
fn decorated(name: &str) -> String {
    match name {
        "In Progress" => "🏗\u{fe0f} In Progress".to_owned(),
        "Done" => "Done ✔\u{fe0f}".to_owned(),
        "In Review" => "👀 In Review".to_owned(),
        name => name.to_owned(),
    }
}

fn decorate(view: &mut View) {
    for project in &mut view.projects {
        project.status_options.iter_mut().for_each(|(_, name)| *name = decorated(name));
    }
    for issue in &mut view.issues {
        issue.issue_type = issue.issue_type.as_ref().map(|name| format!("🐛\u{fe0f} {name}"));
        for label in &mut issue.labels {
            *label = format!("{label} ⚙\u{fe0f}");
        }
        for event in &mut issue.timeline {
            if let IssueEventKind::StatusChanged(_, from, to) = &mut event.kind {
                (*from, *to) = (decorated(from), decorated(to));
            }
        }
    }
}

#[test]
fn symbols_around_columns_types_and_labels_make_no_difference() {
    let simulated = served();
    let (data, end) = (tempfile::tempdir().expect("a folder"), simulated.organisation.end());
    simulated.shows(end, decorate);
    simulated.import(data.path(), &[]).with_code(0);
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &simulated.organisation.truth(end));
}

#[test]
fn composed_and_decomposed_letters_make_no_difference() {
    // The fourth board has columns and a title with accents.
    let options =
        Options { boards: Some(4), issues: Some(200), pull_requests: Some(20), ..Options::new(63, Size::Demo) };
    let simulated = Simulated::serve(&options);
    let (data, end) = (tempfile::tempdir().expect("a folder"), simulated.organisation.end());
    let apart = |name: &str| {
        name.replace('ê', "e\u{302}").replace('À', "A\u{300}").replace('à', "a\u{300}").replace('ä', "a\u{308}")
    };
    simulated.shows(end, |view| {
        for project in &mut view.projects {
            project.status_options.iter_mut().for_each(|(_, name)| *name = apart(name));
        }
        for event in view.issues.iter_mut().flat_map(|issue| &mut issue.timeline) {
            if let IssueEventKind::StatusChanged(_, from, to) = &mut event.kind {
                (*from, *to) = (apart(from), apart(to));
            }
        }
    });
    simulated.import(data.path(), &[]).with_code(0);
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &simulated.organisation.truth(end));
}

/// Rows of a table by all columns that could be its key.
fn assert_one_row_a_key(table: &Table) {
    let columns = ["year", "week", "month", "repo", "project_id", "team", "user", "author", "id", "group"];
    let keys = (0..table.height()).map(|row| {
        let known = columns.iter().filter(|column| table.columns.iter().any(|one| one.name == **column));
        known.map(|column| table.cell(row, column)).collect::<Vec<_>>()
    });
    let mut seen = BTreeSet::new();
    for key in keys {
        assert!(seen.insert(key.clone()), "{}: two rows of {key:?}", table.name);
    }
}

#[test]
fn a_repository_named_all_is_not_the_total_of_all() {
    let simulated = served();
    let (data, end) = (tempfile::tempdir().expect("a folder"), simulated.organisation.end());
    let view = simulated.organisation.view(end);
    let busiest = view
        .repositories
        .iter()
        .enumerate()
        .max_by_key(|(place, _)| view.pull_requests.iter().filter(|one| one.repository == *place).count());
    let id = busiest.expect("a repository").1.id.clone();
    simulated.shows(end, |view| view.move_repository(&id, "ALL", None));
    simulated.import(data.path(), &[]).with_code(0);
    let calculation = calculation(&simulated.organisation, data.path(), None);
    assert_one_row_a_key(table(&calculation, "pr_cycle_week"));
}
