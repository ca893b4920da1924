use model::Instant;
use model::columns::{CodeColumn, IssueState, PullRequestEventKind, ReviewState, Scopes, SightingSource, StatusKind};
use model::records::{ImportRun, Record};

use crate::records::{
    Fixture, at, card, card_record, field, issue, issue_record, moved, place, pull_record, pull_request, repository,
    status,
};

fn ids(column: &model::columns::TextColumn) -> Vec<String> {
    (0..column.len()).map(|row| column.text(row).into_owned()).collect()
}

#[test]
fn rows_are_in_published_order_and_children_point_at_their_parents() {
    let fixture = Fixture::new();
    let mut ten = issue("I_10", "10");
    ten.project_events = vec![moved("", "Backlog", 30), moved("Backlog", "Ready", 30)];
    ten.status_events.push(status("closed", 40));
    ten.state = "closed".into();
    let mut web = issue("I_3", "3");
    web.place = place("web", "3");
    web.status_events = vec![status("opened", 1), status("reopened", 2)];
    let mut two = issue("I_2", "2");
    two.project_events = vec![moved("", "Done", 50)];
    fixture.see(60, &[issue_record(web), issue_record(ten), issue_record(two)]);
    let raw = fixture.store.load(Scopes::ALL).expect("read");
    assert_eq!(ids(&raw.issues.id), ["acme/api#2", "acme/api#10", "acme/web#3"]);
    assert_eq!(raw.issues.state, [IssueState::Open, IssueState::Closed, IssueState::Open].map(Some));
    assert_eq!(ids(&raw.issues.title), ["Issue 2", "Issue 10", "Issue 3"]);
    assert_eq!(raw.status_events.issue, [0, 1, 1, 2, 2]);
    let (opened, closed, reopened) = (StatusKind::Opened, StatusKind::Closed, StatusKind::Reopened);
    assert_eq!(raw.status_events.kind, [opened, opened, closed, opened, reopened].map(Some));
    assert_eq!(raw.project_events.issue, [0, 1, 1]);
    let to: Vec<_> = raw.project_events.to_column.iter().map(|&code| raw.dictionary.text(code)).collect();
    assert_eq!(to, ["Done", "Backlog", "Ready"]);
    let org_and_repo: Vec<_> = raw.issues.repo.iter().map(|&code| raw.dictionary.text(code)).collect();
    assert_eq!(org_and_repo, ["api", "api", "web"]);
    assert_eq!(raw.dictionary.text(raw.issues.org[0]), "acme");
    assert_eq!(raw.issues.closed_at.get(1), None);
    assert_eq!(raw.as_of, Some(at(60)));
}

#[test]
fn what_the_api_left_open_is_the_empty_code_and_null() {
    let fixture = Fixture::new();
    let mut bare = issue("I_1", "1");
    bare.creator.clear();
    fixture.see(1, &[issue_record(bare)]);
    let raw = fixture.store.load(Scopes::ALL).expect("read");
    assert_eq!((raw.issues.creator[0], raw.issues.labels[0], raw.issues.state_reason[0]), (0, 0, None));
    assert_eq!((raw.issues.vanished_at.get(0), raw.issues.closed_at.get(0)), (None, None));
    assert_eq!(raw.dictionary.bytes(0), b"");
}

#[test]
fn only_the_scopes_asked_for_are_read() {
    let fixture = Fixture::new();
    fixture.see(1, &[issue_record(issue("I_1", "1")), pull_record(pull_request("P_1", "2"))]);
    let issues = fixture.store.load(Scopes::ISSUES).expect("read");
    assert_eq!((issues.issues.id.len(), issues.pull_requests.id.len()), (1, 0));
    let pulls = fixture.store.load(Scopes::PULL_REQUESTS).expect("read");
    assert_eq!((pulls.issues.id.len(), pulls.status_events.issue.len(), pulls.pull_requests.id.len()), (0, 0, 1));
}

