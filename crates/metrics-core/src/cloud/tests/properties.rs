use std::collections::BTreeMap;

use model::kinds::Named as _;
use model::table::Cells;
use proptest::prelude::*;

use super::ci::with_ci;
use super::*;

pub(super) type RowOf = (usize, usize, usize, u32, usize, i64, usize, i64);

pub(super) fn rows() -> impl Strategy<Value = Vec<RowOf>> {
    let row = (0..3_usize, 0..3_usize, 0..4_usize, 1..=12_u32, 0..6_usize, -9_999..99_999_i64, 0..3_usize, -1..90_i64);
    prop::collection::vec(row, 0..60)
}

/// Amounts of five decimals; some rows do not say when they were read.
fn text(row: &RowOf) -> String {
    let (source, provider, service, month, category, cost, currency, days) = *row;
    let source = ["azure/a", "azure/b", "gcp/x"][source];
    let provider = ["azure", "gcp", "AWS"][provider];
    let service = ["VM", "vm", "Run", ""][service];
    let category = ChargeCategory::ALL[category].name();
    let currency = ["EUR", "USD", ""][currency];
    let month = Month::new(2026, month).expect("a month");
    let read = Instant::from_micros(month.start().micros() + days * model::instant::MICROS_PER_DAY);
    let read = if days < 0 { "-".to_owned() } else { read.to_rfc3339() };
    format!("{source}|{provider}|{service}|{month}|{category}|{cost}e-5|{currency}|{read}\n")
}

pub(super) fn told(rows: &[RowOf]) -> Raw {
    raw(&rows.iter().map(text).collect::<String>())
}

/// Sums of `cost` by currency.
fn sums(table: &Table) -> BTreeMap<String, Amount> {
    let Some(Cells::Money(costs)) = table.column("cost") else { panic!("a column of money") };
    let mut sums: BTreeMap<String, Amount> = BTreeMap::new();
    for (row, cost) in costs.iter().enumerate() {
        *sums.entry(table.cell(row, "currency")).or_default() += cost.as_ref().expect("never null");
    }
    sums
}

fn ledger(raw: &Raw) -> BTreeMap<String, Amount> {
    let mut sums: BTreeMap<String, Amount> = BTreeMap::new();
    let costs = &raw.cloud_costs;
    for (row, net) in costs.net.iter().enumerate().filter(|(row, _)| costs.month[*row].start() <= at(NOW)) {
        *sums.entry(raw.dictionary.text(costs.currency[row]).into_owned()).or_default() += net;
    }
    let of_ci = &raw.ci_bills;
    for (row, net) in
        of_ci.net.iter().enumerate().filter(|(row, _)| of_ci.day.get(*row).is_some_and(|day| day <= at(NOW)))
    {
        *sums.entry(raw.dictionary.text(of_ci.currency[row]).into_owned()).or_default() += net;
    }
    sums
}

/// Some of the rows as lines of a bill of CI.
fn of_ci(rows: &[RowOf]) -> String {
    let line = |(source, _, _, month, _, cost, currency, days): &RowOf| {
        let (org, currency) = (["acme", "other", "acme"][*source], ["EUR", "USD", ""][*currency]);
        format!("{org}|web|2026-{month:02}-{:02}|{cost}e-5|{currency}\n", 1 + days.rem_euclid(28))
    };
    rows.iter().filter(|row| row.2 < 2).map(line).collect()
}

pub(super) fn rules_of_all() -> Rules {
    let groups = vec![group("One", &["vm", "Run"]), group("Two", &["VM", ""])];
    let comparisons = vec![ServiceComparison { name: "C".to_owned(), groups: groups.clone() }];
    rules(CloudRules { groups, comparisons, ..CloudRules::default() })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn months_and_services_add_up_to_the_ledger_and_the_bill_of_ci_by_currency(rows in rows()) {
        let raw = with_ci(told(&rows), &of_ci(&rows));
        let spending = spending(&raw);
        let expected = ledger(&raw);
        prop_assert_eq!(&sums(table(&spending, "cloud_spending_monthly")), &expected);
        prop_assert_eq!(&sums(table(&spending, "cloud_spending_services")), &expected);
    }

    #[test]
    fn a_comparison_of_everything_adds_up_to_the_ledger(rows in rows()) {
        let raw = told(&rows);
        let mut all = group("All", &["vm", "run", "(no service)"]);
        all.services.extend(ChargeCategory::ALL.iter().map(|kind| format!("(no service): {}", kind.name())));
        let comparison = ServiceComparison { name: "C".to_owned(), groups: vec![all] };
        let rules = rules(CloudRules { comparisons: vec![comparison], ..CloudRules::default() });
        let spending = cloud_spending(&raw, &rules, at(NOW));
        prop_assert_eq!(sums(table(&spending, "cloud_spending_compared")), ledger(&raw));
    }

    #[test]
    fn the_order_of_the_rows_changes_nothing((rows, shuffled) in rows().prop_flat_map(|rows| {
        (Just(rows.clone()), Just(rows).prop_shuffle())
    })) {
        let (one, other) = (told(&rows), told(&shuffled));
        for rules in [Rules::default(), rules_of_all()] {
            let (one, other) = (cloud_spending(&one, &rules, at(NOW)), cloud_spending(&other, &rules, at(NOW)));
            for (one, other) in one.tables.iter().zip(&other.tables) {
                prop_assert_eq!(one.to_csv(), other.to_csv());
            }
            prop_assert_eq!(one.findings, other.findings);
            prop_assert_eq!(one.notices, other.notices);
        }
    }

    #[test]
    fn keys_are_in_order_and_only_complete_months_are_compared_or_judged(rows in rows()) {
        let spending = cloud_spending(&told(&rows), &rules_of_all(), at(NOW));
        for (name, keys) in [
            ("cloud_spending_monthly", vec!["month", "provider", "currency"]),
            ("cloud_spending_services", vec!["month", "provider", "group", "currency"]),
            ("cloud_spending_compared", vec!["comparison", "month", "group", "currency"]),
        ] {
            let table = table(&spending, name);
            let key = |row: usize| keys.iter().map(|key| table.cell(row, key)).collect::<Vec<_>>();
            prop_assert!((1..table.height()).all(|row| key(row - 1) < key(row)));
            let open = (0..table.height()).filter(|row| table.cell(*row, "complete") == "false");
            for row in open {
                for column in ["change", "change_percent", "center", "ucl", "lcl", "signals"] {
                    prop_assert_eq!(table.cell(row, column), "");
                }
            }
        }
    }
}
