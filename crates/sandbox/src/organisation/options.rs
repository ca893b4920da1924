//! Options of the generator.

use std::str::FromStr;

use model::Instant;

/// How large an organisation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 8 repositories, 6 teams, 4 boards, 18 months, 1,500 issues, 2,500 pull requests.
    #[default]
    Demo,
    /// 1 repository, 24 issues, 24 pull requests, 1 board, 3 months: to record exchanges and to look at.
    Tiny,
    /// 3 repositories, 300 issues, 400 pull requests, 8 months.
    Small,
    /// 20,000 issues, 25,000 pull requests, 3 years.
    Medium,
    /// 200,000 issues, 250,000 pull requests, 5 years: written directly, too long to serve.
    Large,
}

/// The text names no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no size: use demo, tiny, small, medium or large")]
pub struct UnknownSize(String);

impl FromStr for Size {
    type Err = UnknownSize;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "demo" => Ok(Self::Demo),
            "tiny" => Ok(Self::Tiny),
            "small" => Ok(Self::Small),
            "medium" => Ok(Self::Medium),
            "large" => Ok(Self::Large),
            _ => Err(UnknownSize(text.to_owned())),
        }
    }
}

/// Status events vanish from timelines, as GitHub loses them; the cards still show their status.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LostEvents {
    /// Events at or after this instant may be lost.
    pub from: Instant,
    /// Share that is lost, 0 to 1. Which ones follows from the event alone: a larger share loses the same and more.
    pub share: f64,
}

/// What to generate. Every `None` is the size's own number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The same seed and options give the same organisation.
    pub seed: u64,
    /// How large.
    pub size: Size,
    /// Number of repositories, at least 1.
    pub repositories: Option<usize>,
    /// Number of teams, at least 1.
    pub teams: Option<usize>,
    /// Number of issues.
    pub issues: Option<usize>,
    /// Number of pull requests.
    pub pull_requests: Option<usize>,
    /// Number of boards, 1 to 200; without effect beside `told_by_both`.
    pub boards: Option<usize>,
    /// Length of the period in months of 30.4 days.
    pub months: Option<u32>,
    /// Months of CI at the end of the period, of 31 days, 0 for none; `None`: 13 of [`Size::Demo`], 3 of [`Size::Small`],
    /// else none.
    pub ci_months: Option<u32>,
    /// When the period ends; `None` is 2026-10-30T18:00:00Z, a Friday.
    pub end: Option<Instant>,
    /// Puts every issue on every board, at creation.
    pub every_issue_on_every_board: bool,
    /// Nothing happens that only one of GitHub and GitLab could tell, so that both show the same organisation: a single
    /// board, and what the section "The same organisation on both" of `docs/gitlab.md` lists left out.
    pub told_by_both: bool,
    /// Every other team plans in iterations of two weeks, which only GitLab tells; nothing else is another for it.
    pub iterations: bool,
    /// Loss of status events in timelines.
    pub lost_events: Option<LostEvents>,
}

/// Numbers in force.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    pub(crate) repositories: usize,
    pub(crate) teams: usize,
    pub(crate) issues: usize,
    pub(crate) pull_requests: usize,
    pub(crate) boards: usize,
    pub(crate) months: u32,
    pub(crate) people: usize,
    pub(crate) ci_months: u32,
}

impl Options {
    /// Options of a seed and a size.
    pub fn new(seed: u64, size: Size) -> Self {
        Self { seed, size, ..Self::default() }
    }

    pub(crate) fn numbers(&self) -> Numbers {
        let (repositories, teams, issues, pull_requests, boards, months, people) = match self.size {
            Size::Demo => (8, 6, 1_500, 2_500, 4, 18, 36),
            Size::Tiny => (1, 1, 24, 24, 1, 3, 5),
            Size::Small => (3, 2, 300, 400, 2, 8, 12),
            Size::Medium => (40, 15, 20_000, 25_000, 12, 36, 120),
            Size::Large => (150, 60, 200_000, 250_000, 40, 60, 800),
        };
        let ci_months = match self.size {
            Size::Demo => 13,
            Size::Small => 3,
            Size::Tiny | Size::Medium | Size::Large => 0,
        };
        Numbers {
            repositories: self.repositories.unwrap_or(repositories).max(1),
            teams: self.teams.unwrap_or(teams).max(1),
            issues: self.issues.unwrap_or(issues),
            pull_requests: self.pull_requests.unwrap_or(pull_requests),
            boards: if self.told_by_both { 1 } else { self.boards.unwrap_or(boards).clamp(1, 200) },
            months: self.months.unwrap_or(months).max(1),
            people,
            ci_months: self.ci_months.unwrap_or(ci_months),
        }
    }
}