#[test]
fn pull_requests_come_with_reviews_and_events() {
    let fixture = Fixture::new();
    let mut unknown = pull_request("P_1", "1");
    unknown.changed_files = None;
    unknown.reviews.clear();
    fixture.see(1, &[pull_record(pull_request("P_2", "2")), pull_record(unknown)]);
    let raw = fixture.store.load(Scopes::ALL).expect("read");
    assert_eq!(ids(&raw.pull_requests.id), ["acme/api#1", "acme/api#2"]);
    assert_eq!(raw.as_original.last_pull_request(1), 1);
    assert_eq!([0, 1].map(|row| raw.pull_requests.changed_files.get(row)), [None, Some(2)]);
    assert_eq!(raw.pull_requests.creator_is_bot, [true, true]);
    assert_eq!(raw.dictionary.text(raw.pull_requests.labels[1]), "a;b");
    assert_eq!(raw.reviews.pull_request, [1]);
    assert_eq!(
        (raw.reviews.state[0], raw.reviews.dismissed_state[0]),
        (Some(ReviewState::Dismissed), Some(ReviewState::ChangesRequested))
    );
    assert_eq!(raw.pull_request_events.pull_request, [0, 1]);
    assert_eq!(raw.pull_request_events.kind[0], Some(PullRequestEventKind::ReadyForReview));
}

#[test]
fn sightings_and_fields_are_those_of_cards_that_show_known_issues() {
    let fixture = Fixture::new();
    let mut second = card("C_1", "I_2", "Ready");
    second.fields = Some(vec![field("Size", "3"), field("Column", "Ready")]);
    let mut first = card("C_2", "I_1", "Done");
    first.fields = Some(vec![field("Size", "5")]);
    let cards = [second.clone(), first, card("C_3", "I_unknown", "Done")];
    fixture.see(1, &cards.map(card_record));
    fixture.see(1, &[issue_record(issue("I_1", "1")), issue_record(issue("I_2", "2"))]);
    second.status = Some("Done".into());
    fixture.see(2, &[card_record(second)]);
    let raw = fixture.store.load(Scopes::ALL).expect("read");
    let texts =
        |codes: &CodeColumn| codes.iter().map(|&code| raw.dictionary.text(code).into_owned()).collect::<Vec<_>>();
    assert_eq!(raw.sightings.issue, [0, 1, 1]);
    assert_eq!(texts(&raw.sightings.status), ["Done", "Ready", "Done"]);
    assert_eq!(texts(&raw.sightings.project_name), ["Platform"; 3]);
    assert_eq!(raw.sightings.source, [SightingSource::Snapshot; 3]);
    assert_eq!(raw.sightings.observed_at.get(2), Some(at(2)));
    assert_eq!(raw.custom_fields.issue, [0, 1, 1]);
    assert_eq!(texts(&raw.custom_fields.value), ["5", "3", "Ready"]);
    assert_eq!(texts(&raw.custom_fields.project_id), ["77"; 3]);
    // Equal texts have equal codes, wherever they come from.
    assert_eq!(raw.custom_fields.value[2], raw.sightings.status[1]);
}

#[test]
fn the_data_reaches_to_the_newest_successful_import_of_what_is_asked_for() {
    let fixture = Fixture::new();
    fixture.see(100, &[issue_record(issue("I_1", "1"))]);
    let covered = |scopes| fixture.store.load(scopes).expect("read").as_of.map(Instant::seconds);
    assert_eq!(covered(Scopes::ALL), Some(100));
    let record = |run, scope: &str, outcome: &str, second| {
        let run = ImportRun {
            run,
            scope: scope.into(),
            outcome: outcome.into(),
            covered_to: Some(at(second)),
            ..ImportRun::default()
        };
        fixture.store.record_import(&run).expect("recorded");
    };
    record(1, "issues", "ok", 50);
    record(1, "pull_requests", "ok", 60);
    record(2, "issues", "failed", 70);
    record(2, "repositories", "ok", 80);
    assert_eq!(covered(Scopes::ISSUES), Some(50));
    assert_eq!(covered(Scopes::PULL_REQUESTS), Some(60));
    assert_eq!(covered(Scopes::ALL), Some(60));
    record(3, "project_items", "ok", 90);
    assert_eq!(covered(Scopes::ISSUES), Some(90));
}

#[test]
fn an_empty_store_has_no_end() {
    let raw = Fixture::new().store.load(Scopes::ALL).expect("read");
    assert_eq!(raw.as_of, None);
    assert_eq!(raw.issues.id.len(), 0);
}

#[test]
fn repositories_are_listed_by_name() {
    let fixture = Fixture::new();
    let listed = [repository("R_2", "web"), repository("R_1", "api")];
    fixture.see(1, &listed.clone().map(Record::Repository));
    let raw = fixture.store.load(Scopes::ALL).expect("read");
    assert_eq!(raw.repositories, [listed[1].clone(), listed[0].clone()]);
}
