//! `cloud_costs.csv`.

#[cfg(test)]
mod tests;

use model::cells::{RawColumns, RawRow};
use model::columns::{BillLineColumns, Interner, Raw};
use model::kinds::RunOutcome;
use model::spec::RawTable;
use model::tables::BillLine;
use model::{Amount, Instant, Month};

use super::Reading;
use super::blocks::{Findings, Part, Table};
use super::cells::Cell;
use super::declared::{Codes, Layout};
use super::error::CsvError;
use super::header::Header;
use super::records::Row;
use super::scanned_float;
use crate::ledger::{assumed_as_of, gross_and_credits, is_of_bills, month_of_day};

/// The cells that are looked at beyond their type.
#[derive(Debug)]
struct Rule {
    month: Cell,
    cost: Cell,
    gross: Cell,
    credits: Cell,
    currency: Cell,
}

impl Rule {
    fn new(header: &Header) -> Result<Self, CsvError> {
        let cell = |name| header.cell(BillLine::TABLE.column(name).expect("a line of a bill has it"));
        Ok(Self {
            month: cell("month")?,
            cost: cell("cost")?,
            gross: cell("gross")?,
            credits: cell("credits")?,
            currency: cell("currency")?,
        })
    }

    /// Whether the row counts: the original skips rows without a month.
    fn counts(&self, row: Row<'_>, findings: &mut Findings) -> bool {
        let value = self.month.value(row);
        if month_of_day(value).is_some() {
            return true;
        }
        let skipped = match findings.reading() {
            Reading::Strict => "",
            Reading::Original => ": the row is skipped, as the original does",
        };
        let message = format!("is not a day that exists, such as 2026-01-01{skipped}");
        findings.odd(row.line, self.month.name, value, &message);
        false
    }

    /// Gross and credits, which follow from the cost where a file does not say them.
    fn amounts(&self, row: Row<'_>, cost: &Amount, findings: &mut Findings) -> (Amount, Amount) {
        let [gross, credits] = [&self.gross, &self.credits].map(|cell| parsed(cell.value(row)));
        gross_and_credits(cost, gross, credits).unwrap_or_else(|| {
            if findings.reading() == Reading::Strict {
                let message = "is not the sum of gross and credits";
                findings.odd(row.line, self.cost.name, self.cost.value(row), message);
            }
            (cost.clone(), Amount::zero())
        })
    }

    fn currency<'a>(&self, row: Row<'a>) -> &'a [u8] {
        trimmed(self.currency.value(row))
    }
}

fn parsed(value: &[u8]) -> Option<Amount> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// White space around a currency has no meaning: the original does not look at it either.
fn trimmed(currency: &[u8]) -> &[u8] {
    std::str::from_utf8(currency).map_or(currency.trim_ascii(), |text| text.trim().as_bytes())
}

/// The bills as columns.
#[derive(Debug)]
pub(super) struct Bills {
    rule: Rule,
    layout: Layout,
}

impl Bills {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        let layout = Layout::of(header, BillLine::TABLE, BillLineColumns::READ)?;
        Ok(Self { rule: Rule::new(header)?, layout })
    }
}

/// Bills of one block; codes are the block's own.
#[derive(Debug, Default)]
pub(super) struct BillsPart {
    codes: Codes,
    columns: BillLineColumns,
    binary: Vec<f64>,
}

impl Table for Bills {
    const TABLE: &'static RawTable = BillLine::TABLE;
    type Part = BillsPart;

    fn take(&self, part: &mut BillsPart, row: Row<'_>, findings: &mut Findings) {
        if !self.rule.counts(row, findings) {
            return;
        }
        let BillsPart { codes, columns, binary } = part;
        let Ok(()) = columns.push_cells(&mut self.layout.cells(row, codes, findings));
        self.layout.check(row, findings);
        let last = columns.net.len() - 1;
        (columns.gross[last], columns.credits[last]) = self.rule.amounts(row, &columns.net[last], findings);
        columns.currency[last] = codes.texts.code(self.rule.currency(row));
        if findings.reading() == Reading::Original {
            binary.push(scanned_float::read(self.rule.cost.value(row)));
        }
    }
}

/// All bills in file order, and their costs as the original reads them, if it was asked to.
pub(super) fn join(parts: Vec<Part<BillsPart>>, texts: &mut Interner) -> (BillLineColumns, Vec<f64>) {
    let (mut columns, mut binary) = (BillLineColumns::default(), Vec::new());
    for Part { content, .. } in parts {
        let codes = texts.adopt(&content.codes.texts);
        columns.append(&content.columns, &codes);
        binary.extend(content.binary);
    }
    (columns, binary)
}

/// The bills as rows.
#[derive(Debug)]
pub(crate) struct BillRows {
    rule: Rule,
    settled: Cell,
    layout: Layout,
}

/// A line of a bill, and what its file leaves open.
#[derive(Debug)]
pub(crate) struct FileBill {
    pub(crate) line: BillLine,
    /// Whether the file says if it is settled.
    pub(crate) says_settled: bool,
}

impl BillRows {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        let settled = header.cell(BillLine::TABLE.column("settled").expect("a line of a bill has it"))?;
        Ok(Self { rule: Rule::new(header)?, settled, layout: Layout::all(header, BillLine::TABLE)? })
    }
}

/// Rows of one block.
#[derive(Debug, Default)]
pub(crate) struct BillRowsPart {
    codes: Codes,
    pub(crate) rows: Vec<FileBill>,
}

impl Table for BillRows {
    const TABLE: &'static RawTable = BillLine::TABLE;
    type Part = BillRowsPart;

    fn take(&self, part: &mut BillRowsPart, row: Row<'_>, findings: &mut Findings) {
        if !self.rule.counts(row, findings) {
            return;
        }
        let Ok(mut line) = BillLine::read_cells(&mut self.layout.cells(row, &mut part.codes, findings));
        (line.gross, line.credits) = self.rule.amounts(row, &line.net, findings);
        line.currency = String::from_utf8_lossy(self.rule.currency(row)).into_owned();
        part.rows.push(FileBill { line, says_settled: !self.settled.value(row).is_empty() });
    }
}

/// Up to when the bills are known: by the imports, else by the rows, else as is assumed of files that do not say.
pub(super) fn as_of(raw: &Raw) -> Option<Instant> {
    let covered = raw.imports.iter().filter(|run| is_of_bills(run) && run.outcome == RunOutcome::Ok);
    let covered = covered.filter_map(|run| run.covered_to).max();
    let observed = &raw.cloud_costs.observed_at;
    let newest = || (0..observed.len()).filter_map(|row| observed.get(row)).max();
    let of_ci = raw.ci_bills.day.all_micros().filter(|day| *day != Instant::NULL_MICROS).max();
    let of_ci = of_ci.map(|day| Month::of(Instant::from_micros(day)));
    covered.or_else(newest).or_else(|| raw.cloud_costs.month.iter().copied().chain(of_ci).max().map(assumed_as_of))
}
