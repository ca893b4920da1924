//! Issues with their history and their cards.

use model::records::{Issue, ProjectEvent, StatusEvent};
use rusqlite::OptionalExtension as _;

use super::{PageWriter, StoredRow, id_or_null};
use crate::sqlite::statements::Keys;

impl PageWriter<'_> {
    /// Stores an issue; its events replace the stored ones, its cards are added or brought up to date.
    pub(crate) fn issue(&mut self, issue: &Issue) -> rusqlite::Result<()> {
        let repository = self.repository_of(&issue.place)?;
        let stored = self.stored("issue", &issue.id, repository, &issue.place.number)?;
        let row = match stored {
            Some(stored) if stored.observed_at > self.observed_at => {
                self.note_seen("issue", &stored)?;
                return self.cards(issue, stored.row);
            }
            Some(stored) => {
                let vanished_at = self.vanished_after(&stored);
                let seen = stored.seen_generation.max(self.generation);
                self.put_issue(Some(stored.row), issue, repository, vanished_at, seen)?;
                self.delete_issue_events(stored.row)?;
                if stored.repository != repository || stored.number != issue.place.number {
                    self.delete_issue_from_csv(repository, &issue.place.number, stored.row)?;
                }
                stored.row
            }
            None if issue.id.is_empty() && self.issue_is_known(repository, &issue.place.number)?.is_some() => {
                return Ok(());
            }
            None => self.put_issue(None, issue, repository, None, self.generation)?,
        };
        for (seq, event) in issue.status_events.iter().enumerate() {
            self.status_event(row, seq as i64, event)?;
        }
        for (seq, event) in issue.project_events.iter().enumerate() {
            self.project_event(row, seq as i64, event)?;
        }
        self.cards(issue, row)
    }

    fn cards(&mut self, issue: &Issue, row: i64) -> rusqlite::Result<()> {
        for item in &issue.items {
            self.item(item, Some(row))?;
        }
        Ok(())
    }

    /// The row that the API has shown at a place.
    pub(crate) fn issue_is_known(&self, repository: i64, number: &str) -> rusqlite::Result<Option<i64>> {
        self.connection
            .prepare_cached("SELECT row_id FROM issue WHERE repository = ?1 AND number = ?2 AND id IS NOT NULL")?
            .query_row((repository, number), |row| row.get(0))
            .optional()
    }

    /// Inserts or updates the row of an issue, without its children, and returns it.
    pub(crate) fn put_issue(
        &mut self,
        row: Option<i64>,
        issue: &Issue,
        repository: i64,
        vanished_at: Option<i64>,
        seen_generation: i64,
    ) -> rusqlite::Result<i64> {
        let (number, observed_at) = (&issue.place.number, self.observed_at);
        let keys: Keys<'_> = &[
            ("repository", &repository),
            ("number", number),
            ("observed_at", &observed_at),
            ("seen_generation", &seen_generation),
        ];
        let row = self.put(row, issue, keys)?;
        if vanished_at.is_some() {
            let sql = "UPDATE issue SET vanished_at = ?1 WHERE row_id = ?2";
            self.connection.prepare_cached(sql)?.execute((vanished_at, row))?;
        }
        if let Some(id) = id_or_null(&issue.id) {
            let sql = "UPDATE project_item SET issue = ?1 WHERE content_id = ?2 AND issue IS NULL";
            self.connection.prepare_cached(sql)?.execute((row, id))?;
        }
        Ok(row)
    }

    /// Adds a change of state.
    pub(crate) fn status_event(&mut self, issue: i64, seq: i64, event: &StatusEvent) -> rusqlite::Result<()> {
        self.add(event, &[("issue", &issue), ("seq", &seq)])
    }

    /// Adds a change on a board.
    pub(crate) fn project_event(&mut self, issue: i64, seq: i64, event: &ProjectEvent) -> rusqlite::Result<()> {
        self.add(event, &[("issue", &issue), ("seq", &seq)])
    }

    /// Removes the stored events of an issue.
    pub(crate) fn delete_issue_events(&self, row: i64) -> rusqlite::Result<()> {
        self.connection.prepare_cached("DELETE FROM issue_status_event WHERE issue = ?1")?.execute([row])?;
        self.connection.prepare_cached("DELETE FROM issue_project_event WHERE issue = ?1")?.execute([row]).map(drop)
    }

    /// Removes the row that a CSV file brought for a place, now that the API has shown which issue is there.
    pub(super) fn delete_issue_from_csv(&self, repository: i64, number: &str, survivor: i64) -> rusqlite::Result<()> {
        let sql = "SELECT row_id, repository, number, observed_at, seen_generation, vanished_at FROM issue
            WHERE repository = ?1 AND number = ?2 AND id IS NULL AND row_id <> ?3";
        let doubles: Vec<StoredRow> = self
            .connection
            .prepare_cached(sql)?
            .query_map((repository, number, survivor), StoredRow::read)?
            .collect::<rusqlite::Result<_>>()?;
        for double in doubles {
            self.delete_issue_events(double.row)?;
            self.delete_cards_from_csv(double.row)?;
            let sql = "UPDATE project_item SET issue = ?1 WHERE issue = ?2";
            self.connection.prepare_cached(sql)?.execute((survivor, double.row))?;
            self.connection.prepare_cached("DELETE FROM issue WHERE row_id = ?1")?.execute([double.row])?;
        }
        Ok(())
    }

    /// Moves all issues of one repository row to another; where both have a number, the other's stays.
    pub(super) fn move_issues(&self, from: i64, to: i64) -> rusqlite::Result<()> {
        let sql = "SELECT theirs.row_id, theirs.number FROM issue AS theirs JOIN issue AS mine
            ON mine.repository = ?1 AND mine.number = theirs.number WHERE theirs.repository = ?2";
        let kept: Vec<(i64, String)> = self
            .connection
            .prepare_cached(sql)?
            .query_map((from, to), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        for (survivor, number) in kept {
            self.delete_issue_from_csv(from, &number, survivor)?;
        }
        let sql = "UPDATE issue SET repository = ?1 WHERE repository = ?2";
        self.connection.prepare_cached(sql)?.execute((to, from)).map(drop)
    }
}
