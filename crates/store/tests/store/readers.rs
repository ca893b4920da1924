//! A folder of CSV files is read as columns and loaded into a store: what the one accepts the other accepts, with the same
//! rows.

use std::fs;
use std::path::Path;

use model::columns::{Raw, Scopes};
use proptest::prelude::*;
use store::Store;
use store::csv_folder::{self, Reading};

use crate::records::{Fixture, url};

/// A file: its name and header, and for each column what a cell may hold; the last value of each is odd.
type Made = (&'static str, &'static str, &'static [&'static [&'static str]]);

const ORG: &[&str] = &["acme", "acme", "beta", "\"a,b\"", ""];
const REPO: &[&str] = &["api", "web", "api", "w\"eb"];
const NUMBER: &[&str] = &["1", "2", "3", "x", "007"];
const AT: &[&str] = &["2026-01-02T03:04:05Z", "2026-02-02T03:04:05.25Z", "2026-03-01T00:00:00+01:00", "2026-01-02"];
const MAYBE: &[&str] = &["", "2026-04-02T03:04:05Z", "", "0001-01-01T00:00:00Z", "soon"];
const TEXT: &[&str] = &["One", "\"Two, \"\"quoted\"\"\"", "", "caf\u{e9}", "a\"b"];
const FLAG: &[&str] = &["true", "false", "", "TRUE", "perhaps"];
const WHOLE: &[&str] = &["", "3", "-7", "many"];
const HOST: &[&str] = &["", "github.com", "ghe.acme.example"];

const FILES: [Made; 9] = [
    (
        "issue.csv",
        "org,repo,number,title,state,created_at,closed_at,is_bug,labels,updated_at,vanished_at,host",
        &[
            ORG,
            REPO,
            NUMBER,
            TEXT,
            &["open", "closed", "", " Closed ", "odd", "odd"],
            AT,
            MAYBE,
            FLAG,
            TEXT,
            MAYBE,
            MAYBE,
            HOST,
        ],
    ),
    (
        "issue_status_event.csv",
        "org,repo,number,type,at,by,state_reason",
        &[
            ORG,
            REPO,
            NUMBER,
            &["opened", "closed", "reopened", "Closed", "odd"],
            AT,
            TEXT,
            &["", "completed", "wontfix", "wontfix"],
        ],
    ),
    (
        "issue_project_event.csv",
        "org,repo,number,project_id,project_name,from_column,to_column,at,by,type",
        &[ORG, REPO, NUMBER, &["77", "78"], TEXT, TEXT, TEXT, AT, TEXT, &["added", "moved", "removed", "movd"]],
    ),
    (
        "issue_iteration_event.csv",
        "org,repo,number,type,at,iteration_id,iteration,starts_on,due_on,host",
        &[
            ORG,
            REPO,
            NUMBER,
            &["added", "removed", "added", "moved"],
            AT,
            &["gitlab.com/iteration/50", "gitlab.com/iteration/51"],
            TEXT,
            &["2026-01-05", "", "soon"],
            &["2026-01-18", "", "2126-01-18"],
            HOST,
        ],
    ),
    (
        "issue_project_custom_field.csv",
        "org,repo,number,project_id,project_name,field_name,field_value",
        &[ORG, REPO, NUMBER, &["77", "78"], &["Board", "Board"], TEXT, TEXT],
    ),
    (
        "pr.csv",
        "org,repo,number,title,created_at,closed_at,merged_at,creator,changed_files,is_draft,additions",
        &[ORG, REPO, NUMBER, TEXT, AT, MAYBE, MAYBE, TEXT, WHOLE, FLAG, WHOLE],
    ),
    (
        "pr_review.csv",
        "org,repo,number,state,submitted_at,user,dismissed_state",
        &[
            ORG,
            REPO,
            NUMBER,
            &["APPROVED", "PENDING", "DISMISSED", "fine", "fine"],
            MAYBE,
            TEXT,
            &["", "APPROVED", "odd", "odd"],
        ],
    ),
    ("pr_event.csv", "org,repo,number,type,at", &[ORG, REPO, NUMBER, &["ready_for_review", "odd"], AT]),
    (
        "repository.csv",
        "org,repo,owner,private,id,archived",
        &[&["acme", "beta"], &["api", "web"], TEXT, FLAG, &["", ""], FLAG],
    ),
];

/// Rows by file, each cell by a number, of which few choose what is odd.
fn folders() -> impl Strategy<Value = Vec<Vec<Vec<u8>>>> {
    let row = proptest::collection::vec(any::<u8>(), 12);
    proptest::collection::vec(proptest::collection::vec(row, 0..5), FILES.len())
}

fn write(folder: &Path, rows: &[Vec<Vec<u8>>]) {
    fs::create_dir_all(folder).expect("a folder");
    for ((name, header, columns), rows) in FILES.iter().zip(rows) {
        let mut text = format!("{header}\n");
        for row in rows {
            let cells = columns.iter().zip(row).map(|(values, choice)| {
                let usual = values.len() - 1;
                if *choice > 251 { values[usual] } else { values[usize::from(*choice) % usual.max(1)] }
            });
            text.push_str(&cells.collect::<Vec<_>>().join(","));
            text.push('\n');
        }
        fs::write(folder.join(name), text).expect("written");
    }
}

/// Everything that the engine reads, as lines in an order of their own.
fn told(raw: &Raw) -> Vec<String> {
    let text = |code: u32| raw.dictionary.text(code).into_owned();
    let (issues, pulls) = (&raw.issues, &raw.pull_requests);
    let mut lines = Vec::new();
    for row in 0..issues.id.len() {
        let codes =
            [&issues.org, &issues.repo, &issues.host, &issues.labels, &issues.kind].map(|column| text(column[row]));
        let instants = [&issues.created_at, &issues.closed_at, &issues.vanished_at].map(|column| column.get(row));
        let kinds = (issues.state[row], issues.state_reason[row], issues.is_bug[row]);
        lines.push(format!("{} {} {codes:?} {kinds:?} {instants:?}", issues.id.text(row), issues.title.text(row)));
    }
    let events = &raw.status_events;
    for row in 0..events.issue.len() {
        let of = issues.id.text(events.issue[row] as usize);
        lines.push(format!("{of} {:?} {:?} {:?}", events.kind[row], events.at.get(row), events.state_reason[row]));
    }
    let events = &raw.project_events;
    for row in 0..events.issue.len() {
        let codes = [&events.project_id, &events.project_name, &events.from_column, &events.to_column];
        let of = issues.id.text(events.issue[row] as usize);
        let codes = codes.map(|column| text(column[row]));
        lines.push(format!("{of} {codes:?} {:?} {:?}", events.kind[row], events.at.get(row)));
    }
    let fields = &raw.custom_fields;
    for row in 0..fields.issue.len() {
        let codes = [&fields.project_id, &fields.name, &fields.value].map(|column| text(column[row]));
        lines.push(format!("{} {codes:?}", issues.id.text(fields.issue[row] as usize)));
    }
    for row in 0..pulls.id.len() {
        let instants = [&pulls.created_at, &pulls.closed_at, &pulls.merged_at].map(|column| column.get(row));
        let said = (pulls.changed_files.get(row), pulls.is_draft[row], text(pulls.creator[row]));
        lines.push(format!("{} {} {said:?} {instants:?}", pulls.id.text(row), pulls.title.text(row)));
    }
    let reviews = &raw.reviews;
    for row in 0..reviews.pull_request.len() {
        let of = pulls.id.text(reviews.pull_request[row] as usize);
        let said = (reviews.state[row], reviews.dismissed_state[row], reviews.submitted_at.get(row));
        lines.push(format!("{of} {said:?} {}", text(reviews.user[row])));
    }
    let events = &raw.pull_request_events;
    for row in 0..events.pull_request.len() {
        let of = pulls.id.text(events.pull_request[row] as usize);
        lines.push(format!("{of} {:?} {:?}", events.kind[row], events.at.get(row)));
    }
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_one_reader_accepts_the_other_accepts_with_the_same_rows(rows in folders()) {
        let fixture = Fixture::new();
        let folder = fixture.path("raw");
        write(&folder, &rows);
        let as_columns = csv_folder::load(&folder, Scopes::ALL, Reading::Strict);
        let store = Store::open(&url(&fixture.path("loaded.db"))).expect("opened");
        let import = store.import_csv(&folder);
        match (as_columns, import) {
            (Ok(columns), Ok(import)) => {
                let stored = store.load(Scopes::ALL).expect("read");
                prop_assert_eq!(told(&columns.raw), told(&stored));
                prop_assert_eq!(columns.raw.as_of, import.newest);
            }
            (Err(_), Err(_)) => {}
            (Ok(_), Err(error)) => prop_assert!(false, "only loading refuses: {error}"),
            (Err(error), Ok(_)) => prop_assert!(false, "only reading refuses: {error}"),
        }
    }
}
