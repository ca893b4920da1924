//! The ledger: what accounts were billed for a month.

use model::kinds::ChargeCategory;
use model::records::CloudMonth;
use model::tables::BillLine;
use rusqlite::OptionalExtension as _;

use super::PageWriter;
use crate::StoreError;
use crate::error::Failure;
use crate::ledger::CSV_SOURCE;
use crate::merge::order::{Observer, Sight, counts};
use crate::sqlite::plans::Prepare as _;

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
        let lines = added_up(bill, source);
        if !lines.is_empty() {
            self.delete_bill_of_all_accounts(bill.month.number(), &bill.provider)?;
        }
        for line in &lines {
            self.put_bill_line(line)?;
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
        self.connection.by_key(sql)?.query_row(key, read).optional()
    }

    /// An error if there is anything that would count twice, or be lost: two sources that bill nothing agree.
    fn refuse_second_source(&self, bill: &CloudMonth, first: &str, second: &str) -> Result<(), Failure> {
        let sql = "SELECT EXISTS (SELECT 1 FROM cloud_costs WHERE month = ?1 AND provider = ?2 AND account = ?3)";
        let key = (bill.month.number(), &bill.provider, &bill.account);
        let has_lines: bool = self.connection.by_key(sql)?.query_row(key, |row| row.get(0))?;
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
        self.connection.by_key(sql)?.execute(key).map(drop)
    }

    /// Removes what a file without accounts brought of a provider's month: the same bill, not split by account.
    pub(crate) fn delete_bill_of_all_accounts(&self, month: i32, provider: &str) -> rusqlite::Result<()> {
        let sql = "DELETE FROM cloud_costs WHERE month = ?1 AND provider = ?2 AND account = '' AND source = ?3";
        self.connection.by_key(sql)?.execute((month, provider, CSV_SOURCE)).map(drop)
    }

    /// Adds a line, of which there must not yet be one with its key.
    pub(crate) fn put_bill_line(&mut self, line: &BillLine) -> rusqlite::Result<()> {
        self.add(line, &[])
    }

    fn note_month(&self, (month, provider, account): (i32, &str, &str), at: i64, source: &str) -> Result<(), Failure> {
        let sql = "INSERT INTO cloud_month (month, provider, account, observed_at, source, seen_generation,
                observed_run)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (month, provider, account) DO UPDATE SET observed_at = excluded.observed_at,
                source = excluded.source, seen_generation = excluded.seen_generation,
                observed_run = excluded.observed_run";
        let values = (month, provider, account, at, source, self.generation, self.run());
        self.connection.by_key(sql)?.execute(values)?;
        Ok(())
    }
}

/// What was last heard of an account's month.
struct StoredMonth {
    sight: Sight,
    source: String,
    seen_generation: i64,
}

/// The lines, those with equal service, charge category and currency added up.
fn added_up(bill: &CloudMonth, source: &str) -> Vec<BillLine> {
    let mut lines: Vec<BillLine> = bill.bill_lines(source).collect();
    lines.sort_by(|left, right| key(left).cmp(&key(right)));
    lines.dedup_by(|other, line| {
        let same = key(other) == key(line);
        if same {
            line.gross += &other.gross;
            line.credits += &other.credits;
            line.net += &other.net;
        }
        same
    });
    lines
}

fn key(line: &BillLine) -> (&str, ChargeCategory, &str) {
    (&line.service, line.charge_category, &line.currency)
}
