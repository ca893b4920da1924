//! Lives of issues as columns: one chain of half-open intervals per issue, and what follows from it.

use model::Instant;
use model::columns::{Column as _, InstantColumn};
use model::rules::Step;

use super::boards::{Board, NO_BOARD};
use super::kinds::Kinds;

/// Where an issue is during an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Place {
    /// Step `backlog`.
    Backlog,
    /// Step `ready`.
    Ready,
    /// Step `dev`.
    Dev,
    /// Step `review`.
    Review,
    /// Step `qa`.
    Qa,
    /// Step `waiting_to_prod`.
    WaitingToProd,
    /// Step `done`.
    Done,
    /// Removed or archived while open: in no stock.
    OffBoard,
    /// Closed as not planned or duplicate. Its time counts as `done`.
    NotPlanned,
    /// Found deleted while open: no longer open, in no figure. Its time counts as `off_board`.
    Vanished,
    /// Open and never on a board: no step.
    NoBoard,
    /// Where a selection does not look: in no figure.
    Elsewhere,
    /// Off the board, where a selection does not look: in no figure, but whoever comes from a board that it looks at
    /// has left that one.
    OffElsewhere,
}

impl Place {
    /// How many places there are.
    pub const COUNT: usize = 13;
    /// All places.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Backlog,
        Self::Ready,
        Self::Dev,
        Self::Review,
        Self::Qa,
        Self::WaitingToProd,
        Self::Done,
        Self::OffBoard,
        Self::NotPlanned,
        Self::Vanished,
        Self::NoBoard,
        Self::Elsewhere,
        Self::OffElsewhere,
    ];

    /// The place of a step by its position.
    pub(crate) fn of_step(step: u8) -> Self {
        Self::ALL[usize::from(step.min(Self::Done as u8))]
    }

    /// Whether an open item on a board is here: it counts in stocks.
    pub fn is_stock(self) -> bool {
        self < Self::Done
    }

    /// Whether a selection does not look here.
    pub fn is_elsewhere(self) -> bool {
        matches!(self, Self::Elsewhere | Self::OffElsewhere)
    }

    /// Whether an item here has ended.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Done | Self::NotPlanned)
    }

    /// As written in tables: the step, or `off_board`, or nothing.
    pub fn name(self) -> &'static str {
        match self {
            Self::OffBoard | Self::Vanished => "off_board",
            Self::NotPlanned => Step::Done.name(),
            Self::NoBoard | Self::Elsewhere | Self::OffElsewhere => "",
            step => Step::ALL[step as usize].name(),
        }
    }
}

/// What the knowledge of an interval rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Source {
    /// An event of the issue's timeline.
    Timeline,
    /// A delivery.
    Webhook,
    /// A sighting that differed from the last known state.
    Snapshot,
    /// Carried forward over a gap, or derived from the issue's own dates.
    Bound,
}

impl Source {
    /// Whether it rests on neither timeline nor deliveries.
    pub fn is_inferred(self) -> bool {
        self >= Self::Snapshot
    }
}

/// Intervals of all issues, those of one issue together and in order of time.
///
/// Interval `i` lasts from `start[i]` to the start of the next interval of the issue, the last one to `as_of`.
#[derive(Clone, Debug, Default)]
pub struct Intervals {
    /// First interval of each issue by row of the raw issues, and the number of intervals at the end.
    pub first: Vec<u32>,
    /// Start in microseconds.
    pub start: Vec<i64>,
    /// Position of the board, or [`NO_BOARD`]. Off the board: the one that it was on last.
    pub board: Vec<u16>,
    /// Where.
    pub place: Vec<Place>,
    /// Column as text, a code of the raw dictionary.
    pub column: Vec<u32>,
    /// What it rests on.
    pub source: Vec<Source>,
}

impl Intervals {
    /// Positions of the intervals of an issue.
    pub fn of(&self, issue: usize) -> std::ops::Range<usize> {
        self.first[issue] as usize..self.first[issue + 1] as usize
    }
}

