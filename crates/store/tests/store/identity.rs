//! Who a row is: ids that change their form, names that change hands, things that were stored twice.

use model::deliveries::{Delivered, DeliveredCard, DeliveredStatus};
use model::records::{Issue, Place, Project, ProjectItem, PullRequest, Record, Review};
use proptest::prelude::*;
use store::{Delivery, Deposit, Findings, Page};

use crate::records::{
    Fixture, at, card, card_record, everything, issue, issue_record, moved, page, pull_record, pull_request, repository,
};

/// Ids in the form that ends like this.
fn listed(form: &str) -> [Record; 2] {
    let board = Project {
        id: format!("PVT_1{form}"),
        number_id: "77".into(),
        number: 3,
        org: "acme".into(),
        name: "Platform".into(),
        ..Project::default()
    };
    [Record::Repository(repository(&format!("R_1{form}"), "api")), Record::Project(board)]
}

fn place_in(form: &str, number: &str) -> Place {
    Place {
        repository_id: format!("R_1{form}"),
        org: "acme".into(),
        repo: "api".into(),
        number: number.into(),
        ..Place::default()
    }
}

fn issue_in(form: &str, number: &str) -> Record {
    let mut seen = issue(&format!("I_{number}{form}"), number);
    seen.place = place_in(form, number);
    seen.project_events = vec![moved("", "Ready", 20)];
    issue_record(seen)
}

fn pull_in(form: &str, number: &str) -> Record {
    let mut seen = pull_request(&format!("P_{number}{form}"), number);
    seen.place = place_in(form, number);
    pull_record(seen)
}

fn card_in(form: &str, number: &str, status: &str) -> Record {
    card_record(card(&format!("C_{number}{form}"), &format!("I_{number}{form}"), status))
}

fn all_in(form: &str, status: &str) -> Vec<Record> {
    let mut all = listed(form).to_vec();
    all.extend(["1", "2"].map(|number| issue_in(form, number)));
    all.push(pull_in(form, "9"));
    all.extend(["1", "2"].map(|number| card_in(form, number, status)));
    all
}

fn said(findings: &Findings) -> Vec<String> {
    findings.sentences("GitHub")
}

/// All that is published, without the columns that say what was imported.
fn rows(fixture: &Fixture) -> Vec<String> {
    let tables: [(&str, &[&str]); 8] = [
        ("repository", &["id", "repo"]),
        ("project", &["id", "project_id"]),
        ("issue", &["id", "repo", "number", "vanished_at"]),
        ("issue_project_event", &["number", "to_column"]),
        ("pr", &["id", "repo", "number"]),
        ("pr_review", &["id", "number"]),
        ("project_item", &["item_id", "content_id", "number", "status"]),
        ("project_item_sighting", &["item_id", "number", "status"]),
    ];
    tables.iter().flat_map(|(table, columns)| fixture.cells(table, columns)).collect()
}

const NEW: [&str; 14] = [
    "R_1_new,api",
    "PVT_1_new,77",
    "I_1_new,api,1,",
    "I_2_new,api,2,",
    "1,Ready",
    "2,Ready",
    "P_9_new,api,9",
    "P_9_new_review,9",
    "C_1_new,I_1_new,1,Done",
    "C_2_new,I_2_new,2,Done",
    "C_1_new,1,Ready",
    "C_1_new,1,Done",
    "C_2_new,2,Ready",
    "C_2_new,2,Done",
];

#[test]
fn rows_under_new_ids_are_the_rows_at_their_places() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    let findings = fixture.read_in(2, 200, &all_in("_new", "Done"));
    assert_eq!(rows(&fixture), NEW);
    assert_eq!(
        said(&findings),
        [
            "GitHub gave new ids to 1 repository, 1 board, 2 issues, 1 pull request, 1 pull request's reviews, 2 cards; they are the same rows"
        ]
    );
    assert!(fixture.read_in(3, 300, &all_in("_new", "Done")).is_empty());
    assert_eq!(rows(&fixture), NEW);
}

#[test]
fn ids_may_change_in_the_middle_of_an_import() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    let (old, new) = (all_in("", "Done"), all_in("_new", "Done"));
    for (position, (old, new)) in old.into_iter().zip(new).enumerate() {
        let record = if position < 3 { old } else { new };
        fixture.read_in(2, 200, std::slice::from_ref(&record));
    }
    fixture.read_in(3, 300, &all_in("_new", "Done"));
    assert_eq!(rows(&fixture), NEW);
}

