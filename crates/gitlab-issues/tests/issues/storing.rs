//! Records of issues in a store.

use std::fs;

use gitlab_issues::{Board, Reading, wire};
use model::Instant;
use model::gitlab::LabelColumns;
use model::records::{Record, Repository, Scope};
use proptest::prelude::*;
use serde_json::{Value, json};
use store::{Page, Store};

use crate::small::{HOST, board, issue, labelled, read_with, reading, turned, workflow};

/// A store in a folder of its own, with the project and the boards.
struct Stored {
    folder: tempfile::TempDir,
    store: Store,
}

impl Stored {
    fn new(boards: &[Board]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&format!("sqlite:{}", folder.path().join("cto.db").display())).expect("opened");
        let stored = Self { folder, store };
        let repository = Repository {
            id: format!("{HOST}/project/201"),
            org: "acme".into(),
            name: "shop/api".into(),
            host: HOST.into(),
            ..Repository::default()
        };
        let projects = boards.iter().map(|board| Record::Project(board.project()));
        let listed: Vec<Record> = std::iter::once(Record::Repository(repository)).chain(projects).collect();
        stored.commit(Instant::from_seconds(0), &listed);
        stored
    }

    fn commit(&self, observed_at: Instant, records: &[Record]) {
        let page = Page {
            scope: Scope::Issues,
            subject: "gitlab.example/group/7",
            records,
            cursor: None,
            observed_at,
            run: 0,
            generation: None,
            complete: false,
        };
        self.store.commit(&page).expect("stored");
    }

    /// Rows of a table, cut to some of its columns.
    fn cells(&self, table: &str, columns: &[&str]) -> Vec<String> {
        let out = self.folder.path().join("out");
        fs::create_dir_all(&out).expect("a folder");
        self.store.publish_csv(&out, store::JobsOfCi::Published).expect("published");
        let mut reader = csv::Reader::from_path(out.join(format!("{table}.csv"))).expect("a table");
        let header = reader.headers().expect("a header").clone();
        let place = |name: &&str| header.iter().position(|cell| cell == *name).expect("a column");
        let places: Vec<usize> = columns.iter().map(place).collect();
        let row = |row: Result<csv::StringRecord, csv::Error>| {
            let row = row.expect("a row");
            places.iter().map(|&place| row[place].to_owned()).collect::<Vec<_>>().join(",")
        };
        reader.records().map(row).collect()
    }
}

const MOVE: [&str; 4] = ["at", "type", "from_column", "to_column"];

fn import(stored: &Stored, issue: &Value, labels: &Value, at: i64, boards: &[Board]) {
    let reading = Reading { at: Instant::from_seconds(at), ..reading(boards) };
    let records = read_with(issue, labels, &turned(&[]), &reading);
    stored.commit(reading.at, &records.into_records().collect::<Vec<_>>());
}

/// 10 March 2026.
const READ_AT: i64 = 1_773_100_800;

#[test]
fn an_incident_with_its_moves_and_card_is_stored_as_it_was_told() {
    let boards = [workflow()];
    let stored = Stored::new(&boards);
    let labels = labelled(&[("2026-03-03T09:00:00Z", "+workflow::dev")]);
    let told = issue(json!({"labels": ["workflow::dev"], "issue_type": "incident", "severity": "LOW"}));
    for _ in 0..2 {
        import(&stored, &told, &labels, READ_AT, &boards);
    }
    assert_eq!(
        stored.cells("issue", &["org", "repo", "number", "id", "type", "host"]),
        ["acme,shop/api,12,gitlab.example/issue/40002,incident,gitlab.example"]
    );
    assert_eq!(
        stored.cells("issue_project_event", &MOVE),
        ["2026-03-02T09:00:00Z,added,,", "2026-03-03T09:00:00Z,moved,,dev"]
    );
    assert_eq!(
        stored.cells("project_item", &["project_id", "content", "repo", "number", "status", "status_updated_at"]),
        ["gitlab.example/group/7/workflow,issue,shop/api,12,dev,2026-03-03T09:00:00Z"]
    );
    assert_eq!(stored.cells("incident", &["incident_id", "severity"]), ["gitlab.example/issue/40002,LOW"]);
    assert_eq!(stored.cells("incident_event", &["kind"]), ["opened"]);
    assert_eq!(
        stored.cells("project", &["project_id", "project_name", "id", "org"]),
        ["gitlab.example/group/7/workflow,Work,gitlab.example/group/acme/workflow,acme"]
    );
}

