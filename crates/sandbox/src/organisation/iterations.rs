//! Iterations of two weeks that every other team plans in. Only GitLab tells of them.

use model::Instant;

use super::{IssueLife, Organisation, What};
use crate::random::Dice;

const TOPIC: u8 = b'n';
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const LENGTH: i64 = 14 * DAY;
/// Number of the first one on the server.
const FIRST: u64 = 50;

/// An iteration, from a Monday on. Times are seconds since the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Iteration {
    /// Number on the whole server.
    pub(crate) number: u64,
    /// `None` for one that an automatic cadence made.
    pub(crate) title: Option<String>,
    /// Midnight in UTC, at which it begins.
    pub(crate) start: i64,
    /// Midnight behind its last day.
    pub(crate) end: i64,
}

impl Iteration {
    /// First and last day, `2026-03-02`.
    pub(crate) fn days(&self) -> [String; 2] {
        [self.start, self.end - DAY].map(|at| Instant::from_seconds(at).to_rfc3339_seconds()[..10].to_owned())
    }
}

/// An issue was put into an iteration, and so out of the one before, or taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Planning {
    pub(crate) at: i64,
    /// Position of the iteration.
    pub(crate) iteration: usize,
    pub(crate) is_add: bool,
}

impl Organisation {
    /// All iterations, the first one begun before anything happens and the last one at the end or later; none where nobody
    /// plans in any.
    pub(crate) fn iterations(&self) -> Vec<Iteration> {
        if !self.options.iterations {
            return Vec::new();
        }
        // 1970-01-05 was a Monday.
        let first = 4 * DAY + (self.start - 4 * DAY).div_euclid(7 * DAY) * 7 * DAY;
        let count = (self.end - first) / LENGTH + 3;
        let iteration = |place: i64| Iteration {
            number: FIRST + place as u64,
            title: (place % 2 == 1).then(|| format!("Sprint {}", place + 1)),
            start: first + place * LENGTH,
            end: first + (place + 1) * LENGTH,
        };
        (0..count).map(iteration).collect()
    }

    /// What an issue is planned for, in order of time; nothing for those of teams that do not plan in iterations.
    pub(crate) fn planning(&self, index: usize, iterations: &[Iteration]) -> Vec<Planning> {
        let life = &self.issues[index];
        let team = self.repositories[usize::from(life.places[0].1)].team;
        if iterations.is_empty() || !team.is_multiple_of(2) {
            return Vec::new();
        }
        let planner =
            Planner { life, iterations, dice: Dice::new(self.options.seed, TOPIC, index), planned: Vec::new() };
        planner.plan(self.end)
    }
}

struct Planner<'a> {
    life: &'a IssueLife,
    iterations: &'a [Iteration],
    dice: Dice,
    planned: Vec<Planning>,
}

impl Planner<'_> {
    fn plan(mut self, end: i64) -> Vec<Planning> {
        if self.dice.chance(0.25) {
            return self.planned;
        }
        let mut at = self.life.created_at + self.dice.between(HOUR / 6, 6 * DAY);
        while at <= end && (self.is_open(at) || self.dice.chance(0.1)) {
            let running = ((at - self.iterations[0].start) / LENGTH) as usize;
            let chosen = running + usize::from(self.dice.chance(0.4));
            let Some(next) = self.stay(at, chosen, end) else { break };
            at = next;
        }
        self.planned.retain(|planned| planned.at <= end);
        self.planned
    }

    /// Puts it into an iteration and follows it through the next ones. Gives when it is looked at again after it was taken out
    /// or left behind; `None` where nobody looks at it any more.
    fn stay(&mut self, at: i64, chosen: usize, end: i64) -> Option<i64> {
        let (mut at, mut place) = (self.note(at, chosen, true), chosen);
        loop {
            let over = self.iterations.get(place)?.end;
            if at > end {
                return None;
            }
            let before_it_is_over = self.dice.between(at + HOUR, over.max(at + 2 * HOUR));
            if self.dice.chance(0.08) {
                let out = self.note(before_it_is_over, place, false);
                return self.dice.chance(0.6).then(|| out + self.dice.between(HOUR, 9 * DAY));
            }
            if self.dice.chance(0.08) {
                (at, place) = (self.note(before_it_is_over, place + 1, true), place + 1);
                continue;
            }
            if !self.is_open(over) {
                return None;
            }
            if self.dice.chance(0.2) {
                return Some(over + self.dice.between(HOUR, 5 * DAY));
            }
            // GitLab rolls over what is left early on the day after.
            let rolled_over = over + 300 + self.dice.between(0, 120);
            (at, place) = (self.note(rolled_over, place + 1, true), place + 1);
        }
    }

    /// At an instant at which nothing else happens to the issue.
    fn note(&mut self, mut at: i64, iteration: usize, is_add: bool) -> i64 {
        let last = self.planned.last().map_or(i64::MIN, |planned| planned.at);
        at = at.max(last.saturating_add(1));
        while self.life.events.iter().any(|event| event.at == at) {
            at += 1;
        }
        if iteration < self.iterations.len() {
            self.planned.push(Planning { at, iteration, is_add });
        }
        at
    }

    fn is_open(&self, at: i64) -> bool {
        let turns = self.life.events_until(at).iter().rev();
        let last = turns.map(|event| event.what).find(|what| matches!(what, What::Closed(_) | What::Reopened));
        !matches!(last, Some(What::Closed(_)))
    }
}
