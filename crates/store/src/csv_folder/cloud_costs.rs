//! `cloud_costs.csv`.

#[cfg(test)]
mod tests;

use model::columns::{CloudCostColumns, InstantColumn};
use model::money::NotAnAmount;
use model::records::{ChargeCategory, ImportRun};
use model::{Amount, Instant, Month};

use super::Reading;
use super::blocks::{Findings, Part, Table};
use super::cells::Cell;
use super::error::CsvError;
use super::header::Header;
use super::issue_events::translate;
use super::records::Row;
use super::scanned_float;
use super::texts::Texts;
use crate::ledger::{assumed_as_of, gross_and_credits, month_of_day};

/// The file's name.
pub(super) const FILE: &str = "cloud_costs.csv";

/// Where the columns of `cloud_costs.csv` are.
#[derive(Debug)]
pub(super) struct CloudCosts {
    provider: usize,
    service: usize,
    month: Cell,
    cost: Cell,
    currency: usize,
    account: usize,
    charge_category: Cell,
    gross: Cell,
    credits: Cell,
    observed_at: Cell,
    source: usize,
}

impl CloudCosts {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        Ok(Self {
            provider: header.required("provider")?,
            service: header.required("service")?,
            month: header.required_cell("month")?,
            cost: header.required_cell("cost")?,
            currency: header.optional("currency"),
            account: header.optional("account"),
            charge_category: header.optional_cell("charge_category"),
            gross: header.optional_cell("gross"),
            credits: header.optional_cell("credits"),
            observed_at: header.optional_cell("observed_at"),
            source: header.optional("source"),
        })
    }

    /// The month of a row; `None` where the row does not count.
    fn month(&self, row: Row<'_>, findings: &mut Findings) -> Option<Month> {
        let value = self.month.value(row);
        let month = month_of_day(value);
        if month.is_none() {
            let skipped = match findings.reading() {
                Reading::Strict => "",
                Reading::Original => ": the row is skipped, as the original does",
            };
            let message = format!("is not a day that exists, such as 2026-01-01{skipped}");
            findings.odd(row.line, self.month.name, value, &message);
        }
        month
    }

    /// What is billed: exactly, and as the original reads it.
    fn cost(&self, row: Row<'_>, findings: &mut Findings) -> (Option<Amount>, f64) {
        let value = self.cost.value(row);
        let exact = parsed(value);
        let binary = scanned_float::read(value);
        if exact.is_none() {
            let message = match findings.reading() {
                Reading::Strict => format!("is {NotAnAmount}"),
                Reading::Original => format!("is {NotAnAmount}: read as {binary}, as the original does"),
            };
            findings.odd(row.line, self.cost.name, value, &message);
        }
        (exact, binary)
    }

    /// Gross and credits, which follow from the cost where a file does not say them.
    fn amounts(&self, row: Row<'_>, cost: &Amount, findings: &mut Findings) -> (Amount, Amount) {
        let gross = optional_amount(self.gross, row, findings);
        let credits = optional_amount(self.credits, row, findings);
        gross_and_credits(cost, gross, credits).unwrap_or_else(|| {
            odd_when_strict(self.cost, row, "is not the sum of gross and credits", findings);
            (cost.clone(), Amount::zero())
        })
    }

    fn charge_category(&self, row: Row<'_>, findings: &mut Findings) -> ChargeCategory {
        let word = std::str::from_utf8(self.charge_category.value(row)).unwrap_or("?");
        ChargeCategory::from_name(word).unwrap_or_else(|| {
            let message = "is not `Usage`, `Purchase`, `Tax`, `Credit` or `Adjustment`";
            odd_when_strict(self.charge_category, row, message, findings);
            ChargeCategory::Unknown
        })
    }
}

/// Notes an odd value of what the original does not read.
fn odd_when_strict(cell: Cell, row: Row<'_>, message: &str, findings: &mut Findings) {
    if findings.reading() == Reading::Strict {
        findings.odd(row.line, cell.name, cell.value(row), message);
    }
}

fn parsed(value: &[u8]) -> Option<Amount> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// An amount that the original does not read, and that may be absent.
fn optional_amount(cell: Cell, row: Row<'_>, findings: &mut Findings) -> Option<Amount> {
    let value = cell.value(row);
    if value.is_empty() {
        return None;
    }
    let amount = parsed(value);
    if amount.is_none() {
        odd_when_strict(cell, row, &format!("is {NotAnAmount}"), findings);
    }
    amount
}

/// White space around a currency has no meaning: the original does not look at it either.
fn trimmed(currency: &[u8]) -> &[u8] {
    std::str::from_utf8(currency).map_or(currency.trim_ascii(), |text| text.trim().as_bytes())
}

/// Bills of one block; codes are the block's own.
#[derive(Debug, Default)]
pub(super) struct CloudCostPart {
    texts: Texts,
    columns: CloudCostColumns,
}

impl Table for CloudCosts {
    const FILE: &'static str = FILE;
    type Part = CloudCostPart;

    fn take(&self, part: &mut CloudCostPart, row: Row<'_>, findings: &mut Findings) {
        let Some(month) = self.month(row, findings) else { return };
        let CloudCostPart { texts, columns } = part;
        let (cost, binary) = self.cost(row, findings);
        let net = cost.unwrap_or_default();
        let (gross, credits) = self.amounts(row, &net, findings);
        columns.provider.push(texts.repeated_code(columns.provider.last().copied(), row.get(self.provider)));
        columns.account.push(texts.repeated_code(columns.account.last().copied(), row.get(self.account)));
        columns.service.push(texts.code(row.get(self.service)));
        columns.currency.push(texts.repeated_code(columns.currency.last().copied(), trimmed(row.get(self.currency))));
        columns.month.push(month);
        columns.charge_category.push(self.charge_category(row, findings));
        columns.gross.push(gross);
        columns.credits.push(credits);
        columns.net.push(net);
        columns.binary.push(binary);
        self.observed_at.push_optional_time(row, &mut columns.observed_at, findings);
        columns.source.push(texts.repeated_code(columns.source.last().copied(), row.get(self.source)));
    }
}

/// All bills in file order.
pub(super) fn join(parts: Vec<Part<CloudCostPart>>, texts: &mut Texts) -> CloudCostColumns {
    let mut joined = CloudCostColumns::default();
    for Part { content, .. } in parts {
        let codes = texts.adopt(&content.texts);
        let part = content.columns;
        translate(&mut joined.provider, &part.provider, &codes);
        translate(&mut joined.account, &part.account, &codes);
        translate(&mut joined.service, &part.service, &codes);
        translate(&mut joined.currency, &part.currency, &codes);
        translate(&mut joined.source, &part.source, &codes);
        joined.month.extend(part.month);
        joined.charge_category.extend(part.charge_category);
        joined.gross.extend(part.gross);
        joined.credits.extend(part.credits);
        joined.net.extend(part.net);
        joined.binary.extend(part.binary);
        joined.observed_at.append(&part.observed_at);
    }
    joined
}

/// Up to when the bills are known: by the imports, else by the rows, else as is assumed of files that do not say.
pub(super) fn as_of(bills: &CloudCostColumns, imports: &[ImportRun]) -> Option<Instant> {
    let covered = imports.iter().filter(|run| run.scope == "cloud_costs" && run.outcome == "ok");
    let covered = covered.filter_map(|run| run.covered_to).max();
    covered.or_else(|| newest(&bills.observed_at)).or_else(|| bills.month.iter().max().copied().map(assumed_as_of))
}

fn newest(column: &InstantColumn) -> Option<Instant> {
    (0..column.len()).filter_map(|row| column.get(row)).max()
}
