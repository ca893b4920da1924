//! The list of all pull requests.

use super::*;

fn row(pull: Pull, columns: &[&str]) -> Vec<String> {
    let table = table("calculated_pr", &[pull]);
    assert_eq!(table.height(), 1);
    columns.iter().map(|column| table.cell(0, column)).collect()
}

#[test]
fn a_merged_pull_request_has_its_instants_stages_and_waits() {
    let pull = Pull {
        files: Some(3),
        events: vec![(ReviewRequested, hour(13))],
        reviews: vec![review("reviewer", ChangesRequested, 16), review("reviewer", Approved, 28)],
        ..merged_pull(40)
    };
    let csv = table("calculated_pr", &[pull]).to_csv();
    assert_eq!(
        csv,
        "id,title,repo,created,ready,first_review,last_approval,merged,closed,size,changed_files,draft,bot,\
         coding_days,pickup_days,review_days,merge_days,open_to_merge_days,first_commit_to_merge_days,\
         waiting_for_review_hours,to_first_review_hours,request_to_review_hours,change_requests,reviewed,url,author,host,draft_days\n\
         acme/web#1,Title,web,2024-01-01T10:00:00Z,2024-01-01T10:00:00Z,2024-01-01T16:00:00Z,2024-01-02T04:00:00Z,\
         2024-01-02T16:00:00Z,2024-01-02T16:00:00Z,S,3,false,false,\
         0.250000,0.250000,0.500000,0.500000,1.250000,1.500000,\
         30.000000,6.000000,3.000000,1,true,https://example.org,author,,0.000000\n"
    );
}

#[test]
fn what_did_not_happen_is_null_and_not_zero() {
    let columns = ["first_review", "merged", "closed", "size", "changed_files", "pickup_days", "open_to_merge_days"];
    assert_eq!(row(open_pull(), &columns), ["", "", "", "", "", "", ""]);
    assert_eq!(row(open_pull(), &["change_requests", "reviewed", "coding_days"]), ["0", "false", "0.250000"]);
    let closed = Pull { closed: Some(hour(30)), ..open_pull() };
    assert_eq!(row(closed, &["merged", "closed"]), ["", "2024-01-02T06:00:00Z"]);
    assert_eq!(row(Pull { draft: true, ..open_pull() }, &["draft", "closed"]), ["true", ""]);
}

#[test]
fn those_of_bots_are_there_and_marked_whatever_is_said_of_bots() {
    let pulls = [Pull { author: "deploy[bot]", ..merged_pull(40) }, merged_pull(40)];
    let bots = |bots| {
        let (raw, rules) = (raw(&pulls), Rules::default());
        let chosen = Chosen::new(&crate::Selection { bots, ..crate::Selection::default() }, &rules);
        let (tables, _) = tables_of(&raw, &rules, at("2024-01-15"), &chosen, Wanted::All);
        let table = tables.into_iter().find(|table| table.name == "calculated_pr").expect("it is there");
        (0..table.height()).map(|row| table.cell(row, "bot")).collect::<Vec<_>>()
    };
    assert_eq!(bots(None), ["true", "false"]);
    assert_eq!(bots(Some(crate::Bots::Include)), ["true", "false"]);
    assert_eq!(bots(Some(crate::Bots::Exclude)), ["false"]);
}

#[test]
fn authors_are_named_only_where_tables_about_people_are_allowed() {
    let author = |people| {
        let tables = tables_at(&[open_pull()], &Rules { people, ..Rules::default() }, at("2024-01-15"));
        tables.iter().find(|table| table.name == "calculated_pr").expect("it is there").cell(0, "author")
    };
    assert_eq!((author(true), author(false)), ("author".to_owned(), String::new()));
}

#[test]
fn rows_are_ordered_by_id_and_stay_with_their_pull_request() {
    let pulls: Vec<Pull> = (1..=11).map(|number| Pull { files: Some(number), ..open_pull() }).collect();
    let table = table("calculated_pr", &pulls);
    let files: Vec<String> = (0..11).map(|row| table.cell(row, "changed_files")).collect();
    assert_eq!(files, ["1", "10", "11", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert_eq!((table.cell(1, "id"), table.cell(1, "size")), ("acme/web#10".to_owned(), "L".to_owned()));
}
