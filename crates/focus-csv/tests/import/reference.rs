//! The FOCUS sample: 1,000 real rows of three providers, against sums that share no code with the import.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use source::Window;

use crate::folder::{Folder, Ledger, gzip};

/// Decimals of the fixed-point sums: more than the sample has.
const DECIMALS: usize = 24;

/// By provider, month, charge category and currency.
type Sums = BTreeMap<(String, String, String, String), i128>;

fn sample() -> Option<String> {
    let folder = std::env::var_os("CTO_REFERENCE_DATA").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: CTO_REFERENCE_DATA is not set");
    }
    Some(fs::read_to_string(folder?.join("focus").join("focus_sample.csv")).expect("the sample is there"))
}

/// Cells of each row, each with whether it was quoted.
fn split(text: &str) -> Vec<Vec<(String, bool)>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), (String::new(), false));
    let (mut quoted, mut characters) = (false, text.chars().peekable());
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.0.push('"');
            }
            '"' => {
                quoted = !quoted;
                cell.1 = true;
            }
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            character => cell.0.push(character),
        }
    }
    assert!(row.is_empty() && cell.0.is_empty(), "the sample ends with a line's end");
    rows
}

/// A decimal number, with an exponent or without, in units of 10^-24.
fn fixed(text: &str) -> i128 {
    let lower = text.to_lowercase();
    let (digits, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let scale = DECIMALS as i32 - fraction.len() as i32 + exponent.parse::<i32>().expect("an exponent");
    let mantissa: i128 = format!("{whole}{fraction}").parse().expect("digits");
    if scale >= 0 {
        return mantissa * 10_i128.pow(scale as u32);
    }
    let divisor = 10_i128.pow(scale.unsigned_abs());
    assert_eq!(mantissa % divisor, 0, "{text} has more digits than are checked");
    mantissa / divisor
}

fn independent_sums(text: &str) -> Sums {
    let rows = split(text);
    let column = |name: &str| rows[0].iter().position(|(cell, _)| cell == name).expect("a column");
    let [cost, provider, start, category, currency] =
        ["BilledCost", "ProviderName", "BillingPeriodStart", "ChargeCategory", "BillingCurrency"].map(column);
    let mut sums = Sums::new();
    for row in &rows[1..] {
        let cell = |column: usize| row[column].0.clone();
        let month = cell(start)[..7].to_owned();
        *sums.entry((cell(provider), month, cell(category), cell(currency))).or_default() += fixed(&row[cost].0);
    }
    assert_eq!(rows.len(), 1001);
    sums
}

async fn imported_sums(name: &str, content: impl AsRef<[u8]>) -> (Sums, Ledger) {
    let (folder, ledger) = (Folder::new(), Ledger::default());
    folder.write(name, content, "2024-11-01T00:00:00Z");
    ledger.import(&folder.source("*"), Window::default()).await.expect("the sample");
    let mut sums = Sums::new();
    for month in ledger.months() {
        for line in &month.lines {
            let category = line.charge_category.name().to_owned();
            let key = (month.provider.clone(), month.month.to_string(), category, line.currency.clone());
            *sums.entry(key).or_default() += fixed(&line.net().to_string());
        }
    }
    (sums, ledger)
}

#[tokio::test]
async fn the_sample_is_summed_to_the_last_digit() {
    let Some(sample) = sample() else { return };
    let expected = independent_sums(&sample);
    let providers: Vec<&str> = expected.keys().map(|key| key.0.as_str()).collect();
    assert!(["AWS", "Microsoft", "Oracle"].iter().all(|provider| providers.contains(provider)), "{providers:?}");
    assert!(expected.values().any(|sum| sum % 10_i128.pow(14) != 0), "there are digits that rounding would lose");
    assert_eq!(imported_sums("focus_sample.csv", &sample).await.0, expected);
}

/// The sample with its times in RFC 3339, some with another offset.
fn with_rfc3339_times(sample: &str) -> String {
    let rows = split(sample);
    let times: Vec<bool> = rows[0].iter().map(|(name, _)| name.ends_with("Start") || name.ends_with("End")).collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        for (position, (cell, quoted)) in row.iter().enumerate() {
            let cell = match (number, times[position]) {
                (0, _) | (_, false) => cell.clone(),
                (1..500, true) => cell.replace(' ', "T") + "Z",
                (_, true) => cell.replace(' ', "T").replace(":00:00", ":00:00.000+00:00"),
            };
            let comma = if position == 0 { "" } else { "," };
            let cell = if *quoted { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell };
            text.push_str(comma);
            text.push_str(&cell);
        }
        text.push('\n');
    }
    text
}

#[tokio::test]
async fn the_sample_with_rfc3339_times_gzip_and_byte_order_mark_gives_the_same() {
    let Some(sample) = sample() else { return };
    let rewritten = with_rfc3339_times(&sample);
    assert_ne!(rewritten, sample);
    assert!(rewritten.contains("\"2024-09-01T00:00:00Z\"") && !rewritten.contains("\"2024-09-01 00:00:00\""));
    let (sums, ledger) = imported_sums("focus_sample.csv.gz", gzip(format!("\u{feff}{rewritten}"))).await;
    assert_eq!(sums, independent_sums(&sample));
    assert_eq!(ledger.months(), imported_sums("focus_sample.csv", &sample).await.1.months());
}
