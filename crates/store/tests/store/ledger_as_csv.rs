//! Bills from CSV files.

use std::fs;

use model::columns::{Raw, Scopes};
use model::kinds::Named as _;
use model::records::{ChargeCategory, CloudCost, Record};
use proptest::prelude::*;
use store::csv_folder::{self, Reading};
use store::{CsvImport, CsvTable, Store, StoreError};

use crate::ledger::{amount, bill, bills_page, line};
use crate::records::{Fixture, everything, url};

const ORIGINAL: &str = "provider,service,month,cost,currency\n\
                        azure,VM,2026-01-01,0.10,EUR\n\
                        azure,VM,2026-01-01,0.20,EUR\n\
                        gcp,Run,2026-02-15,8e2, USD \n";
const CELLS: [&str; 7] = ["provider", "month", "service", "account", "currency", "cost", "source"];

fn try_load(fixture: &Fixture, text: &str) -> Result<CsvImport, StoreError> {
    let folder = fixture.path("raw");
    fs::create_dir_all(&folder).expect("folder");
    fs::write(folder.join("cloud_costs.csv"), text).expect("written");
    fixture.store.import_csv(&folder)
}

/// Rows stored and rows left out.
fn load(fixture: &Fixture, text: &str) -> (u64, u64) {
    let import = try_load(fixture, text).expect("loaded");
    assert_eq!(import.newest, None);
    (import.tables[0].rows, import.tables[0].kept)
}

fn see(fixture: &Fixture, account: &str, month: &str, lines: Vec<CloudCost>) {
    let records = [bill("azure", account, month, "2026-02-10T00:00:00Z", lines)];
    fixture.store.commit(&bills_page("azure/one", &records)).expect("stored");
}

#[test]
fn the_original_s_bills_are_loaded_alone_and_rows_with_equal_keys_added_up() {
    let fixture = Fixture::new();
    let import = try_load(&fixture, ORIGINAL).expect("loaded");
    assert_eq!(import.tables, [CsvTable { name: "cloud_costs", rows: 3, kept: 0, unknown: 0 }]);
    assert!(!fixture.store.is_empty().expect("asked"));
    assert_eq!(
        fixture.cells("cloud_costs", &CELLS),
        ["azure,2026-01-01,VM,,EUR,0.30,csv", "gcp,2026-02-01,Run,,USD,800.00,csv"]
    );
    assert_eq!(
        fixture.cells("cloud_costs", &["gross", "credits", "charge_category", "settled", "observed_at"]),
        ["0.30,0.00,,true,", "800.00,0.00,,false,"]
    );
    let runs = fixture.store.import_runs().expect("listed");
    assert_eq!((runs[0].scope.name(), runs[0].records, runs[0].covered_to), ("csv", 3, None));
}

#[test]
fn a_bill_by_account_supersedes_the_same_bill_without_accounts() {
    let fixture = Fixture::new();
    let text = format!("{ORIGINAL}Azure,VM,2026-01-01,5,EUR\nazure,VM,2025-12-01,6,EUR\n");
    assert_eq!(load(&fixture, &text), (5, 0));
    see(&fixture, "two", "2026-01", vec![]);
    assert_eq!(fixture.cells("cloud_costs", &["provider"]).len(), 4, "an account without costs supersedes nothing");
    see(&fixture, "one", "2026-01", vec![line("VM", "EUR", "9")]);
    let expected = [
        "azure,2025-12-01,VM,,EUR,6.00,csv",
        "Azure,2026-01-01,VM,,EUR,5.00,csv",
        "azure,2026-01-01,VM,one,EUR,9.00,azure/one",
        "gcp,2026-02-01,Run,,USD,800.00,csv",
    ];
    assert_eq!(fixture.cells("cloud_costs", &CELLS), expected);
    // The file again: its bill of that month is known by account now.
    assert_eq!(load(&fixture, &text), (3, 2));
    assert_eq!(fixture.cells("cloud_costs", &CELLS), expected);
}

