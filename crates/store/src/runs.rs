//! Import runs: their numbers, and what they covered.

use crate::sqlite::plans::Prepare as _;
use rusqlite::Connection;

/// One more than every recorded run, every run of which anything is stored and every stored generation.
pub(crate) fn next(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce((SELECT max(run) FROM import_run), 0),
            (SELECT max(value) FROM meta WHERE key IN ('generation', 'run'))";
    connection.by_key(sql)?.query_row([], |row| Ok(row.get::<_, i64>(0)?.max(row.get(1)?) + 1))
}

/// The order in which they are read and published.
pub(crate) const ORDER: &str = "run, scope, subject";
