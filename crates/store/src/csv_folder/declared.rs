//! Rows of declared tables: cells by the names in the header, in the order of the declaration.

use std::convert::Infallible;

use model::cells::{ReadColumns, ReadRow};
use model::columns::{InstantColumn, Interner};
use model::kinds::{Named, Told};
use model::money::NotAnAmount;
use model::spec::{RawColumn, RawTable, Storage};
use model::{Amount, Instant, Month};

use super::Reading;
use super::blocks::Findings;
use super::cells::Cell;
use super::error::CsvError;
use super::header::{ABSENT, Header};
use super::records::Row;
use super::scanned_float;
use crate::ledger::month_of_day;

/// Where columns of a table are in a file.
#[derive(Debug)]
pub(super) struct Layout {
    cells: Vec<Cell>,
    /// Columns that are not asked for, but hold only what their type can say.
    checked: Vec<(&'static RawColumn, Cell)>,
    /// What a row is named by, where it belongs to nothing else.
    names: Vec<Cell>,
    /// What a row may be of in place of a repository: what is pushed for a service.
    service: Option<Cell>,
    /// Where the provider's id of a row is; only what a provider has told has one.
    id: usize,
}

/// What is said of a name that is empty.
pub(super) const EMPTY_NAME: &str = "is empty: fill it in, or remove the row";

/// Columns that name an organisation's things: empty ones belong to nothing.
pub(super) const NAMES: [&str; 3] = ["org", "repo", "number"];

/// Columns of a table whose rows belong to nothing else that a file must have and that tell a row apart, or where it is
/// of.
fn names_of(table: &'static RawTable) -> impl Iterator<Item = &'static RawColumn> {
    let is_free = table.columns.iter().all(|column| column.storage != Storage::OfOwner);
    let is_name = move |column: &&RawColumn| {
        let is_text = matches!(column.storage, Storage::Text | Storage::Code) && column.kinds.is_empty();
        is_text && column.required && (table.key.contains(&column.name) || NAMES.contains(&column.name))
    };
    table.columns.iter().filter(move |_| is_free).filter(is_name)
}

impl Layout {
    /// The named columns, in this order.
    pub(super) fn of(header: &Header, table: &'static RawTable, names: &[&str]) -> Result<Self, CsvError> {
        let mut cells = vec![None; names.len()];
        let mut checked = Vec::new();
        for column in table.columns {
            let cell = header.cell(column)?;
            match names.iter().position(|name| *name == column.name) {
                Some(place) => cells[place] = Some(cell),
                None if matches!(column.storage, Storage::Int | Storage::Bool | Storage::Instant) => {
                    checked.push((column, cell));
                }
                None => {}
            }
        }
        let cells = cells.into_iter().map(|cell| cell.expect("a declaration names its own columns")).collect();
        let id = if table.columns.iter().any(|column| column.name == "id") { header.optional("id") } else { ABSENT };
        let names = names_of(table).map(|column| header.cell(column)).collect::<Result<_, _>>()?;
        let service = table.columns.iter().find(|column| column.name == "service" && !table.key.contains(&"service"));
        let service = service.map(|column| header.cell(column)).transpose()?;
        Ok(Self { cells, checked, names, service, id })
    }

    /// All columns that are stored in the rows of a table.
    pub(super) fn all(header: &Header, table: &'static RawTable) -> Result<Self, CsvError> {
        let names: Vec<_> = table.stored().map(|column| column.name).collect();
        Self::of(header, table, &names)
    }

    /// The cells of a row.
    pub(super) fn cells<'a>(&'a self, row: Row<'a>, codes: &'a mut Codes, findings: &'a mut Findings) -> CsvCells<'a> {
        if codes.previous.len() < self.cells.len() {
            codes.previous.resize(self.cells.len(), 0);
        }
        CsvCells { layout: self, row, next: 0, codes, findings }
    }

    /// Notes names that are empty.
    pub(super) fn check_names(&self, row: Row<'_>, findings: &mut Findings) {
        if findings.reading() == Reading::Strict {
            let is_of_service = self.service.as_ref().is_some_and(|cell| !cell.value(row).is_empty());
            let is_needed = |cell: &&Cell| !(is_of_service && NAMES.contains(&cell.name));
            for cell in self.names.iter().filter(is_needed).filter(|cell| cell.value(row).is_empty()) {
                findings.odd(row.line, cell.name, b"", EMPTY_NAME);
            }
        }
    }

    /// Notes cells of columns that are not asked for, but are no values of their type.
    pub(super) fn check(&self, row: Row<'_>, findings: &mut Findings) {
        if self.checked.is_empty() || findings.reading() == Reading::Original {
            return;
        }
        for (column, cell) in &self.checked {
            match column.storage {
                Storage::Int => drop(cell.number(row, findings)),
                Storage::Bool => _ = cell.flag(row, findings),
                Storage::Instant => drop(cell.optional_time(row, None, findings)),
                _ => {}
            }
        }
    }
}

/// Codes of the texts of one block, and those of the row before: neighbours repeat.
#[derive(Debug, Default)]
pub(super) struct Codes {
    pub(super) texts: Interner,
    previous: Vec<u32>,
}

impl Codes {
    /// The code of a text in a column.
    #[inline]
    fn code(&mut self, column: usize, text: &[u8]) -> u32 {
        let code = self.texts.repeated_code(self.previous[column], text);
        self.previous[column] = code;
        code
    }
}

/// The cells of one row. What is no value of its type is told to the findings.
pub(super) struct CsvCells<'a> {
    layout: &'a Layout,
    row: Row<'a>,
    next: usize,
    codes: &'a mut Codes,
    findings: &'a mut Findings,
}

type Read<T> = Result<T, Infallible>;

impl<'a> CsvCells<'a> {
    #[inline]
    fn next(&mut self) -> &'a Cell {
        self.next += 1;
        &self.layout.cells[self.next - 1]
    }

