use model::columns::Scopes;
use model::deliveries::{Delivered, DeliveredCard, DeliveredStatus};
use model::records::{
    Issue, ItemContent, Presence, Project, PullRequest, PullRequestEvent, Record, Review, StatusEvent,
};
use proptest::prelude::*;
use store::{Delivery, Deposit};

use crate::records::{
    Fixture, at, card, card_record, everything, issue, issue_record, pull_record, pull_request, repository, status,
};

/// A store after an import at second 100 that saw issue 1 and, in Ready since second 20, its card.
fn imported() -> Fixture {
    let fixture = Fixture::new();
    let board = Project {
        id: "PVT_1".into(),
        number_id: "77".into(),
        number: 1,
        org: "acme".into(),
        name: "Platform".into(),
        columns: vec!["Ready".into(), "Doing".into(), "Done".into()],
        ..Project::default()
    };
    let mut pull_request = pull_request("PR_1", "5");
    pull_request.reviews.clear();
    pull_request.events.clear();
    fixture.see(
        100,
        &[
            Record::Repository(repository("R_1", "api")),
            Record::Project(board),
            issue_record(issue("I_1", "1")),
            card_record(card("C_1", "I_1", "Ready")),
            pull_record(pull_request),
        ],
    );
    fixture
}

fn delivered(second: i64, presence: Presence, status: DeliveredStatus) -> Delivered {
    Delivered::Card(Box::new(DeliveredCard {
        id: "C_1".into(),
        board_id: "PVT_1".into(),
        content: ItemContent::Issue,
        content_id: "I_1".into(),
        created_at: at(12),
        at: at(second),
        presence,
        presence_at: (presence != Presence::Removed).then(|| at(second)),
        status,
    }))
}

fn moved(second: i64, from: &str, to: &str) -> Delivered {
    delivered(second, Presence::OnBoard, DeliveredStatus::Moved { from: from.into(), to: to.into() })
}

fn of_another_card(told: Delivered, card: &str, board: &str) -> Delivered {
    let Delivered::Card(told) = told else { return told };
    Delivered::Card(Box::new(DeliveredCard { id: card.into(), board_id: board.into(), created_at: at(13), ..*told }))
}

impl Fixture {
    fn deliver_as(&self, id: &str, body_hash: &str, told: &Delivered) -> Deposit {
        let delivery = Delivery { id, body_hash, event: "an_event", received_at: at(1000), told };
        self.store.deliver(&delivery).expect("stored")
    }

    /// As a delivery of its own.
    fn deliver(&self, told: &Delivered) -> Deposit {
        let own = format!("{told:?}");
        self.deliver_as(&own, &own, told)
    }

    fn sightings(&self) -> Vec<String> {
        let seconds = |cell: String| cell.replace("1970-01-01T00:0", "");
        let cells = self.cells("project_item_sighting", &["status", "status_at", "presence", "observed_at", "source"]);
        cells.into_iter().map(seconds).collect()
    }

    fn card(&self) -> String {
        self.cells("project_item", &["status", "presence", "number"]).join(" ")
    }
}

const IMPORTED: &str = "Ready,0:20Z,on_board,1:40Z,snapshot";

#[test]
fn a_move_is_a_sighting_of_its_own_source_and_the_present_column() {
    let fixture = imported();
    assert_eq!(fixture.deliver(&moved(110, "Ready", "Doing")), Deposit::Stored);
    assert_eq!(fixture.sightings(), [IMPORTED, "Doing,1:50Z,on_board,1:50Z,webhook"]);
    assert_eq!(fixture.card(), "Doing,on_board,1");
}

#[test]
fn the_same_delivery_again_by_id_or_by_body_changes_nothing() {
    let fixture = imported();
    let told = moved(110, "Ready", "Doing");
    assert_eq!(fixture.deliver_as("id-1", "body-1", &told), Deposit::Stored);
    let (before, changes) = (everything(&fixture.store, &[]), fixture.store.changes().expect("asked"));
    let other = moved(120, "Doing", "Done");
    assert_eq!(fixture.deliver_as("id-2", "body-1", &other), Deposit::Repeated);
    assert_eq!(fixture.deliver_as("id-1", "body-2", &other), Deposit::Repeated);
    // Even if nobody remembered the delivery.
    assert_eq!(fixture.deliver_as("id-3", "body-3", &told), Deposit::Known);
    assert_eq!(everything(&fixture.store, &[]), before);
    assert_eq!(fixture.store.changes().expect("asked"), changes, "nobody has to read it again");
}

