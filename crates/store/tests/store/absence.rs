//! What is there no longer, and what comes back.

use model::deliveries::Delivered;
use model::records::{Issue, PullRequest, Record, Scope};
use store::{Absence, Delivery, Kind, Page};

use crate::records::{
    Fixture, at, card, card_record, issue, issue_record, page, place, pull_record, pull_request, repository, status,
};

fn deliver(fixture: &Fixture, received: i64, told: &Delivered) {
    let own = format!("{received} {told:?}");
    let delivery = Delivery { id: &own, body_hash: &own, event: "an_event", received_at: at(received), told };
    fixture.store.deliver(&delivery).expect("stored");
}

fn told(id: &str, number: &str, changed: i64) -> Delivered {
    Delivered::Issue(Box::new(Issue { updated_at: Some(at(changed)), ..issue(id, number) }))
}

fn vanished(fixture: &Fixture) -> Vec<String> {
    fixture.cells("issue", &["number", "vanished_at"])
}

fn imported() -> Fixture {
    let fixture = Fixture::new();
    let pull = pull_record(pull_request("P_1", "9"));
    let issues = [issue_record(issue("I_1", "1")), issue_record(issue("I_2", "2"))];
    fixture.read_in(1, 50, &[Record::Repository(repository("R_1", "api")), pull]);
    fixture.crawl_in(1, 1, 50, &issues);
    fixture
}

fn said(findings: &store::Findings) -> Vec<String> {
    findings.sentences("GitHub")
}

#[test]
fn a_row_that_a_delivery_renewed_during_a_crawl_has_not_vanished() {
    let fixture = imported();
    let crawl = Page { run: 2, generation: Some(2), ..page(100, &[]) };
    fixture.store.commit(&crawl).expect("stored");
    deliver(&fixture, 111, &told("I_1", "1", 110));
    let findings = fixture.crawl_in(2, 2, 200, &[]);
    assert_eq!(vanished(&fixture), ["1,", "2,1970-01-01T00:03:20Z"]);
    assert_eq!(said(&findings), ["GitHub has 1 issue of acme/api no longer; the row stays, with the date"]);
}

#[test]
fn what_vanished_depends_on_the_crawl_that_ends() {
    let fixture = imported();
    let one = [issue_record(issue("I_1", "1"))];
    fixture.store.commit(&Page { run: 2, generation: Some(2), ..page(100, &one) }).expect("stored");
    // An import in between reads what changed, and the crawl goes on in a later one.
    fixture.read_in(3, 110, &[]);
    fixture.crawl_in(4, 2, 200, &[]);
    assert_eq!(vanished(&fixture), ["1,", "2,1970-01-01T00:03:20Z"]);
    fixture.crawl_in(5, 5, 300, &[]);
    assert_eq!(vanished(&fixture), ["1,1970-01-01T00:05:00Z", "2,1970-01-01T00:03:20Z"]);
}

#[test]
fn a_row_that_an_import_read_since_a_crawl_began_has_not_vanished() {
    let fixture = imported();
    fixture.store.commit(&Page { run: 2, generation: Some(2), ..page(100, &[]) }).expect("stored");
    fixture.read_in(3, 110, &[issue_record(issue("I_2", "2"))]);
    fixture.crawl_in(4, 2, 200, &[]);
    assert_eq!(vanished(&fixture), ["1,1970-01-01T00:03:20Z", "2,"]);
}

#[test]
fn a_later_import_brings_back_what_it_reads_whatever_its_clock_says() {
    let fixture = imported();
    fixture.crawl_in(2, 2, 9_000, &[]);
    fixture.read_in(3, 100, &[issue_record(issue("I_1", "1"))]);
    assert_eq!(vanished(&fixture), ["1,", "2,1970-01-01T02:30:00Z"]);
}

#[test]
fn a_later_delivery_brings_back_what_it_tells_of_and_a_late_one_does_not() {
    let fixture = imported();
    fixture.crawl_in(2, 2, 100, &[]);
    deliver(&fixture, 300, &told("I_1", "1", 90));
    deliver(&fixture, 300, &told("I_2", "2", 250));
    assert_eq!(vanished(&fixture), ["1,1970-01-01T00:01:40Z", "2,"]);
}

