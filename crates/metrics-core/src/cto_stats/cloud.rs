//! Cloud spending by month, by service or group, and side by side.
//!
//! Costs are binary numbers, added in the order of the file. Configured names are trimmed, those of the bills are
//! not; case matters everywhere.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use model::Month;
use model::columns::{BillLineColumns, Raw};
use model::rules::{CloudRules, ServiceComparison, ServiceGroup};
use model::table::{Cells, Column, Table};

use crate::words::texts;

/// The tables about the clouds: `cloud_spending_monthly`, `cloud_spending_services` and, only when comparisons are
/// configured, `cloud_spending_compared`.
///
/// Months without cost are absent. The second table has a column `group` when any service is in a group, else a
/// column `service`.
pub fn cloud_tables(raw: &Raw, rules: &CloudRules) -> Vec<Table> {
    let mut tables = vec![monthly(raw), services(raw, rules)];
    if !rules.comparisons.is_empty() {
        tables.push(compared(raw, &rules.comparisons));
    }
    tables
}

/// Comparison, month, and texts in the order of their bytes.
type Key<'a, const TEXTS: usize> = (Option<&'a str>, Month, [&'a [u8]; TEXTS]);

/// Sums by key.
struct Sums<'a, const TEXTS: usize> {
    of: BTreeMap<Key<'a, TEXTS>, f64>,
}

impl<'a, const TEXTS: usize> Sums<'a, TEXTS> {
    fn new() -> Self {
        Self { of: BTreeMap::new() }
    }

    fn add(&mut self, comparison: Option<&'a str>, month: Month, texts: [&'a [u8]; TEXTS], cost: f64) {
        *self.of.entry((comparison, month, texts)).or_insert(0.0) += cost;
    }

    fn months(&self) -> Cells {
        texts(self.of.keys().map(|(_, month, _)| month.to_string().into_bytes()))
    }

    fn text(&self, index: usize) -> Cells {
        texts(self.of.keys().map(|(_, _, texts)| texts[index]))
    }

    fn costs(&self) -> Cells {
        Cells::Cents(self.of.values().copied().collect())
    }
}

/// The texts of one row of the bills.
struct Row<'a> {
    provider: &'a [u8],
    service: &'a [u8],
    currency: &'a [u8],
    month: Month,
    cost: f64,
}

fn rows(raw: &Raw) -> impl Iterator<Item = Row<'_>> {
    let costs: &BillLineColumns = &raw.cloud_costs;
    let text = |code: u32| raw.dictionary.bytes(code);
    (0..costs.month.len()).map(move |row| Row {
        provider: text(costs.provider[row]),
        service: text(costs.service[row]),
        currency: text(costs.currency[row]),
        month: costs.month[row],
        cost: raw.as_original.binary_costs.get(row).copied().unwrap_or_else(|| costs.net[row].to_f64()),
    })
}

fn monthly(raw: &Raw) -> Table {
    let mut sums = Sums::new();
    for row in rows(raw) {
        sums.add(None, row.month, [row.provider, row.currency], row.cost);
    }
    Table {
        name: "cloud_spending_monthly",
        columns: vec![
            Column { name: "month", cells: sums.months() },
            Column { name: "provider", cells: sums.text(0) },
            Column { name: "cost", cells: sums.costs() },
            Column { name: "currency", cells: sums.text(1) },
        ],
    }
}

/// The group of each service; of several the last. A group whose name is blank is none.
fn group_of_service(groups: &[ServiceGroup]) -> HashMap<&[u8], &str> {
    let named = groups.iter().filter(|group| !group.name.trim().is_empty());
    named
        .flat_map(|group| group.services.iter().map(|service| (service.trim().as_bytes(), group.name.trim())))
        .collect()
}

fn services(raw: &Raw, rules: &CloudRules) -> Table {
    let groups = group_of_service(&rules.groups);
    let wanted: BTreeSet<&[u8]> = rules.services.iter().map(|service| service.trim().as_bytes()).collect();
    let mut sums = Sums::new();
    for row in rows(raw) {
        let name = if groups.is_empty() {
            (wanted.is_empty() || wanted.contains(row.service)).then_some(row.service)
        } else {
            groups.get(row.service).map(|group| group.as_bytes())
        };
        if let Some(name) = name {
            sums.add(None, row.month, [row.provider, name, row.currency], row.cost);
        }
    }
    Table {
        name: "cloud_spending_services",
        columns: vec![
            Column { name: "month", cells: sums.months() },
            Column { name: "provider", cells: sums.text(0) },
            Column { name: if groups.is_empty() { "service" } else { "group" }, cells: sums.text(1) },
            Column { name: "cost", cells: sums.costs() },
            Column { name: "currency", cells: sums.text(2) },
        ],
    }
}

/// Of comparisons with one name the groups of the last are applied once for each of them.
fn compared(raw: &Raw, comparisons: &[ServiceComparison]) -> Table {
    let groups: HashMap<&str, HashMap<&[u8], &str>> =
        comparisons.iter().map(|comparison| (comparison.name.as_str(), group_of_service(&comparison.groups))).collect();
    let mut sums = Sums::new();
    for row in rows(raw) {
        for comparison in comparisons {
            if let Some(group) = groups[comparison.name.as_str()].get(row.service) {
                sums.add(Some(&comparison.name), row.month, [group.as_bytes(), row.currency], row.cost);
            }
        }
    }
    Table {
        name: "cloud_spending_compared",
        columns: vec![
            Column {
                name: "comparison",
                cells: texts(sums.of.keys().map(|(comparison, ..)| comparison.unwrap_or_default().as_bytes())),
            },
            Column { name: "month", cells: sums.months() },
            Column { name: "group", cells: sums.text(0) },
            Column { name: "cost", cells: sums.costs() },
            Column { name: "currency", cells: sums.text(1) },
        ],
    }
}
