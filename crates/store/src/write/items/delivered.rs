//! Cards as deliveries tell of them: the newest state is the card's, every other one is history.
//!
//! Deliveries are dated to the second and may come in any order. What follows upon a state within the same second is
//! dated a microsecond after it, and a column that is only known as the one before a move a microsecond before that.

use model::deliveries::{DeliveredCard, DeliveredStatus};
use model::instant::MICROS_PER_SECOND;
use model::records::ProjectItem;
use rusqlite::OptionalExtension as _;

use super::{Card, Sighting};
use crate::Deposit;
use crate::sqlite::plans::Prepare as _;
use crate::write::PageWriter;

/// A move between columns, as codes.
#[derive(Clone, Copy, Debug)]
struct Move {
    from: i64,
    to: i64,
}

impl PageWriter<'_> {
    /// Stores what a delivery tells of a card.
    pub(in crate::write) fn delivered_card(&mut self, told: &DeliveredCard) -> rusqlite::Result<Deposit> {
        let item = self.item_of(told)?;
        let card = self.observed_card(&item, None)?;
        let moved = match &told.status {
            DeliveredStatus::Moved { from, to } => Some(Move { from: self.code(from)?, to: self.code(to)? }),
            _ => None,
        };
        let stored = self.stored_card(&item, &card)?;
        let Some(stored) = stored.as_ref().filter(|stored| stored.has_id()) else {
            let begins = moved.is_some() || told.status == DeliveredStatus::New;
            if item.project_id.is_empty() || !begins {
                return Ok(Deposit::Unknown);
            }
            let row = stored.map(|stored| stored.row);
            return self.first_sight(row, &item, card, moved, told).map(|()| Deposit::Stored);
        };
        let (row, old) = (stored.row, &stored.card);
        // Only imports say which ids rows have.
        let item = ProjectItem { id: stored.id.clone(), ..item };
        if told.status == DeliveredStatus::Unclear {
            let sql = "UPDATE project_item SET updated_at = ?1 WHERE row_id = ?2 AND coalesce(updated_at, ?1 - 1) < ?1";
            let touched = self.connection.by_key(sql)?.execute((told.at.micros(), row))?;
            return Ok(if touched > 0 { Deposit::Stored } else { Deposit::Known });
        }
        match moment_after(old, &card, moved) {
            Some(at) => self.next_sight(row, old, &item, Card { observed_at: at, ..card }, moved, told),
            None => self.earlier_sight(row, old, &card, moved, told),
        }
    }

    /// The card without what only boards can tell. Of a board that no import has seen the id is empty.
    fn item_of(&self, told: &DeliveredCard) -> rusqlite::Result<ProjectItem> {
        let sql = "SELECT coalesce(nullif(project_id, ''), id), project_name FROM project WHERE id = ?1";
        let board = self.connection.by_key(sql)?.query_row([&told.board_id], |row| Ok((row.get(0)?, row.get(1)?)));
        let (project_id, project_name) = board.optional()?.unwrap_or_default();
        let (status, status_updated_at) = match &told.status {
            DeliveredStatus::Moved { to, .. } => (Some(to.clone()), Some(told.at)),
            _ => (Some(String::new()), None),
        };
        Ok(ProjectItem {
            id: told.id.clone(),
            project_id,
            project_name,
            content: told.content,
            content_id: told.content_id.clone(),
            status,
            status_updated_at,
            presence: told.presence,
            created_at: Some(told.created_at),
            updated_at: Some(told.at),
            observed_at: Some(told.at),
            fields: None,
            has_untold_fields: false,
        })
    }

    fn first_sight(
        &mut self,
        row: Option<i64>,
        item: &ProjectItem,
        mut card: Card,
        moved: Option<Move>,
        told: &DeliveredCard,
    ) -> rusqlite::Result<()> {
        card.seen_generation = self.present_generation()?;
        let row = self.put_card(row, &item.id, &card)?;
        let mut sight = self.sight_of(&card)?;
        sight.presence_at = super::micros(told.presence_at);
        let mut sightings = Vec::new();
        if let Some(moved) = moved.filter(|moved| moved.from != 0) {
            sightings.push(sight.before(moved));
        }
        sightings.push(sight);
        self.put_sightings(row, 0, &sightings)
    }

    /// The card is as told from now on.
    fn next_sight(
        &mut self,
        row: i64,
        old: &Card,
        item: &ProjectItem,
        mut card: Card,
        moved: Option<Move>,
        told: &DeliveredCard,
    ) -> rusqlite::Result<Deposit> {
        if moved.is_some() {
            card.status_updated_at = Some(card.observed_at);
        } else {
            (card.status, card.status_updated_at) = (old.status, old.status_updated_at);
        }
        card.keep_what_is_not_said(old, item);
        let mut sight = self.sight_of(&card)?;
        // That it came back is worth a note also where it was not known that it was away.
        let says_presence = moved.is_none() && told.presence_at.is_some();
        if says_presence || card.presence != old.presence {
            sight.presence_at = super::micros(told.presence_at);
        }
        let mut sightings = Vec::new();
        if let Some(moved) = moved.filter(|moved| moved.from != old.status)
            && sight.before(moved).observed_at > old.observed_at
        {
            sightings.push(sight.before(moved));
        }
        if says_presence || card.is_another_sight_than(old) {
            sightings.push(sight);
        }
        self.put_card(Some(row), &item.id, &card)?;
        self.replace_fields(row, item, true)?;
        let next = self.next_sighting(row)?;
        self.put_sightings(row, next, &sightings)?;
        Ok(Deposit::Stored)
    }

    /// The card was as told before it was as it is stored.
    fn earlier_sight(
        &mut self,
        row: i64,
        old: &Card,
        card: &Card,
        moved: Option<Move>,
        told: &DeliveredCard,
    ) -> rusqlite::Result<Deposit> {
        let mut sightings = self.sightings_of(row)?;
        let place = sightings.partition_point(|sighting| sighting.observed_at <= card.observed_at);
        let before = place.checked_sub(1).map(|last| sightings[last]);
        let mut sight = self.sight_of(card)?;
        let says_status = moved.is_some() || told.status == DeliveredStatus::New && before.is_none();
        match before {
            Some(before) if !says_status => (sight.status, sight.status_at) = (before.status, before.status_at),
            None if !says_status => return Ok(Deposit::Known),
            _ => {}
        }
        let is_known = if moved.is_some() {
            sightings.iter().any(|known| known.is_within_the_second_of(&sight))
        } else {
            let is_same = |known: &Sighting| (known.status, known.presence) == (sight.status, sight.presence);
            let told_at = super::micros(told.presence_at);
            let is_told = |known: &Sighting| (known.presence, known.presence_at) == (sight.presence, told_at);
            before
                .as_ref()
                .is_some_and(|before| is_same(before) && (told_at.is_none() || before.observed_at == sight.observed_at))
                || (told_at.is_some() && sightings.iter().any(is_told))
        };
        if is_known {
            return Ok(Deposit::Known);
        }
        if moved.is_none() || before.is_none_or(|before| before.presence != sight.presence) {
            sight.presence_at = super::micros(told.presence_at);
        }
        let carried = before.map_or((0, None), |before| (before.status, before.status_at));
        let mut now = (old.status, old.status_updated_at);
        if moved.is_some() {
            // What was seen later with the column and date of before only carried them on. Without a date it may be
            // that the column was left again.
            let is_carried = |sighting: &&mut Sighting| {
                (sighting.status, sighting.status_at) == carried
                    && (carried.1.is_some() || sighting.source == sight.source)
            };
            let changed = sightings[place..].iter_mut().take_while(is_carried).fold(0, |count, sighting| {
                (sighting.status, sighting.status_at) = (sight.status, sight.status_at);
                count + 1
            });
            let to_the_end = place + changed == sightings.len() && (changed > 0 || carried.1.is_some());
            if to_the_end && now == carried {
                now = (sight.status, sight.status_at);
                let sql = "UPDATE project_item SET status = ?1, status_updated_at = ?2 WHERE row_id = ?3";
                self.connection.by_key(sql)?.execute((now.0, now.1, row))?;
            }
        }
        if place == sightings.len() && (sight.status, sight.presence) != (now.0, old.presence) {
            // It was seen since as it had been before, and that was not noted.
            sightings.push(Sighting {
                status: now.0,
                status_at: now.1,
                presence: old.presence,
                presence_at: None,
                observed_at: old.observed_at,
                source: self.code("snapshot")?,
                confirmed_at: None,
                ..sight
            });
        }
        sightings.insert(place, sight);
        if let Some(moved) = moved.filter(|moved| moved.from != carried.0)
            && before.is_none_or(|before| before.observed_at < sight.before(moved).observed_at)
        {
            sightings.insert(place, sight.before(moved));
        }
        self.connection.by_key("DELETE FROM project_item_sighting WHERE item = ?1")?.execute([row])?;
        self.put_sightings(row, 0, &sightings)?;
        Ok(Deposit::Stored)
    }

    fn sight_of(&mut self, card: &Card) -> rusqlite::Result<Sighting> {
        Ok(Sighting {
            status: card.status,
            status_at: card.status_updated_at,
            presence: card.presence,
            presence_at: None,
            created_at: card.created_at,
            observed_at: card.observed_at,
            source: self.code("webhook")?,
            confirmed_at: None,
        })
    }

    pub(in crate::write) fn sightings_of(&self, card: i64) -> rusqlite::Result<Vec<Sighting>> {
        self.connection
            .by_key(
                "SELECT status, status_at, presence, presence_at, created_at, observed_at, source,
                    confirmed_at
                 FROM project_item_sighting WHERE item = ?1 ORDER BY seq",
            )?
            .query_map([card], |row| {
                Ok(Sighting {
                    status: row.get(0)?,
                    status_at: row.get(1)?,
                    presence: row.get(2)?,
                    presence_at: row.get(3)?,
                    created_at: row.get(4)?,
                    observed_at: row.get(5)?,
                    source: row.get(6)?,
                    confirmed_at: row.get(7)?,
                })
            })?
            .collect()
    }

    pub(in crate::write) fn put_sightings(
        &self,
        card: i64,
        first: i64,
        sightings: &[Sighting],
    ) -> rusqlite::Result<()> {
        (first..).zip(sightings).try_for_each(|(seq, sighting)| self.sighting(card, seq, sighting))
    }
}

/// When the card came to be as told, if that is after what is stored.
fn moment_after(old: &Card, card: &Card, moved: Option<Move>) -> Option<i64> {
    if card.observed_at > old.observed_at {
        return Some(card.observed_at);
    }
    let follows = match moved {
        Some(moved) => moved.from == old.status && moved.to != old.status,
        None => card.presence != old.presence,
    };
    let same_second = old.observed_at - card.observed_at < MICROS_PER_SECOND;
    (follows && same_second).then_some(old.observed_at + 1)
}

impl Sighting {
    /// Where the card was until it moved. Since when is not known.
    fn before(self, moved: Move) -> Self {
        Self { status: moved.from, status_at: None, presence_at: None, observed_at: self.observed_at - 1, ..self }
    }

    fn is_within_the_second_of(self, other: &Self) -> bool {
        let second = other.observed_at..other.observed_at + MICROS_PER_SECOND;
        (self.status, self.presence) == (other.status, other.presence)
            && second.contains(&self.observed_at)
            && self.status_at.is_some_and(|at| second.contains(&at))
    }
}
