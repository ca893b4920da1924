use model::records::{ImportRun, ItemContent, Presence, ProjectItem, Scope};
use store::Page;

use crate::records::{Fixture, at, card, card_record, field, issue, issue_record, page};

const SIGHT: [&str; 6] = ["status", "status_at", "presence", "presence_at", "observed_at", "source"];

#[test]
fn a_sighting_is_kept_only_where_it_differs_from_the_one_before() {
    let fixture = Fixture::new();
    fixture.see(25, &[card_record(card("C_1", "I_1", "Ready"))]);
    fixture.see(26, &[card_record(card("C_1", "I_1", "Ready"))]);
    let mut later = card("C_1", "I_1", "Ready");
    later.status_updated_at = Some(at(30));
    fixture.see(31, &[card_record(later.clone())]);
    later.status = Some("Done".into());
    later.observed_at = Some(at(32));
    fixture.see(40, &[card_record(later)]);
    assert_eq!(
        fixture.cells("project_item_sighting", &SIGHT),
        [
            "Ready,1970-01-01T00:00:20Z,on_board,,1970-01-01T00:00:25Z,snapshot",
            "Ready,1970-01-01T00:00:30Z,on_board,,1970-01-01T00:00:31Z,snapshot",
            "Done,1970-01-01T00:00:30Z,on_board,,1970-01-01T00:00:32Z,snapshot",
        ]
    );
}

#[test]
fn a_sighting_says_up_to_when_the_one_before_held() {
    let fixture = Fixture::new();
    let confirmed = || fixture.cells("project_item_sighting", &["status", "confirmed_at"]);
    let read = |run: i64, second: i64, status: Option<&str>| {
        let changed = ProjectItem { status: status.map(str::to_owned), ..card("C_1", "I_1", "") };
        let updated_at = Some(at(second - 1));
        let status_updated_at = updated_at.filter(|_| status.is_some());
        fixture.read_in(run, second, &[card_record(ProjectItem { updated_at, status_updated_at, ..changed })]);
    };
    let imported = |run: i64, from: Option<i64>, to: i64| {
        let run = ImportRun {
            run,
            scope: Scope::ProjectItems.into(),
            subject: "77".into(),
            outcome: "ok".into(),
            covered_from: from.map(at),
            covered_to: Some(at(to)),
            ..ImportRun::default()
        };
        fixture.store.record_import(&run).expect("stored");
    };
    read(1, 100, Some("Ready"));
    imported(1, None, 100);
    imported(2, Some(90), 200);
    read(3, 300, Some("Doing"));
    assert_eq!(confirmed(), ["Ready,", "Doing,1970-01-01T00:03:20Z"], "what had not changed was not read again");
    imported(3, Some(250), 300);
    imported(4, Some(350), 400);
    read(5, 500, None);
    read(6, 600, Some("Done"));
    assert_eq!(confirmed()[2], "Done,1970-01-01T00:05:00Z", "a hole, and a status that was not told, confirm nothing");
}

#[test]
fn an_issue_page_that_does_not_date_the_status_is_no_new_sight() {
    let fixture = Fixture::new();
    fixture.see(25, &[card_record(card("C_1", "I_1", "Ready"))]);
    let mut seen = issue("I_1", "1");
    seen.items = vec![ProjectItem { status_updated_at: None, created_at: None, ..card("C_1", "I_1", "Ready") }];
    fixture.see(26, &[issue_record(seen)]);
    assert_eq!(fixture.cells("project_item_sighting", &["observed_at"]), ["1970-01-01T00:00:25Z"]);
    assert_eq!(
        fixture.cells("project_item", &["status_updated_at", "created_at", "number"]),
        ["1970-01-01T00:00:20Z,1970-01-01T00:00:12Z,1"]
    );
}

