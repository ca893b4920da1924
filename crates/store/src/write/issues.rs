//! Issues with their history and their cards.

use std::borrow::Cow;

use model::records::{Issue, IterationEvent, USUAL_HOST, host_or_usual};
use rusqlite::ToSql;

use super::{PageWriter, Row, Seen, id_or_null};
use crate::Kind;
use crate::merge::order::Observer;
use crate::merge::untold::complete_issue;
use crate::read::tables::rows_where;
use crate::sqlite::plans::Prepare as _;

/// Gives the cards that showed an issue before it was known to that issue. The index of what cards show holds those that
/// show something: that has to be said here too, else every card is looked at for every issue.
pub(crate) const LINK_CARDS: &str =
    "UPDATE project_item SET issue = ?1 WHERE content_id = ?2 AND content_id <> '' AND issue IS NULL";

impl PageWriter<'_> {
    /// Stores an issue; its events replace the stored ones but those of boards that are hidden, its cards are added or
    /// brought up to date. What is not told stays. Iterations are called as they are called now, in other issues too.
    pub(crate) fn issue(&mut self, issue: &Issue) -> rusqlite::Result<()> {
        let repository = self.repository_of(&issue.place)?;
        let mut issue = Cow::Borrowed(issue);
        let row = match self.row_of(&Seen::issue(&issue, repository))? {
            Row::Older(stored) => {
                self.note_seen(Kind::Issue, &stored)?;
                return self.cards(&issue, stored.row);
            }
            Row::Stored(stored) => {
                if !issue.untold.is_nothing()
                    && let Some(known) = self.known_issue(stored.row)?
                {
                    complete_issue(issue.to_mut(), known);
                }
                let vanished_at = self.vanished_after(&stored, issue.updated_at);
                let seen = stored.seen_generation.max(self.generation);
                if stored.repository != repository {
                    self.hand_over_cards(stored.row, &issue.items)?;
                }
                self.put_issue(Some(stored.row), &issue, repository, vanished_at, seen)?;
                self.delete_status_events(stored.row)?;
                if issue.iteration_events.is_some() {
                    self.delete_iteration_events(stored.row)?;
                }
                self.replace_project_events(stored.row, &issue.project_events)?;
                self.forget_incident(&issue)?;
                stored.row
            }
            Row::New => {
                let row = self.put_issue(None, &issue, repository, None, self.generation)?;
                self.add_children("issue", row, &issue.project_events)?;
                row
            }
        };
        self.add_children("issue", row, &issue.status_events)?;
        self.add_iteration_events(row, issue.iteration_events.as_deref().unwrap_or_default())?;
        self.cards(&issue, row)
    }

    /// Removes the incident that an issue of GitLab was, which has its id: where it still is one, it comes behind its issue.
    /// Of GitHub no issue is stored as an incident.
    fn forget_incident(&self, issue: &Issue) -> rusqlite::Result<()> {
        let host = host_or_usual(&issue.place.host);
        if issue.id.is_empty() || issue.untold.issue_type || host == USUAL_HOST {
            return Ok(());
        }
        for sql in [
            "DELETE FROM incident_event WHERE incident_id = ?1 AND host = ?2",
            "DELETE FROM incident WHERE incident_id = ?1 AND host = ?2",
        ] {
            self.connection.by_key(sql)?.execute((&issue.id, host))?;
        }
        Ok(())
    }

    /// An issue as it is stored, with its events.
    fn known_issue(&self, row: i64) -> rusqlite::Result<Option<Issue>> {
        let Some(mut issue) = rows_where::<Issue>(self.connection, "row_id = ?1", [row], "row_id")?.pop() else {
            return Ok(None);
        };
        issue.status_events = rows_where(self.connection, "issue = ?1", [row], "seq")?;
        issue.project_events = rows_where(self.connection, "issue = ?1", [row], "seq")?;
        issue.iteration_events = Some(rows_where(self.connection, "issue = ?1", [row], "seq")?);
        Ok(Some(issue))
    }

    fn cards(&mut self, issue: &Issue, row: i64) -> rusqlite::Result<()> {
        for item in &issue.items {
            self.item(item, Some(row))?;
        }
        Ok(())
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
        let (number, observed_at, run) = (&issue.place.number, self.observed_at, self.run());
        // What is delivered between two imports was not there when the first of them read.
        let first_run = run + i64::from(self.by == Observer::Delivery);
        let keys: [(&'static str, &dyn ToSql); 6] = [
            ("repository", &repository),
            ("number", number),
            ("observed_at", &observed_at),
            ("observed_run", &run),
            ("seen_generation", &seen_generation),
            ("first_run", &first_run),
        ];
        let of_all = keys.len() - usize::from(row.is_some());
        let row = self.put(row, issue, &keys[..of_all])?;
        if vanished_at.is_some() {
            let sql = "UPDATE issue SET vanished_at = ?1 WHERE row_id = ?2";
            self.connection.by_key(sql)?.execute((vanished_at, row))?;
        }
        if let Some(id) = id_or_null(&issue.id) {
            self.connection.by_key(LINK_CARDS)?.execute((row, id))?;
        }
        Ok(row)
    }

    /// Removes the stored events of an issue.
    pub(crate) fn delete_issue_events(&self, row: i64) -> rusqlite::Result<()> {
        self.delete_status_events(row)?;
        self.delete_iteration_events(row)?;
        self.connection.by_key("DELETE FROM issue_project_event WHERE issue = ?1")?.execute([row]).map(drop)
    }

    /// Adds the iterations of an issue, of which there are none yet. Where one has another name or other days than it had
    /// for issues that have not changed since, theirs are renewed.
    fn add_iteration_events(&mut self, issue: i64, events: &[IterationEvent]) -> rusqlite::Result<()> {
        self.add_children("issue", issue, events)?;
        for event in events {
            let texts = [&event.iteration_id, &event.iteration, &event.starts_on, &event.due_on];
            let mut codes = [0; 4];
            for (code, text) in codes.iter_mut().zip(texts) {
                *code = self.code(text)?;
            }
            let sql = "UPDATE issue_iteration_event SET iteration = ?2, starts_on = ?3, due_on = ?4
                WHERE iteration_id = ?1 AND (iteration <> ?2 OR starts_on <> ?3 OR due_on <> ?4)";
            self.connection.by_key(sql)?.execute(codes)?;
        }
        Ok(())
    }

    fn delete_iteration_events(&self, row: i64) -> rusqlite::Result<()> {
        self.connection.by_key("DELETE FROM issue_iteration_event WHERE issue = ?1")?.execute([row]).map(drop)
    }

    fn delete_status_events(&self, row: i64) -> rusqlite::Result<()> {
        self.connection.by_key("DELETE FROM issue_status_event WHERE issue = ?1")?.execute([row]).map(drop)
    }
}
