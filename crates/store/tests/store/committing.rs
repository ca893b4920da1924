use model::records::{ImportRun, Project, Record, Scope};
use store::Page;

use crate::records::{
    Fixture, at, card, card_record, field, issue, issue_record, moved, page, place, pull_record, pull_request,
    repository, status,
};

#[test]
fn a_renamed_repository_shows_its_new_name_on_every_row() {
    let fixture = Fixture::new();
    fixture.see(1, &[Record::Repository(repository("R_1", "api"))]);
    fixture.see(1, &[issue_record(issue("I_1", "1")), pull_record(pull_request("P_1", "2"))]);
    fixture.see(2, &[Record::Repository(repository("R_1", "backend"))]);
    for table in ["issue", "issue_status_event", "pr", "pr_review", "pr_event"] {
        assert_eq!(fixture.cells(table, &["org", "repo"]), ["acme,backend"], "{table}");
    }
    // A page of issues that was read before the repositories were listed again does not take the name back.
    fixture.see(3, &[issue_record(issue("I_1", "1"))]);
    assert_eq!(fixture.cells("issue", &["repo"]), ["backend"]);
}

#[test]
fn a_transferred_issue_stays_one_row() {
    let fixture = Fixture::new();
    fixture.see(1, &[issue_record(issue("I_1", "1"))]);
    let mut transferred = issue("I_1", "9");
    transferred.place = place("web", "9");
    fixture.see(2, &[issue_record(transferred)]);
    assert_eq!(fixture.cells("issue", &["repo", "number", "id"]), ["web,9,I_1"]);
    assert_eq!(fixture.cells("issue_status_event", &["repo", "number"]), ["web,9"]);
}

#[test]
fn events_replace_the_stored_ones_and_keep_the_order_of_equal_times() {
    let fixture = Fixture::new();
    let mut first = issue("I_1", "1");
    first.project_events = vec![moved("", "Backlog", 30), moved("Backlog", "Ready", 30), moved("Ready", "Backlog", 30)];
    fixture.see(1, &[issue_record(first.clone()), issue_record(issue("I_2", "2"))]);
    first.status_events.push(status("closed", 50));
    first.project_events.remove(1);
    fixture.see(2, &[issue_record(first)]);
    assert_eq!(
        fixture.cells("issue_project_event", &["number", "from_column", "to_column"]),
        ["1,,Backlog", "1,Ready,Backlog"]
    );
    assert_eq!(fixture.cells("issue_status_event", &["number", "type"]), ["1,opened", "1,closed", "2,opened"]);
}

#[test]
fn an_older_observation_overrides_nothing() {
    let fixture = Fixture::new();
    let mut newer = issue("I_1", "1");
    newer.title = "newer".into();
    newer.items = vec![card("C_1", "I_1", "Done")];
    fixture.see(5, &[issue_record(newer), pull_record(pull_request("P_1", "2"))]);
    let before = fixture.csv("issue") + &fixture.csv("project_item") + &fixture.csv("pr");
    let mut older = issue("I_1", "1");
    older.items = vec![card("C_1", "I_1", "Backlog")];
    let mut pull = pull_request("P_1", "2");
    pull.title = "older".into();
    fixture.see(4, &[issue_record(older), pull_record(pull)]);
    assert_eq!(fixture.csv("issue") + &fixture.csv("project_item") + &fixture.csv("pr"), before);
    assert_eq!(fixture.cells("project_item_sighting", &["status"]), ["Done"]);
}

#[test]
fn a_cursor_is_stored_with_its_page_and_stays_when_a_page_has_none() {
    let fixture = Fixture::new();
    let commit = |cursor| fixture.store.commit(&Page { cursor, ..page(1, &[]) }).expect("stored");
    commit(Some("first"));
    commit(None);
    assert_eq!(fixture.store.cursor(Scope::Issues, "R_1").expect("asked").as_deref(), Some("first"));
    assert_eq!(fixture.store.cursor(Scope::PullRequests, "R_1").expect("asked"), None);
    commit(Some("second"));
    assert_eq!(fixture.store.cursor(Scope::Issues, "R_1").expect("asked").as_deref(), Some("second"));
    fixture.store.forget_cursors(Scope::PullRequests).expect("forgotten");
    assert_eq!(fixture.store.cursor(Scope::Issues, "R_1").expect("asked").as_deref(), Some("second"));
    fixture.store.forget_cursors(Scope::Issues).expect("forgotten");
    assert_eq!(fixture.store.cursor(Scope::Issues, "R_1").expect("asked"), None);
}

