//! Moves of one issue on one board, from the events of its labels.
//!
//! The column is the last added label of the scope that is still on, or of a list the label furthest to the right. A
//! label that is taken off within two seconds of another one that is put on is one move, at the time of the latter and
//! in whichever order the two are told.

use model::Instant;
use model::gitlab::{DELETED_LABEL, LabelColumns};

use crate::board::column_of;
use crate::wire::{Change, LabelEvent};

/// Changes of labels within this time of each other are one move.
const ONE_MOVE_MICROS: i64 = 2_000_000;

/// From one column to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    /// When, to whole seconds: one move at most for each second.
    pub(crate) at: Instant,
    /// Column before, empty for none; [`DELETED_LABEL`] where it was one whose name is not known.
    pub(crate) from: String,
    /// Column after, empty for none.
    pub(crate) to: String,
    /// Who, empty for deleted users.
    pub(crate) by: String,
}

/// What events tell of an issue on a board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Track {
    /// Moves in order of time.
    pub(crate) moves: Vec<Move>,
    /// The column at the end; `None` for a label whose name is not known.
    pub(crate) column: Option<String>,
    /// Whether the events end with the labels that the issue was read with.
    pub(crate) agrees: bool,
}

/// The labels that an issue was read with, as columns of the board, and when the issue had changed last: events after
/// that may have happened between the readings of the issue and of its events.
pub(crate) struct Read<'a> {
    pub(crate) on: Vec<&'a str>,
    pub(crate) updated_at: Instant,
}

/// Follows events in order of time and id.
pub(crate) fn track(columns: &LabelColumns, events: &[&LabelEvent], read: Option<&Read<'_>>) -> Track {
    let mut walk = Walk { columns, events, named: Vec::new(), on: Vec::new(), column: Some(""), moves: Vec::new() };
    let mut agrees = false;
    for next in 0..=events.len() {
        if let Some(before) = next.checked_sub(1) {
            walk.step(before);
        }
        let is_present = |read: &&Read<'_>| events.get(next).is_none_or(|event| event.created_at > read.updated_at);
        agrees |= read.filter(is_present).is_some_and(|read| walk.has_on(&read.on));
    }
    Track { moves: walk.moves, column: walk.column.map(str::to_owned), agrees }
}

/// The column of labels of which nothing but their names is known: `None` where several are on and none leads.
pub(crate) fn column_by_labels<'a>(columns: &LabelColumns, on: &[&'a str]) -> Option<&'a str> {
    match (columns, on) {
        (_, []) => Some(""),
        (_, [one]) => Some(one),
        (LabelColumns::Labels(order), _) => on.iter().copied().max_by_key(|column| place(order, column)),
        (LabelColumns::Scope(_) | LabelColumns::Statuses, _) => None,
    }
}

fn place(order: &[String], label: &str) -> Option<usize> {
    order.iter().position(|one| one == label)
}

struct Walk<'a> {
    columns: &'a LabelColumns,
    events: &'a [&'a LabelEvent],
    /// Columns that events have named so far.
    named: Vec<&'a str>,
    /// Labels that are on, as columns, in the order in which they were added, and when.
    on: Vec<(&'a str, Instant)>,
    column: Option<&'a str>,
    moves: Vec<Move>,
}

impl<'a> Walk<'a> {
    fn step(&mut self, position: usize) {
        let event = self.events[position];
        let Some(column) = self.column_of(event) else { return };
        let is_first = !self.named.contains(&column);
        if is_first {
            self.named.push(column);
        }
        match event.action {
            Change::Add => {
                self.on.retain(|(on, _)| *on != column);
                self.on.push((column, event.created_at));
                self.added(position);
            }
            Change::Remove => {
                self.on.retain(|(on, _)| *on != column);
                if is_first && self.on.is_empty() && self.column == Some("") {
                    // It was put on before events are known.
                    self.column = Some(column);
                }
                self.removed(position);
            }
            Change::Other => {}
        }
    }

