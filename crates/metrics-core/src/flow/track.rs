//! Track of one issue on one board: timeline events and sightings become dated facts.
//!
//! The timeline leads. A sighting that differs from what the timeline says reveals a lost move, and an
//! event whose column before is not the column that the card was in does so too.

use model::Instant;
use model::columns::{Dictionary, ProjectKind, Raw, SightingSource};
use model::instant::MICROS_PER_SECOND;
use model::records::Presence;

use super::boards::{Boards, UNMAPPED};
use super::lives::Source;
use super::untold::{LOST_SINCE, Untold};

/// Something that changes the state of an issue at an instant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fact {
    pub(crate) at: i64,
    /// Facts of boards come before facts of the issue itself at the same instant.
    pub(crate) rank: u8,
    /// Position of the board within the issue.
    pub(crate) slot: u8,
    pub(crate) what: What,
}

/// What a [`Fact`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Put on the board.
    Join(Source),
    /// Taken off, or archived.
    Leave(Source),
    /// Back from the archive.
    Return(Source),
    /// In a column from now on. `step` is what the column means, the step before where it means nothing.
    Column {
        /// Text of the column, a code.
        code: u32,
        /// Its comparable name.
        name: u32,
        step: u8,
        source: Source,
        /// Whether the card moved, rather than the column being renamed.
        entered: bool,
    },
    /// What is known of the column is only carried forward from here to the next change.
    Doubt,
    /// Here ends a stretch that may hide moves.
    Lost(Stretch),
    /// Closed; whether as not planned or duplicate, and whether an event says so.
    Close { not_planned: bool, source: Source },
    /// Reopened.
    Reopen,
    /// No longer exists.
    Vanish,
}

/// A stretch between two known states that may hide moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// When the state before was told or confirmed last.
    pub(crate) begin: i64,
    /// Step before.
    pub(crate) from: u8,
    /// Step after: the same one for a trip out of a column and back.
    pub(crate) to: u8,
}

/// Events within this time of each other may be one change seen twice.
const SAME_CHANGE_MICROS: i64 = 60 * 1_000_000;

/// The timeline events and sightings of one issue on one board, as row numbers.
pub(crate) struct Track<'a> {
    pub(crate) raw: &'a Raw,
    pub(crate) boards: &'a Boards,
    pub(crate) board: u16,
    pub(crate) slot: u8,
    pub(crate) created_at: i64,
    pub(crate) as_of: i64,
    /// How far timelines are imported.
    pub(crate) told_until: i64,
}

struct Card {
    on_board: bool,
    archived: bool,
    ever: bool,
    joined_at: i64,
    code: u32,
    name: u32,
    step: u8,
    known_at: i64,
    /// When it was last seen in a column, so that a difference is one from then.
    seen_at: Option<i64>,
    untold: Vec<Untold>,
}

