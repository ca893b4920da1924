//! Builds the lives of all issues: events by issue through a counting sort, then one pass per issue.

use std::ops::Range;

use model::Instant;
use model::columns::{IssueState, ProjectKind, Raw, StateReason, StatusKind};
use model::names::comparable;
use model::records::Presence;
use model::rules::Rules;

use super::FlowError;
use super::boards::{Boards, NO_BOARD, UNMAPPED};
use super::chain::Chain;
use super::kinds::Kinds;
use super::lives::{Intervals, Life, Lives, Source};
use super::track::{Fact, Track, What};
use super::untold::{self, Untold};
use crate::coverage::{Coverage, TIMELINE_SCOPES};
use crate::parallel::{self, both};

const NULL: i64 = Instant::NULL_MICROS;

impl Lives {
    /// Follows every issue from its creation to `as_of`.
    ///
    /// Issues opened after `as_of`, and issues that were only ever on excluded boards or on boards that
    /// filter their type out, have no life.
    ///
    /// # Errors
    /// When the configuration lists a column for two steps of one board.
    pub fn new(raw: &Raw, rules: &Rules, as_of: Instant) -> Result<Self, FlowError> {
        let (events, (boards, kinds)) =
            both(|| Events::new(raw), || (Boards::new(raw, rules), Kinds::new(raw, &rules.bug_source)));
        let boards = boards?;
        let context = Context::new(raw, rules, &boards, &kinds, &events, as_of);
        // Issues do not depend on each other: stretches of them are followed at once, and joined in order.
        let stretches = stretches(raw.issues.id.len());
        let parts = parallel::map(&stretches, |issues| Builder::new(&context).lives(issues.clone()));
        let mut lives = Part::default();
        lives.reserve_exact(&parts);
        for part in parts {
            lives.append(part);
        }
        let unmapped = context.unmapped(&lives.unmapped);
        let lost_moves = untold::lost(raw, &boards, &lives.untold);
        lives.intervals.first.push(lives.intervals.start.len() as u32);
        let Part { issues, intervals, .. } = lives;
        let shown = vec![true; boards.list.len()];
        Ok(Self { as_of, boards: boards.list, shown, kinds, issues, intervals, unmapped, lost_moves })
    }
}

/// Stretches of issues: a few per worker, since some hold more events than others.
fn stretches(issues: usize) -> Vec<Range<usize>> {
    const PER_WORKER: usize = 8;
    const FEWEST_ISSUES: usize = 256;
    let length = issues.div_ceil(parallel::workers() * PER_WORKER).max(FEWEST_ISSUES);
    (0..issues).step_by(length).map(|first| first..issues.min(first + length)).collect()
}

/// Lives of a stretch of issues. Positions of intervals count from the start of the stretch.
#[derive(Default)]
struct Part {
    issues: Vec<Option<Life>>,
    intervals: Intervals,
    /// Moves into columns that are mapped to no step: board × names.
    unmapped: Vec<u64>,
    /// Moves that no event tells, by row of the issue.
    untold: Vec<(u32, Untold)>,
}

impl Part {
    fn reserve_exact(&mut self, parts: &[Self]) {
        let issues = parts.iter().map(|part| part.issues.len()).sum();
        let intervals = parts.iter().map(|part| part.intervals.start.len()).sum();
        self.issues.reserve_exact(issues);
        self.intervals.first.reserve_exact(issues + 1);
        self.intervals.start.reserve_exact(intervals);
        self.intervals.board.reserve_exact(intervals);
        self.intervals.place.reserve_exact(intervals);
        self.intervals.column.reserve_exact(intervals);
        self.intervals.source.reserve_exact(intervals);
    }

    fn append(&mut self, mut next: Self) {
        self.issues.append(&mut next.issues);
        let (intervals, mut next_intervals) = (&mut self.intervals, next.intervals);
        let offset = intervals.start.len() as u32;
        intervals.first.extend(next_intervals.first.iter().map(|first| first + offset));
        intervals.start.append(&mut next_intervals.start);
        intervals.board.append(&mut next_intervals.board);
        intervals.place.append(&mut next_intervals.place);
        intervals.column.append(&mut next_intervals.column);
        intervals.source.append(&mut next_intervals.source);
        self.untold.append(&mut next.untold);
        self.unmapped.resize(next.unmapped.len().max(self.unmapped.len()), 0);
        for (count, more) in self.unmapped.iter_mut().zip(next.unmapped) {
            *count += more;
        }
    }
}

/// Rows by issue: the rows of issue `i` are `rows[first[i]..first[i + 1]]`, in input order.
struct ByIssue {
    first: Vec<u32>,
    rows: Vec<u32>,
}

