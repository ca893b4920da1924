//! A recorded group, and the rows that an import of it brings.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use gitlab_issues::{Board, Reading, Records, Statuses, records, wire};
use model::Instant;
use model::gitlab::{LabelBoard, LabelColumns};
use serde_json::Value;

use crate::small::{HOST, at};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("CTO_REFERENCE_DATA").map(|data| PathBuf::from(data).join("gitlab/gitlab-small"));
    if folder.is_none() {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
    }
    folder
}

/// The bodies of answers by path, without query.
fn bodies(folder: &Path) -> BTreeMap<String, Vec<Value>> {
    let text = fs::read_to_string(folder.join("exchanges.jsonl")).expect("the exchanges");
    let mut bodies: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in text.lines() {
        let exchange: Value = serde_json::from_str(line).expect("an exchange");
        let Value::Array(entries) = &exchange["body"] else { continue };
        let path = exchange["path"].as_str().unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default().to_owned();
        bodies.entry(path).or_default().extend(entries.iter().cloned());
    }
    bodies
}

/// All issues of the group, as they are read.
fn imported(folder: &Path) -> Vec<Records> {
    let bodies = bodies(folder);
    let columns = LabelColumns::Scope("workflow".into());
    let board = LabelBoard { group: "acme".into(), name: "Work".into(), columns };
    let boards = [Board::new(board, HOST, 7)];
    let incident_labels = [vec!["type::incident".to_owned()]];
    let reading = Reading {
        host: HOST,
        boards: &boards,
        incident_labels: &incident_labels,
        tells_confidential: false,
        at: at("2026-01-26T00:00:00Z"),
    };
    let issues = bodies["/api/v4/groups/acme/issues"].iter().map(|issue| {
        let issue: wire::Issue = serde_json::from_value(issue.clone()).expect("an issue");
        let of_issue = format!("/api/v4/projects/{}/issues/{}", issue.project_id, issue.iid);
        let events = |kind: &str| Value::Array(bodies[&format!("{of_issue}/resource_{kind}_events")].clone());
        let labels: Vec<wire::LabelEvent> = serde_json::from_value(events("label")).expect("events");
        let states: Vec<wire::StateEvent> = serde_json::from_value(events("state")).expect("events");
        records(&issue, &labels, &states, &Statuses::default(), &reading).expect("it says where it is")
    });
    issues.collect()
}

/// The expected rows, each as its cells by column.
fn expected(folder: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join("expected").join(format!("{table}.csv"))).expect("a table");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn seconds(at: Option<Instant>) -> String {
    at.map(Instant::to_rfc3339_seconds).unwrap_or_default()
}

fn sorted(mut rows: Vec<BTreeMap<String, String>>) -> Vec<BTreeMap<String, String>> {
    rows.sort();
    rows
}

fn row<const N: usize>(cells: [(&str, String); N]) -> BTreeMap<String, String> {
    cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect()
}

#[test]
fn the_issues_are_those_of_the_recorded_group() {
    let Some(folder) = folder() else { return };
    let found = imported(&folder).into_iter().map(|it| it.issue).map(|issue| {
        row([
            ("org", issue.place.org),
            ("repo", issue.place.repo),
            ("number", issue.place.number),
            ("id", issue.id),
            ("title", issue.title),
            ("state", issue.state.name().to_owned()),
            ("created_at", seconds(Some(issue.created_at))),
            ("closed_at", seconds(issue.closed_at)),
            ("labels", issue.labels.join(";")),
            ("creator", issue.creator),
        ])
    });
    assert_eq!(sorted(found.collect()), sorted(expected(&folder, "raw/issue")));
}

#[test]
fn their_states_are_those_of_the_recorded_group() {
    let Some(folder) = folder() else { return };
    let mut found = Vec::new();
    for issue in imported(&folder).into_iter().map(|it| it.issue) {
        let place = issue.place;
        found.extend(issue.status_events.into_iter().map(|event| {
            row([
                ("org", place.org.clone()),
                ("repo", place.repo.clone()),
                ("number", place.number.clone()),
                ("type", event.kind.name().to_owned()),
                ("at", seconds(Some(event.at))),
                ("by", event.by),
            ])
        }));
    }
    assert_eq!(sorted(found), sorted(expected(&folder, "raw/issue_status_event")));
}

