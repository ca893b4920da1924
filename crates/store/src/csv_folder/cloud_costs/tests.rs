use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use model::Instant;
use model::columns::{CodeColumn, Raw, Scopes};
use model::records::ChargeCategory;
use tempfile::TempDir;

use crate::csv_folder::{CsvError, Loaded, Reading, holds_cloud_costs, load};

const HEADER: &str = "provider,service,month,cost,currency\n";

fn folder(text: impl AsRef<[u8]>) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("cloud_costs.csv"), text).expect("written");
    folder
}

fn read(text: impl AsRef<[u8]>, reading: Reading) -> Result<Loaded, CsvError> {
    load(folder(text).path(), Scopes::CLOUD_SPENDING, reading)
}

fn strict(text: impl AsRef<[u8]>) -> Raw {
    read(text, Reading::Strict).expect("a file without faults").raw
}

fn strict_error(text: impl AsRef<[u8]>) -> String {
    read(text, Reading::Strict).expect_err("a file with a fault").to_string()
}

/// Costs as the original reads them, and what is told about them.
fn original(text: impl AsRef<[u8]>) -> (Vec<f64>, Vec<String>) {
    let loaded = read(text, Reading::Original).expect("a file that the original reads");
    (loaded.raw.as_original.binary_costs, loaded.problems.iter().map(ToString::to_string).collect())
}

fn texts<'a>(raw: &Raw, codes: impl IntoIterator<Item = &'a u32>) -> Vec<String> {
    codes.into_iter().map(|code| raw.dictionary.text(*code).into_owned()).collect()
}