/// Times and counts of one issue. Instants and durations are microseconds; unknown is [`Instant::NULL_MICROS`].
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// Opened.
    pub created_at: i64,
    /// Start of the last done interval, if done at `as_of`.
    pub ended_at: i64,
    /// Whether it ended as not planned or duplicate: no throughput, lead or cycle time.
    pub not_planned: bool,
    /// Board at `as_of`, or the last one; [`NO_BOARD`] if it never was on one.
    pub board: u16,
    /// Board at `ended_at`; [`NO_BOARD`] if it never was on one or has not ended.
    pub end_board: u16,
    /// Where it is at `as_of`.
    pub place: Place,
    /// Column at `as_of`, a code of the raw dictionary.
    pub column: u32,
    /// The earlier of `cycle_start` and the first entry into a lead-time column, else into ready to waiting to prod, else
    /// `created_at`. Unknown where lost history may hide it.
    pub lead_start: i64,
    /// First entry into a cycle-time column or a later step short of done.
    pub cycle_start: i64,
    /// Whether lost history may hide `cycle_start`.
    pub cycle_unknown: bool,
    /// First entry into ready, dev, review, qa and waiting to prod.
    pub entered: [i64; 5],
    /// Whether lost history may hide the first entry into each of these.
    pub entered_unknown: [bool; 5],
    /// Time in each step, then `off_board`. All zero for an issue that never was on a board and is open.
    pub time_in: [i64; 8],
    /// How often it was reopened.
    pub reopened_count: u32,
    /// Moves of its card to an earlier step.
    pub rework_count: u32,
    /// Holes in its board history.
    pub history_gaps: u32,
    /// Time until it ended (or `as_of`) that rests on neither timeline nor deliveries.
    pub inferred: i64,
    /// Time in working columns from `cycle_start` to `ended_at`.
    pub working: i64,
    /// Whether a selection sees nothing of it but its past: it is, or has ended, where the selection does not look.
    pub elsewhere: bool,
}

impl Life {
    /// Whether it counts in throughput, lead and cycle time.
    pub fn is_finished(&self) -> bool {
        self.ended_at != Instant::NULL_MICROS && !self.not_planned
    }

    /// From lead start to end, `None` unless finished and known.
    pub fn lead_micros(&self) -> Option<i64> {
        (self.is_finished() && self.lead_start != Instant::NULL_MICROS).then(|| self.ended_at - self.lead_start)
    }

    /// From cycle start to end, `None` unless finished and started.
    pub fn cycle_micros(&self) -> Option<i64> {
        (self.is_finished() && self.cycle_start != Instant::NULL_MICROS).then(|| self.ended_at - self.cycle_start)
    }

    /// Whether lost history may hide how long it was in some step.
    pub fn has_unknown_stays(&self) -> bool {
        self.cycle_unknown || self.entered_unknown.contains(&true)
    }

    /// From the start of development to the start of review, `None` when either is unknown or it is negative.
    pub fn time_to_review_micros(&self) -> Option<i64> {
        let (dev, review) = (self.entered[1], self.entered[2]);
        (dev != Instant::NULL_MICROS && review != Instant::NULL_MICROS && review >= dev).then(|| review - dev)
    }

    /// Share of its life until it ended (or `as_of`) that is inferred, 0 to 1.
    pub fn inferred_share(&self, as_of: Instant) -> f64 {
        let end = if self.ended_at == Instant::NULL_MICROS { as_of.micros() } else { self.ended_at };
        let life = end - self.created_at;
        if life > 0 { self.inferred as f64 / life as f64 } else { 0.0 }
    }
}

/// How an issue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Row of the issue in the raw issues.
    pub issue: u32,
    /// Position of the board that it ended on in [`Lives::boards`]; `None` if it never was on one.
    pub board: Option<u16>,
    /// When.
    pub ended_at: Instant,
    /// As not planned or duplicate.
    pub not_planned: bool,
}

