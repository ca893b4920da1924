//! Cards, their fields, and the sightings of them.

use ahash::AHashMap;
use model::columns::SightingColumns;
use model::kinds::{ItemContent, Presence};
use model::records::{FieldValue, ProjectItem, Sighting};
use rusqlite::OptionalExtension as _;

use super::newest::Newest;
use super::{CsvTable, Failure, Loader, NEVER_OBSERVED, Target, Targets};
use crate::csv_folder::rows::{self, FileRow, each_row};
use crate::sqlite::plans::Prepare as _;
use crate::sqlite::statements::Children;
use crate::write::items::Card;

/// Cards of the folder.
#[derive(Default)]
struct Cards {
    by_id: AHashMap<String, (Target, u64)>,
    /// Row and next sequence number of custom fields, by row of the issue and code of the board.
    by_place: AHashMap<(i64, i64), (i64, i64)>,
}

impl Loader<'_> {
    pub(super) fn boards(&mut self, issues: &mut Targets) -> Result<(), Failure> {
        let mut cards = self.cards(issues)?;
        self.custom_fields(issues, &mut cards)?;
        self.sightings(issues, &mut cards)
    }

    fn cards(&mut self, issues: &mut Targets) -> Result<Cards, Failure> {
        let mut cards = Cards::default();
        let mut count = CsvTable::of::<ProjectItem>();
        let is_there = each_row(self.folder, |line, file: FileRow<ProjectItem>| {
            let (item, issue) = (file.row, issues.find(&file.owner).map(|issue| issue.row));
            let known = self
                .writer
                .connection
                .by_key("SELECT row_id FROM project_item WHERE item_id = ?1")?
                .query_row([&item.id], |row| row.get(0))
                .optional()?;
            if let Some((_, first)) = cards.by_id.get(&item.id) {
                return Err(rows::repeated::<ProjectItem>(item.id, *first, line).into());
            }
            if let Some(row) = known {
                count.kept += 1;
                cards.by_id.insert(item.id, (Target::new(row, false), line));
                return Ok(());
            }
            let card = self.writer.observed_card(&item, issue)?;
            let row = self.writer.put_card(None, &item.id, &card)?;
            if let (Some(issue), true) = (card.issue, item.presence != Presence::Removed) {
                cards.by_place.insert((issue, card.project_id), (row, 0));
            }
            cards.by_id.insert(item.id, (Target::new(row, true), line));
            count.rows += 1;
            Ok::<(), Failure>(())
        })?;
        self.done(is_there, count);
        Ok(cards)
    }

    fn custom_fields(&mut self, issues: &mut Targets, cards: &mut Cards) -> Result<(), Failure> {
        let mut count = CsvTable::of::<FieldValue>();
        let mut fields = Children::new(self.writer.connection, self.writer.codes, "item")?;
        let is_there = each_row(self.folder, |_, file: FileRow<FieldValue>| -> Result<(), Failure> {
            let [org, repo, number, project_id, project_name, host] = owner(&file.owner);
            let issue = issues.of_row(&[org, repo, number, host], &mut count).filter(|issue| issue.write);
            let Some(issue) = issue else { return Ok(()) };
            let project = self.writer.code(&project_id)?;
            let place = (issue.row, project);
            if !cards.by_place.contains_key(&place) {
                let card = Card { issue: Some(issue.row), ..self.nameless_card(project_id, project_name)? };
                cards.by_place.insert(place, (self.writer.put_card(None, "", &card)?, 0));
            }
            let Some((card, next)) = cards.by_place.get_mut(&place) else { return Ok(()) };
            fields.add(self.writer.codes, *card, *next, &file.row)?;
            *next += 1;
            Ok(())
        })?;
        self.done(is_there, count);
        Ok(())
    }

    /// What holds the custom fields of an issue on a board until the API shows the card.
    fn nameless_card(&mut self, project_id: String, project_name: String) -> Result<Card, Failure> {
        let content = ItemContent::Issue;
        let item = ProjectItem { project_id, project_name, content, ..ProjectItem::default() };
        let card = self.writer.observed_card(&item, None)?;
        Ok(Card { observed_at: NEVER_OBSERVED, ..card })
    }

    fn sightings(&mut self, issues: &mut Targets, cards: &mut Cards) -> Result<(), Failure> {
        let mut count = CsvTable::of::<Sighting>();
        let newest = Newest::<SightingColumns>::new();
        let mut sightings = Children::new(self.writer.connection, self.writer.codes, "item")?;
        let is_there = each_row(self.folder, |_, file: FileRow<Sighting>| -> Result<(), Failure> {
            let [item_id, org, repo, number, _, _, host] = owner(&file.owner);
            if issues.find(&[org, repo, number, host]).is_some() {
                self.reaches(&newest, &file.row);
            }
            match cards.by_id.get_mut(&item_id) {
                Some((card, _)) if card.write => {
                    sightings.add(self.writer.codes, card.row, card.next[0], &file.row)?;
                    card.next[0] += 1;
                    count.rows += 1;
                }
                Some(_) => count.kept += 1,
                None => count.unknown += 1,
            }
            Ok(())
        })?;
        self.done(is_there, count);
        Ok(())
    }
}

/// What a row has of its owner, in the order of the declaration.
fn owner<const N: usize>(cells: &[String]) -> [String; N] {
    std::array::from_fn(|index| cells.get(index).cloned().unwrap_or_default())
}
