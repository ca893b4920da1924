//! Lives of issues as they are kept: in little more than half the room, as long as times are whole seconds.

use std::mem::take;

use model::columns::{CodeColumn, Column as _, InstantColumn};

use super::lives::{Intervals, Life, Lives, instants};

/// Lives that nobody asks at the moment.
#[derive(Debug)]
pub(crate) struct PackedLives {
    /// All but what follows.
    others: Lives,
    /// By row of the raw issues; `None` as in [`Lives::issues`].
    issues: Vec<Option<Others>>,
    /// Times of the issues that have a life, in their order.
    times: [InstantColumn; TIMES],
    /// Starts of the intervals.
    starts: InstantColumn,
    /// Columns of the intervals.
    columns: CodeColumn,
}

/// Instants and durations of a life.
const TIMES: usize = 19;

/// A life without its times.
#[derive(Clone, Copy, Debug)]
struct Others {
    not_planned: bool,
    board: u16,
    end_board: u16,
    place: super::Place,
    column: u32,
    cycle_unknown: bool,
    entered_unknown: [bool; 5],
    reopened_count: u32,
    rework_count: u32,
    history_gaps: u32,
    elsewhere: bool,
}

impl PackedLives {
    /// Packs lives; what is packed is dropped part by part.
    pub(crate) fn of(mut lives: Lives) -> Self {
        let starts = instants(take(&mut lives.intervals.start).into_iter());
        let mut columns: CodeColumn = take(&mut lives.intervals.column).into_iter().collect();
        columns.settle();
        let all = take(&mut lives.issues);
        let time = |time: usize| instants(all.iter().flatten().map(|life| times(life)[time]));
        let times = std::array::from_fn(time);
        let mut issues: Vec<Option<Others>> = Vec::new();
        issues.reserve_exact(all.len());
        issues.extend(all.into_iter().map(|life| life.map(|life| others(&life))));
        Self { others: lives, issues, times, starts, columns }
    }

    /// The lives as they were.
    pub(crate) fn unpacked(&self) -> Lives {
        let Intervals { first, board, place, source, .. } = &self.others.intervals;
        let intervals = Intervals {
            first: first.clone(),
            start: self.starts.all_micros().collect(),
            board: board.clone(),
            place: place.clone(),
            column: self.columns.iter().copied().collect(),
            source: source.clone(),
        };
        let mut row = 0;
        let life = |others: &Option<Others>| {
            others.map(|others| {
                let times = std::array::from_fn(|time| self.times[time].micros(row));
                row += 1;
                joined(&others, times)
            })
        };
        let issues = self.issues.iter().map(life).collect();
        let Lives { as_of, boards, shown, kinds, unmapped, lost_moves, .. } = &self.others;
        Lives {
            as_of: *as_of,
            boards: boards.clone(),
            shown: shown.clone(),
            kinds: kinds.clone(),
            issues,
            intervals,
            unmapped: unmapped.clone(),
            lost_moves: lost_moves.clone(),
        }
    }

    /// Up to when they are followed.
    pub(crate) fn as_of(&self) -> model::Instant {
        self.others.as_of
    }
}

fn times(life: &Life) -> [i64; TIMES] {
    let Life { created_at, ended_at, lead_start, cycle_start, inferred, working, .. } = *life;
    let [ready, dev, review, qa, waiting] = life.entered;
    let [in_backlog, in_ready, in_dev, in_review, in_qa, in_waiting, in_done, off_board] = life.time_in;
    [
        created_at,
        ended_at,
        lead_start,
        cycle_start,
        inferred,
        working,
        ready,
        dev,
        review,
        qa,
        waiting,
        in_backlog,
        in_ready,
        in_dev,
        in_review,
        in_qa,
        in_waiting,
        in_done,
        off_board,
    ]
}

fn others(life: &Life) -> Others {
    let Life { not_planned, board, end_board, place, column, cycle_unknown, entered_unknown, .. } = *life;
    let Life { reopened_count, rework_count, history_gaps, elsewhere, .. } = *life;
    Others {
        not_planned,
        board,
        end_board,
        place,
        column,
        cycle_unknown,
        entered_unknown,
        reopened_count,
        rework_count,
        history_gaps,
        elsewhere,
    }
}

fn joined(others: &Others, times: [i64; TIMES]) -> Life {
    let [created_at, ended_at, lead_start, cycle_start, inferred, working, rest @ ..] = times;
    let [ready, dev, review, qa, waiting, time_in @ ..] = rest;
    let Others { not_planned, board, end_board, place, column, cycle_unknown, entered_unknown, .. } = *others;
    let Others { reopened_count, rework_count, history_gaps, elsewhere, .. } = *others;
    Life {
        created_at,
        ended_at,
        not_planned,
        board,
        end_board,
        place,
        column,
        lead_start,
        cycle_start,
        cycle_unknown,
        entered: [ready, dev, review, qa, waiting],
        entered_unknown,
        time_in,
        reopened_count,
        rework_count,
        history_gaps,
        inferred,
        working,
        elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use model::Instant;

    use super::*;
    use crate::flow::{Kinds, Place, Source};

    /// Issues of which no two fields are alike, one that is left out, and intervals; times are `unit` microseconds apart.
    fn lives(unit: i64) -> Lives {
        let life = |first: i64| {
            let at = |place: i64| (first + place) * unit;
            Life {
                created_at: at(0),
                ended_at: Instant::NULL_MICROS,
                not_planned: first == 100,
                board: 1,
                end_board: 2,
                place: Place::Review,
                column: 3,
                lead_start: at(1),
                cycle_start: at(2),
                cycle_unknown: first == 200,
                entered: [at(3), at(4), Instant::NULL_MICROS, at(5), at(6)],
                entered_unknown: [false, first == 100, true, false, true],
                time_in: std::array::from_fn(|step| at(7 + step as i64)),
                reopened_count: 4,
                rework_count: 5,
                history_gaps: 6,
                inferred: at(15),
                working: -at(16),
                elsewhere: first == 200,
            }
        };
        Lives {
            as_of: Instant::from_seconds(9),
            boards: Vec::new(),
            shown: vec![true, false],
            kinds: Kinds { names: vec!["task".into()], kind: vec![0, 0, 0], bug: vec![0, 1, 0] },
            issues: vec![Some(life(100)), None, Some(life(200))],
            intervals: Intervals {
                first: vec![0, 2, 2, 3],
                start: vec![100 * unit, 104 * unit, 200 * unit],
                board: vec![1, 2, 1],
                place: vec![Place::Ready, Place::Done, Place::Review],
                column: vec![7, 8, 7],
                source: vec![Source::Timeline, Source::Bound, Source::Webhook],
            },
            unmapped: vec![(1, "Odd".into(), 2)],
            lost_moves: vec![2],
        }
    }

    #[test]
    fn lives_come_back_as_they_were_whatever_their_times() {
        for unit in [1_000_000, 1_000_001] {
            let (lives, packed) = (lives(unit), PackedLives::of(lives(unit)));
            assert_eq!(packed.as_of(), lives.as_of);
            for unpacked in [packed.unpacked(), packed.unpacked()] {
                assert_eq!(format!("{unpacked:?}"), format!("{lives:?}"));
            }
        }
    }
}
