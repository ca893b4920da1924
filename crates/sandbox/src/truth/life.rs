//! An issue as it lives: a small machine that is told each event as it happens and always knows where the issue is.

use model::rules::Step;

use crate::organisation::{Board, CloseReason, Event, NO_COLUMN, What};

/// Where an issue is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spot {
    /// On no board, and never on one.
    Nowhere,
    /// In a step.
    In(Step),
    /// Taken off all boards, or archived, while open.
    OffBoard,
}

impl Spot {
    /// Position in the times by step: the seven steps, then `off_board`. `None` when it is nowhere.
    pub(crate) fn index(self) -> Option<usize> {
        match self {
            Self::Nowhere => None,
            Self::In(step) => Some(step as usize),
            Self::OffBoard => Some(7),
        }
    }
}

/// A stretch of a life in which nothing changed.
pub(crate) struct Stretch {
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Position of the board to which the issue belongs, or last belonged.
    pub(crate) board: Option<usize>,
    pub(crate) spot: Spot,
}

/// A card that is on its board, in order of joining.
struct Card {
    board: usize,
    column: Option<usize>,
    /// The step of its last column that is mapped to one.
    step: Step,
    entered_at: i64,
}

/// Seconds after a reopening within which a move to a done column only tells the closing once more.
const RESTATES_CLOSING: i64 = 60;

/// What an issue's life has come to so far.
pub(crate) struct Life<'a> {
    boards: &'a [Board],
    cards: Vec<Card>,
    closed: bool,
    last_reopened: Option<i64>,
    step_before_done: Step,
    last_moment: i64,
    /// The board to which it belongs, or last belonged.
    pub(crate) board: Option<usize>,
    pub(crate) spot: Spot,
    pub(crate) created_at: i64,
    pub(crate) reason: Option<CloseReason>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) first_in_lead_column: Option<i64>,
    pub(crate) cycle_start: Option<i64>,
    /// First entry into each step.
    pub(crate) entries: [Option<i64>; 7],
    /// Seconds in each step, then off board.
    pub(crate) seconds: [i64; 8],
    pub(crate) reopened_count: u32,
    pub(crate) rework_count: u32,
    /// When an open issue left its last board.
    pub(crate) left_boards: Vec<i64>,
    pub(crate) was_on_board: bool,
}

impl<'a> Life<'a> {
    /// A life that begins. `first_board` is the board that the issue will join first, if it has joined any by the
    /// time of which the truth is told: until then it is in that board's backlog.
    pub(crate) fn begin(boards: &'a [Board], created_at: i64, first_board: Option<usize>) -> Self {
        let mut life = Self {
            boards,
            cards: Vec::new(),
            closed: false,
            last_reopened: None,
            step_before_done: Step::Backlog,
            last_moment: created_at,
            board: first_board,
            spot: Spot::Nowhere,
            created_at,
            reason: None,
            ended_at: None,
            first_in_lead_column: None,
            cycle_start: None,
            entries: [None; 7],
            seconds: [0; 8],
            reopened_count: 0,
            rework_count: 0,
            left_boards: Vec::new(),
            was_on_board: false,
        };
        if first_board.is_some() {
            life.spot = Spot::In(Step::Backlog);
            life.entries[0] = Some(created_at);
        }
        life
    }

    /// Lets time pass until an instant; what lay behind is told to `stretch`.
    pub(crate) fn pass(&mut self, to: i64, stretch: &mut impl FnMut(&Stretch)) {
        if to > self.last_moment {
            if let Some(index) = self.spot.index() {
                self.seconds[index] += to - self.last_moment;
            }
            stretch(&Stretch { from: self.last_moment, to, board: self.board, spot: self.spot });
            self.last_moment = to;
        }
    }

    /// Something happens; time has passed until then.
    pub(crate) fn happen(&mut self, event: Event) {
        let before = self.spot;
        let home_before = self.cards.first().map(|card| card.board);
        let mut moved_home = false;
        match event.what {
            What::Added { board, column } => self.add(usize::from(board), column, event.at),
            What::Moved { board, column } => {
                self.shift(usize::from(board), column, event.at);
                moved_home = home_before == Some(usize::from(board));
            }
            What::Removed { board } | What::Archived { board } => {
                self.cards.retain(|card| card.board != usize::from(board));
            }
            What::Closed(reason) => {
                self.closed = true;
                self.reason = Some(reason);
            }
            What::Reopened => {
                self.closed = false;
                self.reason = None;
                self.last_reopened = Some(event.at);
                self.reopened_count += 1;
            }
            What::Transferred { .. } | What::Touched => return,
        }
        self.arrive(event.at, before);
        if let (true, Spot::In(old), Spot::In(new)) = (moved_home, before, self.spot)
            && new < old
        {
            self.rework_count += 1;
        }
    }

