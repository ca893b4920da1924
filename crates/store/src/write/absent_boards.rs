//! Boards that a listing lacks and that come back.
//!
//! What issues do on a board that is not shown is not shown either. The first import that lacks a board is remembered
//! among the cursors, and the one that lists it again: the issues that were read from the one to the other are behind
//! until they are read again.

use rusqlite::{Connection, OptionalExtension as _};

use super::PageWriter;
use crate::sqlite::plans::{Prepare as _, Scan};

/// Scope of the boards that are away: the value is the first import that lacked it.
const ABSENT: &str = "absent_boards";
/// Scope of the boards that came back: the value is that import and the one that listed it again.
const RETURNED: &str = "returned_boards";

/// The imports that lacked a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Absence {
    /// The first of them.
    since: i64,
    /// The one that listed it again.
    until: Option<i64>,
}

impl Absence {
    /// `5..9`, or `5` of a board that is still away.
    fn read(value: &str) -> Option<Self> {
        match value.split_once("..") {
            None => Some(Self { since: value.parse().ok()?, until: None }),
            Some((since, until)) => Some(Self { since: since.parse().ok()?, until: Some(until.parse().ok()?) }),
        }
    }

    fn write(self) -> String {
        self.until.map_or_else(|| self.since.to_string(), |until| format!("{}..{until}", self.since))
    }
}

/// Marks boards that this import lacks.
pub(crate) fn absent_boards(connection: &Connection, project_ids: &[String], run: i64) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO import_cursor (scope, subject, value) VALUES (?1, ?2, ?3)";
    for project_id in project_ids {
        // Of a board that was away before, not everything may have been read again.
        let since = remembered(connection, RETURNED, project_id)?.map_or(run, |absence| absence.since);
        forget(connection, RETURNED, project_id)?;
        connection.by_key(sql)?.execute((ABSENT, project_id, Absence { since, until: None }.write()))?;
    }
    Ok(())
}

/// Node ids, in order, of the issues that were last read while a board was away that has come back.
pub(crate) fn issues_behind(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let values: Vec<String> = connection
        .by_key("SELECT value FROM import_cursor WHERE scope = ?1")?
        .query_map([RETURNED], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut ids = Vec::new();
    for absence in values.iter().filter_map(|value| Absence::read(value)) {
        ids.extend(issues_read_in(connection, absence)?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

fn issues_read_in(connection: &Connection, absence: Absence) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT id FROM issue
        WHERE observed_run >= ?1 AND observed_run < ?2 AND id IS NOT NULL AND vanished_at IS NULL";
    connection.scan(sql, Scan::OncePerImport)?.query_map((absence.since, absence.until), |row| row.get(0))?.collect()
}

fn remembered(connection: &Connection, scope: &str, project_id: &str) -> rusqlite::Result<Option<Absence>> {
    let sql = "SELECT value FROM import_cursor WHERE scope = ?1 AND subject = ?2";
    let value: Option<String> = connection.by_key(sql)?.query_row([scope, project_id], |row| row.get(0)).optional()?;
    Ok(value.and_then(|value| Absence::read(&value)))
}

fn forget(connection: &Connection, scope: &str, project_id: &str) -> rusqlite::Result<()> {
    let sql = "DELETE FROM import_cursor WHERE scope = ?1 AND subject = ?2";
    connection.by_key(sql)?.execute([scope, project_id]).map(drop)
}

impl PageWriter<'_> {
    /// Notes that a board is listed that was known by this id. One that was away is read in full.
    pub(super) fn listed_board(&self, project_id: &str) -> rusqlite::Result<()> {
        if let Some(absent) = remembered(self.connection, ABSENT, project_id)? {
            let sql = "INSERT OR REPLACE INTO import_cursor (scope, subject, value) VALUES (?1, ?2, ?3)";
            let absence = Absence { until: Some(self.run()), ..absent };
            self.connection.by_key(sql)?.execute((RETURNED, project_id, absence.write()))?;
            forget(self.connection, ABSENT, project_id)?;
            return forget(self.connection, "project_items", project_id);
        }
        if let Some(absence) = remembered(self.connection, RETURNED, project_id)?
            && issues_read_in(self.connection, absence)?.is_empty()
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
        for absence in [Absence { since: 5, until: None }, Absence { since: 5, until: Some(9) }] {
            assert_eq!(Absence::read(&absence.write()), Some(absence));
        }
        assert_eq!((Absence::read("x"), Absence::read("5..x")), (None, None));
    }
}
