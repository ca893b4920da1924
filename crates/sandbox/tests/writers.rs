//! What is written straight to files and stores.

use std::collections::BTreeMap;
use std::fs;

use model::columns::Scopes;
use model::tables::{RAW_TABLES, is_rolled_up};
use model::{Amount, Month};
use sandbox::{Options, Organisation, Size, records, write_csv_folder, write_store};
use store::Store;
use store::csv_folder::{self, Reading};

fn small() -> Organisation {
    Organisation::generate(&Options::new(11, Size::Small))
}

#[test]
fn the_csv_folder_has_every_raw_table_under_its_header_but_what_follows_from_jobs() {
    let folder = tempfile::tempdir().expect("folder");
    write_csv_folder(&small(), folder.path()).expect("written");
    for table in RAW_TABLES.into_iter().filter(|table| !is_rolled_up(table)) {
        let text = fs::read_to_string(folder.path().join(format!("{}.csv", table.name))).expect("file");
        let header: Vec<&str> = table.header().collect();
        assert_eq!(text.lines().next(), Some(header.join(",").as_str()));
        // GitHub tells of no iterations and no tickets.
        let is_empty = ["issue_iteration_event", "ticket", "ticket_event"].contains(&table.name);
        assert_eq!(text.lines().count() > 1, !is_empty, "{}", table.name);
    }
}

#[test]
fn the_csv_folder_is_what_a_store_publishes_after_the_same_import() {
    let organisation = small();
    let (direct, published) = (tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder"));
    write_csv_folder(&organisation, direct.path()).expect("written");
    let url = format!("sqlite:{}", published.path().join("cto.db").display());
    write_store(&organisation, &url).expect("stored");
    Store::open_existing(&url)
        .expect("store")
        .publish_csv(published.path(), store::JobsOfCi::Published)
        .expect("published");
    for table in RAW_TABLES.into_iter().filter(|table| !is_rolled_up(table)) {
        let name = format!("{}.csv", table.name);
        let read = |folder: &std::path::Path| fs::read_to_string(folder.join(&name)).expect("file");
        let (left, right) = (read(direct.path()), read(published.path()));
        let different = left.lines().zip(right.lines()).find(|(left, right)| left != right);
        assert_eq!(different, None, "{name}");
        assert_eq!(left.lines().count(), right.lines().count(), "{name}");
    }
}

#[test]
fn the_store_holds_what_the_view_shows() {
    let organisation = small();
    let folder = tempfile::tempdir().expect("folder");
    let url = format!("sqlite:{}", folder.path().join("cto.db").display());
    write_store(&organisation, &url).expect("stored");
    let raw = Store::open_existing(&url).expect("store").load(Scopes::ALL).expect("loaded");
    let view = organisation.view(organisation.end());
    assert_eq!(raw.issues.created_at.len(), view.issues.len());
    assert_eq!(raw.pull_requests.created_at.len(), view.pull_requests.len());
    assert_eq!(raw.reviews.submitted_at.len(), view.pull_requests.iter().map(|pull| pull.reviews.len()).sum::<usize>());
    assert_eq!(raw.as_of, Some(organisation.end()));
}

#[test]
fn the_ledger_is_the_invoices_of_25_months() {
    let organisation = small();
    let folder = tempfile::tempdir().expect("folder");
    write_csv_folder(&organisation, folder.path()).expect("written");
    let text = fs::read_to_string(folder.path().join("cloud_costs.csv")).expect("file");
    let mut sums: BTreeMap<[String; 4], [Amount; 3]> = BTreeMap::new();
    for line in text.lines().skip(1) {
        // No text of these bills holds a comma.
        let cells: Vec<&str> = line.split(',').collect();
        let [provider, _, month, cost, currency, account, _, gross, credits, ..] = cells.as_slice() else {
            panic!("{line}");
        };
        let sum = sums.entry([*provider, *account, &month[..7], *currency].map(str::to_owned)).or_default();
        for (sum, cell) in sum.iter_mut().zip([gross, credits, cost]) {
            *sum += &cell.parse().expect("an amount");
        }
    }
    let first = Month::of(organisation.end()).plus(-24);
    let invoices = organisation.bills().invoices(organisation.end());
    let expected = invoices.into_iter().filter(|one| one.month >= first).map(|one| {
        ([one.provider.to_owned(), one.account, one.month.to_string(), one.currency], [one.gross, one.credits, one.net])
    });
    assert_eq!(sums, expected.collect());
    assert_eq!(sums.len(), 3 * 25);
}

#[test]
fn the_csv_folder_loads_by_header_and_strictly() {
    let organisation = small();
    let folder = tempfile::tempdir().expect("folder");
    write_csv_folder(&organisation, folder.path()).expect("written");
    let loaded = csv_folder::load(folder.path(), Scopes::ALL, Reading::Strict).expect("loaded");
    assert!(loaded.problems.is_empty());
    assert_eq!(loaded.raw.issues.created_at.len(), 300);
    assert_eq!(loaded.raw.pull_requests.created_at.len(), 400);
    assert_eq!(loaded.raw.as_of, Some(organisation.end()));
}

#[test]
fn records_of_a_view_are_those_of_the_direct_writers() {
    let organisation = small();
    let view = organisation.view(organisation.end());
    let count = view.repositories.len() + view.projects.len() + view.issues.len() + view.pull_requests.len();
    let loose = view.items.iter().filter(|item| !matches!(item.content, sandbox::view::Content::Issue(_))).count();
    assert_eq!(records(&view).count(), count + loose);
}

#[test]
fn the_truth_is_written_as_four_files() {
    let organisation = small();
    let folder = tempfile::tempdir().expect("folder");
    let truth = organisation.truth(organisation.end());
    truth.write(&folder.path().join("truth")).expect("written");
    let lines = |name: &str| fs::read_to_string(folder.path().join("truth").join(name)).expect("file").lines().count();
    assert_eq!(lines("truth_stocks_week.csv"), 1 + truth.stocks.len() * 11);
    assert_eq!(lines("truth_throughput_week.csv"), 1 + truth.throughput.len());
    assert_eq!(lines("truth_issue.csv"), 1 + truth.issues.len());
    assert_eq!(lines("truth_pr.csv"), 1 + truth.pull_requests.len());
}
