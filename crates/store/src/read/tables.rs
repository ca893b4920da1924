//! Declared tables as columns and as rows.

use model::cells::{CardColumns, OwnedColumns, PlacedColumns, RawColumns, RawRow};
use std::cell::RefCell;

use model::Instant;
use model::columns::Interner;
use model::instant::Plausible;
use rusqlite::{Connection, Params};

use super::order::{Card, Parents, UNKNOWN, arrange};
use crate::sqlite::cells::{Cells, Implausible, Selection};
use crate::sqlite::damage::{cannot_be, in_table};
use crate::sqlite::plans::{Prepare as _, Scan};

/// Where columns are read from.
pub(crate) struct Source<'a> {
    pub(crate) connection: &'a Connection,
    /// The instants that columns may hold; others are unknown, and told.
    pub(super) plausible: Plausible,
    told: RefCell<Vec<Told>>,
}

/// An instant that cannot be.
pub(crate) struct Told {
    table: &'static str,
    /// The stored row that its row is, or hangs on.
    owner: i64,
    what: Implausible,
}

impl<'a> Source<'a> {
    pub(crate) fn new(connection: &'a Connection, plausible: Plausible) -> Self {
        Self { connection, plausible, told: RefCell::default() }
    }

    /// Takes over what a row of a table held that cannot be; `owner` as in [`Told`].
    pub(super) fn hear(&self, table: &'static str, owner: i64, selection: &Selection) {
        let told = selection.take_implausible().into_iter().map(|what| Told { table, owner, what });
        self.told.borrow_mut().extend(told);
    }

    /// What was told since the last question.
    pub(super) fn take_told(&self) -> Vec<Told> {
        self.told.take()
    }

    /// Takes over what another one was told.
    pub(super) fn tell(&self, told: Vec<Told>) {
        self.told.borrow_mut().extend(told);
    }

    /// What was told of the rows read since the last question, each row by the name that its owner has.
    pub(super) fn sentences(&self, name: impl Fn(i64) -> String) -> Vec<String> {
        let complaint = self.plausible.complaint();
        let all = self.told.take();
        let unlisted = all.len().saturating_sub(MOST_TOLD);
        let listed = all.into_iter().take(MOST_TOLD).map(|Told { table, owner, what }| {
            let at = Instant::from_micros(what.micros).to_rfc3339_seconds();
            format!("{table} of {}, column {}: `{at}` {complaint}", name(owner), what.column)
        });
        let more = (unlisted > 0).then(|| format!("{unlisted} more such instants are not listed"));
        listed.chain(more).collect()
    }
}

/// Most instants that are told of one table.
const MOST_TOLD: usize = 1000;

/// Issues or pull requests in published order.
pub(super) fn placed<C: PlacedColumns>(
    source: &Source<'_>,
    parents: &Parents,
    texts: &mut Interner,
) -> rusqlite::Result<C> {
    let mut columns = C::default();
    let mut place = Vec::with_capacity(parents.all().len());
    read("row_id", "row_id", source, Some(texts), &mut place, &mut columns)?;
    if let Some(index) = parents.arrange(&mut place) {
        columns.gather(&index);
    }
    put_places(&mut columns, parents, texts);
    columns.settle();
    Ok(columns)
}

/// The names of rows and the codes of organisation, repository and host.
fn put_places<C: PlacedColumns>(columns: &mut C, parents: &Parents, texts: &mut Interner) {
    let names = parents.repository_codes(|name| texts.code(name));
    let mut id = Vec::new();
    for parent in parents.all() {
        id.clear();
        parents.write_name(parent, &mut id);
        columns.ids().push(&id);
        let codes = names.get(Parents::repository_rank(parent)).copied().unwrap_or_default();
        for (column, code) in columns.names().into_iter().zip(codes) {
            column.push(code);
        }
    }
}

