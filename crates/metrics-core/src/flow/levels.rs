//! Levels: how many issues are where, as what came and what left.

use model::rules::{ProcessChange, Step};
use model::table::Table;

use super::boards::NO_BOARD;
use super::kinds::BUG;
use super::lives::{Lives, Place};
use super::stocks::weeks_of;
use crate::calendar::Cut;
use crate::coverage::Coverage;
use crate::net_flow::{self, Level, Weeks};
use crate::summary::Stock;

/// `net_flow_week`: arrivals and departures of every level of all boards together, each with the chart of its net flow.
///
/// Levels in order: `open` (every step short of done), the steps, `wip` (dev to `waiting_to_prod`) and `red_bin` (open
/// bugs). A move within a level is neither arrival nor departure.
pub(crate) fn net_flow_week(
    lives: &Lives,
    coverage: &Coverage,
    zone: chrono_tz::Tz,
    changes: &[ProcessChange],
) -> Table {
    let stocks = stocks(lives, |issue, place| {
        [
            place.is_stock(),
            place == Place::Backlog,
            place == Place::Ready,
            place == Place::Dev,
            place == Place::Review,
            place == Place::Qa,
            place == Place::WaitingToProd,
            is_work(place),
            is_open_bug(lives, issue, place),
        ]
    });
    let steps = Step::ALL.into_iter().filter(|step| *step != Step::Done).map(Step::name);
    let names = std::iter::once("open").chain(steps).chain(["wip", "red_bin"]);
    let levels: Vec<Level<'_>> = names.zip(&stocks).collect();
    let weeks = Weeks {
        periods: &weeks_of(lives, Cut::Week, zone),
        as_of: lives.as_of.micros(),
        covered_to: coverage.until.micros(),
    };
    net_flow::table("net_flow_week", &levels, weeks, changes)
}

/// Work in progress, and open bugs.
pub(crate) fn work_and_open_bugs(lives: &Lives) -> [Stock; 2] {
    stocks(lives, |issue, place| [is_work(place), is_open_bug(lives, issue, place)])
}

/// From dev to `waiting_to_prod`.
fn is_work(place: Place) -> bool {
    (Place::Dev..=Place::WaitingToProd).contains(&place)
}

/// A bug that is open on a board.
fn is_open_bug(lives: &Lives, issue: usize, place: Place) -> bool {
    place.is_stock() && lives.kinds.bug[issue] & BUG != 0
}

/// Issues that are on a board and counted there in each of some levels by where they are: one pass for all levels.
fn stocks<const N: usize>(lives: &Lives, counted: impl Fn(usize, Place) -> [bool; N]) -> [Stock; N] {
    let mut of_levels: [(Vec<i64>, Vec<i64>); N] = std::array::from_fn(|_| (Vec::new(), Vec::new()));
    let intervals = &lives.intervals;
    for (issue, _) in lives.followed() {
        let mut before = [false; N];
        for interval in intervals.of(issue) {
            let is_on_board = intervals.board[interval] != NO_BOARD;
            let now = if is_on_board { counted(issue, intervals.place[interval]) } else { [false; N] };
            for (((came, left), before), now) in of_levels.iter_mut().zip(before).zip(now) {
                if now != before {
                    let changes = if now { came } else { left };
                    changes.push(intervals.start[interval]);
                }
            }
            before = now;
        }
    }
    of_levels.map(|(came, left)| Stock::new(came, left))
}