#[test]
fn an_older_move_joins_the_history_and_the_card_stays_where_it_is() {
    let (late, in_order) = (imported(), imported());
    let moves = [moved(110, "Ready", "Doing"), moved(120, "Doing", "Done")];
    for told in moves.iter().rev() {
        assert_eq!(late.deliver(told), Deposit::Stored);
    }
    for told in &moves {
        in_order.deliver(told);
    }
    assert_eq!(late.card(), "Done,on_board,1");
    let order = in_order.sightings();
    assert_eq!(order.len(), 3);
    let late: Vec<String> = late.sightings().into_iter().filter(|sighting| !sighting.contains(",,")).collect();
    assert_eq!(late, order, "but for what the later move said of the column before");
}

#[test]
fn a_column_before_a_move_that_nobody_told_is_kept_from_just_before_the_move() {
    let fixture = imported();
    fixture.deliver(&moved(110, "Doing", "Done"));
    assert_eq!(fixture.sightings(), [IMPORTED, "Doing,,on_board,1:49Z,webhook", "Done,1:50Z,on_board,1:50Z,webhook"]);
}

#[test]
fn what_follows_within_a_second_comes_behind() {
    let fixture = imported();
    fixture.deliver(&moved(110, "Ready", "Doing"));
    fixture.deliver(&moved(110, "Doing", "Done"));
    assert_eq!(fixture.card(), "Done,on_board,1");
    assert_eq!(fixture.sightings()[1..], ["Doing,1:50Z,on_board,1:50Z,webhook", "Done,1:50Z,on_board,1:50Z,webhook"]);
    let sightings = fixture.store.load(Scopes::ALL).expect("read").sightings;
    assert_eq!(sightings.observed_at.all_micros().skip(1).collect::<Vec<_>>(), [110_000_000, 110_000_001]);
}

#[test]
fn archiving_keeps_the_column_also_when_the_move_before_it_comes_later() {
    let fixture = imported();
    fixture.deliver(&delivered(120, Presence::Archived, DeliveredStatus::Untold));
    assert_eq!(fixture.card(), "Ready,archived,1");
    fixture.deliver(&moved(110, "Ready", "Doing"));
    assert_eq!(fixture.card(), "Doing,archived,1");
    assert_eq!(
        fixture.sightings(),
        [IMPORTED, "Doing,1:50Z,on_board,1:50Z,webhook", "Doing,1:50Z,archived,2:00Z,webhook"]
    );
    assert_eq!(
        fixture.cells("project_item_sighting", &["presence_at"])[2],
        "1970-01-01T00:02:00Z",
        "what came about is dated"
    );
}

#[test]
fn what_an_import_saw_later_stands() {
    let fixture = imported();
    assert_eq!(fixture.deliver(&delivered(90, Presence::Archived, DeliveredStatus::Untold)), Deposit::Known);
    assert_eq!(fixture.card(), "Ready,on_board,1");
    assert_eq!(fixture.deliver(&moved(15, "", "Ready")), Deposit::Stored);
    assert_eq!(fixture.sightings(), ["Ready,0:15Z,on_board,0:15Z,webhook", IMPORTED]);
    assert_eq!(fixture.card(), "Ready,on_board,1");
}

#[test]
fn an_edit_that_does_not_say_whereto_moves_nothing_and_dates_the_card() {
    let fixture = imported();
    let unclear = delivered(110, Presence::OnBoard, DeliveredStatus::Unclear);
    assert_eq!(fixture.deliver(&unclear), Deposit::Stored);
    assert_eq!(fixture.sightings(), [IMPORTED]);
    assert_eq!(fixture.cells("project_item", &["status", "updated_at"]), ["Ready,1970-01-01T00:01:50Z"]);
    assert_eq!(fixture.deliver(&of_another_card(unclear, "C_2", "PVT_1")), Deposit::Unknown);
}

