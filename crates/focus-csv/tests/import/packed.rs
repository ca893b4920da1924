//! What files are packed in.

use source::Window;

use crate::folder::{Folder, HEADER, Ledger, error_of, gzip, lines_of, row};

const MODIFIED: &str = "2024-10-03T04:05:06Z";

fn bills() -> String {
    format!("{HEADER}{}{}", row("1.25", "Usage", "S3"), row("2", "Usage", "EC2"))
}

const LINES: [&str; 2] = ["AWS sub 2024-09 EC2 Usage USD 2.00 0.00", "AWS sub 2024-09 S3 Usage USD 1.25 0.00"];

#[tokio::test]
async fn gzip_is_told_by_its_first_bytes_whatever_the_name() {
    let folder = Folder::new();
    folder.write("bills.csv", gzip(bills()), MODIFIED);
    assert_eq!(lines_of(&folder).await, LINES);

    let ledger = Ledger::default();
    folder.write("plain.csv.gz", bills(), MODIFIED);
    ledger.import(&folder.source("plain.csv.gz"), Window::default()).await.expect("bills");
    assert_eq!(ledger.lines(), LINES);
}

#[tokio::test]
async fn a_gzip_file_of_several_members_is_read_to_its_end() {
    let folder = Folder::new();
    let bills = bills();
    let (first, second) = bills.split_at(HEADER.len() + 20);
    folder.write("bills.csv", [gzip(first), gzip(second)].concat(), MODIFIED);
    assert_eq!(lines_of(&folder).await, LINES);
}

#[tokio::test]
async fn a_gzip_file_that_is_cut_off_is_an_error_wherever_it_ends() {
    let folder = Folder::new();
    let rows: String = (0..2000).map(|cost| row(&cost.to_string(), "Usage", "S3")).collect();
    let whole = gzip(format!("{HEADER}{rows}"));
    for kept in [5, whole.len() / 2, whole.len() - 1] {
        folder.write("bills.csv", &whole[..kept], MODIFIED);
        let error = error_of(&folder).await;
        assert!(error.starts_with("focus/bills.csv: bills.csv is cut off in the middle of its gzip data"), "{error}");
    }
    let mut damaged = whole.clone();
    let checksum = damaged.len() - 6;
    damaged[checksum] ^= 0xff;
    folder.write("bills.csv", damaged, MODIFIED);
    let error = error_of(&folder).await;
    assert!(error.contains("bills.csv has damaged gzip data"), "{error}");
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_the_header() {
    let folder = Folder::new();
    let quoted = format!("\u{feff}{}", bills().replacen("BilledCost", "\"BilledCost\"", 1));
    folder.write("bills.csv", &quoted, MODIFIED);
    assert_eq!(lines_of(&folder).await, LINES);
    folder.write("bills.csv", gzip(quoted), MODIFIED);
    assert_eq!(lines_of(&folder).await, LINES);
}

#[tokio::test]
async fn other_delimiters_are_told_by_the_header() {
    let folder = Folder::new();
    for delimiter in [";", "\t", "|"] {
        folder.write("bills.csv", bills().replace(',', delimiter).replace('\n', "\r\n"), MODIFIED);
        assert_eq!(lines_of(&folder).await, LINES, "{delimiter}");
    }
}

#[tokio::test]
async fn a_decimal_comma_is_refused_rather_than_guessed() {
    let folder = Folder::new();
    folder.write("bills.csv", bills().replace(',', ";").replace("1.25", "1,25"), MODIFIED);
    let error = error_of(&folder).await;
    assert!(
        error.starts_with("focus/bills.csv: bills.csv, line 2: BilledCost is `1,25`, which is not a decimal"),
        "{error}"
    );
}

#[tokio::test]
async fn other_formats_are_named() {
    let folder = Folder::new();
    for (magic, what) in [
        (&b"PK\x03\x04 and more"[..], "a zip file"),
        (b"PAR1 and more", "a Parquet file"),
        (b"\xff\xfeB\0", "a UTF-16 file"),
    ] {
        folder.write("bills.csv", magic, MODIFIED);
        let expected = format!(
            "focus/bills.csv: bills.csv is {what}: export FOCUS as CSV, plain or gzip; nothing of this source was imported"
        );
        assert_eq!(error_of(&folder).await, expected);
        folder.write("bills.csv", gzip(magic), MODIFIED);
        assert_eq!(error_of(&folder).await, expected);
    }
}
