//! Cards of an issue on boards, and what it did there.

use model::Instant;
use model::gitlab::LabelColumns;
use model::records::{Issue, ItemContent, Presence, ProjectEvent, ProjectItem, ProjectKind};

use crate::board::{Board, column_of};
use crate::convert::whole;
use crate::moves::{self, Read, Track, column_by_labels};
use crate::statuses::Statuses;
use crate::wire::{self, Label, LabelEvent};

/// What is told of an issue on one board.
pub(crate) struct Told {
    track: Track,
    /// The column at the time of the import; `None` where it is not known.
    status: Option<String>,
    /// Since when, where that is known.
    since: Option<Instant>,
    /// Whether moves are missing: the history does not end where the issue is.
    lacks_moves: bool,
}

/// By labels and their events in order.
pub(crate) fn of_labels(columns: &LabelColumns, issue: &wire::Issue, events: &[&LabelEvent], seen_at: Instant) -> Told {
    let on = |labels: &Vec<Label>| -> Vec<String> {
        let mut on: Vec<String> =
            labels.iter().filter_map(|label| column_of(columns, &label.name)).map(str::to_owned).collect();
        on.sort_unstable();
        on.dedup();
        on
    };
    let on = issue.labels.as_ref().map(on);
    let read = on.as_ref().map(|on| Read {
        on: on.iter().map(String::as_str).collect(),
        updated_at: issue.updated_at.unwrap_or(issue.created_at),
    });
    let track = moves::track(columns, events, read.as_ref());
    let (status, since) = status(columns, &track, read.as_ref(), seen_at);
    let lacks_moves = read.is_some() && !track.agrees;
    Told { track, status, since, lacks_moves }
}

/// By its statuses. Where the notes do not end with the present one, nobody tells since when it is.
pub(crate) fn of_statuses(statuses: &Statuses, seen_at: Instant) -> Told {
    let track = statuses.track();
    let (status, since) = match &statuses.present {
        Some(_) if track.agrees => at_end_of(&track, seen_at),
        present => (present.clone(), None),
    };
    let lacks_moves = statuses.present.is_some() && !track.agrees;
    Told { track, status, since, lacks_moves }
}

/// The column at the time of the import, and since when where that is known.
///
/// Events that end with the labels that are on know best, and say how it was when the import began, whatever was moved
/// while it read. Else the labels tell the column, if they tell one, and nobody tells since when.
fn status(
    columns: &LabelColumns,
    track: &Track,
    read: Option<&Read<'_>>,
    seen_at: Instant,
) -> (Option<String>, Option<Instant>) {
    let Some(read) = read else { return (None, None) };
    if track.agrees && track.column.is_some() {
        return at_end_of(track, seen_at);
    }
    let of_events = track.column.as_deref().filter(|column| read.on.contains(column));
    (column_by_labels(columns, &read.on).or(of_events).map(str::to_owned), None)
}

fn at_end_of(track: &Track, seen_at: Instant) -> (Option<String>, Option<Instant>) {
    let last = track.moves.iter().rfind(|moved| moved.at <= whole(seen_at));
    (Some(last.map(|last| last.to.clone()).unwrap_or_default()), last.map(|last| last.at))
}

/// Adds the card on a board and what the issue did there: it joins at its creation, without a column.
pub(crate) fn put_on_board(record: &mut Issue, board: &Board, issue: &wire::Issue, told: Told, seen_at: Instant) {
    let Told { track, status, since, lacks_moves } = told;
    record.untold.project_events |= lacks_moves;
    record.items.push(ProjectItem {
        id: format!("{}/issue/{}", board.id, issue.id),
        project_id: board.id.clone(),
        project_name: board.name().to_owned(),
        content: ItemContent::Issue,
        content_id: record.id.clone(),
        status,
        status_updated_at: since,
        presence: Presence::OnBoard,
        created_at: Some(record.created_at),
        updated_at: record.updated_at,
        observed_at: Some(seen_at),
        ..ProjectItem::default()
    });
    let event = |kind: ProjectKind| ProjectEvent {
        kind: kind.into(),
        project_id: board.id.clone(),
        project_name: board.name().to_owned(),
        ..ProjectEvent::default()
    };
    record.project_events.push(ProjectEvent {
        at: record.created_at,
        by: record.creator.clone(),
        ..event(ProjectKind::Added)
    });
    record.project_events.extend(track.moves.into_iter().map(|moved| ProjectEvent {
        from_column: moved.from,
        to_column: moved.to,
        at: moved.at,
        by: moved.by,
        ..event(ProjectKind::Moved)
    }));
    record.project_events.sort_by_key(|event| event.at);
}
