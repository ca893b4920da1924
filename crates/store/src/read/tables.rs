//! Declared tables as columns and as rows.

use model::cells::{CardColumns, OwnedColumns, PlacedColumns, RawColumns, RawRow};
use model::columns::Interner;
use rusqlite::{Connection, Params};

use super::order::{Card, Parents, arrange};
use crate::sqlite::cells::{Cells, Selection};

/// Issues or pull requests in published order.
pub(super) fn placed<C: PlacedColumns>(
    connection: &Connection,
    parents: &Parents,
    texts: &mut Interner,
) -> rusqlite::Result<C> {
    let mut columns = C::default();
    let mut place = Vec::with_capacity(parents.all().len());
    read("row_id", "row_id", connection, Some(texts), &mut place, &mut columns)?;
    if let Some(index) = parents.arrange(&mut place) {
        columns.gather(&index);
    }
    put_places(&mut columns, parents, texts);
    Ok(columns)
}

/// `org/repo#number` and the codes of organisation, repository and host.
fn put_places<C: PlacedColumns>(columns: &mut C, parents: &Parents, texts: &mut Interner) {
    let names = parents.repository_codes(|name| texts.code(name));
    let mut id = Vec::new();
    for parent in parents.all() {
        let [org, repo, _] = parents.names(parent);
        id.clear();
        for part in [org, b"/", repo, b"#", &parent.number] {
            id.extend_from_slice(part);
        }
        columns.ids().push(&id);
        let codes = names.get(Parents::repository_rank(parent)).copied().unwrap_or_default();
        for (column, code) in columns.names().into_iter().zip(codes) {
            column.push(code);
        }
    }
}

/// Rows that belong to issues or pull requests, in order of storage: `owner` is the column that says to which.
pub(super) fn owned<C: OwnedColumns>(
    owner: &str,
    connection: &Connection,
    texts: Option<&mut Interner>,
) -> rusqlite::Result<C> {
    let mut columns = C::default();
    let mut owners = Vec::new();
    read(owner, &format!("{owner}, seq"), connection, texts, &mut owners, &mut columns)?;
    *columns.owner() = owners;
    Ok(columns)
}

/// Puts rows behind their issues or pull requests.
pub(super) fn arranged<C: OwnedColumns>(mut columns: C, parents: &Parents) -> C {
    if let Some(index) = parents.arrange(columns.owner()) {
        columns.gather(&index);
    }
    columns
}

/// Rows that hang on cards, by issue, board and card.
pub(super) fn of_cards<C: CardColumns>(
    connection: &Connection,
    cards: &[Card],
    texts: &mut Interner,
) -> rusqlite::Result<C> {
    let last = cards.iter().map(|card| card.row).max().unwrap_or(0);
    let mut place_of = vec![u32::MAX; last as usize + 1];
    for (place, card) in cards.iter().enumerate() {
        place_of[card.row as usize] = place as u32;
    }
    let mut columns: C = owned("item", connection, Some(texts))?;
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
    Ok(columns)
}

/// Rows without an owner, in an order.
pub(crate) fn free<C: RawColumns>(connection: &Connection, order: &str, texts: &mut Interner) -> rusqlite::Result<C> {
    let mut columns = C::default();
    read("0", order, connection, Some(texts), &mut Vec::new(), &mut columns)?;
    Ok(columns)
}

/// All rows of a table, in an order.
pub(crate) fn rows<R: RawRow>(connection: &Connection, order: &str) -> rusqlite::Result<Vec<R>> {
    let selection = Selection::all(connection, R::TABLE, 0)?;
    let sql = format!("SELECT {} FROM {} ORDER BY {order}", selection.sql(), R::TABLE.name);
    let mut statement = connection.prepare(&sql)?;
    statement.query_map([], |row| R::read_cells(&mut selection.cells(row, None)))?.collect()
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
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(parameters, |row| R::read_cells(&mut selection.cells(row, None)))?.collect()
}

/// Reads the columns that the engine reads, and one before them that says where a row belongs.
fn read<C: RawColumns>(
    owner: &str,
    order: &str,
    connection: &Connection,
    mut texts: Option<&mut Interner>,
    owners: &mut Vec<u32>,
    columns: &mut C,
) -> rusqlite::Result<()> {
    let table = C::Row::TABLE;
    let selection = Selection::new(connection, table, C::READ, 1)?;
    let sql = format!("SELECT {owner}, {} FROM {} ORDER BY {order}", selection.sql(), table.name);
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        owners.push(Cells(row).code(0)?);
        columns.push_cells(&mut selection.cells(row, texts.as_deref_mut()))?;
    }
    Ok(())
}