impl Track<'_> {
    /// Appends the facts of this board in order of time and returns how many gaps they close, and the moves among these
    /// that GitHub's timeline may have lost.
    ///
    /// `events` are in order of time and chained where equal; `sightings` in order of `observed_at`.
    pub(crate) fn facts(&self, events: &mut [u32], sightings: &[u32], facts: &mut Vec<Fact>) -> (u32, Vec<Untold>) {
        let mut card = Card {
            on_board: false,
            archived: false,
            ever: false,
            joined_at: i64::MIN,
            code: 0,
            name: self.boards.name(0),
            step: 0,
            known_at: self.created_at,
            seen_at: None,
            untold: Vec::new(),
        };
        let mut gaps = 0;
        let restating = self.restating(events, sightings);
        let (mut event, mut sighting) = (0, 0);
        while event < events.len() || sighting < sightings.len() {
            let event_at = events.get(event).map_or(i64::MAX, |row| self.event_at(*row));
            let seen_at = sightings.get(sighting).map_or(i64::MAX, |row| self.seen_at(*row));
            if event < events.len() && event_at <= seen_at {
                self.put_next_first(&mut events[event..], &card);
                let next = events.get(event + 1).copied().filter(|row| self.event_at(*row) <= seen_at);
                let confirmed_at = self.confirmed_at(sightings.get(sighting).copied());
                gaps += self.event(events[event], next, (sightings, confirmed_at), &mut card, facts);
                event += 1;
            } else {
                if !restating.get(sighting).is_some_and(|restates| *restates) {
                    gaps += self.sighting(sightings[sighting], &mut card, facts);
                }
                sighting += 1;
            }
        }
        (gaps, card.untold)
    }

    /// Which sightings are deliveries of a move that the timeline tells too: both are dated within moments of each
    /// other, in either order, and the timeline leads. Each event stands for one delivery, the nearest one.
    fn restating(&self, events: &[u32], sightings: &[u32]) -> Vec<bool> {
        let seen = &self.raw.sightings;
        let is_delivery = |row: u32| seen.source[row as usize] == SightingSource::Webhook;
        if events.is_empty() || !sightings.iter().any(|row| is_delivery(*row)) {
            return Vec::new();
        }
        let mut restating = vec![false; sightings.len()];
        for event in events {
            if self.raw.project_events.kind[*event as usize] != Some(ProjectKind::Moved) {
                continue;
            }
            let at = self.event_at(*event);
            let distance = |place: usize| (self.seen_at(sightings[place]) - at).abs();
            let to = self.boards.name(self.raw.project_events.to_column[*event as usize]);
            let first = sightings.partition_point(|row| self.seen_at(*row) < at.saturating_sub(SAME_CHANGE_MICROS));
            let same_change = (first..sightings.len())
                .take_while(|place| self.seen_at(sightings[*place]) <= at.saturating_add(SAME_CHANGE_MICROS))
                .filter(|place| {
                    let row = sightings[*place] as usize;
                    !restating[*place]
                        && is_delivery(sightings[*place])
                        && seen.presence[row] == Presence::OnBoard
                        && seen.status_at.get(row).is_some()
                        && self.boards.name(seen.status[row]) == to
                })
                .min_by_key(|place| distance(*place));
            let Some(place) = same_change else { continue };
            restating[place] = true;
            // What it says of the column before the move the event says as well.
            let before = place.checked_sub(1).filter(|before| {
                seen.status_at.get(sightings[*before] as usize).is_none()
                    && self.seen_at(sightings[place]) - self.seen_at(sightings[*before]) <= MICROS_PER_SECOND
            });
            if let Some(before) = before {
                restating[before] = true;
            }
        }
        restating
    }

    fn event_at(&self, row: u32) -> i64 {
        self.raw.project_events.at.micros(row as usize).max(self.created_at)
    }

    fn seen_at(&self, row: u32) -> i64 {
        self.raw.sightings.observed_at.micros(row as usize)
    }

    /// Of the events at the same instant, puts the one first that goes on from where the card is.
    fn put_next_first(&self, events: &mut [u32], card: &Card) {
        let at = self.event_at(events[0]);
        let same = events.iter().take_while(|row| self.event_at(**row) == at).count();
        if same < 2 {
            return;
        }
        let fits = |row: &u32| self.misfit(*row, card);
        let best = (0..same).min_by_key(|position| (fits(&events[*position]), *position)).unwrap_or(0);
        events[..=best].rotate_right(1);
    }

    /// How badly an event fits as the next one; 0 is best.
    fn misfit(&self, row: u32, card: &Card) -> u8 {
        let events = &self.raw.project_events;
        match (events.kind[row as usize], card.on_board) {
            (Some(ProjectKind::Added), false) => 0,
            (Some(ProjectKind::Moved), true) => {
                let from = self.boards.name(events.from_column[row as usize]);
                if from == card.name {
                    0
                } else if self.boards.chains(self.board, from, card.name) {
                    1
                } else {
                    4
                }
            }
            (Some(ProjectKind::Removed), true) => 2,
            (None, _) => 3,
            (Some(ProjectKind::Moved), false) => 5,
            (Some(ProjectKind::Added), true) | (Some(ProjectKind::Removed), false) => 6,
        }
    }

    /// Up to when the state before a sighting is known to have held.
    fn confirmed_at(&self, sighting: Option<u32>) -> i64 {
        sighting.and_then(|row| self.raw.sightings.confirmed_at.get(row as usize)).map_or(NULL, Instant::micros)
    }

    /// `seen` are the sightings of the card, and up to when the state before the next one of them held.
    fn event(
        &self,
        row: u32,
        next: Option<u32>,
        (seen, confirmed_at): (&[u32], i64),
        card: &mut Card,
        facts: &mut Vec<Fact>,
    ) -> u32 {
        let events = &self.raw.project_events;
        let at = self.event_at(row);
        let row = row as usize;
        let mut gaps = 0;
        match events.kind[row] {
            None => return 0,
            Some(ProjectKind::Added) => {
                if !card.on_board {
                    self.join(at, Source::Timeline, card, facts);
                    if let Some(next) = next.filter(|next| events.kind[*next as usize] == Some(ProjectKind::Moved)) {
                        let before = events.from_column[next as usize];
                        self.enter(at, before, Source::Timeline, card, facts);
                    }
                }
            }
            Some(ProjectKind::Moved) => {
                let from = events.from_column[row];
                if !card.on_board {
                    let made = if card.ever { None } else { self.card_made(seen, at) };
                    self.join(made.unwrap_or(at), made.map_or(Source::Timeline, |_| Source::Snapshot), card, facts);
                    self.enter(made.unwrap_or(at), from, Source::Timeline, card, facts);
                } else if !self.boards.chains(self.board, self.boards.name(from), card.name) {
                    gaps = 1;
                    self.untold(at, self.boards.name(from), card);
                    let to = self.step_of(self.boards.name(from), card);
                    self.lose(confirmed_at, at, to, card, facts);
                    self.enter(at, from, Source::Bound, card, facts);
                }
                self.enter(at, events.to_column[row], Source::Timeline, card, facts);
            }
            Some(ProjectKind::Removed) => {
                if card.on_board {
                    card.on_board = false;
                    card.archived = false;
                    self.push(at, What::Leave(Source::Timeline), facts);
                }
            }
        }
        card.known_at = card.known_at.max(at);
        gaps
    }

    fn sighting(&self, row: u32, card: &mut Card, facts: &mut Vec<Fact>) -> u32 {
        let sightings = &self.raw.sightings;
        let row = row as usize;
        let seen_at = sightings.observed_at.micros(row).max(self.created_at);
        let presence = sightings.presence[row];
        let made_at = sightings.created_at.get(row).map(Instant::micros);
        let source = match sightings.source[row] {
            SightingSource::Snapshot => Source::Snapshot,
            SightingSource::Webhook => Source::Webhook,
        };
        // A card that was made before the present one joined tells nothing about the present one.
        let earlier_card = card.on_board
            && card.ever
            && made_at.is_some_and(|made_at| made_at.saturating_add(SAME_CHANGE_MICROS) < card.joined_at);
        if earlier_card {
            return 0;
        }
        let presence_at = credible(sightings.presence_at.get(row), card.known_at, seen_at);
        match presence {
            Presence::Removed if card.on_board => {
                card.on_board = false;
                card.archived = false;
                self.push(presence_at, What::Leave(source), facts);
            }
            Presence::Archived if card.on_board && !card.archived => {
                card.archived = true;
                self.push(presence_at, What::Leave(source), facts);
            }
            Presence::OnBoard if card.archived => {
                card.archived = false;
                self.push(presence_at, What::Return(source), facts);
            }
            Presence::OnBoard | Presence::Archived if !card.on_board => {
                let made = made_at.filter(|made| !card.ever || *made > card.known_at);
                let at = made.unwrap_or(seen_at).clamp(self.created_at, seen_at.max(self.created_at));
                self.join(at, source, card, facts);
                card.known_at = card.known_at.max(at);
                if presence == Presence::Archived {
                    card.archived = true;
                    self.push(presence_at.max(at), What::Leave(source), facts);
                }
            }
            Presence::OnBoard | Presence::Archived | Presence::Removed => {}
        }
        let gaps = if presence == Presence::Removed { 0 } else { self.status(row, seen_at, source, card, facts) };
        card.known_at = card.known_at.max(seen_at);
        if sightings.status[row] != Dictionary::EMPTY {
            card.seen_at = Some(seen_at);
        }
        gaps
    }

    /// Compares the column that a card was seen in with the column that is known.
    fn status(&self, row: usize, seen_at: i64, source: Source, card: &mut Card, facts: &mut Vec<Fact>) -> u32 {
        let code = self.raw.sightings.status[row];
        let name = self.boards.name(code);
        let set_at = self.raw.sightings.status_at.get(row).map(Instant::micros);
        // Only its joining is known so far: what was set before that holds since then.
        let since_joining = card.known_at == card.joined_at;
        let exact = set_at
            .filter(|at| *at <= seen_at)
            .and_then(|at| if at > card.known_at { Some(at) } else { since_joining.then_some(card.joined_at) });
        let at = exact.unwrap_or(seen_at);
        let confirmed_at = self.confirmed_at(Some(row as u32));
        if self.boards.chains(self.board, name, card.name) {
            let is_done = self.boards.rule(self.board, name).step == DONE;
            let is_again = name == card.name && code != Dictionary::EMPTY && source == Source::Snapshot;
            // A card that was made anew, as when its issue is transferred, was given its status with that.
            let made_at = self.raw.sightings.created_at.get(row).map_or(card.known_at, Instant::micros);
            let known_at = card.known_at.max(made_at).saturating_add(SAME_CHANGE_MICROS);
            let since = exact.filter(|at| is_again && *at > known_at);
            if since.is_some_and(|at| at <= self.as_of) {
                // It was elsewhere in between, and came back.
                self.lose(confirmed_at, at, card.step, card, facts);
                self.enter(at, code, source, card, facts);
                return 1;
            }
            if at <= self.as_of && (name != card.name || (is_done && exact.is_some())) {
                // Within the same step: no gap; set again after the last known instant: entered again.
                let what = What::Column { code, name, step: card.step, source, entered: exact.is_some() };
                self.push(at, what, facts);
                (card.code, card.name) = (code, name);
            }
            return 0;
        }
        if at > self.as_of {
            return 0;
        }
        if card.seen_at.is_some() && at <= self.told_until {
            self.untold(exact.unwrap_or(card.known_at), name, card);
        }
        let is_told = source == Source::Webhook && exact.is_some();
        let held_since_joining = since_joining && at == card.joined_at;
        if !is_told && !held_since_joining {
            self.lose(confirmed_at, at, self.step_of(name, card), card, facts);
        }
        self.enter(at, code, source, card, facts);
        1
    }

    /// When the card was made, by the earliest sighting that says so, if that is not after `before`.
    fn card_made(&self, sightings: &[u32], before: i64) -> Option<i64> {
        let made = sightings.iter().filter_map(|row| self.raw.sightings.created_at.get(*row as usize)).min()?;
        Some(made.micros().max(self.created_at)).filter(|made| *made <= before)
    }

    fn join(&self, at: i64, source: Source, card: &mut Card, facts: &mut Vec<Fact>) {
        card.on_board = true;
        card.archived = false;
        card.ever = true;
        card.joined_at = at;
        self.push(at, What::Join(source), facts);
        (card.step, card.name, card.code) = (0, self.boards.name(0), 0);
        self.enter(at, 0, source, card, facts);
    }

    fn enter(&self, at: i64, code: u32, source: Source, card: &mut Card, facts: &mut Vec<Fact>) {
        let name = self.boards.name(code);
        let step = self.boards.rule(self.board, name).step;
        if step != UNMAPPED {
            card.step = step;
        }
        (card.code, card.name) = (code, name);
        self.push(at, What::Column { code, name, step: card.step, source, entered: step != UNMAPPED }, facts);
    }

    /// Notes a move that no event tells, where the timeline is imported so far that it should: from the column that the
    /// card was in to another one, both named, at or after an instant.
    fn untold(&self, since: i64, after: u32, card: &mut Card) {
        let unnamed = self.boards.name(Dictionary::EMPTY);
        let is_late = (LOST_SINCE.micros()..=self.told_until).contains(&since);
        if is_late && card.name != unnamed && after != unnamed {
            card.untold.push(Untold { board: self.board, before: card.name, after });
        }
    }

    /// The step that the card has in a column: one that is mapped to none keeps the step before it.
    fn step_of(&self, name: u32, card: &Card) -> u8 {
        Some(self.boards.rule(self.board, name).step).filter(|step| *step != UNMAPPED).unwrap_or(card.step)
    }

    /// Notes that moves may be hidden between the last known or confirmed instant and `until`. Whether the provider says
    /// when the last of them happened does not matter: it does not say that there was only one.
    fn lose(&self, confirmed_at: i64, until: i64, to: u8, card: &Card, facts: &mut Vec<Fact>) {
        let begin = if confirmed_at <= until { card.known_at.max(confirmed_at) } else { card.known_at };
        if begin < until {
            self.push(begin, What::Doubt, facts);
            self.push(until, What::Lost(Stretch { begin, from: card.step, to }), facts);
        }
    }

    fn push(&self, at: i64, what: What, facts: &mut Vec<Fact>) {
        if at <= self.as_of {
            facts.push(Fact { at, rank: 0, slot: self.slot, what });
        }
    }
}

const DONE: u8 = model::rules::Step::Done as u8;
const NULL: i64 = Instant::NULL_MICROS;

/// The provider's own date where it lies between the last known instant and the sighting, else the sighting.
fn credible(stated: Option<Instant>, known_at: i64, seen_at: i64) -> i64 {
    stated.map(Instant::micros).filter(|at| (known_at..=seen_at).contains(at)).unwrap_or(seen_at)
}
