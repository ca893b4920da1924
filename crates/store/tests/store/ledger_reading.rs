//! The ledger as columns, and how far it reaches.

use std::fs;

use model::Instant;
use model::columns::{CodeColumn, Raw, Scopes};
use model::records::{ChargeCategory, CloudCost, ImportRun};

use crate::ledger::{amount, bill, bills_page, line, time};
use crate::records::{Fixture, issue, issue_record};

fn texts(raw: &Raw, codes: &CodeColumn) -> Vec<String> {
    codes.iter().map(|code| raw.dictionary.text(*code).into_owned()).collect()
}

fn covered(raw: &Raw) -> (Option<String>, Option<String>) {
    (raw.as_of.map(Instant::to_rfc3339), raw.cloud_as_of.map(Instant::to_rfc3339))
}

fn record_run(fixture: &Fixture, run: i64, scope: &str, outcome: &str, covered_to: &str) {
    let run = ImportRun {
        run,
        scope: scope.into(),
        outcome: outcome.into(),
        covered_to: Some(time(covered_to)),
        ..ImportRun::default()
    };
    fixture.store.record_import(&run).expect("recorded");
}

/// Loads a `cloud_costs.csv` with this text.
fn load(fixture: &Fixture, text: &str) {
    let folder = fixture.path("raw");
    fs::create_dir_all(&folder).expect("folder");
    fs::write(folder.join("cloud_costs.csv"), text).expect("written");
    fixture.store.import_csv(&folder).expect("loaded");
}

#[test]
fn bills_become_columns_in_published_order() {
    let fixture = Fixture::new();
    let credited = CloudCost {
        charge_category: ChargeCategory::Credit,
        credits: amount("-0.25"),
        ..line("Cloud Run", "USD", "0.35")
    };
    let bills = [
        bill("gcp", "01-AB", "2026-01", "2026-02-10T00:00:00Z", vec![credited]),
        bill("azure", "one", "2026-02", "2026-02-10T00:00:00Z", vec![line("VM", "EUR", "2.675")]),
        bill("azure", "one", "2026-01", "2026-02-10T00:00:00Z", vec![line("VM", "EUR", "1"), line("Disk", "EUR", "4")]),
    ];
    fixture.store.commit(&bills_page("some/source", &bills)).expect("stored");
    let raw = fixture.store.load(Scopes::CLOUD_SPENDING).expect("read");
    let costs = &raw.cloud_costs;
    assert_eq!(texts(&raw, &costs.provider), ["azure", "azure", "gcp", "azure"]);
    assert_eq!(texts(&raw, &costs.account), ["one", "one", "01-AB", "one"]);
    assert_eq!(texts(&raw, &costs.service), ["Disk", "VM", "Cloud Run", "VM"]);
    assert_eq!(texts(&raw, &costs.currency), ["EUR", "EUR", "USD", "EUR"]);
    assert_eq!(texts(&raw, &costs.source), ["some/source"; 4]);
    let months: Vec<_> = costs.month.iter().map(ToString::to_string).collect();
    assert_eq!(months, ["2026-01", "2026-01", "2026-01", "2026-02"]);
    assert_eq!(costs.charge_category[1..3], [ChargeCategory::Usage, ChargeCategory::Credit]);
    assert_eq!(costs.gross[2], amount("0.35"));
    assert_eq!(costs.credits[2], amount("-0.25"));
    assert_eq!(costs.net, [amount("4"), amount("1"), amount("0.1"), amount("2.675")]);
    assert_eq!(costs.net.iter().map(model::Amount::to_f64).collect::<Vec<_>>(), [4.0, 1.0, 0.1, 2.675]);
    assert_eq!(costs.observed_at.get(3), Some(time("2026-02-10T00:00:00Z")));
    // Equal texts have equal codes.
    assert_eq!(costs.provider[0], costs.provider[3]);
}

