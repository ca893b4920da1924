//! Life of a pull request, in order: commits, draft, reviews, and its end.

use super::super::NOBODY;
use super::{PullRequestLife, PullRequestWhat, ReviewLife, ReviewState, ReviewWorld};
use crate::calendar::{DAY, HOUR, MINUTE, WORKDAY};
use crate::random::Dice;

/// A pull request while its life is being written.
pub(super) struct Author<'a> {
    pub(super) world: &'a ReviewWorld<'a>,
    pub(super) dice: &'a mut Dice,
    pub(super) life: &'a mut PullRequestLife,
    pub(super) now: i64,
}

impl Author<'_> {
    fn wait_about(&mut self, median_seconds: f64, sigma: f64) {
        self.now = self.world.calendar.after_about(self.dice, self.now, median_seconds, sigma);
    }

    /// Commits made before it was opened. A few pull requests have very many.
    pub(super) fn commit_first(&mut self, index: usize) {
        let count = match index {
            _ if index % 350 == 5 => self.dice.between(105, 180),
            _ if index % 40 == 3 => self.dice.between(26, 60),
            _ => 1 + self.dice.log_normal(1.6, 0.8).min(20.0) as i64,
        };
        let first = self.life.created_at - self.dice.log_normal(10.0 * HOUR as f64, 1.2).min(40.0 * DAY as f64) as i64;
        let span = (self.life.created_at - first).max(1);
        let mut commits: Vec<i64> = (0..count).map(|_| first + self.dice.between(0, span)).collect();
        commits.sort_unstable();
        if commits.len() > 2 && self.dice.chance(0.1) {
            // Rebased: the oldest work is no longer at the bottom of the branch.
            let last = commits.len() - 1;
            commits.swap(0, last);
        }
        self.life.commits = commits;
    }

    fn commit_more(&mut self) {
        for _ in 0..self.dice.between(1, 4) {
            self.now += self.dice.between(3 * MINUTE, 2 * HOUR);
            self.life.commits.push(self.now);
        }
    }

    pub(super) fn live_as_bump(&mut self) {
        self.wait_about(6.0 * HOUR as f64, 1.3);
        match self.dice.below(10) {
            0..=4 => self.end(true),
            5..=6 => {
                let reviewer = self.reviewer();
                self.review(reviewer, ReviewState::Approved);
                self.now += self.dice.between(MINUTE, HOUR);
                self.end(true);
            }
            7..=8 => self.end(false),
            _ => {}
        }
    }

    /// Most of those that nobody works on any more are closed one day.
    pub(super) fn be_tidied_up(&mut self) {
        if self.life.closed_at.is_none() && self.dice.chance(0.7) {
            let days = self.dice.between(20, 70);
            self.now = self.world.calendar.after(self.now, days * WORKDAY);
            self.end(false);
        }
    }

    pub(super) fn live(&mut self, index: usize) {
        if self.life.opened_as_draft && !self.live_as_draft() {
            return;
        }
        self.request_reviews(index);
        match self.dice.unit() {
            fate if fate < 0.08 => {
                self.wait_about(2.0 * HOUR as f64, 1.0);
                return self.end(true);
            }
            fate if fate < 0.15 => {
                self.wait_about(3.0 * WORKDAY as f64, 1.0);
                if self.dice.chance(0.5) {
                    let reviewer = self.reviewer();
                    self.review(reviewer, ReviewState::Commented);
                    self.wait_about(WORKDAY as f64, 1.0);
                }
                return self.end(false);
            }
            fate if fate < 0.16 => return,
            _ => {}
        }
        if self.dice.chance(0.15) {
            self.now += self.dice.between(MINUTE, 10 * MINUTE);
            let bot = self.bot();
            self.review(bot, ReviewState::Commented);
        }
        self.go_through_review(index);
    }

    /// Draft first. False when it never leaves that state.
    fn live_as_draft(&mut self) -> bool {
        self.commit_more();
        if self.dice.chance(0.25) {
            let reviewer = self.reviewer();
            self.review(reviewer, ReviewState::Commented);
        }
        self.wait_about(1.2 * WORKDAY as f64, 1.0);
        if self.dice.chance(0.06) {
            if self.dice.chance(0.5) {
                self.end(false);
            }
            return false;
        }
        self.event(self.life.author, PullRequestWhat::ReadyForReview);
        true
    }

    fn request_reviews(&mut self, index: usize) {
        let count = match index {
            _ if index % 400 == 13 => 60,
            _ if self.dice.chance(0.7) => self.dice.between(1, 3),
            _ => 0,
        };
        for _ in 0..count {
            self.now += self.dice.between(2, 5 * MINUTE);
            self.event(self.life.author, PullRequestWhat::ReviewRequested);
        }
    }

    fn go_through_review(&mut self, index: usize) {
        let pace = if self.now < self.world.reorganised_at { 1.0 } else { 0.6 };
        let mut reviewer = self.reviewer();
        // Habits: some reviewers answer at once and wave things through, some late and strictly, and all have moods.
        let habit = f64::from(crate::random::mix(u64::from(reviewer)) as u8) / 255.0;
        let week = self.now.div_euclid(7 * DAY) as u64;
        let mood = f64::from(crate::random::mix(week << 16 | u64::from(reviewer)) as u8) / 255.0;
        self.wait_about((2.0 + 9.0 * habit * mood) * HOUR as f64 * pace, 1.0);
        if index % 450 == 9 {
            for _ in 0..self.dice.between(55, 125) {
                self.now += self.dice.between(MINUTE, 20 * MINUTE);
                let other = self.reviewer();
                self.review(other, ReviewState::Commented);
            }
        }
        for round in 0..5 {
            let strictness = (0.12 + 0.4 * habit * mood) / f64::from(round + 1);
            if !self.dice.chance(strictness) {
                break;
            }
            let position = self.review(reviewer, ReviewState::ChangesRequested);
            if self.dice.chance(0.4) && !self.is_deleted_later(self.life.author) {
                self.now += self.dice.between(MINUTE, 3 * HOUR);
                self.review(self.life.author, ReviewState::Commented);
            }
            self.wait_about(5.0 * HOUR as f64 * pace, 0.9);
            self.commit_more();
            if self.dice.chance(0.05) {
                self.event(self.life.author, PullRequestWhat::ConvertedToDraft);
                self.wait_about(WORKDAY as f64, 0.7);
                self.event(self.life.author, PullRequestWhat::ReadyForReview);
            }
            self.wait_about(3.0 * HOUR as f64 * pace, 0.9);
            if self.dice.chance(0.3) {
                self.dismiss(position);
                reviewer = self.reviewer();
                self.now += self.dice.between(MINUTE, HOUR);
            }
        }
        for _ in 0..self.dice.below(4) {
            let other = self.reviewer();
            self.review(other, ReviewState::Commented);
            self.now += self.dice.between(MINUTE, 2 * HOUR);
        }
        self.approve_and_end(reviewer, pace);
    }

    fn approve_and_end(&mut self, reviewer: u16, pace: f64) {
        if self.dice.chance(0.93) {
            let position = self.review(reviewer, ReviewState::Approved);
            if self.dice.chance(0.04) {
                self.commit_more();
                self.dismiss(position);
                self.now += self.dice.between(MINUTE, 5 * HOUR);
                self.review(reviewer, ReviewState::Approved);
            }
            if self.dice.chance(0.3) {
                self.now += self.dice.between(MINUTE, 6 * HOUR);
                let other = self.reviewer();
                self.review(other, ReviewState::Approved);
            }
        }
        if self.dice.chance(0.02) {
            return;
        }
        self.wait_about(2.5 * HOUR as f64 * pace, 1.1);
        self.end(true);
        if self.dice.chance(0.03) {
            self.now += self.dice.between(HOUR, 2 * DAY);
            let other = self.reviewer();
            let state = if self.dice.chance(0.5) { ReviewState::Approved } else { ReviewState::Commented };
            self.review(other, state);
        }
        if self.dice.chance(0.01) {
            let other = self.reviewer();
            self.life.reviews.push(ReviewLife {
                at: self.now,
                author: other,
                state: ReviewState::Pending,
                dismissed_at: None,
            });
        }
    }

    fn reviewer(&mut self) -> u16 {
        let members = &self.world.team.members;
        let start = self.dice.below(members.len());
        let candidates = (0..members.len()).map(|step| members[(start + step) % members.len()]);
        candidates.clone().find(|who| *who != self.life.author).unwrap_or(members[start])
    }

    fn bot(&mut self) -> u16 {
        let people = self.world.people;
        let bots: Vec<u16> = (0..people.len() as u16).filter(|who| people[usize::from(*who)].is_bot).collect();
        if bots.is_empty() { NOBODY } else { *self.dice.pick(&bots) }
    }

    fn is_deleted_later(&self, who: u16) -> bool {
        self.world.people.get(usize::from(who)).is_none_or(|person| person.deleted_at.is_some())
    }

    fn review(&mut self, author: u16, state: ReviewState) -> u32 {
        let last = self.life.reviews.last().map_or(self.life.created_at, |review| review.at);
        self.now = self.now.max(last + 1);
        self.life.reviews.push(ReviewLife { at: self.now, author, state, dismissed_at: None });
        (self.life.reviews.len() - 1) as u32
    }

    fn dismiss(&mut self, position: u32) {
        self.event(self.life.author, PullRequestWhat::ReviewDismissed(position));
        self.life.reviews[position as usize].dismissed_at = Some(self.now);
    }

    fn event(&mut self, actor: u16, what: PullRequestWhat) {
        let last = self.life.events.last().map_or(self.life.created_at, |event| event.0);
        self.now = self.now.max(last + 1);
        self.life.events.push((self.now, actor, what));
    }

    fn end(&mut self, merged: bool) {
        let last_commit = self.life.commits.iter().copied().max().unwrap_or(self.now);
        self.now = self.now.max(last_commit).max(self.life.created_at) + 1;
        self.life.closed_at = Some(self.now);
        self.life.merged = merged;
        self.now += 1;
    }
}
