//! Cards, their custom fields, and the sightings that make up the second source of board history.

mod delivered;

use std::borrow::Cow;

use model::kinds::{ItemContent, Presence, Scope};
use model::records::{FieldValue, ProjectItem};
use rusqlite::{OptionalExtension as _, Row, params};

use super::{PageWriter, id_or_null, micros};
use crate::merge::identity::is_same_card;
use crate::merge::order::{Sight, counts};
use crate::merge::untold::{Values, hides_values};
use crate::sqlite::plans::Prepare as _;
use crate::{Finding, Kind};

/// A card as it is, or will be, stored: texts as codes, instants in microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) issue: Option<i64>,
    pub(crate) project_id: i64,
    pub(crate) project_name: i64,
    pub(crate) content: i64,
    pub(crate) content_id: String,
    pub(crate) status: i64,
    pub(crate) status_updated_at: Option<i64>,
    pub(crate) presence: i64,
    pub(crate) created_at: Option<i64>,
    pub(crate) updated_at: Option<i64>,
    pub(crate) observed_at: i64,
    pub(crate) seen_generation: i64,
    /// Its last change when all its fields were last told.
    pub(crate) fields_at: Option<i64>,
    /// When its status was last told.
    pub(crate) told_at: Option<i64>,
}

struct StoredCard {
    row: i64,
    /// Empty where no API has shown it.
    id: String,
    observed_run: i64,
    card: Card,
}

/// One sighting of a card, as it is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sighting {
    pub(crate) status: i64,
    pub(crate) status_at: Option<i64>,
    pub(crate) presence: i64,
    pub(crate) presence_at: Option<i64>,
    pub(crate) created_at: Option<i64>,
    pub(crate) observed_at: i64,
    pub(crate) source: i64,
    /// Up to when the one before is known to have held.
    pub(crate) confirmed_at: Option<i64>,
}

const COLUMNS: &str = "issue, project_id, project_name, content, content_id, status, status_updated_at, presence,
    created_at, updated_at, observed_at, seen_generation, fields_at, told_at";