/// Lives of all issues up to `as_of`.
#[derive(Clone, Debug)]
pub struct Lives {
    /// Nothing later than this was looked at, except to date what happened before it.
    pub as_of: Instant,
    /// Boards, excluded ones left out.
    pub boards: Vec<Board>,
    /// Whether tables have rows of a board: all boards, unless only some were selected.
    pub shown: Vec<bool>,
    /// Types and bugs by row of the raw issues.
    pub kinds: Kinds,
    /// By row of the raw issues; `None` for issues that are filtered out or were opened after `as_of`.
    pub issues: Vec<Option<Life>>,
    /// Intervals by row of the raw issues.
    pub intervals: Intervals,
    /// Columns that are mapped to no step: board, column, moves into it. In order of board and column.
    pub unmapped: Vec<(u16, String, u64)>,
    /// Rows of the issues with a move since 2026-09-24 of which GitHub wrote no event although it should have, in order.
    pub lost_moves: Vec<u32>,
}

impl Lives {
    /// Says of each issue where it was just before an instant, by all that is known since: board, place and column.
    /// Marks and durations stay. Issues that were opened later are as if they were filtered out.
    pub(crate) fn look_at(&mut self, at: Instant) {
        for (issue, life) in self.issues.iter_mut().enumerate() {
            let of_issue = self.intervals.of(issue);
            let started = self.intervals.start[of_issue.clone()].partition_point(|start| *start < at.micros());
            *life = life.filter(|_| started > 0).map(|life| {
                let last = of_issue.start + started - 1;
                let place = self.intervals.place[last];
                let (board, column) = (self.intervals.board[last], self.intervals.column[last]);
                Life { board, place, column, elsewhere: place.is_elsewhere(), ..life }
            });
        }
    }

    /// Issues that ended, by instant and id of the row: the finished ones and those closed as not planned.
    pub fn endings(&self) -> Vec<Ending> {
        let mut endings: Vec<Ending> = self
            .included()
            .filter(|(_, life)| life.ended_at != Instant::NULL_MICROS)
            .map(|(issue, life)| Ending {
                issue: issue as u32,
                board: (life.end_board != NO_BOARD).then_some(life.end_board),
                ended_at: Instant::from_micros(life.ended_at),
                not_planned: life.not_planned,
            })
            .collect();
        endings.sort_unstable_by_key(|ending| (ending.ended_at, ending.board, ending.not_planned, ending.issue));
        endings
    }

    /// Issues that count, with their rows.
    pub fn included(&self) -> impl Iterator<Item = (usize, &Life)> {
        self.followed().filter(|(_, life)| !life.elsewhere)
    }

    /// Issues that count or once counted, with their rows: those of which there are intervals to look at.
    pub fn followed(&self) -> impl Iterator<Item = (usize, &Life)> {
        self.issues.iter().enumerate().filter_map(|(issue, life)| life.as_ref().map(|life| (issue, life)))
    }

    /// First creation among the issues that count or once counted.
    pub fn first_creation(&self) -> Option<Instant> {
        self.followed().map(|(_, life)| life.created_at).min().map(Instant::from_micros)
    }

    /// First creation among the issues that ever were on each board, by position of the board.
    pub fn first_creation_by_board(&self) -> Vec<Option<Instant>> {
        let mut first = vec![None; self.boards.len()];
        for (issue, life) in self.followed() {
            let created_at = Instant::from_micros(life.created_at);
            let counted = |interval: &usize| !self.intervals.place[*interval].is_elsewhere();
            for interval in self.intervals.of(issue).filter(counted) {
                if let Some(first) = first.get_mut(usize::from(self.intervals.board[interval])) {
                    *first = Some(first.map_or(created_at, |other: Instant| other.min(created_at)));
                }
            }
        }
        first
    }

    /// Whether an issue ever was on a board, or is before it joins one.
    pub fn had_board(&self, issue: usize) -> bool {
        self.intervals.of(issue).any(|interval| self.intervals.board[interval] != NO_BOARD)
    }
}

/// A column of instants from microseconds with null markers, without room for more.
pub(crate) fn instants(micros: impl Iterator<Item = i64>) -> InstantColumn {
    let mut column = InstantColumn::default();
    for at in micros {
        column.push_with_nanos(at, 0);
    }
    column.settle();
    column
}