#[test]
fn what_was_asked_for_by_id_and_is_gone_is_dated_and_said() {
    let fixture = imported();
    let absence = Absence { run: 2, at: at(100) };
    let ids = ["I_1".to_owned(), "I_9".to_owned()];
    let findings = fixture.store.gone(&absence, Kind::Issue, &ids).expect("stored");
    assert_eq!(vanished(&fixture), ["1,1970-01-01T00:01:40Z", "2,"]);
    assert_eq!(said(&findings), ["GitHub has 1 issue of acme/api no longer; the row stays, with the date"]);
    let again = fixture.store.gone(&Absence { run: 3, at: at(200) }, Kind::Issue, &ids).expect("stored");
    assert!(again.is_empty());
    assert_eq!(vanished(&fixture), ["1,1970-01-01T00:01:40Z", "2,"], "it vanished when it was first missed");
    fixture.store.gone(&absence, Kind::PullRequest, &["P_1".to_owned()]).expect("stored");
    assert_eq!(fixture.cells("pr", &["vanished_at"]), ["1970-01-01T00:01:40Z"]);
}

#[test]
fn the_present_rows_of_a_repository_can_be_asked_for() {
    let fixture = imported();
    let young = Issue { created_at: at(70), ..issue("I_3", "3") };
    fixture.read_in(2, 80, &[issue_record(young)]);
    let present = |until| fixture.store.present_ids(Kind::Issue, "R_1", at(until)).expect("asked");
    assert_eq!(present(69), ["I_1", "I_2"]);
    assert_eq!(present(70), ["I_1", "I_2", "I_3"]);
    fixture.store.gone(&Absence { run: 2, at: at(100) }, Kind::Issue, &["I_2".to_owned()]).expect("stored");
    assert_eq!(present(70), ["I_1", "I_3"]);
    assert_eq!(fixture.store.present_ids(Kind::PullRequest, "R_1", at(70)).expect("asked"), ["P_1"]);
    assert_eq!(fixture.store.present_ids(Kind::Issue, "R_2", at(70)).expect("asked"), [""; 0]);
}

#[test]
fn the_merged_pull_requests_that_lack_folders_can_be_asked_for() {
    let fixture = imported();
    let pull = |id: &str, number: &str, merged: bool, paths_complete: bool| {
        let merged_at = merged.then(|| at(40));
        pull_record(PullRequest { merged_at, paths_complete, ..pull_request(id, number) })
    };
    let pulls = [
        pull("P_5", "15", true, false),
        pull("P_2", "12", true, false),
        pull("P_3", "13", true, true),
        pull("P_4", "14", false, false),
    ];
    fixture.read_in(2, 60, &pulls);
    let lacking = || fixture.store.lacking_folders("R_1").expect("read");
    assert_eq!(lacking(), ["P_2", "P_5"]);
    fixture.store.gone(&Absence { run: 3, at: at(70) }, Kind::PullRequest, &["P_2".to_owned()]).expect("stored");
    assert_eq!(lacking(), ["P_5"]);
    assert_eq!(fixture.store.lacking_folders("R_2").expect("read"), [""; 0]);
}

/// Issue 1 of `api` with a card that moved, as it is after it was transferred to `web`.
fn transferred() -> (Fixture, Issue) {
    let fixture = imported();
    fixture.read_in(
        2,
        60,
        &[Record::Repository(repository("R_1", "api")), Record::Repository(repository("R_2", "web"))],
    );
    fixture.read_in(2, 60, &[card_record(card("C_1", "I_1", "Ready"))]);
    let mut there = issue("I_77", "5");
    there.place = place("web", "5");
    there.title = "Issue 1".into();
    there.status_events.push(status("closed", 90));
    (fixture, there)
}

fn lives(fixture: &Fixture) -> Vec<String> {
    let mut rows = fixture.cells("issue", &["repo", "number", "id", "vanished_at"]);
    rows.retain(|row| !row.contains("I_2"));
    rows.extend(fixture.cells("project_item", &["repo", "number", "content_id", "status"]));
    rows.extend(fixture.cells("project_item_sighting", &["repo", "number", "status"]));
    rows
}

const ONE_LIFE: [&str; 3] = ["web,5,I_77,", "web,5,I_77,Ready", "web,5,Ready"];

#[test]
fn an_issue_that_is_gone_and_comes_under_a_new_id_elsewhere_is_one_life() {
    let (fixture, there) = transferred();
    fixture.store.gone(&Absence { run: 3, at: at(100) }, Kind::Issue, &["I_1".to_owned()]).expect("stored");
    let findings = fixture.read_in(3, 100, &[issue_record(there)]);
    assert_eq!(lives(&fixture), ONE_LIFE);
    assert_eq!(said(&findings), ["1 issue of acme/web came from another repository; it is the same row"]);
}

