//! Raw data as columns: what the store yields and the metrics engine reads.
//!
//! Instants are `i64` microseconds, repeating text is a `u32` code into one [`Dictionary`], and events
//! refer to their issue or pull request by row index, so that millions of rows stay small and no text is
//! compared on the hot path. Text is bytes: files of the original tool are not always valid UTF-8 and
//! pass through unchanged.

mod buffers;

use crate::records::{ChargeCategory, ImportRun, Presence, Project, Repository};
use crate::{Amount, Instant, Month};

pub use buffers::{Dictionary, InstantColumn, TextColumn};

/// Issues, one row each.
#[derive(Clone, Debug, Default)]
pub struct IssueColumns {
    /// `org/repo#number`.
    pub id: TextColumn,
    /// Organisation, a code.
    pub org: Vec<u32>,
    /// Repository name, a code.
    pub repo: Vec<u32>,
    /// Title.
    pub title: TextColumn,
    /// Web address.
    pub url: TextColumn,
    /// Closed now.
    pub closed: Vec<bool>,
    /// `completed`, `not_planned`, `duplicate`, `reopened` or empty: a code.
    pub state_reason: Vec<u32>,
    /// Type by the original's derivation (`type` in `issue.csv`), a code.
    pub kind: Vec<u32>,
    /// Bug by the original's derivation (`is_bug` in `issue.csv`).
    pub is_bug: Vec<bool>,
    /// GitHub's issue type, a code; empty where none is set or known.
    pub issue_type: Vec<u32>,
    /// Labels joined by `;`, a code.
    pub labels: Vec<u32>,
    /// Login of the author, a code.
    pub creator: Vec<u32>,
    /// Opened. Null only where a file of the original could not be read as a time.
    pub created_at: InstantColumn,
    /// Closed, null while open.
    pub closed_at: InstantColumn,
    /// When a full import first missed it; null while it exists.
    pub vanished_at: InstantColumn,
}

/// What changed in an issue's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum StatusKind {
    /// Opened for the first time.
    Opened,
    /// Closed.
    Closed,
    /// Reopened.
    Reopened,
    /// Anything else that a file says.
    Other,
}

/// Changes of state in input order.
#[derive(Clone, Debug, Default)]
pub struct StatusEventColumns {
    /// Row of the issue.
    pub issue: Vec<u32>,
    /// What changed.
    pub kind: Vec<StatusKind>,
    /// When.
    pub at: InstantColumn,
    /// Why it was closed (`completed`, `not_planned`, `duplicate`, empty), a code.
    pub state_reason: Vec<u32>,
}

/// What changed on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ProjectKind {
    /// Put on the board.
    Added,
    /// Moved between columns.
    Moved,
    /// Taken off the board.
    Removed,
    /// Anything else that a file says.
    Other,
}

/// Changes on boards from the timelines, in input order.
#[derive(Clone, Debug, Default)]
pub struct ProjectEventColumns {
    /// Row of the issue.
    pub issue: Vec<u32>,
    /// The board's `fullDatabaseId` as text, a code.
    pub project_id: Vec<u32>,
    /// The board's name, a code.
    pub project_name: Vec<u32>,
    /// Column before, a code.
    pub from_column: Vec<u32>,
    /// Column after, a code.
    pub to_column: Vec<u32>,
    /// What changed.
    pub kind: Vec<ProjectKind>,
    /// When.
    pub at: InstantColumn,
}

/// Custom fields of cards in input order.
#[derive(Clone, Debug, Default)]
pub struct CustomFieldColumns {
    /// Row of the issue.
    pub issue: Vec<u32>,
    /// Board, a code.
    pub project_id: Vec<u32>,
    /// Name of the field, a code.
    pub field_name: Vec<u32>,
    /// Value, a code.
    pub field_value: Vec<u32>,
}

/// Where a sighting of a card comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum SightingSource {
    /// An import compared the card with what was known.
    Snapshot,
    /// A `projects_v2_item` delivery.
    Webhook,
}

