//! Damage of a SQLite file: what cannot be read, and where it is.

use std::fmt;

use rusqlite::types::Type;
use rusqlite::{Error, ErrorCode};

/// A failure of reading a row of a table.
#[derive(Debug)]
struct InTable {
    table: &'static str,
    /// The row, where it is known: `row 17`, `a row of issue 17`.
    row: String,
    source: Error,
}

impl fmt::Display for InTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, row, source } = self;
        let row = if row.is_empty() { String::new() } else { format!(", {row}") };
        write!(f, "table {table}{row}: {}", said(source))
    }
}

impl std::error::Error for InTable {}

/// Names the table, and the row where it is known, if a failure is about what is stored there.
pub(crate) fn in_table(table: &'static str, row: impl FnOnce() -> String) -> impl FnOnce(Error) -> Error {
    move |source| match damage(&source) {
        Some(_) if !is_placed(&source) => {
            Error::FromSqlConversionFailure(0, Type::Null, Box::new(InTable { table, row: row(), source }))
        }
        _ => source,
    }
}

/// Of a table, in words: what is stored there cannot be.
pub(crate) fn cannot_be(what: impl Into<String>) -> Error {
    Error::FromSqlConversionFailure(0, Type::Null, what.into().into())
}

/// What is damaged, in words, if a failure is about what is stored.
pub(crate) fn damage(error: &Error) -> Option<String> {
    let is_damage = match error {
        Error::FromSqlConversionFailure(..)
        | Error::IntegralValueOutOfRange(..)
        | Error::InvalidColumnType(..)
        | Error::Utf8Error(..) => true,
        error => error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt),
    };
    is_damage.then(|| said(error))
}

fn is_placed(error: &Error) -> bool {
    matches!(error, Error::FromSqlConversionFailure(_, _, source) if source.is::<InTable>())
}

fn said(error: &Error) -> String {
    match error {
        Error::FromSqlConversionFailure(_, Type::Null, source) => source.to_string(),
        error => error.to_string(),
    }
}
