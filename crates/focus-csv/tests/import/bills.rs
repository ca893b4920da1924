//! What rows become.

use focus_csv::CostColumn;
use model::Month;
use source::{Scope, Source as _, Window};

use crate::folder::{Folder, HEADER, Ledger, at, lines_of, row, row_of, source_of};

#[tokio::test]
async fn rows_of_a_service_category_and_currency_are_one_line() {
    let folder = Folder::new();
    folder.bills(&[
        row("0.1", "Usage", "S3"),
        row("1.49e-8", "Usage", "S3"),
        row("-5", "Usage", "S3"),
        row("0.2", "Usage", "EC2"),
        row("7", "Purchase", "S3"),
        row("1", "Usage", "S3").replace("USD", "EUR"),
    ]);
    assert_eq!(
        lines_of(&folder).await,
        [
            "AWS sub 2024-09 EC2 Usage USD 0.20 0.00",
            "AWS sub 2024-09 S3 Usage EUR 1.00 0.00",
            "AWS sub 2024-09 S3 Usage USD -4.8999999851 0.00",
            "AWS sub 2024-09 S3 Purchase USD 7.00 0.00",
        ]
    );
}

#[tokio::test]
async fn credit_rows_are_credits_and_all_other_rows_are_charges() {
    let folder = Folder::new();
    folder.bills(&[
        row("-3", "Credit", "S3"),
        row("0.5", "credit", "S3"),
        row("2", "Tax", "NULL"),
        row("-0.01", "Adjustment", ""),
        row("9", "USAGE", "S3"),
    ]);
    assert_eq!(
        lines_of(&folder).await,
        [
            "AWS sub 2024-09  Tax USD 2.00 0.00",
            "AWS sub 2024-09  Adjustment USD -0.01 0.00",
            "AWS sub 2024-09 S3 Usage USD 9.00 0.00",
            "AWS sub 2024-09 S3 Credit USD 0.00 -2.50",
        ]
    );
}

#[tokio::test]
async fn an_unknown_charge_category_is_an_adjustment_and_told() {
    let folder = Folder::new();
    let rows = [row("12.5", "usage", "S3"), row("0.02", "error", "S3"), row("0.5", "error", "S3"), row("2", "", "S3")];
    let more = [row("-1", "Refund", "EC2"), row("-0.25", "Adjustment", "S3")];
    folder.bills(&[rows.concat(), more.concat()]);
    let ledger = Ledger::default();
    ledger.import(&folder.source("bills.csv"), Window::default()).await.expect("bills");
    assert_eq!(
        ledger.lines(),
        [
            "AWS sub 2024-09 EC2 Adjustment USD -1.00 0.00",
            "AWS sub 2024-09 S3 Usage USD 12.50 0.00",
            "AWS sub 2024-09 S3 Adjustment USD 2.27 0.00",
        ]
    );
    let file = folder.path().join("bills.csv").display().to_string();
    assert_eq!(
        ledger.notes(),
        [format!(
            "focus/bills.csv: charge categories that FOCUS does not have are read as Adjustment: \
             `(no category)` (1 row of {file}), `Refund` (1 row of {file}), `error` (2 rows of {file})"
        )]
    );
}

#[tokio::test]
async fn a_correction_counts_in_the_billing_period_that_it_names() {
    let folder = Folder::new();
    let correction = row_of("-1", "Usage", "S3", "2024-08", "AWS", "sub").replace(",NULL,", ",Correction,");
    folder.bills(&[row("5", "Usage", "S3"), correction]);
    assert_eq!(
        lines_of(&folder).await,
        ["AWS sub 2024-08 S3 Usage USD -1.00 0.00", "AWS sub 2024-09 S3 Usage USD 5.00 0.00"]
    );
}

#[tokio::test]
async fn the_account_is_the_sub_account_where_there_is_one_and_the_billing_account_otherwise() {
    let folder = Folder::new();
    let own = row_of("1", "Usage", "S3", "2024-09", "AWS", "NULL");
    folder.bills(&[own.clone(), own.replace(",NULL\n", ",\n"), row("4", "Usage", "S3")]);
    assert_eq!(
        lines_of(&folder).await,
        ["AWS payer 2024-09 S3 Usage USD 2.00 0.00", "AWS sub 2024-09 S3 Usage USD 4.00 0.00"]
    );
}

#[tokio::test]
async fn billed_and_effective_cost_are_alternatives() {
    let folder = Folder::new();
    let rows = row("5", "Usage", "S3").replace("5,0,", "5,3,") + &row("0", "Usage", "S3").replace("0,0,", "0,4.5,");
    folder.bills(&[rows]);
    assert_eq!(lines_of(&folder).await, ["AWS sub 2024-09 S3 Usage USD 5.00 0.00"]);

    let mut settings = folder.settings("bills.csv");
    settings.cost = CostColumn::Effective;
    let ledger = Ledger::default();
    ledger.import(&source_of(settings), Window::default()).await.expect("bills");
    assert_eq!(ledger.lines(), ["AWS sub 2024-09 S3 Usage USD 7.50 0.00"]);
}

