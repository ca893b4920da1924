//! Questions about what should be there.

use model::Instant;
use model::records::Repository;
use rusqlite::Connection;

use crate::Kind;

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
         ORDER BY stored.id",
        kind.table()
    );
    connection.prepare_cached(&sql)?.query_map((repository_id, made_until.micros()), |row| row.get(0))?.collect()
}

/// Repositories of an organisation that an import before this one listed, that this one did not list, and of which
/// something is stored that has not vanished.
pub(crate) fn unlisted(connection: &Connection, org: &str, run: i64) -> rusqlite::Result<Vec<Repository>> {
    connection
        .prepare(
            "SELECT id, org, repo, owner, private, archived, host FROM repository
             WHERE org = ?1 AND id IS NOT NULL AND observed_run >= 0 AND observed_run < ?2
               AND (EXISTS (SELECT 1 FROM issue WHERE issue.repository = repository.row_id AND vanished_at IS NULL)
                 OR EXISTS (SELECT 1 FROM pr WHERE pr.repository = repository.row_id AND vanished_at IS NULL))
             ORDER BY repo, id",
        )?
        .query_map((org, run), |row| {
            Ok(Repository {
                id: row.get(0)?,
                org: row.get(1)?,
                name: row.get(2)?,
                owner: row.get(3)?,
                private: row.get(4)?,
                archived: row.get(5)?,
                host: row.get(6)?,
            })
        })?
        .collect()
}