/// Sightings of cards that differ from the sighting before: the second and third source of board history.
/// A card's rows are in order of `observed_at`.
#[derive(Clone, Debug, Default)]
pub struct SightingColumns {
    /// Row of the issue.
    pub issue: Vec<u32>,
    /// The board's `fullDatabaseId` as text, a code.
    pub project_id: Vec<u32>,
    /// The board's name, a code.
    pub project_name: Vec<u32>,
    /// Column that the card was in, a code; empty for no status.
    pub status: Vec<u32>,
    /// When that status was set, where the provider says so.
    pub status_at: InstantColumn,
    /// On the board, archived or removed.
    pub presence: Vec<Presence>,
    /// When presence changed, where the provider says so.
    pub presence_at: InstantColumn,
    /// When the card was made, where known.
    pub created_at: InstantColumn,
    /// When it was seen.
    pub observed_at: InstantColumn,
    /// Snapshot or webhook.
    pub source: Vec<SightingSource>,
}

/// Pull requests in input order.
#[derive(Clone, Debug, Default)]
pub struct PullRequestColumns {
    /// `org/repo#number`.
    pub id: TextColumn,
    /// Organisation, a code.
    pub org: Vec<u32>,
    /// Repository name, a code.
    pub repo: Vec<u32>,
    /// Title.
    pub title: TextColumn,
    /// Web address.
    pub url: TextColumn,
    /// Login of the author, a code.
    pub creator: Vec<u32>,
    /// Whether the API says that the author is a bot.
    pub creator_is_bot: Vec<bool>,
    /// Opened. Null only where a file of the original could not be read as a time.
    pub created_at: InstantColumn,
    /// Closed or merged.
    pub closed_at: InstantColumn,
    /// Merged.
    pub merged_at: InstantColumn,
    /// A draft now.
    pub is_draft: Vec<bool>,
    /// Labels joined by `;`, a code.
    pub labels: Vec<u32>,
    /// Files changed, -1 where unknown.
    pub changed_files: Vec<i64>,
    /// Earliest author date of its commits, null where unknown.
    pub first_commit_at: InstantColumn,
    /// When a full import first missed it; null while it exists.
    pub vanished_at: InstantColumn,
    /// Row of the last row with the same id: its own index unless a file repeats the id
    /// (which only rule set `cto-stats` reads).
    pub last: Vec<u32>,
}

/// State of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ReviewState {
    /// Approved.
    Approved,
    /// Changes requested.
    ChangesRequested,
    /// Commented.
    Commented,
    /// Dismissed.
    Dismissed,
    /// Not submitted.
    Pending,
    /// Anything else, or none.
    Other,
}

/// Reviews in input order.
#[derive(Clone, Debug, Default)]
pub struct ReviewColumns {
    /// Row of the pull request (the last one of its id).
    pub pull_request: Vec<u32>,
    /// State now.
    pub state: Vec<ReviewState>,
    /// State before it was dismissed; `Other` where it was not, or where that is unknown.
    pub dismissed_state: Vec<ReviewState>,
    /// Submitted, null while pending.
    pub submitted_at: InstantColumn,
    /// Login of the reviewer, a code.
    pub user: Vec<u32>,
    /// Whether the API says that the reviewer is a bot.
    pub user_is_bot: Vec<bool>,
}

/// What happened to a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PullRequestEventKind {
    /// Left draft.
    ReadyForReview,
    /// Became a draft.
    ConvertedToDraft,
    /// A review was requested.
    ReviewRequested,
    /// Anything else.
    Other,
}

/// Events of pull requests in input order.
#[derive(Clone, Debug, Default)]
pub struct PullRequestEventColumns {
    /// Row of the pull request.
    pub pull_request: Vec<u32>,
    /// What happened.
    pub kind: Vec<PullRequestEventKind>,
    /// When.
    pub at: InstantColumn,
}

