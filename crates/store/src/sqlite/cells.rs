//! Cells of a row without conversions that cost.

use std::cell::{Cell, RefCell};

use model::cells::{ReadColumns, ReadRow};
use model::columns::{InstantColumn, Interner};
use model::instant::Plausible;
use model::kinds::{Named, Told};
use model::spec::{RawColumn, RawTable, Storage};
use model::{Amount, Instant, Month};
use rusqlite::types::{FromSqlError, Type, ValueRef};
use rusqlite::{Connection, Error, Row};

use crate::dictionary::find;
use crate::sqlite::damage::cannot_be;
use crate::sqlite::plans::Prepare as _;

/// One row of a result.
#[derive(Clone, Copy)]
pub(crate) struct Cells<'a>(pub(crate) &'a Row<'a>);

impl<'a> Cells<'a> {
    /// A whole number.
    #[inline]
    pub(crate) fn int(self, index: usize) -> rusqlite::Result<i64> {
        match self.0.get_ref(index)? {
            ValueRef::Integer(value) => Ok(value),
            other => Err(unexpected(index, other)),
        }
    }

    /// A code of the dictionary, or a row.
    #[inline]
    pub(crate) fn code(self, index: usize) -> rusqlite::Result<u32> {
        u32::try_from(self.int(index)?)
            .map_err(|_| Error::FromSqlConversionFailure(index, Type::Integer, Box::new(FromSqlError::OutOfRange(0))))
    }

    /// A truth value.
    #[inline]
    pub(crate) fn bool(self, index: usize) -> rusqlite::Result<bool> {
        Ok(self.int(index)? != 0)
    }

    /// A whole number or null.
    #[inline]
    pub(crate) fn int_or_null(self, index: usize) -> rusqlite::Result<Option<i64>> {
        match self.0.get_ref(index)? {
            ValueRef::Integer(value) => Ok(Some(value)),
            ValueRef::Null => Ok(None),
            other => Err(unexpected(index, other)),
        }
    }

    /// Text; null as empty.
    #[inline]
    pub(crate) fn text(self, index: usize) -> rusqlite::Result<&'a [u8]> {
        match self.0.get_ref(index)? {
            ValueRef::Text(bytes) => Ok(bytes),
            ValueRef::Null => Ok(b""),
            other => Err(unexpected(index, other)),
        }
    }

    fn month(self, index: usize) -> rusqlite::Result<Month> {
        let number = self.int(index)?;
        let month = i32::try_from(number).ok().and_then(Month::from_number);
        month.ok_or_else(|| Error::IntegralValueOutOfRange(index, number))
    }

    fn amount(self, index: usize) -> rusqlite::Result<Amount> {
        let text = String::from_utf8_lossy(self.text(index)?);
        text.parse().map_err(|error| Error::FromSqlConversionFailure(index, Type::Text, Box::new(error)))
    }
}

fn unexpected(index: usize, value: ValueRef<'_>) -> Error {
    Error::InvalidColumnType(index, format!("column {index}"), value.data_type())
}

/// Columns of a declared table that a statement selects, behind others that are the caller's.
pub(crate) struct Selection {
    first: usize,
    columns: Vec<&'static RawColumn>,
    /// For each column the codes of the kinds that it may name, in their order; -1 for one that is not stored.
    kinds: Vec<Vec<i64>>,
    /// Codes that there are: all below.
    codes: u32,
    /// The instants that columns may hold; all of them where they are read as rows.
    plausible: Option<Plausible>,
    /// Those of a row that they may not.
    implausible: RefCell<Vec<Implausible>>,
    /// For each column the code of the text that the row before had there: rows come in an order in which they repeat.
    before: Vec<Cell<u32>>,
}

/// An instant that cannot be, and its column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Implausible {
    pub(crate) column: &'static str,
    pub(crate) micros: i64,
}

impl Selection {
    /// The named columns of a table, behind `first` others.
    pub(crate) fn new(
        connection: &Connection,
        table: &'static RawTable,
        names: &[&str],
        first: usize,
    ) -> rusqlite::Result<Self> {
        let columns: Vec<_> =
            names.iter().map(|name| table.column(name).expect("a declaration names its own columns")).collect();
        let codes = |column: &RawColumn| -> rusqlite::Result<Vec<i64>> {
            if column.storage != Storage::Code {
                return Ok(Vec::new());
            }
            let code = |name: &&str| Ok(if name.is_empty() { 0 } else { find(connection, name)?.unwrap_or(-1) });
            column.kinds.iter().map(code).collect()
        };
        let kinds = columns.iter().map(|column| codes(column)).collect::<rusqlite::Result<_>>()?;
        let last: i64 =
            connection.by_key("SELECT max(code) FROM dictionary")?.query_row([], |row| row.get(0)).unwrap_or(0);
        let codes = u32::try_from(last + 1).map_err(|_| cannot_be(format!("the dictionary has a code {last}")))?;
        let (implausible, before) = (RefCell::default(), vec![Cell::default(); columns.len()]);
        Ok(Self { first, columns, kinds, codes, plausible: None, implausible, before })
    }

