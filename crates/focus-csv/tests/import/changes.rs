//! What a second import does.

use focus_csv::CostColumn;
use source::Window;

use crate::folder::{Folder, HEADER, Ledger, at, row, row_of, source_of};

const FULL: Window = Window { since: None, full: true };

fn file(rows: &[String]) -> String {
    format!("{HEADER}{}", rows.concat())
}

fn of(cost: &str, month: &str, provider: &str, account: &str) -> String {
    row_of(cost, "Usage", "S3", month, provider, account)
}

#[tokio::test]
async fn unchanged_files_are_not_read_again_unless_in_full() {
    let folder = Folder::new();
    folder.bills(&[row("1", "Usage", "S3")]);
    let (ledger, source) = (Ledger::default(), folder.source("*.csv"));
    let first = ledger.import(&source, Window::default()).await.expect("bills");
    let second = ledger.import(&source, Window::default()).await.expect("nothing");
    assert_eq!(ledger.batches().len(), 1);
    assert_eq!(ledger.notes(), ["focus/*.csv: unchanged since the last import (files: 1)"]);
    assert_eq!((second.records, second.full), (0, false));
    assert_eq!((first.covered_to, second.covered_to), (Some(at("2024-10-03T04:05:06Z")), first.covered_to));

    let third = ledger.import(&source, FULL).await.expect("bills");
    assert_eq!((third.records, ledger.batches().len()), (1, 2));
}

#[tokio::test]
async fn another_size_time_file_or_setting_is_a_change() {
    let folder = Folder::new();
    let (ledger, source) = (Ledger::default(), folder.source("*.csv"));
    let rows = file(&[row("1", "Usage", "S3")]);
    folder.write("a.csv", &rows, "2024-10-01T00:00:00Z");
    ledger.import(&source, Window::default()).await.expect("bills");
    let mut settings = folder.settings("*.csv");
    settings.provider = Some("Amazon".to_owned());
    let mut effective = settings.clone();
    effective.cost = CostColumn::Effective;

    folder.write("a.csv", rows.replace("1,0", "2,0"), "2024-10-01T00:00:01Z");
    ledger.import(&source, Window::default()).await.expect("bills");
    folder.write("a.csv", rows.replace("1,0", "20,0"), "2024-10-01T00:00:01Z");
    ledger.import(&source, Window::default()).await.expect("bills");
    assert_eq!(ledger.lines(), ["AWS sub 2024-09 S3 Usage USD 20.00 0.00"]);
    folder.write("b.csv", file(&[row("5", "Usage", "S3")]), "2024-10-01T00:00:00Z");
    ledger.import(&source, Window::default()).await.expect("bills");
    assert_eq!(ledger.lines(), ["AWS sub 2024-09 S3 Usage USD 25.00 0.00"]);
    ledger.import(&source_of(settings), Window::default()).await.expect("bills");
    assert_eq!(ledger.lines(), ["Amazon sub 2024-09 S3 Usage USD 25.00 0.00"]);
    ledger.import(&source_of(effective), Window::default()).await.expect("bills");
    assert_eq!(ledger.lines(), ["Amazon sub 2024-09 S3 Usage USD 0.00 0.00"]);
    assert_eq!(ledger.batches().len(), 6);
}

#[tokio::test]
async fn an_account_that_is_gone_from_a_month_is_emptied_there() {
    let folder = Folder::new();
    let (ledger, source) = (Ledger::default(), folder.source("*.csv"));
    let rows = [of("1", "2024-09", "AWS", "a"), of("2", "2024-09", "AWS", "b"), of("4", "2024-08", "AWS", "b")];
    folder.write("a.csv", file(&rows), "2024-10-01T00:00:00Z");
    ledger.import(&source, Window::default()).await.expect("bills");
    folder.write("a.csv", file(&rows[..1]), "2024-10-02T00:00:00Z");
    let usage = ledger.import(&source, Window::default()).await.expect("bills");

    let kept = ["AWS a 2024-09 S3 Usage USD 1.00 0.00", "AWS b 2024-08 S3 Usage USD 4.00 0.00"];
    assert_eq!(ledger.lines(), kept, "August keeps its rows, since its files are gone");
    assert_eq!(usage.records, 1);
    assert_eq!(
        ledger.notes(),
        ["focus/*.csv: no longer in the files, although other rows of the month are: AWS b 2024-09"]
    );
    let last = ledger.batches().pop().expect("a batch");
    assert_eq!(last.records.len(), 2, "one month, and one without lines");

    // Emptied once is enough, and what comes back counts again.
    ledger.import(&source, FULL).await.expect("bills");
    assert_eq!(ledger.batches().pop().expect("a batch").records.len(), 1);
    folder.write("a.csv", file(&rows), "2024-10-03T00:00:00Z");
    ledger.import(&source, Window::default()).await.expect("bills");
    assert_eq!(ledger.lines().len(), 3);
}

