//! Repositories, boards, cards, their custom fields and sightings.

use ahash::AHashMap;
use model::Instant;
use model::records::{FieldValue, Project, Repository};
use model::spec;
use rusqlite::OptionalExtension as _;

use super::file::{RawFile, place_columns};
use super::issues::set;
use super::{Failure, Loader, NEVER_OBSERVED, Target, Targets};
use crate::write::items::{Card, Sighting};

/// Cards of the folder.
#[derive(Default)]
struct Cards {
    by_id: AHashMap<String, Target>,
    /// The card, and the next sequence number of its custom fields, by issue and board.
    by_place: AHashMap<(i64, i64), (i64, i64)>,
}

impl Loader<'_> {
    pub(super) fn repositories(&mut self) -> Result<(), Failure> {
        let Some(mut file) = RawFile::open(self.folder, &spec::REPOSITORY, &["org", "repo"])? else { return Ok(()) };
        let names = ["id", "org", "repo", "owner", "private", "archived"];
        let [id, org, repo, owner, private, archived] = names.map(|name| file.column(name));
        while file.next()? {
            self.writer.repository(&Repository {
                id: file.text(id)?.to_owned(),
                org: file.required_text(org)?.to_owned(),
                name: file.required_text(repo)?.to_owned(),
                owner: file.text(owner)?.to_owned(),
                private: file.bool(private)?,
                archived: file.bool(archived)?,
            })?;
            file.count.rows += 1;
        }
        self.done(file);
        Ok(())
    }

    pub(super) fn projects(&mut self) -> Result<(), Failure> {
        let required = ["project_id", "project_name"];
        let Some(mut file) = RawFile::open(self.folder, &spec::PROJECT, &required)? else { return Ok(()) };
        let names = ["id", "project_id", "project_name", "number", "org", "url", "closed", "columns"];
        let [id, project_id, name, number, org, url, closed, columns] = names.map(|name| file.column(name));
        while file.next()? {
            self.writer.project(&Project {
                id: file.text(id)?.to_owned(),
                number_id: file.required_text(project_id)?.to_owned(),
                number: file.int(number)?.unwrap_or_default(),
                org: file.text(org)?.to_owned(),
                name: file.text(name)?.to_owned(),
                url: file.text(url)?.to_owned(),
                closed: file.bool(closed)?,
                columns: file.list(columns)?,
            })?;
            file.count.rows += 1;
        }
        self.done(file);
        Ok(())
    }

    pub(super) fn boards(&mut self, issues: &mut Targets) -> Result<(), Failure> {
        let mut cards = self.cards(issues)?;
        self.custom_fields(issues, &mut cards)?;
        self.sightings(&mut cards)
    }

    fn cards(&mut self, issues: &mut Targets) -> Result<Cards, Failure> {
        let mut cards = Cards::default();
        let required = ["item_id", "project_id", "content", "presence", "observed_at"];
        let Some(mut file) = RawFile::open(self.folder, &spec::PROJECT_ITEM, &required)? else { return Ok(cards) };
        let item_id = file.column("item_id");
        while file.next()? {
            let id = file.required_text(item_id)?.to_owned();
            let [org, repo, number] = place_columns(&file);
            let issue = issues.find(file.text(org)?, file.text(repo)?, file.text(number)?).map(|issue| issue.row);
            let card = self.card(&file, issue)?;
            let known = self
                .writer
                .connection
                .prepare_cached("SELECT row_id FROM project_item WHERE item_id = ?1")?
                .query_row([&id], |row| row.get(0))
                .optional()?;
            if let Some(row) = known {
                if cards.by_id.get(&id).is_some_and(|card| card.write) {
                    let problem = format!("card '{id}' is there twice");
                    return Err(file.in_cell(item_id, problem, "remove one of the two rows"));
                }
                file.count.kept += 1;
                cards.by_id.insert(id, Target { row, write: false, next: [0; 2] });
                continue;
            }
            let row = self.writer.put_card(None, &id, &card)?;
            if let (Some(issue), true) = (card.issue, card.presence != self.writer.code("removed")?) {
                cards.by_place.insert((issue, card.project_id), (row, 0));
            }
            cards.by_id.insert(id, Target { row, write: true, next: [0; 2] });
            file.count.rows += 1;
        }
        self.done(file);
        Ok(cards)
    }

    fn card(&mut self, file: &RawFile, issue: Option<i64>) -> Result<Card, Failure> {
        let mut code = |name: &str| -> Result<i64, Failure> { Ok(self.writer.code(file.text(file.column(name))?)?) };
        let micros =
            |name: &str| -> Result<Option<i64>, Failure> { Ok(file.instant(file.column(name))?.map(Instant::micros)) };
        one_of(file, "content", &["issue", "pull_request", "draft", "redacted"])?;
        one_of(file, "presence", &["on_board", "archived", "removed"])?;
        Ok(Card {
            issue,
            project_id: code("project_id")?,
            project_name: code("project_name")?,
            content: code("content")?,
            content_id: file.text(file.column("content_id"))?.to_owned(),
            status: code("status")?,
            status_updated_at: micros("status_updated_at")?,
            presence: code("presence")?,
            created_at: micros("created_at")?,
            updated_at: micros("updated_at")?,
            observed_at: file.required_instant(file.column("observed_at"))?.micros(),
            seen_generation: 0,
        })
    }

    fn custom_fields(&mut self, issues: &mut Targets, cards: &mut Cards) -> Result<(), Failure> {
        let required = ["org", "repo", "number", "project_id", "project_name", "field_name", "field_value"];
        let Some(mut file) = RawFile::open(self.folder, &spec::ISSUE_PROJECT_CUSTOM_FIELD, &required)? else {
            return Ok(());
        };
        let names = ["project_id", "project_name", "field_name", "field_value"];
        let columns = names.map(|name| file.column(name));
        let (mut field, mut project_id, mut project_name) = (FieldValue::default(), String::new(), String::new());
        while file.next()? {
            let [id, name, field_name, field_value] = columns;
            set(&mut project_id, file.text(id)?);
            set(&mut project_name, file.text(name)?);
            set(&mut field.name, file.text(field_name)?);
            set(&mut field.value, file.text(field_value)?);
            let Some(issue) = issues.of_row(&mut file)? else { continue };
            let project = self.writer.code(&project_id)?;
            let name = self.writer.code(&project_name)?;
            let content = self.writer.code("issue")?;
            let presence = self.writer.code("on_board")?;
            let place = (issue.row, project);
            if !cards.by_place.contains_key(&place) {
                let card = nameless_card(issue.row, project, name, content, presence);
                cards.by_place.insert(place, (self.writer.put_card(None, "", &card)?, 0));
            }
            let Some((card, next)) = cards.by_place.get_mut(&place) else { continue };
            self.writer.field(*card, *next, &field)?;
            *next += 1;
        }
        self.done(file);
        Ok(())
    }

    fn sightings(&mut self, cards: &mut Cards) -> Result<(), Failure> {
        let required = ["item_id", "status", "presence", "observed_at", "source"];
        let Some(mut file) = RawFile::open(self.folder, &spec::PROJECT_ITEM_SIGHTING, &required)? else {
            return Ok(());
        };
        let item_id = file.column("item_id");
        while file.next()? {
            one_of(&file, "presence", &["on_board", "archived", "removed"])?;
            one_of(&file, "source", &["snapshot", "webhook"])?;
            let Some(card) = cards.by_id.get_mut(file.text(item_id)?) else {
                file.count.unknown += 1;
                continue;
            };
            if !card.write {
                file.count.kept += 1;
                continue;
            }
            let mut code =
                |name: &str| -> Result<i64, Failure> { Ok(self.writer.code(file.text(file.column(name))?)?) };
            let micros = |name: &str| -> Result<Option<i64>, Failure> {
                Ok(file.instant(file.column(name))?.map(Instant::micros))
            };
            let sighting = Sighting {
                status: code("status")?,
                status_at: micros("status_at")?,
                presence: code("presence")?,
                presence_at: micros("presence_at")?,
                created_at: micros("created_at")?,
                observed_at: file.required_instant(file.column("observed_at"))?.micros(),
                source: code("source")?,
            };
            self.writer.sighting(card.row, card.next[0], &sighting)?;
            card.next[0] += 1;
            file.count.rows += 1;
        }
        self.done(file);
        Ok(())
    }
}

/// What holds the custom fields of an issue on a board until the API shows the card.
fn nameless_card(issue: i64, project_id: i64, project_name: i64, content: i64, presence: i64) -> Card {
    Card {
        issue: Some(issue),
        project_id,
        project_name,
        content,
        content_id: String::new(),
        status: 0,
        status_updated_at: None,
        presence,
        created_at: None,
        updated_at: None,
        observed_at: NEVER_OBSERVED,
        seen_generation: 0,
    }
}

fn one_of(file: &RawFile, name: &str, allowed: &[&str]) -> Result<(), Failure> {
    let column = file.column(name);
    let text = file.text(column)?;
    if allowed.contains(&text) {
        return Ok(());
    }
    Err(file.in_cell(column, format!("'{text}' is not known"), &format!("write one of {}", allowed.join(", "))))
}