#[test]
fn a_new_card_begins_without_a_column_and_follows_its_moves() {
    let fixture = imported();
    let made = of_another_card(delivered(110, Presence::OnBoard, DeliveredStatus::New), "C_2", "PVT_1");
    fixture.deliver(&of_another_card(moved(110, "", "Ready"), "C_2", "PVT_1"));
    assert_eq!(fixture.deliver(&made), Deposit::Known, "it came second");
    let other = imported();
    other.deliver(&made);
    other.deliver(&of_another_card(moved(110, "", "Ready"), "C_2", "PVT_1"));
    for fixture in [fixture, other] {
        let cells = fixture.cells("project_item", &["item_id", "project_id", "project_name", "status", "number"]);
        assert_eq!(cells[1], "C_2,77,Platform,Ready,1");
    }
}

#[test]
fn a_card_on_a_board_that_no_import_has_seen_may_come_again() {
    let fixture = imported();
    let told = of_another_card(moved(110, "", "Ready"), "C_9", "PVT_9");
    assert_eq!(fixture.deliver_as("id", "body", &told), Deposit::Unknown);
    let board = Project { id: "PVT_9".into(), number_id: "99".into(), name: "New".into(), ..Project::default() };
    fixture.see(200, &[Record::Project(board)]);
    assert_eq!(fixture.deliver_as("id", "body", &told), Deposit::Stored);
}

#[test]
fn a_card_of_an_issue_that_comes_later_belongs_to_it() {
    let fixture = imported();
    let Delivered::Card(told) = moved(110, "", "Ready") else { panic!("a card") };
    fixture.deliver(&Delivered::Card(Box::new(DeliveredCard { id: "C_2".into(), content_id: "I_2".into(), ..*told })));
    let new = told_issue(&issue("I_2", "2"), 111);
    assert_eq!(fixture.deliver(&new), Deposit::Stored);
    assert_eq!(fixture.cells("project_item", &["item_id", "number"]), ["C_1,1", "C_2,2"]);
}

#[test]
fn a_card_taken_off_keeps_what_it_showed_last() {
    let fixture = imported();
    fixture.deliver(&delivered(110, Presence::Removed, DeliveredStatus::Untold));
    assert_eq!(fixture.card(), "Ready,removed,1");
    assert_eq!(fixture.sightings()[1], "Ready,0:20Z,removed,1:50Z,webhook");
}

fn told_issue(issue: &Issue, second: i64) -> Delivered {
    Delivered::Issue(Box::new(Issue { updated_at: Some(at(second)), ..issue.clone() }))
}

fn closed(second: i64) -> Delivered {
    let mut told = issue("I_1", "1");
    told.state = "closed".into();
    told.state_reason = "completed".into();
    told.closed_at = Some(at(second));
    told.committer = "grace".into();
    told.status_events.push(StatusEvent { state_reason: "completed".into(), ..status("closed", second) });
    told_issue(&told, second)
}

const HEAD: [&str; 4] = ["state", "title", "committer", "labels"];

#[test]
fn a_delivered_issue_is_the_imported_one_and_its_events_stay() {
    let fixture = imported();
    assert_eq!(fixture.deliver(&closed(110)), Deposit::Stored);
    assert_eq!(fixture.cells("issue", &HEAD), ["closed,Issue 1,grace,"]);
    assert_eq!(fixture.cells("issue_status_event", &["type"]), ["opened", "closed"]);
    assert_eq!(fixture.cells("project_item", &["number"]), ["1"], "its card is still its card");
}

#[test]
fn an_older_state_of_an_issue_overrides_nothing_but_its_event_is_kept_in_its_place() {
    let fixture = imported();
    let mut reopened = issue("I_1", "1");
    reopened.title = "New title".into();
    reopened.status_events.push(status("reopened", 120));
    assert_eq!(fixture.deliver(&told_issue(&reopened, 120)), Deposit::Stored);
    assert_eq!(fixture.deliver(&closed(110)), Deposit::Stored);
    assert_eq!(fixture.cells("issue", &HEAD), ["open,New title,,"]);
    assert_eq!(fixture.cells("issue_status_event", &["type"]), ["opened", "closed", "reopened"]);
    let labelled = Issue { labels: vec!["old".into()], ..issue("I_1", "1") };
    assert_eq!(fixture.deliver(&told_issue(&labelled, 90)), Deposit::Known);
    assert_eq!(fixture.cells("issue", &HEAD), ["open,New title,,"]);
}

