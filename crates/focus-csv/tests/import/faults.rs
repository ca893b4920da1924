//! What is refused, and in which words.

use source::{ErrorKind, Window};
use tokio_util::sync::CancellationToken;

use crate::folder::{Folder, HEADER, Ledger, error_of, gzip, row, source_of, try_source_of};

const MODIFIED: &str = "2024-10-03T04:05:06Z";

/// The error of a file with a good row, and this one in line 3.
async fn error_of_row(row_of_three: String) -> String {
    let folder = Folder::new();
    folder.bills(&[row("1", "Usage", "S3"), row_of_three]);
    let error = error_of(&folder).await;
    let start = "focus/bills.csv: bills.csv, line 3: ";
    let end = "; nothing of this source was imported";
    let middle = error.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    middle.unwrap_or_else(|| panic!("unexpected: {error}")).to_owned()
}

#[tokio::test]
async fn a_cost_that_is_no_number_is_an_error_with_file_line_column_and_value() {
    for cost in ["\"1,234.56\"", "NaN", "inf", "$5", "1 000", "0x10", "--1"] {
        let shown = cost.trim_matches('"');
        assert_eq!(
            error_of_row(row(cost, "Usage", "S3")).await,
            format!(
                "BilledCost is `{shown}`, which is not a decimal number such as 1234.56 or 1.2e-7 \
                 (no thousands separators, no NaN): correct the export"
            )
        );
    }
}

#[tokio::test]
async fn null_in_a_needed_cell_is_an_error() {
    let good = row("7.5", "Usage", "S3");
    for (from, column) in [
        ("7.5,", "BilledCost"),
        ("USD,", "BillingCurrency"),
        ("2024-09-01,", "BillingPeriodStart"),
        ("2024-10-01T00:00:00Z,", "BillingPeriodEnd"),
    ] {
        let wrong = "where FOCUS allows no null: correct the export";
        assert_eq!(error_of_row(good.replace(from, "null,")).await, format!("{column} is `null`, {wrong}"));
        assert_eq!(error_of_row(good.replace(from, " ,")).await, format!("{column} is empty, {wrong}"));
    }
}

#[tokio::test]
async fn an_unknown_provider_or_account_is_an_error() {
    let error = error_of_row(row("1", "Usage", "S3").replace("AWS", "NULL")).await;
    assert!(
        error.starts_with("ProviderName is `NULL`, so that the provider is unknown: name it by `provider`"),
        "{error}"
    );
    let error = error_of_row(row("1", "Usage", "S3").replace("payer,sub", ",Null")).await;
    assert!(error.starts_with("BillingAccountId is empty, and SubAccountId is null too"), "{error}");
}

#[tokio::test]
async fn impossible_times_and_periods_are_errors() {
    for (from, to, column) in [
        ("2024-09-01,", "2024-13-01,", "BillingPeriodStart"),
        ("2024-09-01,", "09/01/2024,", "BillingPeriodStart"),
        ("2024-10-01T00:00:00Z,", "2024-09-31,", "BillingPeriodEnd"),
    ] {
        let error = error_of_row(row("1", "Usage", "S3").replace(from, to)).await;
        assert_eq!(
            error,
            format!(
                "{column} is `{}`, which is no time such as 2024-09-01T00:00:00Z or 2024-09-01 00:00:00: correct the export",
                to.trim_end_matches(',')
            )
        );
    }
    for end in ["2024-09-01 00:00:00", "2024-08-31", "2024-09-01T01:00:00+01:00"] {
        assert_eq!(
            error_of_row(row("1", "Usage", "S3").replace("2024-10-01T00:00:00Z", end)).await,
            format!(
                "BillingPeriodEnd is `{end}`, which is not after BillingPeriodStart, although the end of a period is exclusive: \
                 correct the export"
            )
        );
    }
}

