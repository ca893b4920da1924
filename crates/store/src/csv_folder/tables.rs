//! Declared tables as columns and as rows.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use ahash::AHashMap;
use model::cells::{CardColumns, OwnedColumns, PlacedColumns, RawColumns, RawRow};
use model::columns::{CodeColumn, Column as _, Interner, TextColumn};
use model::records::USUAL_HOST;
use model::spec::{RawTable, Storage};

use super::Reading;
use super::blocks::{Findings, MOST_PROBLEMS, Part, Table};
use super::cells::Cell;
use super::declared::{Codes, EMPTY_NAME, Layout, NAMES};
use super::error::{CsvError, Problem, shown};
use super::header::Header;
use super::keys::{KeyCursor, KeyIndex, write_key};
use super::records::Row;
use crate::read::pushed::PREFIX;

/// The columns that say where an issue or pull request is.
#[derive(Debug)]
struct Place {
    org: Cell,
    repo: Cell,
    number: Cell,
    host: Cell,
    /// Whether rows may be of no issue: what hangs on a card that shows something else.
    may_be_empty: bool,
}

/// Whether rows of a table may belong to no issue or pull request: cards may show something else.
fn may_be_of_nothing(table: &RawTable) -> bool {
    table.column("item_id").is_some()
}

/// Whether a name may be empty: that of the organisation of what was pushed without a repository that is known.
fn may_be_unknown(name: &str, number: &[u8]) -> bool {
    name == "org" && number.starts_with(PREFIX.as_bytes())
}

impl Place {
    fn new(header: &Header, table: &'static RawTable) -> Result<Self, CsvError> {
        let cell = |name| header.cell(table.column(name).expect("rows of issues and pull requests have a place"));
        Ok(Self {
            org: cell("org")?,
            repo: cell("repo")?,
            number: cell("number")?,
            host: cell("host")?,
            may_be_empty: may_be_of_nothing(table),
        })
    }

    fn key<'a>(&self, row: Row<'a>) -> [&'a [u8]; 4] {
        let host = self.host.value(row);
        let host = if host.is_empty() { USUAL_HOST.as_bytes() } else { host };
        [self.org.value(row), self.repo.value(row), self.number.value(row), host]
    }

    /// An empty name belongs to nothing.
    fn check(&self, row: Row<'_>, findings: &mut Findings) {
        if findings.reading() == Reading::Original || self.may_be_empty {
            return;
        }
        for cell in [&self.org, &self.repo, &self.number] {
            if cell.value(row).is_empty() && !may_be_unknown(cell.name, self.number.value(row)) {
                findings.odd(row.line, cell.name, b"", EMPTY_NAME);
            }
        }
    }
}

/// Columns of one block; codes are the block's own.
#[derive(Debug, Default)]
pub(super) struct ColumnsPart<C> {
    pub(super) codes: Codes,
    pub(super) columns: C,
    /// What rows of unknown issues and pull requests say, which is looked at all the same.
    unknown: C,
    cursor: KeyCursor,
    /// Keys with their host, and the line of each row, of tables with a place.
    keys: TextColumn,
    lines: Vec<u32>,
    key: Vec<u8>,
}

/// A table of rows that have a place of their own.
#[derive(Debug)]
pub(super) struct Placed<C> {
    place: Place,
    layout: Layout,
    columns: PhantomData<fn() -> C>,
}

impl<C: PlacedColumns> Placed<C> {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        let table = C::Row::TABLE;
        let place = Place::new(header, table)?;
        Ok(Self { place, layout: Layout::of(header, table, C::READ)?, columns: PhantomData })
    }
}

impl<C: PlacedColumns + Send> Table for Placed<C> {
    const TABLE: &'static RawTable = C::Row::TABLE;
    type Part = ColumnsPart<C>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        self.place.check(row, findings);
        let [org, repo, number, host] = self.place.key(row);
        let ColumnsPart { codes, columns, keys, lines, key, .. } = part;
        write_key(key, [org, repo, number, host]);
        keys.push(key);
        columns.ids().push(&key[..org.len() + repo.len() + number.len() + 2]);
        for (column, text) in columns.names().into_iter().zip([org, repo, host]) {
            let previous = column.last().unwrap_or_default();
            column.push(codes.texts.repeated_code(previous, text));
        }
        let Ok(()) = columns.push_cells(&mut self.layout.cells(row, codes, findings));
        self.layout.check(row, findings);
        lines.push(row.line as u32);
    }
}

