//! Issues that are incidents.

use gitlab_issues::{Reading, Records};
use model::records::{Incident, Record};
use serde_json::{Value, json};

use crate::small::{at, issue, read_with, reading, turned};

fn incident_of(fields: Value, turns: &[(&str, &str)], labels: &[Vec<String>]) -> Option<Incident> {
    let reading = Reading { incident_labels: labels, ..reading(&[]) };
    read_with(&issue(fields), &json!([]), &turned(turns), &reading).incident
}

fn turns(incident: &Incident) -> Vec<String> {
    incident.events.iter().map(|event| format!("{} {}", event.kind, event.at.to_rfc3339())).collect()
}

#[test]
fn an_issue_of_the_type_incident_is_one_with_the_severity_as_given() {
    let closed = json!({
        "issue_type": "incident", "severity": "MEDIUM", "state": "closed", "closed_at": "2026-03-02T12:00:00.9Z",
        "labels": ["prod"],
    });
    let incident = incident_of(closed, &[("2026-03-02T12:00:00.9Z", "closed")], &[]).expect("an incident");
    assert_eq!((incident.id.as_str(), incident.source.as_str()), ("gitlab.example/issue/40002", "gitlab"));
    assert_eq!((incident.org.as_str(), incident.repo.as_str()), ("acme", "shop/api"));
    assert_eq!((incident.title.as_str(), incident.severity.as_str()), ("Make exports", "MEDIUM"));
    assert_eq!(
        (incident.started_at, incident.restored_at),
        (at("2026-03-02T09:00:00Z"), Some(at("2026-03-02T12:00:00Z")))
    );
    assert_eq!((incident.labels.join(";").as_str(), incident.host.as_str()), ("prod", "gitlab.example"));
    assert_eq!(turns(&incident), ["opened 2026-03-02T09:00:00Z", "restored 2026-03-02T12:00:00Z"]);
}

#[test]
fn opening_it_again_brings_an_incident_back() {
    let told = [("2026-03-02T12:00:00Z", "closed"), ("2026-03-02T13:00:00Z", "reopened")];
    let incident = incident_of(json!({"issue_type": "incident"}), &told, &[]).expect("an incident");
    assert_eq!(incident.restored_at, None);
    assert_eq!(
        turns(&incident),
        ["opened 2026-03-02T09:00:00Z", "restored 2026-03-02T12:00:00Z", "reopened 2026-03-02T13:00:00Z"]
    );
}

#[test]
fn a_time_of_closing_restores_where_no_event_does() {
    let closed = json!({"issue_type": "incident", "state": "closed", "closed_at": "2026-03-02T12:00:00Z"});
    let incident = incident_of(closed, &[], &[]).expect("an incident");
    assert_eq!(incident.restored_at, Some(at("2026-03-02T12:00:00Z")));
    assert_eq!(turns(&incident), ["opened 2026-03-02T09:00:00Z", "restored 2026-03-02T12:00:00Z"]);
}

#[test]
fn an_issue_with_all_labels_of_an_entry_is_an_incident() {
    let wanted = [vec!["outage".to_owned()], vec!["type::incident".to_owned(), "env::prod".to_owned()], vec![]];
    let is_incident = |labels: &[&str]| incident_of(json!({"labels": labels}), &[], &wanted).is_some();
    assert!(is_incident(&["outage"]) && is_incident(&["env::prod", "type::incident", "x"]));
    assert!(!is_incident(&[]) && !is_incident(&["type::incident"]));
}

#[test]
fn an_incident_that_was_moved_to_another_project_is_one_there() {
    let moved = json!({
        "issue_type": "incident", "state": "closed", "closed_at": "2026-03-02T12:00:00Z", "moved_to_id": 40_077,
        "labels": ["outage"],
    });
    assert_eq!(incident_of(moved, &[], &[vec!["outage".to_owned()]]), None);
}

#[test]
fn the_incident_is_stored_after_its_issue() {
    let records = |fields| -> Records { read_with(&issue(fields), &json!([]), &json!([]), &reading(&[])) };
    let kinds: Vec<bool> = records(json!({"issue_type": "incident"}))
        .into_records()
        .map(|record| matches!(record, Record::Incident(_)))
        .collect();
    assert_eq!(kinds, [false, true]);
    assert_eq!(records(json!({})).into_records().count(), 1);
}