impl ByIssue {
    fn new(issues: usize, of_row: &[u32]) -> Self {
        let mut first = vec![0_u32; issues + 1];
        for issue in of_row {
            first[*issue as usize + 1] += 1;
        }
        for issue in 0..issues {
            first[issue + 1] += first[issue];
        }
        let mut next = first.clone();
        let mut rows = vec![0; of_row.len()];
        for (row, issue) in of_row.iter().enumerate() {
            let place = &mut next[*issue as usize];
            rows[*place as usize] = row as u32;
            *place += 1;
        }
        Self { first, rows }
    }

    fn of(&self, issue: usize) -> &[u32] {
        &self.rows[self.first[issue] as usize..self.first[issue + 1] as usize]
    }
}

/// All events and sightings by issue.
struct Events {
    status: ByIssue,
    project: ByIssue,
    sightings: ByIssue,
}

impl Events {
    fn new(raw: &Raw) -> Self {
        let by_issue = |rows: &[u32]| ByIssue::new(raw.issues.id.len(), rows);
        Self {
            status: by_issue(&raw.status_events.issue),
            project: by_issue(&raw.project_events.issue),
            sightings: by_issue(&raw.sightings.issue),
        }
    }
}

/// What all issues have in common.
struct Context<'a> {
    raw: &'a Raw,
    boards: &'a Boards,
    kinds: &'a Kinds,
    events: &'a Events,
    as_of: Instant,
    /// How far timelines are imported.
    told_until: Instant,
    /// Whether a board keeps a type: board × types.
    keeps: Vec<bool>,
    /// Whether work is done on an item in a column, by name.
    working: Vec<bool>,
}

/// Follows one issue after the other; its buffers are reused.
struct Builder<'a> {
    raw: &'a Raw,
    boards: &'a Boards,
    kinds: &'a Kinds,
    events_by_issue: &'a Events,
    as_of: i64,
    told_until: i64,
    keeps: &'a [bool],
    /// Whether a close reason means not planned or duplicate, by code.
    /// Moves into columns that are mapped to no step: board × names.
    unmapped: Vec<u64>,
    chain: Chain<'a>,
    facts: Vec<Fact>,
    events: Vec<(u16, u32)>,
    seen: Vec<(u16, u32)>,
    rows: Vec<u32>,
    seen_rows: Vec<u32>,
    slots: Vec<u16>,
}

impl<'a> Context<'a> {
    fn new(
        raw: &'a Raw,
        rules: &Rules,
        boards: &'a Boards,
        kinds: &'a Kinds,
        events: &'a Events,
        as_of: Instant,
    ) -> Self {
        let mut working = vec![false; boards.name_count()];
        for column in &rules.working_columns {
            let column = comparable(column);
            for (name, works) in working.iter_mut().enumerate() {
                *works |= boards.name_text(name as u32) == column;
            }
        }
        let keeps = (boards.types.iter())
            .flat_map(|types| kinds.names.iter().map(move |kind| types.is_empty() || types.contains(kind)))
            .collect();
        let told_until = Coverage::new(raw, &TIMELINE_SCOPES, as_of).until;
        Self { raw, boards, kinds, events, as_of, told_until, keeps, working }
    }

    /// Columns that are mapped to no step, with the moves into them by board × names.
    fn unmapped(&self, moves: &[u64]) -> Vec<(u16, String, u64)> {
        let names = self.boards.name_count();
        let counted = moves.iter().enumerate().filter(|(_, count)| **count > 0);
        counted
            .map(|(position, count)| {
                let (board, name) = (position / names, position % names);
                (board as u16, self.boards.name_text(name as u32).to_owned(), *count)
            })
            .collect()
    }
}