/// All rows in file order, and where each key is last.
pub(super) fn join_placed<C: PlacedColumns>(parts: Vec<Part<ColumnsPart<C>>>, texts: &mut Interner) -> Joined<C> {
    let (mut columns, mut keys, mut lines) = (C::default(), TextColumn::default(), Vec::new());
    for Part { content, first_line } in parts {
        let codes = texts.adopt(&content.codes.texts);
        columns.append(&content.columns, &codes);
        keys.append(&content.keys);
        lines.extend(content.lines.iter().map(|line| first_line + u64::from(*line)));
    }
    let mut superseded = Vec::new();
    let index = KeyIndex::new(&keys, |row, by| superseded.push((row as usize, by as usize)));
    superseded.sort_unstable();
    Joined { columns, keys, index, lines, superseded }
}

/// Rows with a place, by key.
pub(super) struct Joined<C> {
    pub(super) columns: C,
    pub(super) keys: TextColumn,
    pub(super) index: KeyIndex,
    lines: Vec<u64>,
    /// Rows whose key comes again, in order, and the row where it does.
    pub(super) superseded: Vec<(usize, usize)>,
}

impl<C: PlacedColumns> Joined<C> {
    /// An error for the first repeated key when reading strictly, else a problem for each.
    pub(super) fn note_duplicates(&self, reading: Reading, problems: &mut Vec<Problem>) -> Result<(), CsvError> {
        let file = C::Row::TABLE.file;
        for &(row, by) in self.superseded.iter().take(MOST_PROBLEMS) {
            let key = shown(name_of(self.keys.bytes(row)));
            let (first, second) = (self.lines[row], self.lines[by]);
            if reading == Reading::Strict {
                return Err(CsvError::Duplicate { file, key, first, second });
            }
            let message = format!("{key} comes again at line {second}: the last row counts, as for the original");
            problems.push(Problem { file, line: first, column: "", value: String::new(), message });
        }
        if let Some(unlisted @ 1..) = self.superseded.len().checked_sub(MOST_PROBLEMS) {
            let message = format!("{unlisted} more repeated rows are not listed");
            problems.push(Problem { file, line: 0, column: "", value: String::new(), message });
        }
        Ok(())
    }

    /// The last row of each key only.
    pub(super) fn without_superseded(mut self) -> Self {
        if self.superseded.is_empty() {
            return self;
        }
        let mut gone = self.superseded.iter().map(|(row, _)| *row).peekable();
        let kept: Vec<u32> =
            (0..self.keys.len()).filter(|row| gone.next_if_eq(row).is_none()).map(|row| row as u32).collect();
        self.columns.gather(&kept);
        self.columns.ids().gather(&kept);
        for column in self.columns.names() {
            column.gather(&kept);
        }
        self.keys.gather(&kept);
        self.index = KeyIndex::new(&self.keys, |_, _| {});
        self.superseded.clear();
        self
    }

    /// How rows of other files find these.
    pub(super) fn owners(&self) -> Owners<'_> {
        Owners { keys: &self.keys, index: &self.index }
    }
}

/// A key without the host: `org/repo#number`.
fn name_of(key: &[u8]) -> &[u8] {
    &key[..memchr::memrchr(b'@', key).unwrap_or(key.len())]
}

/// How rows find their issue or pull request: by the last row with its key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owners<'a> {
    keys: &'a TextColumn,
    index: &'a KeyIndex,
}

/// A table of rows that belong to an issue or pull request.
#[derive(Debug)]
pub(super) struct Owned<'a, C> {
    owners: Owners<'a>,
    place: Place,
    layout: Layout,
    columns: PhantomData<fn() -> C>,
}