#[test]
fn custom_fields_stay_when_not_asked_for_or_archived_and_go_when_removed() {
    let fixture = Fixture::new();
    let fields = || fixture.cells("issue_project_custom_field", &["project_id", "field_name", "field_value"]);
    let mut with_fields = card("C_1", "I_1", "Ready");
    with_fields.fields = Some(vec![field("Size", "3"), field("Area", "api")]);
    fixture.see(1, &[issue_record(issue("I_1", "1")), card_record(with_fields.clone())]);
    assert_eq!(fields(), ["77,Size,3", "77,Area,api"]);
    let mut archived = card("C_1", "I_1", "Ready");
    archived.presence = Presence::Archived;
    fixture.see(2, &[card_record(archived)]);
    assert_eq!(fields(), ["77,Size,3", "77,Area,api"]);
    with_fields.fields = Some(vec![field("Area", "web")]);
    fixture.see(3, &[card_record(with_fields.clone())]);
    assert_eq!(fields(), ["77,Area,web"]);
    with_fields.presence = Presence::Removed;
    fixture.see(4, &[card_record(with_fields)]);
    assert_eq!(fields(), [""; 0]);
}

#[test]
fn fields_that_are_not_all_told_are_taken_over_by_name_and_the_others_stay() {
    let fixture = Fixture::new();
    let fields = || fixture.cells("issue_project_custom_field", &["field_name", "field_value"]);
    let mut seen = card("C_1", "I_1", "Ready");
    seen.presence = Presence::Archived;
    seen.has_untold_fields = true;
    seen.fields = Some(vec![field("Found by", "customer")]);
    fixture.see(1, &[issue_record(issue("I_1", "1")), card_record(seen.clone())]);
    assert_eq!(fields(), ["Found by,customer"], "a card that is met for the first time");
    (seen.presence, seen.has_untold_fields) = (Presence::OnBoard, false);
    seen.fields = Some(vec![field("Size", "3"), field("Found by", "team")]);
    fixture.see(2, &[card_record(seen.clone())]);
    (seen.presence, seen.has_untold_fields) = (Presence::Archived, true);
    seen.fields = Some(vec![field("Found by", "customer"), field("Area", "api")]);
    fixture.see(3, &[card_record(seen.clone())]);
    assert_eq!(fields(), ["Size,3", "Found by,customer", "Area,api"]);
    seen.fields = Some(Vec::new());
    fixture.see(4, &[card_record(seen.clone())]);
    assert_eq!(fields(), ["Size,3", "Found by,customer", "Area,api"]);
    seen.has_untold_fields = false;
    seen.fields = Some(vec![field("Area", "web")]);
    fixture.see(5, &[card_record(seen)]);
    assert_eq!(fields(), ["Area,web"], "all that an archived card has");
}

#[test]
fn archived_cards_are_asked_for_their_fields_until_all_were_told_since_their_last_change() {
    let fixture = Fixture::new();
    let asked = |all| fixture.store.archived_items("77", all).expect("asked");
    let mut seen = card("C_1", "I_1", "Ready");
    seen.updated_at = Some(at(10));
    seen.fields = Some(vec![field("Size", "3")]);
    fixture.see(1, &[issue_record(issue("I_1", "1")), card_record(seen.clone())]);
    assert_eq!(asked(true), [""; 0], "a board lists its present cards");
    (seen.presence, seen.updated_at, seen.fields) = (Presence::Archived, Some(at(20)), None);
    fixture.see(2, &[card_record(seen.clone())]);
    assert_eq!(asked(false), ["C_1"]);
    (seen.fields, seen.has_untold_fields) = (Some(vec![field("Size", "5")]), true);
    fixture.see(3, &[card_record(seen.clone())]);
    assert_eq!(asked(false), ["C_1"], "one field is not all");
    seen.has_untold_fields = false;
    fixture.see(4, &[card_record(seen.clone())]);
    assert_eq!((asked(false).len(), asked(true).len()), (0, 1));
    (seen.updated_at, seen.fields) = (Some(at(30)), None);
    fixture.see(5, &[card_record(seen)]);
    assert_eq!(asked(false), ["C_1"]);
}

