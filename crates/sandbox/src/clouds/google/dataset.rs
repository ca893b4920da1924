//! The dataset of the billing export: which tables it has, and the rows of each.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::Instant;

use super::super::charge::GoogleCharge;
use super::export::{ExportRow, Leaf, detailed_columns, pricing_columns, standard_columns};

/// A table.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Arc<[Leaf]>,
    pub(crate) rows: Arc<[ExportRow]>,
}

/// A dataset at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Dataset {
    pub(crate) project: String,
    pub(crate) name: String,
    /// Region or multi-region that holds it.
    pub(crate) location: String,
    /// In the order of their creation.
    pub(crate) tables: Vec<Table>,
    /// Rows exported later are not there yet.
    pub(crate) now: Instant,
    /// Bytes of other rows that every query reads besides.
    pub(crate) ballast: u64,
}

/// What the name of the standard export begins with.
pub(crate) const STANDARD: &str = "gcp_billing_export_v1_";
/// What the name of the detailed export begins with.
pub(crate) const DETAILED: &str = "gcp_billing_export_resource_v1_";
/// Name of the price list.
pub(crate) const PRICING: &str = "cloud_pricing_export";

/// All three exports of a billing account.
pub(crate) fn tables(account: &str, charges: &[GoogleCharge]) -> Vec<Table> {
    let suffix = account.replace('-', "_");
    let account: Arc<str> = account.into();
    let charges: Vec<Arc<GoogleCharge>> = charges.iter().cloned().map(Arc::new).collect();
    let mut known = BTreeSet::new();
    let prices = charges.iter().filter(|charge| known.insert((charge.service_id.as_str(), charge.sku.as_str())));
    let table = |name: String, columns: Vec<Leaf>, rows: Vec<ExportRow>| Table {
        name,
        columns: columns.into(),
        rows: rows.into(),
    };
    vec![
        table(
            format!("{STANDARD}{suffix}"),
            standard_columns(),
            charges.iter().map(|charge| ExportRow::standard(charge, &account)).collect(),
        ),
        table(
            format!("{DETAILED}{suffix}"),
            detailed_columns(),
            charges.iter().flat_map(|charge| ExportRow::detailed(charge, &account)).collect(),
        ),
        table(
            PRICING.to_owned(),
            pricing_columns(),
            prices.map(|charge| ExportRow::standard(charge, &account)).collect(),
        ),
    ]
}

impl Dataset {
    /// The table of a name.
    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The rows of a table that are there already.
    pub(crate) fn rows<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a ExportRow> {
        table.rows.iter().filter(|row| row.export_time() <= self.now)
    }
}
