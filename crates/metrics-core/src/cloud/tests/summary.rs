//! `cloud_spending_summary` against the monthly table.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::table::Cells;
use proptest::prelude::*;

use super::properties::{rows, told};
use super::*;
use crate::summary::Summaries;

fn summed(spending: &CloudSpending, from: Option<NaiveDate>, to: Option<NaiveDate>) -> (Table, Vec<String>) {
    let summaries = Summaries { clouds: Some(spending.summary.clone()), ..Summaries::default() };
    let summary = summaries.of("cloud_spending_summary", from, to).expect("the clouds were asked for");
    (summary.table, summary.sentences)
}

fn whole(raw: &Raw) -> (Table, Vec<String>) {
    summed(&spending(raw), None, None)
}

const FIGURES: [&str; 11] = [
    "currency",
    "providers",
    "month",
    "cost",
    "previous_month",
    "previous_cost",
    "change",
    "change_percent",
    "running_month",
    "running_cost",
    "run_rate",
];

#[test]
fn the_last_month_is_complete_for_every_provider_of_the_currency() {
    let (table, said) = whole(&raw("
        azure/a | azure | VM  | 2026-09 | Usage | 10.005 | EUR | 2026-11-20
        azure/a | azure | VM  | 2026-10 | Usage | 12     | EUR | 2026-11-20
        gcp/x   | gcp   | Run | 2026-09 | Usage | 5      | EUR | 2026-11-20
        gcp/x   | gcp   | Run | 2026-10 | Usage | 4      | EUR | 2026-11-01
        gcp/x   | gcp   | Run | 2026-10 | Usage | 9      | USD | 2026-11-01
    "));
    assert_eq!(
        cells(&table, &FIGURES),
        "EUR,azure,gcp,2026-09,15.00,2026-08,,,,2026-10,16.00,16.00\nUSD,gcp,,,,,,,2026-10,9.00,9.00\n"
    );
    assert_eq!(
        said,
        [
            "azure and gcp billed 15.00 EUR in 2026-09, the last complete month.",
            "gcp has no complete month in USD within these days."
        ]
    );
}

#[test]
fn twelve_complete_months_are_added_exactly_and_fewer_are_nothing() {
    let costs = ["0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0", "1.1", "1.2"];
    let year = |count: usize| cells(&whole(&months(&costs[..count])).0, &["month", "cost_12_months"]);
    assert_eq!(year(12), "2025-12,7.80\n");
    assert_eq!(year(11), "2025-11,\n");
    let mut gap = costs.map(str::to_owned).to_vec();
    gap.push("1.3".to_owned());
    let first = Month::parse("2025-01").expect("a month");
    let with_gap: Vec<(String, String)> = gap
        .into_iter()
        .enumerate()
        .filter(|(index, _)| *index != 5)
        .map(|(index, cost)| (first.plus(index as i32).to_string(), cost))
        .collect();
    let rows: Vec<_> = with_gap.iter().map(|(month, cost)| (month.as_str(), cost.as_str(), NOW)).collect();
    assert_eq!(cells(&whole(&machines(&rows)).0, &["month", "cost_12_months"]), "2026-01,\n");
}

#[test]
fn the_change_is_said_against_the_month_before() {
    let (table, said) = whole(&months(&["100", "80"]));
    assert_eq!(
        cells(&table, &["cost", "previous_month", "previous_cost", "change", "change_percent", "running_month"]),
        "80.00,2025-01,100.00,-20.00,-20.000000,\n"
    );
    assert_eq!(
        said,
        ["azure billed 80.00 EUR in 2025-02, the last complete month: 20.0 % less than in 2025-01 (100.00)."]
    );
}

#[test]
fn days_choose_the_month_and_the_comparison_looks_further_back() {
    let day = |text: &str| Some(text.parse().expect("a day"));
    let spending = spending(&months(&["1", "2", "3"]));
    let figures = |from, to| cells(&summed(&spending, from, to).0, &["month", "cost", "previous_cost"]);
    assert_eq!(figures(day("2025-02-01"), day("2025-02-28")), "2025-02,2.00,1.00\n");
    assert_eq!(figures(None, day("2025-01-31")), "2025-01,1.00,\n");
    assert_eq!(figures(day("2026-01-01"), None), "", "no month begins within the days");
}

#[test]
fn a_provider_that_has_no_row_in_the_running_month_leaves_the_run_rate_unknown() {
    let october = "
        azure/a | azure | VM  | 2026-10 | Usage | 31 | EUR | 2026-11-20
        gcp/x   | gcp   | Run | 2026-10 | Usage | 31 | EUR | 2026-11-20
        azure/a | azure | VM  | 2026-11 | Usage | 19 | EUR | 2026-11-20
    ";
    let both = format!("{october}\n gcp/x | gcp | Run | 2026-11 | Usage | 38 | EUR | 2026-11-20");
    let running = |rows: &str| cells(&whole(&raw(rows)).0, &["running_month", "running_cost", "run_rate"]);
    assert_eq!(running(october), "2026-11,19.00,\n");
    assert_eq!(running(&both), "2026-11,57.00,90.00\n");
}

/// Amounts of a column by its month and currency; nulls left out.
fn amounts(table: &Table, column: &str, month: &str) -> BTreeMap<(String, String), Amount> {
    let Some(Cells::Money(cells)) = table.column(column) else { panic!("{column} holds no money") };
    let mut sums: BTreeMap<(String, String), Amount> = BTreeMap::new();
    for (row, amount) in cells.iter().enumerate() {
        if let Some(amount) = amount {
            *sums.entry((table.cell(row, month), table.cell(row, "currency"))).or_default() += amount;
        }
    }
    sums
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_amount_is_the_sum_of_the_monthly_rows((rows, shuffled) in rows().prop_flat_map(|rows| {
        (Just(rows.clone()), Just(rows).prop_shuffle())
    })) {
        let spending = spending(&told(&rows));
        let (table_of, said) = summed(&spending, None, None);
        let monthly = amounts(table(&spending, "cloud_spending_monthly"), "cost", "month");
        for (column, month) in [("cost", "month"), ("previous_cost", "previous_month"), ("running_cost", "running_month")] {
            for (key, amount) in amounts(&table_of, column, month) {
                prop_assert_eq!(Some(&amount), monthly.get(&key), "{} of {:?}", column, key);
            }
        }
        let (other, other_said) = whole(&told(&shuffled));
        prop_assert_eq!((table_of.to_csv(), said), (other.to_csv(), other_said));
    }
}
