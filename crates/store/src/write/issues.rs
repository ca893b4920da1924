//! Issues with their history and their cards.

use model::records::{Issue, ProjectEvent, StatusEvent};
use rusqlite::{OptionalExtension as _, params};

use super::{PageWriter, Row, Seen, id_or_null, micros};
use crate::Kind;
use crate::merge::order::Observer;

const COLUMNS: &str = "repository, number, title, url, state, type, is_bug, creator, assignees, created_at, closed_at,
    committer, state_reason, issue_type, labels, updated_at, creator_is_bot, vanished_at, id, observed_at,
    seen_generation, observed_run";

impl PageWriter<'_> {
    /// Stores an issue; its events replace the stored ones, its cards are added or brought up to date.
    pub(crate) fn issue(&mut self, issue: &Issue) -> rusqlite::Result<()> {
        let repository = self.repository_of(&issue.place)?;
        let row = match self.row_of(&Seen::issue(issue, repository))? {
            Row::Older(stored) => {
                self.note_seen(Kind::Issue, &stored)?;
                return self.cards(issue, stored.row);
            }
            Row::Stored(stored) => {
                let vanished_at = self.vanished_after(&stored, issue.updated_at);
                let seen = stored.seen_generation.max(self.generation);
                if stored.repository != repository {
                    self.hand_over_cards(stored.row, &issue.items)?;
                }
                self.put_issue(Some(stored.row), issue, repository, vanished_at, seen)?;
                self.delete_issue_events(stored.row)?;
                stored.row
            }
            Row::New => self.put_issue(None, issue, repository, None, self.generation)?,
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
        let (creator, creator_is_bot) = self.actor(issue.creator.as_ref())?;
        let values = params![
            repository,
            issue.place.number,
            issue.title,
            issue.url,
            self.code(&issue.state)?,
            self.code(&issue.kind)?,
            issue.is_bug,
            creator,
            self.codes_of(&issue.assignees)?,
            issue.created_at.micros(),
            micros(issue.closed_at),
            self.code(&issue.committer)?,
            self.code(&issue.state_reason)?,
            self.code(&issue.issue_type)?,
            self.codes_of(&issue.labels)?,
            micros(issue.updated_at),
            creator_is_bot,
            vanished_at,
            id_or_null(&issue.id),
            self.observed_at,
            seen_generation,
            self.run(),
            row,
        ];
        let marks = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
            ?22";
        let row = if let Some(row) = row {
            let sql = format!("UPDATE issue SET ({COLUMNS}) = ({marks}) WHERE row_id = ?23");
            self.connection.prepare_cached(&sql)?.execute(values)?;
            row
        } else {
            // What is delivered between two imports was not there when the first of them read.
            let later = i64::from(self.by == Observer::Delivery);
            let sql = format!("INSERT INTO issue ({COLUMNS}, row_id, first_run) VALUES ({marks}, ?23, ?22 + {later})");
            self.connection.prepare_cached(&sql)?.insert(values)?
        };
        if let Some(id) = id_or_null(&issue.id) {
            let sql = "UPDATE project_item SET issue = ?1 WHERE content_id = ?2 AND issue IS NULL";
            self.connection.prepare_cached(sql)?.execute((row, id))?;
        }
        Ok(row)
    }

    /// Adds a change of state.
    pub(crate) fn status_event(&mut self, issue: i64, seq: i64, event: &StatusEvent) -> rusqlite::Result<()> {
        let values = (
            issue,
            seq,
            self.code(&event.kind)?,
            event.at.micros(),
            self.code(&event.state_reason)?,
            self.code(&event.by)?,
        );
        self.connection
            .prepare_cached(
                "INSERT INTO issue_status_event (issue, seq, type, at, state_reason, \"by\")
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(values)
            .map(drop)
    }

    /// Adds a change on a board.
    pub(crate) fn project_event(&mut self, issue: i64, seq: i64, event: &ProjectEvent) -> rusqlite::Result<()> {
        let values = (
            issue,
            seq,
            self.code(&event.kind)?,
            event.at.micros(),
            self.code(&event.project_id)?,
            self.code(&event.project_name)?,
            self.code(&event.from_column)?,
            self.code(&event.to_column)?,
            self.code(&event.by)?,
        );
        self.connection
            .prepare_cached(
                "INSERT INTO issue_project_event (issue, seq, type, at, project_id, project_name, from_column,
                    to_column, \"by\")
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(values)
            .map(drop)
    }

    /// Removes the stored events of an issue.
    pub(crate) fn delete_issue_events(&self, row: i64) -> rusqlite::Result<()> {
        self.connection.prepare_cached("DELETE FROM issue_status_event WHERE issue = ?1")?.execute([row])?;
        self.connection.prepare_cached("DELETE FROM issue_project_event WHERE issue = ?1")?.execute([row]).map(drop)
    }
}
