//! Several runs of one export under one pattern.

use std::path::Path;

use focus_csv::Settings;
use source::Window;

use crate::folder::{Folder, Ledger, at, source_of};

const HEADER: &str = "BilledCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargeCategory,ChargeClass,ProviderName,ServiceName,SubAccountId,ChargePeriodStart\n";

const EARLY: &str = "2024-10-10T00:00:00Z";
const LATE: &str = "2024-10-11T00:00:00Z";

/// A row of September 2024 whose charge begins then.
fn charge(cost: &str, account: &str, begins: &str) -> String {
    format!("{cost},USD,2024-09-01,2024-10-01,Usage,,AWS,S3,{account},{begins}\n")
}

/// A dollar of the account `sub` for each of these days.
fn days(days: std::ops::RangeInclusive<u32>) -> String {
    let rows = days.map(|day| charge("1", "sub", &format!("2024-09-{day:02}")));
    HEADER.to_owned() + &rows.collect::<String>()
}

async fn import(settings: Settings) -> Ledger {
    let ledger = Ledger::default();
    ledger.import(&source_of(settings), Window::default()).await.expect("bills");
    ledger
}

async fn error_of(folder: &Folder) -> String {
    let ledger = Ledger::default();
    let outcome = ledger.import(&folder.source("**/*.csv"), Window::default()).await;
    let error = outcome.expect_err("a fault").to_string();
    assert!(ledger.batches().is_empty());
    error.replace(&format!("{}/", folder.path().display()), "")
}

fn billed(cost: &str) -> Vec<String> {
    vec![format!("AWS sub 2024-09 S3 Usage USD {cost} 0.00")]
}

#[tokio::test]
async fn of_runs_of_a_growing_month_the_newest_by_its_folder_counts_and_that_is_said() {
    let folder = Folder::new();
    folder.write("20240901-20240930/202409290000/c/part_0.csv", days(1..=29), EARLY);
    folder.write("20240901-20240930/202409080000/a/part_0.csv", days(1..=8), EARLY);
    folder.write("20240901-20240930/202409150000/b/part_0.csv", days(1..=15), LATE);
    let ledger = import(folder.settings("**/*.csv")).await;
    assert_eq!(ledger.lines(), billed("29.00"));
    assert_eq!(
        ledger.notes(),
        ["focus/**/*.csv: where several runs of an export bill the same hours of an account, the newest counts: \
          20240901-20240930/202409290000/c/part_0.csv in place of 20240901-20240930/202409080000/a/part_0.csv, \
          20240901-20240930/202409150000/b/part_0.csv"]
    );
    assert_eq!(ledger.months()[0].observed_at, at("2024-09-29T00:00:00Z"), "a copy knows no more than the export");
}

#[tokio::test]
async fn the_manifest_goes_before_the_folder_and_the_folder_before_the_time_of_the_file() {
    let manifest =
        |time: &str| format!("{{\"runInfo\":{{\"submittedTime\":\"{time}\",\"startDate\":\"2024-09-01\"}}}}");
    let folder = Folder::new();
    folder.write("2024-09-20/part.csv", days(1..=8), LATE);
    folder.write("2024-09-09/part.csv", days(1..=20), EARLY);
    folder.write("2024-09-20/manifest.json", manifest("2024-09-09T03:00:00.1234567Z"), EARLY);
    folder.write("2024-09-09/manifest.json", manifest("2024-09-20T03:00:00Z"), EARLY);
    assert_eq!(import(folder.settings("*/*.csv")).await.lines(), billed("20.00"));

    folder.write("2024-09-20/part.csv", days(1..=20), EARLY);
    folder.write("2024-09-09/part.csv", days(1..=8), LATE);
    folder.write("2024-09-20/manifest.json", "{}", EARLY);
    assert_eq!(import(folder.settings("*/*.csv")).await.lines(), billed("20.00"), "one of them does not say");
}

#[tokio::test]
async fn names_with_a_day_and_times_of_files_tell_runs_of_one_folder_apart() {
    for (older, newer) in [("focus_2024-09-08.csv", "focus_2024-09-15.csv"), ("b.csv", "a.csv"), ("2.csv", "1.csv")] {
        let folder = Folder::new();
        folder.write(older, days(1..=8), EARLY);
        folder.write(newer, days(1..=15), LATE);
        let ledger = import(folder.settings("*.csv")).await;
        assert_eq!(ledger.lines(), billed("15.00"), "{older}");
        assert!(ledger.notes()[0].ends_with(&format!(": {newer} in place of {older}")), "{:?}", ledger.notes());
    }
}

