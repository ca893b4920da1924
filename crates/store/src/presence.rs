//! Queries for what should be there and may not be: unlisted repositories and boards, unseen issues and cards.

use model::Instant;
use model::records::{Presence, Project, Repository, host_or_usual};
use rusqlite::Connection;

use crate::Kind;
use crate::dictionary::find;
use crate::read::pushed::IS_OF_PROVIDER;
use crate::read::tables::rows_where;
use crate::sqlite::plans::{Prepare as _, Scan};

/// Node ids, in order, of the issues or pull requests of a repository that are stored, were made by then, and have not
/// vanished.
pub(crate) fn ids(
    connection: &Connection,
    kind: Kind,
    repository_id: &str,
    made_until: Instant,
) -> rusqlite::Result<Vec<String>> {
    let sql = format!(
        "SELECT stored.id FROM {} AS stored JOIN repository ON repository.row_id = stored.repository
         WHERE repository.id = ?1 AND stored.id IS NOT NULL AND stored.vanished_at IS NULL AND stored.created_at <= ?2
           AND {IS_OF_PROVIDER}
         ORDER BY stored.id",
        kind.table()
    );
    connection.by_key(&sql)?.query_map((repository_id, made_until.micros()), |row| row.get(0))?.collect()
}

/// Node ids, in order, of the merged pull requests of a repository that are stored without all of their folders and have
/// not vanished.
pub(crate) fn lacking_folders(connection: &Connection, repository_id: &str) -> rusqlite::Result<Vec<String>> {
    connection
        .by_key(&format!(
            "SELECT stored.id FROM pr AS stored JOIN repository ON repository.row_id = stored.repository
             WHERE repository.id = ?1 AND stored.id IS NOT NULL AND stored.merged_at IS NOT NULL
               AND NOT stored.paths_complete AND stored.vanished_at IS NULL AND {IS_OF_PROVIDER}
             ORDER BY stored.id"
        ))?
        .query_map([repository_id], |row| row.get(0))?
        .collect()
}

/// Node ids, in order, of the archived cards of a board of which not all fields were told since they last changed, or of
/// all of them.
pub(crate) fn archived_cards(connection: &Connection, project: &str, all: bool) -> rusqlite::Result<Vec<String>> {
    let (Some(project), Some(archived)) = (find(connection, project)?, find(connection, Presence::Archived.name())?)
    else {
        return Ok(Vec::new());
    };
    connection
        .by_key(
            "SELECT item_id FROM project_item
             WHERE project_id = ?1 AND presence = ?2 AND item_id IS NOT NULL
               AND (?3 OR fields_at IS NULL OR fields_at < updated_at)
             ORDER BY item_id",
        )?
        .query_map((project, archived, all), |row| row.get(0))?
        .collect()
}

/// Of these cards those that show an issue which the import has not read.
pub(crate) fn cards_of_unread_issues(
    connection: &Connection,
    ids: &[String],
    run: i64,
) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT EXISTS (SELECT 1 FROM project_item AS card JOIN issue ON issue.row_id = card.issue
        WHERE card.item_id = ?1 AND issue.observed_run < ?2)";
    let mut statement = connection.by_key(sql)?;
    let mut unread = Vec::new();
    for id in ids {
        if statement.query_row((id, run), |row| row.get(0))? {
            unread.push(id.clone());
        }
    }
    Ok(unread)
}

/// Repositories of an organisation that an import before this one listed, that this one did not list, and of which
/// something is stored that has not vanished.
pub(crate) fn unlisted(connection: &Connection, host: &str, org: &str, run: i64) -> rusqlite::Result<Vec<Repository>> {
    rows_where(
        connection,
        "org = ?1 AND host = ?3 AND id IS NOT NULL AND observed_run >= 0 AND observed_run < ?2
           AND (EXISTS (SELECT 1 FROM issue WHERE issue.repository = repository.row_id AND vanished_at IS NULL)
             OR EXISTS (SELECT 1 FROM pr WHERE pr.repository = repository.row_id AND vanished_at IS NULL))",
        (org, run, host_or_usual(host)),
        "repo, id",
    )
}

/// Boards of an organisation that an import before this one listed and that this one did not list.
pub(crate) fn unlisted_boards(
    connection: &Connection,
    host: &str,
    org: &str,
    run: i64,
) -> rusqlite::Result<Vec<Project>> {
    rows_where(
        connection,
        "org = ?1 AND host = ?3 AND id IS NOT NULL AND observed_run >= 0 AND observed_run < ?2",
        (org, run, host_or_usual(host)),
        "project_name, project_id",
    )
}

/// Issues whose cards were seen to change after the issue was last read.
pub(crate) fn issues_behind_their_cards(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .scan(
            "SELECT DISTINCT issue.id FROM project_item_sighting AS sighting
             JOIN project_item AS card ON card.row_id = sighting.item
             JOIN issue ON issue.row_id = card.issue
             WHERE max(sighting.observed_at, coalesce(sighting.status_at, sighting.observed_at)) > issue.observed_at
               AND issue.id IS NOT NULL AND issue.vanished_at IS NULL
             ORDER BY issue.id",
            Scan::OncePerImport,
        )?
        .query_map((), |row| row.get(0))?
        .collect()
}

/// Issues with a card on a board that changed in any way after the issue was last read.
pub(crate) fn issues_with_changed_cards(connection: &Connection, project_id: &str) -> rusqlite::Result<Vec<String>> {
    let Some(project) = find(connection, project_id)? else { return Ok(Vec::new()) };
    connection
        .by_key(
            "SELECT DISTINCT issue.id FROM project_item AS card JOIN issue ON issue.row_id = card.issue
             WHERE card.project_id = ?1 AND card.updated_at > issue.observed_at
               AND issue.id IS NOT NULL AND issue.vanished_at IS NULL
             ORDER BY issue.id",
        )?
        .query_map([project], |row| row.get(0))?
        .collect()
}