    fn add(&mut self, board: usize, column: u8, at: i64) {
        self.was_on_board = true;
        self.cards.push(Card { board, column: None, step: Step::Backlog, entered_at: at });
        if column != NO_COLUMN {
            self.shift(board, column, at);
        }
    }

    fn shift(&mut self, board: usize, column: u8, at: i64) {
        let Some(card) = self.cards.iter_mut().find(|card| card.board == board) else { return };
        card.column = (column != NO_COLUMN).then_some(usize::from(column));
        card.entered_at = at;
        match card.column {
            None => card.step = Step::Backlog,
            Some(column) => {
                if let Some(step) = self.boards[board].columns[column].step {
                    card.step = step;
                }
            }
        }
    }

    /// Where the issue is by now, by the rules.
    fn whereabouts(&self) -> Spot {
        if self.closed {
            return Spot::In(Step::Done);
        }
        match self.cards.first() {
            Some(card) if card.step == Step::Done => {
                let entered_since_reopening =
                    self.last_reopened.is_none_or(|reopened| card.entered_at > reopened + RESTATES_CLOSING);
                Spot::In(if entered_since_reopening { Step::Done } else { self.step_before_done })
            }
            Some(card) => Spot::In(card.step),
            None if self.was_on_board => Spot::OffBoard,
            None if self.board.is_some() => Spot::In(Step::Backlog),
            None => Spot::Nowhere,
        }
    }

    fn arrive(&mut self, at: i64, before: Spot) {
        let was_done = before == Spot::In(Step::Done);
        // What has ended belongs for good to the board on which it ended.
        let stays = was_done && self.closed;
        if let Some(card) = self.cards.first().filter(|_| !stays) {
            self.board = Some(card.board);
        }
        self.spot = self.whereabouts();
        let is_done = self.spot == Spot::In(Step::Done);
        if is_done && !was_done {
            self.ended_at = Some(at);
            self.step_before_done = if let Spot::In(step) = before { step } else { Step::Backlog };
        }
        if !is_done {
            self.ended_at = None;
        }
        if self.spot == Spot::OffBoard && before != Spot::OffBoard && !was_done {
            self.left_boards.push(at);
        }
        self.mark(at);
    }

    /// Notes first entries.
    fn mark(&mut self, at: i64) {
        let Spot::In(step) = self.spot else { return };
        self.entries[step as usize].get_or_insert(at);
        if step == Step::Done {
            return;
        }
        let Some(card) = self.cards.first() else { return };
        let column = card.column.map(|column| &self.boards[card.board].columns[column]);
        if column.is_some_and(|column| column.lead) {
            self.first_in_lead_column.get_or_insert(at);
        }
        if step > Step::Dev || column.is_some_and(|column| column.cycle) {
            self.cycle_start.get_or_insert(at);
        }
    }