#[tokio::test]
async fn long_values_are_shortened_and_stay_on_one_line() {
    let error = error_of_row(row(&format!("\"a\nb{}\"", "x".repeat(100)), "Usage", "S3")).await;
    assert!(error.starts_with(&format!("BilledCost is `a b{}…`, which", "x".repeat(57))), "{error}");
}

#[tokio::test]
async fn the_first_fault_is_told_with_the_number_of_the_others() {
    let folder = Folder::new();
    let bad = row("x", "Usage", "S3");
    folder.bills(&[row("1", "Usage", "S3"), bad.clone(), "1,2,3\n".to_owned(), row("1", "Usage", "S3"), bad.clone()]);
    let error = error_of(&folder).await;
    assert!(error.contains("bills.csv, line 3: BilledCost is `x`"), "{error}");
    assert!(error.contains("correct the export (2 more rows of this file cannot be used); nothing"), "{error}");
}

#[tokio::test]
async fn lines_are_counted_as_an_editor_counts_them() {
    let folder = Folder::new();
    let last = row("x", "Usage", "S3");
    let note = row("1", "Usage", "\"a service\nof two lines\"");
    for newline in ["\n", "\r\n"] {
        let file = format!("{HEADER}{note}\n{}{}", row("1", "Usage", "S3"), last.trim_end());
        folder.write("bills.csv", file.replace('\n', newline), MODIFIED);
        let error = error_of(&folder).await;
        assert!(error.contains("bills.csv, line 6: "), "{error}");
        folder.write("bills.csv", format!("{HEADER}\n\n{}", row("x", "Usage", "S3")).replace('\n', newline), MODIFIED);
        let error = error_of(&folder).await;
        assert!(error.contains("bills.csv, line 4: "), "{error}");
    }
}

#[tokio::test]
async fn lines_are_counted_where_they_end_differently() {
    let folder = Folder::new();
    let (good, bad) = (row("1", "Usage", "S3"), row("x", "Usage", "S3"));
    let crlf = |text: &str| text.replace('\n', "\r\n");
    for (text, line) in [
        (format!("{}{bad}", crlf(HEADER)), 2),
        (format!("{}{good}{bad}", crlf(HEADER)), 3),
        (format!("{HEADER}{}{}", crlf(&good), crlf(&bad)), 3),
        (format!("{HEADER}{}\n\r\n{bad}{good}", crlf(&good)), 5),
        (format!("{HEADER}{good}{}", crlf(&bad).trim_end_matches('\n')), 3),
        // Without its end, a quoted cell has all further lines in it.
        (format!("{HEADER}{good}\"{good}{good}"), 3),
        (crlf(&format!("{HEADER}{good}\"{good}{good}")), 3),
        (format!("\n{}\n\"{good}{good}", crlf(HEADER)), 4),
        (format!("\n{HEADER}\n{good}\"x"), 5),
    ] {
        folder.write("bills.csv", &text, MODIFIED);
        let error = error_of(&folder).await;
        assert!(error.contains(&format!("bills.csv, line {line}: ")), "{error}\n{text:?}");
    }
}

#[tokio::test]
async fn lines_are_counted_however_much_is_read_at_once() {
    let folder = Folder::new();
    let (good, bad) = (row("1", "Usage", "S3"), row("x", "Usage", "S3"));
    // Around the end of what is read at once, wherever that is in a row.
    let rows = (256 << 10) / good.len();
    for before in [rows - 2, rows - 1, rows] {
        for shift in (0..good.len()).step_by(9) {
            let first = row("1", "Usage", &"S".repeat(2 + shift));
            folder.write("bills.csv", format!("{HEADER}{first}{}{bad}", good.repeat(before)), MODIFIED);
            let error = error_of(&folder).await;
            assert!(error.contains(&format!("bills.csv, line {}: ", before + 3)), "{error}");
        }
    }
}

#[tokio::test]
async fn a_row_of_another_length_is_an_error() {
    let folder = Folder::new();
    folder.bills(&[row("1", "Usage", "S3"), "1,0,USD,2024-09-01".to_owned()]);
    assert_eq!(
        error_of(&folder).await,
        "focus/bills.csv: bills.csv, line 3: 4 cells where the header has 11: the file may be cut off, export it again; \
         nothing of this source was imported"
    );
}

