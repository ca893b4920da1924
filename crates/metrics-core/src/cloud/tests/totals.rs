//! `cloud_spending_totals`.

use std::collections::BTreeMap;

use model::table::Cells;
use proptest::prelude::*;

use super::properties::{rows, rules_of_all, told};
use super::*;

const COLUMNS: [&str; 7] = ["month", "currency", "part", "place", "provider", "name", "cost"];

fn totals(raw: &Raw, rules: &Rules) -> String {
    cells(table(&cloud_spending(raw, rules, at(NOW)), "cloud_spending_totals"), &COLUMNS)
}

#[test]
fn three_bills_of_ten_and_four_tenths_of_a_cent_are_rounded_once() {
    let raw = raw("
        azure/a | azure | VM    | 2026-10 | Usage | 10.004 | EUR | 2026-11-20
        gcp/x   | gcp   | Run   | 2026-10 | Usage | 10.004 | EUR | 2026-11-20
        focus/a | aws   | EC2   | 2026-10 | Usage | 10.004 | EUR | 2026-10-20
        gcp/x   | gcp   | Run   | 2026-10 | Usage | 5      | USD | 2026-11-20
    ");
    assert_eq!(
        totals(&raw, &Rules::default()),
        "2026-10,EUR,ALL,,,,30.01\n2026-10,EUR,group,1,aws,EC2,10.00\n2026-10,EUR,group,2,azure,VM,10.00\n\
         2026-10,EUR,group,3,gcp,Run,10.00\n2026-10,USD,ALL,,,,5.00\n2026-10,USD,group,1,gcp,Run,5.00\n"
    );
    assert_eq!(
        cells(table(&spending(&raw), "cloud_spending_totals"), &["part", "name", "complete"]),
        "ALL,,false\ngroup,EC2,false\ngroup,VM,true\ngroup,Run,true\nALL,,true\ngroup,Run,true\n"
    );
}

#[test]
fn what_is_in_no_group_is_left_and_rounded_once_too() {
    let raw = raw("
        azure/a | azure | VM    | 2026-10 | Usage | 10.004 | EUR | 2026-11-20
        azure/a | azure | Disks | 2026-10 | Usage | 0.004  | EUR | 2026-11-20
        gcp/x   | gcp   | Run   | 2026-10 | Usage | 0.004  | EUR | 2026-11-20
        azure/a | azure | VM    | 2026-09 | Usage | 1      | EUR | 2026-11-20
    ");
    let groups = vec![group("Compute", &["VM"])];
    assert_eq!(
        totals(&raw, &rules(CloudRules { groups, ..CloudRules::default() })),
        "2026-09,EUR,ALL,,,,1.00\n2026-09,EUR,group,1,azure,Compute,1.00\n\
         2026-10,EUR,ALL,,,,10.01\n2026-10,EUR,group,1,azure,Compute,10.00\n2026-10,EUR,other,,,,0.01\n"
    );
}

#[test]
fn the_groups_that_cost_most_lately_are_told_apart() {
    let row = |service: usize, month: &str, cost: usize| {
        format!("azure/a|azure|S{service}|{month}|Usage|{cost}|EUR|2026-11-20\n")
    };
    // S0 was large before the twelve months that end with October 2026.
    let mut text = row(0, "2025-10", 1000);
    text.extend((0..9).map(|service| row(service, "2026-10", 10 * (service + 1))));
    let rows = totals(&raw(&text), &Rules::default());
    let newest: Vec<&str> = rows.lines().filter(|row| row.starts_with("2026-10")).collect();
    assert_eq!(newest.first(), Some(&"2026-10,EUR,ALL,,,,450.00"));
    assert_eq!(newest[1], "2026-10,EUR,group,1,azure,S8,90.00");
    assert_eq!(newest[LARGEST_GROUPS], "2026-10,EUR,group,7,azure,S2,30.00");
    assert_eq!(newest[LARGEST_GROUPS + 1..], ["2026-10,EUR,other,,,,30.00"]);
}

/// Exact costs by month and currency, of rows of these parts.
fn sums(table: &Table, is_wanted: impl Fn(&str) -> bool) -> BTreeMap<(String, String), Amount> {
    let Some(Cells::Money(costs)) = table.column("cost") else { panic!("a column of money") };
    let mut sums: BTreeMap<(String, String), Amount> = BTreeMap::new();
    for (row, cost) in costs.iter().enumerate().filter(|(row, _)| is_wanted(&table.cell(*row, "part"))) {
        *sums.entry((table.cell(row, "month"), table.cell(row, "currency"))).or_default() +=
            cost.as_ref().expect("never null");
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_parts_of_a_month_are_its_whole_and_the_months_are_those_of_the_bills(rows in rows()) {
        let raw = told(&rows);
        for rules in [Rules::default(), rules_of_all()] {
            let spending = cloud_spending(&raw, &rules, at(NOW));
            let totals = table(&spending, "cloud_spending_totals");
            let whole = sums(totals, |part| part == "ALL");
            let mut parts = sums(totals, |part| part != "ALL");
            for key in whole.keys() {
                parts.entry(key.clone()).or_default();
            }
            prop_assert_eq!(&whole, &parts);
            let months = table(&spending, "cloud_spending_monthly");
            let all = sums(months, |_| true);
            prop_assert_eq!(whole, all);
        }
    }
}
