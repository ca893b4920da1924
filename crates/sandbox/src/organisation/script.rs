//! Life of an issue: moves, waits, rework, detours and ends, drawn by chance.

mod cards;
mod endings;

use model::rules::Step;

use super::board::Board;
use super::issue::{CloseReason, Event, NO_COLUMN, What};
use super::{NOBODY, Team};
use crate::calendar::{Calendar, HOUR, MINUTE, WORKDAY};
use crate::random::Dice;

/// What all lives share.
pub(crate) struct World<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) boards: &'a [Board],
    pub(crate) teams: &'a [Team],
    pub(crate) repository_count: usize,
    pub(crate) end: i64,
    pub(crate) reorganised_at: i64,
    pub(crate) every_board: bool,
}

/// A card of the issue, in order of joining.
struct Card {
    board: u8,
    column: u8,
    /// It began in a column without an event, and none has shown that column yet.
    silent: bool,
}

/// An issue while its life is being written.
pub(crate) struct Script<'a> {
    world: &'a World<'a>,
    dice: &'a mut Dice,
    team: usize,
    now: i64,
    cards: Vec<Card>,
    closed: bool,
    migrated: bool,
    is_bug: bool,
    events: Vec<Event>,
}

/// Writes the life of an issue. With `to_and_fro` it is moved at least so many times while in development.
pub(crate) fn write_life(
    world: &World<'_>,
    dice: &mut Dice,
    team: usize,
    repository: u16,
    created_at: i64,
    is_bug: bool,
    to_and_fro: i64,
) -> Vec<Event> {
    let mut script = Script {
        world,
        dice,
        team,
        now: created_at,
        cards: Vec::new(),
        closed: false,
        migrated: false,
        is_bug,
        events: Vec::with_capacity(16),
    };
    script.live(to_and_fro);
    script.transfer(repository);
    let mut events = script.events;
    events.truncate(events.partition_point(|event| event.at <= world.end));
    events
}

