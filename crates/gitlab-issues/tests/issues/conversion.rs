//! Fields and history of issues.

use gitlab_issues::{CONFIDENTIAL_TITLE, Reading, Statuses, records, wire};
use model::records::{Issue, IssueState, StateReason};
use serde_json::json;

use crate::small::{at, issue, labelled, plain, read, read_with, reading, turned};

#[test]
fn an_issue_is_known_by_its_number_on_the_server_and_lives_below_its_top_group() {
    let issue = plain(json!({"labels": ["team::a", "type::feature"], "assignees": [{"username": "bo"}]}));
    assert_eq!(issue.id, "gitlab.example/issue/40002");
    let place = &issue.place;
    assert_eq!((place.org.as_str(), place.repo.as_str(), place.number.as_str()), ("acme", "shop/api", "12"));
    assert_eq!((place.repository_id.as_str(), place.host.as_str()), ("gitlab.example/project/201", "gitlab.example"));
    assert_eq!((issue.title.as_str(), issue.creator.as_str()), ("Make exports", "ada"));
    assert_eq!(issue.url, "https://gitlab.example/acme/shop/api/-/issues/12");
    assert_eq!((issue.labels.join(";").as_str(), issue.assignees.join(";").as_str()), ("team::a;type::feature", "bo"));
    assert_eq!(issue.state, IssueState::Open);
    assert!(issue.untold.is_nothing());
}

#[test]
fn times_are_cut_to_whole_seconds() {
    let issue = plain(json!({}));
    assert_eq!(issue.created_at, at("2026-03-02T09:00:00Z"));
    assert_eq!(issue.status_events[0].at, at("2026-03-02T09:00:00Z"));
}

#[test]
fn an_issue_without_a_path_is_an_error_that_names_it() {
    for references in [json!(null), json!({}), json!({"full": "12"}), json!({"full": "api#12"})] {
        let wire: wire::Issue =
            serde_json::from_value(issue(json!({"references": references}))).expect("an issue all the same");
        let error = records(&wire, &[], &[], &Statuses::default(), &reading(&[])).expect_err("nowhere");
        assert_eq!(error.to_string(), "the issue 40002 of project 201 has no references.full such as acme/shop/api#12");
    }
}

#[test]
fn what_is_not_told_is_untold() {
    let untold = plain(json!({"labels": null, "assignees": null, "issue_type": null})).untold;
    assert!(untold.labels && untold.assignees && untold.issue_type);
    assert!(!untold.status_events && !untold.project_events);
}

#[test]
fn the_type_issue_is_none_and_others_are_issues_of_their_type() {
    let kinds = |kind: &str, labels: &[&str]| {
        let issue = plain(json!({"issue_type": kind, "labels": labels}));
        (issue.issue_type, issue.kind)
    };
    assert_eq!(kinds("issue", &["type::feature"]), (String::new(), "feature".to_owned()));
    assert_eq!(kinds("incident", &["bug"]), ("incident".to_owned(), "incident".to_owned()));
    assert_eq!(kinds("TASK", &[]), ("task".to_owned(), "task".to_owned()));
}

fn events(issue: &Issue) -> Vec<String> {
    let event = |event: &model::records::StatusEvent| format!("{} {} {}", event.kind, event.at.to_rfc3339(), event.by);
    issue.status_events.iter().map(event).collect()
}

#[test]
fn closing_and_opening_again_come_from_events_since_a_reopened_issue_has_no_time_of_closing() {
    let turns = [("2026-03-04T09:00:00.9Z", "reopened"), ("2026-03-03T09:00:00.1Z", "closed")];
    let read = read(&issue(json!({})), &json!([]), &turned(&turns));
    assert_eq!(
        events(&read.issue),
        ["opened 2026-03-02T09:00:00Z ada", "closed 2026-03-03T09:00:00Z cy", "reopened 2026-03-04T09:00:00Z cy"]
    );
    assert_eq!((read.issue.committer.as_str(), read.issue.closed_at), ("cy", None));
    assert_eq!(read.issue.state, IssueState::Open);
}

#[test]
fn a_time_of_closing_without_an_event_makes_none_up() {
    let issue = plain(json!({"state": "closed", "closed_at": "2026-03-05T09:00:00.5Z"}));
    assert_eq!(events(&issue), ["opened 2026-03-02T09:00:00Z ada"]);
    assert_eq!((issue.closed_at, issue.committer.as_str()), (Some(at("2026-03-05T09:00:00Z")), ""));
    assert_eq!(issue.state, IssueState::Closed);
    assert!(!issue.untold.status_events, "there is none");
}

#[test]
fn an_event_that_comes_twice_counts_once() {
    let turns = turned(&[("2026-03-03T09:00:00Z", "closed")]);
    let twice = json!([turns[0], turns[0]]);
    assert_eq!(read(&issue(json!({})), &json!([]), &twice).issue.status_events.len(), 2);
}

#[test]
fn changes_of_state_that_are_not_known_are_left_out() {
    let read = read(&issue(json!({})), &json!([]), &turned(&[("2026-03-03T09:00:00Z", "locked")]));
    assert_eq!(read.issue.status_events.len(), 1);
}

#[test]
fn a_moved_issue_is_closed_as_moved() {
    let moved = plain(json!({"state": "closed", "closed_at": "2026-03-05T09:00:00Z", "moved_to_id": 40009}));
    assert_eq!(moved.state_reason, StateReason::Moved);
    let back = plain(json!({"moved_to_id": 40009}));
    assert!(back.state_reason.is_empty(), "it is open");
}

#[test]
fn a_duplicate_is_closed_as_one() {
    let links = json!({"closed_as_duplicate_of": "https://gitlab.example/api/v4/projects/1/issues/75"});
    let closed = json!({"state": "closed", "closed_at": "2026-03-05T09:00:00Z", "_links": links});
    assert_eq!(plain(closed).state_reason, StateReason::Duplicate);
    let closed = json!({"state": "closed", "_links": {"self": "https://gitlab.example"}});
    assert!(plain(closed).state_reason.is_empty(), "GitLab knows no reasons");
}

#[test]
fn the_title_of_a_confidential_issue_is_hidden_unless_it_is_asked_for() {
    let secret = issue(json!({"confidential": true, "issue_type": "incident"}));
    let hidden = read(&secret, &json!([]), &json!([]));
    assert_eq!(hidden.issue.title, CONFIDENTIAL_TITLE);
    assert_eq!(hidden.incident.expect("an incident").title, CONFIDENTIAL_TITLE);
    let shown = read_with(&secret, &json!([]), &json!([]), &Reading { tells_confidential: true, ..reading(&[]) });
    assert_eq!(shown.issue.title, "Make exports");
}

#[test]
fn authors_may_be_gone_or_bots() {
    let gone = plain(json!({"author": null}));
    assert_eq!((gone.creator.as_str(), gone.creator_is_bot), ("", false));
    assert!(plain(json!({"author": {"username": "project_201_bot_9f"}})).creator_is_bot);
}

#[test]
fn the_state_is_told_in_any_case_and_by_the_time_of_closing_where_it_is_not() {
    assert_eq!(plain(json!({"state": "Opened"})).state, IssueState::Open);
    assert_eq!(plain(json!({"state": null, "closed_at": "2026-03-05T09:00:00Z"})).state, IssueState::Closed);
    let odd = read(&issue(json!({"state": "locked"})), &labelled(&[]), &json!([])).issue.state;
    assert_eq!((odd.known(), odd.name()), (None, "locked"));
}
