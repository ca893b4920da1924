//! Boards.

use model::records::Project;
use rusqlite::{OptionalExtension as _, Params, Row};

use super::{PageWriter, id_or_null};
use crate::merge::identity::{Claim, Identity, who};
use crate::merge::order::Sight;
use crate::{Finding, Kind};

/// What is stored of a board.
struct StoredBoard {
    claim: Claim,
    project_id: String,
    id: String,
    seen_generation: i64,
}

impl StoredBoard {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let id: String = row.get(2)?;
        let sight = Sight { run: row.get(3)?, read_at: row.get(4)?, changed_at: None };
        Ok(Self {
            claim: Claim { row: row.get(0)?, has_id: !id.is_empty(), sight, created_at: None },
            project_id: row.get(1)?,
            id,
            seen_generation: row.get(5)?,
        })
    }
}

impl PageWriter<'_> {
    /// Stores a board: the row with its `fullDatabaseId`, which stays, else the one with its node id, else the one with
    /// its number in its organisation.
    pub(crate) fn project(&mut self, board: &Project) -> rusqlite::Result<()> {
        let project_id = if board.number_id.is_empty() { &board.id } else { &board.number_id };
        let with_id = self.stored_board("project_id = ?1", [project_id])?;
        let at_place = match self.stored_board("id = ?1", [&board.id])? {
            None if board.number > 0 => self.stored_board("org = ?1 AND number = ?2", (&board.org, board.number))?,
            found => found,
        };
        let claim = |stored: &Option<StoredBoard>| stored.as_ref().map(|stored| stored.claim);
        let new = self.sight(None);
        let stored = match who(claim(&with_id), claim(&at_place), new, self.by, None) {
            Identity::New => None,
            Identity::Older(_) => {
                let stored = with_id.or(at_place).expect("one of both is older");
                let sql = "UPDATE project SET seen_generation = ?1 WHERE row_id = ?2 AND seen_generation < ?1";
                return self.connection.prepare_cached(sql)?.execute((self.generation, stored.claim.row)).map(drop);
            }
            Identity::Known(_) => with_id,
            Identity::NewId(_) => {
                let stored = at_place.expect("it is known by its place");
                self.rename_board(&stored.project_id, project_id)?;
                Some(stored)
            }
            Identity::Displaces { other, .. } => {
                let there = at_place.expect("it is in the way");
                self.rename_board(&there.project_id, project_id)?;
                self.connection.prepare_cached("DELETE FROM project WHERE row_id = ?1")?.execute([other.row])?;
                self.find(Finding::Doubles, Kind::Board, &board.org);
                with_id
            }
        };
        if stored.as_ref().is_some_and(|stored| !stored.id.is_empty() && !board.id.is_empty() && stored.id != board.id)
        {
            self.find(Finding::NewIds, Kind::Board, &board.org);
        }
        if let Some(stored) = &stored {
            self.listed_board(&stored.project_id)?;
        }
        self.put_board(stored.as_ref(), project_id, board)
    }

    fn stored_board(&self, is_it: &str, values: impl Params) -> rusqlite::Result<Option<StoredBoard>> {
        let sql = format!(
            "SELECT row_id, project_id, coalesce(id, ''), observed_run, observed_at, seen_generation
             FROM project WHERE {is_it} ORDER BY row_id LIMIT 1"
        );
        self.connection.prepare_cached(&sql)?.query_row(values, StoredBoard::read).optional()
    }

    /// Cards and events of a board belong to the board by its new id.
    fn rename_board(&mut self, old: &str, new: &str) -> rusqlite::Result<()> {
        let (old, new) = (self.code(old)?, self.code(new)?);
        if old == new || old == 0 {
            return Ok(());
        }
        let sql = "UPDATE project_item SET project_id = ?2 WHERE project_id = ?1";
        self.connection.prepare_cached(sql)?.execute((old, new))?;
        let sql = "UPDATE issue_project_event SET project_id = ?2 WHERE project_id = ?1";
        self.connection.prepare_cached(sql)?.execute((old, new)).map(drop)
    }

    fn put_board(&self, stored: Option<&StoredBoard>, project_id: &str, board: &Project) -> rusqlite::Result<()> {
        let columns = serde_json::to_string(&board.columns).expect("a list of texts can be written as JSON");
        let seen = stored.map_or(0, |stored| stored.seen_generation).max(self.generation);
        self.connection
            .prepare_cached(
                "INSERT INTO project (row_id, id, project_id, project_name, number, org, url, closed, columns,
                    observed_at, seen_generation, observed_run)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                 ON CONFLICT (row_id) DO UPDATE SET id = coalesce(excluded.id, project.id),
                    project_id = excluded.project_id, project_name = excluded.project_name, number = excluded.number,
                    org = excluded.org, url = excluded.url, closed = excluded.closed, columns = excluded.columns,
                    observed_at = excluded.observed_at, seen_generation = excluded.seen_generation,
                    observed_run = excluded.observed_run",
            )?
            .execute((
                stored.map(|stored| stored.claim.row),
                id_or_null(&board.id),
                project_id,
                &board.name,
                board.number,
                &board.org,
                &board.url,
                board.closed,
                columns,
                self.observed_at,
                seen,
                self.run(),
            ))
            .map(drop)
    }
}
