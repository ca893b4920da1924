//! Whole folders.

use std::fs;
use std::path::PathBuf;

use model::Instant;
use model::columns::{IssueState, ProjectKind, Raw, ReviewState, Scopes, SightingSource, StateReason, StatusKind};
use model::records::Presence;
use tempfile::TempDir;

use super::{CsvError, Loaded, Reading, holds_raw_files, load};

const ISSUES: &str = "org,repo,number,title,type,is_bug,state,created_at,closed_at\n\
                      acme,web,1,One,task,false,closed,2026-01-02T03:04:05Z,2026-01-03T00:00:00Z\n\
                      acme,web,2,\"Two, and\nmore\",bug,true,open,2026-01-04T00:00:00Z,\n";
const STATUS: &str = "org,repo,number,type,at,by\nacme,web,1,closed,2026-01-03T00:00:00Z,ada\n";
const PROJECT: &str = "org,repo,number,project_id,project_name,from_column,to_column,at,by,type\n\
                       acme,web,2,77,Board,,Ready,2026-01-05T00:00:00Z,ada,moved\n\
                       acme,web,9,77,Board,,Ready,2026-01-09T00:00:00Z,ada,moved\n";

/// A folder with the files that have to be there, changed or removed as asked.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().expect("a folder"));
        folder.with("issue.csv", ISSUES).with("issue_status_event.csv", STATUS).with("issue_project_event.csv", PROJECT)
    }

    fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        fs::write(self.0.path().join(name), text).expect("written");
        self
    }

    fn without(self, name: &str) -> Self {
        fs::remove_file(self.0.path().join(name)).expect("removed");
        self
    }

    fn load(&self, reading: Reading) -> Result<Loaded, CsvError> {
        load(self.0.path(), Scopes::ALL, reading)
    }

    fn strict(&self) -> Raw {
        self.load(Reading::Strict).expect("a folder without faults").raw
    }

    fn strict_error(&self) -> String {
        self.load(Reading::Strict).expect_err("a folder with a fault").to_string()
    }

    fn problems(&self) -> Vec<String> {
        let loaded = self.load(Reading::Original).expect("a folder that the original reads");
        loaded.problems.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn issues_and_events_become_columns_and_events_of_unknown_issues_are_left_out() {
    let raw = Folder::new().strict();
    assert_eq!((raw.issues.id.text(0), raw.issues.id.text(1)), ("acme/web#1".into(), "acme/web#2".into()));
    assert_eq!(raw.issues.title.text(1), "Two, and\nmore");
    assert_eq!(
        (&raw.issues.state[..], &raw.issues.is_bug[..]),
        (&[IssueState::Closed, IssueState::Open].map(Some)[..], &[false, true][..])
    );
    assert_eq!(raw.dictionary.text(raw.issues.kind[1]), "bug");
    assert_eq!(raw.issues.closed_at.get(1), None);
    assert_eq!(
        (&raw.status_events.issue[..], &raw.status_events.kind[..]),
        (&[0][..], &[Some(StatusKind::Closed)][..])
    );
    assert_eq!(
        (&raw.project_events.issue[..], &raw.project_events.kind[..]),
        (&[1][..], &[Some(ProjectKind::Moved)][..])
    );
    assert_eq!(raw.dictionary.text(raw.project_events.to_column[0]), "Ready");
    assert_eq!(raw.as_of.map(Instant::to_rfc3339).as_deref(), Some("2026-01-05T00:00:00Z"));
}

#[test]
fn the_order_of_columns_does_not_matter_and_headers_are_trimmed_and_lower_case() {
    let folder = Folder::new().with(
        "issue_status_event.csv",
        "at, TYPE ,type,number,repo,ORG\n2026-01-03T00:00:00Z,opened,closed,1,web,acme\n",
    );
    let raw = folder.strict();
    assert_eq!((raw.status_events.issue.len(), raw.status_events.kind[0]), (1, Some(StatusKind::Closed)));
}

#[test]
fn files_that_have_to_be_there_are_named_when_they_are_not() {
    for name in ["issue.csv", "issue_status_event.csv", "issue_project_event.csv"] {
        let message = Folder::new().without(name).strict_error();
        assert!(message.starts_with(&format!("{name} is missing in ")), "{message}");
    }
    let empty = TempDir::new().expect("a folder");
    assert!(!holds_raw_files(empty.path()));
    assert!(load(empty.path(), Scopes::PULL_REQUESTS, Reading::Strict).is_ok());
    assert!(holds_raw_files(Folder::new().0.path()));
}

#[test]
fn faults_are_told_with_file_line_column_and_value() {
    let message = |name: &str, text: &str| Folder::new().with(name, text).strict_error();
    let header = "org,repo,number,title,created_at,is_bug\n";
    let row = "acme,web,1,One,2026-01-02T00:00:00Z,false\n";
    assert_eq!(
        message("issue.csv", &format!("{header}{row}acme,web,2,\"T\n\",2021-13-01,\n")),
        "issue.csv line 3, column created_at: `2021-13-01` is not a time (RFC 3339 like 2026-01-02T03:04:05Z)"
    );
    assert_eq!(
        message("issue.csv", &format!("{header}acme,web,2,T,2026-01-02T00:00:00Z,yes\n")),
        "issue.csv line 2, column is_bug: `yes` is neither `true` nor `false`"
    );
    assert_eq!(
        message("issue.csv", &format!("{header}{row}acme,web,2\n")),
        "issue.csv line 3 has 3 fields, but the header has 6: quote fields that contain commas, or complete the row"
    );
    assert_eq!(
        message("issue.csv", &format!("{header}{row}{row}")),
        "issue.csv has acme/web#1 twice, at line 2 and at line 3: keep one of them"
    );
    assert_eq!(
        message("pr.csv", "org,repo,number,created_at\na,b,1,2026-01-02T00:00:00Z\n\na,b,1,2026-01-02T00:00:00Z\n"),
        "pr.csv has a/b#1 twice, at line 2 and at line 4: keep one of them"
    );
    assert_eq!(
        message("issue_status_event.csv", "org;repo;number;type;at\n"),
        "issue_status_event.csv line 1 looks separated by semicolons: save it again with commas"
    );
    assert_eq!(
        message("issue_project_event.csv", ""),
        "issue_project_event.csv is empty, not even a header: remove it, or import again"
    );
    assert_eq!(
        message("issue_status_event.csv", "org,repo,number,at\n"),
        "issue_status_event.csv has no column `type`; its columns are org, repo, number, at"
    );
    assert_eq!(
        message("issue.csv", &format!("{header}{row}a,b,\"c\n")),
        "issue.csv: the quote opened at line 3, byte 5 is never closed: is the file cut off?"
    );
    assert_eq!(
        message("issue_status_event.csv", "org,repo,number,type,at\nacme,web,1,closed,0001-01-01T00:00:00Z\n"),
        "issue_status_event.csv line 2, column at: `0001-01-01T00:00:00Z` is not a time (RFC 3339 like 2026-01-02T03:04:05Z)"
    );
}

#[test]
fn faults_in_rows_of_unknown_issues_are_faults_too() {
    let folder = Folder::new().with("issue_status_event.csv", "org,repo,number,type,at\nacme,web,9,closed,soon\n");
    assert!(folder.strict_error().contains("line 2, column at: `soon`"));
}

#[test]
fn a_byte_order_mark_is_accepted_and_what_is_no_utf8_passes_for_the_original_alone() {
    let mut text = b"\xEF\xBB\xBForg,repo,number,title,created_at\nacme,web,1,caf\xe9,2026-01-02T00:00:00Z\n".to_vec();
    let folder = Folder::new().with("issue.csv", &text);
    let raw = folder.load(Reading::Original).expect("the original does not look").raw;
    assert_eq!(raw.issues.title.bytes(0), b"caf\xe9");
    assert_eq!(
        folder.strict_error(),
        "issue.csv line 2: column title: `caf\u{fffd}` is not UTF-8: save the file as UTF-8"
    );
    text.truncate(3);
    assert!(matches!(Folder::new().with("issue.csv", &text).load(Reading::Strict), Err(CsvError::Empty { .. })));
}

#[test]
fn the_original_reading_goes_on_and_tells_every_odd_value() {
    let issues = "org,repo,number,title,created_at,is_bug\n\
                  acme,web,1,Old,2026-01-02T00:00:00Z,false\n\
                  acme,web,1,New,2026-01-02T3:00:00Z,YES\n\
                  acme,web,2,Short\n\
                  acme,web,3,Three,,perhaps\n";
    let folder = Folder::new().with("issue.csv", issues);
    assert_eq!(
        folder.problems(),
        [
            "issue.csv line 3, column is_bug: `YES` is neither `true` nor `false`: read as true, as the original does",
            "issue.csv line 3, column created_at: `2026-01-02T3:00:00Z` is not a time (RFC 3339 like \
             2026-01-02T03:04:05Z): read as 2026-01-02T03:00:00Z, as the original does",
            "issue.csv line 4: the row has 4 fields, but the header has 6: skipped",
            "issue.csv line 5, column is_bug: `perhaps` is neither `true` nor `false`: read as false, as the original does",
            "issue.csv line 5, column created_at: `` is not a time (RFC 3339 like 2026-01-02T03:04:05Z): read as \
             0001-01-01T00:00:00Z, as the original does",
            "issue.csv line 2: acme/web#1 comes again at line 3: the last row counts, as for the original",
        ]
    );
    let raw = folder.load(Reading::Original).expect("readable").raw;
    assert_eq!(
        (raw.issues.id.len(), raw.issues.title.text(0), raw.issues.title.text(1)),
        (2, "New".into(), "Three".into())
    );
    assert_eq!(raw.issues.created_at.get(1).map(Instant::to_rfc3339).as_deref(), Some("0001-01-01T00:00:00Z"));
    assert_eq!(raw.status_events.issue, [0]);
}

#[test]
fn ragged_rows_outside_of_issues_are_errors_for_the_original_too() {
    let folder = Folder::new().with("issue_status_event.csv", "org,repo,number,type,at\nacme,web,1,closed\n");
    assert!(matches!(folder.load(Reading::Original), Err(CsvError::Ragged { line: 2, expected: 5, found: 4, .. })));
}

#[test]
fn nanoseconds_are_kept_for_the_original_alone() {
    let rows = "org,repo,number,type,at\nacme,web,1,closed,2026-01-03T00:00:00.000001234Z\n";
    let folder = Folder::new().with("issue_status_event.csv", rows);
    assert_eq!(folder.load(Reading::Original).expect("readable").raw.status_events.at.nanos(0), 234);
    assert_eq!(folder.strict().status_events.at.nanos(0), 0);
}

#[test]
fn of_one_file_a_thousand_problems_are_listed_and_the_others_counted() {
    let rows = "acme,web,1,closed,soon\n".repeat(100_000);
    let problems = Folder::new().with("issue_status_event.csv", format!("org,repo,number,type,at\n{rows}")).problems();
    assert_eq!(problems.len(), 1001);
    assert_eq!(problems[1000], "issue_status_event.csv: 99000 more odd values are not listed");
    assert!(problems[999].starts_with("issue_status_event.csv line 1001, column at"));
}

#[test]
fn pull_requests_keep_repeated_rows_for_the_original_and_reviews_point_to_the_last() {
    let folder = Folder::new()
        .with("pr.csv", "org,repo,number,created_at\na,b,1,2026-01-02T00:00:00Z\na,b,2,2026-01-02T00:00:00Z\na,b,1,2026-01-03T00:00:00Z\na,b,1,2026-01-04T00:00:00Z\n")
        .with("pr_review.csv", "org,repo,number,state,submitted_at,user\na,b,1, approved,2026-02-01T00:00:00Z,ada\na,b,9,APPROVED,,ada\na,b,2,PENDING,0001-01-01T00:00:00Z,ada\n");
    let raw = folder.load(Reading::Original).expect("readable").raw;
    assert_eq!(raw.as_original.last_pull_request, [3, 1, 3, 3]);
    assert_eq!(raw.reviews.pull_request, [3, 1]);
    assert_eq!(raw.reviews.state, [ReviewState::Approved, ReviewState::Pending].map(Some));
    assert_eq!(raw.reviews.submitted_at.get(1), None);
    assert!((0..4).all(|row| raw.pull_requests.changed_files.get(row).is_none()));
}

#[test]
fn an_empty_review_file_is_no_reviews_for_the_original_and_an_error_otherwise() {
    let folder = Folder::new()
        .with("pr.csv", "org,repo,number,created_at\na,b,1,2026-01-02T00:00:00Z\n")
        .with("pr_review.csv", "");
    assert_eq!(folder.problems(), ["pr_review.csv: is empty: read as no reviews, as the original does"]);
    assert!(folder.strict_error().starts_with("pr_review.csv is empty"));
}

#[test]
fn our_own_files_and_columns_are_used_where_they_are() {
    let folder = Folder::new()
        .with("issue.csv", "org,repo,number,title,created_at,labels,state_reason,vanished_at\nacme,web,1,One,2026-01-02T00:00:00Z,a;b,not_planned,2026-03-01T00:00:00Z\n")
        .with("project_item_sighting.csv", "item_id,org,repo,number,project_id,project_name,status,status_at,presence,presence_at,created_at,observed_at,source\n\
               I,acme,web,1,77,Board,Ready,2026-02-01T00:00:00Z,archived,,,2026-02-02T00:00:00Z,webhook\n")
        .with("project.csv", "project_id,project_name,number,columns\n77,Board,4,Backlog;Ready\n")
        .with("repository.csv", "org,repo,owner,private\nacme,web,acme,true\n")
        .with("import_run.csv", "run,scope,subject,outcome,full,covered_to\n1,issues,acme/web,ok,true,2026-04-01T00:00:00Z\n2,issues,acme/web,failed,true,2026-05-01T00:00:00Z\n")
        .with("pr.csv", "org,repo,number,created_at,changed_files,is_draft\na,b,1,2026-01-02T00:00:00Z,7,true\n")
        .with("pr_event.csv", "org,repo,number,type,at,by\na,b,1,ready_for_review,2026-01-03T00:00:00Z,ada\n");
    let raw = folder.strict();
    assert_eq!(raw.dictionary.text(raw.issues.labels[0]), "a;b");
    assert_eq!(raw.issues.state_reason[0], Some(StateReason::NotPlanned));
    assert!(raw.issues.vanished_at.get(0).is_some());
    assert_eq!((raw.sightings.presence[0], raw.sightings.source[0]), (Presence::Archived, SightingSource::Webhook));
    assert_eq!(
        (raw.projects[0].number, &raw.projects[0].columns[..]),
        (4, &["Backlog".to_owned(), "Ready".to_owned()][..])
    );
    assert!(raw.repositories[0].private);
    assert_eq!((raw.pull_requests.changed_files.get(0), raw.pull_requests.is_draft[0]), (Some(7), true));
    assert_eq!(raw.pull_request_events.pull_request, [0]);
    assert_eq!(raw.imports.len(), 2);
    assert_eq!(raw.as_of.map(Instant::to_rfc3339).as_deref(), Some("2026-04-01T00:00:00Z"));
}

#[test]
fn a_broken_file_that_the_original_never_reads_is_left_out_and_told() {
    let folder = Folder::new().with("project.csv", "name\nBoard\n");
    assert_eq!(
        folder.problems(),
        ["project.csv: is left out: project.csv has no column `project_id`; its columns are name"]
    );
    assert!(folder.strict_error().starts_with("project.csv has no column"));
}

#[test]
fn scopes_leave_the_other_files_alone() {
    let folder = Folder::new().with("pr.csv", "broken").without("issue.csv");
    let scopes = Scopes::NONE;
    assert!(load(folder.0.path(), scopes, Reading::Strict).is_ok());
}

#[test]
fn the_reference_folders_are_read_whole() {
    let Some(root) = std::env::var_os("CTO_REFERENCE_DATA") else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return;
    };
    let folder = PathBuf::from(root).join("cto-stats/tiny/data-in");
    let loaded = load(&folder, Scopes::ALL, Reading::Original).expect("readable");
    assert_eq!(loaded.raw.projects.len(), 7);
    assert!(loaded.raw.project_events.issue.len() > 200 && loaded.raw.reviews.user.len() > 300);
}