/// Rows that belong to issues or pull requests, in order of storage: `owner` is the column that says to which.
pub(super) fn owned<C: OwnedColumns>(
    owner: &'static str,
    source: &Source<'_>,
    texts: Option<&mut Interner>,
) -> rusqlite::Result<C> {
    let mut columns = C::default();
    let mut owners = Vec::new();
    read(owner, &format!("{owner}, seq"), source, texts, &mut owners, &mut columns)?;
    *columns.owner() = owners;
    Ok(columns)
}

/// Puts rows behind their issues or pull requests.
pub(super) fn arranged<C: OwnedColumns>(mut columns: C, parents: &Parents) -> C {
    if let Some(index) = parents.arrange(columns.owner()) {
        columns.gather(&index);
    }
    columns.settle();
    columns
}

/// Rows that hang on cards, by issue, board and card.
pub(super) fn of_cards<C: CardColumns>(
    source: &Source<'_>,
    cards: &[Card],
    texts: &mut Interner,
) -> rusqlite::Result<C> {
    let place_of = places("project_item", cards.iter().map(|card| card.row))?;
    let mut columns: C = owned("item", source, Some(texts))?;
    if let Some(index) = arrange(columns.owner(), &place_of, cards.len()) {
        columns.gather(&index);
    }
    let places = columns.owner().clone();
    let [ids, names] = columns.board();
    *ids = places.iter().map(|&place| cards[place as usize].project_id).collect();
    *names = places.iter().map(|&place| cards[place as usize].project_name).collect();
    for place in columns.owner() {
        *place = cards[*place as usize].issue;
    }
    columns.settle();
    Ok(columns)
}

/// Rows without an owner, in an order.
pub(crate) fn free<C: RawColumns>(source: &Source<'_>, order: &str, texts: &mut Interner) -> rusqlite::Result<C> {
    free_where(source, "", order, texts)
}

/// Rows without an owner of which a condition in SQL is true, in an order.
pub(crate) fn free_where<C: RawColumns>(
    source: &Source<'_>,
    condition: &str,
    order: &str,
    texts: &mut Interner,
) -> rusqlite::Result<C> {
    let mut columns = C::default();
    read_where("0", condition, order, source, Some(texts), &mut Vec::new(), &mut columns)?;
    columns.settle();
    Ok(columns)
}

/// All rows of a table, in an order.
pub(crate) fn rows<R: RawRow>(connection: &Connection, order: &str) -> rusqlite::Result<Vec<R>> {
    let selection = Selection::all(connection, R::TABLE, 0)?;
    let sql = format!("SELECT {} FROM {} ORDER BY {order}", selection.sql(), R::TABLE.name);
    let mut statement = connection.scan(&sql, Scan::Everything)?;
    let rows = statement.query_map([], |row| R::read_cells(&mut selection.cells(row, None)))?;
    rows.collect::<rusqlite::Result<_>>().map_err(in_table(R::TABLE.name, String::new))
}

/// The rows of which a condition in SQL is true, in an order.
pub(crate) fn rows_where<R: RawRow>(
    connection: &Connection,
    condition: &str,
    parameters: impl Params,
    order: &str,
) -> rusqlite::Result<Vec<R>> {
    let selection = Selection::all(connection, R::TABLE, 0)?;
    let columns = selection.sql_as_texts();
    let sql = format!("SELECT {columns} FROM {} WHERE {condition} ORDER BY {order}", R::TABLE.name);
    let mut statement = connection.by_key(&sql)?;
    let rows = statement.query_map(parameters, |row| R::read_cells(&mut selection.cells(row, None)))?;
    rows.collect::<rusqlite::Result<_>>().map_err(in_table(R::TABLE.name, String::new))
}

