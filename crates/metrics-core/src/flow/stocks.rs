//! Tables `stocks`, `stocks_week` and `cumulative_flow_day`: how many items are where, and when.
//!
//! Weeks and days are counted by differences at the changes of places: the work grows with the number of
//! intervals, not with weeks times issues.

use chrono_tz::Tz;
use model::Instant;
use model::columns::{CodeColumn, TextColumn};
use model::rules::Step;
use model::table::{Cells, Column, Table};

use super::boards::{Board, NO_BOARD};
use super::kinds::{BUG, BUG_CUSTOMER_FACING, BUG_DEV_PROCESS, BUG_INTERNAL};
use super::lives::{Lives, Place};
use super::locate::Locator;
use crate::calendar::{Cut, Periods};
use crate::coverage::Coverage;

/// Counted columns in file order: bugs and their sources, the steps short of done, off the board.
pub(super) const COUNTED: [&str; 11] = [
    "opened_bugs",
    "opened_bugs_customer_facing",
    "opened_bugs_internal",
    "opened_bugs_dev_process",
    "in_backlogs",
    "in_ready",
    "in_dev",
    "in_review",
    "in_qa",
    "waiting_to_prod",
    "off_board",
];
/// Columns of the steps short of done.
pub(crate) const STOCK_COLUMNS: [&str; 6] =
    ["in_backlogs", "in_ready", "in_dev", "in_review", "in_qa", "waiting_to_prod"];
/// Those that are work in progress: dev to `waiting_to_prod`.
pub(crate) const WORK_COLUMNS: [&str; 4] = ["in_dev", "in_review", "in_qa", "waiting_to_prod"];
const BUG_FLAGS: [u8; 4] = [BUG, BUG_CUSTOMER_FACING, BUG_INTERNAL, BUG_DEV_PROCESS];
const STEPS: usize = 4;
const OFF_BOARD: usize = 10;
/// Besides the written counts: items whose place is inferred.
const INFERRED: usize = 11;
const COUNTS: usize = 12;

type Counts = [i32; COUNTS];

/// What an item adds to the counts of its board while it is in a place.
fn add(counts: &mut Counts, place: Place, bug: u8, inferred: bool, sign: i32) {
    if place == Place::OffBoard {
        counts[OFF_BOARD] += sign;
    }
    if !place.is_stock() {
        return;
    }
    counts[STEPS + place as usize] += sign;
    counts[INFERRED] += i32::from(inferred) * sign;
    for (position, flag) in BUG_FLAGS.into_iter().enumerate() {
        counts[position] += i32::from(bug & flag != 0) * sign;
    }
}

/// Boards by id: the order of rows within a period.
fn board_order(lives: &Lives) -> Vec<usize> {
    let boards = &lives.boards;
    let mut order: Vec<usize> = (0..boards.len()).filter(|board| lives.shown[*board]).collect();
    order.sort_by(|one, other| boards[*one].id.cmp(&boards[*other].id));
    order
}

/// Stocks at `as_of`: a row per board, zeros included, in order of board id.
///
/// Counts are open items on the board; bugs are the red bin. `off_board` counts open items that were removed
/// or archived, under the board that they were on last. Issues that never were on a board are in no stock.
pub fn stocks(lives: &Lives) -> Table {
    let mut counts = vec![[0; COUNTS]; lives.boards.len()];
    for (issue, life) in lives.included().filter(|(_, life)| life.board != NO_BOARD) {
        add(&mut counts[life.board as usize], life.place, lives.kinds.bug[issue], false, 1);
    }
    let order = board_order(lives);
    let rows: Vec<Counts> = order.iter().map(|board| counts[*board]).collect();
    let mut columns = board_columns(&lives.boards, &order, 1);
    columns.extend(counted(&rows));
    Table { name: "stocks", columns }
}

/// Stocks at the end of each week (the running week: at `as_of`): a row per week and board, zeros included,
/// from the week of the first creation to the week of `as_of`.
///
/// `removed_open` counts items that left the board while open during the week (removed, archived, or found
/// deleted); `inferred` the items in stock whose place rests on snapshots or bounds.
pub fn stocks_week(lives: &Lives, zone: Tz, coverage: &Coverage) -> Table {
    let weeks = weeks_of(lives, Cut::Week, zone);
    let boards = lives.boards.len();
    let mut changes = vec![[0; COUNTS]; weeks.len() * boards];
    let mut removed = vec![0_i64; weeks.len() * boards];
    let locator = Locator::new(&weeks);
    let intervals = &lives.intervals;
    for (issue, _) in lives.followed() {
        let bug = lives.kinds.bug[issue];
        let mut before: Option<(usize, Place, bool)> = None;
        for interval in intervals.of(issue) {
            let week = locator.index_of(intervals.start[interval]);
            let (board, place) = (intervals.board[interval], intervals.place[interval]);
            if let Some((board, place, inferred)) = before {
                add(&mut changes[week * boards + board], place, bug, inferred, -1);
            }
            if let Some((board, before, _)) = before {
                let left = match place {
                    Place::OffBoard | Place::OffElsewhere | Place::Vanished => before.is_stock(),
                    _ => false,
                };
                removed[week * boards + board] += i64::from(left);
            }
            before = (board != NO_BOARD).then(|| (board as usize, place, intervals.source[interval].is_inferred()));
            if let Some((board, place, inferred)) = before {
                add(&mut changes[week * boards + board], place, bug, inferred, 1);
            }
        }
    }
    add_up(&mut changes, boards);
    stocks_week_table(lives, &weeks, &changes, &removed, coverage)
}

