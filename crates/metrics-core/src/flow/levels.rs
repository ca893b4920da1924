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
    let steps = Step::ALL.into_iter().filter(|step| *step != Step::Done);
    let mut stocks = vec![("open", stock(lives, |_, place| place.is_stock()))];
    stocks.extend(steps.map(|step| (step.name(), stock(lives, |_, place| place as usize == step as usize))));
    stocks.extend([("wip", work_in_progress(lives)), ("red_bin", open_bugs(lives))]);
    let levels: Vec<Level<'_>> = stocks.iter().map(|(name, stock)| (*name, stock)).collect();
    let weeks = Weeks {
        periods: &weeks_of(lives, Cut::Week, zone),
        as_of: lives.as_of.micros(),
        covered_to: coverage.until.micros(),
    };
    net_flow::table("net_flow_week", &levels, weeks, changes)
}

/// Issues from dev to `waiting_to_prod`.
pub(crate) fn work_in_progress(lives: &Lives) -> Stock {
    stock(lives, |_, place| (Place::Dev..=Place::WaitingToProd).contains(&place))
}

/// Bugs that are open on a board.
pub(crate) fn open_bugs(lives: &Lives) -> Stock {
    stock(lives, |issue, place| place.is_stock() && lives.kinds.bug[issue] & BUG != 0)
}

/// Issues that are on a board and counted there by where they are.
fn stock(lives: &Lives, is_counted: impl Fn(usize, Place) -> bool) -> Stock {
    let (mut came, mut left) = (Vec::new(), Vec::new());
    let intervals = &lives.intervals;
    for (issue, _) in lives.followed() {
        let mut was_counted = false;
        for interval in intervals.of(issue) {
            let counts = intervals.board[interval] != NO_BOARD && is_counted(issue, intervals.place[interval]);
            if counts != was_counted {
                let moved = if counts { &mut came } else { &mut left };
                moved.push(intervals.start[interval]);
            }
            was_counted = counts;
        }
    }
    Stock::new(came, left)
}