impl PageWriter<'_> {
    /// Stores a card, and a sighting of it where it differs from what was stored. `issue` is the row of the
    /// issue that it shows, where the caller knows it.
    pub(crate) fn item(&mut self, item: &ProjectItem, issue: Option<i64>) -> rusqlite::Result<()> {
        let mut item = Cow::Borrowed(item);
        let mut card = self.observed_card(&item, issue)?;
        if item.presence == Presence::Removed && self.is_former_card_id(&item.id)? {
            return Ok(());
        }
        let stored = self.stored_card(&item, &card)?;
        let old = stored.as_ref().filter(|stored| stored.has_id()).map(|stored| &stored.card);
        if let (Some(stored), Some(old)) = (&stored, old) {
            if !counts(self.sight_of_card(&card), self.by, stored.sight()) {
                let sql = "UPDATE project_item SET seen_generation = ?1 WHERE row_id = ?2 AND seen_generation < ?1";
                return self.connection.by_key(sql)?.execute((self.generation, stored.row)).map(drop);
            }
            if self.is_hidden(&item, &card, stored)? {
                (card.status_updated_at, card.fields_at, card.told_at) = (None, None, None);
                let item = item.to_mut();
                (item.status, item.status_updated_at, item.fields) = (None, None, None);
            }
            card.keep_what_is_not_said(old, &item);
            if stored.id != item.id {
                self.note_former_id(Kind::Card, &stored.id, stored.row)?;
                self.find(Finding::NewIds, Kind::Card, &item.project_name);
            }
        }
        let row = self.put_card(stored.as_ref().map(|stored| stored.row), &item.id, &card)?;
        // Of a card whose status was never told, nothing was sighted yet.
        let is_sight = old.map_or(item.status.is_some(), |old| card.is_another_sight_than(old));
        if !item.id.is_empty() && is_sight {
            let says_when = item.presence != Presence::OnBoard || old.is_some_and(|old| old.presence != card.presence);
            let sighting = Sighting {
                status: card.status,
                status_at: card.status_updated_at,
                presence: card.presence,
                presence_at: if says_when { micros(item.updated_at) } else { None },
                created_at: card.created_at,
                observed_at: card.observed_at,
                source: self.code("snapshot")?,
                confirmed_at: match old {
                    // Lists of a board do not show archived cards: that such a card was in none says nothing.
                    Some(old) if item.presence == Presence::OnBoard && old.presence == card.presence => {
                        self.confirmed_at(&item.project_id, old)?
                    }
                    Some(old) => old.told_at,
                    None => None,
                },
            };
            let seq = if old.is_some() { self.next_sighting(row)? } else { 0 };
            self.sighting(row, seq, &sighting)?;
        }
        if item.has_untold_fields && item.presence != Presence::Removed && stored.is_some() {
            return self.merge_fields(row, item.fields.as_deref().unwrap_or_default());
        }
        self.replace_fields(row, &item, stored.is_some())
    }

    /// Up to when a card is known to have been as it is stored. Where its board was read after that, the card had not
    /// changed: boards are read in full, or by what changed since the reading before.
    fn confirmed_at(&self, project_id: &str, old: &Card) -> rusqlite::Result<Option<i64>> {
        let Some(told_at) = old.told_at else { return Ok(None) };
        let sql = "SELECT coalesce(covered_from, covered_to), covered_to FROM import_run
            WHERE subject = ?1 AND scope = ?2 AND outcome = 'ok' AND covered_to > ?3 AND run < ?4 ORDER BY run";
        let values = (project_id, Scope::ProjectItems.name(), told_at, self.run());
        let mut statement = self.connection.by_key(sql)?;
        let mut readings = statement.query(values)?;
        let mut confirmed_at = told_at;
        while let Some(reading) = readings.next()? {
            let (from, to): (i64, i64) = (reading.get(0)?, reading.get(1)?);
            // One that begins later leaves a hole, in which the card may have changed.
            if from <= confirmed_at || reading.get_ref(0)? == reading.get_ref(1)? {
                confirmed_at = confirmed_at.max(to);
            }
        }
        Ok(Some(confirmed_at))
    }

    /// Whether the values of a card that is stored are hidden rather than gone. What it shows may be hidden as well: that
    /// is noted, and stays by itself, since a hidden card does not say what it shows.
    fn is_hidden(&mut self, item: &ProjectItem, card: &Card, stored: &StoredCard) -> rusqlite::Result<bool> {
        if item.presence == Presence::Removed {
            return Ok(false);
        }
        let redacted = self.code(ItemContent::Redacted.name())?;
        let mut is_hidden = card.content == redacted && stored.card.content != redacted;
        let told = item.fields.as_ref().filter(|_| !item.has_untold_fields);
        let may_hide_values =
            item.status.as_deref().is_none_or(str::is_empty) && item.fields.as_ref().is_none_or(Vec::is_empty);
        let mut hides = false;
        if may_hide_values {
            let title = self.code("Title")?;
            let sql =
                "SELECT count(*), coalesce(max(field_name = ?2), 0) FROM issue_project_custom_field WHERE item = ?1";
            let (fields, title): (i64, bool) =
                self.connection.by_key(sql)?.query_row((stored.row, title), |row| Ok((row.get(0)?, row.get(1)?)))?;
            let now = Values {
                status: false,
                fields: told.map(Vec::len),
                title: false,
                changed_at: card.updated_at,
                fields_at: None,
            };
            let before = Values {
                status: stored.card.status != 0,
                fields: Some(fields as usize),
                title,
                changed_at: stored.card.updated_at,
                fields_at: stored.card.fields_at,
            };
            hides = hides_values(now, before);
            is_hidden |= hides && told.is_some();
        }
        if is_hidden {
            self.find(Finding::Hidden, Kind::Card, &item.project_name);
        }
        Ok(hides)
    }

    /// A card as an observation tells it.
    pub(crate) fn observed_card(&mut self, item: &ProjectItem, issue: Option<i64>) -> rusqlite::Result<Card> {
        let content_id = self.present_id(item.content, &item.content_id)?;
        let issue = match (issue, id_or_null(&content_id)) {
            (Some(issue), _) => Some(issue),
            (None, Some(id)) if item.content == ItemContent::Issue => self
                .connection
                .by_key("SELECT row_id FROM issue WHERE id = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?,
            _ => None,
        };
        let observed_at = micros(item.observed_at).unwrap_or(self.observed_at);
        Ok(Card {
            issue,
            project_id: self.code(&item.project_id)?,
            project_name: self.code(&item.project_name)?,
            content: self.code(item.content.name())?,
            content_id: content_id.into_owned(),
            status: self.code(item.status.as_deref().unwrap_or_default())?,
            status_updated_at: micros(item.status_updated_at),
            presence: self.code(item.presence.name())?,
            created_at: micros(item.created_at),
            updated_at: micros(item.updated_at),
            observed_at,
            seen_generation: self.generation,
            fields_at: (item.fields.is_some() && !item.has_untold_fields && item.presence != Presence::Removed)
                .then(|| micros(item.updated_at).unwrap_or(i64::MAX)),
            told_at: item.status.is_some().then_some(observed_at),
        })
    }

    /// The card that has the id, or had it before, else the one that shows the same on the same board, else what CSV files knew of the same
    /// issue there.
    fn stored_card(&mut self, item: &ProjectItem, card: &Card) -> rusqlite::Result<Option<StoredCard>> {
        let columns = format!("row_id, coalesce(item_id, ''), observed_run, {COLUMNS}");
        if let Some(id) = id_or_null(&item.id) {
            let sql = format!("SELECT {columns} FROM project_item WHERE item_id = ?1");
            let mut found = self.connection.by_key(&sql)?.query_row([id], StoredCard::read).optional()?;
            if found.is_none()
                && let Some(row) = self.row_of_former_id(Kind::Card, id)?
            {
                let sql = format!("SELECT {columns} FROM project_item WHERE row_id = ?1");
                found = self.connection.by_key(&sql)?.query_row([row], StoredCard::read).optional()?;
            }
            if found.is_none() {
                found = self.card_of_another_id(item, card)?;
            }
            if found.is_some() {
                return Ok(found);
            }
        }
        let Some(issue) = card.issue else { return Ok(None) };
        let sql =
            format!("SELECT {columns} FROM project_item WHERE issue = ?1 AND project_id = ?2 AND +item_id IS NULL");
        self.connection.by_key(&sql)?.query_row((issue, card.project_id), StoredCard::read).optional()
    }

    /// Whether a card had an id and has another one by now: that there is nothing of this id any more says nothing about it.
    fn is_former_card_id(&self, id: &str) -> rusqlite::Result<bool> {
        let sql = "SELECT NOT EXISTS (SELECT 1 FROM project_item WHERE item_id = ?1)";
        Ok(self.row_of_former_id(Kind::Card, id)?.is_some()
            && self.connection.by_key(sql)?.query_row([id], |row| row.get(0))?)
    }

    /// The card that shows the same on the same board; of those that show nothing with an id, such as drafts, the one
    /// that was made at the same instant and was not met by this import.
    fn card_of_another_id(&mut self, item: &ProjectItem, card: &Card) -> rusqlite::Result<Option<StoredCard>> {
        let removed = self.code(Presence::Removed.name())?;
        let is_bare = card.content_id.is_empty();
        if is_bare && (item.presence == Presence::Removed || card.created_at.is_none()) {
            return Ok(None);
        }
        let place = if is_bare {
            "content_id = '' AND created_at = ?3 AND content = ?4 AND observed_run < ?5 AND presence <> ?6 AND ?1 = ''"
        } else {
            "content_id = ?1 AND content_id <> '' AND ?3 IS ?3 AND ?4 = ?4 AND ?5 = ?5 AND ?6 = ?6"
        };
        let sql = format!(
            "SELECT row_id, coalesce(item_id, ''), observed_run, {COLUMNS} FROM project_item
             WHERE {place} AND project_id = ?2 AND item_id IS NOT NULL ORDER BY row_id DESC"
        );
        let values = (&card.content_id, card.project_id, card.created_at, card.content, self.run(), removed);
        let all: Vec<StoredCard> =
            self.connection.by_key(&sql)?.query_map(values, StoredCard::read)?.collect::<rusqlite::Result<_>>()?;
        let is_it = |stored: &&StoredCard| {
            is_same_card(card.created_at, stored.card.created_at, stored.card.presence == removed)
        };
        let same = all.iter().filter(is_it).position(|stored| stored.card.status == card.status).unwrap_or(0);
        let mut all: Vec<StoredCard> = all.into_iter().filter(|stored| is_it(&stored)).collect();
        Ok(if all.is_empty() { None } else { Some(all.swap_remove(same)) })
    }

    fn sight_of_card(&self, card: &Card) -> Sight {
        Sight { run: self.run(), read_at: card.observed_at, changed_at: card.updated_at }
    }

    /// Inserts or updates the row of a card and returns it.
    pub(crate) fn put_card(&self, row: Option<i64>, id: &str, card: &Card) -> rusqlite::Result<i64> {
        let values = params![
            card.issue,
            card.project_id,
            card.project_name,
            card.content,
            card.content_id,
            card.status,
            card.status_updated_at,
            card.presence,
            card.created_at,
            card.updated_at,
            card.observed_at,
            card.seen_generation,
            card.fields_at,
            card.told_at,
            id_or_null(id),
            self.run(),
            row,
        ];
        let marks = "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16";
        if let Some(row) = row {
            let sql =
                format!("UPDATE project_item SET ({COLUMNS}, item_id, observed_run) = ({marks}) WHERE row_id = ?17");
            self.connection.by_key(&sql)?.execute(values)?;
            Ok(row)
        } else {
            let sql =
                format!("INSERT INTO project_item ({COLUMNS}, item_id, observed_run, row_id) VALUES ({marks}, ?17)");
            self.connection.by_key(&sql)?.insert(values)
        }
    }

    fn next_sighting(&self, card: i64) -> rusqlite::Result<i64> {
        self.connection
            .by_key("SELECT coalesce(max(seq) + 1, 0) FROM project_item_sighting WHERE item = ?1")?
            .query_row([card], |row| row.get(0))
    }

    /// Adds a sighting.
    fn sighting(&self, card: i64, seq: i64, sighting: &Sighting) -> rusqlite::Result<()> {
        self.connection
            .by_key(
                "INSERT INTO project_item_sighting (item, seq, status, status_at, presence, presence_at, created_at,
                    observed_at, source, confirmed_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                card,
                seq,
                sighting.status,
                sighting.status_at,
                sighting.presence,
                sighting.presence_at,
                sighting.created_at,
                sighting.observed_at,
                sighting.source,
                sighting.confirmed_at,
            ))
            .map(drop)
    }

    fn replace_fields(&mut self, card: i64, item: &ProjectItem, may_have_some: bool) -> rusqlite::Result<()> {
        if may_have_some && (item.fields.is_some() || item.presence == Presence::Removed) {
            let sql = "DELETE FROM issue_project_custom_field WHERE item = ?1";
            self.connection.by_key(sql)?.execute([card])?;
        }
        if item.presence == Presence::Removed {
            return Ok(());
        }
        self.add_children("item", card, item.fields.as_deref().unwrap_or_default())
    }

    /// Takes fields over into those that are stored, where not all of them were told.
    fn merge_fields(&mut self, card: i64, fields: &[FieldValue]) -> rusqlite::Result<()> {
        for field in fields {
            let name = self.code(&field.name)?;
            let sql = "UPDATE issue_project_custom_field SET field_value = ?3 WHERE item = ?1 AND field_name = ?2";
            if self.connection.by_key(sql)?.execute((card, name, &field.value))? > 0 {
                continue;
            }
            let sql = "SELECT coalesce(max(seq) + 1, 0) FROM issue_project_custom_field WHERE item = ?1";
            let seq = self.connection.by_key(sql)?.query_row([card], |row| row.get(0))?;
            self.field(card, seq, field)?;
        }
        Ok(())
    }

    /// Adds a custom field.
    fn field(&mut self, card: i64, seq: i64, field: &FieldValue) -> rusqlite::Result<()> {
        self.add(field, &[("item", &card), ("seq", &seq)])
    }

    /// Removes the custom fields that CSV files brought for an issue.
    pub(crate) fn delete_cards_from_csv(&self, issue: i64) -> rusqlite::Result<()> {
        let sql = "DELETE FROM issue_project_custom_field
            WHERE item IN (SELECT row_id FROM project_item WHERE issue = ?1 AND +item_id IS NULL)";
        self.connection.by_key(sql)?.execute([issue])?;
        let sql = "DELETE FROM project_item WHERE issue = ?1 AND +item_id IS NULL";
        self.connection.by_key(sql)?.execute([issue]).map(drop)
    }
}

