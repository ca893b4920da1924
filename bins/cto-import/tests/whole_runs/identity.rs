//! GitHub gives new node ids for the same things: one row each, the ids are taken over, and it is said.

use std::collections::BTreeSet;
use std::path::Path;

use sandbox::server::{Conduct, IdForm, IdKind, Ids};
use sandbox::{Options, Size};

use crate::published::{Row, rows};
use crate::simulated::{Ended, Simulated};
use crate::truth::{assert_truth, calculation};

fn served() -> Simulated {
    Simulated::serve(&Options { issues: Some(80), pull_requests: Some(60), ..Options::new(51, Size::Small) })
}

fn ids(ids: Ids) -> Conduct {
    Conduct { ids, ..Conduct::default() }
}

/// What is said about ids that were taken over.
fn said_about_ids(ended: &Ended) -> Vec<&str> {
    let lines = ended.stderr.lines().chain(ended.stdout.lines());
    lines.filter(|line| line.contains("node id") || line.contains("new ids")).collect()
}

/// Each part of the import says it once.
#[track_caller]
fn assert_said(ended: &Ended) {
    let said = said_about_ids(ended);
    let different: BTreeSet<&&str> = said.iter().collect();
    let once = !said.is_empty() && different.len() == said.len();
    assert!(once, "{said:?}\nstdout:\n{}\nstderr:\n{}", ended.stdout, ended.stderr);
}

/// What is compared.
const TABLES: [&str; 10] = [
    "repository.csv",
    "project.csv",
    "issue.csv",
    "issue_status_event.csv",
    "issue_project_event.csv",
    "issue_project_custom_field.csv",
    "project_item.csv",
    "project_item_sighting.csv",
    "pr.csv",
    "pr_review.csv",
];

/// Rows in an order that does not depend on ids. An id is taken over when its thing is seen, at the latest by a full
/// import: before it the columns of ids are left out. Cards that did not change may have been looked at once more, and
/// drafts with another id are other drafts.
fn compared(data: &Path, table: &str, with_ids: bool) -> Vec<Row> {
    let mut rows = rows(data, table);
    rows.retain(|row| match table {
        "project_item.csv" => matches!(row["content"].as_str(), "issue" | "pull_request"),
        "project_item_sighting.csv" => !row["number"].is_empty(),
        _ => true,
    });
    for row in &mut rows {
        if !with_ids {
            row.retain(|column, _| !matches!(column.as_str(), "id" | "item_id" | "content_id"));
        }
        if table == "project_item.csv" {
            row.remove("observed_at");
        }
    }
    rows.sort();
    rows
}

#[track_caller]
fn assert_same_rows(expected: &[Row], found: &[Row], what: &str) {
    let missing = expected.iter().find(|row| !found.contains(row));
    let extra = found.iter().find(|row| !expected.contains(row));
    let numbers = (expected.len(), found.len());
    assert!(expected == found, "{what}: {numbers:?} rows, missing {missing:#?}, unexpected {extra:#?}");
}

/// Imports two weeks before the end with ids as they were `before`, then at the end `during` their change, and at last
/// with new ids; a second folder sees new ids on all three days. Fails unless both then hold the same, now and after a
/// full import, and what happened. Gives how the import `during` the change ended.
#[track_caller]
fn assert_taken_over(simulated: &Simulated, before: &Ids, during: impl FnOnce(u64) -> Ids) -> Ended {
    let (undisturbed, disturbed) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (start, end) = (simulated.days_before_end(14), simulated.organisation.end());
    simulated.conducts(Conduct::default());
    simulated.moves_to(start);
    simulated.import(undisturbed.path(), &[]).with_code(0);
    simulated.moves_to(end);
    let calls_before = simulated.counters().calls;
    simulated.import(undisturbed.path(), &[]).with_code(0);
    let calls = simulated.counters().calls - calls_before;
    simulated.import(undisturbed.path(), &[]).with_code(0);

    simulated.conducts(ids(before.clone()));
    simulated.moves_to(start);
    simulated.import(disturbed.path(), &[]).with_code(0);
    simulated.conducts(ids(during(calls)));
    simulated.moves_to(end);
    let ended = simulated.import(disturbed.path(), &[]);
    simulated.conducts(Conduct::default());
    simulated.import(disturbed.path(), &[]).with_code(0);

    let truth = simulated.organisation.truth(end);
    let number = |table: &str| rows(disturbed.path(), table).len();
    assert_eq!((number("issue.csv"), number("pr.csv")), (truth.issues.len(), truth.pull_requests.len()));
    assert_truth(&calculation(&simulated.organisation, disturbed.path(), None), &truth);
    for table in TABLES {
        let (expected, found) = (compared(undisturbed.path(), table, false), compared(disturbed.path(), table, false));
        assert_same_rows(&expected, &found, &format!("{table} after the ids changed"));
    }
    for data in [&undisturbed, &disturbed] {
        simulated.import(data.path(), &["--full"]).with_code(0);
    }
    for table in TABLES {
        let (expected, found) = (compared(undisturbed.path(), table, true), compared(disturbed.path(), table, true));
        assert_same_rows(&expected, &found, &format!("{table} after a full import"));
    }
    ended
}