    #[inline]
    fn known<K: Named>(&mut self) -> (Option<K>, &'a [u8]) {
        let cell = self.next();
        let value = cell.value(self.row);
        let known = K::from_name(value);
        let strict = self.findings.reading() == Reading::Strict;
        let may_be_new = K::OPEN || strict && K::OPEN_WITH_ID && !self.row.get(self.layout.id).is_empty();
        if known.is_none() && !may_be_new && (cell.required || strict && !value.is_empty()) {
            self.findings.unknown_kind(self.row.line, cell.name, value, &K::choices());
        }
        (known, value)
    }
}

impl ReadColumns for CsvCells<'_> {
    type Error = Infallible;

    #[inline]
    fn bytes(&mut self) -> Read<&[u8]> {
        Ok(self.next().value(self.row))
    }

    #[inline]
    fn code(&mut self) -> Read<u32> {
        let value = self.next().value(self.row);
        Ok(self.codes.code(self.next - 1, value))
    }

    #[inline]
    fn flag(&mut self) -> Read<bool> {
        Ok(self.next().flag(self.row, self.findings))
    }

    #[inline]
    fn int(&mut self) -> Read<Option<i64>> {
        Ok(self.next().number(self.row, self.findings))
    }

    #[inline]
    fn instant(&mut self, column: &mut InstantColumn) -> Read<()> {
        let plausible = self.findings.plausible();
        self.next().push_time(self.row, column, plausible, self.findings);
        Ok(())
    }

    #[inline]
    fn optional_instant(&mut self, column: &mut InstantColumn) -> Read<()> {
        let plausible = self.findings.plausible();
        column.push(self.next().optional_time(self.row, plausible, self.findings));
        Ok(())
    }

    fn month(&mut self) -> Read<Month> {
        let cell = self.next();
        let value = cell.value(self.row);
        Ok(month_of_day(value).unwrap_or_else(|| {
            self.findings.odd(self.row.line, cell.name, value, "is not a day that exists, such as 2026-01-01");
            Month::from_number(0).expect("year 0 has a January")
        }))
    }

    fn amount(&mut self) -> Read<Amount> {
        let cell = self.next();
        let value = cell.value(self.row);
        if value.is_empty() && !cell.required {
            return Ok(Amount::zero());
        }
        let amount = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        if amount.is_none() && (cell.required || self.findings.reading() == Reading::Strict) {
            let message = match self.findings.reading() {
                Reading::Strict => format!("is {NotAnAmount}"),
                Reading::Original => {
                    format!("is {NotAnAmount}: read as {}, as the original does", scanned_float::read(value))
                }
            };
            self.findings.odd(self.row.line, cell.name, value, &message);
        }
        Ok(amount.unwrap_or_default())
    }

    #[inline]
    fn kind<K: Named>(&mut self) -> Read<K> {
        Ok(self.known().0.unwrap_or_default())
    }

    #[inline]
    fn told<K: Named>(&mut self) -> Read<Option<K>> {
        Ok(self.known().0)
    }
}

impl ReadRow for CsvCells<'_> {
    type Error = Infallible;

    fn text(&mut self) -> Read<String> {
        Ok(self.next().text(self.row))
    }

    fn code_text(&mut self) -> Read<String> {
        Ok(self.next().text(self.row))
    }

    fn list(&mut self) -> Read<Vec<String>> {
        let text = self.next().text(self.row);
        Ok(text.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect())
    }

    fn flag(&mut self) -> Read<bool> {
        ReadColumns::flag(self)
    }

    fn int(&mut self) -> Read<Option<i64>> {
        ReadColumns::int(self)
    }

    fn instant(&mut self) -> Read<Instant> {
        let mut column = InstantColumn::default();
        self.next().push_time(self.row, &mut column, None, self.findings);
        Ok(column.get(0).unwrap_or_default())
    }

    fn optional_instant(&mut self) -> Read<Option<Instant>> {
        Ok(self.next().optional_time(self.row, None, self.findings))
    }

    fn month(&mut self) -> Read<Month> {
        ReadColumns::month(self)
    }

    fn amount(&mut self) -> Read<Amount> {
        ReadColumns::amount(self)
    }

    fn kind<K: Named>(&mut self) -> Read<K> {
        ReadColumns::kind(self)
    }

    fn told<K: Named>(&mut self) -> Read<Told<K>> {
        Ok(match self.known::<K>() {
            (Some(kind), _) => kind.into(),
            (None, text) => String::from_utf8_lossy(text).into_owned().into(),
        })
    }
}
