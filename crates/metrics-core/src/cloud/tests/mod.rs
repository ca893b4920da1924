//! Bills in few words, and their tables.

mod ci;
mod completeness;
mod findings;
mod groups;
mod pace;
mod properties;
mod providers;
mod signals;
mod summary;
mod totals;

use model::columns::Raw;
use model::kinds::Named as _;
use model::records::{ChargeCategory, ImportRun};
use model::rules::{CloudRules, Rules, ServiceComparison, ServiceGroup};
use model::table::Table;
use model::{Amount, Month};

use super::*;

fn at(text: &str) -> Instant {
    Instant::parse_date_or_rfc3339(text).expect("a valid instant")
}

/// Rows of `source | provider | service | month | category | cost | currency | read at`.
///
/// The source is an account of its own; `-` in the last column stands for a file that does not say.
fn raw(rows: &str) -> Raw {
    let mut raw = Raw::default();
    for row in rows.lines().filter(|row| !row.trim().is_empty()) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [source, provider, service, month, category, cost, currency, read] = cells[..] else {
            panic!("eight cells: {row}")
        };
        let [source, provider, service, currency] =
            [source, provider, service, currency].map(|text| raw.dictionary.push(text.as_bytes()));
        let cost: Amount = cost.parse().expect("an amount");
        let costs = &mut raw.cloud_costs;
        costs.source.push(source);
        costs.account.push(source);
        costs.provider.push(provider);
        costs.service.push(service);
        costs.currency.push(currency);
        costs.month.push(Month::parse(month).expect("a month"));
        costs.charge_category.push(ChargeCategory::from_name(category.as_bytes()).expect("a category"));
        costs.gross.push(cost.clone());
        costs.credits.push(Amount::zero());
        costs.net.push(cost);
        costs.observed_at.push((read != "-").then(|| at(read)));
    }
    raw
}

/// Use of service `VM` of azure in EUR: one row for each `month cost read`.
fn machines(rows: &[(&str, &str, &str)]) -> Raw {
    let row = |(month, cost, read): &(&str, &str, &str)| format!("azure/a|azure|VM|{month}|Usage|{cost}|EUR|{read}\n");
    raw(&rows.iter().map(row).collect::<String>())
}

/// A month each from 2025-01 on, all read on 2026-11-20.
fn months(costs: &[&str]) -> Raw {
    let first = Month::parse("2025-01").expect("a month");
    let months: Vec<String> = (0..costs.len()).map(|index| first.plus(index as i32).to_string()).collect();
    let rows: Vec<_> = months.iter().zip(costs).map(|(month, cost)| (month.as_str(), *cost, NOW)).collect();
    machines(&rows)
}

/// When most of the bills are read and looked at: October is settled, November has 19 full days.
const NOW: &str = "2026-11-20T06:00:00Z";

fn group(name: &str, services: &[&str]) -> ServiceGroup {
    ServiceGroup { name: name.to_owned(), services: services.iter().map(|name| (*name).to_owned()).collect() }
}

fn rules(cloud: CloudRules) -> Rules {
    Rules { cloud, ..Rules::default() }
}

fn spending(raw: &Raw) -> CloudSpending {
    cloud_spending(raw, &Rules::default(), at(NOW))
}

fn table<'a>(spending: &'a CloudSpending, name: &str) -> &'a Table {
    spending.tables.iter().find(|table| table.name == name).expect("a table of that name")
}

/// Some columns of a table, as CSV without header.
fn cells(table: &Table, columns: &[&str]) -> String {
    let row = |row: usize| columns.iter().map(|column| table.cell(row, column)).collect::<Vec<_>>().join(",");
    (0..table.height()).map(|index| row(index) + "\n").collect()
}

fn monthly(raw: &Raw, columns: &[&str]) -> String {
    cells(table(&spending(raw), "cloud_spending_monthly"), columns)
}

const MIXED: &str = "
    azure/a | azure | VM    | 2026-10 | Usage  | 10.005 | EUR | 2026-11-20
    azure/b | azure | Disks | 2026-10 | Usage  | 0.01   | EUR | 2026-11-20
    azure/a | azure |       | 2026-10 | Tax    | 2      | EUR | 2026-11-20
    azure/a | azure | VM    | 2026-10 | Usage  | 7      | USD | 2026-11-20
    gcp/x   | gcp   | Run   | 2026-10 | Usage  | 30     | EUR | 2026-11-20
    gcp/x   | gcp   | Run   | 2026-08 | Usage  | 20     | EUR | 2026-11-20
    gcp/x   | gcp   | Run   | 2026-10 | Credit | -5     | EUR | 2026-11-20
";

#[test]
fn costs_are_added_by_month_provider_and_currency_and_what_was_not_billed_is_absent() {
    assert_eq!(
        monthly(&raw(MIXED), &["month", "provider", "cost", "currency"]),
        "2026-08,gcp,20.00,EUR\n2026-10,azure,12.02,EUR\n2026-10,azure,7.00,USD\n2026-10,gcp,25.00,EUR\n"
    );
}

#[test]
fn the_tables_begin_with_the_originals_columns() {
    let header = |name: &str| {
        let csv = table(&spending(&Raw::default()), name).to_csv();
        assert_eq!(csv.lines().count(), 1, "{csv}");
        csv.trim_end().to_owned()
    };
    let ours = "complete,change,change_percent";
    let paces = "days,cost_per_day,run_rate,center,ucl,lcl,signals,provisional";
    assert_eq!(header("cloud_spending_monthly"), format!("month,provider,cost,currency,{ours},{paces},without"));
    assert_eq!(header("cloud_spending_services"), format!("month,provider,service,cost,currency,{ours},{paces}"));
    assert_eq!(header("cloud_spending_compared"), format!("comparison,month,group,cost,currency,{ours}"));
}

#[test]
fn months_after_as_of_are_left_out_and_counted() {
    let raw = machines(&[("2026-09", "1", NOW), ("2026-10", "2", NOW), ("2026-11", "3", NOW)]);
    let spending = cloud_spending(&raw, &Rules::default(), at("2026-09-30T23:59:59Z"));
    assert_eq!(
        cells(table(&spending, "cloud_spending_monthly"), &["month", "cost", "complete"]),
        "2026-09,1.00,false\n"
    );
    assert_eq!(spending.notices, ["2 months of cloud costs begin after 2026-09-30T23:59:59Z: they are in no table"]);
    let spending = cloud_spending(&raw, &Rules::default(), at("2026-11-01"));
    assert_eq!(table(&spending, "cloud_spending_monthly").height(), 3, "a month that begins now is shown");
}

#[test]
fn change_is_against_the_calendar_month_before() {
    let raw = machines(&[
        ("2026-01", "200", NOW),
        ("2026-02", "150.50", NOW),
        ("2026-04", "100", NOW),
        ("2026-05", "-10", NOW),
        ("2026-06", "5", NOW),
        ("2026-07", "0", NOW),
        ("2026-08", "8", NOW),
    ]);
    assert_eq!(
        monthly(&raw, &["month", "change", "change_percent"]),
        "2026-01,,\n2026-02,-49.50,-24.750000\n2026-04,,\n2026-05,-110.00,-110.000000\n2026-06,15.00,\n\
         2026-07,-5.00,-100.000000\n2026-08,8.00,\n"
    );
}