#[test]
fn rows_stay_in_file_order_repeated_keys_too_and_names_stay_as_they_are() {
    let raw = strict(format!(
        "{HEADER}gcp, Run ,2021-02-28,8e2,USD\nGCP,run,2021-01-31,0.10,usd\nGCP,run,2021-01-31,0.20,\" EUR \"\n"
    ));
    let costs = &raw.cloud_costs;
    assert_eq!(texts(&raw, &costs.provider), ["gcp", "GCP", "GCP"]);
    assert_eq!(texts(&raw, &costs.service), [" Run ", "run", "run"]);
    assert_eq!(texts(&raw, &costs.currency), ["USD", "usd", "EUR"]);
    assert_eq!(costs.month.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2021-02", "2021-01", "2021-01"]);
    assert_eq!(costs.net.iter().map(ToString::to_string).collect::<Vec<_>>(), ["800.00", "0.10", "0.20"]);
    assert_eq!(costs.gross, costs.net);
    assert!(costs.credits.iter().all(model::Amount::is_zero));
    assert_eq!(costs.net.iter().map(model::Amount::to_f64).collect::<Vec<_>>(), [800.0, 0.1, 0.2]);
    assert_eq!(costs.charge_category, [ChargeCategory::Unknown; 3]);
    let codes = |column: &CodeColumn| column.iter().copied().collect::<Vec<_>>();
    assert_eq!((codes(&costs.account), codes(&costs.source)), (vec![0; 3], vec![0; 3]));
    assert_eq!(costs.observed_at.get(0), None);
}

#[test]
fn byte_order_mark_line_ends_case_and_order_of_the_header_do_not_matter_and_a_currency_may_be_absent() {
    let raw = strict("\u{feff}COST, month ,more,service,Provider\r\n1.5,2026-01-01,?,\"Disk, big\",azure\r\n\r\n");
    assert_eq!(texts(&raw, &raw.cloud_costs.service), ["Disk, big"]);
    assert_eq!(texts(&raw, &raw.cloud_costs.currency), [""]);
    assert_eq!(raw.cloud_costs.net[0].to_string(), "1.50");
}

#[test]
fn faults_are_told_with_file_line_column_and_value() {
    let row = |row: &str| strict_error(format!("{HEADER}gcp,Run,2021-02-01,1,USD\n{row}\n"));
    let no_number = "is not a decimal number such as 1234.56 or 1.2e-7 (no thousands separators, no currency sign)";
    for cost in ["\"1,234.56\"", "NaN", "Inf", "12abc", "", "1_000", "1p3", " 1", "0x10"] {
        let expected = format!("cloud_costs.csv line 3, column cost: `{}` {no_number}", cost.trim_matches('"'));
        assert_eq!(row(&format!("gcp,Run,2021-02-01,{cost},USD")), expected);
    }
    for month in ["2021-13-01", "2021-02", "", "2021-1-1", "2021-02-29", "2021-01-01T00:00:00Z"] {
        let expected =
            format!("cloud_costs.csv line 3, column month: `{month}` is not a day that exists, such as 2026-01-01");
        assert_eq!(row(&format!("gcp,Run,{month},1,USD")), expected);
    }
    assert_eq!(
        row("gcp,Run,2021-02-01,1,234.56,USD"),
        "cloud_costs.csv line 3 has 6 fields, but the header has 5: quote fields that contain commas, or complete the row"
    );
    assert_eq!(strict_error(""), "cloud_costs.csv is empty, not even a header: remove it, or import again");
}

#[test]
fn columns_that_the_original_would_take_from_the_first_are_errors_in_both_readings() {
    for column in ["provider", "service", "month", "cost"] {
        let header = HEADER.replace(column, "else");
        for reading in [Reading::Strict, Reading::Original] {
            let error = read(&header, reading).expect_err("a column is missing").to_string();
            assert!(
                error.starts_with(&format!("cloud_costs.csv has no column `{column}`; its columns are ")),
                "{error}"
            );
        }
    }
}

#[test]
fn the_original_reading_takes_what_it_can_and_tells_every_odd_value() {
    let (costs, problems) = original(format!(
        "{HEADER}gcp,Run,2021-02-01,1e3,USD\ngcp,Run,2021-13-01,5,USD\ngcp,Run,2021-02,abc,USD\ngcp,Run,2021-02-01,,USD\n\
         gcp,Run,2021-02-01,\"1,234.56\",USD\ngcp,Run,2021-02-01,1_000,USD\ngcp,Run,2021-02-01,NaN,USD\n\
         gcp,Run,2021-02-01,1e400,USD\ngcp,Run,2021-02-01,-0.00,USD\n"
    ));
    assert!(costs[4].is_nan());
    assert_eq!((&costs[..4], &costs[5..]), (&[1000.0, 0.0, 1.0, 1000.0][..], &[0.0, 0.0][..]));
    assert!(costs[6].is_sign_negative());
    let no_number = "is not a decimal number such as 1234.56 or 1.2e-7 (no thousands separators, no currency sign)";
    let skipped = "is not a day that exists, such as 2026-01-01: the row is skipped, as the original does";
    assert_eq!(
        problems,
        [
            format!("cloud_costs.csv line 3, column month: `2021-13-01` {skipped}"),
            format!("cloud_costs.csv line 4, column month: `2021-02` {skipped}"),
            format!("cloud_costs.csv line 5, column cost: `` {no_number}: read as 0, as the original does"),
            format!("cloud_costs.csv line 6, column cost: `1,234.56` {no_number}: read as 1, as the original does"),
            format!("cloud_costs.csv line 7, column cost: `1_000` {no_number}: read as 1000, as the original does"),
            format!("cloud_costs.csv line 8, column cost: `NaN` {no_number}: read as NaN, as the original does"),
            format!("cloud_costs.csv line 9, column cost: `1e400` {no_number}: read as 0, as the original does"),
        ]
    );
}

#[test]
fn where_only_the_original_makes_sense_of_a_cost_the_exact_amount_is_zero() {
    let loaded = read(format!("{HEADER}gcp,Run,2021-02-01,12abc,USD\n"), Reading::Original).expect("readable");
    assert_eq!(loaded.raw.as_original.binary_costs, [12.0]);
    assert!(loaded.raw.cloud_costs.net[0].is_zero() && loaded.raw.cloud_costs.gross[0].is_zero());
}

#[test]
fn our_own_columns_are_read_where_they_are_and_their_faults_are_told_when_strict() {
    let header = "provider,service,month,cost,currency,account,charge_category,gross,credits,observed_at,source\n";
    let raw = strict(format!("{header}gcp,Run,2026-01-01,1,USD,01-AB,Tax,3,-2,2026-02-06T00:00:00Z,gcp/01-AB\n"));
    let costs = &raw.cloud_costs;
    assert_eq!(texts(&raw, &[costs.account[0], costs.source[0]]), ["01-AB", "gcp/01-AB"]);
    assert_eq!((costs.gross[0].to_string(), costs.credits[0].to_string()), ("3.00".into(), "-2.00".into()));
    assert_eq!(costs.charge_category, [ChargeCategory::Tax]);
    assert_eq!(costs.observed_at.get(0).map(Instant::to_rfc3339).as_deref(), Some("2026-02-06T00:00:00Z"));
    for (cells, expected) in [
        ("Fee,,,", "column charge_category: `Fee` is not `Usage`, `Purchase`, `Tax`, `Credit` or `Adjustment`"),
        (",3,2,", "column cost: `1` is not the sum of gross and credits"),
        (",3 USD,,", "column gross: `3 USD` is not a decimal number"),
        (",,,soon", "column observed_at: `soon` is not a time"),
    ] {
        let text = format!("{header}gcp,Run,2026-01-01,1,USD,01-AB,{cells},\n");
        let error = strict_error(&text);
        assert!(error.contains(expected), "{error}");
        assert_eq!(original(&text), (vec![1.0], vec![]));
    }
}

#[test]
fn bills_reach_as_far_as_imports_say_else_rows_else_the_months_and_issues_are_not_moved() {
    let as_of = |folder: &TempDir| {
        let raw = load(folder.path(), Scopes::CLOUD_SPENDING, Reading::Strict).expect("readable").raw;
        (raw.as_of.map(Instant::to_rfc3339), raw.cloud_as_of.map(Instant::to_rfc3339))
    };
    let months = folder(format!("{HEADER}gcp,Run,2026-02-01,1,USD\ngcp,Run,2026-03-01,1,USD\n"));
    assert_eq!(as_of(&months), (None, Some("2026-03-06T00:00:00Z".into())));
    let rows = folder("provider,service,month,cost,observed_at\ngcp,Run,2026-02-01,1,2026-03-03T00:00:00Z\n");
    assert_eq!(as_of(&rows), (None, Some("2026-03-03T00:00:00Z".into())));
    let runs = "run,scope,subject,outcome,covered_to\n1,cloud_costs,gcp/x,ok,2026-03-02T00:00:00Z\n\
                1,issues,acme/web,ok,2026-03-01T00:00:00Z\n2,cloud_costs,gcp/x,failed,2026-03-04T00:00:00Z\n";
    fs::write(rows.path().join("import_run.csv"), runs).expect("written");
    assert_eq!(as_of(&rows), (Some("2026-03-01T00:00:00Z".into()), Some("2026-03-02T00:00:00Z".into())));
    assert_eq!(as_of(&folder(HEADER)), (None, None));
}

#[test]
fn a_folder_without_bills_has_none_and_says_so() {
    let nothing = TempDir::new().expect("a folder");
    assert!(!holds_cloud_costs(nothing.path()));
    let raw = load(nothing.path(), Scopes::CLOUD_SPENDING, Reading::Strict).expect("readable").raw;
    assert_eq!((raw.cloud_costs.net.len(), raw.cloud_as_of), (0, None));
    let some = folder(HEADER);
    assert!(holds_cloud_costs(some.path()));
    assert!(load(some.path(), Scopes::NONE, Reading::Strict).expect("readable").raw.cloud_costs.net.is_empty());
}

#[test]
fn the_reference_bills_are_read_with_what_is_odd_in_them() {
    let Some(root) = std::env::var_os("CTO_REFERENCE_DATA").map(PathBuf::from) else {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
        return;
    };
    for set in ["tiny", "nasty"] {
        let folder = root.join("cto-stats").join(set);
        let loaded = load(&folder.join("data-in"), Scopes::CLOUD_SPENDING, Reading::Original).expect("readable");
        let told: Vec<_> = loaded.problems.iter().map(|problem| (problem.column, &problem.value[..])).collect();
        assert_eq!(
            told,
            [
                ("month", "2021-13-01"),
                ("month", "2021-02"),
                ("month", ""),
                ("cost", ""),
                ("cost", "1,234.56"),
                ("cost", "12abc"),
                ("cost", "abc"),
            ]
        );
        let expected = fs::read_to_string(folder.join("data-out/cloud_spending_monthly.csv")).expect("is there");
        assert_eq!(monthly(&loaded.raw), expected, "{set}");
    }
}

/// The original's sums by month, provider and currency.
fn monthly(raw: &Raw) -> String {
    let costs = &raw.cloud_costs;
    let mut sums = BTreeMap::<_, f64>::new();
    for row in 0..costs.net.len() {
        let [provider, currency] = [costs.provider[row], costs.currency[row]].map(|code| raw.dictionary.text(code));
        *sums.entry((costs.month[row], provider, currency)).or_default() += raw.as_original.binary_costs[row];
    }
    let rows =
        sums.iter().map(|((month, provider, currency), sum)| format!("{month},{provider},{sum:.2},{currency}\n"));
    format!("month,provider,cost,currency\n{}", rows.collect::<String>())
}