impl Card {
    /// Takes over what this observation leaves open. A card that is gone has nothing to show any more,
    /// so what it showed last stays.
    fn keep_what_is_not_said(&mut self, old: &Self, item: &ProjectItem) {
        if self.content_id.is_empty() {
            self.content = old.content;
            self.content_id.clone_from(&old.content_id);
        }
        let has_unknown_content = self.issue.is_none() && old.issue.is_some() && self.content == old.content;
        if self.content_id == old.content_id || has_unknown_content {
            // An id that no row has may be another form of the one that is stored.
            self.content_id.clone_from(&old.content_id);
            self.issue = self.issue.or(old.issue);
        }
        if self.project_id == 0 {
            self.project_id = old.project_id;
        }
        if self.project_name == 0 {
            self.project_name = old.project_name;
        }
        let shows_nothing = item.presence == Presence::Removed && self.status == 0 && self.status_updated_at.is_none();
        if item.status.is_none() || shows_nothing {
            self.status = old.status;
        }
        if self.status == old.status {
            self.status_updated_at = self.status_updated_at.or(old.status_updated_at);
        }
        self.created_at = self.created_at.or(old.created_at);
        self.updated_at = self.updated_at.or(old.updated_at);
        self.seen_generation = self.seen_generation.max(old.seen_generation);
        self.fields_at = self.fields_at.or(old.fields_at);
        self.told_at = self.told_at.or(old.told_at);
    }

