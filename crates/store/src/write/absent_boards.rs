//! Boards that a listing lacks and that come back.
//!
//! What issues do on a board that is not shown is not shown either. The first import that lacks a board is remembered
//! among the cursors, and the one that lists it again: the issues that were read from the one to the other are behind
//! until they are read again.

use std::ops::Range;

use rusqlite::{Connection, OptionalExtension as _};

use super::PageWriter;

/// Scope of the boards that are away: the value is the first import that lacked it.
const ABSENT: &str = "absent_boards";
/// Scope of the boards that came back: the value is that import and the one that listed it again.
const RETURNED: &str = "returned_boards";

/// Marks boards that this import lacks.
pub(crate) fn absent_boards(connection: &Connection, project_ids: &[String], run: i64) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO import_cursor (scope, subject, value) VALUES (?1, ?2, ?3)";
    for project_id in project_ids {
        // Of a board that was away before, not everything may have been read again.
        let since = remembered(connection, RETURNED, project_id)?.map_or(run, |runs| runs.start);
        forget(connection, RETURNED, project_id)?;
        connection.prepare_cached(sql)?.execute((ABSENT, project_id, since.to_string()))?;
    }
    Ok(())
}

/// Node ids, in order, of the issues that were last read while a board was away that has come back.
pub(crate) fn issues_behind(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let values: Vec<String> = connection
        .prepare_cached("SELECT value FROM import_cursor WHERE scope = ?1")?
        .query_map([RETURNED], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut ids = Vec::new();
    for runs in values.iter().filter_map(|value| runs(value)) {
        ids.extend(issues_read_in(connection, &runs)?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn issues_read_in(connection: &Connection, runs: &Range<i64>) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT id FROM issue
        WHERE observed_run >= ?1 AND observed_run < ?2 AND id IS NOT NULL AND vanished_at IS NULL";
    connection.prepare_cached(sql)?.query_map((runs.start, runs.end), |row| row.get(0))?.collect()
}

fn remembered(connection: &Connection, scope: &str, project_id: &str) -> rusqlite::Result<Option<Range<i64>>> {
    let sql = "SELECT value FROM import_cursor WHERE scope = ?1 AND subject = ?2";
    let value: Option<String> =
        connection.prepare_cached(sql)?.query_row([scope, project_id], |row| row.get(0)).optional()?;
    Ok(value.and_then(|value| runs(&value)))
}

fn forget(connection: &Connection, scope: &str, project_id: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM import_cursor WHERE scope = ?1 AND subject = ?2";
    connection.prepare_cached(sql)?.execute([scope, project_id]).map(drop)
}

/// `5..9`, or `5` of a board that is still away.
fn runs(value: &str) -> Option<Range<i64>> {
    let (since, until) = value.split_once("..").unwrap_or((value, "0"));
    Some(since.parse().ok()?..until.parse().ok()?)
}

impl PageWriter<'_> {
    /// Notes that a board is listed that was known by this id. One that was away is read in full.
    pub(super) fn listed_board(&self, project_id: &str) -> rusqlite::Result<()> {
        if let Some(absent) = remembered(self.connection, ABSENT, project_id)? {
            let sql = "INSERT OR REPLACE INTO import_cursor (scope, subject, value) VALUES (?1, ?2, ?3)";
            let runs = format!("{}..{}", absent.start, self.run());
            self.connection.prepare_cached(sql)?.execute((RETURNED, project_id, runs))?;
            forget(self.connection, ABSENT, project_id)?;
            return forget(self.connection, "project_items", project_id);
        }
        if let Some(runs) = remembered(self.connection, RETURNED, project_id)?
            && issues_read_in(self.connection, &runs)?.is_empty()
        {
            forget(self.connection, RETURNED, project_id)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_tells_which_imports_lacked_the_board() {
        assert_eq!(runs("5..9"), Some(5..9));
        assert_eq!(runs("5"), Some(5..0), "it is still away");
        assert_eq!(runs("x"), None);
    }
}