impl<'a> Builder<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        let boards = context.boards;
        Self {
            raw: context.raw,
            boards,
            kinds: context.kinds,
            events_by_issue: context.events,
            as_of: context.as_of.micros(),
            told_until: context.told_until.micros(),
            keeps: &context.keeps,
            unmapped: vec![0; boards.list.len() * boards.name_count()],
            chain: Chain::new(boards, &context.working, context.as_of),
            facts: Vec::new(),
            events: Vec::new(),
            seen: Vec::new(),
            rows: Vec::new(),
            seen_rows: Vec::new(),
            slots: Vec::new(),
        }
    }

    fn lives(mut self, issues: Range<usize>) -> Part {
        let mut part = Part::default();
        part.issues.reserve_exact(issues.len());
        part.intervals.first.reserve_exact(issues.len());
        for issue in issues {
            part.intervals.first.push(part.intervals.start.len() as u32);
            let life = self.life(issue, &mut part);
            part.issues.push(life);
        }
        Part { unmapped: self.unmapped, ..part }
    }

    fn life(&mut self, issue: usize, part: &mut Part) -> Option<Life> {
        let created_at = self.created_at(issue)?;
        if created_at > self.as_of {
            return None;
        }
        self.facts.clear();
        if !self.gather(issue) {
            return None;
        }
        let gaps = self.board_facts(issue, created_at, &mut part.untold);
        self.status_facts(issue, created_at);
        if let Some(at) = self.raw.issues.vanished_at.get(issue).map(|at| at.micros().max(created_at))
            && at <= self.as_of
        {
            self.facts.push(Fact { at, rank: 2, slot: 0, what: What::Vanish });
        }
        self.facts.sort_by_key(|fact| (fact.at, fact.rank));
        Some(self.chain.fold(created_at, &self.facts, &self.slots, gaps, &mut part.intervals))
    }

    /// Creation, or the first event of an issue whose creation could not be read.
    fn created_at(&self, issue: usize) -> Option<i64> {
        let stated = self.raw.issues.created_at.micros(issue);
        if stated != NULL {
            return Some(stated);
        }
        let status =
            self.events_by_issue.status.of(issue).iter().map(|row| self.raw.status_events.at.micros(*row as usize));
        let moves =
            self.events_by_issue.project.of(issue).iter().map(|row| self.raw.project_events.at.micros(*row as usize));
        status.chain(moves).filter(|at| *at != NULL).min()
    }

    /// Collects the events and sightings that count, by board and time. False when the issue was only on
    /// boards that are excluded or filter its type out.
    fn gather(&mut self, issue: usize) -> bool {
        let (raw, boards) = (self.raw, self.boards);
        let kind = self.kinds.kind[issue] as usize;
        let kinds = self.kinds.names.len();
        let mut left_out = false;
        let keeps = self.keeps;
        let mut counts = |code: u32| {
            let board = boards.of_code(code);
            let counts = board != NO_BOARD && keeps[board as usize * kinds + kind];
            left_out |= !counts && code != 0;
            counts.then_some(board)
        };
        self.events.clear();
        for &row in self.events_by_issue.project.of(issue) {
            let at = raw.project_events.at.micros(row as usize);
            if at <= self.as_of
                && at != NULL
                && let Some(board) = counts(raw.project_events.project_id[row as usize])
            {
                self.events.push((board, row));
            }
        }
        self.seen.clear();
        for &row in self.events_by_issue.sightings.of(issue) {
            let at = raw.sightings.observed_at.micros(row as usize);
            if at != NULL
                && let Some(board) = counts(raw.sightings.project_id[row as usize])
            {
                self.seen.push((board, row));
            }
        }
        if self.events.is_empty() && self.seen.is_empty() {
            return !left_out;
        }
        self.sort_events();
        self.sort_sightings();
        self.slots.clear();
        self.slots.extend(self.events.iter().chain(&self.seen).map(|(board, _)| *board));
        self.slots.sort_unstable();
        self.slots.dedup();
        true
    }

    /// By board, time, kind and columns, so that the order of the input does not matter.
    fn sort_events(&mut self) {
        let (events, boards, raw) = (&self.raw.project_events, self.boards, self.raw);
        let kind = |row: usize| match events.kind[row] {
            Some(ProjectKind::Added) => 0_u8,
            Some(ProjectKind::Moved) => 1,
            Some(ProjectKind::Removed) => 2,
            None => 3,
        };
        self.events.sort_unstable_by(|&(board, row), &(other_board, other_row)| {
            let (one, other) = (row as usize, other_row as usize);
            let by_time = (board, events.at.micros(one)).cmp(&(other_board, events.at.micros(other)));
            by_time.then_with(|| {
                let key =
                    |row: usize| (kind(row), boards.name(events.from_column[row]), boards.name(events.to_column[row]));
                key(one).cmp(&key(other)).then_with(|| {
                    let text = |row: usize| raw.dictionary.bytes(events.to_column[row]);
                    text(one).cmp(text(other))
                })
            })
        });
    }

    fn sort_sightings(&mut self) {
        let (sightings, boards) = (&self.raw.sightings, self.boards);
        let presence = |row: usize| match sightings.presence[row] {
            Presence::Removed => 0_u8,
            Presence::Archived => 1,
            Presence::OnBoard => 2,
        };
        self.seen.sort_unstable_by_key(|&(board, row)| {
            let row = row as usize;
            let webhook_first = sightings.source[row] == model::columns::SightingSource::Snapshot;
            let dates = (sightings.created_at.micros(row), sightings.status_at.micros(row));
            let name = boards.name(sightings.status[row]);
            (board, sightings.observed_at.micros(row), presence(row), webhook_first, dates, name)
        });
    }

    fn board_facts(&mut self, issue: usize, created_at: i64, untold: &mut Vec<(u32, Untold)>) -> u32 {
        let mut gaps = 0;
        if self.events.is_empty() && self.seen.is_empty() {
            self.slots.clear();
            return gaps;
        }
        for slot in 0..self.slots.len() {
            let board = self.slots[slot];
            self.rows.clear();
            self.rows.extend(rows_of(&self.events, board));
            self.seen_rows.clear();
            self.seen_rows.extend(rows_of(&self.seen, board));
            let track = Track {
                raw: self.raw,
                boards: self.boards,
                board,
                slot: slot as u8,
                created_at,
                as_of: self.as_of,
                told_until: self.told_until,
            };
            let from = self.facts.len();
            let (closed, of_board) = track.facts(&mut self.rows, &self.seen_rows, &mut self.facts);
            gaps += closed;
            untold.extend(of_board.into_iter().map(|moved| (issue as u32, moved)));
            for fact in &self.facts[from..] {
                if let What::Column { name, entered: false, .. } = fact.what
                    && self.boards.rule(board, name).step == UNMAPPED
                {
                    self.unmapped[board as usize * self.boards.name_count() + name as usize] += 1;
                }
            }
        }
        gaps
    }

    /// Closed and reopened, from the events, and from the issue itself where its closing has no event.
    fn status_facts(&mut self, issue: usize, created_at: i64) {
        let (raw, events) = (self.raw, &self.raw.status_events);
        self.rows.clear();
        self.rows.extend(self.events_by_issue.status.of(issue).iter().copied().filter(|row| {
            let at = events.at.micros(*row as usize);
            at != NULL
                && at <= self.as_of
                && matches!(events.kind[*row as usize], Some(StatusKind::Closed | StatusKind::Reopened))
        }));
        self.rows.sort_unstable_by_key(|row| {
            let row = *row as usize;
            (events.at.micros(row), events.kind[row], events.state_reason[row])
        });
        let mut closed = false;
        for position in 0..self.rows.len() {
            // At one instant, an open issue is closed first and a closed one reopened first.
            let rest = &mut self.rows[position..];
            let at = events.at.micros(rest[0] as usize);
            let wanted = if closed { StatusKind::Reopened } else { StatusKind::Closed };
            let same = rest.iter().take_while(|row| events.at.micros(**row as usize) == at).count();
            if let Some(best) = rest[..same].iter().position(|row| events.kind[*row as usize] == Some(wanted)) {
                rest[..=best].rotate_right(1);
            }
            closed = events.kind[rest[0] as usize] == Some(StatusKind::Closed);
        }
        let last_at = self.rows.last().map(|row| events.at.micros(*row as usize));
        let stated_at = raw.issues.closed_at.micros(issue);
        let is_closed = raw.issues.state[issue] == Some(IssueState::Closed);
        let without_event = !closed
            && is_closed
            && stated_at != NULL
            && stated_at <= self.as_of
            && last_at.is_none_or(|at| at < stated_at);
        for position in 0..self.rows.len() {
            let row = self.rows[position] as usize;
            let what = if events.kind[row] == Some(StatusKind::Closed) {
                let is_last = position + 1 == self.rows.len() && is_closed;
                let reason = events.state_reason[row];
                let reason = if reason.is_none() && is_last { raw.issues.state_reason[issue] } else { reason };
                What::Close { not_planned: is_not_planned(reason), source: Source::Timeline }
            } else {
                What::Reopen
            };
            self.facts.push(Fact { at: events.at.micros(row).max(created_at), rank: 1, slot: 0, what });
        }
        if without_event {
            let not_planned = is_not_planned(raw.issues.state_reason[issue]);
            let what = What::Close { not_planned, source: Source::Bound };
            self.facts.push(Fact { at: stated_at.max(created_at), rank: 1, slot: 0, what });
        }
    }
}

fn is_not_planned(reason: Option<StateReason>) -> bool {
    matches!(reason, Some(StateReason::NotPlanned | StateReason::Duplicate | StateReason::Moved))
}

fn rows_of(rows: &[(u16, u32)], board: u16) -> impl Iterator<Item = u32> {
    let from = rows.partition_point(|(other, _)| *other < board);
    rows[from..].iter().take_while(move |(other, _)| *other == board).map(|(_, row)| *row)
}
