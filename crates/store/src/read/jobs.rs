//! The jobs behind what CI costs, of a few repositories and days: what is rolled up too, as far as it is kept.

use std::path::Path;

use model::Instant;
use model::columns::{Interner, Raw, Scopes};

use super::tables::{Source, free_where, rows};
use super::{as_of, plausible};
use crate::sqlite::opening::open_for_reading;
use crate::{StoreError, runs};

/// Which jobs are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobsAsked {
    /// Repositories, `org/name`; `None` for all.
    pub repositories: Option<Vec<String>>,
    /// Those that began at this instant or later.
    pub from: Option<Instant>,
    /// Those that began before it.
    pub to: Option<Instant>,
}

/// Reads jobs that have ended: those that are asked for, and those that are not rolled up, which say of each other what they
/// were spent on. With them the runs that they are of, others of the same commits, and the newest of each workflow, which
/// names it. `now` is the machine's clock.
pub(crate) fn load(path: &Path, asked: &JobsAsked, now: Instant) -> Result<Raw, StoreError> {
    load_from(path, asked, now).map_err(|error| StoreError::database(path, error))
}

fn load_from(path: &Path, asked: &JobsAsked, now: Instant) -> rusqlite::Result<Raw> {
    let connection = open_for_reading(path)?;
    connection.execute_batch("BEGIN")?;
    let mut raw = Raw { imports: rows(&connection, runs::ORDER)?, ..Raw::default() };
    let plausible = plausible(&raw.imports, now);
    let source = Source::new(&connection, plausible);
    raw.repositories = rows(&connection, "org, repo, host, id, row_id")?;
    raw.as_of = as_of(&connection, &raw.imports, Scopes::CI, plausible)?;
    let mut texts = Interner::default();
    let which = condition(asked);
    raw.ci_jobs = free_where(&source, &which, "run_id, job_id, host", &mut texts)?;
    // A run without jobs still says whether its commit was green.
    let runs = format!(
        "run_id IN (SELECT run_id FROM ci_job WHERE {which})
        OR sha IN (SELECT sha FROM ci_run WHERE run_id IN (SELECT run_id FROM ci_job WHERE {open}))
        OR run_id IN (SELECT run_id FROM (
            SELECT run_id, max(created_at) FROM ci_run WHERE {repositories} GROUP BY org, repo, host, workflow_path))",
        open = format_args!("finished_at IS NOT NULL AND part = '' AND {}", of_repositories(asked)),
        repositories = of_repositories(asked)
    );
    raw.ci_runs = free_where(&source, &runs, "run_id, attempt, host", &mut texts)?;
    raw.dictionary = texts.into_dictionary();
    raw.dictionary.settle();
    Ok(raw)
}

/// In SQL.
fn condition(asked: &JobsAsked) -> String {
    let began = |sign: &str, at: Option<Instant>| {
        at.map_or_else(String::new, |at| format!(" AND coalesce(started_at, finished_at) {sign} {}", at.micros()))
    };
    let (from, to) = (began(">=", asked.from), began("<", asked.to));
    format!("finished_at IS NOT NULL AND {} AND (part = '' OR (TRUE{from}{to}))", of_repositories(asked))
}

fn of_repositories(asked: &JobsAsked) -> String {
    let repository = |name: &String| {
        let (org, repo) = name.rsplit_once('/').unwrap_or(("", name));
        format!("({}, {})", quoted(org), quoted(repo))
    };
    match &asked.repositories {
        None => "TRUE".to_owned(),
        Some(names) if names.is_empty() => "FALSE".to_owned(),
        // A list: the database takes only so many alternatives.
        Some(names) => {
            format!("(org, repo) IN (VALUES {})", names.iter().map(repository).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text as SQL writes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}