#[test]
fn a_name_that_an_earlier_import_knew_is_not_taken_from_a_move_when_its_label_is_deleted() {
    let boards = [workflow()];
    let stored = Stored::new(&boards);
    let told = issue(json!({"labels": ["workflow::qa"]}));
    let labels = |dev: &str| {
        let (on, off) = (format!("+{dev}"), format!("-{dev}"));
        labelled(&[
            ("2026-03-03T09:00:00Z", &on),
            ("2026-03-04T10:00:00Z", &off),
            ("2026-03-04T10:00:00Z", "+workflow::qa"),
        ])
    };
    import(&stored, &told, &labels("workflow::dev"), READ_AT, &boards);
    let known =
        ["2026-03-02T09:00:00Z,added,,", "2026-03-03T09:00:00Z,moved,,dev", "2026-03-04T10:00:00Z,moved,dev,qa"];
    assert_eq!(stored.cells("issue_project_event", &MOVE), known);
    import(&stored, &told, &labels("?"), READ_AT + 86_400, &boards);
    assert_eq!(stored.cells("issue_project_event", &MOVE), known);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_move_survives_the_store_and_the_last_one_is_where_the_card_is(
        told in prop::collection::vec((0_i64..40, any::<bool>(), 0_usize..5), 0..16),
        as_list in any::<bool>(),
    ) {
        let names = ["workflow::a", "workflow::b", "workflow::c", "other", "?"];
        let columns = if as_list {
            LabelColumns::Labels(names[..3].iter().map(|&name| name.to_owned()).collect())
        } else {
            LabelColumns::Scope("workflow".to_owned())
        };
        let boards = [board("acme", columns)];
        let texts: Vec<(String, String)> = told
            .iter()
            .map(|(at, add, name)| {
                let at = Instant::from_micros((READ_AT - 100) * 1_000_000 + at * 400_000);
                (at.to_rfc3339(), format!("{}{}", if *add { "+" } else { "-" }, names[*name]))
            })
            .collect();
        let labels: Vec<(&str, &str)> = texts.iter().map(|(at, text)| (at.as_str(), text.as_str())).collect();
        let reading = Reading { at: Instant::from_seconds(READ_AT), ..reading(&boards) };
        let read = read_with(&issue(json!({})), &labelled(&labels), &turned(&[]), &reading);
        let stored = Stored::new(&boards);
        let records: Vec<Record> = read.clone().into_records().collect();
        stored.commit(reading.at, &records);
        stored.commit(reading.at, &records);
        let mut moves: Vec<String> = read.issue.project_events.iter()
            .map(|event| {
                let at = event.at.to_rfc3339_seconds();
                format!("{at},{},{},{}", event.kind, event.from_column, event.to_column)
            })
            .collect();
        let mut found = stored.cells("issue_project_event", &MOVE);
        moves.sort_unstable();
        found.sort_unstable();
        prop_assert_eq!(found, moves);
        let card = &read.issue.items[0];
        if let (Some(status), Some(_)) = (&card.status, card.status_updated_at) {
            prop_assert_eq!(status, &read.issue.project_events.last().expect("moves").to_column);
        }
    }
}

/// An issue that was put into iterations, `DAY NUMBER TITLE`; `None` where that was not asked for.
fn import_planned(stored: &Stored, number: u64, planned: Option<&[(&str, u64, &str)]>, at: i64) {
    let reading = Reading { at: Instant::from_seconds(at), ..reading(&[]) };
    let told =
        issue(json!({"id": 40_000 + number, "iid": number, "references": {"full": format!("acme/shop/api#{number}")}}));
    let records = read_with(&told, &labelled(&[]), &turned(&[]), &reading);
    let event = |(id, (day, iteration, title)): (u64, &(&str, u64, &str))| {
        let iteration = json!({"id": iteration, "title": title, "start_date": "2026-03-02", "due_date": "2026-03-15"});
        json!({"id": id, "created_at": format!("2026-03-{day}T09:00:00Z"), "action": "add", "iteration": iteration})
    };
    let records = match planned {
        None => records,
        Some(events) => {
            let events: Value = (1..).zip(events).map(event).collect();
            let events: Vec<wire::IterationEvent> = serde_json::from_value(events).expect("events");
            records.planned(&events, &reading)
        }
    };
    stored.commit(reading.at, &records.into_records().collect::<Vec<_>>());
}

const PLANNED: [&str; 6] = ["number", "type", "at", "iteration_id", "iteration", "due_on"];

#[test]
fn iterations_are_replaced_by_what_is_told_and_stay_where_they_are_not_asked_for() {
    let stored = Stored::new(&[]);
    import_planned(&stored, 1, Some(&[("03", 50, "A"), ("05", 51, "B")]), READ_AT);
    let rows = [
        "1,added,2026-03-03T09:00:00Z,gitlab.example/iteration/50,A,2026-03-15",
        "1,added,2026-03-05T09:00:00Z,gitlab.example/iteration/51,B,2026-03-15",
    ];
    assert_eq!(stored.cells("issue_iteration_event", &PLANNED), rows);
    import_planned(&stored, 1, None, READ_AT + 1);
    assert_eq!(stored.cells("issue_iteration_event", &PLANNED), rows);
    import_planned(&stored, 1, Some(&[("03", 50, "A")]), READ_AT + 2);
    assert_eq!(stored.cells("issue_iteration_event", &PLANNED), rows[..1]);
    import_planned(&stored, 1, Some(&[]), READ_AT + 3);
    assert!(stored.cells("issue_iteration_event", &PLANNED).is_empty());
}

#[test]
fn an_iteration_that_was_renamed_is_so_in_all_issues() {
    let stored = Stored::new(&[]);
    import_planned(&stored, 1, Some(&[("03", 50, "A"), ("05", 51, "B")]), READ_AT);
    import_planned(&stored, 2, Some(&[("04", 50, "Alpha")]), READ_AT);
    assert_eq!(stored.cells("issue_iteration_event", &["number", "iteration"]), ["1,Alpha", "1,B", "2,Alpha"]);
}
