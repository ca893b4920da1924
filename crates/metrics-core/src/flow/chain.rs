//! From the facts of one issue to its chain of intervals and its marks: one pass in order of time.

use model::Instant;
use model::instant::{MICROS_PER_DAY, MICROS_PER_SECOND};
use model::rules::Step;

use super::boards::{Boards, NO_BOARD};
use super::lives::{Intervals, Life, Place, Source};
use super::track::{Fact, Stretch, What};

const DONE: u8 = Step::Done as u8;
const NULL: i64 = Instant::NULL_MICROS;
/// A lost stretch of at most this length leaves no mark unknown: what it may hold is dated at its end. One that ends in done
/// is taken for a single move there: work of less than a day would be it otherwise, and items that go straight to done
/// would count with a cycle time of 0.
const SHORT_MICROS: i64 = MICROS_PER_DAY;
/// A move into a done column this soon after a reopening is the closing, told once more by automation.
const RESTATES_CLOSING_MICROS: i64 = 60 * MICROS_PER_SECOND;

/// The card of the issue on one board.
#[derive(Clone, Copy, Debug)]
struct Card {
    board: u16,
    configured: bool,
    present: bool,
    joined_at: i64,
    code: u32,
    name: u32,
    step: u8,
    done_since: i64,
    source: Source,
}

/// What holds between two facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct State {
    board: u16,
    place: Place,
    column: u32,
    source: Source,
}

/// Folds the facts of one issue after the other; its buffers are reused.
#[expect(clippy::struct_excessive_bools, reason = "what has happened to the issue so far, each apart from the others")]
pub(crate) struct Chain<'a> {
    boards: &'a Boards,
    working: &'a [bool],
    as_of: i64,
    cards: Vec<Card>,
    state: State,
    first_interval: usize,
    closed: Option<(bool, Source)>,
    reopened_at: i64,
    vanished: bool,
    joined: bool,
    /// Whether the item was done by its column when it was last on a board, and not reopened since.
    done_by_column: bool,
    before_done: Place,
    left_by: Source,
    waiting_to_join: Option<(u16, Source)>,
    lead_column_at: i64,
    lead_unknown: bool,
    life: Life,
}

impl<'a> Chain<'a> {
    pub(crate) fn new(boards: &'a Boards, working: &'a [bool], as_of: Instant) -> Self {
        let life = new_life(0);
        Self {
            boards,
            working,
            as_of: as_of.micros(),
            cards: Vec::new(),
            state: State { board: NO_BOARD, place: Place::NoBoard, column: 0, source: Source::Timeline },
            first_interval: 0,
            closed: None,
            reopened_at: i64::MIN,
            vanished: false,
            joined: false,
            done_by_column: false,
            before_done: Place::Backlog,
            left_by: Source::Timeline,
            waiting_to_join: None,
            lead_column_at: NULL,
            lead_unknown: false,
            life,
        }
    }

    /// Appends the intervals of an issue whose facts are in order and whose boards are `slots`, by slot.
    pub(crate) fn fold(
        &mut self,
        created_at: i64,
        facts: &[Fact],
        slots: &[u16],
        history_gaps: u32,
        intervals: &mut Intervals,
    ) -> Life {
        self.begin(created_at, facts, slots, history_gaps, intervals);
        for fact in facts {
            if self.vanished {
                break;
            }
            self.apply(fact);
            let moved_by_card = matches!(fact.what, What::Column { .. });
            self.enter(fact.at, moved_by_card, intervals);
        }
        self.finish(intervals);
        self.life
    }

    fn begin(&mut self, created_at: i64, facts: &[Fact], slots: &[u16], history_gaps: u32, intervals: &mut Intervals) {
        self.cards.clear();
        self.cards.extend(slots.iter().map(|&board| Card {
            board,
            configured: self.boards.list[board as usize].configured,
            present: false,
            joined_at: i64::MAX,
            code: 0,
            name: self.boards.name(0),
            step: 0,
            done_since: i64::MIN,
            source: Source::Timeline,
        }));
        self.closed = None;
        self.reopened_at = i64::MIN;
        self.vanished = false;
        self.joined = false;
        self.done_by_column = false;
        self.before_done = Place::Backlog;
        self.lead_column_at = NULL;
        self.lead_unknown = false;
        self.waiting_to_join = self.first_join(facts);
        self.life = Life { history_gaps, ..new_life(created_at) };
        self.first_interval = intervals.start.len();
        self.state = self.next_state();
        self.push(created_at, intervals);
    }