#[test]
fn a_review_under_a_new_id_is_the_one_of_its_author_and_time() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    let Record::PullRequest(stored) = pull_in("", "9") else { panic!("a pull request") };
    let dismissed = Review { id: "V_new".into(), ..stored.reviews[0].clone() };
    let other = Review { id: "V_2".into(), submitted_at: Some(at(15)), ..dismissed.clone() };
    for (review, deposit) in [(dismissed, Deposit::Known), (other, Deposit::Stored)] {
        let told = Delivered::Review { pull_request_id: "P_9".into(), review };
        let id = format!("{told:?}");
        let delivery = Delivery { id: &id, body_hash: &id, event: "an_event", received_at: at(1000), told: &told };
        assert_eq!(fixture.store.deliver(&delivery).expect("stored"), deposit);
    }
    assert_eq!(fixture.cells("pr_review", &["id", "number"]), ["V_new,9", "V_2,9"]);
}

fn deliver(fixture: &Fixture, told: &Delivered) -> Deposit {
    let id = format!("{told:?}");
    let delivery = Delivery { id: &id, body_hash: &id, event: "an_event", received_at: at(1000), told };
    fixture.store.deliver(&delivery).expect("stored")
}

#[test]
fn a_delivery_in_another_form_of_ids_is_about_the_row_at_its_place() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    let (Record::Issue(mut told), Record::PullRequest(mut told_pull)) = (issue_in("_new", "1"), pull_in("_new", "9"))
    else {
        panic!("an issue and a pull request")
    };
    told.updated_at = Some(at(150));
    told.title = "Told".into();
    told_pull.updated_at = Some(at(150));
    assert_eq!(deliver(&fixture, &Delivered::Issue(told)), Deposit::Stored);
    assert_eq!(deliver(&fixture, &Delivered::PullRequest(told_pull)), Deposit::Stored);
    assert_eq!(fixture.cells("issue", &["number", "title"]), ["1,Told", "2,Issue 2"]);
    assert_eq!(fixture.cells("issue", &["id"]), ["I_1", "I_2"], "only imports say which ids rows have");
    assert_eq!(fixture.cells("pr", &["id", "number"]), ["P_9,9"]);
    assert_eq!(fixture.cells("repository", &["id"]), ["R_1"], "only a list of repositories says what it is called");
}

#[test]
fn a_delivery_about_a_repository_that_got_the_name_of_another_one_is_not_about_that_one() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    let (Record::Issue(mut told), Record::Issue(mut new)) = (issue_in("_other", "1"), issue_in("_other", "5")) else {
        panic!("issues")
    };
    told.created_at = at(500);
    new.created_at = at(500);
    let before = everything(&fixture.store, &[]);
    assert_eq!(deliver(&fixture, &Delivered::Issue(told)), Deposit::Unknown);
    assert_eq!(deliver(&fixture, &Delivered::Issue(new)), Deposit::Unknown);
    assert_eq!(everything(&fixture.store, &[]), before);
}

#[test]
fn repositories_may_swap_names_and_leave_theirs_to_a_new_one() {
    let fixture = Fixture::new();
    let named = |list: &[(&str, &str)]| -> Vec<Record> {
        list.iter().map(|(id, name)| Record::Repository(repository(id, name))).collect()
    };
    let shown = || {
        let mut rows = fixture.cells("repository", &["id", "repo"]);
        rows.extend(fixture.cells("issue", &["id", "repo"]));
        rows
    };
    fixture.read_in(1, 100, &named(&[("R_1", "api"), ("R_2", "web")]));
    fixture.read_in(1, 100, &[issue_record(issue("I_1", "1"))]);
    assert!(fixture.read_in(2, 200, &named(&[("R_1", "web"), ("R_2", "api")])).is_empty());
    assert_eq!(shown(), ["R_2,api", "R_1,web", "I_1,web"]);
    assert!(fixture.read_in(3, 300, &named(&[("R_3", "web"), ("R_1", "old"), ("R_2", "api")])).is_empty());
    assert_eq!(shown(), ["R_2,api", "R_1,old", "R_3,web", "I_1,old"]);
}

#[test]
fn a_repository_that_has_another_name_and_another_id_is_known_by_who_asks_for_the_old_id() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    fixture.store.take_over_repository_id("R_1", "R_1_new").expect("taken over");
    fixture.read_in(2, 200, &[Record::Repository(repository("R_1_new", "renamed"))]);
    assert_eq!(fixture.cells("repository", &["id", "repo"]), ["R_1_new,renamed"]);
    assert_eq!(fixture.cells("issue", &["repo", "number"]), ["renamed,1", "renamed,2"]);
    fixture.read_in(
        2,
        200,
        &[Record::Repository(repository("R_2", "web")), Record::Repository(repository("R_1_new", "renamed"))],
    );
    fixture.store.take_over_repository_id("R_2", "R_1_new").expect("asked");
    assert_eq!(fixture.cells("repository", &["id"]), ["R_1_new", "R_2"], "an id has one row");
}