    /// The start of the cycle or the first lead-time column, else the first step from ready on, whichever is earlier; else
    /// the beginning.
    pub(crate) fn lead_start(&self) -> i64 {
        let steps = &self.entries[Step::Ready as usize..=Step::WaitingToProd as usize];
        let first_step = steps.iter().flatten().min().copied();
        let first = self.first_in_lead_column.or(first_step);
        first.into_iter().chain(self.cycle_start).min().unwrap_or(self.created_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::{NO_COLUMN, NOBODY};

    const COMPLETED: What = What::Closed(CloseReason::Completed);

    /// Two boards of the kinds "Platform" (Backlog 0, Ready 1, In Progress 2, Blocked 3, In Review 4, In QA 5, Ready
    /// for prod 6, Done 7) and "Mobile app" (Icebox 0, Backlog 1, Ready 2, In Progress 3, In Review 4, …, Done 7).
    fn live<T>(events: &[(i64, What)], until: i64, see: impl FnOnce(&Life<'_>) -> T) -> T {
        let boards = [0, 1].map(|index| Board::new(index, String::new(), i64::MAX));
        let first_board = events.iter().find_map(|(_, what)| match what {
            What::Added { board, .. } => Some(usize::from(*board)),
            _ => None,
        });
        let mut life = Life::begin(&boards, 0, first_board);
        for &(at, what) in events {
            life.pass(at, &mut |_| {});
            life.happen(Event { at, actor: NOBODY, what });
        }
        life.pass(until, &mut |_| {});
        see(&life)
    }

    fn added(board: u8) -> What {
        What::Added { board, column: NO_COLUMN }
    }

    fn moved(board: u8, column: u8) -> What {
        What::Moved { board, column }
    }

    #[test]
    fn until_it_joins_a_board_an_issue_is_in_the_backlog_of_that_board() {
        live(&[(10, added(1)), (20, moved(1, 3))], 50, |life| {
            assert_eq!(life.seconds, [20, 0, 30, 0, 0, 0, 0, 0]);
            assert_eq!((life.board, life.lead_start(), life.cycle_start), (Some(1), 20, Some(20)));
        });
    }

    #[test]
    fn the_board_joined_first_among_those_that_it_is_on_decides() {
        let events = [
            (10, added(0)),
            (11, moved(0, 1)),
            (20, added(1)),
            (21, moved(1, 4)),
            (30, What::Removed { board: 0 }),
            (40, added(0)),
        ];
        live(&events, 50, |life| {
            assert_eq!(life.seconds, [11, 19, 0, 20, 0, 0, 0, 0]);
            assert_eq!((life.board, life.cycle_start, life.lead_start()), (Some(1), Some(30), 11));
        });
    }

    #[test]
    fn an_unmapped_column_keeps_the_step_before_it() {
        live(&[(10, added(0)), (20, moved(0, 2)), (30, moved(0, 3))], 50, |life| {
            assert_eq!(life.spot, Spot::In(Step::Dev));
            assert_eq!(life.seconds[Step::Dev as usize], 30);
        });
    }

    #[test]
    fn card_and_closing_within_seconds_are_one_end() {
        for events in [[(10, moved(0, 7)), (15, COMPLETED)], [(10, COMPLETED), (15, moved(0, 7))]] {
            let mut all = vec![(5, added(0))];
            all.extend(events);
            live(&all, 50, |life| assert_eq!((life.ended_at, life.cycle_start), (Some(10), None)));
        }
    }

    #[test]
    fn a_reopened_issue_whose_card_stays_in_done_is_where_it_was_before() {
        let reopened = [(5, added(0)), (10, moved(0, 4)), (20, moved(0, 7)), (22, COMPLETED), (30, What::Reopened)];
        live(&reopened, 50, |life| {
            assert_eq!((life.spot, life.ended_at), (Spot::In(Step::Review), None));
            assert_eq!(life.seconds[Step::Done as usize], 10);
        });
        let mut again = reopened.to_vec();
        again.extend([(35, moved(0, 2)), (140, moved(0, 7))]);
        live(&again, 150, |life| assert_eq!((life.ended_at, life.rework_count), (Some(140), 1)));
        let mut restated = reopened.to_vec();
        restated.push((80, moved(0, 7)));
        live(&restated, 150, |life| assert_eq!(life.ended_at, None, "automation tells the closing once more"));
    }

    #[test]
    fn a_closed_issue_stays_done_wherever_its_card_goes() {
        let events =
            [(5, added(0)), (10, moved(0, 2)), (20, COMPLETED), (30, moved(0, 4)), (40, What::Removed { board: 0 })];
        live(&events, 50, |life| {
            assert_eq!((life.spot, life.ended_at, life.entries[3]), (Spot::In(Step::Done), Some(20), None));
        });
    }

    #[test]
    fn taken_off_or_archived_while_open_is_off_board() {
        for off in [What::Removed { board: 0 }, What::Archived { board: 0 }] {
            live(&[(5, added(0)), (10, moved(0, 2)), (20, off)], 50, |life| {
                assert_eq!((life.spot, life.seconds[7], life.left_boards.as_slice()), (Spot::OffBoard, 30, &[20][..]));
            });
        }
    }

    #[test]
    fn an_issue_on_no_board_has_no_steps_but_an_end() {
        live(&[(30, COMPLETED)], 50, |life| {
            assert_eq!((life.was_on_board, life.ended_at, life.lead_start()), (false, Some(30), 0));
        });
    }

    #[test]
    fn a_card_may_begin_in_a_column() {
        live(&[(5, What::Added { board: 0, column: 1 })], 50, |life| {
            assert_eq!((life.spot, life.seconds[1]), (Spot::In(Step::Ready), 45));
        });
    }
}
