//! Instants that cannot be decide nothing, in stores and in folders alike, and are named with their rows.

use std::fs;
use std::path::Path;

use model::Instant;
use model::columns::{Raw, Scopes};
use model::kinds::Scope;
use model::records::{ImportRun, RunOutcome};
use store::csv_folder::{self, Reading};

use crate::records::Fixture;

const NOW: &str = "2026-11-29T12:00:00Z";

fn instant(text: &str) -> Instant {
    Instant::parse_rfc3339(text).expect("an instant")
}

/// The files of one issue and one pull request; `odd` is in every column of an instant that the engine reads, of further
/// rows.
fn folder(folder: &Path, odd: &str) {
    let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("written");
    let good = "2026-01-02T03:04:05Z";
    write(
        "issue.csv",
        format!(
            "org,repo,number,title,state,created_at,closed_at,vanished_at\nacme,api,1,One,closed,{good},{good},\n\
             acme,api,2,Two,closed,{good},{odd},\nacme,api,3,Three,open,{odd},,{odd}\n"
        ),
    );
    write(
        "issue_status_event.csv",
        format!(
            "org,repo,number,type,at,by\nacme,api,1,opened,{good},ada\nacme,api,1,closed,{odd},ada\n\
             acme,api,2,closed,{good},ada\n"
        ),
    );
    write(
        "issue_project_event.csv",
        format!(
            "org,repo,number,type,at,by,project_id,project_name,from_column,to_column\n\
             acme,api,1,added,{good},ada,1,Board,,Ready\nacme,api,1,moved,{odd},ada,1,Board,Ready,Done\n"
        ),
    );
    write(
        "pr.csv",
        format!(
            "org,repo,number,created_at,closed_at,merged_at,first_commit_at,vanished_at,state,creator\n\
             acme,api,4,{good},{good},{odd},{odd},{odd},merged,ada\n"
        ),
    );
    write("pr_review.csv", format!("org,repo,number,state,submitted_at,user\nacme,api,4,APPROVED,{odd},grace\n"));
    write("pr_event.csv", format!("org,repo,number,type,at,by\nacme,api,4,ready_for_review,{odd},ada\n"));
}

fn instants(raw: &Raw) -> Vec<Vec<i64>> {
    let columns = [
        &raw.issues.created_at,
        &raw.issues.closed_at,
        &raw.issues.vanished_at,
        &raw.status_events.at,
        &raw.project_events.at,
        &raw.pull_requests.created_at,
        &raw.pull_requests.closed_at,
        &raw.pull_requests.merged_at,
        &raw.pull_requests.first_commit_at,
        &raw.pull_requests.vanished_at,
        &raw.reviews.submitted_at,
        &raw.pull_request_events.at,
    ];
    columns.map(|column| column.all_micros().collect()).to_vec()
}

#[test]
fn an_instant_that_cannot_be_is_unknown_to_both_readers_and_decides_no_end() {
    for odd in ["9999-12-31T00:00:00Z", "2300-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "2026-11-30T12:00:01Z"] {
        let fixture = Fixture::new();
        let path = fixture.path("raw");
        fs::create_dir_all(&path).expect("a folder");
        folder(&path, odd);
        let of_folder = csv_folder::load_at(&path, Scopes::USUAL, Reading::Strict, instant(NOW)).expect("read");
        assert!(of_folder.problems.is_empty());
        let of_folder = of_folder.raw;
        let import = fixture.store.import_csv(&path).expect("loaded");
        if !("1970"..="2027").contains(&odd) {
            // Loading goes by the machine's clock.
            assert_eq!(import.newest, Some(instant("2026-01-02T03:04:05Z")));
        }
        let of_store = fixture.store.load_at(Scopes::USUAL, instant(NOW)).expect("read");
        assert_eq!(instants(&of_folder), instants(&of_store));
        assert!(instants(&of_store).iter().flatten().all(|at| *at != instant(odd).micros()), "{odd} is unknown");
        assert_eq!(of_folder.as_of, Some(instant("2026-01-02T03:04:05Z")));
        assert_eq!((of_folder.implausible.len(), of_store.implausible.len()), (10, 10), "{:#?}", of_store.implausible);
        let complaint = format!("`{odd}` lies outside 1970-01-01 to 2026-11-30T12:00:00Z: taken as unknown");
        for (said, place) in [
            (&of_folder.implausible, "issue.csv line 3, column closed_at: "),
            (&of_folder.implausible, "pr_review.csv line 2, column submitted_at: "),
            (&of_store.implausible, "issue of acme/api#2, column closed_at: "),
            (&of_store.implausible, "pr_review of acme/api#4, column submitted_at: "),
            (&of_store.implausible, "issue_project_event of acme/api#1, column at: "),
        ] {
            assert!(said.contains(&format!("{place}{complaint}")), "{place}{complaint}: {said:#?}");
        }
        // What is stored stays.
        assert_eq!(fixture.cells("issue", &["closed_at"])[1], odd);
    }
}

