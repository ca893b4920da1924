//! A server that lacks what the queries would like to ask: it is asked once what it has, and the rest is said.

use sandbox::server::{Conduct, Lack};
use sandbox::{Options, Size};

use crate::published::rows;
use crate::simulated::{Ended, Simulated, assert_same_tables};
use crate::truth::{assert_truth, calculation};

/// What an Enterprise Server of some years ago lacks, or what is announced to go.
const OPTIONAL: [&str; 4] = [
    "Issue.stateReason(enableDuplicate:)",
    "Issue.issueType",
    "ProjectV2.fullDatabaseId",
    "ProjectV2Item.fullDatabaseId",
];

fn served() -> Simulated {
    Simulated::serve(&Options { issues: Some(80), pull_requests: Some(40), ..Options::new(59, Size::Small) })
}

fn lacks(texts: &[&str]) -> Conduct {
    let lacks = texts.iter().map(|text| text.parse::<Lack>().expect("in the schema")).collect();
    Conduct { lacks, ..Conduct::default() }
}

/// Imports from a server that lacks something; no query is refused on the way.
#[track_caller]
fn import(simulated: &Simulated, data: &std::path::Path, missing: &[&str]) -> Ended {
    simulated.conducts(lacks(missing));
    let refused = simulated.counters().refused;
    let ended = simulated.import(data, &[]).with_code(0);
    assert_eq!(simulated.counters().refused, refused, "{missing:?}: queries were refused");
    ended
}

#[track_caller]
fn assert_said(ended: &Ended, member: &str) {
    let text = format!("{}{}", ended.stdout, ended.stderr);
    assert_eq!(text.lines().filter(|line| line.contains(member)).count(), 1, "`{member}` is said once:\n{text}");
}

#[test]
fn without_the_argument_for_duplicates_every_figure_is_the_same() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    let ended = import(&simulated, data.path(), &["Issue.stateReason(enableDuplicate:)"]);
    assert_said(&ended, "enableDuplicate");
    let end = simulated.organisation.end();
    assert_truth(&calculation(&simulated.organisation, data.path(), None), &simulated.organisation.truth(end));
}

#[test]
fn without_issue_types_everything_else_is_imported() {
    let simulated = served();
    let (whole, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    simulated.import(whole.path(), &[]).with_code(0);
    let ended = import(&simulated, data.path(), &["IssueType"]);
    assert_said(&ended, "issueType");
    let cut = |data: &std::path::Path| {
        let mut issues = rows(data, "issue.csv");
        for column in ["issue_type", "type", "is_bug"] {
            for row in &mut issues {
                row.remove(column);
            }
        }
        issues
    };
    assert_eq!(cut(whole.path()), cut(data.path()));
    assert!(rows(data.path(), "issue.csv").iter().all(|row| row["issue_type"].is_empty()));
}

#[test]
fn without_all_optional_fields_issues_pull_requests_and_cards_are_imported() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    let ended = import(&simulated, data.path(), &OPTIONAL);
    for member in ["enableDuplicate", "issueType", "fullDatabaseId"] {
        assert!(format!("{}{}", ended.stdout, ended.stderr).contains(member), "{member}: {}", ended.stderr);
    }
    let view = simulated.organisation.view(simulated.organisation.end());
    assert_eq!(rows(data.path(), "issue.csv").len(), view.issues.len());
    assert_eq!(rows(data.path(), "pr.csv").len(), view.pull_requests.len());
    let on_boards = rows(data.path(), "project_item.csv").into_iter().filter(|row| row["presence"] != "removed");
    assert_eq!(on_boards.count(), view.items.len());
}

#[test]
fn without_transfers_in_timelines_everything_is_imported() {
    let simulated = served();
    let (whole, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    simulated.import(whole.path(), &[]).with_code(0);
    import(&simulated, data.path(), &["TransferredEvent", "IssueTimelineItemsItemType.TRANSFERRED_EVENT"]);
    assert_same_tables(whole.path(), data.path(), "without transfers");
}

#[test]
fn a_field_that_goes_between_two_imports_leaves_what_is_stored() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    simulated.import(data.path(), &[]).with_code(0);
    let types = |data: &std::path::Path| -> Vec<String> {
        rows(data, "issue.csv").into_iter().map(|row| row["issue_type"].clone()).collect()
    };
    let before = types(data.path());
    simulated.conducts(lacks(&["Issue.issueType"]));
    simulated.import(data.path(), &["--full"]).with_code(0);
    assert_eq!(before, types(data.path()), "what a server no longer tells is not gone");
}

#[test]
fn the_server_is_asked_once_what_it_has_and_only_once() {
    let simulated = served();
    let data = tempfile::tempdir().expect("a folder");
    let asked = |simulated: &Simulated| simulated.counters().introspections;
    let before = asked(&simulated);
    import(&simulated, data.path(), &OPTIONAL);
    assert_eq!(asked(&simulated) - before, 1);
}
