//! One row for one thing: ids that change, places that change hands, things that were stored twice.

use std::borrow::Cow;

use model::records::{ItemContent, Presence, ProjectItem, Review};
use rusqlite::{OptionalExtension as _, ToSql};

use super::items::Sighting;
use super::{PageWriter, STORED_ROW, Seen, StoredRow, micros};
use crate::dictionary::find;
use crate::merge::identity::are_compatible;
use crate::merge::order::counts;
use crate::merge::sightings::joined;
use crate::sqlite::plans::Prepare as _;
use crate::{Finding, Kind};

/// A card of an issue that is stored twice.
struct Twin {
    row: i64,
    project_id: i64,
    created_at: Option<i64>,
}

/// When a review was submitted, by whom (a code), and its id.
type StoredReview = (Option<i64>, i64, String);

impl Twin {
    fn is_the_same_as(&self, other: &Self) -> bool {
        self.project_id == other.project_id && are_compatible(self.created_at, other.created_at)
    }
}

impl PageWriter<'_> {
    /// A row of issues or pull requests is given another id. Cards that show what had one id show what has another one. A
    /// card that was met under its new id before is the one that was there already.
    pub(super) fn take_over_id(&self, kind: Kind, row: i64, old: &str, new: &str) -> rusqlite::Result<()> {
        self.note_former_id(kind, old, row)?;
        let sql = "UPDATE project_item SET content_id = ?2 WHERE content_id = ?1 AND content_id <> ''";
        if self.connection.by_key(sql)?.execute((old, new))? == 0 {
            return Ok(());
        }
        let sql = "SELECT row_id, project_id, created_at FROM project_item
            WHERE content_id = ?1 AND content_id <> '' AND item_id IS NOT NULL
            ORDER BY observed_run DESC, row_id DESC";
        let mut cards = self.cards_of(sql, new)?;
        while let Some(last) = cards.pop() {
            if let Some(newer) = cards.iter().find(|card| card.is_the_same_as(&last)) {
                self.join_card(newer.row, last.row)?;
            }
        }
        Ok(())
    }

    /// Removes a row from the place that another one has now. What hung on it goes with it, but the cards of a double,
    /// which are the survivor's.
    pub(super) fn displace(&self, kind: Kind, survivor: i64, other: i64, is_double: bool) -> rusqlite::Result<()> {
        match kind {
            Kind::Issue => {
                self.delete_issue_events(other)?;
                self.delete_cards_from_csv(other)?;
                if is_double {
                    self.join_cards(survivor, other)?;
                } else {
                    let sql = "UPDATE project_item SET issue = NULL WHERE issue = ?1";
                    self.connection.by_key(sql)?.execute([other])?;
                }
            }
            _ => self.delete_pull_request_children(other)?,
        }
        if is_double {
            let table = kind.table();
            let sql = format!(
                "UPDATE project_item SET content_id = coalesce((SELECT id FROM {table} WHERE row_id = ?1), content_id)
                 WHERE content_id = (SELECT id FROM {table} WHERE row_id = ?2) AND content_id <> ''"
            );
            self.connection.by_key(&sql)?.execute((survivor, other))?;
        }
        self.remove(kind, other, is_double.then_some(survivor))
    }

    /// Removes a row. The ids that it had are those of the row that it was a double of, if it was one.
    fn remove(&self, kind: Kind, row: i64, survivor: Option<i64>) -> rusqlite::Result<()> {
        let table = kind.table();
        if let Some(survivor) = survivor {
            let id = if kind == Kind::Card { "item_id" } else { "id" };
            let sql = format!(
                "INSERT OR REPLACE INTO former_id (kind, id, row_id)
                 SELECT ?1, {id}, ?3 FROM {table} WHERE row_id = ?2 AND {id} IS NOT NULL"
            );
            self.connection.by_key(&sql)?.execute((table, row, survivor))?;
            let sql = "UPDATE former_id SET row_id = ?3 WHERE kind = ?1 AND row_id = ?2";
            self.connection.by_key(sql)?.execute((table, row, survivor))?;
        } else {
            let sql = "DELETE FROM former_id WHERE kind = ?1 AND row_id = ?2";
            self.connection.by_key(sql)?.execute((table, row))?;
        }
        self.connection.by_key(&format!("DELETE FROM {table} WHERE row_id = ?1"))?.execute([row]).map(drop)
    }

    /// Remembers an id that a row had until now.
    pub(super) fn note_former_id(&self, kind: Kind, id: &str, row: i64) -> rusqlite::Result<()> {
        let sql = "INSERT OR REPLACE INTO former_id (kind, id, row_id) VALUES (?1, ?2, ?3)";
        self.connection.by_key(sql)?.execute((kind.table(), id, row)).map(drop)
    }

    /// The row that had an id before, if there is one.
    pub(super) fn row_of_former_id(&self, kind: Kind, id: &str) -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT row_id FROM former_id WHERE kind = ?1 AND id = ?2";
        self.connection.by_key(sql)?.query_row((kind.table(), id), |row| row.get(0)).optional()
    }

    /// The id that the content of a card has by now: it may be called by a former one.
    pub(super) fn present_id<'a>(&self, content: ItemContent, id: &'a str) -> rusqlite::Result<Cow<'a, str>> {
        let kind = match content {
            ItemContent::Issue => Kind::Issue,
            ItemContent::PullRequest => Kind::PullRequest,
            _ => return Ok(Cow::Borrowed(id)),
        };
        let table = kind.table();
        let sql = format!(
            "SELECT present.id FROM former_id JOIN {table} AS present ON present.row_id = former_id.row_id
             WHERE former_id.kind = ?1 AND former_id.id = ?2 AND present.id IS NOT NULL
                 AND NOT EXISTS (SELECT 1 FROM {table} WHERE id = ?2)"
        );
        let present: Option<String> =
            self.connection.by_key(&sql)?.query_row((table, id), |row| row.get(0)).optional()?;
        Ok(present.map_or(Cow::Borrowed(id), Cow::Owned))
    }

    /// Gives the cards of one issue to another; cards of the same board that are one card become one.
    fn join_cards(&self, survivor: i64, other: i64) -> rusqlite::Result<()> {
        let mine = self.twins(survivor)?;
        for theirs in self.twins(other)? {
            if let Some(mine) = mine.iter().find(|mine| mine.is_the_same_as(&theirs)) {
                self.join_card(mine.row, theirs.row)?;
            }
        }
        let sql = "UPDATE project_item SET issue = ?1 WHERE issue = ?2";
        self.connection.by_key(sql)?.execute((survivor, other)).map(drop)
    }

    /// Joins the cards of an issue that are still there to those that it has on the same boards since it was transferred.
    fn join_live_cards(&mut self, survivor: i64, other: i64) -> rusqlite::Result<()> {
        let removed = self.code("removed")?;
        let sql = "SELECT max(mine.row_id), max(theirs.row_id) FROM project_item AS theirs
            JOIN project_item AS mine ON mine.issue = ?1 AND mine.project_id = theirs.project_id
            WHERE theirs.issue = ?2 AND theirs.presence <> ?3 AND mine.presence <> ?3 AND mine.item_id IS NOT NULL
                AND theirs.item_id IS NOT NULL
            GROUP BY theirs.project_id";
        let pairs: Vec<(i64, i64)> = self
            .connection
            .by_key(sql)?
            .query_map((survivor, other, removed), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        pairs.into_iter().try_for_each(|(mine, theirs)| self.join_card(mine, theirs))
    }

    fn twins(&self, issue: i64) -> rusqlite::Result<Vec<Twin>> {
        let sql = "SELECT row_id, project_id, created_at FROM project_item
            WHERE issue = ?1 AND item_id IS NOT NULL ORDER BY observed_run DESC, row_id DESC";
        self.cards_of(sql, issue)
    }

    fn cards_of(&self, sql: &str, whose: impl ToSql) -> rusqlite::Result<Vec<Twin>> {
        self.connection
            .by_key(sql)?
            .query_map([whose], |row| Ok(Twin { row: row.get(0)?, project_id: row.get(1)?, created_at: row.get(2)? }))?
            .collect()
    }

    /// Joins the history of a card to that of another one, which stays.
    fn join_card(&self, survivor: i64, other: i64) -> rusqlite::Result<()> {
        let removed = find(self.connection, "removed")?.unwrap_or(i64::MIN);
        let (mut earlier, mut later) = (self.sightings_of(other)?, self.sightings_of(survivor)?);
        let begins = |sightings: &[Sighting]| sightings.first().map_or(i64::MAX, |sighting| sighting.observed_at);
        let is_swapped = begins(&later) < begins(&earlier);
        if is_swapped {
            std::mem::swap(&mut earlier, &mut later);
        }
        if let (Some(first), Some(last)) = (later.first_mut(), earlier.last()) {
            // It was the same card then, met under another id.
            let told_at = self.told_at(if is_swapped { survivor } else { other })?.unwrap_or(last.observed_at);
            first.confirmed_at = first.confirmed_at.or(Some(told_at.min(first.observed_at)));
        }
        let all = joined(&earlier, &later, removed);
        self.connection
            .by_key("DELETE FROM project_item_sighting WHERE item IN (?1, ?2)")?
            .execute((survivor, other))?;
        self.put_sightings(survivor, 0, &all)?;
        let sql = "DELETE FROM issue_project_custom_field WHERE item = ?1";
        self.connection.by_key(sql)?.execute([other])?;
        self.remove(Kind::Card, other, Some(survivor))
    }

    /// When the status of a card was last told.
    fn told_at(&self, card: i64) -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT told_at FROM project_item WHERE row_id = ?1";
        self.connection.by_key(sql)?.query_row([card], |row| row.get(0))
    }

    /// Whether a review of a pull request comes under another id than the one of the same author and time has.
    pub(super) fn has_reviews_of_new_ids(&mut self, row: i64, reviews: &[Review]) -> rusqlite::Result<bool> {
        let sql = "SELECT submitted_at, \"user\", id FROM pr_review WHERE pr = ?1 AND id IS NOT NULL ORDER BY seq";
        let stored: Vec<StoredReview> = self
            .connection
            .by_key(sql)?
            .query_map([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<rusqlite::Result<_>>()?;
        if stored.is_empty() || reviews.iter().any(|review| stored.iter().any(|(.., id)| *id == review.id)) {
            return Ok(false);
        }
        for review in reviews.iter().filter(|review| review.submitted_at.is_some()) {
            let user = self.code(&review.user)?;
            let at = micros(review.submitted_at);
            if stored.iter().any(|(stored_at, stored_user, _)| (*stored_at, *stored_user) == (at, user)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Cards may be made anew when their issue is transferred: one of a board on which there is another one by now is that
    /// one.
    pub(super) fn hand_over_cards(&mut self, issue: i64, items: &[ProjectItem]) -> rusqlite::Result<()> {
        let removed = self.code("removed")?;
        for item in items.iter().filter(|item| item.presence != Presence::Removed && !item.id.is_empty()) {
            let project = self.code(&item.project_id)?;
            let sql = "UPDATE project_item SET item_id = ?1 WHERE row_id = (
                    SELECT max(row_id) FROM project_item
                    WHERE issue = ?2 AND project_id = ?3 AND presence <> ?4 AND item_id IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM project_item WHERE item_id = ?1)";
            self.connection.by_key(sql)?.execute((&item.id, issue, project, removed))?;
        }
        Ok(())
    }

    /// The row that an issue had where it was before it was transferred: one that is gone there, of the same title,
    /// author and instant of creation. It is given the new id, and is gone no longer.
    pub(super) fn transferred(&mut self, seen: &Seen<'_>) -> rusqlite::Result<Option<StoredRow>> {
        if seen.kind != Kind::Issue || seen.id.is_empty() {
            return Ok(None);
        }
        let creator = self.code(seen.creator)?;
        let sql = format!(
            "SELECT {STORED_ROW} FROM issue
             WHERE created_at = ?1 AND vanished_at IS NOT NULL AND title = ?2 AND creator = ?3 AND id IS NOT NULL
             ORDER BY row_id LIMIT 1"
        );
        let found = self
            .connection
            .by_key(&sql)?
            .query_row((seen.created_at, seen.title, creator), StoredRow::read)
            .optional()?;
        let new = self.sight(seen.changed_at);
        let Some(stored) = found.filter(|stored| counts(new, self.by, stored.sight)) else { return Ok(None) };
        self.take_over_id(seen.kind, stored.row, &stored.id, seen.id)?;
        self.find(Finding::Transferred, Kind::Issue, &seen.label());
        Ok(Some(StoredRow { vanished_at: None, ..stored }))
    }

    /// Makes one row of an issue that is gone and the one that it became where it was transferred to, if there is one: it
    /// was first met after the one that is gone was last met, so nobody has seen both.
    pub(super) fn join_transferred(&mut self, gone: i64) -> rusqlite::Result<bool> {
        let sql = "SELECT there.row_id, repository.org || '/' || repository.repo FROM issue AS gone
            JOIN issue AS there ON there.created_at = gone.created_at AND there.title = gone.title
                AND there.creator = gone.creator
            JOIN repository ON repository.row_id = there.repository
            WHERE gone.row_id = ?1 AND there.row_id <> gone.row_id AND there.vanished_at IS NULL
                AND there.id IS NOT NULL AND there.first_run > gone.observed_run
            ORDER BY there.row_id LIMIT 1";
        let found: Option<(i64, String)> =
            self.connection.by_key(sql)?.query_row([gone], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((there, label)) = found else { return Ok(false) };
        self.join_live_cards(there, gone)?;
        self.displace(Kind::Issue, there, gone, true)?;
        self.find(Finding::Transferred, Kind::Issue, &label);
        Ok(true)
    }
}