/// Which parts of the raw data to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes {
    /// Issues and boards.
    pub issues: bool,
    /// Pull requests.
    pub pull_requests: bool,
    /// Bills of the clouds.
    pub cloud_spending: bool,
}

impl Scopes {
    /// Nothing.
    pub const NONE: Self = Self { issues: false, pull_requests: false, cloud_spending: false };
    /// Issues and boards only.
    pub const ISSUES: Self = Self { issues: true, ..Self::NONE };
    /// Pull requests only.
    pub const PULL_REQUESTS: Self = Self { pull_requests: true, ..Self::NONE };
    /// Bills of the clouds only.
    pub const CLOUD_SPENDING: Self = Self { cloud_spending: true, ..Self::NONE };
    /// Issues and pull requests: what is meant when nothing is named.
    pub const USUAL: Self = Self { issues: true, pull_requests: true, cloud_spending: false };
    /// Everything.
    pub const ALL: Self = Self { issues: true, pull_requests: true, cloud_spending: true };
}

/// Bills of the clouds: rows of `cloud_costs.csv` in input order.
#[derive(Clone, Debug, Default)]
pub struct CloudCostColumns {
    /// Provider, a code.
    pub provider: Vec<u32>,
    /// Account, a code; empty for rows of the original tool.
    pub account: Vec<u32>,
    /// Service, a code.
    pub service: Vec<u32>,
    /// Currency, a code. Under the original's reading without white space around it.
    pub currency: Vec<u32>,
    /// Month of the bill.
    pub month: Vec<Month>,
    /// Kind of charge.
    pub charge_category: Vec<ChargeCategory>,
    /// Charges before credits.
    pub gross: Vec<Amount>,
    /// Credits.
    pub credits: Vec<Amount>,
    /// What is billed (`cost`). Zero where only the original's reading makes sense of a file's text.
    pub net: Vec<Amount>,
    /// What is billed as the original tool reads it: a binary number, perhaps infinite or not a number.
    pub binary: Vec<f64>,
    /// Up to when the month was known; null where a file does not say.
    pub observed_at: InstantColumn,
    /// Subject of the import that it came from, a code; empty for rows of CSV files that do not say.
    pub source: Vec<u32>,
}

/// All raw data of one store or folder, in columns.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// Texts behind the codes.
    pub dictionary: Dictionary,
    /// Issues; a key that a file repeats is here once, with its last row (rule set `cto-stats` only).
    pub issues: IssueColumns,
    /// Changes of state. Events of unknown issues are left out.
    pub status_events: StatusEventColumns,
    /// Changes on boards from timelines. Events of unknown issues are left out.
    pub project_events: ProjectEventColumns,
    /// Custom fields of cards.
    pub custom_fields: CustomFieldColumns,
    /// Sightings of cards.
    pub sightings: SightingColumns,
    /// Pull requests.
    pub pull_requests: PullRequestColumns,
    /// Reviews. Reviews of unknown pull requests are left out.
    pub reviews: ReviewColumns,
    /// Draft periods and review requests.
    pub pull_request_events: PullRequestEventColumns,
    /// Bills of the clouds.
    pub cloud_costs: CloudCostColumns,
    /// Boards, as far as known.
    pub projects: Vec<Project>,
    /// Repositories, as far as known.
    pub repositories: Vec<Repository>,
    /// What each import covered; empty for a folder of CSV files.
    pub imports: Vec<ImportRun>,
    /// End of the period that the data covers: the newest `covered_to` of the last successful import,
    /// or, for a folder of CSV files, the newest instant in it. `None` when there is no data.
    /// Of issues and pull requests; bills have their own.
    pub as_of: Option<Instant>,
    /// The same of the clouds' bills. For files that do not say when they were made: the end of the settling of the
    /// last month but one, as if the newest month were open and those before it settled.
    pub cloud_as_of: Option<Instant>,
}
