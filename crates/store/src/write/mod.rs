//! Storing a page: one record after the other, then what vanished, then the cursor.

pub(crate) mod cloud;
mod delivered;
mod issues;
pub(crate) mod items;
mod pulls;
mod repositories;

use ahash::AHashMap;
use model::Instant;
use model::cells::RawRow;
use model::records::Record;
use rusqlite::Connection;

use crate::Page;
use crate::dictionary::Codes;
use crate::error::Failure;
use crate::sqlite::statements::{self, Keys};

pub(crate) use delivered::delivery;

/// Writes records inside the transaction of one page.
pub(crate) struct PageWriter<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) codes: &'a mut Codes,
    /// When the records were read, microseconds.
    pub(crate) observed_at: i64,
    /// The crawl that the records belong to; 0 for none.
    pub(crate) generation: i64,
    /// Rows of the repositories met on this page, by node id.
    repositories: AHashMap<String, i64>,
}

/// What is stored of an issue or pull request that comes again.
struct StoredRow {
    row: i64,
    repository: i64,
    number: String,
    observed_at: i64,
    seen_generation: i64,
    vanished_at: Option<i64>,
}

/// Stores a page.
pub(crate) fn page(connection: &Connection, codes: &mut Codes, page: &Page<'_>) -> Result<(), Failure> {
    let mut writer = PageWriter::new(connection, codes, page.observed_at.micros(), page.generation.unwrap_or_default());
    for record in page.records {
        match record {
            Record::Repository(repository) => writer.repository(repository).map(drop)?,
            Record::Project(project) => writer.project(project)?,
            Record::Issue(issue) => writer.issue(issue)?,
            Record::ProjectItem(item) => writer.item(item, None)?,
            Record::PullRequest(pull_request) => writer.pull_request(pull_request)?,
            Record::CloudMonth(month) => writer.cloud_month(month, page.subject)?,
        }
    }
    if let (Some(generation), true) = (page.generation, page.complete) {
        writer.mark_vanished(page.scope, page.subject, generation)?;
    }
    if let Some(generation) = page.generation {
        connection
            .prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'generation' AND value < ?1")?
            .execute([generation])?;
    }
    if let Some(cursor) = page.cursor {
        connection
            .prepare_cached(
                "INSERT INTO import_cursor (scope, subject, value) VALUES (?1, ?2, ?3)
                 ON CONFLICT (scope, subject) DO UPDATE SET value = excluded.value",
            )?
            .execute([page.scope, page.subject, cursor])?;
    }
    Ok(())
}

impl<'a> PageWriter<'a> {
    pub(crate) fn new(connection: &'a Connection, codes: &'a mut Codes, observed_at: i64, generation: i64) -> Self {
        Self { connection, codes, observed_at, generation, repositories: AHashMap::new() }
    }

    pub(crate) fn code(&mut self, text: &str) -> rusqlite::Result<i64> {
        self.codes.of(self.connection, text)
    }

    /// Adds a row or writes it over a stored one, and returns its number.
    fn put<R: RawRow>(&mut self, row: Option<i64>, record: &R, keys: Keys<'_>) -> rusqlite::Result<i64> {
        match row {
            Some(row) => statements::update(self.connection, self.codes, row, record, keys).map(|()| row),
            None => statements::insert(self.connection, self.codes, record, keys),
        }
    }

    /// Adds a row that belongs to another.
    fn add<R: RawRow>(&mut self, record: &R, keys: Keys<'_>) -> rusqlite::Result<()> {
        statements::insert(self.connection, self.codes, record, keys).map(drop)
    }

    fn mark_vanished(&mut self, scope: &str, subject: &str, generation: i64) -> rusqlite::Result<()> {
        let table = match scope {
            "issues" => "issue",
            "pull_requests" => "pr",
            _ => return Ok(()),
        };
        self.connection
            .prepare_cached(&format!(
                "UPDATE {table} SET vanished_at = ?1
                 WHERE repository = (SELECT row_id FROM repository WHERE id = ?2) AND seen_generation < ?3
                   AND vanished_at IS NULL AND observed_at <= ?1"
            ))?
            .execute((self.observed_at, subject, generation))
            .map(drop)
    }

    /// What is stored under a node id, else of a row from a CSV file at the same place.
    fn stored(&self, table: &str, id: &str, repository: i64, number: &str) -> rusqlite::Result<Option<StoredRow>> {
        let columns = "row_id, repository, number, observed_at, seen_generation, vanished_at";
        let by_id = if id.is_empty() {
            None
        } else {
            let sql = format!("SELECT {columns} FROM {table} WHERE id = ?1");
            self.connection.prepare_cached(&sql)?.query_map([id], StoredRow::read)?.next().transpose()?
        };
        if by_id.is_some() {
            return Ok(by_id);
        }
        let sql = format!("SELECT {columns} FROM {table} WHERE repository = ?1 AND number = ?2 AND id IS NULL");
        self.connection.prepare_cached(&sql)?.query_map((repository, number), StoredRow::read)?.next().transpose()
    }

    /// Notes that a row was seen in the present crawl, where the rest of the observation is too old to count.
    fn note_seen(&self, table: &str, stored: &StoredRow) -> rusqlite::Result<()> {
        let sql = format!("UPDATE {table} SET seen_generation = ?1 WHERE row_id = ?2 AND seen_generation < ?1");
        self.connection.prepare_cached(&sql)?.execute((self.generation, stored.row)).map(drop)
    }

    /// When the row vanished, once this observation of it is stored.
    fn vanished_after(&self, stored: &StoredRow) -> Option<i64> {
        stored.vanished_at.filter(|&vanished| self.observed_at <= vanished && self.generation <= stored.seen_generation)
    }
}

impl StoredRow {
    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: row.get(0)?,
            repository: row.get(1)?,
            number: row.get(2)?,
            observed_at: row.get(3)?,
            seen_generation: row.get(4)?,
            vanished_at: row.get(5)?,
        })
    }
}

/// An empty text as null.
pub(crate) fn id_or_null(id: &str) -> Option<&str> {
    (!id.is_empty()).then_some(id)
}

pub(crate) fn micros(at: Option<Instant>) -> Option<i64> {
    at.map(Instant::micros)
}