    /// Takes instants that cannot be for unknown.
    pub(crate) fn only(self, plausible: Plausible) -> Self {
        Self { plausible: Some(plausible), ..self }
    }

    /// The instants of the rows read since the last question that cannot be.
    pub(crate) fn take_implausible(&self) -> Vec<Implausible> {
        self.implausible.take()
    }

    /// Whether there are some.
    #[inline]
    pub(crate) fn has_implausible(&self) -> bool {
        !self.implausible.borrow().is_empty()
    }

    #[inline]
    fn plausible(&self, index: usize, micros: i64) -> i64 {
        match self.plausible {
            Some(plausible) if !plausible.holds(micros) => self.refuse(index, micros),
            _ => micros,
        }
    }

    #[cold]
    fn refuse(&self, index: usize, micros: i64) -> i64 {
        if micros != Instant::NULL_MICROS {
            let column = self.columns[index - self.first].name;
            self.implausible.borrow_mut().push(Implausible { column, micros });
        }
        Instant::NULL_MICROS
    }

    /// All columns that are stored in the rows of a table.
    pub(crate) fn all(connection: &Connection, table: &'static RawTable, first: usize) -> rusqlite::Result<Self> {
        let names: Vec<_> = table.stored().map(|column| column.name).collect();
        Self::new(connection, table, &names, first)
    }

    /// The columns in SQL: `"title", "url"`.
    pub(crate) fn sql(&self) -> String {
        self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
    }

    /// The columns in SQL, texts of the dictionary as themselves.
    pub(crate) fn sql_as_texts(&self) -> String {
        let column = |column: &&RawColumn| match column.storage {
            Storage::Code => format!("(SELECT value FROM dictionary WHERE code = \"{}\")", column.name),
            _ => format!("\"{}\"", column.name),
        };
        self.columns.iter().map(column).collect::<Vec<_>>().join(", ")
    }

    /// The cells of a row. Text that is not in the dictionary of the store gets its code from `texts`.
    pub(crate) fn cells<'a>(&'a self, row: &'a Row<'a>, texts: Option<&'a mut Interner>) -> RowCells<'a> {
        RowCells { selection: self, cells: Cells(row), next: self.first, texts }
    }
}

/// The cells of one row, one after the other.
pub(crate) struct RowCells<'a> {
    selection: &'a Selection,
    cells: Cells<'a>,
    next: usize,
    texts: Option<&'a mut Interner>,
}

impl RowCells<'_> {
    #[inline]
    fn next(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    fn known<K: Named>(&self, index: usize) -> rusqlite::Result<Option<K>> {
        match self.cells.0.get_ref(index)? {
            ValueRef::Integer(code) => {
                let codes = &self.selection.kinds[index - self.selection.first];
                Ok(codes.iter().position(|known| *known == code).map(|position| K::ALL[position]))
            }
            ValueRef::Text(text) => Ok(K::from_name(text)),
            ValueRef::Null => Ok(None),
            other => Err(unexpected(index, other)),
        }
    }

    fn string(&self, index: usize) -> rusqlite::Result<String> {
        match self.cells.0.get_ref(index)? {
            ValueRef::Integer(code) => {
                let texts = self.texts.as_ref().ok_or_else(|| unexpected(index, ValueRef::Integer(code)))?;
                Ok(texts.dictionary().text(self.known_code(index)?).into_owned())
            }
            _ => Ok(String::from_utf8_lossy(self.cells.text(index)?).into_owned()),
        }
    }

    /// A code of which there is a text.
    #[inline]
    fn known_code(&self, index: usize) -> rusqlite::Result<u32> {
        match self.cells.0.get_ref(index)? {
            ValueRef::Integer(code) if (0..i64::from(self.selection.codes)).contains(&code) => Ok(code as u32),
            other => Err(self.unknown_code(index, other)),
        }
    }

    #[cold]
    fn unknown_code(&self, index: usize, value: ValueRef<'_>) -> Error {
        let name = self.selection.columns[index - self.selection.first].name;
        match value {
            ValueRef::Integer(code) => cannot_be(format!("column {name}: the dictionary has no code {code}")),
            other => unexpected(index, other),
        }
    }

    fn wrong_kind<K: Named>(&self, index: usize) -> Error {
        let name = self.selection.columns[index - self.selection.first].name;
        Error::InvalidColumnType(index, format!("{name}, which is not {}", K::choices()), Type::Text)
    }
}

