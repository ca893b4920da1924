//! `cloud_costs.csv`: bills of files that name accounts, and bills of all accounts together.

use std::collections::{BTreeMap, BTreeSet};

use model::money::NotAnAmount;
use model::records::ChargeCategory;
use model::{Amount, Instant, Month, spec};

use super::file::{Column, RawFile};
use super::{Failure, Loader};
use crate::ledger::{CSV_SOURCE, gross_and_credits, month_of_day};
use crate::write::cloud::LedgerLine;

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
        let required = ["provider", "service", "month", "cost"];
        let Some(mut file) = RawFile::open(self.folder, &spec::CLOUD_COSTS, &required)? else { return Ok(()) };
        let bills = bills(&mut file)?;
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
                file.count.kept += bill.rows;
                continue;
            }
            file.count.rows += bill.rows;
            self.store_bill(key, bill, newest)?;
        }
        self.import.tables.push(file.count);
        Ok(())
    }

    /// Whether a provider was asked for the month of an account.
    fn was_asked(&self, (month, provider, account): &BillKey) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM cloud_month WHERE month = ?1 AND provider = ?2 AND account = ?3)";
        let mut statement = self.writer.connection.prepare_cached(sql)?;
        statement.query_row((month.number(), provider, account), |row| row.get(0))
    }

    fn has_bill_by_account(&self, month: Month, provider: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM cloud_costs WHERE month = ?1 AND provider = ?2
            AND (account <> '' OR source <> ?3))";
        let mut statement = self.writer.connection.prepare_cached(sql)?;
        statement.query_row((month.number(), provider, CSV_SOURCE), |row| row.get(0))
    }

    fn store_bill(&self, key: &BillKey, bill: &Bill, newest: Option<Month>) -> Result<(), Failure> {
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
            self.writer.put_ledger_line(&LedgerLine {
                provider,
                account,
                month: month.number(),
                service,
                charge_category: charge_category.name(),
                currency,
                gross: &line.gross,
                credits: &line.credits,
                settled,
                observed_at: line.observed_at.map(Instant::micros),
                source: &line.source,
            })?;
        }
        Ok(())
    }
}

/// Whether a bill has no account because its file knows none, as the original's.
fn of_all_accounts((_, _, account): &BillKey, bill: &Bill) -> bool {
    account.is_empty() && !bill.has_source
}

/// Reads a file, with rows of equal keys added up.
fn bills(file: &mut RawFile) -> Result<BTreeMap<BillKey, Bill>, Failure> {
    let mut bills: BTreeMap<BillKey, Bill> = BTreeMap::new();
    while file.next()? {
        let text = |name: &str| file.text(file.column(name)).map(str::to_owned);
        let key = (month(file)?, text("provider")?, text("account")?);
        let currency = text("currency")?.trim().to_owned();
        let line_key = (text("service")?, charge_category(file)?, currency);
        let line = line(file)?;
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
    Ok(bills)
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

fn line(file: &RawFile) -> Result<Line, Failure> {
    let cost = file.column("cost");
    let Some(net) = amount(file, cost)? else {
        return Err(file.in_cell(cost, "the cost is missing".to_owned(), "write it as 1234.56, or remove the row"));
    };
    let (gross, credits) = (amount(file, file.column("gross"))?, amount(file, file.column("credits"))?);
    let Some((gross, credits)) = gross_and_credits(&net, gross, credits) else {
        let problem = format!("'{net}' is not the sum of gross and credits");
        return Err(file.in_cell(cost, problem, "correct one of the three"));
    };
    let settled = file.column("settled");
    let settled = if file.text(settled)?.is_empty() { None } else { Some(file.bool(settled)?) };
    let source = match file.text(file.column("source"))? {
        "" => CSV_SOURCE,
        source => source,
    };
    let observed_at = file.instant(file.column("observed_at"))?;
    Ok(Line { gross, credits, settled, observed_at, source: source.to_owned() })
}

/// An amount, `None` for an empty cell.
fn amount(file: &RawFile, column: Column) -> Result<Option<Amount>, Failure> {
    match file.text(column)? {
        "" => Ok(None),
        text => {
            let complaint =
                |error: NotAnAmount| file.in_cell(column, format!("'{text}' is {error}"), "write it as 1234.56");
            text.parse().map(Some).map_err(complaint)
        }
    }
}

fn month(file: &RawFile) -> Result<Month, Failure> {
    let column = file.column("month");
    let text = file.text(column)?;
    month_of_day(text.as_bytes()).ok_or_else(|| {
        file.in_cell(column, format!("'{text}' is not a day that exists"), "write the month as 2026-01-01")
    })
}

fn charge_category(file: &RawFile) -> Result<ChargeCategory, Failure> {
    let column = file.column("charge_category");
    let text = file.text(column)?;
    ChargeCategory::from_name(text).ok_or_else(|| {
        let remedy = "write Usage, Purchase, Tax, Credit or Adjustment, or leave it empty";
        file.in_cell(column, format!("'{text}' is no kind of charge"), remedy)
    })
}
