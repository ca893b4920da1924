//! Rows added up to lines and months.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use model::records::{ChargeCategory, CloudCost, CloudMonth};
use model::{Amount, Instant, Month};
use serde::{Deserialize, Serialize};

use crate::exact_sum::ExactSum;
use crate::fault::CellFault;
use crate::header;
use crate::hours::Hours;
use crate::overlap::AccountBill;
use crate::row::Row;

/// What a month of the ledger is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) month: Month,
    pub(crate) provider: String,
    pub(crate) account: String,
}

/// Where rows come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'a> {
    /// Run of the export.
    pub(crate) run: usize,
    pub(crate) file: &'a Path,
    /// When the file was written.
    pub(crate) observed_at: Instant,
}

/// Sums of the rows read so far: one for each run, provider, account, month, service, category and currency, however
/// many rows there are.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    positions: HashMap<Box<[u8]>, usize>,
    lines: Vec<Line>,
    places: BTreeMap<(usize, Key), usize>,
    bills: Vec<AccountBill>,
    /// Room for the key of a row.
    key: Vec<u8>,
}

#[derive(Debug)]
struct Line {
    /// Which of the bills it is of.
    bill: usize,
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
    /// Adds a row.
    pub(crate) fn add(
        &mut self,
        row: &Row<'_>,
        cost_column: &'static str,
        origin: Origin<'_>,
    ) -> Result<(), CellFault> {
        self.write_key(row, origin.run);
        let position = match self.positions.get(self.key.as_slice()) {
            Some(&position) => position,
            None => self.begin(row, origin)?,
        };
        let line = &mut self.lines[position];
        line.observed_at = line.observed_at.max(origin.observed_at);
        if let Some(begins) = row.begins {
            self.bills[line.bill].hours.add(begins);
        }
        line.sum.add(row.cost).map_err(|_| CellFault::new(cost_column, row.cost, NO_AMOUNT))
    }

    /// All that tells lines apart, each text behind its length.
    fn write_key(&mut self, row: &Row<'_>, run: usize) {
        self.key.clear();
        self.key.extend_from_slice(&run.to_le_bytes());
        self.key.extend_from_slice(&row.month.number().to_le_bytes());
        self.key.push(row.category as u8);
        for text in [row.provider, row.account, row.service, row.currency] {
            self.key.extend_from_slice(&text.len().to_le_bytes());
            self.key.extend_from_slice(text);
        }
    }

    /// A new line for a row, whose key is written.
    fn begin(&mut self, row: &Row<'_>, origin: Origin<'_>) -> Result<usize, CellFault> {
        let key = Key {
            month: row.month,
            provider: text(row.provider, header::PROVIDER)?,
            account: text(row.account, header::SUB_ACCOUNT)?,
        };
        let (service, currency) = (text(row.service, header::SERVICE)?, text(row.currency, header::CURRENCY)?);
        let bill = self.bill(key, origin);
        self.lines.push(Line {
            bill,
            service,
            category: row.category,
            currency,
            sum: ExactSum::default(),
            observed_at: origin.observed_at,
        });
        let position = self.lines.len() - 1;
        self.positions.insert(self.key.as_slice().into(), position);
        Ok(position)
    }

    /// The place of a run's bill.
    fn bill(&mut self, key: Key, Origin { run, file, .. }: Origin<'_>) -> usize {
        let bills = &mut self.bills;
        *self.places.entry((run, key)).or_insert_with_key(|(_, key)| {
            bills.push(AccountBill { key: key.clone(), run, file: file.to_owned(), hours: Hours::default() });
            bills.len() - 1
        })
    }

    /// What each run bills each account for each month.
    pub(crate) fn bills(&self) -> &[AccountBill] {
        &self.bills
    }

    /// The months without the lines of some bills, by key, the lines of each by service, category and currency.
    pub(crate) fn into_months(self, left_out: &BTreeSet<usize>) -> BTreeMap<Key, CloudMonth> {
        let mut lines: BTreeMap<LineKey, Line> = BTreeMap::new();
        for line in self.lines.into_iter().filter(|line| !left_out.contains(&line.bill)) {
            let key = line.key_of(&self.bills[line.bill].key);
            match lines.entry(key) {
                Entry::Vacant(place) => drop(place.insert(line)),
                Entry::Occupied(mut place) => place.get_mut().join(&line),
            }
        }
        let mut months: BTreeMap<Key, CloudMonth> = BTreeMap::new();
        for ((key, ..), line) in lines {
            let month = months.entry(key).or_insert_with_key(|key| key.empty_month(line.observed_at));
            month.observed_at = month.observed_at.max(line.observed_at);
            month.lines.push(line.cost());
        }
        months
    }
}

/// What tells lines of the ledger apart, in their order.
type LineKey = (Key, String, ChargeCategory, String);

fn text(bytes: &[u8], column: &'static str) -> Result<String, CellFault> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| CellFault::new(column, bytes, NO_TEXT))
}

impl Line {
    fn key_of(&self, bill: &Key) -> LineKey {
        (bill.clone(), self.service.clone(), self.category, self.currency.clone())
    }

    /// Adds the same line of another run.
    fn join(&mut self, other: &Self) {
        self.sum.join(&other.sum);
        self.observed_at = self.observed_at.max(other.observed_at);
    }

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