#[tokio::test]
async fn months_whose_files_are_gone_keep_their_rows_over_many_imports() {
    let folder = Folder::new();
    let (ledger, source) = (Ledger::default(), folder.source("*.csv"));
    for (number, month) in ["2024-07", "2024-08", "2024-09"].into_iter().enumerate() {
        let name = format!("{month}.csv");
        folder.write(&name, file(&[of("1", month, "AWS", "a"), of("1", month, "AWS", "b")]), "2024-10-01T00:00:00Z");
        ledger.import(&source, Window::default()).await.expect("bills");
        assert_eq!(ledger.lines().len(), 2 * (number + 1));
        std::fs::remove_file(folder.path().join(name)).expect("removed");
    }
    // July comes back without one of its accounts.
    folder.write("again.csv", file(&[of("3", "2024-07", "AWS", "a")]), "2024-10-05T00:00:00Z");
    ledger.import(&source, Window::default()).await.expect("bills");
    assert_eq!(ledger.lines().len(), 5);
}

#[tokio::test]
async fn a_window_empties_nothing_before_it() {
    let folder = Folder::new();
    let (ledger, source) = (Ledger::default(), folder.source("*.csv"));
    let both = |month| [of("1", month, "AWS", "a"), of("1", month, "AWS", "b")].concat();
    folder.write("a.csv", file(&[both("2024-08"), both("2024-09")]), "2024-10-01T00:00:00Z");
    ledger.import(&source, Window::default()).await.expect("bills");
    let fewer = file(&[of("1", "2024-08", "AWS", "a"), of("1", "2024-09", "AWS", "a")]);
    folder.write("a.csv", fewer, "2024-10-02T00:00:00Z");
    let window = Window { since: Some(at("2024-09-01T00:00:00Z")), full: false };
    ledger.import(&source, window).await.expect("bills");
    assert_eq!(ledger.lines().len(), 3);
    ledger.import(&source, window).await.expect("nothing");
    assert_eq!(ledger.batches().len(), 2, "nothing has changed for this window");
    ledger.import(&source, Window::default()).await.expect("bills");
    assert_eq!(ledger.lines().len(), 2);
}

#[tokio::test]
async fn a_full_import_of_a_window_does_not_narrow_what_is_known() {
    let folder = Folder::new();
    let (ledger, source) = (Ledger::default(), folder.source("*.csv"));
    folder.bills(&[of("1", "2024-08", "AWS", "a"), of("1", "2024-09", "AWS", "a")]);
    ledger.import(&source, Window::default()).await.expect("bills");
    ledger.import(&source, Window { since: Some(at("2024-09-01T00:00:00Z")), full: true }).await.expect("bills");
    assert_eq!(ledger.batches().pop().expect("a batch").records.len(), 1);
    ledger.import(&source, Window::default()).await.expect("nothing");
    assert_eq!(ledger.batches().len(), 2);
}

#[tokio::test]
async fn identical_files_are_read_once_and_the_newest_tells_the_time() {
    let folder = Folder::new();
    let rows = file(&[row("1", "Usage", "S3")]);
    folder.write("2024-10-01/bills.csv", &rows, "2024-10-01T00:00:00Z");
    folder.write("2024-10-02/bills.csv", &rows, "2024-10-02T00:00:00Z");
    folder.write("2024-10-03/bills.csv", rows.replace("1,0", "2,0"), "2024-10-01T12:00:00Z");
    let (ledger, source) = (Ledger::default(), folder.source("**/*.csv"));
    ledger.import(&source, Window::default()).await.expect("bills");
    assert_eq!(ledger.lines(), ["AWS sub 2024-09 S3 Usage USD 3.00 0.00"]);
    assert_eq!(ledger.months()[0].observed_at, at("2024-10-02T00:00:00Z"));
    let place = folder.path().display();
    assert_eq!(
        ledger.notes(),
        [format!(
            "focus/**/*.csv: the same as another file, byte for byte, and not read again: {place}/2024-10-02/bills.csv (as \
             {place}/2024-10-01/bills.csv)"
        )]
    );
}

#[tokio::test]
async fn another_cost_column_is_told_where_months_keep_the_former() {
    let folder = Folder::new();
    let ledger = Ledger::default();
    folder.bills(&[of("1", "2024-08", "AWS", "a"), of("1", "2024-09", "AWS", "a")]);
    ledger.import(&folder.source("*.csv"), Window::default()).await.expect("bills");
    folder.bills(&[of("1", "2024-09", "AWS", "a")]);
    let mut settings = folder.settings("*.csv");
    settings.cost = CostColumn::Effective;
    ledger.import(&source_of(settings), Window::default()).await.expect("bills");
    assert_eq!(
        ledger.notes(),
        ["focus/*.csv: costs are now EffectiveCost, but months whose files are gone keep BilledCost: 2024-08"]
    );
}

#[tokio::test]
async fn files_without_rows_are_no_error_but_told() {
    let folder = Folder::new();
    folder.bills(&[]);
    let ledger = Ledger::default();
    let usage = ledger.import(&folder.source("*.csv"), Window::default()).await.expect("a header");
    assert_eq!((usage.records, usage.covered_to), (0, Some(at("2024-10-03T04:05:06Z"))));
    assert_eq!(ledger.notes(), ["focus/*.csv: the files have no rows"]);
}

#[tokio::test]
async fn a_cursor_of_another_form_counts_as_none() {
    let folder = Folder::new();
    folder.bills(&[row("1", "Usage", "S3")]);
    for cursor in ["", "{}", "{\"version\":0}", "no JSON"] {
        let (ledger, source) = (Ledger::with_cursor(cursor), folder.source("*.csv"));
        ledger.import(&source, Window::default()).await.expect("bills");
        assert_eq!(ledger.lines().len(), 1, "{cursor}");
    }
}