impl<'a, C: OwnedColumns> Owned<'a, C> {
    pub(super) fn new(header: &Header, owners: Owners<'a>) -> Result<Self, CsvError> {
        let table = C::Row::TABLE;
        let place = Place::new(header, table)?;
        Ok(Self { owners, place, layout: Layout::of(header, table, C::READ)?, columns: PhantomData })
    }

    /// Takes a row; whether its owner is known.
    fn take_row(&self, part: &mut ColumnsPart<C>, row: Row<'_>, findings: &mut Findings) -> bool {
        let ColumnsPart { codes, columns, unknown, cursor, .. } = part;
        let owner = cursor.find(self.owners.index, self.owners.keys, self.place.key(row));
        if owner.is_none() {
            self.place.check(row, findings);
        }
        let columns = if let Some(owner) = owner {
            columns.owner().push(owner);
            columns
        } else {
            unknown
        };
        let Ok(()) = columns.push_cells(&mut self.layout.cells(row, codes, findings));
        self.layout.check(row, findings);
        owner.is_some()
    }
}

impl<C: OwnedColumns + Send> Table for Owned<'_, C> {
    const TABLE: &'static RawTable = C::Row::TABLE;
    type Part = ColumnsPart<C>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        self.take_row(part, row, findings);
    }
}

/// A table of rows that hang on the card of an issue.
#[derive(Debug)]
pub(super) struct OfCards<'a, C> {
    rows: Owned<'a, C>,
    board: [Cell; 2],
}

impl<'a, C: CardColumns> OfCards<'a, C> {
    pub(super) fn new(header: &Header, owners: Owners<'a>) -> Result<Self, CsvError> {
        let cell = |name| header.cell(C::Row::TABLE.column(name).expect("rows of cards have a board"));
        Ok(Self { board: [cell("project_id")?, cell("project_name")?], rows: Owned::new(header, owners)? })
    }
}

impl<C: CardColumns + Send> Table for OfCards<'_, C> {
    const TABLE: &'static RawTable = C::Row::TABLE;
    type Part = ColumnsPart<C>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        if !self.rows.take_row(part, row, findings) {
            return;
        }
        for (column, cell) in part.columns.board().into_iter().zip(&self.board) {
            let previous = column.last().unwrap_or_default();
            column.push(part.codes.texts.repeated_code(previous, cell.value(row)));
        }
    }
}

/// All rows in file order.
pub(super) fn join<C: RawColumns>(parts: Vec<Part<ColumnsPart<C>>>, texts: &mut Interner) -> C {
    let mut columns = C::default();
    for Part { content, .. } in parts {
        let codes = texts.adopt(&content.codes.texts);
        columns.append(&content.columns, &codes);
    }
    columns
}

/// A table of rows that belong to nothing.
#[derive(Debug)]
pub(super) struct Free<C> {
    layout: Layout,
    columns: PhantomData<fn() -> C>,
}

impl<C: RawColumns> Free<C> {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        Ok(Self { layout: Layout::of(header, C::Row::TABLE, C::READ)?, columns: PhantomData })
    }
}

impl<C: RawColumns + Send> Table for Free<C> {
    const TABLE: &'static RawTable = C::Row::TABLE;
    type Part = ColumnsPart<C>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        self.layout.check_names(row, findings);
        let Ok(()) = part.columns.push_cells(&mut self.layout.cells(row, &mut part.codes, findings));
        self.layout.check(row, findings);
        part.lines.push(row.line as u32);
    }
}

/// All rows in file order, of a table whose rows have an id. `hosts` are theirs, and `id` is that of a row.
///
/// # Errors
/// An id comes again.
pub(super) fn join_by_id<C: RawColumns>(
    parts: Vec<Part<ColumnsPart<C>>>,
    texts: &mut Interner,
    hosts: impl Fn(&C) -> &CodeColumn,
    id: impl Fn(&C, usize) -> Cow<'_, [u8]>,
) -> Result<C, CsvError> {
    let lines = parts.iter().flat_map(|part| part.content.lines.iter().map(|line| part.first_line + u64::from(*line)));
    let lines: Vec<u64> = lines.collect();
    let columns: C = join(parts, texts);
    let hosts = hosts(&columns);
    let usual = [texts.code(b""), texts.code(USUAL_HOST.as_bytes())];
    let host = |row: usize| Some(hosts[row]).filter(|host| !usual.contains(host));
    let mut first = AHashMap::with_capacity(hosts.len());
    for row in 0..hosts.len() {
        if let Some(first) = first.insert((id(&columns, row), host(row)), row) {
            let (file, key) = (C::Row::TABLE.file, shown(&id(&columns, row)));
            return Err(CsvError::Duplicate { file, key, first: lines[first], second: lines[row] });
        }
    }
    Ok(columns)
}

