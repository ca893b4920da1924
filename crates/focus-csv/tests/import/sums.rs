//! Sums do not depend on how rows are ordered and divided into files.

use std::collections::BTreeMap;

use model::records::ChargeCategory;
use proptest::prelude::*;
use source::Window;

use crate::folder::{Folder, HEADER, Ledger, gzip};

const CATEGORIES: [&str; 5] = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"];
/// Decimals of the fixed-point numbers that the sums are checked with.
const DECIMALS: u32 = 20;

/// A row: account, month of 2024, category, service, currency, and a cost of so many decimals.
type Line = (u8, u8, usize, u8, bool, i64, u32);

fn rows() -> impl Strategy<Value = Vec<(Line, prop::sample::Index, bool)>> {
    let line = (0..3_u8, 1..4_u8, 0..5_usize, 0..3_u8, any::<bool>(), -10_i64.pow(16)..10_i64.pow(16), 0..=DECIMALS);
    prop::collection::vec((line, any::<prop::sample::Index>(), any::<bool>()), 0..60)
}

/// The cost as text, with an exponent or without.
fn cost(digits: i64, decimals: u32, exponent: bool) -> String {
    if exponent {
        return format!("{digits}e-{decimals}");
    }
    let (sign, digits) = (if digits < 0 { "-" } else { "" }, digits.unsigned_abs().to_string());
    let digits = format!("{digits:0>width$}", width = decimals as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals as usize);
    format!("{sign}{whole}.{fraction}")
}

fn text((account, month, category, service, euro, digits, decimals): &Line, exponent: bool) -> String {
    let (cost, currency) = (cost(*digits, *decimals, exponent), if *euro { "EUR" } else { "USD" });
    let (category, next) = (CATEGORIES[*category], month + 1);
    format!(
        "{cost},0,{currency},2024-{month:02}-01,2024-{next:02}-01,{category},,P{},S{service},payer,A{account}\n",
        account % 2
    )
}

/// Digits of a decimal number in units of the last decimal.
fn fixed(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    assert!(fraction.len() <= DECIMALS as usize, "{text}");
    let digits = format!("{whole}{fraction:0<width$}", width = DECIMALS as usize);
    digits.parse().expect("an integer")
}

fn sums_of(ledger: &Ledger) -> BTreeMap<String, i128> {
    let mut sums = BTreeMap::new();
    for month in ledger.months() {
        for line in &month.lines {
            let (kept, other) = match line.charge_category {
                ChargeCategory::Credit => (&line.credits, &line.gross),
                _ => (&line.gross, &line.credits),
            };
            assert!(other.is_zero());
            let (category, currency) = (line.charge_category.name(), &line.currency);
            let key =
                format!("{} {} {} {category} {} {currency}", month.provider, month.account, month.month, line.service);
            assert!(sums.insert(key, fixed(&kept.to_string())).is_none(), "a line stands there once");
        }
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_sum_over_lines_is_the_sum_over_rows_however_they_are_divided(rows in rows(), files in 1..5_usize, packed in any::<bool>()) {
        let mut expected: BTreeMap<String, i128> = BTreeMap::new();
        // A name of its own for each file, so that no two are the same.
        let mut texts: Vec<String> = (0..files).map(|file| HEADER.replace("ChargeClass", &format!("x_{file}"))).collect();
        for (line, file, exponent) in &rows {
            texts[file.index(files)].push_str(&text(line, *exponent));
            let (account, month, category, service, euro, digits, decimals) = line;
            let (category, currency) = (CATEGORIES[*category], if *euro { "EUR" } else { "USD" });
            let key = format!("P{} A{account} 2024-{month:02} {category} S{service} {currency}", account % 2);
            *expected.entry(key).or_default() += i128::from(*digits) * 10_i128.pow(DECIMALS - decimals);
        }
        let folder = Folder::new();
        for (number, text) in texts.iter().enumerate() {
            let content = if packed && number % 2 == 0 { gzip(text) } else { text.clone().into_bytes() };
            folder.write(&format!("{number}.csv"), content, "2024-10-01T00:00:00Z");
        }
        let ledger = Ledger::default();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(ledger.import(&folder.source("*.csv"), Window::default())).expect("bills");
        prop_assert_eq!(sums_of(&ledger), expected);
    }
}