#[tokio::test]
async fn a_text_that_is_not_utf8_is_an_error() {
    let folder = Folder::new();
    let mut file = format!("{HEADER}{}", row("1", "Usage", "S3")).into_bytes();
    let place = file.windows(2).position(|two| two == b"S3").expect("there");
    file[place] = 0xe9;
    folder.write("bills.csv", file, MODIFIED);
    let error = error_of(&folder).await;
    assert!(
        error.contains("line 2: ServiceName is `\u{fffd}3`, which is not UTF-8: export the file as UTF-8"),
        "{error}"
    );
}

#[tokio::test]
async fn each_needed_column_is_missed_by_name() {
    let folder = Folder::new();
    for column in [
        "BilledCost",
        "BillingCurrency",
        "BillingPeriodStart",
        "BillingPeriodEnd",
        "ChargeCategory",
        "ProviderName",
        "ServiceName",
    ] {
        folder.write("bills.csv", HEADER.replace(column, "Other"), MODIFIED);
        assert_eq!(
            error_of(&folder).await,
            format!(
                "focus/bills.csv: bills.csv has no column {column}; otherwise it looks like a FOCUS file: export it with that \
                 column; nothing of this source was imported"
            )
        );
    }
    folder.write("bills.csv", HEADER.replace("BillingAccountId,SubAccountId", "A,B"), MODIFIED);
    assert!(error_of(&folder).await.contains("has no column BillingAccountId; otherwise it looks like a FOCUS file"));
}

#[tokio::test]
async fn a_file_that_is_not_focus_is_said_to_be_none() {
    let folder = Folder::new();
    folder.write("bills.csv", "date,amount\n2024-09-01,5\n", MODIFIED);
    assert_eq!(
        error_of(&folder).await,
        "focus/bills.csv: bills.csv has no column BilledCost and does not look like a FOCUS file: export FOCUS 1.0 or later as \
         CSV, or let the path leave it out; nothing of this source was imported"
    );
    folder.write("bills.csv", "", MODIFIED);
    assert!(error_of(&folder).await.contains("bills.csv is empty, without even a header"));
}

#[tokio::test]
async fn a_column_that_stands_there_twice_is_an_error() {
    let folder = Folder::new();
    folder.write("bills.csv", HEADER.replace("EffectiveCost", "billedcost"), MODIFIED);
    assert!(error_of(&folder).await.contains("bills.csv has the column BilledCost twice: leave one out"));
}

#[tokio::test]
async fn a_pattern_without_files_is_not_found_and_the_folder_is_named() {
    let folder = Folder::new();
    folder.write("exports/.hidden.csv", "", MODIFIED);
    let source = folder.source("exports/*.csv");
    let error = Ledger::default().import(&source, Window::default()).await.expect_err("no file");
    assert_eq!(error.kind, ErrorKind::NotFound);
    let place = folder.path().display();
    assert!(error.to_string().contains(&format!("no file matches `exports/*.csv` in {place}: correct")), "{error}");

    let error = Ledger::default().import(&folder.source("exports"), Window::default()).await.expect_err("a folder");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.to_string().contains("only folders match `exports`"), "{error}");
}

#[test]
fn a_pattern_that_is_none_is_refused_at_once() {
    let folder = Folder::new();
    for (pattern, why) in [
        ("", "focus/: the path is empty: name the files, for example `exports/*.csv.gz`"),
        (" ", "focus/ : the path is empty: name the files, for example `exports/*.csv.gz`"),
        ("a/[", "focus/a/[: the path is no pattern (invalid range pattern): correct it"),
    ] {
        let error = try_source_of(folder.settings(pattern)).expect_err("no pattern");
        assert_eq!((error.kind, error.to_string().as_str()), (ErrorKind::NotFound, why));
    }
}

