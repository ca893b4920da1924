//! Weeks: what stood where at their ends, and what ended in them.

use chrono::{DateTime, Datelike as _};

use super::IssueTruth;
use super::life::{Spot, Stretch};
use crate::calendar::{DAY, monday_of};
use crate::organisation::Board;

/// Open work of one board at the end of one week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockWeek {
    /// ISO year.
    pub year: i32,
    /// ISO week.
    pub week: u32,
    /// Whether the week had ended by `as_of`.
    pub complete: bool,
    /// The board's `fullDatabaseId`.
    pub project_id: String,
    /// Open issues in each step from backlog to waiting for production.
    pub in_step: [u32; 6],
    /// Open issues taken off this board, their last, or archived.
    pub off_board: u32,
    /// Open bugs on the board.
    pub opened_bugs: u32,
    /// Of those, by source: met by customers, inside the organisation, while developing.
    pub opened_bugs_by_source: [u32; 3],
}

/// What ended in one week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThroughputWeek {
    /// ISO year.
    pub year: i32,
    /// ISO week.
    pub week: u32,
    /// Whether the week had ended by `as_of`.
    pub complete: bool,
    /// Issues that ended, those closed as not planned or duplicate left out.
    pub throughput: u32,
    /// Issues closed as not planned or duplicate.
    pub closed_not_planned: u32,
    /// Of the throughput, those that went straight to done.
    pub straight_to_done: u32,
    /// Times that an open issue left its last board.
    pub removed_open: u32,
}

/// Weeks from that of the first instant to that of the last.
pub(super) struct Calendar {
    first_monday: i64,
    until: i64,
    count: usize,
}

impl Calendar {
    pub(super) fn new(first: i64, until: i64) -> Self {
        let first_monday = monday_of(first.div_euclid(DAY)) * DAY;
        // An instant on a boundary belongs to the later week: one that begins at `until` has begun.
        let count = (until - first_monday).max(0) / (7 * DAY) + 1;
        Self { first_monday, until, count: count as usize }
    }

    /// Position of the week that holds an instant; one past the last for the very end of the last week.
    fn week_of(&self, at: i64) -> usize {
        (at - self.first_monday).div_euclid(7 * DAY).max(0) as usize
    }

    fn end_of(&self, week: usize) -> i64 {
        self.first_monday + (week as i64 + 1) * 7 * DAY
    }

    fn name_of(&self, week: usize) -> (i32, u32) {
        let monday = DateTime::from_timestamp(self.first_monday + week as i64 * 7 * DAY, 0).unwrap_or_default();
        let iso = monday.iso_week();
        (iso.year(), iso.week())
    }
}

#[derive(Clone, Default)]
struct Stock {
    in_step: [u32; 6],
    off_board: u32,
    bugs: u32,
    bugs_by_source: [u32; 3],
}

impl Stock {
    fn count(&mut self, spot: Spot, bug: bool, bug_sources: [bool; 3]) {
        match spot {
            Spot::In(step) if (step as usize) < 6 => {
                self.in_step[step as usize] += 1;
                if bug {
                    self.bugs += 1;
                    for (count, is_source) in self.bugs_by_source.iter_mut().zip(bug_sources) {
                        *count += u32::from(is_source);
                    }
                }
            }
            Spot::OffBoard => self.off_board += 1,
            Spot::In(_) | Spot::Nowhere => {}
        }
    }
}

/// Counts week by week.
pub(super) struct Tally {
    calendar: Calendar,
    boards: usize,
    stocks: Vec<Stock>,
    throughput: Vec<ThroughputWeek>,
}

impl Tally {
    pub(super) fn new(calendar: Calendar, boards: usize) -> Self {
        let throughput = (0..calendar.count)
            .map(|week| {
                let (year, number) = calendar.name_of(week);
                ThroughputWeek {
                    year,
                    week: number,
                    complete: calendar.end_of(week) <= calendar.until,
                    throughput: 0,
                    closed_not_planned: 0,
                    straight_to_done: 0,
                    removed_open: 0,
                }
            })
            .collect();
        Self { stocks: vec![Stock::default(); calendar.count * boards], boards, calendar, throughput }
    }

    /// A stretch of a life: it stands in the stock of every week that ends in it. An event at the very end of a week
    /// belongs to the next one, so the week still sees the stretch that this event ends.
    pub(super) fn stand(&mut self, stretch: &Stretch, bug: bool, bug_sources: [bool; 3]) {
        let Some(board) = stretch.board else { return };
        let mut week = self.calendar.week_of(stretch.from);
        while week < self.calendar.count && self.calendar.end_of(week) <= stretch.to {
            self.stocks[week * self.boards + board].count(stretch.spot, bug, bug_sources);
            week += 1;
        }
    }

    /// Where it is at `as_of`: in the stock of the week that has not ended.
    pub(super) fn stand_at_the_end(&mut self, board: Option<usize>, spot: Spot, bug: bool, bug_sources: [bool; 3]) {
        let last = self.calendar.count - 1;
        if let Some(board) = board
            && self.calendar.end_of(last) > self.calendar.until
        {
            self.stocks[last * self.boards + board].count(spot, bug, bug_sources);
        }
    }

    /// A life is told: its end, and when it left its boards.
    pub(super) fn end(&mut self, truth: &IssueTruth, left_boards: &[i64]) {
        if let Some(ended_at) = truth.ended_at {
            let week = &mut self.throughput[self.calendar.week_of(ended_at.seconds())];
            week.throughput += u32::from(!truth.closed_not_planned);
            week.closed_not_planned += u32::from(truth.closed_not_planned);
            week.straight_to_done += u32::from(truth.straight_to_done);
        }
        for at in left_boards {
            self.throughput[self.calendar.week_of(*at)].removed_open += 1;
        }
    }

    pub(super) fn finish(self, boards: &[Board]) -> (Vec<StockWeek>, Vec<ThroughputWeek>) {
        let rows = self.stocks.into_iter().enumerate().map(|(row, stock)| {
            let week = &self.throughput[row / self.boards];
            StockWeek {
                year: week.year,
                week: week.week,
                complete: week.complete,
                project_id: boards[row % self.boards].number_id.clone(),
                in_step: stock.in_step,
                off_board: stock.off_board,
                opened_bugs: stock.bugs,
                opened_bugs_by_source: stock.bugs_by_source,
            }
        });
        (rows.collect(), self.throughput)
    }
}
