//! Reading the store as columns, over two connections that see the same state.

mod cards;
pub(crate) mod cells;
mod cloud;
mod events;
mod issues;
pub(crate) mod order;
mod pulls;
mod texts;

use std::path::Path;
use std::thread;

use model::Instant;
use model::columns::{Dictionary, Raw, Scopes};
use model::records::{ImportRun, Project, Repository};
use rusqlite::Connection;

use crate::store::open_for_reading;
use crate::{StoreError, runs};
use cells::Cells;
use order::Parents;
use texts::Interner;

/// Reads everything that the scopes ask for.
pub(crate) fn load(path: &Path, scopes: Scopes) -> Result<Raw, StoreError> {
    load_from(path, scopes).map_err(|error| StoreError::database(path, error))
}

fn load_from(path: &Path, scopes: Scopes) -> rusqlite::Result<Raw> {
    let (first, second) = two_connections(path)?;
    thread::scope(|threads| {
        // The boards' events are about half of everything.
        let boards =
            threads.spawn(move || if scopes.issues { events::project_events(&second).map(Some) } else { Ok(None) });
        let mut raw = Raw { dictionary: dictionary(&first)?, ..Raw::default() };
        raw.projects = projects(&first)?;
        raw.repositories = repositories(&first)?;
        raw.imports = runs::all(&first)?;
        raw.as_of = as_of(&first, &raw.imports, scopes)?;
        let mut texts = Interner::over(&raw.dictionary);
        let mut issue_places = None;
        if scopes.issues {
            let parents = Parents::of_issues(&first)?;
            let names = parents.repository_codes(|name| texts.code(&mut raw.dictionary, name));
            raw.issues = issues::issues(&first, &parents, &names)?;
            raw.status_events = events::status_events(&first)?;
            events::arrange_status_events(&mut raw.status_events, &parents);
            cards::load(&first, &parents, &mut texts, &mut raw)?;
            issue_places = Some(parents);
        }
        if scopes.pull_requests {
            let parents = Parents::of_pull_requests(&first)?;
            let names = parents.repository_codes(|name| texts.code(&mut raw.dictionary, name));
            raw.pull_requests = pulls::pull_requests(&first, &parents, &names)?;
            raw.reviews = pulls::reviews(&first, &parents)?;
            raw.pull_request_events = pulls::events(&first, &parents)?;
        }
        if scopes.cloud_spending {
            cloud::load(&first, &mut texts, &mut raw)?;
        }
        let boards = boards.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        if let (Some(mut boards), Some(parents)) = (boards, issue_places) {
            events::arrange_project_events(&mut boards, &parents);
            raw.project_events = boards;
        }
        Ok(raw)
    })
}

/// Two connections, each in a transaction, between which nothing was committed.
fn two_connections(path: &Path) -> rusqlite::Result<(Connection, Connection)> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = open_for_reading(path)?;
        connection.pragma_update(None, "cache_size", -8_192)?;
        Ok(connection)
    };
    let begin = |connection: &Connection| -> rusqlite::Result<i64> {
        connection.execute_batch("BEGIN")?;
        connection.query_row("SELECT value FROM meta WHERE key = 'changes'", [], |row| row.get(0))
    };
    let (first, second) = (open()?, open()?);
    while begin(&first)? != begin(&second)? {
        first.execute_batch("ROLLBACK")?;
        second.execute_batch("ROLLBACK")?;
    }
    Ok((first, second))
}

/// All texts, each at its stored code.
pub(crate) fn dictionary(connection: &Connection) -> rusqlite::Result<Dictionary> {
    let mut dictionary = Dictionary::default();
    let mut statement = connection.prepare("SELECT code, value FROM dictionary WHERE code > 0 ORDER BY code")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        let code = cells.code(0)?;
        while (dictionary.len() as u32) < code {
            dictionary.push(b"");
        }
        dictionary.push(cells.text(1)?);
    }
    Ok(dictionary)
}

fn repositories(connection: &Connection) -> rusqlite::Result<Vec<Repository>> {
    connection
        .prepare(
            "SELECT coalesce(id, ''), org, repo, owner, private, archived FROM repository
             ORDER BY org, repo, id, row_id",
        )?
        .query_map([], |row| {
            Ok(Repository {
                id: row.get(0)?,
                org: row.get(1)?,
                name: row.get(2)?,
                owner: row.get(3)?,
                private: row.get(4)?,
                archived: row.get(5)?,
            })
        })?
        .collect()
}

fn projects(connection: &Connection) -> rusqlite::Result<Vec<Project>> {
    connection
        .prepare(
            "SELECT coalesce(id, ''), project_id, coalesce(number, 0), org, project_name, url, closed, columns
             FROM project ORDER BY project_id",
        )?
        .query_map([], |row| {
            Ok(Project {
                id: row.get(0)?,
                number_id: row.get(1)?,
                number: row.get(2)?,
                org: row.get(3)?,
                name: row.get(4)?,
                url: row.get(5)?,
                closed: row.get(6)?,
                columns: serde_json::from_str(row.get_ref(7)?.as_str()?).unwrap_or_default(),
            })
        })?
        .collect()
}

/// The newest `covered_to` of a successful import of what is asked for, bills aside. Where none was recorded, as while the
/// first import still runs, the newest observation.
fn as_of(connection: &Connection, imports: &[ImportRun], scopes: Scopes) -> rusqlite::Result<Option<Instant>> {
    let counts = |scope: &str| match scope {
        "csv" => scopes.issues || scopes.pull_requests,
        "issues" | "project_items" => scopes.issues,
        "pull_requests" => scopes.pull_requests,
        _ => false,
    };
    let covered =
        imports.iter().filter(|run| run.outcome == "ok" && counts(&run.scope)).filter_map(|run| run.covered_to);
    if let Some(newest) = covered.max() {
        return Ok(Some(newest));
    }
    let observed = |table: &str| {
        let sql = format!("SELECT max(observed_at) FROM {table}");
        connection.query_row(&sql, [], |row| row.get::<_, Option<i64>>(0))
    };
    let issues = if scopes.issues { observed("issue")?.max(observed("project_item")?) } else { None };
    let pull_requests = if scopes.pull_requests { observed("pr")? } else { None };
    Ok(issues
        .max(pull_requests)
        .filter(|&micros| micros != crate::import_csv::NEVER_OBSERVED)
        .map(Instant::from_micros))
}
