//! Writing of what is there no longer: missed by a complete crawl, asked for by id and not found, or in a repository that is no
//! longer listed.

use model::kinds::Scope;
use rusqlite::Connection;

use super::PageWriter;
use crate::dictionary::Codes;
use crate::error::Failure;
use crate::merge::order::{Observer, is_missing};
use crate::read::pushed::IS_OF_PROVIDER;
use crate::sqlite::plans::Prepare as _;
use crate::{Absence, Finding, Findings, Kind};

/// Notes that issues or pull requests were asked for by id and are there no longer.
pub(crate) fn gone(
    connection: &Connection,
    codes: &mut Codes,
    absence: &Absence,
    kind: Kind,
    ids: &[String],
) -> Result<Findings, Failure> {
    let mut writer = writer_of(connection, codes, absence);
    writer.note_run()?;
    for id in ids {
        let Some(stored) = writer.stored_with_id(kind, id)?.filter(|stored| stored.vanished_at.is_none()) else {
            continue;
        };
        let label = writer.label_of(stored.repository)?;
        writer.mark_gone(kind, stored.row, &label)?;
    }
    Ok(writer.findings)
}

/// Notes that a repository, by its node id, is listed no longer, with all that is in it. When it is listed again, it is
/// read anew.
pub(crate) fn absent_repository(
    connection: &Connection,
    codes: &mut Codes,
    absence: &Absence,
    id: &str,
) -> Result<Findings, Failure> {
    let mut writer = writer_of(connection, codes, absence);
    writer.note_run()?;
    for scope in [Scope::Issues, Scope::PullRequests] {
        writer.mark_vanished(scope, id, absence.run)?;
        let sql = "DELETE FROM import_cursor WHERE scope = ?1 AND subject = ?2";
        connection.by_key(sql)?.execute((scope.name(), id))?;
    }
    Ok(writer.findings)
}

fn writer_of<'a>(connection: &'a Connection, codes: &'a mut Codes, absence: &Absence) -> PageWriter<'a> {
    PageWriter::new(connection, codes, absence.at.micros(), 0).by(Observer::Import, absence.run)
}

impl PageWriter<'_> {
    /// Marks what a complete crawl of a repository did not meet.
    pub(super) fn mark_vanished(&mut self, scope: Scope, subject: &str, generation: i64) -> rusqlite::Result<()> {
        let kind = match scope {
            Scope::Issues => Kind::Issue,
            Scope::PullRequests => Kind::PullRequest,
            _ => return Ok(()),
        };
        let sql = format!(
            "SELECT stored.row_id, stored.seen_generation, stored.observed_run, repository.org || '/' || repository.repo
             FROM {} AS stored JOIN repository ON repository.row_id = stored.repository
             WHERE repository.id = ?1 AND stored.vanished_at IS NULL AND {IS_OF_PROVIDER}",
            kind.table()
        );
        let mut missing = Vec::new();
        {
            let mut statement = self.connection.by_key(&sql)?;
            let mut rows = statement.query([subject])?;
            while let Some(row) = rows.next()? {
                if is_missing(generation, row.get(1)?, row.get(2)?) {
                    missing.push((row.get(0)?, row.get::<_, String>(3)?));
                }
            }
        }
        missing.into_iter().try_for_each(|(row, label)| self.mark_gone(kind, row, &label))
    }

    /// Dates that a row is gone. An issue that was transferred lives on where it is now.
    fn mark_gone(&mut self, kind: Kind, row: i64, label: &str) -> rusqlite::Result<()> {
        if kind == Kind::Issue && self.join_transferred(row)? {
            return Ok(());
        }
        let sql = format!("UPDATE {} SET vanished_at = ?1, observed_run = ?2 WHERE row_id = ?3", kind.table());
        self.connection.by_key(&sql)?.execute((self.observed_at, self.run(), row))?;
        self.find(Finding::Gone, kind, label);
        Ok(())
    }

    /// `org/name` of a repository.
    fn label_of(&self, repository: i64) -> rusqlite::Result<String> {
        let sql = "SELECT org || '/' || repo FROM repository WHERE row_id = ?1";
        self.connection.by_key(sql)?.query_row([repository], |row| row.get(0))
    }
}