    fn is_another_sight_than(&self, old: &Self) -> bool {
        (self.status, self.status_updated_at, self.presence) != (old.status, old.status_updated_at, old.presence)
    }
}

impl Sighting {
    /// Whether a reader learns nothing from it that another one has not said.
    pub(crate) fn shows_the_same_as(&self, other: &Self) -> bool {
        (self.status, self.status_at, self.presence) == (other.status, other.status_at, other.presence)
    }
}

impl StoredCard {
    fn has_id(&self) -> bool {
        !self.id.is_empty()
    }

    fn sight(&self) -> Sight {
        Sight { run: self.observed_run, read_at: self.card.observed_at, changed_at: self.card.updated_at }
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            row: row.get(0)?,
            id: row.get(1)?,
            observed_run: row.get(2)?,
            card: Card {
                issue: row.get(3)?,
                project_id: row.get(4)?,
                project_name: row.get(5)?,
                content: row.get(6)?,
                content_id: row.get(7)?,
                status: row.get(8)?,
                status_updated_at: row.get(9)?,
                presence: row.get(10)?,
                created_at: row.get(11)?,
                updated_at: row.get(12)?,
                observed_at: row.get(13)?,
                seen_generation: row.get(14)?,
                fields_at: row.get(15)?,
                told_at: row.get(16)?,
            },
        })
    }
}
