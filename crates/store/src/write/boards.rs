//! Boards.

use model::records::{Project, host_or_usual};
use rusqlite::{OptionalExtension as _, Params, Row};

use super::PageWriter;
use crate::merge::identity::{Claim, Identity, who};
use crate::merge::order::Sight;
use crate::sqlite::plans::{Prepare as _, Scan};
use crate::sqlite::statements::Keys;
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
            None if board.number > 0 => {
                let host = host_or_usual(&board.host);
                self.stored_board("org = ?1 AND number = ?2 AND host = ?3", (&board.org, board.number, host))?
            }
            found => found,
        };
        let claim = |stored: &Option<StoredBoard>| stored.as_ref().map(|stored| stored.claim);
        let new = self.sight(None);
        let stored = match who(claim(&with_id), claim(&at_place), new, self.by, None) {
            Identity::New => None,
            Identity::Older(_) => {
                let stored = with_id.or(at_place).expect("one of both is older");
                let sql = "UPDATE project SET seen_generation = ?1 WHERE row_id = ?2 AND seen_generation < ?1";
                return self.connection.by_key(sql)?.execute((self.generation, stored.claim.row)).map(drop);
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
                self.connection.by_key("DELETE FROM project WHERE row_id = ?1")?.execute([other.row])?;
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
        self.connection.by_key(&sql)?.query_row(values, StoredBoard::read).optional()
    }

    /// Cards and events of a board belong to the board by its new id.
    fn rename_board(&mut self, old: &str, new: &str) -> rusqlite::Result<()> {
        let (old, new) = (self.code(old)?, self.code(new)?);
        if old == new || old == 0 {
            return Ok(());
        }
        let sql = "UPDATE project_item SET project_id = ?2 WHERE project_id = ?1";
        self.connection.by_key(sql)?.execute((old, new))?;
        let sql = "UPDATE issue_project_event SET project_id = ?2 WHERE project_id = ?1";
        self.connection.scan(sql, Scan::RenamedBoard)?.execute((old, new)).map(drop)
    }

    fn put_board(&mut self, stored: Option<&StoredBoard>, project_id: &str, board: &Project) -> rusqlite::Result<()> {
        let id = stored.map(|stored| &stored.id).filter(|_| board.id.is_empty()).unwrap_or(&board.id);
        let host = host_or_usual(&board.host).to_owned();
        let shown = Project { id: id.clone(), number_id: project_id.to_owned(), host, ..board.clone() };
        let seen = stored.map_or(0, |stored| stored.seen_generation).max(self.generation);
        let (observed_at, run) = (self.observed_at, self.run());
        let keys: Keys<'_> = &[("observed_at", &observed_at), ("observed_run", &run), ("seen_generation", &seen)];
        self.put(stored.map(|stored| stored.claim.row), &shown, keys).map(drop)
    }
}