impl ReadColumns for RowCells<'_> {
    type Error = Error;

    #[inline]
    fn bytes(&mut self) -> rusqlite::Result<&[u8]> {
        let index = self.next();
        self.cells.text(index)
    }

    #[inline]
    fn code(&mut self) -> rusqlite::Result<u32> {
        let index = self.next();
        match self.cells.0.get_ref(index)? {
            ValueRef::Text(text) => match &mut self.texts {
                Some(texts) => {
                    let before = &self.selection.before[index - self.selection.first];
                    before.set(texts.repeated_code(before.get(), text));
                    Ok(before.get())
                }
                None => Err(unexpected(index, ValueRef::Text(text))),
            },
            _ => self.known_code(index),
        }
    }

    #[inline]
    fn flag(&mut self) -> rusqlite::Result<bool> {
        let index = self.next();
        self.cells.bool(index)
    }

    #[inline]
    fn int(&mut self) -> rusqlite::Result<Option<i64>> {
        let index = self.next();
        self.cells.int_or_null(index)
    }

    #[inline]
    fn instant(&mut self, column: &mut InstantColumn) -> rusqlite::Result<()> {
        ReadColumns::optional_instant(self, column)
    }

    #[inline]
    fn optional_instant(&mut self, column: &mut InstantColumn) -> rusqlite::Result<()> {
        let index = self.next();
        let micros = self.cells.int_or_null(index)?.unwrap_or(Instant::NULL_MICROS);
        column.push_with_nanos(self.selection.plausible(index, micros), 0);
        Ok(())
    }

    fn month(&mut self) -> rusqlite::Result<Month> {
        let index = self.next();
        self.cells.month(index)
    }

    fn amount(&mut self) -> rusqlite::Result<Amount> {
        let index = self.next();
        self.cells.amount(index)
    }

    #[inline]
    fn kind<K: Named>(&mut self) -> rusqlite::Result<K> {
        let index = self.next();
        self.known(index)?.ok_or_else(|| self.wrong_kind::<K>(index))
    }

    #[inline]
    fn told<K: Named>(&mut self) -> rusqlite::Result<Option<K>> {
        let index = self.next();
        self.known(index)
    }
}

impl ReadRow for RowCells<'_> {
    type Error = Error;

    fn text(&mut self) -> rusqlite::Result<String> {
        let index = self.next();
        self.string(index)
    }

    fn code_text(&mut self) -> rusqlite::Result<String> {
        let index = self.next();
        self.string(index)
    }

    fn list(&mut self) -> rusqlite::Result<Vec<String>> {
        let index = self.next();
        let text = self.cells.text(index)?;
        if text.is_empty() {
            return Ok(Vec::new());
        }
        serde_json::from_slice(text)
            .map_err(|error| Error::FromSqlConversionFailure(index, Type::Text, Box::new(error)))
    }

    fn flag(&mut self) -> rusqlite::Result<bool> {
        ReadColumns::flag(self)
    }

    fn int(&mut self) -> rusqlite::Result<Option<i64>> {
        ReadColumns::int(self)
    }

    fn instant(&mut self) -> rusqlite::Result<Instant> {
        Ok(ReadRow::optional_instant(self)?.unwrap_or_default())
    }

    fn optional_instant(&mut self) -> rusqlite::Result<Option<Instant>> {
        let index = self.next();
        Ok(self.cells.int_or_null(index)?.map(Instant::from_micros))
    }

    fn month(&mut self) -> rusqlite::Result<Month> {
        ReadColumns::month(self)
    }

    fn amount(&mut self) -> rusqlite::Result<Amount> {
        ReadColumns::amount(self)
    }

    fn kind<K: Named>(&mut self) -> rusqlite::Result<K> {
        ReadColumns::kind(self)
    }

    fn told<K: Named>(&mut self) -> rusqlite::Result<Told<K>> {
        let index = self.next();
        Ok(match self.known::<K>(index)? {
            Some(kind) => kind.into(),
            None => self.string(index)?.into(),
        })
    }
}
