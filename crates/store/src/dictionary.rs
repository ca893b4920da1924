//! Codes of repeating texts.

use std::sync::Arc;

use ahash::AHashMap;
use model::spec::RawTable;
use rusqlite::{Connection, OptionalExtension as _};

use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::{Keys, Verb};

/// Codes of texts that this process has met. Rows of the dictionary are only ever added, so a known code
/// stays right until a transaction that added it is rolled back: then everything is forgotten.
#[derive(Default)]
pub(crate) struct Codes {
    known: AHashMap<Box<str>, i64>,
    /// Statements by what they do, the table, and how many keys they have.
    statements: AHashMap<(Verb, &'static str, usize), Arc<str>>,
}

impl Codes {
    /// The code of a text, adding it if it is new.
    pub(crate) fn of(&mut self, connection: &Connection, text: &str) -> rusqlite::Result<i64> {
        if text.is_empty() {
            return Ok(0);
        }
        if let Some(code) = self.known.get(text) {
            return Ok(*code);
        }
        let code = match find(connection, text)? {
            Some(code) => code,
            None => connection.by_key("INSERT INTO dictionary (value) VALUES (?1)")?.insert([text])?,
        };
        self.known.insert(text.into(), code);
        Ok(code)
    }

    /// The statement that does something with rows of a table, made once.
    pub(crate) fn statement(&mut self, verb: Verb, table: &'static RawTable, keys: Keys<'_>) -> Arc<str> {
        let place = (verb, table.name, keys.len());
        Arc::clone(self.statements.entry(place).or_insert_with(|| verb.sql(table, keys).into()))
    }

    /// After a rollback.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }
}

/// The code of a text that is stored.
pub(crate) fn find(connection: &Connection, text: &str) -> rusqlite::Result<Option<i64>> {
    connection.by_key("SELECT code FROM dictionary WHERE value = ?1")?.query_row([text], |row| row.get(0)).optional()
}
