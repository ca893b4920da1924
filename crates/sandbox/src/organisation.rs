//! The generated organisation: who and what there is, and everything that happens to it.

mod board;
mod both;
mod card;
pub(crate) mod ci;
pub(crate) mod delivery;
mod generate;
mod issue;
mod iterations;
mod options;
mod pull_request;
mod script;

use model::Instant;

use crate::clouds::{BillOptions, Bills};

pub(crate) use board::{Board, Column};
pub(crate) use card::{LooseCard, LooseContent};
pub(crate) use ci::CiLife;
pub(crate) use delivery::Delivery;
pub(crate) use issue::{CloseReason, Event, IssueLife, NO_COLUMN, What};
pub(crate) use iterations::{Iteration, Planning};
pub use options::{LostEvents, Options, Size, UnknownSize};
pub(crate) use pull_request::{PullRequestLife, PullRequestWhat, ReviewState};

/// Actor index of automation and of users deleted long ago.
pub(crate) const NOBODY: u16 = u16::MAX;

/// Someone who acts: a person, or a bot.
pub(crate) struct Person {
    pub(crate) login: String,
    /// Whether the API calls it a bot.
    pub(crate) is_bot: bool,
    /// Whether it is a bot that only the configuration knows.
    pub(crate) is_robot_user: bool,
    /// When the account is deleted.
    pub(crate) deleted_at: Option<i64>,
}

/// A team.
pub(crate) struct Team {
    pub(crate) name: String,
    pub(crate) members: Vec<u16>,
    pub(crate) repositories: Vec<usize>,
    pub(crate) board: usize,
}

/// A repository.
pub(crate) struct RepositoryLife {
    pub(crate) id: String,
    /// Names and from when on they hold, oldest first.
    pub(crate) names: Vec<(i64, String)>,
    pub(crate) private: bool,
    pub(crate) archived_at: Option<i64>,
    pub(crate) team: usize,
}

impl RepositoryLife {
    /// Its name at an instant.
    pub(crate) fn name_at(&self, at: i64) -> &str {
        let current = self.names.iter().rposition(|(from, _)| *from <= at).unwrap_or(0);
        &self.names[current].1
    }
}

/// A simulated organisation: the full log of what happened over the simulated period.
///
/// The same [`Options`] give the same organisation. Nothing in it changes: [`Organisation::view`] shows it at an
/// instant, [`Organisation::truth`] counts what really happened up to one.
pub struct Organisation {
    pub(crate) options: Options,
    pub(crate) login: String,
    /// Seconds since the epoch.
    pub(crate) start: i64,
    /// Seconds since the epoch.
    pub(crate) end: i64,
    /// Seconds since the epoch: a Monday in the middle, from which on work flows faster.
    pub(crate) reorganised_at: i64,
    pub(crate) people: Vec<Person>,
    pub(crate) teams: Vec<Team>,
    pub(crate) repositories: Vec<RepositoryLife>,
    pub(crate) boards: Vec<Board>,
    /// In order of creation.
    pub(crate) issues: Vec<IssueLife>,
    /// In order of creation.
    pub(crate) pull_requests: Vec<PullRequestLife>,
    /// Cards of pull requests, drafts and hidden objects.
    pub(crate) loose_cards: Vec<LooseCard>,
    /// What each repository delivers.
    pub(crate) deliveries: Vec<Delivery>,
    /// What runs for each repository.
    pub(crate) cis: Vec<CiLife>,
}

impl Organisation {
    /// Generates an organisation. Deterministic: equal options give equal organisations.
    pub fn generate(options: &Options) -> Self {
        generate::generate(options)
    }

    /// Beginning of the simulated period.
    pub fn start(&self) -> Instant {
        Instant::from_seconds(self.start)
    }

    /// End of the simulated period: nothing happens after it.
    pub fn end(&self) -> Instant {
        Instant::from_seconds(self.end)
    }

    /// When the re-organisation made work flow faster: a Monday in the middle of the period.
    pub fn reorganised_at(&self) -> Instant {
        Instant::from_seconds(self.reorganised_at)
    }

    /// The options that it was generated from.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What the organisation's clouds cost, up to its end: of the same seed, two Azure subscriptions and a Google
    /// billing account over 30 months whatever its size. Generated anew on every call.
    pub fn bills(&self) -> Bills {
        Bills::generate(&BillOptions { seed: self.options.seed, end: self.end(), ..BillOptions::default() })
    }

    /// Login of the organisation.
    pub fn login(&self) -> &str {
        &self.login
    }
}