#[test]
fn kinds_that_do_not_exist_are_told() {
    let status = Folder::new()
        .with("issue_status_event.csv", "org,repo,number,type,at\nacme,web,1,Closed,2026-01-03T00:00:00Z\n");
    assert_eq!(
        status.strict_error(),
        "issue_status_event.csv line 2, column type: `Closed` is not `opened`, `closed` or `reopened`"
    );
    assert_eq!(
        status.problems(),
        [
            "issue_status_event.csv line 2, column type: `Closed` is not `opened`, `closed` or `reopened`: read as none of them, as the original does"
        ]
    );
    let moves = Folder::new().with("issue_project_event.csv", PROJECT.replacen("moved", "movd", 1));
    assert!(moves.strict_error().ends_with("column type: `movd` is not `added`, `moved` or `removed`"));
    let reviews = Folder::new()
        .with("pr.csv", "org,repo,number,created_at\na,b,1,2026-01-03T00:00:00Z\n")
        .with("pr_review.csv", "org,repo,number,state,submitted_at,user\na,b,1,APROVED,2026-01-03T00:00:00Z,ada\n");
    assert!(reviews.strict_error().ends_with(
        "column state: `APROVED` is not `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`"
    ));
}

#[test]
fn a_providers_new_word_for_a_review_is_kept_where_the_review_has_its_id() {
    let reviews = |id: &str| {
        Folder::new().with("pr.csv", "org,repo,number,created_at\na,b,1,2026-01-03T00:00:00Z\n").with(
            "pr_review.csv",
            format!("org,repo,number,state,submitted_at,user,id\na,b,1,ESCALATED,2026-01-03T00:00:00Z,ada,{id}\n"),
        )
    };
    let loaded = load(reviews("PRR_1").0.path(), Scopes::ALL, Reading::Strict).expect("as an import has published it");
    assert_eq!(loaded.raw.reviews.state, [None]);
    assert!(reviews("").strict_error().contains("column state: `ESCALATED` is not `APPROVED`"));
}