fn stocks_week_table(lives: &Lives, weeks: &Periods, counts: &[Counts], removed: &[i64], coverage: &Coverage) -> Table {
    let order = board_order(lives);
    let boards = lives.boards.len();
    let positions: Vec<usize> =
        (0..weeks.len()).flat_map(|week| order.iter().map(move |board| week * boards + board)).collect();
    let rows: Vec<Counts> = positions.iter().map(|position| counts[*position]).collect();
    let week_of = |position: &usize| weeks.iso_week(position / boards);
    let complete = |position: &usize| coverage.is_complete(weeks.end(position / boards));
    let mut columns = vec![
        Column { name: "year", cells: Cells::Int(positions.iter().map(|at| Some(week_of(at).0)).collect()) },
        Column { name: "week", cells: Cells::Week(positions.iter().map(|at| week_of(at).1).collect()) },
    ];
    columns.extend(board_columns(&lives.boards, &order, weeks.len()));
    columns.extend(counted(&rows));
    let removed = positions.iter().map(|position| Some(removed[*position])).collect();
    let inferred = rows.iter().map(|counts| Some(i64::from(counts[INFERRED]))).collect();
    columns.extend([
        Column { name: "removed_open", cells: Cells::Int(removed) },
        Column { name: "inferred", cells: Cells::Int(inferred) },
        Column { name: "complete", cells: Cells::Bool(positions.iter().map(complete).collect()) },
    ]);
    Table { name: "stocks_week", columns }
}

/// Cumulative flow: a row per day, board and step, from the day of the first creation to the day of `as_of`,
/// in order of date, board id and step.
///
/// `count` is the number of items that at the end of that day are in that step or a later one, by their state
/// that day; it may fall on rework. Items off the board and items closed as not planned are not counted.
pub fn cumulative_flow_day(lives: &Lives, zone: Tz) -> Table {
    const CELLS: usize = Step::ALL.len();
    let days = weeks_of(lives, Cut::Day, zone);
    let boards = lives.boards.len();
    let mut changes = vec![[0_i32; CELLS]; days.len() * boards];
    let locator = Locator::new(&days);
    let intervals = &lives.intervals;
    for (issue, _) in lives.followed() {
        let mut before: Option<(usize, usize)> = None;
        for interval in intervals.of(issue) {
            let (board, place) = (intervals.board[interval], intervals.place[interval]);
            let now = (board != NO_BOARD && place <= Place::Done).then_some((board as usize, place as usize));
            if now == before {
                continue;
            }
            let day = locator.index_of(intervals.start[interval]) * boards;
            if let Some((board, step)) = before {
                changes[day + board][step] -= 1;
            }
            if let Some((board, step)) = now {
                changes[day + board][step] += 1;
            }
            before = now;
        }
    }
    add_up(&mut changes, boards);

    let order = board_order(lives);
    let height = changes.len() * CELLS;
    let (mut dates, mut steps, mut counts) =
        (Vec::with_capacity(height), Vec::with_capacity(height), Vec::with_capacity(height));
    for day in 0..days.len() {
        for board in &order {
            let in_step = changes[day * boards + board];
            for step in 0..CELLS {
                dates.push(Some(days.first_day(day)));
                steps.push(step as u32);
                counts.push(Some(in_step[step..].iter().map(|count| i64::from(*count)).sum()));
            }
        }
    }
    let mut step_names = TextColumn::default();
    for step in Step::ALL {
        step_names.push(step.name().as_bytes());
    }
    let per_step: Vec<usize> = order.iter().flat_map(|board| std::iter::repeat_n(*board, CELLS)).collect();
    let mut columns = vec![Column { name: "date", cells: Cells::Date(dates) }];
    columns.extend(board_columns(&lives.boards, &per_step, days.len()));
    columns.push(Column { name: "step", cells: Cells::Code(steps.into(), step_names) });
    columns.push(Column { name: "count", cells: Cells::Int(counts.into()) });
    Table { name: "cumulative_flow_day", columns }
}

/// Turns changes per period and board into levels.
fn add_up<const N: usize>(changes: &mut [[i32; N]], boards: usize) {
    for position in boards..changes.len() {
        let before = changes[position - boards];
        for (now, before) in changes[position].iter_mut().zip(before) {
            *now += before;
        }
    }
}

/// Periods from the first creation to `as_of`.
pub(crate) fn weeks_of(lives: &Lives, cut: Cut, zone: Tz) -> Periods {
    let never = Instant::from_micros(lives.as_of.micros().saturating_add(1));
    Periods::covering(cut, zone, lives.first_creation().unwrap_or(never), lives.as_of)
}

/// Columns `project_id` and `project_name`: the boards in this order, `times` times over.
fn board_columns(boards: &[Board], order: &[usize], times: usize) -> Vec<Column> {
    let (mut ids, mut names) = (TextColumn::default(), TextColumn::default());
    for board in boards {
        ids.push(board.id.as_bytes());
        names.push(board.name.as_bytes());
    }
    let codes: CodeColumn =
        std::iter::repeat_n(order, times).flat_map(|order| order.iter().map(|board| *board as u32)).collect();
    vec![
        Column { name: "project_id", cells: Cells::Code(codes.clone(), ids) },
        Column { name: "project_name", cells: Cells::Code(codes, names) },
    ]
}

fn counted(rows: &[Counts]) -> Vec<Column> {
    let column = |(position, name): (usize, &'static str)| Column {
        name,
        cells: Cells::Int(rows.iter().map(|counts| Some(i64::from(counts[position]))).collect()),
    };
    COUNTED.into_iter().enumerate().map(column).collect()
}