#[tokio::test]
async fn the_provider_of_the_settings_stands_above_that_of_the_file() {
    let folder = Folder::new();
    folder.bills(&[row("1", "Usage", "S3"), row_of("2", "Usage", "S3", "2024-09", "NULL", "sub")]);
    let mut settings = folder.settings("bills.csv");
    settings.provider = Some("Amazon".to_owned());
    let ledger = Ledger::default();
    ledger.import(&source_of(settings), Window::default()).await.expect("bills");
    assert_eq!(ledger.lines(), ["Amazon sub 2024-09 S3 Usage USD 3.00 0.00"]);
}

#[tokio::test]
async fn the_service_provider_stands_in_for_a_missing_provider() {
    let folder = Folder::new();
    let file = format!("{HEADER}{}", row("1", "Usage", "S3")).replace("ProviderName", "ServiceProviderName");
    folder.write("bills.csv", file, "2024-10-03T00:00:00Z");
    assert_eq!(lines_of(&folder).await, ["AWS sub 2024-09 S3 Usage USD 1.00 0.00"]);

    let file = "ServiceProviderName,".to_owned() + HEADER + "Other," + &row("1", "Usage", "S3");
    folder.write("bills.csv", file + "AWS," + &row("1", "Usage", "S3").replace("AWS", "null"), "2024-10-03T00:00:00Z");
    assert_eq!(lines_of(&folder).await, ["AWS sub 2024-09 S3 Usage USD 2.00 0.00"]);
}

#[tokio::test]
async fn times_with_and_without_an_offset_are_months_in_utc() {
    let folder = Folder::new();
    let starting = |start: &str| row("1", "Usage", "S3").replace("2024-09-01,", &format!("{start},"));
    folder.bills(&[
        starting("2024-09-01"),
        starting("2024-09-01 00:00:00"),
        starting("2024-09-01T00:00:00.000Z"),
        starting("2024-09-01T00:30:00+01:00"),
    ]);
    assert_eq!(
        lines_of(&folder).await,
        ["AWS sub 2024-08 S3 Usage USD 1.00 0.00", "AWS sub 2024-09 S3 Usage USD 3.00 0.00"]
    );
}

#[tokio::test]
async fn columns_are_found_by_name_in_any_order_and_case() {
    let folder = Folder::new();
    let file = "x_Note, servicename ,\"Id\",BILLEDCOST,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ProviderName,BillingAccountId\n\
                \"a \"\"note\"\",\nof two lines\", S3 ,9, 1.5 ,USD,2024-10-01,2024-09-01,Usage,AWS,payer\n\n";
    folder.write("bills.csv", file, "2024-10-03T00:00:00Z");
    assert_eq!(lines_of(&folder).await, ["AWS payer 2024-09 S3 Usage USD 1.50 0.00"]);
}

#[tokio::test]
async fn a_batch_says_where_it_comes_from_and_when_it_was_known() {
    let folder = Folder::new();
    folder.write("a/1.csv", format!("{HEADER}{}", row("1", "Usage", "S3")), "2024-10-02T00:00:00Z");
    folder.write("a/2.csv", format!("{HEADER}{}", row("2", "Usage", "EC2")), "2024-10-09T00:00:00Z");
    let later = row_of("4", "Usage", "S3", "2024-10", "AWS", "sub");
    folder.write("a/3.csv", format!("{HEADER}{later}"), "2031-01-01T00:00:00Z");
    let (ledger, source) = (Ledger::default(), folder.source("a/*.csv"));
    let usage = ledger.import(&source, Window::default()).await.expect("bills");

    assert_eq!((source.subject(), source.label(), source.scope()), ("focus/a/*.csv", "a/*.csv", Scope::CloudCosts));
    assert_eq!((usage.records, usage.full, usage.covered_from), (3, true, None));
    assert_eq!(usage.covered_to, Some(at(crate::folder::NOW)), "a file of the future was known by now at most");
    let known: Vec<_> = ledger.months().iter().map(|month| (month.month, month.observed_at)).collect();
    let month = |text| Month::parse(text).expect("a month");
    assert_eq!(known, [(month("2024-09"), at("2024-10-09T00:00:00Z")), (month("2024-10"), at("2024-11-20T12:00:00Z"))]);
    let batches = ledger.batches();
    assert_eq!(batches.len(), 1);
    assert_eq!((batches[0].subject.as_str(), batches[0].observed_at), ("focus/a/*.csv", at(crate::folder::NOW)));
    assert_eq!(batches[0].full_crawl.map(|crawl| (crawl.generation, crawl.complete)), Some((7, false)));
    assert_eq!(source.expected(Window::default(), ledger.cursor().as_deref()).records, 3);
    assert_eq!(source.expected(Window::default(), None).records, 0);
}

#[tokio::test]
async fn a_window_leaves_out_the_months_before_it() {
    let folder = Folder::new();
    folder.bills(&[
        row_of("1", "Usage", "S3", "2024-08", "AWS", "sub"),
        row_of("2", "Usage", "S3", "2024-09", "AWS", "sub"),
        row_of("3", "Usage", "S3", "2024-10", "AWS", "sub"),
    ]);
    let ledger = Ledger::default();
    let window = Window { since: Some(at("2024-09-20T00:00:00Z")), full: false };
    let usage = ledger.import(&folder.source("bills.csv"), window).await.expect("bills");
    assert_eq!((usage.records, usage.full, usage.covered_from), (2, false, window.since));
    assert_eq!(ledger.lines().len(), 2);

    // What was left out is still read by the next import without a window.
    ledger.import(&folder.source("bills.csv"), Window::default()).await.expect("bills");
    assert_eq!(ledger.lines().len(), 3);
}