#[test]
fn values_that_are_hidden_stay_and_are_named() {
    let fixture = Fixture::new();
    let mut seen = card("C_1", "I_1", "Ready");
    seen.updated_at = Some(at(10));
    seen.fields = Some(vec![field("Title", "One"), field("Size", "3")]);
    fixture.see(1, &[issue_record(issue("I_1", "1")), card_record(seen.clone())]);
    let cells = || {
        let cards = fixture.cells("project_item", &["status", "content"]);
        (cards, fixture.cells("issue_project_custom_field", &["field_name"]).len())
    };
    let before = cells();
    (seen.status, seen.status_updated_at, seen.fields) = (Some(String::new()), None, Some(Vec::new()));
    fixture.see(2, &[card_record(seen.clone())]);
    assert_eq!(cells(), before);
    seen.updated_at = Some(at(20));
    fixture.see(3, &[card_record(seen.clone())]);
    assert_eq!(cells(), before, "every card has a title");
    seen.fields = Some(vec![field("Title", "One")]);
    fixture.see(4, &[card_record(seen)]);
    assert_eq!(cells(), (vec![",issue".to_owned()], 1), "what is shown stands");
}

#[test]
fn a_status_that_is_not_told_stays_as_it_was_and_is_no_sighting() {
    let fixture = Fixture::new();
    let untold = |id: &str, issue: &str| ProjectItem { status: None, status_updated_at: None, ..card(id, issue, "") };
    fixture.see(1, &[issue_record(issue("I_1", "1")), issue_record(issue("I_2", "2"))]);
    fixture.see(2, &[card_record(card("C_1", "I_1", "Ready"))]);
    fixture.see(30, &[card_record(untold("C_1", "I_1"))]);
    fixture.see(31, &[card_record(untold("C_2", "I_2"))]);
    assert_eq!(fixture.cells("project_item", &["item_id", "status"]), ["C_1,Ready", "C_2,"]);
    assert_eq!(fixture.cells("project_item_sighting", &["item_id", "status"]), ["C_1,Ready"]);
    fixture.see(32, &[card_record(card("C_2", "I_2", "Done"))]);
    assert_eq!(fixture.cells("project_item_sighting", &["item_id", "status"]), ["C_1,Ready", "C_2,Done"]);
}

#[test]
fn a_card_that_is_gone_keeps_what_it_showed_last() {
    let fixture = Fixture::new();
    fixture.see(1, &[issue_record(issue("I_1", "1")), card_record(card("C_1", "I_1", "Ready"))]);
    let gone = ProjectItem {
        id: "C_1".into(),
        project_id: "77".into(),
        content: ItemContent::Redacted,
        presence: Presence::Removed,
        ..ProjectItem::default()
    };
    fixture.see(30, &[card_record(gone)]);
    assert_eq!(
        fixture.cells("project_item", &["project_name", "content", "content_id", "number", "status", "presence"]),
        ["Platform,issue,I_1,1,Ready,removed"]
    );
    assert_eq!(
        fixture.cells("project_item_sighting", &SIGHT)[1],
        "Ready,1970-01-01T00:00:20Z,removed,,1970-01-01T00:00:30Z,snapshot"
    );
}

#[test]
fn presence_is_dated_by_the_last_change_of_the_card() {
    let fixture = Fixture::new();
    fixture.see(1, &[card_record(card("C_1", "I_1", "Ready"))]);
    let mut seen = card("C_1", "I_1", "Ready");
    seen.presence = Presence::Archived;
    seen.updated_at = Some(at(40));
    fixture.see(50, &[card_record(seen.clone())]);
    seen.presence = Presence::OnBoard;
    seen.updated_at = Some(at(60));
    fixture.see(70, &[card_record(seen)]);
    assert_eq!(
        fixture.cells("project_item_sighting", &["presence", "presence_at"]),
        ["on_board,", "archived,1970-01-01T00:00:40Z", "on_board,1970-01-01T00:01:00Z"]
    );
}