    fn added(&mut self, position: usize) {
        let event = self.events[position];
        let column = self.leading();
        if self.column == Some(column) {
            return;
        }
        let left = || self.taken_off_after(position);
        let left_nameless = || self.near(position).any(|other| is_nameless(other, Change::Remove));
        let from = match self.column {
            Some("") => match left() {
                Some(column) => column,
                None if left_nameless() => DELETED_LABEL,
                None => "",
            },
            Some(column) => column,
            None => DELETED_LABEL,
        };
        self.go(from, column, event.created_at, event);
    }

    fn removed(&mut self, position: usize) {
        let event = self.events[position];
        let column = self.leading();
        let is_put_on = |other: &&LabelEvent| other.action == Change::Add && self.column_of(other).is_some();
        if self.column == Some(column) || self.soon_after(position).any(|other| is_put_on(&other)) {
            return;
        }
        if column.is_empty() {
            if self.near(position).any(|other| is_nameless(other, Change::Add)) {
                self.column = None;
            }
            let Some(from) = self.column else { return };
            return self.go(from, column, event.created_at, event);
        }
        // With the label that was put on just before it is one move.
        let added_at = self.on.iter().find(|(on, _)| *on == column).map_or(event.created_at, |(_, at)| *at);
        let is_one = event.created_at.micros() - added_at.micros() <= ONE_MOVE_MICROS;
        let at = if is_one { added_at } else { event.created_at };
        self.go(self.column.unwrap_or(DELETED_LABEL), column, at, event);
    }

    /// Notes a move. Several within one second are one, since files tell whole seconds.
    fn go(&mut self, from: &str, to: &'a str, at: Instant, event: &LabelEvent) {
        let at = Instant::from_seconds(at.seconds());
        self.column = Some(to);
        let by = event.user.as_ref().map(|user| user.username.clone()).unwrap_or_default();
        let at = self.moves.last().map_or(at, |last| at.max(last.at));
        let before = self.moves.pop_if(|last| last.at == at && last.to == from);
        let from = before.map_or_else(|| from.to_owned(), |before| before.from);
        let is_told = self.moves.iter().rev().take_while(|last| last.at == at).any(|last| last.to == to);
        if from != to && !is_told {
            self.moves.push(Move { at, from, to: to.to_owned(), by });
        }
    }

    /// The column that the labels say which are on.
    fn leading(&self) -> &'a str {
        let leading = match self.columns {
            LabelColumns::Scope(_) => self.on.last(),
            LabelColumns::Labels(order) => self.on.iter().max_by_key(|(on, _)| place(order, on)),
            LabelColumns::Statuses => None,
        };
        leading.map_or("", |(column, _)| column)
    }

    fn column_of(&self, event: &'a LabelEvent) -> Option<&'a str> {
        column_of(self.columns, &event.label.as_ref()?.name)
    }

    fn is_on(&self, column: &str) -> bool {
        self.on.iter().any(|(on, _)| *on == column)
    }

    fn has_on(&self, columns: &[&str]) -> bool {
        self.on.len() == columns.len() && columns.iter().all(|column| self.is_on(column))
    }

    /// The label that the same move takes off although no event has put it on.
    fn taken_off_after(&self, position: usize) -> Option<&'a str> {
        let of_board = self.soon_after(position).filter_map(|event| Some((event.action, self.column_of(event)?)));
        let mut before_the_next = of_board.take_while(|(action, _)| *action != Change::Add);
        before_the_next.find(|(_, column)| !self.named.contains(column)).map(|(_, column)| column)
    }

    /// The events within the time of one move, before and after.
    fn near(&self, position: usize) -> impl Iterator<Item = &'a LabelEvent> {
        let events = self.events;
        let at = events[position].created_at.micros();
        let before =
            events[..position].iter().rev().take_while(move |it| at - it.created_at.micros() <= ONE_MOVE_MICROS);
        before.copied().chain(self.soon_after(position))
    }

    /// Those after.
    fn soon_after(&self, position: usize) -> impl Iterator<Item = &'a LabelEvent> {
        let events = self.events;
        let at = events[position].created_at.micros();
        events[position + 1..].iter().take_while(move |it| it.created_at.micros() - at <= ONE_MOVE_MICROS).copied()
    }
}

/// Whether an event is of a label that is deleted.
pub(crate) fn is_nameless(event: &LabelEvent, action: Change) -> bool {
    event.action == action && event.label.is_none()
}

#[cfg(test)]
mod tests;
