use std::fmt::Write as _;

use super::*;

#[test]
fn each_provider_and_currency_says_its_last_complete_month_and_its_pace() {
    let raw = raw("
        azure/a | azure | VM  | 2026-09 | Usage | 12000  | EUR | 2026-11-20
        azure/a | azure | VM  | 2026-10 | Usage | 11400  | EUR | 2026-11-20
        azure/a | azure | VM  | 2026-11 | Usage | 1900   | EUR | 2026-11-20
        azure/a | azure | VM  | 2026-10 | Usage | -0.5   | JPY | 2026-11-20
        gcp/x   | gcp   | Run | 2026-09 | Credit| -4     | USD | 2026-11-20
        gcp/x   | gcp   | Run | 2026-10 | Usage | 20     | USD | 2026-11-20
        gcp/x   | gcp   | Run | 2026-11 | Usage | 20     | USD | 2026-11-02
        AWS/x   | AWS   | EC2 | 2026-11 | Usage | 20     | USD | 2026-11-02
    ");
    assert_eq!(
        spending(&raw).findings,
        [
            "aws has no complete month in USD yet.",
            "aws stands at 20.00 USD in 2026-11, which is not complete.",
            "azure billed 11,400.00 EUR in 2026-10, the last complete month: 5.0 % less than in 2026-09 (12,000.00).",
            "azure stands at 1,900.00 EUR in 2026-11 after 19 days: 3,000.00 for the whole month at this pace.",
            "azure billed -0.50 JPY in 2026-10, the last complete month.",
            "gcp billed 20.00 USD in 2026-10, the last complete month: 24.00 more than in 2026-09 (-4.00).",
            "gcp stands at 20.00 USD in 2026-11, which is not complete.",
        ]
    );
}

#[test]
fn a_month_that_is_settling_stands_beside_the_open_one() {
    let read = "2026-11-04T12:00:00Z";
    let raw =
        machines(&[("2026-08", "1", read), ("2026-09", "1", read), ("2026-10", "31", read), ("2026-11", "3", read)]);
    let spending = cloud_spending(&raw, &Rules::default(), at(read));
    assert_eq!(
        spending.findings,
        [
            "azure billed 1.00 EUR in 2026-09, the last complete month: as much as in 2026-08 (1.00).",
            "azure stands at 31.00 EUR in 2026-10, which is over but may still change.",
            "azure stands at 3.00 EUR in 2026-11 after 3 days: 30.00 for the whole month at this pace.",
        ]
    );
}

#[test]
fn what_is_beyond_its_limits_in_the_last_complete_month_is_told() {
    let mut rows = String::new();
    for month in 4..=10 {
        let ai = if month == 10 { 5210 } else { 2000 + 200 * (month % 2) };
        writeln!(rows, "azure/a|azure|OpenAI|2026-{month:02}|Usage|{ai}|EUR|{NOW}")
            .expect("writing to memory does not fail");
        // This one was beyond its limits too, but its last bill is of September.
        let old = if month == 9 { 5000 } else { 10 + month % 2 };
        if month < 10 {
            writeln!(rows, "azure/a|azure|Old|2026-{month:02}|Usage|{old}|EUR|{NOW}")
                .expect("writing to memory does not fail");
        }
    }
    let cloud = CloudRules { groups: vec![group("AI", &["OpenAI"]), group("Old", &["Old"])], ..CloudRules::default() };
    let findings = cloud_spending(&raw(&rows), &rules(cloud), at(NOW)).findings;
    // Mean (3 × 2000 + 3 × 2200 + 5210) / 7 = 2544.29; mean moving range (5 × 200 + 3010) / 6 = 668.33.
    assert_eq!(findings[1..], ["AI on azure: 5,210.00 EUR in 2026-10, above its usual range of 766.52 to 4,322.05."]);
}

#[test]
fn a_comparison_says_its_groups_in_the_last_month_that_is_complete_for_all_of_them() {
    let rows = "
        azure/a | azure | VM  | 2026-08 | Usage | 10   | EUR | 2026-11-20
        azure/a | azure | VM  | 2026-09 | Usage | 12   | EUR | 2026-11-20
        azure/a | azure | VM  | 2026-10 | Usage | 14   | EUR | 2026-11-20
        gcp/x   | gcp   | Run | 2026-09 | Usage | 1234 | USD | 2026-11-20
        gcp/x   | gcp   | Run | 2026-10 | Usage | 9    | USD | 2026-11-01
    ";
    let compared = |name: &str, groups| ServiceComparison { name: name.to_owned(), groups };
    let said = |rows: &str, comparisons| {
        let rules = rules(CloudRules { comparisons, ..CloudRules::default() });
        cloud_spending(&raw(rows), &rules, at(NOW)).findings_by_table["cloud_spending_compared"].clone()
    };
    let both = || compared("Where", vec![group("Machines", &["VM"]), group("Runs", &["Run"])]);
    assert_eq!(
        said(rows, vec![both(), compared("Alone", vec![group("Machines", &["VM"])])]),
        [
            "Alone in 2026-10, the last complete month: Machines cost 14.00 EUR, 16.7 % more than in 2026-09 (12.00).",
            "Where in 2026-09, the last complete month: Machines cost 12.00 EUR, 20.0 % more than in 2026-08 (10.00); Runs cost 1,234.00 USD.",
        ]
    );
    let running = "gcp/x | gcp | Run | 2026-11 | Usage | 1 | USD | 2026-11-20";
    assert_eq!(said(running, vec![both()]), ["Where: no month is complete yet."]);
    assert!(said(rows, Vec::new()).is_empty());
}
