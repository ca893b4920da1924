//! Rows added up to lines and months.

use std::collections::{BTreeMap, HashMap};

use model::records::{ChargeCategory, CloudCost, CloudMonth};
use model::{Amount, Instant, Month};
use serde::{Deserialize, Serialize};

use crate::exact_sum::ExactSum;
use crate::fault::CellFault;
use crate::header;
use crate::row::Row;

/// What a month of the ledger is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) month: Month,
    pub(crate) provider: String,
    pub(crate) account: String,
}

/// Sums of the rows read so far: one for each provider, account, month, service, category and currency, however many
/// rows there are.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    positions: HashMap<Box<[u8]>, usize>,
    lines: Vec<Line>,
    /// Room for the key of a row.
    key: Vec<u8>,
}

#[derive(Debug)]
struct Line {
    key: Key,
    service: String,
    category: ChargeCategory,
    currency: String,
    sum: ExactSum,
    /// When the newest of the files with a row of this line was written.
    observed_at: Instant,
}

const NO_AMOUNT: &str =
    "which is not a decimal number such as 1234.56 or 1.2e-7 (no thousands separators, no NaN): correct the export";
const NO_TEXT: &str = "which is not UTF-8: export the file as UTF-8";

impl Ledger {
    /// Adds a row of a file that was written at `observed_at`.
    pub(crate) fn add(
        &mut self,
        row: &Row<'_>,
        cost_column: &'static str,
        observed_at: Instant,
    ) -> Result<(), CellFault> {
        self.write_key(row);
        let position = match self.positions.get(self.key.as_slice()) {
            Some(&position) => position,
            None => self.begin(row, observed_at)?,
        };
        let line = &mut self.lines[position];
        line.observed_at = line.observed_at.max(observed_at);
        line.sum.add(row.cost).map_err(|_| CellFault::new(cost_column, row.cost, NO_AMOUNT))
    }

    /// All that tells lines apart, each text behind its length.
    fn write_key(&mut self, row: &Row<'_>) {
        self.key.clear();
        self.key.extend_from_slice(&row.month.number().to_le_bytes());
        self.key.push(row.category as u8);
        for text in [row.provider, row.account, row.service, row.currency] {
            self.key.extend_from_slice(&text.len().to_le_bytes());
            self.key.extend_from_slice(text);
        }
    }

    /// A new line for a row, whose key is written.
    fn begin(&mut self, row: &Row<'_>, observed_at: Instant) -> Result<usize, CellFault> {
        let text = |bytes: &[u8], column| {
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| CellFault::new(column, bytes, NO_TEXT))
        };
        self.lines.push(Line {
            key: Key {
                month: row.month,
                provider: text(row.provider, header::PROVIDER)?,
                account: text(row.account, header::SUB_ACCOUNT)?,
            },
            service: text(row.service, header::SERVICE)?,
            category: row.category,
            currency: text(row.currency, header::CURRENCY)?,
            sum: ExactSum::default(),
            observed_at,
        });
        let position = self.lines.len() - 1;
        self.positions.insert(self.key.as_slice().into(), position);
        Ok(position)
    }

    /// The months by key, the lines of each by service, category and currency.
    pub(crate) fn into_months(self) -> BTreeMap<Key, CloudMonth> {
        let mut months: BTreeMap<Key, CloudMonth> = BTreeMap::new();
        for line in self.lines {
            let cost = line.cost();
            let month = months.entry(line.key).or_insert_with_key(|key| key.empty_month(line.observed_at));
            month.observed_at = month.observed_at.max(line.observed_at);
            month.lines.push(cost);
        }
        for month in months.values_mut() {
            let order = |line: &CloudCost| (line.service.clone(), line.charge_category, line.currency.clone());
            month.lines.sort_by_cached_key(order);
        }
        months
    }
}

impl Line {
    /// What rows of the category Credit say is a credit; what the others say is a charge, be it negative.
    fn cost(&self) -> CloudCost {
        let (gross, credits) = match self.category {
            ChargeCategory::Credit => (Amount::zero(), self.sum.total()),
            _ => (self.sum.total(), Amount::zero()),
        };
        CloudCost {
            service: self.service.clone(),
            charge_category: self.category,
            currency: self.currency.clone(),
            gross,
            credits,
        }
    }
}

impl Key {
    /// This month without lines.
    pub(crate) fn empty_month(&self, observed_at: Instant) -> CloudMonth {
        CloudMonth {
            provider: self.provider.clone(),
            account: self.account.clone(),
            month: self.month,
            observed_at,
            lines: Vec::new(),
        }
    }
}
