//! Which of two observations of one thing counts.

use std::sync::atomic::{AtomicBool, Ordering};

use model::columns::Scopes;
use model::deliveries::Delivered;
use model::records::{CloudMonth, Issue, ItemContent, Presence, Project, ProjectItem, PullRequest, Record};
use store::csv_folder::{self, Reading};
use store::{Delivery, Deposit, Page};

use crate::ledger::{bill, bills_page, line};
use crate::records::{
    Fixture, at, card, card_record, issue, issue_record, moved, page, pull_record, pull_request, repository,
};

fn titled(title: &str, changed: i64) -> Record {
    issue_record(Issue { title: title.into(), updated_at: Some(at(changed)), ..issue("I_1", "1") })
}

fn pull_titled(title: &str, changed: i64) -> Record {
    pull_record(PullRequest { title: title.into(), updated_at: Some(at(changed)), ..pull_request("P_1", "2") })
}

fn deliver(fixture: &Fixture, received: i64, told: &Delivered) -> Deposit {
    let own = format!("{received} {told:?}");
    let delivery = Delivery { id: &own, body_hash: &own, event: "an_event", received_at: at(received), told };
    fixture.store.deliver(&delivery).expect("stored")
}

fn told(title: &str, changed: i64) -> Delivered {
    let Record::Issue(issue) = titled(title, changed) else { panic!("an issue") };
    Delivered::Issue(issue)
}

fn told_pull(title: &str, changed: i64) -> Delivered {
    let Record::PullRequest(pull_request) = pull_titled(title, changed) else { panic!("a pull request") };
    Delivered::PullRequest(pull_request)
}

impl Fixture {
    fn titles(&self) -> String {
        [self.cells("issue", &["title"]), self.cells("pr", &["title"])].concat().join(" ")
    }
}

#[test]
fn a_later_import_counts_whatever_its_clock_says() {
    let fixture = Fixture::new();
    fixture.read_in(1, 9_000, &[titled("ahead", 8_000), pull_titled("ahead", 8_000)]);
    fixture.read_in(2, 100, &[titled("right", 50), pull_titled("right", 50)]);
    assert_eq!(fixture.titles(), "right right");
    fixture.read_in(1, 9_999, &[titled("ahead", 9_000), pull_titled("ahead", 9_000)]);
    assert_eq!(fixture.titles(), "right right");
}

#[test]
fn within_an_import_the_later_change_counts_whatever_the_clock_says() {
    let fixture = Fixture::new();
    fixture.read_in(1, 200, &[titled("new", 90), pull_titled("new", 90)]);
    fixture.read_in(1, 300, &[titled("old", 80), pull_titled("old", 80)]);
    assert_eq!(fixture.titles(), "new new");
    fixture.read_in(1, 100, &[titled("newest", 95), pull_titled("newest", 95)]);
    assert_eq!(fixture.titles(), "newest newest");
}

#[test]
fn of_two_pages_of_one_instant_the_later_one_counts() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[titled("first", 50)]);
    fixture.read_in(1, 100, &[titled("second", 50)]);
    assert_eq!(fixture.titles(), "second");
}

#[test]
fn of_two_pages_of_pull_requests_of_one_instant_the_later_one_counts() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[pull_titled("first", 50)]);
    fixture.read_in(1, 100, &[pull_titled("second", 50)]);
    assert_eq!(fixture.titles(), "second");
}

#[test]
fn repositories_boards_and_cards_follow_the_same_order() {
    let fixture = Fixture::new();
    let board =
        |name: &str| Record::Project(Project { name: name.into(), number_id: "77".into(), ..Project::default() });
    let of = |name: &str| {
        let card = ProjectItem { updated_at: Some(at(50)), ..card("C_1", "I_1", name) };
        [Record::Repository(repository("R_1", name)), board(name), card_record(card)]
    };
    let shown = || {
        let cells = [("repository", "repo"), ("project", "project_name"), ("project_item", "status")];
        cells.map(|(table, column)| fixture.cells(table, &[column]).join(" ")).join(" ")
    };
    fixture.read_in(1, 9_000, &of("ahead"));
    fixture.read_in(2, 100, &of("right"));
    assert_eq!(shown(), "right right right");
    fixture.read_in(1, 9_999, &of("ahead"));
    assert_eq!(shown(), "right right right");
    fixture.read_in(2, 100, &of("again"));
    assert_eq!(shown(), "again again again");
    fixture.read_in(2, 49, &of("earlier"));
    assert_eq!(shown(), "again again again");
}