#[test]
fn an_import_goes_above_deliveries_before_it() {
    let fixture = imported();
    fixture.deliver(&closed(110));
    fixture.read_in(2, 130, &[issue_record(issue("I_1", "1"))]);
    assert_eq!(fixture.cells("issue", &HEAD), ["open,Issue 1,,"]);
    assert_eq!(fixture.cells("issue_status_event", &["type"]), ["opened"]);
}

#[test]
fn a_repository_that_no_import_has_seen_gets_nothing() {
    let fixture = imported();
    let mut elsewhere = issue("I_9", "9");
    elsewhere.place.repository_id = "R_9".into();
    elsewhere.place.repo = "secret".into();
    let before = everything(&fixture.store, &[]);
    assert_eq!(fixture.deliver(&told_issue(&elsewhere, 110)), Deposit::Unknown);
    assert_eq!(everything(&fixture.store, &[]), before);
}

#[test]
fn an_issue_that_was_delivered_while_everything_is_crawled_does_not_vanish() {
    let fixture = imported();
    let crawl = |second, complete| store::Page { generation: Some(3), complete, ..crate::records::page(second, &[]) };
    fixture.store.commit(&crawl(105, false)).expect("stored");
    fixture.deliver(&told_issue(&issue("I_2", "2"), 110));
    fixture.store.commit(&crawl(120, true)).expect("stored");
    assert_eq!(fixture.cells("issue", &["number", "vanished_at"]), ["1,1970-01-01T00:02:00Z", "2,"]);
}

fn told_pull_request(second: i64, events: Vec<PullRequestEvent>) -> PullRequest {
    let mut told = pull_request("PR_1", "5");
    told.updated_at = Some(at(second));
    told.first_commit_at = None;
    told.additions = None;
    told.changed_files = Some(9);
    told.reviews.clear();
    told.events = events;
    told
}

#[test]
fn a_delivered_pull_request_keeps_what_is_not_told() {
    let fixture = imported();
    let ready = PullRequestEvent {
        kind: "ready_for_review".into(),
        at: at(110),
        by: "ada".into(),
        ..PullRequestEvent::default()
    };
    let told = told_pull_request(110, vec![ready]);
    assert_eq!(fixture.deliver(&Delivered::PullRequest(Box::new(told))), Deposit::Stored);
    let cells = fixture.cells("pr", &["additions", "changed_files", "first_commit_at"]);
    assert_eq!(cells, ["3,9,1970-01-01T00:00:05Z"]);
    assert_eq!(fixture.cells("pr_event", &["type"]), ["ready_for_review"]);
    let older = told_pull_request(90, Vec::new());
    assert_eq!(fixture.deliver(&Delivered::PullRequest(Box::new(older))), Deposit::Known);
}

#[test]
fn a_delivered_pull_request_keeps_its_folders_and_the_head_that_it_does_not_tell() {
    let fixture = imported();
    let mut read = told_pull_request(105, Vec::new());
    read.head_branch = "mend".to_owned();
    read.head_sha = "b2".to_owned();
    read.paths = vec!["services/checkout".to_owned(), "docs".to_owned()];
    read.paths_complete = true;
    fixture.see(106, &[pull_record(read)]);
    let head = ["head_branch", "head_sha", "paths", "paths_complete"];
    let stored = fixture.cells("pr", &head);
    assert_eq!(stored, ["mend,b2,services/checkout;docs,true"]);
    let told = |second| {
        let told = told_pull_request(second, Vec::new());
        PullRequest {
            head_branch: String::new(),
            head_sha: String::new(),
            paths: Vec::new(),
            paths_complete: false,
            ..told
        }
    };
    fixture.deliver(&Delivered::PullRequest(Box::new(told(110))));
    assert_eq!(fixture.cells("pr", &head), stored);
    let mut pushed = told(120);
    pushed.head_branch = "mend".to_owned();
    pushed.head_sha = "c3".to_owned();
    fixture.deliver(&Delivered::PullRequest(Box::new(pushed)));
    assert_eq!(fixture.cells("pr", &head), ["mend,c3,services/checkout;docs,true"]);
}

