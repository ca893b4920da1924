//! The ledger: what accounts were billed for a month.

use std::collections::BTreeMap;

use model::Amount;
use model::records::CloudMonth;
use rusqlite::{OptionalExtension as _, named_params};

use super::PageWriter;
use crate::StoreError;
use crate::error::Failure;
use crate::ledger::CSV_SOURCE;
use crate::merge::order::{Observer, Sight, counts};

/// Gross and credits.
type Amounts = (Amount, Amount);

/// A row of the ledger.
pub(crate) struct LedgerLine<'a> {
    pub(crate) provider: &'a str,
    pub(crate) account: &'a str,
    /// As [`model::Month::number`].
    pub(crate) month: i32,
    pub(crate) service: &'a str,
    pub(crate) charge_category: &'a str,
    pub(crate) currency: &'a str,
    pub(crate) gross: &'a Amount,
    pub(crate) credits: &'a Amount,
    pub(crate) settled: bool,
    /// Microseconds.
    pub(crate) observed_at: Option<i64>,
    pub(crate) source: &'a str,
}

impl PageWriter<'_> {
    /// Replaces what is stored of an account and month, unless that was observed later.
    ///
    /// # Errors
    /// Another source has stored the same month of the same account in the same crawl.
    pub(crate) fn cloud_month(&mut self, bill: &CloudMonth, source: &str) -> Result<(), Failure> {
        let key = (bill.month.number(), bill.provider.as_str(), bill.account.as_str());
        let observed_at = bill.observed_at.micros();
        if let Some(stored) = self.stored_month(key)? {
            if self.generation > 0 && stored.seen_generation == self.generation && stored.source != source {
                self.refuse_second_source(bill, &stored.source, source)?;
            }
            let new = Sight { run: self.run(), read_at: observed_at, changed_at: None };
            if !counts(new, Observer::Import, stored.sight) {
                return Ok(());
            }
        }
        self.delete_bill(key)?;
        let lines = added_up(bill);
        if !lines.is_empty() {
            self.delete_bill_of_all_accounts(bill.month.number(), &bill.provider)?;
        }
        for ((service, charge_category, currency), (gross, credits)) in &lines {
            self.put_ledger_line(&LedgerLine {
                provider: &bill.provider,
                account: &bill.account,
                month: bill.month.number(),
                service,
                charge_category,
                currency,
                gross,
                credits,
                settled: bill.month.is_settled_at(bill.observed_at),
                observed_at: Some(observed_at),
                source,
            })?;
        }
        self.note_month(key, observed_at, source)
    }

    fn stored_month(&self, key: (i32, &str, &str)) -> rusqlite::Result<Option<StoredMonth>> {
        let sql = "SELECT observed_run, observed_at, source, seen_generation FROM cloud_month
            WHERE month = ?1 AND provider = ?2 AND account = ?3";
        let read = |row: &rusqlite::Row<'_>| {
            let sight = Sight { run: row.get(0)?, read_at: row.get(1)?, changed_at: None };
            Ok(StoredMonth { sight, source: row.get(2)?, seen_generation: row.get(3)? })
        };
        self.connection.prepare_cached(sql)?.query_row(key, read).optional()
    }

    /// An error if there is anything that would count twice, or be lost: two sources that bill nothing agree.
    fn refuse_second_source(&self, bill: &CloudMonth, first: &str, second: &str) -> Result<(), Failure> {
        let sql = "SELECT EXISTS (SELECT 1 FROM cloud_costs WHERE month = ?1 AND provider = ?2 AND account = ?3)";
        let key = (bill.month.number(), &bill.provider, &bill.account);
        let has_lines: bool = self.connection.prepare_cached(sql)?.query_row(key, |row| row.get(0))?;
        if !has_lines && bill.lines.is_empty() {
            return Ok(());
        }
        Err(Failure::Store(StoreError::SameBill {
            provider: bill.provider.clone(),
            account: bill.account.clone(),
            month: bill.month,
            first: first.to_owned(),
            second: second.to_owned(),
        }))
    }

    /// Removes the lines of one account and month.
    pub(crate) fn delete_bill(&self, key: (i32, &str, &str)) -> rusqlite::Result<()> {
        let sql = "DELETE FROM cloud_costs WHERE month = ?1 AND provider = ?2 AND account = ?3";
        self.connection.prepare_cached(sql)?.execute(key).map(drop)
    }

    /// Removes what a file without accounts brought of a provider's month: the same bill, not split by account.
    pub(crate) fn delete_bill_of_all_accounts(&self, month: i32, provider: &str) -> rusqlite::Result<()> {
        let sql = "DELETE FROM cloud_costs WHERE month = ?1 AND provider = ?2 AND account = '' AND source = ?3";
        self.connection.prepare_cached(sql)?.execute((month, provider, CSV_SOURCE)).map(drop)
    }

    /// Adds a line, of which there must not yet be one with its key.
    pub(crate) fn put_ledger_line(&self, line: &LedgerLine<'_>) -> rusqlite::Result<()> {
        let sql = "INSERT INTO cloud_costs (provider, service, month, cost, currency, account, charge_category, gross,
                credits, settled, observed_at, source)
            VALUES (:provider, :service, :month, :cost, :currency, :account, :charge_category, :gross, :credits,
                :settled, :observed_at, :source)";
        self.connection
            .prepare_cached(sql)?
            .execute(named_params! {
                ":provider": line.provider,
                ":service": line.service,
                ":month": line.month,
                ":cost": (line.gross + line.credits).to_string(),
                ":currency": line.currency,
                ":account": line.account,
                ":charge_category": line.charge_category,
                ":gross": line.gross.to_string(),
                ":credits": line.credits.to_string(),
                ":settled": line.settled,
                ":observed_at": line.observed_at,
                ":source": line.source,
            })
            .map(drop)
    }

    fn note_month(&self, (month, provider, account): (i32, &str, &str), at: i64, source: &str) -> Result<(), Failure> {
        let sql = "INSERT INTO cloud_month (month, provider, account, observed_at, source, seen_generation,
                observed_run)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (month, provider, account) DO UPDATE SET observed_at = excluded.observed_at,
                source = excluded.source, seen_generation = excluded.seen_generation,
                observed_run = excluded.observed_run";
        let values = (month, provider, account, at, source, self.generation, self.run());
        self.connection.prepare_cached(sql)?.execute(values)?;
        Ok(())
    }
}

/// What was last heard of an account's month.
struct StoredMonth {
    sight: Sight,
    source: String,
    seen_generation: i64,
}

/// The lines by service, charge category and currency; those with equal keys added up.
fn added_up(bill: &CloudMonth) -> BTreeMap<(&str, &'static str, &str), Amounts> {
    let mut lines: BTreeMap<_, Amounts> = BTreeMap::new();
    for line in &bill.lines {
        let key = (line.service.as_str(), line.charge_category.name(), line.currency.as_str());
        let (gross, credits) = lines.entry(key).or_default();
        *gross += &line.gross;
        *credits += &line.credits;
    }
    lines
}
