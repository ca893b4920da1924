//! The life of a pull request: commits, drafts, reviews by people with habits, and its end.

mod author;

use self::author::Author;
use super::{Person, Team};
use crate::calendar::Calendar;
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
    author_of_life.be_tidied_up();
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
