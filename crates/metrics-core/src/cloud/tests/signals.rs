use std::fmt::Write as _;

use chrono::NaiveDate;
use model::rules::ProcessChange;

use super::*;

const LIMITS: [&str; 6] = ["month", "center", "ucl", "lcl", "signals", "provisional"];

fn limits(raw: &Raw) -> Vec<String> {
    monthly(raw, &LIMITS).lines().map(str::to_owned).collect()
}

#[test]
fn limits_need_six_complete_months_and_signals_stand_beside_them() {
    // Mean 10, mean moving range 12 / 5 = 2.4; 2.66 × 2.4 = 6.384. With 40: mean 100 / 7, ranges 42 / 6 = 7.
    let rows = limits(&months(&["10", "12", "8", "11", "9", "10", "40"]));
    assert_eq!(rows[4], "2025-05,,,,,false");
    assert_eq!(rows[5], "2025-06,10.000000,16.384000,3.616000,,true");
    assert_eq!(rows[6], "2025-07,14.285714,32.905714,0.000000,beyond_limits,true");
}

#[test]
fn incomplete_months_have_no_limits() {
    let mut rows: Vec<(String, &str)> = (4..=10).map(|month| (format!("2026-{month:02}"), "10")).collect();
    rows[1].1 = "12";
    rows.push(("2026-11".to_owned(), "900"));
    let rows: Vec<_> = rows.iter().map(|(month, cost)| (month.as_str(), *cost, NOW)).collect();
    let limits = limits(&machines(&rows));
    assert!(limits[6].starts_with("2026-10,10.285714,"), "{}", limits[6]);
    assert_eq!(limits[7], "2026-11,,,,,false");
}

#[test]
fn after_a_gap_limits_begin_anew() {
    let months = |year: &str| -> Vec<(String, &str)> {
        let costs = ["10", "12", "8", "11", "9", "10"];
        costs.into_iter().enumerate().map(|(index, cost)| (format!("{year}-{:02}", index + 1), cost)).collect()
    };
    let rows: Vec<_> = [months("2025"), months("2026")].concat();
    let rows: Vec<_> = rows.iter().map(|(month, cost)| (month.as_str(), *cost, NOW)).collect();
    let limits = limits(&machines(&rows));
    assert_eq!(limits[5], "2025-06,10.000000,16.384000,3.616000,,true");
    assert_eq!(limits[10], "2026-05,,,,,false", "five months since the gap");
    assert_eq!(limits[11], "2026-06,10.000000,16.384000,3.616000,,true", "the step over the gap is no moving range");
}

#[test]
fn a_month_that_is_not_complete_is_a_gap() {
    let mut raw = months(&["10", "12", "8", "999", "10", "12", "8", "11", "9", "10"]);
    let mut read = model::columns::InstantColumn::default();
    for row in 0..raw.cloud_costs.month.len() {
        read.push(Some(at(if row == 3 { "2025-04-20" } else { NOW })));
    }
    raw.cloud_costs.observed_at = read;
    let limits = limits(&raw);
    assert_eq!(limits[9], "2025-10,10.000000,16.384000,3.616000,,true");
}

#[test]
fn a_configured_change_opens_a_segment() {
    let change = ProcessChange { date: NaiveDate::from_ymd_opt(2025, 3, 15).expect("a day"), note: String::new() };
    let rules = Rules { process_changes: vec![change], ..Rules::default() };
    let raw = months(&["10", "90", "10", "10", "12", "8", "11", "9", "10"]);
    let spending = cloud_spending(&raw, &rules, at(NOW));
    let limits = cells(table(&spending, "cloud_spending_monthly"), &LIMITS);
    assert!(limits.ends_with("2025-08,,,,,false\n2025-09,10.000000,16.384000,3.616000,,true\n"), "{limits}");
}

#[test]
fn credits_that_are_larger_than_costs_keep_their_lower_limit() {
    let rows = limits(&months(&["-10", "-12", "-8", "-11", "-9", "-10"]));
    assert_eq!(rows[5], "2025-06,-10.000000,-3.616000,-16.384000,,true");
}

#[test]
fn each_group_has_limits_of_its_own() {
    let mut rows = String::new();
    for month in 1..=7 {
        let (vm, disks) = (10 + 2 * (month % 2), if month == 7 { 90 } else { 20 - 2 * (month % 2) });
        writeln!(rows, "azure/a|azure|VM|2026-{month:02}|Usage|{vm}|EUR|{NOW}")
            .expect("writing to memory does not fail");
        writeln!(rows, "azure/a|azure|Disks|2026-{month:02}|Usage|{disks}|EUR|{NOW}")
            .expect("writing to memory does not fail");
    }
    let cloud = CloudRules { groups: vec![group("Disk", &["Disks"]), group("Box", &["VM"])], ..CloudRules::default() };
    let spending = cloud_spending(&raw(&rows), &rules(cloud), at(NOW));
    let cells = cells(table(&spending, "cloud_spending_services"), &["month", "group", "signals"]);
    assert!(cells.ends_with("2026-07,Box,\n2026-07,Disk,beyond_limits\n"), "{cells}");
}
