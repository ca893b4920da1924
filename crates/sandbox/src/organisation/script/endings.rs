//! Ends of lives, and what comes after the end.

use model::rules::Step;

use super::super::NOBODY;
use super::super::issue::{CloseReason, What};
use super::Script;
use crate::calendar::{DAY, WORKDAY};

impl Script<'_> {
    /// Closed as not planned or as a duplicate, wherever the card is.
    pub(super) fn give_up(&mut self) {
        let reason = if self.dice.chance(0.3) { CloseReason::Duplicate } else { CloseReason::NotPlanned };
        self.close_by_hand(reason);
        if self.dice.chance(0.5) {
            self.after_seconds(1, 5);
            self.move_home(Step::Done, NOBODY);
        }
        if self.dice.chance(0.08) {
            // Planned after all.
            self.wait_days(4);
            self.reopen();
            self.work_through(0);
        } else {
            self.tidy_up();
        }
    }

    /// The end, in one of the ways in which teams end things.
    pub(super) fn finish(&mut self, straight: bool) {
        if self.over() {
            return;
        }
        let actor = self.someone();
        let closes_itself = self.dice.below(100);
        match closes_itself {
            _ if self.cards.is_empty() => self.close_by_hand(CloseReason::Completed),
            0..=44 => {
                self.move_home(Step::Done, actor);
                self.after_seconds(2, 20);
                self.push(NOBODY, What::Closed(CloseReason::Completed));
                self.closed = true;
            }
            45..=74 => {
                self.close_by_hand(CloseReason::Completed);
                self.after_seconds(1, 6);
                self.move_home(Step::Done, NOBODY);
            }
            75..=82 => self.close_by_hand(CloseReason::Completed),
            83..=87 => {
                self.move_home(Step::Done, actor);
                if !straight && self.dice.chance(0.2) {
                    self.come_back_from_done();
                }
                return;
            }
            _ => {
                self.move_home(Step::Done, actor);
                self.wait_about(0.7 * WORKDAY as f64, 1.0);
                self.close_by_hand(CloseReason::Completed);
            }
        }
        if self.dice.chance(0.3) {
            self.touch();
        }
        self.after_the_end();
    }

    /// Done without being closed, and not done after all.
    pub(super) fn come_back_from_done(&mut self) {
        self.wait_days(2);
        let actor = self.someone();
        self.move_home(Step::Dev, actor);
        self.dwell(Step::Dev);
        self.finish(true);
    }

    pub(super) fn after_the_end(&mut self) {
        if self.over() {
            return;
        }
        if self.dice.chance(0.1) {
            self.wait_about(4.0 * WORKDAY as f64, 1.0);
            return self.live_again();
        }
        self.tidy_up();
    }

    pub(super) fn reopen(&mut self) {
        let actor = self.someone();
        self.push(actor, What::Reopened);
        self.closed = false;
    }

    /// Reopened: the card stays, follows, or went first.
    pub(super) fn live_again(&mut self) {
        match self.dice.below(4) {
            0 => {
                self.reopen();
                self.wait_about(1.0 * WORKDAY as f64, 0.7);
                if self.dice.chance(0.5) {
                    return self.finish(true);
                }
                let actor = self.someone();
                self.move_home(Step::Dev, actor);
            }
            1 => {
                if self.has_been_in(Step::Dev) {
                    let actor = self.someone();
                    self.move_home(Step::Dev, actor);
                    self.after_seconds(2, 9);
                }
                self.reopen();
            }
            2 => {
                self.reopen();
                // Some are forgotten like that.
                if self.dice.chance(0.12) {
                    return;
                }
                self.wait_days(3);
            }
            _ => {
                self.reopen();
                self.after_seconds(2, 9);
                self.move_home(Step::Dev, NOBODY);
            }
        }
        self.dwell(Step::Dev);
        if self.has_step(Step::Review) && !self.cards.is_empty() {
            let actor = self.someone();
            self.move_home(Step::Review, actor);
            self.dwell(Step::Review);
        }
        self.finish(true);
    }

    /// What becomes of the cards of closed issues.
    pub(super) fn tidy_up(&mut self) {
        if self.cards.is_empty() || !self.closed {
            return;
        }
        let roll = self.dice.unit();
        if roll < 0.3 {
            self.now += 14 * DAY;
            self.archive_all();
        } else if roll < 0.33 && self.cards.iter().all(|card| !card.silent) {
            self.wait_days(5);
            while !self.cards.is_empty() {
                self.remove_card(0);
                self.after_seconds(1, 30);
            }
        } else if roll < 0.35 && self.has_been_in(Step::Dev) {
            // A closed issue whose card somebody drags back: it stays done.
            self.wait_days(3);
            let actor = self.someone();
            self.move_home(Step::Dev, actor);
        }
    }
}