#[tokio::test]
async fn parts_of_one_run_add_up_whatever_they_bill() {
    let folder = Folder::new();
    folder.write("202409290000/part_0_0001.csv", days(1..=29), EARLY);
    folder.write("202409290000/part_1_0001.csv", days(1..=28), EARLY);
    folder.write("202409290000/part_2_0001.csv", days(3..=3), "2024-10-10T00:10:00Z");
    let ledger = import(folder.settings("**/*.csv")).await;
    assert_eq!(ledger.lines(), billed("58.00"));
    assert_eq!(ledger.notes(), [] as [&str; 0]);

    // A manifest says that the folder is one run, whatever its files are called.
    folder.write("202409290000/other.csv", days(1..=2), LATE);
    folder.write("202409290000/manifest.json", "{}", LATE);
    assert_eq!(import(folder.settings("**/*.csv")).await.lines(), billed("60.00"));
}

#[tokio::test]
async fn runs_of_disjoint_days_accounts_or_months_add_up() {
    let folder = Folder::new();
    folder.write("2024-09-08/a.csv", days(1..=8), EARLY);
    folder.write("2024-09-15/a.csv", days(9..=15), LATE);
    // A correction is of any time: it replaces nothing.
    let correction = charge("-1", "sub", "2024-09-02").replace("Usage,,", "Usage,Correction,");
    folder.write("2024-09-16/a.csv", HEADER.to_owned() + &correction + &charge("1", "sub", "2024-09-16"), LATE);
    folder.write("2024-09-17/a.csv", HEADER.to_owned() + &charge("5", "other", "2024-09-02"), LATE);
    let ledger = import(folder.settings("**/*.csv")).await;
    assert_eq!(ledger.lines(), [vec!["AWS other 2024-09 S3 Usage USD 5.00 0.00".to_owned()], billed("15.00")].concat());
    assert_eq!(ledger.notes(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_part_that_two_runs_share_counts_with_the_newer_one() {
    let folder = Folder::new();
    for run in ["202409080000", "202409150000"] {
        folder.write(&format!("{run}/part_0.csv"), days(1..=8), EARLY);
    }
    folder.write("202409150000/part_1.csv", days(1..=15), EARLY);
    assert_eq!(import(folder.settings("*/*.csv")).await.lines(), billed("23.00"));
}

#[tokio::test]
async fn an_overlap_without_an_order_names_both_files_and_the_remedy() {
    let folder = Folder::new();
    folder.write("x/a.csv", days(1..=8), EARLY);
    folder.write("y/a.csv", days(1..=15), "2024-10-10T00:59:00Z");
    assert_eq!(
        error_of(&folder).await,
        "focus/**/*.csv: x/a.csv and y/a.csv both have charges of sub that begin in the hour of 2024-09-01T00:00:00Z, \
         and neither manifest, path nor file time tells which of them is newer: let the path name one of them, or set \
         `parts: true` beside it where both are parts of one bill; nothing of this source was imported"
    );
    let settings = Settings { parts: true, ..folder.settings("**/*.csv") };
    assert_eq!(import(settings).await.lines(), billed("23.00"));
}

#[tokio::test]
async fn a_newer_run_that_lacks_hours_of_the_older_one_is_no_newer_state_of_it() {
    let folder = Folder::new();
    folder.write("2024-09-14/a.csv", days(1..=14), EARLY);
    folder.write("2024-09-15/a.csv", days(14..=15), LATE);
    let error = error_of(&folder).await;
    assert!(error.contains("2024-09-15/a.csv and 2024-09-14/a.csv both have charges of sub"), "{error}");
    assert!(error.contains("and the first, which is newer, lacks other hours of the second: let the path"), "{error}");
}

#[tokio::test]
async fn a_charge_that_begins_at_no_time_is_an_error() {
    let folder = Folder::new();
    folder.write("a.csv", HEADER.to_owned() + &charge("1", "sub", "soon"), EARLY);
    let error = error_of(&folder).await;
    assert!(error.contains("a.csv, line 2: ChargePeriodStart is `soon`, which is no time such as"), "{error}");
}

#[tokio::test]
async fn files_that_an_older_version_read_are_read_again() {
    let folder = Folder::new();
    folder.write("a.csv", days(1..=8), EARLY);
    let settings = folder.settings("a.csv");
    let ledger = import(settings.clone()).await;
    let cursor = ledger.cursor().expect("a cursor");
    let older = cursor.replace(",\"parts\":false,\"reading\":2", "");
    assert_ne!(cursor, older);
    let ledger = Ledger::with_cursor(&older);
    ledger.import(&source_of(settings), Window::default()).await.expect("bills");
    assert_eq!(ledger.lines(), billed("8.00"));
}

#[tokio::test]
async fn daily_exports_of_azure_are_the_bill_of_the_newest() {
    let Some(data) = std::env::var_os("CTO_REFERENCE_DATA") else {
        println!("skipped: CTO_REFERENCE_DATA is not set");
        return;
    };
    let (pattern, base) = ("focus-growing/**/*.csv".to_owned(), Path::new(&data).join("field"));
    let ledger = import(Settings { pattern, base, ..Folder::new().settings("") }).await;
    let account = "/subscriptions/11111111-1111-1111-1111-111111111111";
    assert_eq!(ledger.lines(), [format!("Microsoft {account} 2026-09 Virtual Machines Usage EUR 290.50 0.00")]);
    assert_eq!(ledger.notes().len(), 1);
}
