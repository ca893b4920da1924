//! Statements for any declared table.

use std::marker::PhantomData;

use model::cells::{RawRow, WriteCells};
use model::spec::RawTable;
#[cfg(test)]
use model::spec::Storage;
use model::{Amount, Instant, Month};
use rusqlite::types::ToSqlOutput;
use rusqlite::{CachedStatement, Connection, ToSql};

use crate::dictionary::Codes;
use crate::sqlite::plans::Prepare as _;

/// Columns of a row that are not published: keys between the tables, and what an import needs to know.
pub(crate) type Keys<'a> = &'a [(&'static str, &'a dyn ToSql)];

/// The DDL of a table, without keys between the tables: what its declaration says of types and nulls.
#[cfg(test)]
pub(crate) fn ddl(table: &RawTable, keys: &str) -> String {
    let columns = table.stored().map(|column| {
        let nullable = column.nullable || is_null_when_empty(table, column.name);
        format!("\"{}\" {}{}", column.name, storage_type(column.storage), if nullable { "" } else { " NOT NULL" })
    });
    format!("CREATE TABLE {} ({keys}{})", table.name, columns.collect::<Vec<_>>().join(", "))
}

/// How SQLite holds the cells of a column.
#[cfg(test)]
pub(crate) fn storage_type(storage: Storage) -> &'static str {
    match storage {
        Storage::Text | Storage::List | Storage::Amount => "TEXT",
        _ => "INTEGER",
    }
}

/// Ids are null until the API has shown them, so that they can be unique.
fn is_null_when_empty(table: &RawTable, column: &str) -> bool {
    column == "id" || column == "item_id" && table.name == "project_item"
}

/// The stored columns of a table, each with a prefix: `t."title", t."url"`.
pub(crate) fn stored_columns(table: &RawTable, prefix: &str) -> Vec<String> {
    table.stored().map(|column| format!("{prefix}\"{}\"", column.name)).collect()
}

/// What a statement does with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    /// Adds it.
    Insert,
    /// Writes it over the one with a number, the last parameter.
    Update,
    /// Adds it, or writes it over the one with its key.
    Upsert,
}

impl Verb {
    /// The statement for a table with keys.
    pub(crate) fn sql(self, table: &RawTable, keys: Keys<'_>) -> String {
        let mut columns: Vec<String> = keys.iter().map(|(name, _)| (*name).to_owned()).collect();
        columns.extend(stored_columns(table, ""));
        let marks = vec!["?"; columns.len()].join(", ");
        let name = table.name;
        match self {
            Self::Insert => format!("INSERT INTO {name} ({}) VALUES ({marks})", columns.join(", ")),
            Self::Update => {
                let last = columns.len() + 1;
                format!("UPDATE {name} SET ({}) = ({marks}) WHERE row_id = ?{last}", columns.join(", "))
            }
            Self::Upsert => {
                let renewed = columns.iter().map(|column| format!("{column} = excluded.{column}"));
                format!(
                    "INSERT INTO {name} ({}) VALUES ({marks}) ON CONFLICT ({}) DO UPDATE SET {}",
                    columns.join(", "),
                    table.key.join(", "),
                    renewed.collect::<Vec<_>>().join(", ")
                )
            }
        }
    }
}

/// Adds a row and returns its number, where its table gives numbers.
pub(crate) fn insert<R: RawRow>(
    connection: &Connection,
    codes: &mut Codes,
    row: &R,
    keys: Keys<'_>,
) -> rusqlite::Result<i64> {
    bind(connection, codes, Verb::Insert, row, keys)?.raw_execute()?;
    Ok(connection.last_insert_rowid())
}

/// Writes a row over the one with a number.
pub(crate) fn update<R: RawRow>(
    connection: &Connection,
    codes: &mut Codes,
    row_id: i64,
    row: &R,
    keys: Keys<'_>,
) -> rusqlite::Result<()> {
    let mut statement = bind(connection, codes, Verb::Update, row, keys)?;
    let last = statement.parameter_count();
    statement.raw_bind_parameter(last, row_id)?;
    statement.raw_execute().map(drop)
}

/// Adds rows that hang on others, each with the row that it hangs on and its place there. The statement is taken once for
/// all of them.
pub(crate) struct Children<'c, R> {
    connection: &'c Connection,
    statement: CachedStatement<'c>,
    row: PhantomData<fn() -> R>,
}