/// As [`rows_where`], of rows that no key finds.
pub(crate) fn rows_scanned<R: RawRow>(
    connection: &Connection,
    condition: &str,
    parameters: impl Params,
    order: &str,
    why: Scan,
) -> rusqlite::Result<Vec<R>> {
    let selection = Selection::all(connection, R::TABLE, 0)?;
    let columns = selection.sql_as_texts();
    let sql = format!("SELECT {columns} FROM {} WHERE {condition} ORDER BY {order}", R::TABLE.name);
    let mut statement = connection.scan(&sql, why)?;
    let rows = statement.query_map(parameters, |row| R::read_cells(&mut selection.cells(row, None)))?;
    rows.collect::<rusqlite::Result<_>>().map_err(in_table(R::TABLE.name, String::new))
}

/// Reads the columns that the engine reads, and one before them that says where a row belongs.
fn read<C: RawColumns>(
    owner: &'static str,
    order: &str,
    source: &Source<'_>,
    texts: Option<&mut Interner>,
    owners: &mut Vec<u32>,
    columns: &mut C,
) -> rusqlite::Result<()> {
    read_where(owner, "", order, source, texts, owners, columns)
}

/// As [`read`], of the rows of which a condition in SQL is true, or of all where there is none.
fn read_where<C: RawColumns>(
    owner: &'static str,
    condition: &str,
    order: &str,
    source: &Source<'_>,
    mut texts: Option<&mut Interner>,
    owners: &mut Vec<u32>,
    columns: &mut C,
) -> rusqlite::Result<()> {
    let table = C::Row::TABLE;
    let selection = Selection::new(source.connection, table, C::READ, 1)?.only(source.plausible);
    let which = if condition.is_empty() { String::new() } else { format!(" WHERE {condition}") };
    let sql = format!("SELECT {owner}, {} FROM {}{which} ORDER BY {order}", selection.sql(), table.name);
    let mut statement = source.connection.scan(&sql, Scan::Everything)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next().map_err(in_table(table.name, || after(owner, owners)))? {
        let place = |error| in_table(table.name, || of_row(owner, Cells(row)))(error);
        owners.push(Cells(row).code(0).map_err(place)?);
        columns.push_cells(&mut selection.cells(row, texts.as_deref_mut())).map_err(place)?;
        if selection.has_implausible() {
            source.hear(table.name, Cells(row).int(0)?, &selection);
        }
    }
    if let Some(column) = columns.overfull() {
        return Err(in_table(table.name, String::new)(too_much(column)));
    }
    Ok(())
}

/// What is said of a column that has no room for all its cells.
pub(super) fn too_much(column: &str) -> rusqlite::Error {
    cannot_be(format!(
        "column {column} holds more than 4 GiB of text or 4 thousand million rows: import fewer repositories into one store"
    ))
}

/// A row in words, by what was selected first of it.
fn of_row(owner: &str, cells: Cells<'_>) -> String {
    match (owner, cells.int(0)) {
        ("row_id", Ok(row)) => format!("row {row}"),
        ("0", _) | (_, Err(_)) => String::new(),
        ("item", Ok(row)) => format!("a row of project_item {row}"),
        (_, Ok(row)) => format!("a row of {owner} {row}"),
    }
}

/// Where reading came to.
fn after(owner: &str, owners: &[u32]) -> String {
    match owners.last() {
        Some(last) if owner == "row_id" => format!("behind row {last}"),
        Some(last) if owner != "0" => format!("behind the rows of {owner} {last}"),
        _ => String::new(),
    }
}

/// For each stored row its place among some, by the order in which they come.
///
/// # Errors
/// The number of a row is one that no store has given: numbers are given one by one.
pub(super) fn places(table: &'static str, rows: impl ExactSizeIterator<Item = i64>) -> rusqlite::Result<Vec<u32>> {
    let most = rows.len() as i64 * 100 + 10_000_000;
    let mut place_of = Vec::new();
    for (place, row) in rows.enumerate() {
        if !(0..=most).contains(&row) {
            return Err(in_table(table, || format!("row {row}"))(cannot_be("a row has a number that is never given")));
        }
        let row = row as usize;
        if place_of.len() <= row {
            place_of.resize(row + 1, UNKNOWN);
        }
        place_of[row] = place as u32;
    }
    Ok(place_of)
}