#[test]
fn bills_are_read_only_when_they_are_asked_for() {
    let fixture = Fixture::new();
    let bills = [bill("azure", "one", "2026-01", "2026-02-10T00:00:00Z", vec![line("VM", "EUR", "1")])];
    fixture.store.commit(&bills_page("azure/one", &bills)).expect("stored");
    fixture.see(1, &[issue_record(issue("I_1", "1"))]);
    let usual = fixture.store.load(Scopes::USUAL).expect("read");
    assert_eq!((usual.cloud_costs.net.len(), usual.cloud_as_of, usual.issues.id.len()), (0, None, 1));
    let clouds = fixture.store.load(Scopes::CLOUD_SPENDING).expect("read");
    assert_eq!((clouds.cloud_costs.net.len(), clouds.as_of, clouds.issues.id.len()), (1, None, 0));
}

#[test]
fn bills_and_issues_reach_as_far_as_their_own_imports() {
    let fixture = Fixture::new();
    fixture.see(0, &[issue_record(issue("I_1", "1"))]);
    let bills = [bill("azure", "one", "2026-01", "2026-02-10T00:00:00Z", vec![line("VM", "EUR", "1")])];
    fixture.store.commit(&bills_page("azure/one", &bills)).expect("stored");
    let reach = |scopes| covered(&fixture.store.load(scopes).expect("read"));
    // While the first import still runs: the newest observation.
    let (epoch, february) = ("1970-01-01T00:00:00Z", "2026-02-10T00:00:00Z");
    assert_eq!(reach(Scopes::ALL), (Some(epoch.into()), Some(february.into())));
    record_run(&fixture, 1, "issues", "ok", "2026-02-03T00:00:00Z");
    record_run(&fixture, 1, "cloud_costs", "ok", "2026-02-09T00:00:00Z");
    record_run(&fixture, 2, "cloud_costs", "failed", "2026-03-09T00:00:00Z");
    record_run(&fixture, 2, "issues", "failed", "2026-03-09T00:00:00Z");
    let expected = (Some("2026-02-03T00:00:00Z".into()), Some("2026-02-09T00:00:00Z".into()));
    assert_eq!(reach(Scopes::ALL), expected);
    let raw = fixture.store.load(Scopes::CLOUD_SPENDING).expect("read");
    assert_eq!(covered(&raw), (None, expected.1));
    assert_eq!(raw.imports.iter().filter(|run| run.scope == "cloud_costs").count(), 2);
}

#[test]
fn of_a_file_that_says_no_time_the_newest_month_is_open() {
    let fixture = Fixture::new();
    let header = "provider,service,month,cost,currency\n";
    load(&fixture, &format!("{header}gcp,Run,2026-01-15,1,USD\ngcp,Run,2026-03-31,1,USD\ngcp,Run,2026-02-01,1,USD\n"));
    let raw = fixture.store.load(Scopes::ALL).expect("read");
    assert_eq!(covered(&raw), (None, Some("2026-03-06T00:00:00Z".into())));
    let settled: Vec<_> =
        raw.cloud_costs.month.iter().map(|month| month.is_settled_at(raw.cloud_as_of.expect("known"))).collect();
    assert_eq!(settled, [true, true, false]);
    assert_eq!(fixture.cells("cloud_costs", &["settled", "observed_at"]), ["true,", "true,", "false,"]);
}

#[test]
fn a_file_that_says_times_counts_as_far_as_they_go() {
    let fixture = Fixture::new();
    record_run(&fixture, 1, "cloud_costs", "ok", "2026-02-09T00:00:00Z");
    let file = |day: u8| {
        format!("provider,service,month,cost,account,observed_at\ngcp,Run,2026-01-01,1,x,2026-02-{day:02}T00:00:00Z\n")
    };
    let reach = || covered(&fixture.store.load(Scopes::ALL).expect("read"));
    load(&fixture, &file(8));
    assert_eq!(reach(), (None, Some("2026-02-09T00:00:00Z".into())));
    load(&fixture, &file(12));
    assert_eq!(reach(), (None, Some("2026-02-12T00:00:00Z".into())));
    assert_eq!(fixture.cells("cloud_costs", &["settled"]), ["true"]);
}
