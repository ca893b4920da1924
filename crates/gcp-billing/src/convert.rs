//! Rows into lines of the ledger.

use std::collections::{BTreeMap, BTreeSet};

use model::records::{ChargeCategory, CloudCost, CloudMonth};
use model::{Amount, Instant, Month};
use source::{ErrorKind, SourceError};

use crate::quoted::quoted;
use crate::wire::{Row, Schema};

/// The provider's name in the ledger.
pub(crate) const PROVIDER: &str = "gcp";

/// The columns that the query asks for.
const COLUMNS: [&str; 6] = ["month", "service", "cost_type", "currency", "gross", "credits"];

/// What lines are told apart by.
type Key = (String, ChargeCategory, String);

/// Costs by month, as far as they were read.
#[derive(Debug)]
pub(crate) struct Costs {
    /// Where each of [`COLUMNS`] stands in a row.
    places: [usize; 6],
    first: Month,
    months: BTreeMap<Month, BTreeMap<Key, (Amount, Amount)>>,
    /// Kinds of cost that are not known; the empty one is a missing kind.
    unknown: BTreeSet<String>,
    no_currency: bool,
}

impl Costs {
    /// No costs yet, for rows of this shape.
    pub(crate) fn new(schema: Option<&Schema>, first: Month) -> Result<Self, SourceError> {
        let fields = schema.map(|schema| schema.fields.as_slice()).unwrap_or_default();
        let mut places = [0; 6];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            *place = fields.iter().position(|field| field.name.eq_ignore_ascii_case(column)).ok_or_else(|| {
                SourceError::new(
                    ErrorKind::UnexpectedResponse,
                    format!("BigQuery's answer to the query has no column {column}: check gcp.bigquery_endpoint"),
                )
            })?;
        }
        Ok(Self { places, first, months: BTreeMap::new(), unknown: BTreeSet::new(), no_currency: false })
    }

    /// Adds the rows of a page. Pages and rows count from 1 in messages.
    pub(crate) fn add(&mut self, rows: &[Row], page: u32) -> Result<(), SourceError> {
        for (index, row) in rows.iter().enumerate() {
            self.add_row(row).map_err(|wrong| {
                SourceError::new(
                    ErrorKind::UnexpectedResponse,
                    format!(
                        "page {page} of the costs, row {}: {wrong}; check that gcp.billing_table is a billing export",
                        index + 1
                    ),
                )
            })?;
        }
        Ok(())
    }

    fn add_row(&mut self, row: &Row) -> Result<(), String> {
        let cell = |column: usize| row.cells.get(self.places[column]).and_then(|cell| cell.value.as_deref());
        let month = cell(0).unwrap_or_default();
        let month = Month::parse_compact(month)
            .ok_or_else(|| format!("{:?} is no invoice month such as 202601", quoted(month)))?;
        if month < self.first {
            return Err(format!("{month} was not asked for"));
        }
        let amount = |column: usize| match cell(column) {
            None => Ok(Amount::zero()),
            Some(text) => text.parse::<Amount>().map_err(|wrong| {
                let (column, text) = (COLUMNS[column], quoted(text));
                format!("{column} {text:?} is {wrong}")
            }),
        };
        let (gross, credits) = (amount(4)?, amount(5)?);
        let service = cell(1).unwrap_or_default().to_owned();
        let kind = cell(2).unwrap_or_default();
        let category = category(kind);
        let unknown = (category == ChargeCategory::Unknown).then(|| kind.to_owned());
        let currency = cell(3).unwrap_or_default().to_owned();
        self.no_currency |= currency.is_empty();
        self.unknown.extend(unknown);
        let line = self.months.entry(month).or_default().entry((service, category, currency)).or_default();
        line.0 += &gross;
        line.1 += &credits;
        Ok(())
    }

    /// Whether not one row came.
    pub(crate) fn is_empty(&self) -> bool {
        self.months.is_empty()
    }

    /// What the user should know about them; `full` when everything was asked for.
    pub(crate) fn notes(&self, table: &str, full: bool) -> Vec<String> {
        let mut notes: Vec<String> = self
            .unknown
            .iter()
            .map(|kind| {
                let kind = if kind.is_empty() {
                    "no cost_type".to_owned()
                } else {
                    format!("the cost_type {:?}", quoted(kind))
                };
                format!("{table} holds costs with {kind}: they are kept without a charge category")
            })
            .collect();
        if let Some(earliest) = self.months.keys().next().filter(|earliest| full && **earliest > self.first) {
            notes.push(format!(
                "{table} holds no costs before {earliest}: Google exports little or nothing from before the export \
                 was enabled"
            ));
        }
        if self.is_empty() {
            notes.push(format!(
                "{table} holds no costs since {}: if there should be some, check in Google's billing console that \
                 the export is still enabled",
                self.first
            ));
        }
        if self.no_currency {
            notes.push(format!("{table} holds costs without a currency: they are kept without one"));
        }
        notes
    }

    /// Each month from the first one asked for to the running one, and those beyond that have costs.
    ///
    /// The months are whole: a month without lines is one for which nothing is billed.
    pub(crate) fn into_months(mut self, account: &str, at: Instant) -> Vec<CloudMonth> {
        let running = Month::of(at);
        for number in self.first.number()..=running.number() {
            if let Some(month) = Month::from_number(number) {
                self.months.entry(month).or_default();
            }
        }
        let month = |(month, lines): (Month, BTreeMap<Key, (Amount, Amount)>)| CloudMonth {
            provider: PROVIDER.to_owned(),
            account: account.to_owned(),
            month,
            observed_at: at,
            lines: lines.into_iter().map(line).collect(),
        };
        self.months.into_iter().map(month).collect()
    }
}

fn line(((service, charge_category, currency), (gross, credits)): (Key, (Amount, Amount))) -> CloudCost {
    CloudCost { service, charge_category, currency, gross, credits }
}

/// Google's kinds of cost as charge categories.
fn category(cost_type: &str) -> ChargeCategory {
    match cost_type {
        "regular" => ChargeCategory::Usage,
        "tax" => ChargeCategory::Tax,
        "adjustment" | "rounding_error" => ChargeCategory::Adjustment,
        _ => ChargeCategory::Unknown,
    }
}