#[test]
fn what_a_provider_was_asked_is_not_overwritten_and_what_a_file_brought_is() {
    let fixture = Fixture::new();
    see(&fixture, "one", "2026-01", vec![line("VM", "EUR", "9")]);
    see(&fixture, "three", "2026-01", vec![]);
    let file = |cost: &str| {
        format!(
            "provider,service,month,cost,currency,account\nazure,VM,2026-01-01,1,EUR,one\n\
             azure,VM,2026-01-01,{cost},EUR,two\nazure,VM,2026-01-01,3,EUR,three\n"
        )
    };
    assert_eq!(load(&fixture, &file("2")), (1, 2));
    assert_eq!(load(&fixture, &file("4")), (1, 2));
    assert_eq!(fixture.cells("cloud_costs", &["account", "cost", "source"]), ["one,9.00,azure/one", "two,4.00,csv"]);
}

#[test]
fn a_file_with_accounts_supersedes_an_earlier_one_without_and_rows_of_both_kinds_count_once() {
    let fixture = Fixture::new();
    load(&fixture, ORIGINAL);
    let mixed = "provider,service,month,cost,currency,account\nazure,VM,2026-01-01,0.30,EUR,\n\
                 azure,VM,2026-01-01,0.30,EUR,one\n";
    for _ in 0..2 {
        assert_eq!(load(&fixture, mixed), (1, 1));
        assert_eq!(
            fixture.cells("cloud_costs", &CELLS),
            ["azure,2026-01-01,VM,one,EUR,0.30,csv", "gcp,2026-02-01,Run,,USD,800.00,csv"]
        );
    }
}

#[test]
fn our_own_columns_are_taken_where_they_are() {
    let fixture = Fixture::new();
    let text = "month,provider,service,cost,gross,credits,charge_category,settled,observed_at,source\n\
                2026-01-01,AWS,EC2,1,3,-2,usage,,2026-02-06T00:00:00Z,focus/x\n\
                2026-01-01,AWS,S3,1,3,,Tax,,2026-02-05T00:00:00Z,focus/x\n\
                2026-01-01,AWS,SQS,1,,-2,,true,2026-02-05T00:00:00Z,focus/x\n\
                2026-01-01,AWS,SQS,1,,,,,2026-02-04T00:00:00Z,focus/x\n";
    assert_eq!(load(&fixture, text), (4, 0));
    let cells = ["service", "cost", "gross", "credits", "charge_category", "settled", "observed_at", "source"];
    assert_eq!(
        fixture.cells("cloud_costs", &cells),
        [
            "EC2,1.00,3.00,-2.00,Usage,true,2026-02-06T00:00:00Z,focus/x",
            "S3,1.00,3.00,-2.00,Tax,false,2026-02-05T00:00:00Z,focus/x",
            "SQS,2.00,4.00,-2.00,,false,2026-02-04T00:00:00Z,focus/x",
        ]
    );
}

#[test]
fn each_complaint_about_a_bill_names_file_line_column_value_and_remedy() {
    let row = |row: &str| format!("provider,service,month,cost,charge_category,gross,credits,settled\n{row}\n");
    let no_number = "is not a decimal number such as 1234.56 or 1.2e-7 (no thousands separators, no currency sign)";
    let cases = [
        (row("gcp,Run,2026-01-01,\"1,234.56\",,,,"), format!("line 2, column cost: `1,234.56` {no_number}")),
        (row("gcp,Run,2026-01-01,NaN,,,,"), format!("line 2, column cost: `NaN` {no_number}")),
        (row("gcp,Run,2026-01-01,1,,€1,,"), format!("line 2, column gross: `€1` {no_number}")),
        (row("gcp,Run,2026-01-01,,,,,"), format!("line 2, column cost: `` {no_number}")),
        (
            row("gcp,Run,2026-02-29,1,,,,"),
            "line 2, column month: `2026-02-29` is not a day that exists, such as 2026-01-01".to_owned(),
        ),
        (
            row("gcp,Run,2026-01-01,1,Usage,2,1,"),
            "line 2, column cost: `1` is not the sum of gross and credits".to_owned(),
        ),
        (
            row("gcp,Run,2026-01-01,1,Fee,,,"),
            "line 2, column charge_category: `Fee` is not `Usage`, `Purchase`, `Tax`, `Credit` or `Adjustment`"
                .to_owned(),
        ),
        (
            row("gcp,Run,2026-01-01,1,,,,soon"),
            "line 2, column settled: `soon` is neither `true` nor `false`".to_owned(),
        ),
        (
            "provider,service,month\n".to_owned(),
            "has no column `cost`; its columns are provider, service, month".to_owned(),
        ),
    ];
    for (text, expected) in cases {
        let fixture = Fixture::new();
        let error = try_load(&fixture, &text).expect_err("refused");
        let place = fixture.path("raw").join("cloud_costs.csv").display().to_string();
        assert_eq!(error.to_string(), format!("{place} {expected}"));
        assert!(fixture.store.is_empty().expect("asked"), "nothing may be stored");
    }
}

