//! Codes of repeating texts.

use ahash::AHashMap;
use rusqlite::{Connection, OptionalExtension as _};

/// Codes of texts that this process has met. Rows of the dictionary are only ever added, so a known code
/// stays right until a transaction that added it is rolled back: then everything is forgotten.
#[derive(Default)]
pub(crate) struct Codes {
    known: AHashMap<Box<str>, i64>,
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
            None => connection.prepare_cached("INSERT INTO dictionary (value) VALUES (?1)")?.insert([text])?,
        };
        self.known.insert(text.into(), code);
        Ok(code)
    }

    /// After a rollback.
    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }
}

/// The code of a text that is stored.
pub(crate) fn find(connection: &Connection, text: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT code FROM dictionary WHERE value = ?1")?
        .query_row([text], |row| row.get(0))
        .optional()
}