    /// The board that the issue joins first: a configured one where several are joined at once.
    fn first_join(&self, facts: &[Fact]) -> Option<(u16, Source)> {
        let joins = facts.iter().filter_map(|fact| match fact.what {
            What::Join(source) => Some((fact, source)),
            _ => None,
        });
        joins
            .min_by_key(|(fact, _)| {
                let card = &self.cards[fact.slot as usize];
                (fact.at, !card.configured, card.board)
            })
            .map(|(fact, source)| (self.cards[fact.slot as usize].board, source))
    }

    fn apply(&mut self, fact: &Fact) {
        let at = fact.at;
        match fact.what {
            What::Close { not_planned, source } => self.closed = Some((not_planned, source)),
            What::Reopen => {
                if self.closed.take().is_some() {
                    self.life.reopened_count += 1;
                }
                self.reopened_at = at;
                self.done_by_column = false;
            }
            What::Vanish => self.vanished = true,
            What::Join(source) => {
                let card = &mut self.cards[fact.slot as usize];
                *card = Card {
                    present: true,
                    joined_at: at,
                    code: 0,
                    name: self.boards.name(0),
                    step: 0,
                    done_since: i64::MIN,
                    source,
                    ..*card
                };
                self.joined = true;
            }
            What::Return(source) => {
                let card = &mut self.cards[fact.slot as usize];
                card.present = true;
                card.source = source;
            }
            What::Leave(source) => {
                self.cards[fact.slot as usize].present = false;
                self.left_by = source;
            }
            What::Doubt => self.cards[fact.slot as usize].source = Source::Bound,
            What::Lost(stretch) => self.lose(self.cards[fact.slot as usize].board, at, stretch),
            What::Column { code, name, step, source, entered } => {
                let card = &mut self.cards[fact.slot as usize];
                if entered {
                    card.source = source;
                    if step == DONE {
                        card.done_since = at;
                    }
                }
                (card.code, card.name, card.step) = (code, name, step);
            }
        }
    }

    /// What a lost stretch may hold: marks that were not set before it, of the steps between its ends, or of any step where
    /// the card was elsewhere and came back.
    fn lose(&mut self, board: u16, at: i64, stretch: Stretch) {
        if self.owner().is_none_or(|owner| owner.board != board) || stretch.to < stretch.from {
            return;
        }
        let is_short = at - stretch.begin <= SHORT_MICROS;
        let came_back = stretch.from == stretch.to;
        if came_back && self.state.place == Place::Done && self.closed.is_none() {
            // It left done, and became done again now.
            self.life.ended_at = at;
        }
        if is_short && (came_back || stretch.to == DONE) {
            return;
        }
        let until = if self.state.place.is_ended() { at.min(self.life.ended_at) } else { at };
        let may_hold = |step: u8| came_back || (stretch.from < step && step <= stretch.to);
        let (lead, cycle) = (self.may_hold_lead(board, stretch), self.may_hold_cycle(board, stretch));
        for step in Step::Ready as u8..DONE {
            let mark = usize::from(step) - 1;
            if may_hold(step) && self.life.entered[mark] == NULL {
                if is_short {
                    self.life.entered[mark] = until;
                } else {
                    self.life.entered_unknown[mark] = true;
                }
            }
        }
        if is_short && lead {
            self.lead_column_at = until;
        }
        if is_short && cycle {
            self.life.cycle_start = until;
        }
        self.lead_unknown |= lead && !is_short;
        self.life.cycle_unknown |= cycle && !is_short;
    }

