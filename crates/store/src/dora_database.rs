//! Databases of dimagi/dora: SQLite files with the tables `pull_requests` and `deployments`.

use std::path::Path;

use model::Instant;
use model::dora::{DeploymentRow, PullRequestRow, Rows};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::StoreError;
use crate::sqlite::damage::{cannot_be, in_table};
use crate::sqlite::opening::open_for_reading;
use crate::sqlite::plans::{Prepare as _, Scan};

/// Who tells of deployments that such a database had.
pub const SOURCE: &str = "dora";

/// The id of a deployment that such a database had: it has none that GitHub's GraphQL tells. What the API shows at the same place and
/// time is the same deployment.
pub fn deployment_id(org: &str, repo: &str, environment: &str, created_at: Instant) -> String {
    format!("{SOURCE}/{org}/{repo}/{environment}/{}", created_at.to_rfc3339_seconds())
}

/// Its tables.
const TABLES: [&str; 2] = ["pull_requests", "deployments"];

/// The rows of a database of dimagi/dora, in the order in which they were written. Nothing is written, whatever the version that
/// made it: columns that it did not have yet are null. `None` of a database without these tables, or with ours.
///
/// # Errors
/// The file is no database, cannot be read, or holds in one of these columns what is never in it.
pub fn read(path: &Path) -> Result<Option<Rows>, StoreError> {
    if !path.is_file() {
        return Err(StoreError::Missing { path: path.to_path_buf() });
    }
    let rows = open_for_reading(path).and_then(|connection| {
        let is_there = |table: &str| Ok::<_, rusqlite::Error>(!columns(&connection, table)?.is_empty());
        if !is_there(TABLES[0])? || !is_there(TABLES[1])? || is_there("import_cursor")? {
            return Ok(None);
        }
        let (pull_requests, deployments) = (pull_requests(&connection)?, deployments(&connection)?);
        Ok(Some(Rows { pull_requests, deployments }))
    });
    rows.map_err(|error| StoreError::database(path, error))
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.scan("SELECT name FROM pragma_table_info(?1)", Scan::Everything)?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}

fn pull_requests(connection: &Connection) -> rusqlite::Result<Vec<PullRequestRow>> {
    let names = [
        "repo",
        "number",
        "title",
        "author",
        "base",
        "opened_at",
        "merged_at",
        "first_commit_at",
        "merge_sha",
        "labels",
        "additions",
        "deletions",
        "changed_files",
        "ready_for_review_at",
    ];
    each(connection, TABLES[0], &names, |row| {
        Ok(PullRequestRow {
            repo: required(text(row, 0)?, names[0])?,
            number: required(number(row, 1)?, names[1])?,
            title: text(row, 2)?,
            author: text(row, 3)?,
            base: text(row, 4)?,
            opened_at: text(row, 5)?,
            merged_at: text(row, 6)?,
            first_commit_at: text(row, 7)?,
            merge_sha: text(row, 8)?,
            labels: text(row, 9)?,
            additions: number(row, 10)?,
            deletions: number(row, 11)?,
            changed_files: number(row, 12)?,
            ready_for_review_at: text(row, 13)?,
        })
    })
}

fn deployments(connection: &Connection) -> rusqlite::Result<Vec<DeploymentRow>> {
    let names = ["repo", "deployment_id", "sha", "environment", "created_at", "status"];
    each(connection, TABLES[1], &names, |row| {
        Ok(DeploymentRow {
            repo: required(text(row, 0)?, names[0])?,
            deployment_id: number(row, 1)?,
            sha: text(row, 2)?.unwrap_or_default(),
            environment: text(row, 3)?,
            created_at: required(text(row, 4)?, names[4])?,
            status: text(row, 5)?,
        })
    })
}

/// The rows of a table by some of its columns; one that is not there is null.
fn each<T>(
    connection: &Connection,
    table: &'static str,
    names: &[&str],
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let there = columns(connection, table)?;
    let selected: Vec<&str> =
        names.iter().map(|name| if there.iter().any(|it| it == name) { name } else { "NULL" }).collect();
    let sql = format!("SELECT {}, rowid FROM {table} ORDER BY rowid", selected.join(", "));
    let mut statement = connection.scan(&sql, Scan::Everything)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().map_err(in_table(table, String::new))? {
        let name = || row.get::<_, i64>(names.len()).map_or_else(|_| String::new(), |row| format!("row {row}"));
        all.push(read(row).map_err(in_table(table, name))?);
    }
    Ok(all)
}

/// A text or null; numbers as they are written.
fn text(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(index)? {
        ValueRef::Null => None,
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
    })
}

/// A whole number or null.
fn number(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<i64>> {
    match row.get_ref(index)? {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) => Ok(Some(number)),
        other => {
            Err(cannot_be(format!("column {} holds {} where a whole number belongs", index + 1, other.data_type())))
        }
    }
}

fn required<T>(cell: Option<T>, column: &str) -> rusqlite::Result<T> {
    cell.ok_or_else(|| cannot_be(format!("column {column} is empty")))
}