#[test]
fn unseen_cards_are_those_on_that_board_that_the_crawl_did_not_meet() {
    let fixture = Fixture::new();
    let mut archived = card("C_3", "I_3", "Done");
    archived.presence = Presence::Archived;
    let mut other_board = card("C_4", "I_4", "Done");
    other_board.project_id = "78".into();
    let cards = [card("C_2", "I_2", "Done"), card("C_1", "I_1", "Done"), archived, other_board];
    fixture.see(1, &cards.clone().map(card_record));
    let unseen = |generation| fixture.store.unseen_items("77", generation).expect("asked");
    assert_eq!(unseen(1), ["C_1", "C_2"]);
    let seen = [card_record(cards[0].clone())];
    fixture.store.commit(&Page { generation: Some(1), ..page(2, &seen) }).expect("stored");
    assert_eq!(unseen(1), ["C_1"]);
    assert_eq!(unseen(2), ["C_1", "C_2"]);
    assert_eq!(fixture.store.unseen_items("79", 2).expect("asked"), [""; 0]);
    // A later page without a generation, or of an earlier one, does not make it unseen.
    fixture.see(3, &seen);
    assert_eq!(unseen(1), ["C_1"]);
}

#[test]
fn an_observation_that_is_too_old_to_count_was_still_seen_in_its_crawl() {
    let fixture = Fixture::new();
    fixture.see(5, &[card_record(card("C_1", "I_1", "Done"))]);
    let older = [card_record(card("C_1", "I_1", "Ready"))];
    fixture.store.commit(&Page { generation: Some(2), ..page(4, &older) }).expect("stored");
    assert_eq!(fixture.store.unseen_items("77", 2).expect("asked"), [""; 0]);
    assert_eq!(fixture.cells("project_item", &["status"]), ["Done"]);
}

#[test]
fn an_issue_is_behind_its_card_until_it_is_read_again() {
    let fixture = Fixture::new();
    let behind = || fixture.store.issues_behind_their_cards().expect("asked");
    fixture.see(21, &[issue_record(issue("I_1", "1")), card_record(card("C_1", "I_1", "Ready"))]);
    assert_eq!(behind(), [""; 0]);
    fixture.see(22, &[card_record(card("C_1", "I_1", "Ready"))]);
    assert_eq!(behind(), [""; 0], "a card that shows nothing new");
    fixture.see(23, &[card_record(card("C_1", "I_1", "Done"))]);
    assert_eq!(behind(), ["I_1"]);
    fixture.see(24, &[issue_record(issue("I_1", "1"))]);
    assert_eq!(behind(), [""; 0]);
}

#[test]
fn an_issue_is_behind_a_card_that_moved_between_the_readings_of_both_in_one_import() {
    let fixture = Fixture::new();
    let behind = || fixture.store.issues_behind_their_cards().expect("asked");
    fixture.see(21, &[issue_record(issue("I_1", "1")), card_record(card("C_1", "I_1", "Ready"))]);
    fixture.read_in(2, 30, &[issue_record(issue("I_1", "1"))]);
    let moved = ProjectItem { status_updated_at: Some(at(31)), updated_at: Some(at(31)), ..card("C_1", "I_1", "Done") };
    fixture.read_in(2, 30, &[card_record(moved)]);
    assert_eq!(behind(), ["I_1"], "all that an import reads is dated with its beginning");
    fixture.read_in(3, 40, &[issue_record(issue("I_1", "1"))]);
    assert_eq!(behind(), [""; 0]);
}

#[test]
fn issues_can_be_asked_for_by_any_change_of_their_cards_on_a_board() {
    let fixture = Fixture::new();
    let behind = |board: &str| fixture.store.issues_with_changed_cards(board).expect("asked");
    fixture.see(21, &[issue_record(issue("I_1", "1")), card_record(card("C_1", "I_1", "Ready"))]);
    assert_eq!(behind("77"), [""; 0]);
    let changed = ProjectItem { status: None, updated_at: Some(at(25)), ..card("C_1", "I_1", "") };
    fixture.read_in(2, 30, &[card_record(changed)]);
    assert_eq!(behind("77"), ["I_1"]);
    assert_eq!((behind("78"), behind("")), (vec![], vec![]));
    fixture.read_in(3, 40, &[issue_record(issue("I_1", "1"))]);
    assert_eq!(behind("77"), [""; 0]);
}