/// The expected rows hold when a card was moved in the simulated life; labels that are taken off follow or precede that
/// by some milliseconds, which may be another second.
#[test]
fn their_moves_are_those_of_the_recorded_group() {
    let Some(folder) = folder() else { return };
    let mut found = Vec::new();
    for issue in imported(&folder).into_iter().map(|it| it.issue) {
        assert!(issue.items.len() == 1 && !issue.untold.project_events, "{}", issue.id);
        let place = issue.place;
        found.extend(issue.project_events.into_iter().map(|event| {
            row([
                ("org", place.org.clone()),
                ("repo", place.repo.clone()),
                ("number", place.number.clone()),
                ("project_id", event.project_id),
                ("from_column", event.from_column),
                ("to_column", event.to_column),
                ("at", seconds(Some(event.at))),
                ("type", event.kind.name().to_owned()),
            ])
        }));
    }
    let key = |row: &BTreeMap<String, String>| (row["repo"].clone(), row["number"].clone(), row["at"].clone());
    let mut wanted = expected(&folder, "raw/issue_project_event");
    found.sort_by_key(key);
    wanted.sort_by_key(key);
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter_mut().zip(&wanted) {
        let apart = at(&found["at"]).seconds() - at(&wanted["at"]).seconds();
        if found["to_column"].is_empty() && apart.abs() <= 1 {
            found.insert("at".to_owned(), wanted["at"].clone());
        }
        assert_eq!(found, wanted);
    }
}

#[test]
fn the_incidents_are_those_of_the_recorded_group() {
    let Some(folder) = folder() else { return };
    let found =
        imported(&folder).into_iter().filter_map(|it| Some((it.incident?, it.issue))).map(|(incident, issue)| {
            row([
                ("incident_id", incident.id),
                ("org", incident.org),
                ("repo", incident.repo),
                ("number", issue.place.number),
                ("title", incident.title),
                ("severity", incident.severity),
                ("started_at", seconds(Some(incident.started_at))),
                ("restored_at", seconds(incident.restored_at)),
            ])
        });
    assert_eq!(sorted(found.collect()), sorted(expected(&folder, "raw/incident")));
}

/// Days in each step from its moves to the next, or to the end of the issue or of the recording.
#[test]
fn the_days_in_each_column_are_those_that_the_simulation_counted() {
    let Some(folder) = folder() else { return };
    let end_of_recording = at("2026-01-26T00:00:00Z");
    let wanted: BTreeMap<String, BTreeMap<String, String>> =
        expected(&folder, "calculated/calculated_issue").into_iter().map(|row| (row["id"].clone(), row)).collect();
    let issues = imported(&folder);
    assert_eq!(issues.len(), wanted.len());
    for issue in issues.into_iter().map(|it| it.issue) {
        let id = format!("{}/{}#{}", issue.place.org, issue.place.repo, issue.place.number);
        let end = issue.closed_at.unwrap_or(end_of_recording);
        let ends = issue.project_events.iter().skip(1).map(|event| event.at).chain([end]);
        let mut days: BTreeMap<&str, f64> = BTreeMap::new();
        for (event, until) in issue.project_events.iter().zip(ends) {
            *days.entry(event.to_column.as_str()).or_default() +=
                (until.seconds() - event.at.seconds()) as f64 / 86_400.0;
        }
        for (column, step) in [
            ("", "backlog_days"),
            ("ready", "ready_days"),
            ("dev", "dev_days"),
            ("review", "review_days"),
            ("qa", "qa_days"),
            ("waiting", "waiting_to_prod_days"),
        ] {
            let counted: f64 = wanted[&id][step].parse().expect("days");
            let found = days.get(column).copied().unwrap_or_default();
            assert!((found - counted).abs() < 3.0 / 86_400.0, "{id} {step}: {found}, not {counted}");
        }
    }
}