/// A store as earlier versions left it: ids had changed, and everything was stored twice.
fn doubled() -> Fixture {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    let file = rusqlite::Connection::open(fixture.path("cto.db")).expect("opened");
    file.execute_batch(
        "UPDATE repository SET repo = 'hidden';
         UPDATE issue SET number = 'hidden' || number;
         UPDATE pr SET number = 'hidden' || number;
         UPDATE project_item SET content_id = 'hidden' || content_id",
    )
    .expect("hidden");
    fixture.read_in(2, 200, &all_in("_new", "Done"));
    file.execute_batch(
        "UPDATE repository SET repo = 'api';
         UPDATE issue SET number = replace(number, 'hidden', '');
         UPDATE pr SET number = replace(number, 'hidden', '');
         UPDATE project_item SET content_id = replace(content_id, 'hidden', '')",
    )
    .expect("shown");
    assert_eq!(fixture.cells("issue", &["number"]), ["1", "2", "1", "2"]);
    assert_eq!(fixture.cells("project_item", &["number"]).len(), 4);
    fixture
}

#[test]
fn a_store_that_holds_everything_twice_is_healed_by_the_next_import() {
    let fixture = doubled();
    let gone = ["C_1", "C_2"].map(|id| {
        card_record(ProjectItem {
            id: id.into(),
            project_id: "77".into(),
            presence: model::records::Presence::Removed,
            ..ProjectItem::default()
        })
    });
    fixture.read_in(2, 200, &gone);
    let findings = fixture.read_in(3, 300, &all_in("_new", "Done"));
    assert_eq!(rows(&fixture), NEW);
    assert_eq!(said(&findings), ["1 repository, 2 issues, 1 pull request were stored twice, and are one row each now"]);
    assert!(fixture.read_in(4, 400, &all_in("_new", "Done")).is_empty());
    assert_eq!(rows(&fixture), NEW);
}

#[test]
fn a_row_that_comes_to_the_place_of_another_one_has_it_and_the_other_one_leaves() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &listed(""));
    let seen = |id: &str, number: &str, made: i64| issue_record(Issue { created_at: at(made), ..issue(id, number) });
    fixture.read_in(1, 100, &[seen("I_1", "1", 10), seen("I_2", "2", 20), card_in("", "2", "Ready")]);
    let findings = fixture.read_in(2, 200, &[seen("I_1", "2", 10)]);
    assert_eq!(fixture.cells("issue", &["id", "number"]), ["I_1,2"]);
    assert_eq!(fixture.cells("project_item", &["content_id", "number"]), ["I_2,"], "its card is not the other's");
    assert_eq!(said(&findings), ["1 issue of acme/api left the place to another one that GitHub showed there later"]);
    fixture.read_in(3, 300, &[seen("I_2", "3", 20)]);
    assert_eq!(fixture.cells("project_item", &["content_id", "number"]), ["I_2,3"], "it is met where it is now");
    let pull =
        |id: &str, number: &str, made| pull_record(PullRequest { created_at: at(made), ..pull_request(id, number) });
    fixture.read_in(3, 300, &[pull("P_1", "5", 10), pull("P_2", "6", 20)]);
    fixture.read_in(4, 400, &[pull("P_1", "6", 10)]);
    assert_eq!(fixture.cells("pr", &["id", "number"]), ["P_1,6"]);
}

#[test]
fn an_older_claim_to_a_place_changes_nothing() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &[issue_record(issue("I_1", "1"))]);
    fixture.read_in(3, 300, &[issue_record(issue("I_2", "2"))]);
    let before = everything(&fixture.store, &[]);
    fixture.read_in(2, 200, &[issue_record(issue("I_1", "2")), issue_record(issue("I_3", "2"))]);
    assert_eq!(everything(&fixture.store, &[]), before);
}

#[test]
fn a_card_that_is_put_on_the_board_again_is_another_card() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    let again = ProjectItem { created_at: Some(at(150)), ..card("C_9", "I_1", "Backlog") };
    fixture.read_in(2, 200, &[card_record(again)]);
    assert_eq!(fixture.cells("project_item", &["item_id", "number"]), ["C_1,1", "C_2,2", "C_9,1"]);
}

