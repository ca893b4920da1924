//! Writing of issues' events on boards.

use model::records::ProjectEvent;

use super::PageWriter;
use crate::Kind;
use crate::merge::timelines::{Change, From, timeline};
use crate::sqlite::plans::Prepare as _;

impl PageWriter<'_> {
    /// Replaces what an issue did on boards. What it did on boards that are hidden stays.
    pub(super) fn replace_project_events(&mut self, issue: i64, events: &[ProjectEvent]) -> rusqlite::Result<()> {
        let stored = self.changes_of(issue)?;
        let mut told = Vec::with_capacity(events.len());
        for event in events {
            let (board, kind) = (self.code(&event.project_id)?, self.code(event.kind.name())?);
            told.push(Change { board, kind, at: event.at.micros() });
        }
        let mut hidden = Vec::new();
        for change in &stored {
            if !hidden.contains(&change.board) && !told.iter().any(|told| told.board == change.board) {
                let is_listed = self.is_listed(change.board)?;
                if !is_listed {
                    hidden.push(change.board);
                }
            }
        }
        let follows = timeline(&stored, &told, |board| hidden.contains(&board));
        self.set_aside(issue, &follows)?;
        for (seq, from) in (0..).zip(follows) {
            match from {
                From::Told(position) => self.add_child(Kind::Issue, issue, seq, &events[position])?,
                From::Stored(position) => {
                    let sql = "UPDATE issue_project_event SET seq = ?3 WHERE issue = ?1 AND seq = -1 - ?2";
                    self.connection.by_key(sql)?.execute((issue, position as i64, seq))?;
                }
            }
        }
        Ok(())
    }

    /// Stored changes in order.
    fn changes_of(&self, issue: i64) -> rusqlite::Result<Vec<Change>> {
        let sql = "SELECT project_id, type, at FROM issue_project_event WHERE issue = ?1 ORDER BY seq";
        self.connection
            .by_key(sql)?
            .query_map([issue], |row| Ok(Change { board: row.get(0)?, kind: row.get(1)?, at: row.get(2)? }))?
            .collect()
    }

    /// Whether this import has listed a board, by the code of its id.
    fn is_listed(&self, board: i64) -> rusqlite::Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM dictionary JOIN project ON project.project_id = dictionary.value
            WHERE dictionary.code = ?1 AND project.observed_run >= ?2)";
        self.connection.by_key(sql)?.query_row((board, self.run()), |row| row.get(0))
    }

    /// Removes the stored changes but those that stay, which get places out of the way: -1 and less.
    fn set_aside(&self, issue: i64, follows: &[From]) -> rusqlite::Result<()> {
        if follows.iter().any(|from| matches!(from, From::Stored(_))) {
            let sql = "SELECT seq FROM issue_project_event WHERE issue = ?1 ORDER BY seq";
            let seqs: Vec<i64> =
                self.connection.by_key(sql)?.query_map([issue], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
            for from in follows {
                if let From::Stored(position) = from {
                    let sql = "UPDATE issue_project_event SET seq = -1 - ?3 WHERE issue = ?1 AND seq = ?2";
                    self.connection.by_key(sql)?.execute((issue, seqs[*position], *position as i64))?;
                }
            }
        }
        let sql = "DELETE FROM issue_project_event WHERE issue = ?1 AND seq >= 0";
        self.connection.by_key(sql)?.execute([issue]).map(drop)
    }
}