    fn may_hold_cycle(&self, board: u16, stretch: Stretch) -> bool {
        let reaches = stretch.to >= self.boards.cycle_from[board as usize]
            || self.boards.has_column_within(board, stretch.from, stretch.to, |rule| rule.cycle);
        self.life.cycle_start == NULL && (reaches || stretch.from == stretch.to)
    }

    fn may_hold_lead(&self, board: u16, stretch: Stretch) -> bool {
        let is_open = self.lead_column_at == NULL && self.life.cycle_start == NULL;
        let in_column = self.boards.has_column_within(board, stretch.from, stretch.to, |rule| rule.lead);
        let in_step = stretch.to > stretch.from && self.life.entered.iter().all(|at| *at == NULL);
        is_open && (in_column || in_step || stretch.from == stretch.to)
    }

    /// The card that the issue belongs to: on a configured board rather than on another, joined first.
    fn owner(&self) -> Option<Card> {
        let present = self.cards.iter().filter(|card| card.present);
        present.min_by_key(|card| (!card.configured, card.joined_at, card.board)).copied()
    }

    /// The card that tells the present state. An item that has ended belongs for good to the board on which it ended.
    fn telling_card(&self) -> Option<Card> {
        if !self.state.place.is_ended() {
            return self.owner();
        }
        let of_end = self.cards.iter().find(|card| card.board == self.state.board).copied();
        let card = of_end.filter(|card| card.present);
        let stays = self.closed.is_some() || (self.done_by_column && of_end.is_some());
        if stays { card } else { self.owner() }
    }

    fn next_state(&mut self) -> State {
        let owner = self.telling_card();
        if let Some(owner) = owner {
            let begins = self.reopened_at.saturating_add(RESTATES_CLOSING_MICROS);
            self.done_by_column = owner.step == DONE && owner.done_since > begins;
        }
        let waiting = self.waiting_to_join.filter(|_| !self.joined);
        let board = match (owner, waiting) {
            _ if self.closed.is_some() && self.state.place.is_ended() => self.state.board,
            (Some(owner), _) => owner.board,
            (None, Some((board, _))) => board,
            (None, None) if self.joined => self.state.board,
            (None, None) => NO_BOARD,
        };
        let column = owner.map_or(0, |owner| owner.code);
        let (place, source) = if self.vanished && !self.state.place.is_ended() {
            (Place::Vanished, Source::Snapshot)
        } else if let Some((not_planned, source)) = self.closed {
            (if not_planned { Place::NotPlanned } else { Place::Done }, source)
        } else if let Some(owner) = owner {
            let place = match owner.step {
                DONE if self.done_by_column => Place::Done,
                DONE => self.before_done,
                step => Place::of_step(step),
            };
            (place, owner.source)
        } else if self.joined {
            (if self.done_by_column { Place::Done } else { Place::OffBoard }, self.left_by)
        } else if let Some((_, source)) = waiting {
            (Place::Backlog, source)
        } else {
            (Place::NoBoard, Source::Timeline)
        };
        State { board, place, column, source }
    }

    fn enter(&mut self, at: i64, moved_by_card: bool, intervals: &mut Intervals) {
        let before = self.state;
        self.state = self.next_state();
        let now = self.state;
        if now.place.is_stock() {
            self.mark(at);
        } else if now.place.is_ended() && !before.place.is_ended() {
            self.before_done = if before.place.is_stock() { before.place } else { Place::Backlog };
            // Also where it had left done only within a gap, without any time elsewhere.
            (self.life.ended_at, self.life.end_board) = (at, now.board);
        }
        let both_steps = before.place <= Place::Done && now.place <= Place::Done;
        if moved_by_card && both_steps && before.board == now.board && now.place < before.place {
            self.life.rework_count += 1;
        }
        if now != before {
            self.push(at, intervals);
        }
    }

    /// Marks the first entries into steps, lead-time and cycle-time columns.
    fn mark(&mut self, at: i64) {
        let step = self.state.place as u8;
        if step >= Step::Ready as u8 {
            set_once(&mut self.life.entered[usize::from(step) - 1], at);
        }
        let Some(owner) = self.owner() else { return };
        let rule = self.boards.rule(owner.board, owner.name);
        if rule.lead {
            set_once(&mut self.lead_column_at, at);
        }
        if (rule.cycle && owner.step != DONE) || step >= self.boards.cycle_from[owner.board as usize] {
            set_once(&mut self.life.cycle_start, at);
        }
    }