impl Script<'_> {
    fn live(&mut self, to_and_fro: i64) {
        let heavy = to_and_fro > 0;
        if !self.world.every_board && !heavy && self.dice.chance(0.04) {
            return self.live_off_board();
        }
        self.join_first_board();
        if self.dice.chance(0.4) {
            self.touch();
        }
        let fate = if heavy { 1.0 } else { self.dice.unit() };
        if fate < if self.is_bug { 0.04 } else { 0.1 } {
            return self.wait_for_ever();
        }
        if fate < 0.14 {
            return self.go_straight_to_done();
        }
        if fate < 0.18 {
            let days = self.dice.between(3, 90);
            self.wait_days(days);
            return self.give_up();
        }
        self.work_through(to_and_fro);
    }

    fn over(&self) -> bool {
        self.now > self.world.end
    }

    fn push(&mut self, actor: u16, what: What) {
        let last = self.events.last().map_or(self.now, |event| event.at + 1);
        self.now = self.now.max(last);
        self.events.push(Event { at: self.now, actor, what });
    }

    fn someone(&mut self) -> u16 {
        let members = &self.world.teams[self.team].members;
        members[self.dice.below(members.len())]
    }

    fn after_seconds(&mut self, low: i64, high: i64) {
        self.now += self.dice.between(low, high);
    }

    fn wait_days(&mut self, days: i64) {
        self.now = self.world.calendar.after(self.now, days * WORKDAY + self.dice.between(0, WORKDAY));
    }

    fn wait_about(&mut self, median_seconds: f64, sigma: f64) {
        self.now = self.world.calendar.after_about(self.dice, self.now, median_seconds, sigma);
    }

    fn touch(&mut self) {
        self.after_seconds(MINUTE, 3 * HOUR);
        let actor = self.someone();
        self.push(actor, What::Touched);
    }

    fn live_off_board(&mut self) {
        if self.dice.chance(0.7) {
            self.wait_about(4.0 * WORKDAY as f64, 1.0);
            self.close_by_hand(CloseReason::Completed);
            if self.dice.chance(0.15) {
                // Somebody tidies up and puts the finished issue on the board.
                self.wait_days(2);
                self.add_card(self.world.teams[self.team].board as u8, NO_COLUMN);
                self.after_seconds(1, 4);
                self.move_home(Step::Done, NOBODY);
            }
        }
    }

    fn close_by_hand(&mut self, reason: CloseReason) {
        let actor = self.someone();
        self.push(actor, What::Closed(reason));
        self.closed = true;
    }

    /// How long work stays in a step, in working seconds.
    fn median_seconds(&self, step: Step) -> f64 {
        let days = match step {
            Step::Backlog => 3.0,
            Step::Ready => 1.8,
            Step::Dev => 3.4,
            Step::Review => 1.3,
            Step::Qa => 0.9,
            Step::WaitingToProd => 1.0,
            Step::Done => 0.0,
        };
        let board = self.cards.first().map_or(0, |card| usize::from(card.board));
        let pace = if self.now < self.world.reorganised_at { 1.0 } else { 0.6 };
        let urgency = if self.is_bug { 0.7 } else { 1.0 };
        days * WORKDAY as f64 * pace * urgency * self.world.boards[board].slowness
    }

    fn dwell(&mut self, step: Step) {
        let median = self.median_seconds(step);
        let was_before = self.now < self.world.reorganised_at;
        self.wait_about(median, 0.8);
        if was_before && self.now > self.world.reorganised_at {
            self.migrate();
        }
    }

    /// The re-organisation: a third of the open work goes to another board.
    fn migrate(&mut self) {
        if self.migrated
            || self.closed
            || self.cards.is_empty()
            || self.world.boards.len() < 2
            || self.world.every_board
        {
            return;
        }
        self.migrated = true;
        if !self.dice.chance(0.33) {
            return;
        }
        let old = self.cards[0].board;
        let new = self.other_board(old);
        if self.cards.iter().any(|card| card.board == new) {
            return;
        }
        let step = Some(self.step_of_home()).filter(|step| *step != Step::Done).unwrap_or(Step::Dev);
        self.add_card(new, NO_COLUMN);
        self.after_seconds(3, 50);
        let column = self.world.boards[usize::from(new)].column_from(step);
        let actor = self.someone();
        self.move_card(self.cards.len() - 1, column, actor);
        self.after_seconds(10, 600);
        self.remove_card(0);
    }

    fn wait_for_ever(&mut self) {
        if self.dice.chance(0.3) && self.has_step(Step::Ready) {
            self.dwell(Step::Backlog);
            let actor = self.someone();
            self.move_home(Step::Ready, actor);
        }
        if self.dice.chance(0.06) {
            self.dwell(Step::Backlog);
            // A pilot error: the status is cleared.
            if self.cards.first().is_some_and(|card| card.column != NO_COLUMN) {
                let actor = self.someone();
                self.move_card(0, NO_COLUMN, actor);
            }
        }
        match self.dice.below(20) {
            0 => {
                self.wait_days(30);
                self.archive_all();
                if self.dice.chance(0.3) {
                    self.wait_days(10);
                    self.close_by_hand(CloseReason::Completed);
                }
            }
            1 | 2 => {
                self.wait_days(20);
                self.leave_boards();
            }
            _ => {}
        }
    }

    fn go_straight_to_done(&mut self) {
        self.wait_about(2.0 * WORKDAY as f64, 1.0);
        self.finish(true);
    }

    /// From the board's first columns to the end, with detours.
    fn work_through(&mut self, to_and_fro: i64) {
        let mut rounds = 0;
        let mut step = Step::Backlog;
        while !self.over() && step != Step::Done {
            self.dwell(step);
            if self.dice.chance(0.004) {
                self.leave_boards();
                if self.cards.is_empty() {
                    return self.end_off_board();
                }
            }
            step = self.next_step(step, &mut rounds);
            if step == Step::Done {
                break;
            }
            let actor = self.someone();
            self.move_home(step, actor);
            if step == Step::Dev {
                self.detour_in_dev(if rounds == 0 { to_and_fro } else { 0 });
            }
            if self.dice.chance(0.0015) {
                self.dwell(step);
                return self.archive_all();
            }
            if self.dice.chance(0.02) {
                self.dwell(step);
                return self.give_up();
            }
        }
        self.finish(false);
    }

    fn end_off_board(&mut self) {
        if self.dice.chance(0.5) {
            self.wait_days(8);
            self.close_by_hand(CloseReason::Completed);
        }
    }

    fn next_step(&mut self, step: Step, rounds: &mut u32) -> Step {
        let back = match step {
            Step::Review => 0.24,
            Step::Qa => 0.2,
            Step::WaitingToProd => 0.03,
            Step::Ready | Step::Dev => 0.02,
            Step::Backlog | Step::Done => 0.0,
        };
        if *rounds < 4 && self.dice.chance(back) {
            *rounds += 1;
            return if step <= Step::Dev { Step::Backlog } else { Step::Dev };
        }
        let mut next = step as usize + 1;
        while next < Step::Done as usize {
            let skip = if self.has_step(Step::ALL[next]) { 0.06 } else { 1.0 };
            if !self.dice.chance(skip) {
                break;
            }
            next += 1;
        }
        Step::ALL[next]
    }

    fn detour_in_dev(&mut self, to_and_fro: i64) {
        if to_and_fro > 0 {
            for _ in 0..self.dice.between(to_and_fro, to_and_fro + 40) {
                self.now = self.world.calendar.after(self.now, self.dice.between(5 * MINUTE, 90 * MINUTE));
                let step = if self.step_of_home() == Step::Dev { Step::Review } else { Step::Dev };
                let actor = self.someone();
                self.move_home(step, actor);
            }
        }
        let Some(home) = self.cards.first() else { return };
        let unmapped = self.world.boards[usize::from(home.board)].unmapped_column();
        if let Some(blocked) = unmapped
            && self.cards.len() == 1
            && self.dice.chance(0.07)
        {
            self.wait_about(0.5 * WORKDAY as f64, 0.6);
            let actor = self.someone();
            self.move_card(0, blocked, actor);
            self.wait_about(1.5 * WORKDAY as f64, 0.8);
            let actor = self.someone();
            self.move_home(Step::Dev, actor);
        }
        if self.dice.chance(0.5) {
            self.touch();
        }
    }

    /// A few issues move to another repository some time in their life.
    fn transfer(&mut self, repository: u16) {
        if self.world.repository_count < 2 || self.events.len() < 3 || !self.dice.chance(0.015) {
            return;
        }
        let place = 1 + self.dice.below(self.events.len() - 2);
        let (before, after) = (self.events[place - 1].at, self.events[place].at);
        if after - before < 3 {
            return;
        }
        let at = before + 1 + self.dice.between(0, after - before - 1);
        let other = (usize::from(repository) + 1 + self.dice.below(self.world.repository_count - 1))
            % self.world.repository_count;
        let actor = self.someone();
        self.events.insert(place, Event { at, actor, what: What::Transferred { repository: other as u16 } });
    }
}