#[test]
fn what_a_full_crawl_missed_has_vanished_until_it_is_seen_again() {
    let fixture = Fixture::new();
    let mut elsewhere = issue("I_3", "3");
    elsewhere.place = place("web", "3");
    let (one, two) = (issue_record(issue("I_1", "1")), issue_record(issue("I_2", "2")));
    fixture.see(1, &[one.clone(), two.clone(), issue_record(elsewhere), pull_record(pull_request("P_1", "4"))]);
    let crawl = |second, records: &[Record], generation, complete| {
        let page = Page { generation: Some(generation), complete, ..page(second, records) };
        fixture.store.commit(&page).expect("stored");
    };
    crawl(2, std::slice::from_ref(&one), 1, false);
    assert_eq!(fixture.cells("issue", &["number", "vanished_at"]), ["1,", "2,", "3,"]);
    crawl(3, &[], 1, true);
    let missed = ["1,", "2,1970-01-01T00:00:03Z", "3,"];
    assert_eq!(fixture.cells("issue", &["number", "vanished_at"]), missed);
    assert_eq!(fixture.cells("pr", &["vanished_at"]), [""]);
    // The next crawl misses it again: it vanished when it was first missed.
    crawl(8, std::slice::from_ref(&one), 2, true);
    assert_eq!(fixture.cells("issue", &["number", "vanished_at"]), missed);
    // An old page that comes again is no new sight of it; a new page is.
    fixture.see(1, std::slice::from_ref(&two));
    assert_eq!(fixture.cells("issue", &["number", "vanished_at"]), missed);
    fixture.see(9, &[two]);
    assert_eq!(fixture.cells("issue", &["number", "vanished_at"]), ["1,", "2,", "3,"]);
}

#[test]
fn vanished_pull_requests_are_those_of_the_scope() {
    let fixture = Fixture::new();
    fixture.see(1, &[issue_record(issue("I_1", "1")), pull_record(pull_request("P_1", "2"))]);
    let page = Page { scope: Scope::PullRequests, generation: Some(1), complete: true, ..page(2, &[]) };
    fixture.store.commit(&page).expect("stored");
    assert_eq!(fixture.cells("pr", &["vanished_at"]), ["1970-01-01T00:00:02Z"]);
    assert_eq!(fixture.cells("issue", &["vanished_at"]), [""]);
}

#[test]
fn the_next_run_is_later_than_every_run_and_every_generation() {
    let fixture = Fixture::new();
    assert_eq!(fixture.store.next_run().expect("asked"), 1);
    let run = ImportRun { run: 3, scope: "issues".into(), outcome: "ok".into(), ..ImportRun::default() };
    fixture.store.record_import(&run).expect("recorded");
    assert_eq!(fixture.store.next_run().expect("asked"), 4);
    fixture.store.commit(&Page { generation: Some(7), ..page(1, &[]) }).expect("stored");
    assert_eq!(fixture.store.next_run().expect("asked"), 8);
}

#[test]
fn runs_are_listed_in_order_and_recorded_once() {
    let fixture = Fixture::new();
    let run = |run, scope: &str, message: &str| ImportRun {
        run,
        scope: scope.into(),
        subject: "R_1".into(),
        outcome: "failed".into(),
        full: true,
        covered_from: Some(at(1)),
        covered_to: Some(at(2)),
        records: 3,
        calls: 4,
        points: 5,
        message: message.into(),
        label: "acme/api".into(),
    };
    for recorded in [run(2, "issues", ""), run(1, "pull_requests", "x"), run(1, "issues", ""), run(2, "issues", "y")] {
        fixture.store.record_import(&recorded).expect("recorded");
    }
    let expected = [run(1, "issues", ""), run(1, "pull_requests", "x"), run(2, "issues", "y")];
    assert_eq!(fixture.store.import_runs().expect("listed"), expected);
}

#[test]
fn a_board_keeps_its_columns_whatever_they_are_called() {
    let fixture = Fixture::new();
    let board = Project {
        id: "PVT_1".into(),
        number_id: "77".into(),
        number: 3,
        org: "acme".into(),
        name: "Platform".into(),
        url: "https://github.com/orgs/acme/projects/3".into(),
        closed: false,
        columns: vec!["Back;log".into(), "Done, really".into()],
        host: "github.com".into(),
    };
    fixture.see(1, &[Record::Project(board.clone())]);
    let raw = fixture.store.load(model::columns::Scopes::ALL).expect("read");
    assert_eq!(raw.projects, [board]);
    assert_eq!(fixture.cells("project", &["project_id", "number", "columns"]), ["77,3,Back;log;Done, really"]);
}

#[test]
fn an_issue_that_is_not_yet_known_gets_its_card_later() {
    let fixture = Fixture::new();
    let mut seen = card("C_1", "I_1", "Ready");
    seen.fields = Some(vec![field("Size", "3")]);
    fixture.see(1, &[card_record(seen)]);
    assert_eq!(fixture.cells("project_item", &["item_id", "number"]), ["C_1,"]);
    assert!(fixture.cells("issue_project_custom_field", &["number"]).is_empty());
    fixture.see(2, &[issue_record(issue("I_1", "1"))]);
    assert_eq!(fixture.cells("project_item", &["item_id", "number"]), ["C_1,1"]);
    assert_eq!(fixture.cells("issue_project_custom_field", &["number", "field_value"]), ["1,3"]);
}

#[test]
fn every_commit_changes_the_number_of_changes_and_reading_does_not() {
    let fixture = Fixture::new();
    let before = fixture.store.changes().expect("asked");
    fixture.see(1, &[Record::Repository(repository("R_1", "api"))]);
    let after = fixture.store.changes().expect("asked");
    assert!(after > before, "{before} {after}");
    fixture.store.load(model::columns::Scopes::ALL).expect("read");
    assert_eq!(fixture.store.changes().expect("asked"), after);
}