    /// Starts an interval; one of no length before it is dropped.
    fn push(&mut self, at: i64, intervals: &mut Intervals) {
        if intervals.start.len() > self.first_interval && intervals.start.last() == Some(&at) {
            intervals.start.pop();
            intervals.board.pop();
            intervals.place.pop();
            intervals.column.pop();
            intervals.source.pop();
        }
        let State { board, place, column, source } = self.state;
        let last = intervals.start.len();
        if last > self.first_interval {
            let last = last - 1;
            let same = intervals.board[last] == board
                && intervals.place[last] == place
                && intervals.column[last] == column
                && intervals.source[last] == source;
            if same {
                return;
            }
        }
        intervals.start.push(at);
        intervals.board.push(board);
        intervals.place.push(place);
        intervals.column.push(column);
        intervals.source.push(source);
    }

    /// Adds up the intervals of the issue.
    fn finish(&mut self, intervals: &Intervals) {
        let range = self.first_interval..intervals.start.len();
        let life = &mut self.life;
        let end_of = |interval: usize| intervals.start.get(interval + 1).copied().unwrap_or(self.as_of);
        (life.board, life.place, life.column) = (self.state.board, self.state.place, self.state.column);
        if self.state.place.is_ended() {
            life.not_planned = self.state.place == Place::NotPlanned;
        } else {
            (life.ended_at, life.end_board) = (NULL, NO_BOARD);
        }
        for (entered, unknown) in life.entered.iter_mut().zip(life.entered_unknown) {
            if unknown {
                *entered = NULL;
            }
        }
        if life.cycle_unknown {
            life.cycle_start = NULL;
        }
        life.lead_start = if self.lead_unknown { NULL } else { lead_start(life, self.lead_column_at) };
        for interval in range {
            let (start, end) = (intervals.start[interval], end_of(interval));
            let place = intervals.place[interval];
            match place {
                Place::NoBoard => {}
                Place::NotPlanned => life.time_in[Place::Done as usize] += end - start,
                Place::Vanished => life.time_in[Place::OffBoard as usize] += end - start,
                _ => life.time_in[place as usize] += end - start,
            }
            let counts = life.ended_at == NULL || start < life.ended_at;
            if counts && intervals.source[interval].is_inferred() {
                life.inferred += end - start;
            }
            if counts && place.is_stock() && life.cycle_start != NULL {
                let name = self.boards.name(intervals.column[interval]);
                if self.working.get(name as usize).copied().unwrap_or(false) {
                    life.working += (end - start.max(life.cycle_start)).max(0);
                }
            }
        }
    }
}

/// The earlier of the start of the cycle and the first entry into a lead-time column; where it skipped those, the first
/// step that it entered; else its creation.
fn lead_start(life: &Life, lead_column_at: i64) -> i64 {
    let known = |at: i64| (at != NULL).then_some(at);
    let first_step = || life.entered.iter().filter_map(|at| known(*at)).min();
    let first = known(lead_column_at).or_else(first_step);
    [first, known(life.cycle_start)].into_iter().flatten().min().unwrap_or(life.created_at)
}

fn set_once(mark: &mut i64, at: i64) {
    if *mark == NULL {
        *mark = at;
    }
}

fn new_life(created_at: i64) -> Life {
    Life {
        created_at,
        ended_at: NULL,
        not_planned: false,
        board: NO_BOARD,
        end_board: NO_BOARD,
        place: Place::NoBoard,
        column: 0,
        lead_start: NULL,
        cycle_start: NULL,
        cycle_unknown: false,
        entered: [NULL; 5],
        entered_unknown: [false; 5],
        time_in: [0; 8],
        reopened_count: 0,
        rework_count: 0,
        history_gaps: 0,
        inferred: 0,
        working: 0,
        elsewhere: false,
    }
}