/// The columns in words, so that two dictionaries can be compared.
fn in_words(raw: &Raw) -> Vec<String> {
    let costs = &raw.cloud_costs;
    let text = |code: u32| raw.dictionary.text(code).into_owned();
    let row = |row: usize| {
        let codes =
            [costs.provider[row], costs.account[row], costs.service[row], costs.currency[row], costs.source[row]];
        let amounts = [&costs.gross[row], &costs.credits[row], &costs.net[row]];
        let (month, category) = (costs.month[row], costs.charge_category[row]);
        let at = costs.observed_at.get(row);
        format!("{:?} {month} {category:?} {amounts:?} {} {at:?}", codes.map(text), costs.net[row].to_f64())
    };
    (0..costs.net.len()).map(row).collect()
}

fn bills() -> impl Strategy<Value = Vec<Record>> {
    let name = |names: &'static [&'static str]| prop::sample::select(names);
    let decimal = || "-?[0-9]{1,20}(\\.[0-9]{1,20})?(e-?[0-9])?";
    let cost = (
        name(&["", "VM", "Cafés, \"b\"", " led by a blank", "a\nb"]),
        prop::sample::select(ChargeCategory::ALL),
        name(&["EUR", "USD", ""]),
        decimal(),
        decimal(),
    );
    let cost = cost.prop_map(|(service, charge_category, currency, gross, credits)| CloudCost {
        charge_category,
        credits: amount(&credits),
        ..line(service, currency, &gross)
    });
    let month = (
        name(&["azure", "gcp", "Amazon Web Services"]),
        name(&["", "one", "two, too"]),
        name(&["2025-12", "2026-01", "2026-02"]),
        1..28_u8,
        prop::collection::vec(cost, 0..4),
    );
    let month = month.prop_map(|(provider, account, month, day, lines)| {
        bill(provider, account, month, &format!("2026-02-{day:02}T01:02:03Z"), lines)
    });
    prop::collection::vec(month, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_published_ledger_loaded_again_is_the_same_ledger(records in bills()) {
        let fixture = Fixture::new();
        fixture.store.commit(&bills_page("focus/exports/*.csv", &records)).expect("stored");
        let folder = fixture.path("data");
        fixture.store.publish_csv(&folder, store::JobsOfCi::Published).expect("published");
        let again = Store::open(&url(&fixture.path("again.db"))).expect("opened");
        again.import_csv(&folder).expect("loaded");
        prop_assert_eq!(everything(&again, &["import_run"]), everything(&fixture.store, &["import_run"]));
        let stored = fixture.store.load(Scopes::CLOUD_SPENDING).expect("read");
        let read = csv_folder::load(&folder, Scopes::CLOUD_SPENDING, Reading::Strict).expect("without faults").raw;
        prop_assert_eq!(in_words(&read), in_words(&stored));
        let original = csv_folder::load(&folder, Scopes::CLOUD_SPENDING, Reading::Original).expect("readable");
        prop_assert_eq!(in_words(&original.raw), in_words(&stored));
        prop_assert_eq!(original.problems, []);
    }
}