impl<'c, R: RawRow> Children<'c, R> {
    /// `parent` is the column of the row that they hang on.
    pub(crate) fn new(connection: &'c Connection, codes: &mut Codes, parent: &'static str) -> rusqlite::Result<Self> {
        let sql = codes.statement(Verb::Insert, R::TABLE, &[(parent, &0), ("seq", &0)]);
        Ok(Self { connection, statement: connection.by_key(&sql)?, row: PhantomData })
    }

    /// Adds one.
    pub(crate) fn add(&mut self, codes: &mut Codes, parent: i64, seq: i64, row: &R) -> rusqlite::Result<()> {
        let keys: [&dyn ToSql; 2] = [&parent, &seq];
        fill(&mut self.statement, self.connection, codes, keys.into_iter(), row)?;
        self.statement.raw_execute().map(drop)
    }
}

/// Adds a row, or writes it over the one with its key.
pub(crate) fn upsert<R: RawRow>(
    connection: &Connection,
    codes: &mut Codes,
    row: &R,
    keys: Keys<'_>,
) -> rusqlite::Result<()> {
    bind(connection, codes, Verb::Upsert, row, keys)?.raw_execute().map(drop)
}

/// A statement with the keys and then the cells of a row as its parameters.
fn bind<'c, R: RawRow>(
    connection: &'c Connection,
    codes: &mut Codes,
    verb: Verb,
    row: &R,
    keys: Keys<'_>,
) -> rusqlite::Result<CachedStatement<'c>> {
    let mut statement = connection.by_key(&codes.statement(verb, R::TABLE, keys))?;
    fill(&mut statement, connection, codes, keys.iter().map(|(_, value)| *value), row)?;
    Ok(statement)
}

/// Binds keys and then the cells of a row to the parameters of a statement.
fn fill<'v, R: RawRow>(
    statement: &mut CachedStatement<'_>,
    connection: &Connection,
    codes: &mut Codes,
    keys: impl ExactSizeIterator<Item = &'v dyn ToSql>,
    row: &R,
) -> rusqlite::Result<()> {
    let first = keys.len();
    for (index, value) in keys.enumerate() {
        statement.raw_bind_parameter(index + 1, value)?;
    }
    row.write_cells(&mut Parameters { connection, codes, statement, first, next: first, table: R::TABLE })
}

/// Cells on their way into a statement.
struct Parameters<'a, 'c> {
    connection: &'a Connection,
    codes: &'a mut Codes,
    statement: &'a mut CachedStatement<'c>,
    /// Parameters before the cells.
    first: usize,
    /// Parameters that are bound.
    next: usize,
    table: &'static RawTable,
}

impl Parameters<'_, '_> {
    fn bind(&mut self, value: impl ToSql) -> rusqlite::Result<()> {
        self.next += 1;
        self.statement.raw_bind_parameter(self.next, value)
    }

    /// The name of the column that comes next.
    fn next_column(&self) -> &'static str {
        self.table.stored().nth(self.next - self.first).expect("a row has as many cells as its table columns").name
    }
}

impl WriteCells for Parameters<'_, '_> {
    type Error = rusqlite::Error;

    fn text(&mut self, text: &str) -> rusqlite::Result<()> {
        if text.is_empty() && is_null_when_empty(self.table, self.next_column()) {
            return self.bind(rusqlite::types::Null);
        }
        self.bind(text)
    }

    fn code(&mut self, text: &str) -> rusqlite::Result<()> {
        let code = self.codes.of(self.connection, text)?;
        self.bind(code)
    }

    fn list(&mut self, texts: &[String]) -> rusqlite::Result<()> {
        let json = serde_json::to_string(texts).expect("a list of texts can be written as JSON");
        self.bind(json)
    }

    fn flag(&mut self, flag: bool) -> rusqlite::Result<()> {
        self.bind(flag)
    }

    fn int(&mut self, number: Option<i64>) -> rusqlite::Result<()> {
        self.bind(number)
    }

    fn instant(&mut self, at: Option<Instant>) -> rusqlite::Result<()> {
        self.bind(at.map(Instant::micros))
    }

    fn month(&mut self, month: Month) -> rusqlite::Result<()> {
        self.bind(month.number())
    }

    fn amount(&mut self, amount: &Amount) -> rusqlite::Result<()> {
        self.bind(ToSqlOutput::from(amount.to_string()))
    }
}
