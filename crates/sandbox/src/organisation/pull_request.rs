//! The life of a pull request: commits, drafts, reviews by people with habits, and its end.

use super::{NOBODY, Person, Team};
use crate::calendar::{Calendar, DAY, HOUR, MINUTE, WORKDAY};
use crate::random::Dice;

/// State of a review when it was submitted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ReviewState {
    Commented,
    Approved,
    ChangesRequested,
    Pending,
}

impl ReviewState {
    /// As the API writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Commented => "COMMENTED",
            Self::Approved => "APPROVED",
            Self::ChangesRequested => "CHANGES_REQUESTED",
            Self::Pending => "PENDING",
        }
    }
}

/// A review.
pub(crate) struct ReviewLife {
    /// Submitted, or for pending ones begun; seconds since the epoch.
    pub(crate) at: i64,
    pub(crate) author: u16,
    pub(crate) state: ReviewState,
    /// When it was dismissed.
    pub(crate) dismissed_at: Option<i64>,
}

/// Something that happens to a pull request besides reviews.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PullRequestWhat {
    ReadyForReview,
    ConvertedToDraft,
    ReviewRequested,
    /// The review at this position.
    ReviewDismissed(u32),
}

/// A pull request and its life.
pub(crate) struct PullRequestLife {
    pub(crate) title: String,
    pub(crate) author: u16,
    pub(crate) repository: u16,
    pub(crate) number: u32,
    pub(crate) labels: Vec<&'static str>,
    pub(crate) base: &'static str,
    pub(crate) opened_as_draft: bool,
    pub(crate) created_at: i64,
    pub(crate) closed_at: Option<i64>,
    pub(crate) merged: bool,
    pub(crate) additions: u32,
    pub(crate) deletions: u32,
    pub(crate) changed_files: u32,
    /// Author dates in branch order.
    pub(crate) commits: Vec<i64>,
    /// In order of submission, pending ones last.
    pub(crate) reviews: Vec<ReviewLife>,
    /// In order of time.
    pub(crate) events: Vec<(i64, u16, PullRequestWhat)>,
}

/// What all pull requests share.
pub(crate) struct ReviewWorld<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) people: &'a [Person],
    pub(crate) team: &'a Team,
    pub(crate) end: i64,
    pub(crate) reorganised_at: i64,
}

/// Writes the life of a pull request opened at `created_at`.
pub(crate) fn write_life(
    world: &ReviewWorld<'_>,
    dice: &mut Dice,
    index: usize,
    repository: u16,
    created_at: i64,
) -> PullRequestLife {
    let bots: Vec<u16> = (0..world.people.len() as u16).filter(|who| is_machine(world.people, *who)).collect();
    let by_bot = dice.chance(0.12);
    let author = if by_bot { *dice.pick(&bots) } else { *dice.pick(&world.team.members) };
    let changed_files = (dice.log_normal(3.5, 1.1) as u32).clamp(1, 900);
    let mut life = PullRequestLife {
        title: if by_bot { crate::words::bump_title(dice) } else { crate::words::title(dice, false) },
        author,
        repository,
        number: 0,
        labels: labels(dice, index, by_bot),
        base: if dice.chance(0.93) { "main" } else { "release/2026" },
        opened_as_draft: !by_bot && dice.chance(0.22),
        created_at,
        closed_at: None,
        merged: false,
        additions: (dice.log_normal(18.0, 1.0) as u32).saturating_mul(changed_files).max(1),
        deletions: (dice.log_normal(6.0, 1.2) as u32).saturating_mul(changed_files),
        changed_files,
        commits: Vec::new(),
        reviews: Vec::new(),
        events: Vec::new(),
    };
    let mut author_of_life = Author { world, dice, life: &mut life, now: created_at };
    author_of_life.commit_first(index);
    if by_bot {
        author_of_life.live_as_bump();
    } else {
        author_of_life.live(index);
    }
    life.forget_after(world.end);
    life
}

/// Whether an actor is a bot or a machine user.
pub(crate) fn is_machine(people: &[Person], who: u16) -> bool {
    people.get(usize::from(who)).is_some_and(|person| person.is_bot || person.is_robot_user)
}

fn labels(dice: &mut Dice, index: usize, by_bot: bool) -> Vec<&'static str> {
    let mut labels = Vec::new();
    if by_bot {
        labels.push("dependencies");
    } else if dice.chance(0.025) {
        labels.push("hotfix");
    }
    if dice.chance(0.2) {
        labels.push(*dice.pick(&crate::words::PLAIN_LABELS));
    }
    if index % 300 == 21 {
        labels.extend(crate::words::AREA_LABELS);
    }
    labels
}

struct Author<'a> {
    world: &'a ReviewWorld<'a>,
    dice: &'a mut Dice,
    life: &'a mut PullRequestLife,
    now: i64,
}

impl Author<'_> {
    fn wait_about(&mut self, median_seconds: f64, sigma: f64) {
        self.now = self.world.calendar.after_about(self.dice, self.now, median_seconds, sigma);
    }

    /// Commits made before it was opened. A few pull requests have very many.
    fn commit_first(&mut self, index: usize) {
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

    fn live_as_bump(&mut self) {
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

    fn live(&mut self, index: usize) {
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

impl PullRequestLife {
    /// Cuts what would happen after the simulated period.
    fn forget_after(&mut self, end: i64) {
        self.commits.retain(|at| *at <= end);
        self.reviews.retain(|review| review.at <= end);
        self.events.retain(|event| event.0 <= end);
        for review in &mut self.reviews {
            review.dismissed_at = review.dismissed_at.filter(|at| *at <= end);
        }
        if self.closed_at.is_some_and(|at| at > end) {
            (self.closed_at, self.merged) = (None, false);
        }
        self.commits.shrink_to_fit();
        self.reviews.shrink_to_fit();
        self.events.shrink_to_fit();
    }
}