#[test]
fn new_ids_to_which_old_ones_lead_leave_one_row_each() {
    let ended = assert_taken_over(&served(), &Ids::of(IdForm::Old), |_| Ids::of(IdForm::New)).with_code(0);
    assert_said(&ended);
}

#[test]
fn new_ids_leave_one_row_each_when_the_old_ones_lead_nowhere() {
    let unknown = Ids { others_unknown: true, ..Ids::of(IdForm::New) };
    let ended = assert_taken_over(&served(), &Ids::of(IdForm::Other), |_| unknown).with_code(0);
    assert_said(&ended);
}

#[test]
fn each_kind_of_thing_may_get_new_ids_alone() {
    use IdKind::{Event, Issue, Item, Project, PullRequest, Repository, Review};
    let simulated = served();
    for kind in [Repository, Issue, PullRequest, Project, Item, Review, Event] {
        let before = Ids { kinds: Some(vec![kind]), others_unknown: true, ..Ids::of(IdForm::Other) };
        let unknown = Ids { others_unknown: true, ..Ids::of(IdForm::New) };
        eprintln!("new ids of {kind:?}");
        assert_taken_over(&simulated, &before, |_| unknown).with_code(0);
    }
}

#[test]
fn ids_may_change_in_the_middle_of_an_import() {
    let simulated = served();
    for eighths in [2, 4, 6] {
        let during = |calls: u64| Ids { later: Some((calls * eighths / 8, IdForm::New)), ..Ids::of(IdForm::Old) };
        assert_taken_over(&simulated, &Ids::of(IdForm::Old), during).with_code(0);
    }
}

#[test]
fn ids_may_change_in_the_middle_of_an_import_that_then_knows_the_old_ones_no_more() {
    let during =
        |calls: u64| Ids { later: Some((calls / 2, IdForm::New)), others_unknown: true, ..Ids::of(IdForm::Other) };
    let ended = assert_taken_over(&served(), &Ids::of(IdForm::Other), during);
    assert!(matches!(ended.code, 0 | 3), "{}", ended.stderr);
}

#[test]
fn old_ids_new_ids_and_old_ids_again_leave_one_row_each() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    for (days, form) in [(21, IdForm::Old), (14, IdForm::New), (7, IdForm::Old), (0, IdForm::New)] {
        simulated.conducts(ids(Ids::of(form)));
        simulated.moves_to(simulated.days_before_end(days));
        simulated.import(data.path(), &[]).with_code(0);
        let truth = simulated.organisation.truth(simulated.days_before_end(days));
        assert_eq!(rows(data.path(), "issue.csv").len(), truth.issues.len(), "{days} days before the end");
        assert_truth(&calculation(&simulated.organisation, data.path(), None), &truth);
    }
}

#[test]
fn ids_of_the_new_form_are_asked_for() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    simulated.conducts(ids(Ids { asked: Some(IdForm::New), ..Ids::of(IdForm::Old) }));
    simulated.import(data.path(), &[]).with_code(0);
    for (table, prefix) in [("issue.csv", "I_"), ("pr.csv", "PR_"), ("pr_review.csv", "PRR_"), ("project.csv", "PVT_")]
    {
        let old = rows(data.path(), table).into_iter().find(|row| !row["id"].starts_with(prefix));
        assert_eq!(old, None, "{table}");
    }
}