#[test]
fn an_issue_that_comes_under_a_new_id_before_the_old_one_is_missed_is_one_life() {
    let (fixture, there) = transferred();
    fixture.read_in(3, 100, &[issue_record(there)]);
    let absence = Absence { run: 3, at: at(100) };
    let findings = fixture.store.gone(&absence, Kind::Issue, &["I_1".to_owned()]).expect("stored");
    assert_eq!(lives(&fixture), ONE_LIFE);
    assert_eq!(said(&findings), ["1 issue of acme/web came from another repository; it is the same row"]);
    assert!(fixture.store.gone(&absence, Kind::Issue, &["I_1".to_owned()]).expect("stored").is_empty());
}

#[test]
fn a_crawl_that_misses_an_issue_finds_it_where_it_was_transferred_to() {
    let (fixture, there) = transferred();
    fixture.read_in(3, 100, &[issue_record(there)]);
    fixture.crawl_in(3, 3, 100, &[issue_record(issue("I_2", "2"))]);
    assert_eq!(lives(&fixture), ONE_LIFE);
}

#[test]
fn issues_that_are_alike_and_were_both_seen_are_two() {
    let fixture = imported();
    let mut alike = issue("I_7", "7");
    alike.title = "Issue 1".into();
    fixture.read_in(1, 50, &[issue_record(alike)]);
    fixture.store.gone(&Absence { run: 2, at: at(100) }, Kind::Issue, &["I_1".to_owned()]).expect("stored");
    assert_eq!(vanished(&fixture), ["1,1970-01-01T00:01:40Z", "2,", "7,"]);
}

#[test]
fn a_new_issue_that_differs_from_one_that_is_gone_is_another_one() {
    for change in [
        |issue: &mut Issue| issue.title = "Another".into(),
        |issue: &mut Issue| issue.created_at = at(11),
        |issue: &mut Issue| issue.creator.clear(),
    ] {
        let (fixture, mut there) = transferred();
        change(&mut there);
        fixture.store.gone(&Absence { run: 3, at: at(100) }, Kind::Issue, &["I_1".to_owned()]).expect("stored");
        fixture.read_in(3, 100, &[issue_record(there)]);
        assert_eq!(lives(&fixture)[..2], ["api,1,I_1,1970-01-01T00:01:40Z", "web,5,I_77,"]);
    }
}

#[test]
fn a_repository_that_is_listed_no_longer_is_named_and_comes_back_with_all_that_is_in_it() {
    let fixture = imported();
    let mut web = issue("I_5", "5");
    web.place = place("web", "5");
    let listed = [Record::Repository(repository("R_1", "api")), Record::Repository(repository("R_2", "web"))];
    fixture.read_in(2, 60, &listed);
    fixture.store.commit(&Page { run: 2, cursor: Some("far"), ..page(60, &[issue_record(web)]) }).expect("stored");
    let unlisted = |run| fixture.store.unlisted_repositories("", "acme", run).expect("asked");
    assert!(unlisted(2).is_empty());
    fixture.read_in(3, 100, &listed[1..]);
    let gone = unlisted(3);
    assert_eq!(gone.iter().map(|it| (it.id.as_str(), it.name.as_str())).collect::<Vec<_>>(), [("R_1", "api")]);
    for (host, org) in [("", "other"), ("gitlab.com", "acme")] {
        assert!(fixture.store.unlisted_repositories(host, org, 3).expect("asked").is_empty(), "{host} {org}");
    }
    let findings = fixture.store.absent_repository(&Absence { run: 3, at: at(100) }, "R_1").expect("stored");
    let said = said(&findings);
    assert_eq!(said, ["GitHub has 2 issues, 1 pull request no longer; the rows stay, with the date"]);
    assert_eq!(vanished(&fixture), ["1,1970-01-01T00:01:40Z", "2,1970-01-01T00:01:40Z", "5,"]);
    assert_eq!(fixture.cells("pr", &["vanished_at"]), ["1970-01-01T00:01:40Z"]);
    assert_eq!(fixture.store.cursor(Scope::Issues, "R_1").expect("asked"), None, "it is read anew when it comes back");
    assert!(unlisted(3).is_empty(), "nothing of it is there any more");
    fixture.read_in(4, 200, &listed);
    fixture.crawl_in(4, 4, 200, &[issue_record(issue("I_1", "1")), issue_record(issue("I_2", "2"))]);
    assert_eq!(vanished(&fixture), ["1,", "2,", "5,"]);
}
