//! Custom fields and sightings of the cards that show issues.

use model::columns::{CustomFieldColumns, Raw, SightingColumns, SightingSource};
use model::records::Presence;
use rusqlite::Connection;

use super::cells::Cells;
use super::events::kind_of;
use super::order::{Card, Parents, arrange, cards, gather, gather_instants};
use super::texts::Interner;
use crate::dictionary::find;

/// Reads both into `raw`.
pub(super) fn load(
    connection: &Connection,
    issues: &Parents,
    texts: &mut Interner,
    raw: &mut Raw,
) -> rusqlite::Result<()> {
    let cards = cards(connection, issues, &raw.dictionary)?;
    let last = cards.iter().map(|card| card.row).max().unwrap_or(0);
    let mut place_of = vec![u32::MAX; last as usize + 1];
    for (place, card) in cards.iter().enumerate() {
        place_of[card.row as usize] = place as u32;
    }
    raw.custom_fields = custom_fields(connection, &cards, &place_of, texts, raw)?;
    raw.sightings = sightings(connection, &cards, &place_of)?;
    Ok(())
}

fn custom_fields(
    connection: &Connection,
    cards: &[Card],
    place_of: &[u32],
    texts: &mut Interner,
    raw: &mut Raw,
) -> rusqlite::Result<CustomFieldColumns> {
    let mut fields = CustomFieldColumns::default();
    let mut statement = connection
        .prepare("SELECT item, field_name, field_value FROM issue_project_custom_field ORDER BY item, seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        fields.issue.push(cells.code(0)?);
        fields.field_name.push(cells.code(1)?);
        fields.field_value.push(texts.code(&mut raw.dictionary, cells.text(2)?));
    }
    if let Some(index) = arrange(&mut fields.issue, place_of, cards.len()) {
        gather(&mut fields.field_name, &index);
        gather(&mut fields.field_value, &index);
    }
    fields.project_id = fields.issue.iter().map(|&place| cards[place as usize].project_id).collect();
    for issue in &mut fields.issue {
        *issue = cards[*issue as usize].issue;
    }
    Ok(fields)
}

fn sightings(connection: &Connection, cards: &[Card], place_of: &[u32]) -> rusqlite::Result<SightingColumns> {
    let presences = [
        (find(connection, "on_board")?, Presence::OnBoard),
        (find(connection, "archived")?, Presence::Archived),
        (find(connection, "removed")?, Presence::Removed),
    ];
    let webhook = find(connection, "webhook")?;
    let mut sightings = SightingColumns::default();
    let mut statement = connection.prepare(
        "SELECT item, status, status_at, presence, presence_at, created_at, observed_at, source
         FROM project_item_sighting ORDER BY item, seq",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let cells = Cells(row);
        sightings.issue.push(cells.code(0)?);
        sightings.status.push(cells.code(1)?);
        sightings.status_at.push_with_nanos(cells.micros(2)?, 0);
        sightings.presence.push(kind_of(&presences, cells.int(3)?, Presence::OnBoard));
        sightings.presence_at.push_with_nanos(cells.micros(4)?, 0);
        sightings.created_at.push_with_nanos(cells.micros(5)?, 0);
        sightings.observed_at.push_with_nanos(cells.int(6)?, 0);
        let from_webhook = Some(cells.int(7)?) == webhook;
        sightings.source.push(if from_webhook { SightingSource::Webhook } else { SightingSource::Snapshot });
    }
    if let Some(index) = arrange(&mut sightings.issue, place_of, cards.len()) {
        gather(&mut sightings.status, &index);
        gather(&mut sightings.presence, &index);
        gather(&mut sightings.source, &index);
        let instants = [
            &mut sightings.status_at,
            &mut sightings.presence_at,
            &mut sightings.created_at,
            &mut sightings.observed_at,
        ];
        for column in instants {
            gather_instants(column, &index);
        }
    }
    sightings.project_id = sightings.issue.iter().map(|&place| cards[place as usize].project_id).collect();
    sightings.project_name = sightings.issue.iter().map(|&place| cards[place as usize].project_name).collect();
    for issue in &mut sightings.issue {
        *issue = cards[*issue as usize].issue;
    }
    Ok(sightings)
}