#[tokio::test]
async fn signs_of_patterns_in_the_name_of_the_folder_mean_themselves() {
    let folder = Folder::new();
    folder.write("[x]*/bills.csv", format!("{HEADER}{}", row("1", "Usage", "S3")), MODIFIED);
    let mut settings = folder.settings("*.csv");
    settings.base = folder.path().join("[x]*");
    let ledger = Ledger::default();
    ledger.import(&source_of(settings), Window::default()).await.expect("bills");
    assert_eq!(ledger.lines().len(), 1);
}

#[tokio::test]
async fn an_absolute_pattern_needs_no_folder() {
    let folder = Folder::new();
    let file = folder.write("bills.csv", format!("{HEADER}{}", row("1", "Usage", "S3")), MODIFIED);
    let mut settings = folder.settings(file.to_str().expect("UTF-8"));
    settings.base = "/nowhere".into();
    let ledger = Ledger::default();
    ledger.import(&source_of(settings), Window::default()).await.expect("bills");
    assert_eq!(ledger.lines().len(), 1);
}

#[tokio::test]
async fn a_bad_row_in_the_last_file_means_that_nothing_is_stored() {
    let folder = Folder::new();
    folder.write("a.csv", format!("{HEADER}{}", row("1", "Usage", "S3")), MODIFIED);
    folder.write("b.csv", format!("{HEADER}{}", row("x", "Usage", "S3")), MODIFIED);
    let ledger = Ledger::default();
    let error = ledger.import(&folder.source("*.csv"), Window::default()).await.expect_err("a bad row");
    assert_eq!(error.kind, ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains("b.csv, line 2: "), "{error}");
    assert!(ledger.batches().is_empty());
}

#[tokio::test]
async fn an_interrupted_import_stores_nothing() {
    let folder = Folder::new();
    folder.bills(&[row("1", "Usage", "S3")]);
    let (ledger, cancel) = (Ledger::default(), CancellationToken::new());
    cancel.cancel();
    let error =
        ledger.import_until(&folder.source("bills.csv"), Window::default(), cancel).await.expect_err("cancelled");
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert!(ledger.batches().is_empty());
}

#[tokio::test]
async fn a_batch_that_cannot_be_stored_is_an_error_of_the_sink() {
    let folder = Folder::new();
    folder.bills(&[row("1", "Usage", "S3")]);
    let error =
        Ledger::failing().import(&folder.source("bills.csv"), Window::default()).await.expect_err("a full disk");
    assert_eq!(error.kind, ErrorKind::Sink);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_a_file_that_is_gone_is_an_error_rather_than_a_smaller_bill() {
    let folder = Folder::new();
    folder.bills(&[row("1", "Usage", "S3")]);
    std::os::unix::fs::symlink(folder.path().join("gone"), folder.path().join("link.csv")).expect("a link");
    let error = Ledger::default().import(&folder.source("*.csv"), Window::default()).await.expect_err("no file");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.to_string().contains("link.csv cannot be read: "), "{error}");
}

#[tokio::test]
async fn a_cell_without_an_end_is_refused_and_not_kept() {
    for megabytes in [2, 64] {
        let folder = Folder::new();
        let huge = row("1", "Usage", &format!("\"{}", "S3,\n".repeat(megabytes << 18)));
        let text = [HEADER.to_owned(), row("1", "Usage", "S3"), huge].concat();
        folder.write("bills.csv", gzip(text), MODIFIED);
        let error = error_of(&folder).await;
        assert!(error.contains("bills.csv, line 3: a cell has more than 1 MB: a quote may be missing"), "{error}");
    }
    let folder = Folder::new();
    folder.bills(&[
        row("1", "Usage", &"S".repeat(2 << 20)),
        row("1", "Usage", "S3"),
        row("1", "Usage", &"S".repeat(3 << 20)),
    ]);
    let error = error_of(&folder).await;
    assert!(error.contains("line 2: a cell has more than 1 MB") && error.contains("1 more row"), "{error}");
}
