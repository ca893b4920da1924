use std::fs;

use model::records::{ImportRun, Record};
use model::tables::RAW_TABLES;

use crate::records::{
    Fixture, card, card_record, everything, issue, issue_record, moved, place, pull_record, pull_request, repository,
    status,
};

#[test]
fn every_raw_table_is_a_file_with_the_original_columns_first() {
    let fixture = Fixture::new();
    let folder = fixture.path("data");
    let files = fixture.store.publish_csv(&folder, store::JobsOfCi::Published).expect("published");
    assert_eq!(files, RAW_TABLES.map(|table| folder.join(format!("{}.csv", table.name))));
    for (table, file) in RAW_TABLES.iter().zip(&files) {
        let header: Vec<_> = table.header().collect();
        assert_eq!(fs::read_to_string(file).expect("text"), header.join(",") + "\n");
    }
    assert_eq!(fs::read_dir(&folder).expect("folder").count(), RAW_TABLES.len());
}

#[test]
fn issues_are_written_in_order_with_instants_in_whole_seconds_and_quotes_where_needed() {
    let fixture = Fixture::new();
    let mut ten = issue("I_10", "10");
    ten.title = "Say \"hi\", twice".into();
    ten.labels = vec!["bug".into(), "good first issue".into()];
    ten.assignees = vec!["ada".into(), "grace".into()];
    ten.created_at = model::Instant::from_micros(1_500_000);
    ten.state = "closed".into();
    ten.state_reason = "completed".into();
    ten.is_bug = true;
    fixture.see(20, &[issue_record(ten), issue_record(issue("I_9", "9"))]);
    assert_eq!(
        fixture.csv("issue"),
        "org,repo,number,title,url,state,type,is_bug,creator,assignees,created_at,closed_at,committer,id,state_reason,\
         issue_type,labels,updated_at,creator_is_bot,vanished_at,host\n\
         acme,api,9,Issue 9,https://github.com/acme/api/issues/9,open,task,false,ada,,1970-01-01T00:00:10Z,,,I_9,,,,\
         1970-01-01T00:00:10Z,false,,github.com\n\
         acme,api,10,\"Say \"\"hi\"\", twice\",https://github.com/acme/api/issues/10,closed,task,true,ada,ada;grace,\
         1970-01-01T00:00:01Z,,,I_10,completed,,bug;good first issue,1970-01-01T00:00:10Z,false,,github.com\n"
    );
}

#[test]
fn numbers_are_ordered_as_numbers_and_then_as_text() {
    let fixture = Fixture::new();
    let numbers = ["10", "2", "x", "02", "1"];
    let issues = numbers.map(|number| issue_record(issue(&format!("I_{number}"), number)));
    fixture.see(1, &issues);
    assert_eq!(fixture.cells("issue", &["number"]), ["1", "02", "2", "10", "x"]);
}

#[test]
fn pull_requests_reviews_and_events_are_written() {
    let fixture = Fixture::new();
    fixture.see(20, &[pull_record(pull_request("P_1", "7"))]);
    assert_eq!(
        fixture.csv("pr").lines().nth(1).expect("row"),
        "acme,api,7,Change 7,https://github.com/acme/api/pull/7,open,1970-01-01T00:00:10Z,,,dependabot,P_1,\
         1970-01-01T00:00:11Z,true,main,a;b,3,,2,1970-01-01T00:00:05Z,,true,,feature,a1,src,true,,1970-01-01T00:00:06Z,github.com"
    );
    assert_eq!(
        fixture.csv("pr_review").lines().nth(1).expect("row"),
        "acme,api,7,DISMISSED,1970-01-01T00:00:14Z,grace,P_1_review,CHANGES_REQUESTED,false,,github.com"
    );
    assert_eq!(
        fixture.csv("pr_event").lines().nth(1).expect("row"),
        "acme,api,7,ready_for_review,1970-01-01T00:00:13Z,ada,,github.com"
    );
}

#[test]
fn runs_are_written_by_their_key() {
    let fixture = Fixture::new();
    for (run, scope) in [(10, "issues"), (2, "pull_requests"), (2, "issues")] {
        let run = ImportRun { run, scope: scope.into(), outcome: "ok".into(), ..ImportRun::default() };
        fixture.store.record_import(&run).expect("recorded");
    }
    assert_eq!(
        fixture.cells("import_run", &["run", "scope", "outcome", "full", "covered_to"]),
        ["2,issues,ok,false,", "2,pull_requests,ok,false,", "10,issues,ok,false,"]
    );
}

#[test]
fn the_order_in_which_records_came_leaves_no_trace() {
    let mut first = issue("I_1", "1");
    first.project_events = vec![moved("", "Zeta", 5), moved("Zeta", "Alpha", 5)];
    let mut second = issue("I_2", "2");
    second.place = place("web", "2");
    second.status_events.push(status("closed", 12));
    let records = [
        Record::Repository(repository("R_1", "api")),
        Record::Repository(repository("R_2", "web")),
        issue_record(first),
        issue_record(second),
        card_record(card("C_1", "I_2", "Zeta")),
        card_record(card("C_2", "I_1", "Alpha")),
        pull_record(pull_request("P_1", "3")),
    ];
    let there = Fixture::new();
    there.see(1, &records);
    let back = Fixture::new();
    for record in records.iter().rev() {
        back.see(1, std::slice::from_ref(record));
    }
    assert_eq!(everything(&there.store, &[]), everything(&back.store, &[]));
}