#[test]
fn who_made_something_and_how_it_was_merged_stays_where_a_delivery_does_not_tell_it() {
    let fixture = imported();
    let mut merged = told_pull_request(105, Vec::new());
    merged.state = "merged".into();
    (merged.merged_at, merged.closed_at, merged.merge_commit) = (Some(at(105)), Some(at(105)), "c1".into());
    fixture.see(106, &[pull_record(merged.clone())]);
    let told = ["creator", "state", "merged_at", "closed_at", "merge_commit"];
    let stored = fixture.cells("pr", &told);
    let later = PullRequest {
        creator: String::new(),
        merged_at: None,
        closed_at: None,
        merge_commit: String::new(),
        title: "Renamed".into(),
        updated_at: Some(at(110)),
        ..merged
    };
    assert_eq!(fixture.deliver(&Delivered::PullRequest(Box::new(later))), Deposit::Stored);
    assert_eq!(fixture.cells("pr", &told), stored);
    assert_eq!(fixture.cells("pr", &["title"]), ["Renamed"]);
    let issue = Issue { creator: String::new(), title: "Renamed".into(), ..issue("I_1", "1") };
    assert_eq!(fixture.deliver(&told_issue(&issue, 110)), Deposit::Stored);
    assert_eq!(fixture.cells("issue", &["creator", "title"]), ["ada,Renamed"]);
}

fn told_review(id: &str, state: &str, second: i64) -> Delivered {
    let user = "grace".to_owned();
    let review =
        Review { id: id.into(), state: state.into(), submitted_at: Some(at(second)), user, ..Review::default() };
    Delivered::Review { pull_request_id: "PR_1".into(), review }
}

#[test]
fn reviews_are_in_the_order_in_which_they_were_submitted_and_dismissal_is_final() {
    let reviews = [
        told_review("V_1", "CHANGES_REQUESTED", 110),
        told_review("V_1", "DISMISSED", 110),
        told_review("V_2", "APPROVED", 120),
    ];
    for order in [[0, 1, 2], [1, 0, 2], [2, 1, 0], [2, 0, 1]] {
        let fixture = imported();
        for place in order {
            assert_eq!(fixture.deliver(&reviews[place]), Deposit::Stored, "{order:?}");
        }
        assert_eq!(
            fixture.cells("pr_review", &["state", "dismissed_state"]),
            ["DISMISSED,CHANGES_REQUESTED", "APPROVED,"],
            "{order:?}"
        );
        assert_eq!(fixture.deliver_as("x", "x", &reviews[0]), Deposit::Known);
    }
    let Delivered::Review { review, .. } = told_review("V_1", "APPROVED", 110) else { panic!("a review") };
    let unknown = Delivered::Review { pull_request_id: "PR_9".into(), review };
    assert_eq!(imported().deliver(&unknown), Deposit::Unknown);
}

/// Where a card was from each second on, as its sightings tell.
fn path(fixture: &Fixture) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    for cell in fixture.cells("project_item_sighting", &["status", "presence"]) {
        if path.last() != Some(&cell) {
            path.push(cell);
        }
    }
    path
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_order_of_deliveries_does_not_matter(order in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(), twice in 0..5_usize) {
        let deliveries = [
            moved(110, "Ready", "Doing"),
            moved(120, "Doing", "Done"),
            delivered(130, Presence::Archived, DeliveredStatus::Untold),
            delivered(140, Presence::OnBoard, DeliveredStatus::Untold),
            moved(150, "Done", "Ready"),
        ];
        let expected = imported();
        for told in &deliveries {
            expected.deliver(told);
        }
        let shuffled = imported();
        for &place in &order {
            shuffled.deliver(&deliveries[place]);
        }
        shuffled.deliver_as("again", "again", &deliveries[twice]);
        prop_assert_eq!(shuffled.card(), expected.card());
        prop_assert_eq!(path(&shuffled), path(&expected));
    }
}
