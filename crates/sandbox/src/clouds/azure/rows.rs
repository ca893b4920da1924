//! The rows of a query, summed up from single charges.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use model::{Amount, Instant};

use super::columns::resource_group;
use super::number::json_number;
use super::query::{CostType, Granularity, Query};
use super::scope::Scope;
use crate::clouds::bills::Bills;
use crate::clouds::charge::AzureCharge;

/// A table as Azure replies it.
pub(crate) struct Rows {
    /// Name and type of each column.
    pub(crate) columns: Vec<(&'static str, &'static str)>,
    /// Cells as JSON texts.
    pub(crate) rows: Vec<Vec<String>>,
}

/// What is summed up in one row: day as `YYYYMMDD`, values of the dimensions, currency.
type Key = (u32, Vec<String>, String);

/// Answers a query from what is known at an instant.
pub(crate) fn answer(bills: &Bills, scope: &Scope, query: &Query, now: Instant) -> Rows {
    let sums = sum(bills, scope, query, now);
    let rows = sums.into_iter().map(|(key, sums)| cells(query, &key, &sums)).collect();
    let mut table = Rows { columns: columns(query), rows };
    table.rotate(turn(query));
    table
}

fn sum(bills: &Bills, scope: &Scope, query: &Query, now: Instant) -> BTreeMap<Key, Vec<Amount>> {
    let mut sums: BTreeMap<Key, Vec<Amount>> = BTreeMap::new();
    for subscription in scope.subscriptions.clone() {
        for charge in bills.azure_charges_of(subscription) {
            if !counts(scope, query, charge, now) {
                continue;
            }
            let groups = query.grouping.iter().map(|dimension| dimension.value(charge)).collect();
            let key = (date(query.granularity, charge), groups, charge.currency.clone());
            let cost = if query.cost_type == CostType::AmortizedCost { &charge.amortized_cost } else { &charge.cost };
            let sums = sums.entry(key).or_insert_with(|| vec![Amount::zero(); query.measures.len()]);
            for (sum, measure) in sums.iter_mut().zip(&query.measures) {
                if measure.counts(charge) {
                    *sum += cost;
                }
            }
        }
    }
    sums
}

fn counts(scope: &Scope, query: &Query, charge: &AzureCharge, now: Instant) -> bool {
    charge.known_at <= now
        && (query.from..=query.to).contains(&charge.day)
        && (query.cost_type != CostType::Usage || charge.charge_type == "usage")
        && scope.resource_group.as_ref().is_none_or(|group| resource_group(charge) == *group)
}

/// Day, first of the month or nothing.
fn date(granularity: Granularity, charge: &AzureCharge) -> u32 {
    let month = charge.day.year() as u32 * 10_000 + charge.day.month() * 100;
    match granularity {
        Granularity::None => 0,
        Granularity::Daily => month + charge.day.day(),
        Granularity::Monthly => month + 1,
    }
}

fn columns(query: &Query) -> Vec<(&'static str, &'static str)> {
    let mut columns: Vec<_> = query.measures.iter().map(|measure| (measure.name(), "Number")).collect();
    match query.granularity {
        Granularity::None => {}
        Granularity::Daily => columns.push(("UsageDate", "Number")),
        Granularity::Monthly => columns.push(("BillingMonth", "Datetime")),
    }
    columns.extend(query.grouping.iter().map(|dimension| (dimension.name(), "String")));
    columns.push(("Currency", "String"));
    columns
}

fn cells(query: &Query, (date, groups, currency): &Key, sums: &[Amount]) -> Vec<String> {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let mut cells: Vec<String> = sums.iter().map(json_number).collect();
    match query.granularity {
        Granularity::None => {}
        Granularity::Daily => cells.push(date.to_string()),
        Granularity::Monthly => {
            cells.push(format!("\"{:04}-{:02}-01T00:00:00\"", date / 10_000, date / 100 % 100));
        }
    }
    cells.extend(groups.iter().map(|group| text(group)));
    cells.push(text(currency));
    cells
}

/// By how many places the columns are turned: any order is allowed, so that nobody can rely on one.
fn turn(query: &Query) -> usize {
    let groups = query.grouping.iter().map(|dimension| dimension.name().len()).sum::<usize>();
    groups + query.from.month() as usize + query.to.month() as usize + query.months() as usize
}

impl Rows {
    fn rotate(&mut self, places: usize) {
        let places = places % self.columns.len();
        self.columns.rotate_left(places);
        self.rows.iter_mut().for_each(|row| row.rotate_left(places));
    }
}