/// A table as rows, each with what it has of its owner.
#[derive(Debug)]
pub(crate) struct Rows<R> {
    /// The columns of the owner, in order.
    owner: Vec<Cell>,
    layout: Layout,
    row: PhantomData<fn() -> R>,
}

/// A row of a file.
#[derive(Clone, Debug)]
pub(crate) struct FileRow<R> {
    /// Line that it starts at, counted from the start of the block.
    pub(crate) line: usize,
    /// The cells of the owner, in the order of the declaration; neighbours share them.
    pub(crate) owner: Arc<[String]>,
    /// The row.
    pub(crate) row: R,
}

impl<R: RawRow> Rows<R> {
    pub(super) fn new(header: &Header) -> Result<Self, CsvError> {
        let owner = R::TABLE.columns.iter().filter(|column| column.storage == Storage::OfOwner);
        let owner = owner.map(|column| header.cell(column)).collect::<Result<_, _>>()?;
        Ok(Self { owner, layout: Layout::all(header, R::TABLE)?, row: PhantomData })
    }

    fn read(&self, row: Row<'_>, part: &mut RowsPart<R>, findings: &mut Findings) -> FileRow<R> {
        if !self.is_owner(&part.owner, row) {
            part.owner = self.owner_of(row, findings);
        }
        let owner = Arc::clone(&part.owner);
        self.layout.check_names(row, findings);
        let Ok(read) = R::read_cells(&mut self.layout.cells(row, &mut part.codes, findings));
        FileRow { line: row.line, owner, row: read }
    }

    /// Whether a row has the owner of the row before it.
    fn is_owner(&self, before: &[String], row: Row<'_>) -> bool {
        self.owner.len() == before.len()
            && self.owner.iter().zip(before).all(|(cell, text)| {
                let value = cell.value(row);
                value == text.as_bytes() || value.is_empty() && cell.name == "host" && text == USUAL_HOST
            })
    }

    fn owner_of(&self, row: Row<'_>, findings: &mut Findings) -> Arc<[String]> {
        if findings.reading() == Reading::Strict && !may_be_of_nothing(R::TABLE) {
            let is_number = |cell: &&Cell| cell.name == "number";
            let number = self.owner.iter().find(is_number).map_or(&b""[..], |cell| cell.value(row));
            let must_be_told = |cell: &&Cell| NAMES.contains(&cell.name) && !may_be_unknown(cell.name, number);
            for cell in self.owner.iter().filter(must_be_told).filter(|cell| cell.value(row).is_empty()) {
                findings.odd(row.line, cell.name, b"", EMPTY_NAME);
            }
        }
        let owner = self.owner.iter().map(|cell| match cell.text(row) {
            host if host.is_empty() && cell.name == "host" => USUAL_HOST.to_owned(),
            text => text,
        });
        owner.collect()
    }
}

/// Rows of one block.
#[derive(Debug)]
pub(crate) struct RowsPart<R> {
    codes: Codes,
    /// Of the row before.
    owner: Arc<[String]>,
    pub(crate) rows: Vec<FileRow<R>>,
}

impl<R> Default for RowsPart<R> {
    fn default() -> Self {
        Self { codes: Codes::default(), owner: Arc::default(), rows: Vec::new() }
    }
}

impl<R: RawRow + Send> Table for Rows<R> {
    const TABLE: &'static RawTable = R::TABLE;
    type Part = RowsPart<R>;

    fn take(&self, part: &mut Self::Part, row: Row<'_>, findings: &mut Findings) {
        let read = self.read(row, part, findings);
        part.rows.push(read);
    }
}