#[test]
fn bills_follow_the_same_order() {
    let fixture = Fixture::new();
    let read = |run, observed_at: &str, amount: &str| {
        let record = bill("azure", "one", "2026-01", observed_at, vec![line("VM", "EUR", amount)]);
        assert!(matches!(&record, Record::CloudMonth(month) if matches!(**month, CloudMonth { .. })));
        let page = Page { run, generation: Some(run), ..bills_page("azure/one", std::slice::from_ref(&record)) };
        fixture.store.commit(&page).expect("stored");
        fixture.cells("cloud_costs", &["cost"]).join(" ")
    };
    assert_eq!(read(1, "2099-02-10T00:00:00Z", "9"), "9.00");
    assert_eq!(read(2, "2026-02-10T00:00:00Z", "2"), "2.00", "a later import, though its clock is right");
    assert_eq!(read(2, "2026-02-09T00:00:00Z", "3"), "2.00", "read earlier by the same import");
    assert_eq!(read(1, "2099-02-11T00:00:00Z", "9"), "2.00");
}

#[test]
fn a_delivery_from_the_far_future_freezes_nothing() {
    let far = 253_370_764_800;
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[Record::Repository(repository("R_1", "api")), titled("one", 50), pull_titled("one", 50)]);
    assert_eq!(deliver(&fixture, 200, &told("far", far)), Deposit::Stored);
    assert_eq!(deliver(&fixture, 200, &told_pull("far", far)), Deposit::Stored);
    assert_eq!(fixture.titles(), "far far");
    assert_eq!(deliver(&fixture, 211, &told("near", 210)), Deposit::Stored, "it came later");
    assert_eq!(deliver(&fixture, 211, &told_pull("near", 210)), Deposit::Stored);
    assert_eq!(fixture.titles(), "near near");
    deliver(&fixture, 220, &told("far", far));
    deliver(&fixture, 220, &told_pull("far", far));
    fixture.read_in(2, 150, &[titled("read", 140), pull_titled("read", 140)]);
    assert_eq!(fixture.titles(), "read read", "a later import counts more");
}

#[test]
fn a_delivered_card_from_the_far_future_is_as_of_its_arrival() {
    let fixture = Fixture::new();
    let board = Project { id: "PVT_1".into(), number_id: "77".into(), name: "Platform".into(), ..Project::default() };
    fixture.read_in(1, 100, &[Record::Project(board), card_record(card("C_1", "I_1", "Ready"))]);
    let moved = model::deliveries::DeliveredCard {
        id: "C_1".into(),
        board_id: "PVT_1".into(),
        content: ItemContent::Issue,
        content_id: "I_1".into(),
        created_at: at(12),
        at: at(253_370_764_800),
        presence: Presence::OnBoard,
        presence_at: None,
        status: model::deliveries::DeliveredStatus::Moved { from: "Ready".into(), to: "Done".into() },
    };
    deliver(&fixture, 200, &Delivered::Card(Box::new(moved)));
    let cells = || fixture.cells("project_item", &["status", "status_updated_at", "observed_at"]);
    assert_eq!(cells(), ["Done,1970-01-01T00:03:20Z,1970-01-01T00:03:20Z"]);
    fixture.read_in(2, 150, &[card_record(card("C_1", "I_1", "Doing"))]);
    assert_eq!(fixture.cells("project_item", &["status"]), ["Doing"]);
}

#[test]
fn a_delivery_that_comes_late_overrides_nothing_that_an_earlier_import_read() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[Record::Repository(repository("R_1", "api")), titled("read", 50)]);
    fixture.read_in(2, 200, &[pull_titled("another", 150)]);
    assert_eq!(deliver(&fixture, 300, &told("late", 40)), Deposit::Known);
    assert_eq!(fixture.cells("issue", &["title"]), ["read"]);
}

#[test]
fn a_page_read_before_a_delivery_and_stored_after_it_does_not_override_it() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[Record::Repository(repository("R_1", "api")), titled("one", 50)]);
    fixture.read_in(2, 200, &[pull_titled("begun", 50)]);
    deliver(&fixture, 210, &told("delivered", 205));
    fixture.read_in(2, 204, &[titled("read before", 50)]);
    assert_eq!(fixture.cells("issue", &["title"]), ["delivered"]);
    fixture.read_in(2, 220, &[titled("read after", 205)]);
    assert_eq!(fixture.cells("issue", &["title"]), ["read after"]);
}

