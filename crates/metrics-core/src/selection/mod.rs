//! Filters: the figures of a part of the organisation.
//!
//! A [`Selection`] keeps what passes all of its filters; several values of one filter are a union.
//! Names are compared trimmed and without case. A name that is not known selects nothing; [`known`] says which are.
//!
//! * **projects** (board ids): an issue counts on a board while it is on it by the chain of its life, so that stocks,
//!   throughput and everything else that is added up over all boards and [`NO_BOARD`] give the figures of everything.
//!   An issue that has ended counts where it ended. Times and durations are those of its whole life, also where it
//!   spent them on other boards. Under `cto-stats` an issue has one project. Pull requests are on no board.
//! * **repositories** (`repo` or `org/repo`): issues and pull requests of these.
//! * **teams** (names in [`Rules::teams`](model::rules::Rules)): a row belongs to the teams of its labels; failing those, to
//!   those of its repository and of the board that it is on; failing those, to the teams of its author.
//! * **services** (names in [`Rules::delivery`](model::rules::Rules), else `org/repo`): what is delivered of these. Issues
//!   and pull requests are of no service.
//! * **types**: the type as the rule set derives it.
//! * **default branch**: runs of CI for the default branch of their repository.
//! * **bots**: who opened the issue or pull request. Without it each table does what it does by default: tables of
//!   issues count everybody, those of pull requests say so themselves. A review by a bot is never a first review,
//!   whatever is selected.
//!
//! * **from**, **to**: days that a figure is worked out from. They change only tables that say so, see
//!   [`Range::Within`](crate::catalogue::Range::Within); in others they hide rows, which is not done here.
//!
//! Completeness rests on the imports of the selected repositories and boards alone. The clouds' bills know no
//! selection.

use chrono::NaiveDate;
use model::Instant;

mod chosen;
mod known;
mod teams;

pub use known::{Known, KnownBoard, known, repositories_of};

pub(crate) use chosen::{BoardStanding, Chosen, Membership};
pub(crate) use teams::LabelTeams;

/// In [`Selection::projects`]: issues that never were on a board.
pub const NO_BOARD: &str = "";

/// Which part of the organisation figures are asked for. Empty lists keep everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Ids of boards, or [`NO_BOARD`].
    pub projects: Vec<String>,
    /// Repositories, as `repo` or `org/repo`.
    pub repositories: Vec<String>,
    /// Names of teams in the rules.
    pub teams: Vec<String>,
    /// Services that are delivered, by name.
    pub services: Vec<String>,
    /// Types of issues, by the rule set's derivation.
    pub types: Vec<String>,
    /// What to do with issues and pull requests that bots opened; `None` leaves it to each table.
    pub bots: Option<Bots>,
    /// Only runs of CI for the default branch of their repository. It changes what is counted of runs, not what they cost.
    pub default_branch: bool,
    /// First day in [`Rules::timezone`](model::rules::Rules), for tables that are worked out from a range of days.
    pub from: Option<NaiveDate>,
    /// Last day, included, as `from`.
    pub to: Option<NaiveDate>,
    /// The list of issues says where each was just before this instant, by all that is known at `as_of`, and leaves
    /// out what was opened later; `None` = where each is at `as_of`. Nothing else is changed by it.
    pub at: Option<Instant>,
}

/// What to do with issues and pull requests that bots opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bots {
    /// Count them in every table.
    Include,
    /// Count them in none.
    Exclude,
}

impl Selection {
    /// Whether nothing is left out, the days and the instant aside, and every table does what it does by default.
    pub fn is_everything(&self) -> bool {
        Self { from: None, to: None, at: None, ..self.clone() } == Self::default()
    }
}
