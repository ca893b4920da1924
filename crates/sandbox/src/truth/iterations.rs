//! What really became of what was planned for iterations.

use crate::Organisation;
use crate::organisation::{CloseReason, IssueLife, Iteration, Planning, What};

use super::life::Life;

/// The truth about an iteration that has begun and in which an issue was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IterationTruth {
    /// Number on the server.
    pub number: u64,
    /// Title, else its days.
    pub name: String,
    /// First day.
    pub starts_on: String,
    /// Last day.
    pub due_on: String,
    /// In it at the end of its first day, and open in it on that day.
    pub planned_at_start: u32,
    /// Not planned, and open in it later.
    pub added_later: u32,
    /// Of both: neither done in it nor left in it open.
    pub removed: u32,
    /// Of both: done at its end, and so since a time in it.
    pub done_in_it: u32,
    /// Of both: in it and open at its end; `None` while it runs.
    pub carried_over: Option<u32>,
    /// Planned, and done in it.
    pub planned_done: u32,
}

const DAY: i64 = 86_400;

/// What happens to an issue in the eyes of who plans, at one second.
#[derive(Clone, Copy)]
enum Turn {
    Opened,
    /// Done, or given up.
    Ended {
        is_done: bool,
    },
    Into(usize),
    OutOf(usize),
}

/// What one issue was to one iteration.
#[derive(Default)]
struct Seen {
    was_in: bool,
    was_planned: bool,
    was_open_later: bool,
    at_end: Option<AtEnd>,
}

/// How it stood when the iteration ended, or stands now.
enum AtEnd {
    /// Done since a time in the iteration.
    DoneInIt,
    /// In it, and open.
    Open,
    /// Neither.
    Elsewhere,
}

impl Organisation {
    pub(super) fn iteration_truth(&self, until: i64) -> Vec<IterationTruth> {
        let iterations = self.iterations();
        let mut met = vec![false; iterations.len()];
        let mut truths: Vec<IterationTruth> = iterations.iter().map(|iteration| begin(iteration, until)).collect();
        for (index, issue) in self.issues.iter().enumerate().take_while(|(_, issue)| issue.created_at <= until) {
            let planned = self.planning(index, &iterations);
            let planned: Vec<Planning> = planned.into_iter().filter(|planned| planned.at <= until).collect();
            if planned.is_empty() {
                continue;
            }
            let turns = self.turns(issue, &planned, until);
            for (place, iteration) in iterations.iter().enumerate().filter(|(_, it)| it.start < until) {
                let seen = watch(&turns, place, iteration, until);
                met[place] |= seen.was_in;
                count(&mut truths[place], &seen);
            }
        }
        let begun = truths.into_iter().zip(met).zip(iterations);
        begun.filter(|((_, met), iteration)| *met && iteration.start < until).map(|((truth, _), _)| truth).collect()
    }

    /// Everything that counts, in order.
    fn turns(&self, issue: &IssueLife, planned: &[Planning], until: i64) -> Vec<(i64, Turn)> {
        let events = issue.events_until(until);
        let first_board = events.iter().find_map(|event| match event.what {
            What::Added { board, .. } => Some(usize::from(board)),
            _ => None,
        });
        let mut life = Life::begin(&self.boards, issue.created_at, first_board);
        let mut turns = vec![(issue.created_at, Turn::Opened)];
        for event in events {
            life.pass(event.at, &mut |_| {});
            life.happen(*event);
            let given_up = matches!(life.reason, Some(CloseReason::NotPlanned | CloseReason::Duplicate));
            let turn = if life.ended_at.is_some() { Turn::Ended { is_done: !given_up } } else { Turn::Opened };
            turns.push((event.at, turn));
        }
        let planning = planned.iter().map(|planned| {
            let turn = if planned.is_add { Turn::Into(planned.iteration) } else { Turn::OutOf(planned.iteration) };
            (planned.at, turn)
        });
        turns.extend(planning);
        turns.sort_by_key(|(at, _)| *at);
        turns
    }
}

fn begin(iteration: &Iteration, until: i64) -> IterationTruth {
    let [starts_on, due_on] = iteration.days();
    let name = iteration.title.clone().unwrap_or_else(|| format!("{starts_on} to {due_on}"));
    let carried_over = (iteration.end <= until).then_some(0);
    IterationTruth { number: iteration.number, name, starts_on, due_on, carried_over, ..IterationTruth::default() }
}

/// Lives through an issue's turns with an eye on one iteration.
fn watch(turns: &[(i64, Turn)], place: usize, iteration: &Iteration, until: i64) -> Seen {
    let now = until + 1;
    let (first_day, end) = ((iteration.start + DAY).min(now), iteration.end.min(now));
    let mut seen = Seen::default();
    let (mut present, mut is_open, mut is_done) = (None, false, false);
    let (mut ended_in_it, mut was_open_on_first_day) = (false, false);
    for (position, (at, turn)) in turns.iter().enumerate() {
        match *turn {
            Turn::Opened => (is_open, is_done) = (true, false),
            Turn::Ended { is_done: done } => {
                if is_open {
                    ended_in_it = present == Some(place) && *at >= iteration.start;
                }
                (is_open, is_done) = (false, done);
            }
            Turn::Into(other) => present = Some(other),
            Turn::OutOf(other) if present == Some(other) => present = None,
            Turn::OutOf(_) => {}
        }
        let next = turns.get(position + 1).map_or(i64::MAX, |(next, _)| *next);
        let overlaps = |from: i64, to: i64| from.max(*at) < to.min(next);
        let is_in = present == Some(place);
        seen.was_in |= is_in;
        was_open_on_first_day |= is_in && is_open && overlaps(iteration.start, first_day);
        seen.was_open_later |= is_in && is_open && overlaps(first_day, end);
        if *at < first_day && first_day <= next {
            seen.was_planned = is_in && was_open_on_first_day;
        }
        if *at < end && end <= next {
            seen.at_end = Some(match is_open {
                false if is_done && ended_in_it => AtEnd::DoneInIt,
                true if is_in => AtEnd::Open,
                _ => AtEnd::Elsewhere,
            });
        }
    }
    seen
}

fn count(truth: &mut IterationTruth, seen: &Seen) {
    let Some(at_end) = seen.at_end.as_ref().filter(|_| seen.was_planned || seen.was_open_later) else { return };
    if seen.was_planned {
        truth.planned_at_start += 1;
    } else {
        truth.added_later += 1;
    }
    match at_end {
        AtEnd::DoneInIt => {
            truth.done_in_it += 1;
            truth.planned_done += u32::from(seen.was_planned);
        }
        AtEnd::Open => truth.carried_over = truth.carried_over.map(|carried_over| carried_over + 1),
        AtEnd::Elsewhere => truth.removed += 1,
    }
}
