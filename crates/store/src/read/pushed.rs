//! What was pushed, by id and in lists.

use model::records::{Deployment, Incident};
use rusqlite::Connection;

use super::tables::rows_where;

/// What the ids of pushed deployments and incidents begin with.
pub(crate) const PREFIX: &str = "api/";
/// What comes behind all of them.
pub(crate) const END: &str = "api0";

/// What the ids of what CDEvents tell begin with, and what comes behind all of them.
pub(crate) const CDEVENTS: [&str; 2] = ["cdevents/", "cdevents0"];

/// What is true of rows of issues and pull requests that a provider tells of, or a file: only of these can an import say that
/// they are gone. The table is called `stored`.
pub(crate) const IS_OF_PROVIDER: &str = "(stored.id IS NULL OR substr(stored.id, 1, 4) <> 'api/')";

/// What is true of rows of `repository`, and not of those that hold what was pushed without a repository that is known.
pub(crate) const IS_REPOSITORY: &str = "(org <> '' OR id IS NOT NULL)";

/// A deployment by its id alone, with its statuses: what is pushed has ids of its own on whatever host.
pub(crate) fn deployment_of_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<Deployment>> {
    let mut stored: Option<Deployment> = rows_where(connection, "deployment_id = ?1", [id], "host")?.pop();
    if let Some(stored) = &mut stored {
        let key = [id, &stored.host];
        stored.statuses = rows_where(connection, "deployment_id = ?1 AND host = ?2", key, "at, id")?;
    }
    Ok(stored)
}

/// An incident by its id alone, with its events.
pub(crate) fn incident_of_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<Incident>> {
    let mut stored: Option<Incident> = rows_where(connection, "incident_id = ?1", [id], "host")?.pop();
    if let Some(stored) = &mut stored {
        let key = [id, &stored.host];
        stored.events = rows_where(connection, "incident_id = ?1 AND host = ?2", key, "at, kind")?;
    }
    Ok(stored)
}

/// Pushed deployments without their statuses, of a project or all, in the order in which they were made.
pub(crate) fn deployments(connection: &Connection, project: Option<&str>) -> rusqlite::Result<Vec<Deployment>> {
    let is_it = "deployment_id >= ?1 AND deployment_id < ?2 AND (?3 IS NULL OR service = ?3)";
    rows_where(connection, is_it, (PREFIX, END, project), "created_at, deployment_id")
}

/// Pushed incidents without their events, in order of their start.
pub(crate) fn incidents(connection: &Connection) -> rusqlite::Result<Vec<Incident>> {
    let is_it = "incident_id >= ?1 AND incident_id < ?2";
    rows_where(connection, is_it, (PREFIX, END), "started_at, incident_id")
}