#[test]
fn a_resumed_older_crawl_does_not_set_the_generation_back() {
    let fixture = Fixture::new();
    fixture.store.commit(&Page { generation: Some(7), ..page(1, &[]) }).expect("stored");
    fixture.store.commit(&Page { generation: Some(3), ..page(2, &[]) }).expect("stored");
    assert_eq!(fixture.store.next_run().expect("asked"), 8);
    fixture.read_in(9, 3, &[]);
    fixture.read_in(4, 4, &[]);
    assert_eq!(fixture.store.next_run().expect("asked"), 10, "nor does an older import");
}

#[test]
fn a_new_issue_that_is_delivered_counts_as_seen_by_the_newest_crawl() {
    let fixture = Fixture::new();
    fixture.read_in(1, 10, &[Record::Repository(repository("R_1", "api"))]);
    let crawl = |run, generation, complete| Page { run, generation: Some(generation), complete, ..page(20, &[]) };
    fixture.store.commit(&crawl(7, 7, false)).expect("stored");
    fixture.store.commit(&crawl(7, 3, false)).expect("stored");
    deliver(&fixture, 30, &told("delivered", 25));
    fixture.store.commit(&crawl(7, 7, true)).expect("stored");
    assert_eq!(fixture.cells("issue", &["vanished_at"]), [""]);
}

/// Each page says in its title how many moves it has; both are read over connections of their own.
#[test]
fn what_two_connections_read_is_one_state() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[issue_record(Issue { title: "0".into(), ..issue("I_1", "1") })]);
    let is_done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            let mut moves = 1;
            while !is_done.load(Ordering::Relaxed) {
                moves = moves % 20 + 1;
                let mut seen = issue("I_1", "1");
                seen.title = moves.to_string();
                seen.project_events = (0..moves).map(|second| moved("", "Ready", second)).collect();
                fixture.read_in(1, 100, &[issue_record(seen)]);
            }
        });
        let differing = (0..400).find_map(|_| {
            let raw = fixture.store.load(Scopes::ISSUES).expect("read");
            let read = (raw.issues.title.text(0).into_owned(), raw.project_events.issue.len().to_string());
            (read.0 != read.1).then_some(read)
        });
        is_done.store(true, Ordering::Relaxed);
        assert_eq!(differing, None);
    });
}

#[test]
fn a_folder_reaches_to_the_newest_instant_at_which_something_vanished() {
    let fixture = Fixture::new();
    let folder = fixture.path("raw");
    std::fs::create_dir_all(&folder).expect("folder");
    let issues = "org,repo,number,title,created_at,vanished_at\n\
        acme,api,1,First,1970-01-01T00:00:10Z,1970-01-01T00:00:40Z\n";
    let events = "org,repo,number,type,at,by\nacme,api,1,opened,1970-01-01T00:00:10Z,ada\n";
    let pulls = "org,repo,number,created_at,vanished_at\nacme,api,2,1970-01-01T00:00:10Z,1970-01-01T00:00:50Z\n";
    let as_of = |scopes| csv_folder::load(&folder, scopes, Reading::Strict).expect("read").raw.as_of;
    for (name, text) in [
        ("issue.csv", issues),
        ("issue_status_event.csv", events),
        ("issue_project_event.csv", "org,repo,number,project_id,project_name,to_column,at,type\n"),
        ("issue_project_custom_field.csv", "org,repo,number,project_id,project_name,field_name,field_value\n"),
        ("pr.csv", pulls),
        ("pr_review.csv", "org,repo,number,state,submitted_at,user\n"),
    ] {
        std::fs::write(folder.join(name), text).expect("written");
    }
    assert_eq!(as_of(Scopes::ISSUES), Some(at(40)));
    assert_eq!(as_of(Scopes::PULL_REQUESTS), Some(at(50)));
}

#[test]
fn an_import_that_asks_for_no_folders_leaves_those_of_the_same_commits_and_no_others() {
    let fixture = Fixture::new();
    let folders = || fixture.cells("pr", &["head_sha", "paths", "paths_complete"]);
    fixture.read_in(1, 100, &[pull_titled("first", 50)]);
    assert_eq!(folders(), ["a1,src,true"]);
    let unasked = |head_sha: &str, changed| {
        let head_sha = head_sha.to_owned();
        let updated_at = Some(at(changed));
        let pull = pull_request("P_1", "2");
        pull_record(PullRequest { head_sha, updated_at, paths: Vec::new(), paths_complete: false, ..pull })
    };
    fixture.read_in(2, 200, &[unasked("a1", 60)]);
    assert_eq!(folders(), ["a1,src,true"]);
    fixture.read_in(3, 300, &[unasked("b2", 70)]);
    assert_eq!(folders(), ["b2,,false"]);
}
