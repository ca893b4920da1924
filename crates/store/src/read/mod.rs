//! Reading the store as columns, over two connections that see the same state.

mod bills;
pub(crate) mod order;
pub(crate) mod tables;

use std::path::Path;
use std::thread;

use model::Instant;
use model::columns::{Dictionary, Interner, ProjectEventColumns, Raw, Scopes};
use model::records::{ImportRun, RunOutcome, Scope};
use rusqlite::Connection;

use crate::sqlite::cells::Cells;
use crate::sqlite::opening::open_for_reading;
use crate::{StoreError, runs};
use order::{Parents, cards};
use tables::{arranged, free, of_cards, owned, placed, rows};

/// Reads everything that the scopes ask for.
pub(crate) fn load(path: &Path, scopes: Scopes) -> Result<Raw, StoreError> {
    load_from(path, scopes).map_err(|error| StoreError::database(path, error))
}

fn load_from(path: &Path, scopes: Scopes) -> rusqlite::Result<Raw> {
    let (first, second) = two_connections(path)?;
    thread::scope(|threads| {
        // The boards' events are about half of everything.
        let boards = threads.spawn(move || -> rusqlite::Result<Option<ProjectEventColumns>> {
            if scopes.issues { owned("issue", &second, None).map(Some) } else { Ok(None) }
        });
        let mut raw = Raw::default();
        raw.projects = rows(&first, "project_id, host")?;
        raw.repositories = rows(&first, "org, repo, host, id, row_id")?;
        raw.imports = rows(&first, runs::ORDER)?;
        raw.as_of = as_of(&first, &raw.imports, scopes)?;
        let mut texts = Interner::over(dictionary(&first)?);
        let mut issue_places = None;
        if scopes.issues {
            let parents = Parents::of_issues(&first)?;
            raw.issues = placed(&first, &parents, &mut texts)?;
            raw.issues.tell_untold_states();
            raw.status_events = arranged(owned("issue", &first, Some(&mut texts))?, &parents);
            let cards = cards(&first, &parents, texts.dictionary())?;
            raw.custom_fields = of_cards(&first, &cards, &mut texts)?;
            raw.sightings = of_cards(&first, &cards, &mut texts)?;
            issue_places = Some(parents);
        }
        if scopes.pull_requests {
            let parents = Parents::of_pull_requests(&first)?;
            raw.pull_requests = placed(&first, &parents, &mut texts)?;
            raw.reviews = arranged(owned("pr", &first, Some(&mut texts))?, &parents);
            raw.pull_request_events = arranged(owned("pr", &first, Some(&mut texts))?, &parents);
        }
        if scopes.cloud_spending {
            raw.cloud_as_of = bills::as_of(&first, &raw.imports)?;
            raw.cloud_costs = free(&first, bills::ORDER, &mut texts)?;
        }
        let boards = boards.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        if let (Some(boards), Some(parents)) = (boards, issue_places) {
            raw.project_events = arranged(boards, &parents);
        }
        raw.dictionary = texts.into_dictionary();
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

/// The newest `covered_to` of a successful import of what is asked for, bills aside. Where none was recorded, as while the
/// first import still runs, the newest observation.
fn as_of(connection: &Connection, imports: &[ImportRun], scopes: Scopes) -> rusqlite::Result<Option<Instant>> {
    let counts = |scope: Option<Scope>| match scope {
        Some(Scope::Csv) => scopes.issues || scopes.pull_requests,
        Some(Scope::Issues | Scope::ProjectItems) => scopes.issues,
        Some(Scope::PullRequests) => scopes.pull_requests,
        _ => false,
    };
    let covered = imports
        .iter()
        .filter(|run| run.outcome == RunOutcome::Ok && counts(run.scope.known()))
        .filter_map(|run| run.covered_to);
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
