//! Parsing of one row: provider, account, period, service, category and cost.

use std::collections::BTreeMap;

use csv::ByteRecord;
use model::kinds::{ChargeCategory, Named as _};
use model::{Instant, Month};

use crate::billing_time;
use crate::fault::{CellFault, shortened};
use crate::header::{self, Columns};

/// A row, its texts as in the file but without white space around them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    pub(crate) provider: &'a [u8],
    pub(crate) account: &'a [u8],
    pub(crate) month: Month,
    /// Empty where it is null.
    pub(crate) service: &'a [u8],
    pub(crate) category: ChargeCategory,
    /// When the charge begins; `None` of a correction, which may be of any time, and where the file does not say.
    pub(crate) begins: Option<Instant>,
    pub(crate) currency: &'a [u8],
    /// Not yet known to be a number.
    pub(crate) cost: &'a [u8],
}

/// Reads the rows of one file.
#[derive(Debug)]
pub(crate) struct RowReader<'a> {
    columns: Columns,
    cost_column: &'static str,
    provider: Option<&'a str>,
    last_period: Option<Period>,
    /// The last beginning of a charge as it is written, and what it says. Many rows have that of the row before.
    last_begin: Option<(Vec<u8>, Instant)>,
    /// Charge categories that are none of FOCUS, and how many rows have them.
    unknown: BTreeMap<String, u64>,
}

/// A billing period as it is written, and its month. Most rows have that of the row before.
#[derive(Debug)]
struct Period {
    start: Vec<u8>,
    end: Vec<u8>,
    month: Month,
}

const NULL: &str = "where FOCUS allows no null: correct the export";
const NO_PROVIDER: &str =
    "so that the provider is unknown: name it by `provider` in the configuration, or correct the export";
const NO_ACCOUNT: &str = "and SubAccountId is null too, so that the account is unknown: correct the export";
const NO_TIME: &str = "which is no time such as 2024-09-01T00:00:00Z or 2024-09-01 00:00:00: correct the export";
const NO_PERIOD: &str =
    "which is not after BillingPeriodStart, although the end of a period is exclusive: correct the export";
/// The charge class of what changes an earlier bill.
const CORRECTION: &[u8] = b"Correction";

/// What a row without a category is told as.
const NO_CATEGORY: &[u8] = b"(no category)";

impl<'a> RowReader<'a> {
    pub(crate) fn new(columns: Columns, cost_column: &'static str, provider: Option<&'a str>) -> Self {
        Self { columns, cost_column, provider, last_period: None, last_begin: None, unknown: BTreeMap::new() }
    }

    /// The charge categories that are none of FOCUS, shortened, each with the number of its rows.
    pub(crate) fn into_unknown(self) -> BTreeMap<String, u64> {
        self.unknown
    }

    /// What the row says; the first cell that cannot be used otherwise.
    pub(crate) fn read<'r>(&mut self, record: &'r ByteRecord) -> Result<Row<'r>, CellFault>
    where
        'a: 'r,
    {
        let columns = self.columns;
        Ok(Row {
            provider: self.provider_of(record)?,
            account: self.account_of(record)?,
            month: self.month_of(record)?,
            service: value(&record[columns.service]).unwrap_or_default(),
            category: self.category_of(value(&record[columns.category]).unwrap_or(NO_CATEGORY)),
            begins: self.begin_of(record)?,
            currency: needed(&record[columns.currency], header::CURRENCY)?,
            cost: needed(&record[columns.cost], self.cost_column)?,
        })
    }

    fn provider_of<'r>(&self, record: &'r ByteRecord) -> Result<&'r [u8], CellFault>
    where
        'a: 'r,
    {
        if let Some(provider) = self.provider {
            return Ok(provider.as_bytes());
        }
        let Columns { provider, service_provider, .. } = self.columns;
        either(record, provider, service_provider).ok_or_else(|| {
            let (position, name) = match provider {
                Some(position) => (Some(position), header::PROVIDER),
                None => (service_provider, header::SERVICE_PROVIDER),
            };
            CellFault::new(name, cell(record, position), NO_PROVIDER)
        })
    }

    fn account_of<'r>(&self, record: &'r ByteRecord) -> Result<&'r [u8], CellFault> {
        let Columns { sub_account, billing_account, .. } = self.columns;
        either(record, sub_account, billing_account)
            .ok_or_else(|| CellFault::new(header::BILLING_ACCOUNT, cell(record, billing_account), NO_ACCOUNT))
    }

    /// A word that FOCUS does not know is an adjustment: its cost is billed all the same.
    fn category_of(&mut self, text: &[u8]) -> ChargeCategory {
        ChargeCategory::from_name(text).unwrap_or_else(|| {
            *self.unknown.entry(shortened(text)).or_default() += 1;
            ChargeCategory::Adjustment
        })
    }

    fn begin_of(&mut self, record: &ByteRecord) -> Result<Option<Instant>, CellFault> {
        let Some(text) = value(cell(record, self.columns.charge_start)) else { return Ok(None) };
        if value(cell(record, self.columns.class)).is_some_and(|class| class.eq_ignore_ascii_case(CORRECTION)) {
            return Ok(None);
        }
        if let Some((last, begins)) = &self.last_begin
            && last == text
        {
            return Ok(Some(*begins));
        }
        let begins = time(text, header::CHARGE_START)?;
        self.last_begin = Some((text.to_vec(), begins));
        Ok(Some(begins))
    }

    fn month_of(&mut self, record: &ByteRecord) -> Result<Month, CellFault> {
        let (start, end) = (&record[self.columns.period_start], &record[self.columns.period_end]);
        if let Some(last) = &self.last_period
            && last.start == start
            && last.end == end
        {
            return Ok(last.month);
        }
        let month = month(start, end)?;
        self.last_period = Some(Period { start: start.to_vec(), end: end.to_vec(), month });
        Ok(month)
    }
}

/// The month in which a billing period begins.
fn month(start: &[u8], end: &[u8]) -> Result<Month, CellFault> {
    let (from, to) = (
        time(needed(start, header::PERIOD_START)?, header::PERIOD_START)?,
        time(needed(end, header::PERIOD_END)?, header::PERIOD_END)?,
    );
    if to <= from {
        return Err(CellFault::new(header::PERIOD_END, end, NO_PERIOD));
    }
    Ok(Month::of(from))
}

fn time(text: &[u8], column: &'static str) -> Result<Instant, CellFault> {
    billing_time::parse(text).ok_or_else(|| CellFault::new(column, text, NO_TIME))
}

/// The text of a cell without white space around it; `None` for null, which files write as nothing or as `NULL`.
fn value(cell: &[u8]) -> Option<&[u8]> {
    let text = cell.trim_ascii();
    (!text.is_empty() && !text.eq_ignore_ascii_case(b"NULL")).then_some(text)
}

fn needed<'r>(cell: &'r [u8], column: &'static str) -> Result<&'r [u8], CellFault> {
    value(cell).ok_or_else(|| CellFault::new(column, cell.trim_ascii(), NULL))
}

fn cell(record: &ByteRecord, position: Option<usize>) -> &[u8] {
    position.and_then(|position| record.get(position)).unwrap_or_default()
}

fn either(record: &ByteRecord, first: Option<usize>, second: Option<usize>) -> Option<&[u8]> {
    value(cell(record, first)).or_else(|| value(cell(record, second)))
}
