//! `cloud_costs.csv`: bills of files that name accounts, and bills of all accounts together.

use std::collections::{BTreeMap, BTreeSet};

use model::kinds::ChargeCategory;
use model::tables::BillLine;
use model::{Amount, Instant, Month};

use super::{CsvTable, Failure, Loader};
use crate::csv_folder::rows::{self, FileBill};
use crate::ledger::CSV_SOURCE;
use crate::sqlite::plans::Prepare as _;

/// Month, provider and account.
type BillKey = (Month, String, String);
/// Service, charge category and currency.
type LineKey = (String, ChargeCategory, String);

/// What a file says of one account's month.
#[derive(Default)]
struct Bill {
    lines: BTreeMap<LineKey, Line>,
    rows: u64,
    /// Whether some row names a source.
    has_source: bool,
}

/// Rows with equal keys.
struct Line {
    gross: Amount,
    credits: Amount,
    settled: Option<bool>,
    observed_at: Option<Instant>,
    source: String,
}

impl Loader<'_> {
    pub(super) fn load_cloud_costs(&mut self) -> Result<(), Failure> {
        let Some(lines) = rows::bills(self.folder)? else { return Ok(()) };
        let mut count = CsvTable::of::<BillLine>();
        let bills = bills(lines);
        let newest = bills.keys().map(|(month, ..)| *month).max();
        let by_account: BTreeSet<(Month, &str)> = bills
            .iter()
            .filter(|(key, bill)| !of_all_accounts(key, bill))
            .map(|((month, provider, _), _)| (*month, provider.as_str()))
            .collect();
        for (key, bill) in &bills {
            let (month, provider, _) = key;
            let known_better = of_all_accounts(key, bill)
                && (by_account.contains(&(*month, provider)) || self.has_bill_by_account(*month, provider)?);
            if known_better || self.was_asked(key)? {
                count.kept += bill.rows;
                continue;
            }
            count.rows += bill.rows;
            self.store_bill(key, bill, newest)?;
        }
        self.import.tables.push(count);
        Ok(())
    }

    /// Whether a provider was asked for the month of an account.
    fn was_asked(&self, (month, provider, account): &BillKey) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM cloud_month WHERE month = ?1 AND provider = ?2 AND account = ?3)";
        let mut statement = self.writer.connection.by_key(sql)?;
        statement.query_row((month.number(), provider, account), |row| row.get(0))
    }

    fn has_bill_by_account(&self, month: Month, provider: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM cloud_costs WHERE month = ?1 AND provider = ?2
            AND (account <> '' OR source <> ?3))";
        let mut statement = self.writer.connection.by_key(sql)?;
        statement.query_row((month.number(), provider, CSV_SOURCE), |row| row.get(0))
    }

    fn store_bill(&mut self, key: &BillKey, bill: &Bill, newest: Option<Month>) -> Result<(), Failure> {
        let (month, provider, account) = key;
        self.writer.delete_bill((month.number(), provider, account))?;
        if !of_all_accounts(key, bill) {
            self.writer.delete_bill_of_all_accounts(month.number(), provider)?;
        }
        for ((service, charge_category, currency), line) in &bill.lines {
            let settled = line.settled.unwrap_or_else(|| match line.observed_at {
                Some(at) => month.is_settled_at(at),
                None => Some(*month) < newest,
            });
            self.writer.put_bill_line(&BillLine {
                provider: provider.clone(),
                account: account.clone(),
                month: *month,
                service: service.clone(),
                charge_category: *charge_category,
                currency: currency.clone(),
                net: &line.gross + &line.credits,
                gross: line.gross.clone(),
                credits: line.credits.clone(),
                settled,
                observed_at: line.observed_at,
                source: line.source.clone(),
            })?;
        }
        Ok(())
    }
}

/// Whether a bill has no account because its file knows none, as the original's.
fn of_all_accounts((_, _, account): &BillKey, bill: &Bill) -> bool {
    account.is_empty() && !bill.has_source
}

/// The bills of a file, with rows of equal keys added up.
fn bills(lines: Vec<FileBill>) -> BTreeMap<BillKey, Bill> {
    let mut bills: BTreeMap<BillKey, Bill> = BTreeMap::new();
    for FileBill { line, says_settled } in lines {
        let key = (line.month, line.provider, line.account);
        let line_key = (line.service, line.charge_category, line.currency);
        let source = if line.source.is_empty() { CSV_SOURCE.to_owned() } else { line.source };
        let line = Line {
            gross: line.gross,
            credits: line.credits,
            settled: says_settled.then_some(line.settled),
            observed_at: line.observed_at,
            source,
        };
        let bill = bills.entry(key).or_default();
        bill.rows += 1;
        bill.has_source |= line.source != CSV_SOURCE;
        match bill.lines.entry(line_key) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(line);
            }
            std::collections::btree_map::Entry::Occupied(mut known) => known.get_mut().add(&line),
        }
    }
    bills
}

impl Line {
    /// The sum is as settled, and as well known, as the less settled of the two.
    fn add(&mut self, other: &Self) {
        self.gross += &other.gross;
        self.credits += &other.credits;
        self.settled = match (self.settled, other.settled) {
            (Some(one), Some(other)) => Some(one && other),
            (Some(false), None) | (None, Some(false)) => Some(false),
            _ => None,
        };
        self.observed_at = self.observed_at.min(other.observed_at);
    }
}