#[test]
fn a_board_is_known_by_the_id_that_stays_else_by_its_node_id_else_by_its_number() {
    let fixture = Fixture::new();
    let board = |id: &str, number_id: &str, number| {
        let board =
            Project { id: id.into(), number_id: number_id.into(), number, org: "acme".into(), ..Project::default() };
        Record::Project(board)
    };
    let shown = || fixture.cells("project", &["id", "project_id", "number"]);
    fixture.read_in(1, 100, &[board("PVT_1", "77", 3), board("PVT_2", "78", 4)]);
    fixture.read_in(1, 100, &all_in("", "Ready")[2..]);
    fixture.read_in(2, 200, &[board("PVT_3", "77", 5)]);
    assert_eq!(shown(), ["PVT_3,77,5", "PVT_2,78,4"]);
    fixture.read_in(3, 300, &[board("PVT_3", "99", 6)]);
    assert_eq!(shown(), ["PVT_2,78,4", "PVT_3,99,6"]);
    assert_eq!(fixture.cells("project_item", &["project_id"]), ["99", "99"], "its cards are on it");
    assert_eq!(fixture.cells("issue_project_event", &["project_id"]), ["99", "99"]);
    fixture.read_in(4, 400, &[board("PVT_4", "100", 6)]);
    assert_eq!(shown(), ["PVT_4,100,6", "PVT_2,78,4"]);
    fixture.read_in(4, 400, &[board("PVT_5", "", 0), board("PVT_6", "", 0)]);
    assert_eq!(shown().len(), 4, "boards without the id that stays are known by their node ids");
    let findings = fixture.read_in(5, 500, &[board("PVT_4", "78", 6)]);
    assert_eq!(shown(), ["PVT_4,78,6", "PVT_5,PVT_5,0", "PVT_6,PVT_6,0"]);
    assert_eq!(fixture.cells("project_item", &["project_id"]), ["78", "78"]);
    assert_eq!(said(&findings)[0], "1 board of acme was stored twice, and is one row now");
}

#[test]
fn an_id_that_a_row_had_before_is_still_that_row() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    fixture.read_in(2, 200, &[issue_in("_new", "1"), card_in("_new", "1", "Ready"), card_in("", "1", "Ready")]);
    let shown = || fixture.cells("project_item", &["item_id", "content_id", "number"]);
    assert_eq!(shown(), ["C_1,I_1_new,1", "C_2,I_2,2"]);
    fixture.read_in(3, 300, &all_in("_new", "Ready"));
    fixture.read_in(4, 400, &[card_record(card("C_1_newer", "I_1", "Ready"))]);
    assert_eq!(shown(), ["C_1_newer,I_1_new,1", "C_2_new,I_2_new,2"], "also what it shows may have its former id");
    let gone = ProjectItem {
        id: "C_2".into(),
        project_id: "77".into(),
        presence: model::records::Presence::Removed,
        ..ProjectItem::default()
    };
    fixture.read_in(5, 500, &[card_record(gone)]);
    let presence = fixture.cells("project_item", &["item_id", "presence"]);
    assert_eq!(presence, ["C_1_newer,on_board", "C_2_new,on_board"], "that a former id is gone says nothing");
}

#[test]
fn a_delivery_that_calls_a_card_by_a_former_id_is_about_it_and_leaves_its_id() {
    let fixture = Fixture::new();
    fixture.read_in(1, 100, &all_in("", "Ready"));
    fixture.read_in(2, 200, &all_in("_new", "Ready"));
    let told = DeliveredCard {
        id: "C_1".into(),
        board_id: "PVT_1_new".into(),
        content: model::records::ItemContent::Issue,
        content_id: "I_1".into(),
        created_at: at(10),
        at: at(500),
        presence: model::records::Presence::OnBoard,
        presence_at: None,
        status: DeliveredStatus::Moved { from: "Ready".into(), to: "Done".into() },
    };
    assert_eq!(deliver(&fixture, &Delivered::Card(Box::new(told))), Deposit::Stored);
    assert_eq!(
        fixture.cells("project_item", &["item_id", "content_id", "status"]),
        ["C_1_new,I_1_new,Done", "C_2_new,I_2_new,Ready"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever mixture of old and new ids an import shows, there is one row at each place, and a full one ends with the
    /// new ids.
    #[test]
    fn there_is_one_row_at_each_place_whatever_ids_are_shown(shown in prop::collection::vec((0..7_usize, any::<bool>()), 0..9)) {
        let fixture = Fixture::new();
        fixture.read_in(1, 100, &all_in("", "Ready"));
        for (position, is_new) in &shown {
            let record = &all_in(if *is_new { "_new" } else { "" }, "Ready")[*position];
            fixture.read_in(2, 200, std::slice::from_ref(record));
        }
        prop_assert_eq!(fixture.cells("issue", &["number"]), ["1", "2"]);
        prop_assert_eq!(fixture.cells("pr", &["number"]), ["9"]);
        prop_assert_eq!(fixture.cells("repository", &["repo"]), ["api"]);
        prop_assert_eq!(fixture.cells("project", &["project_id"]), ["77"]);
        fixture.read_in(3, 300, &all_in("_new", "Done"));
        fixture.store.commit(&Page { run: 3, ..page(300, &[]) }).expect("stored");
        prop_assert_eq!(rows(&fixture), NEW);
    }
}