#[test]
fn the_last_possible_instant_is_used() {
    let fixture = Fixture::new();
    let path = fixture.path("raw");
    fs::create_dir_all(&path).expect("a folder");
    folder(&path, "2026-11-30T12:00:00Z");
    let raw = csv_folder::load_at(&path, Scopes::USUAL, Reading::Strict, instant(NOW)).expect("read").raw;
    assert!(raw.implausible.is_empty());
    assert_eq!(raw.as_of, Some(instant("2026-11-30T12:00:00Z")));
}

#[test]
fn the_original_reading_takes_every_instant_as_it_is() {
    let fixture = Fixture::new();
    let path = fixture.path("raw");
    fs::create_dir_all(&path).expect("a folder");
    folder(&path, "9999-12-31T00:00:00Z");
    let loaded = csv_folder::load_at(&path, Scopes::USUAL, Reading::Original, instant(NOW)).expect("read");
    assert_eq!(loaded.raw.as_of, Some(instant("9999-12-31T00:00:00Z")));
    assert!(loaded.problems.is_empty() && loaded.raw.implausible.is_empty());
}

#[test]
fn an_import_that_goes_by_a_later_clock_vouches_for_what_it_read() {
    let fixture = Fixture::new();
    let path = fixture.path("raw");
    fs::create_dir_all(&path).expect("a folder");
    folder(&path, "2031-01-01T00:00:00Z");
    fixture.store.import_csv(&path).expect("loaded");
    let run = |scope: Scope, until: &str| ImportRun {
        run: 9,
        scope: scope.into(),
        outcome: RunOutcome::Ok.into(),
        covered_to: Some(instant(until)),
        ..ImportRun::default()
    };
    fixture.store.record_import(&run(Scope::Csv, "9999-01-01T00:00:00Z")).expect("recorded");
    let raw = fixture.store.load_at(Scopes::USUAL, instant(NOW)).expect("read");
    assert_eq!(
        (raw.as_of, raw.implausible.len()),
        (Some(instant("2026-01-02T03:04:05Z")), 10),
        "files vouch for nothing"
    );
    fixture.store.record_import(&run(Scope::Issues, "2030-12-31T12:00:00Z")).expect("recorded");
    let raw = fixture.store.load_at(Scopes::USUAL, instant(NOW)).expect("read");
    assert_eq!((raw.as_of, raw.implausible.len()), (Some(instant("2030-12-31T12:00:00Z")), 0));
}

#[test]
fn a_bill_of_a_file_that_was_observed_in_the_far_future_decides_no_end_of_the_bills() {
    let fixture = Fixture::new();
    let path = fixture.path("raw");
    fs::create_dir_all(&path).expect("a folder");
    let text = "provider,service,month,cost,currency,account,settled,observed_at,source\n\
        azure,VM,2026-01-01,1.50,EUR,one,true,2026-03-01T00:00:00Z,azure\n\
        azure,VM,2026-02-01,1.50,EUR,one,true,9999-12-31T00:00:00Z,azure\n";
    fs::write(path.join("cloud_costs.csv"), text).expect("written");
    let of_folder =
        csv_folder::load_at(&path, Scopes::CLOUD_SPENDING, Reading::Strict, instant(NOW)).expect("read").raw;
    fixture.store.import_csv(&path).expect("loaded");
    let of_store = fixture.store.load_at(Scopes::CLOUD_SPENDING, instant(NOW)).expect("read");
    for raw in [&of_folder, &of_store] {
        assert_eq!(raw.cloud_as_of, Some(instant("2026-03-01T00:00:00Z")));
        assert_eq!(raw.implausible.len(), 1, "{:?}", raw.implausible);
    }
}
