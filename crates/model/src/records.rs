//! What connectors emit: aggregates that are stored whole.
//!
//! An aggregate carries everything that was read of one object, its children included, so that a page of
//! aggregates and the cursor behind it can be committed together. Children replace the children that are
//! stored for the same parent. Keys are GitHub's node ids; a row that came from a CSV file has an empty id
//! and is matched by name once, when the API first shows the id.

use serde::{Deserialize, Serialize};

use crate::{Amount, Instant, Month};

/// Any record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// A repository.
    Repository(Repository),
    /// A Projects board.
    Project(Project),
    /// An issue with its history and its cards.
    Issue(Box<Issue>),
    /// A card on a board, as seen by crawling the board.
    ProjectItem(Box<ProjectItem>),
    /// A pull request with its reviews and events.
    PullRequest(Box<PullRequest>),
    /// What an account was billed for a month.
    CloudMonth(Box<CloudMonth>),
}

/// A repository.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Node id.
    pub id: String,
    /// Organisation that was imported.
    pub org: String,
    /// Name without owner.
    pub name: String,
    /// Login of the owner.
    pub owner: String,
    /// Whether it is private.
    pub private: bool,
    /// Whether it is archived.
    pub archived: bool,
}

/// A Projects (v2) board.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Node id.
    pub id: String,
    /// `fullDatabaseId` as text: the id that the configuration and the CSV files use.
    pub number_id: String,
    /// Number within the organisation, as in the board's URL.
    pub number: i64,
    /// Organisation.
    pub org: String,
    /// Title.
    pub name: String,
    /// Web address.
    pub url: String,
    /// Whether it is closed.
    pub closed: bool,
    /// Options of the Status field in board order; empty when there is none.
    pub columns: Vec<String>,
}

/// Who did something. Deleted users are `None` where an actor is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Login.
    pub login: String,
    /// Whether the API says that it is a bot.
    pub is_bot: bool,
}

/// Where an issue or pull request lives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Node id of the repository; empty for rows from CSV files.
    pub repository_id: String,
    /// Organisation.
    pub org: String,
    /// Repository name.
    pub repo: String,
    /// Number as text, exactly as it was read.
    pub number: String,
}

/// An issue with everything that was read of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Issue {
    /// Node id; empty for rows from CSV files.
    pub id: String,
    /// Repository and number.
    pub place: Place,
    /// Title.
    pub title: String,
    /// Web address.
    pub url: String,
    /// `open` or `closed`.
    pub state: String,
    /// `completed`, `not_planned`, `duplicate`, `reopened` or empty.
    pub state_reason: String,
    /// Type by the original's derivation (issue type, else labels by substring, else `task`).
    pub kind: String,
    /// Bug by the original's derivation.
    pub is_bug: bool,
    /// GitHub's own issue type, as named; empty when none is set.
    pub issue_type: String,
    /// Labels in API order.
    pub labels: Vec<String>,
    /// Author.
    pub creator: Option<Actor>,
    /// Logins of the assignees.
    pub assignees: Vec<String>,
    /// Opened.
    pub created_at: Instant,
    /// Closed; `None` while open.
    pub closed_at: Option<Instant>,
    /// Last change by GitHub's reckoning. Does not move when the card of the issue moves.
    pub updated_at: Option<Instant>,
    /// Login of the first who closed it.
    pub committer: String,
    /// `opened`, `closed`, `reopened` in timeline order.
    pub status_events: Vec<StatusEvent>,
    /// `added`, `moved`, `removed` in timeline order.
    pub project_events: Vec<ProjectEvent>,
    /// The issue's present cards, archived ones included.
    pub items: Vec<ProjectItem>,
}

/// One change of an issue's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusEvent {
    /// `opened`, `closed` or `reopened`.
    pub kind: String,
    /// When.
    pub at: Instant,
    /// Who; empty for deleted users.
    pub by: String,
    /// For `closed`: `completed`, `not_planned`, `duplicate` or empty where unknown.
    pub state_reason: String,
}

/// One change of an issue's place on a board, from the issue's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectEvent {
    /// `added`, `moved` or `removed`.
    pub kind: String,
    /// The board's `fullDatabaseId` as text.
    pub project_id: String,
    /// The board's name at the time of reading.
    pub project_name: String,
    /// Column before, by its name at that time; empty for none.
    pub from_column: String,
    /// Column after; empty for none or when the status was cleared.
    pub to_column: String,
    /// When.
    pub at: Instant,
    /// Who; empty for deleted users and automation.
    pub by: String,
}

/// What a card shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemContent {
    /// An issue.
    #[default]
    Issue,
    /// A pull request.
    PullRequest,
    /// A draft without a repository.
    Draft,
    /// Something that the token may not see.
    Redacted,
}

/// Whether a card is on its board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// On the board.
    #[default]
    OnBoard,
    /// Archived.
    Archived,
    /// Taken off, or deleted.
    Removed,
}

/// A card on a board as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectItem {
    /// Node id of the card.
    pub id: String,
    /// The board's `fullDatabaseId` as text.
    pub project_id: String,
    /// The board's name.
    pub project_name: String,
    /// What it shows.
    pub content: ItemContent,
    /// Node id of the issue or pull request; empty for drafts and redacted cards.
    pub content_id: String,
    /// Present column; empty for no status, `None` where that was not told.
    pub status: Option<String>,
    /// When the status field was last set, where the API says so.
    pub status_updated_at: Option<Instant>,
    /// On the board, archived or removed.
    pub presence: Presence,
    /// When the card was made.
    pub created_at: Option<Instant>,
    /// When anything about the card last changed.
    pub updated_at: Option<Instant>,
    /// The provider's time when this was read.
    pub observed_at: Option<Instant>,
    /// Field values other than empty ones, in board order; `None` when they were not asked for.
    pub fields: Option<Vec<FieldValue>>,
}

/// One custom field of a card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// Name of the field.
    pub name: String,
    /// Value as text (numbers as the original writes them: `3`, `0.5`, `1e+21`).
    pub value: String,
}

/// A pull request with everything that was read of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Node id; empty for rows from CSV files.
    pub id: String,
    /// Repository and number.
    pub place: Place,
    /// Title.
    pub title: String,
    /// Web address.
    pub url: String,
    /// `open`, `merged` or `closed`.
    pub state: String,
    /// Author.
    pub creator: Option<Actor>,
    /// Opened.
    pub created_at: Instant,
    /// Closed or merged; `None` while open.
    pub closed_at: Option<Instant>,
    /// Merged; `None` otherwise.
    pub merged_at: Option<Instant>,
    /// Last change by GitHub's reckoning.
    pub updated_at: Option<Instant>,
    /// Whether it is a draft now.
    pub is_draft: bool,
    /// Name of the target branch.
    pub base: String,
    /// Labels in API order.
    pub labels: Vec<String>,
    /// Lines added; `None` when unknown (rows from CSV files).
    pub additions: Option<i64>,
    /// Lines deleted.
    pub deletions: Option<i64>,
    /// Files changed.
    pub changed_files: Option<i64>,
    /// Earliest author date of its commits.
    pub first_commit_at: Option<Instant>,
    /// Object id of the merge commit; empty when there is none.
    pub merge_commit: String,
    /// Reviews in the order in which they were submitted.
    pub reviews: Vec<Review>,
    /// Draft periods and review requests in timeline order.
    pub events: Vec<PullRequestEvent>,
}

/// One review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Node id; empty for rows from CSV files.
    pub id: String,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`.
    pub state: String,
    /// The state before it was dismissed; empty when it was not, or when that is unknown.
    pub dismissed_state: String,
    /// When; `None` while pending.
    pub submitted_at: Option<Instant>,
    /// Reviewer; `None` for deleted users.
    pub user: Option<Actor>,
}

/// One event of a pull request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequestEvent {
    /// `ready_for_review`, `converted_to_draft` or `review_requested`.
    pub kind: String,
    /// When.
    pub at: Instant,
    /// Who; empty for deleted users.
    pub by: String,
}

/// Everything that one account was billed for one month: replaces what was stored of that month and account.
///
/// Without lines it says that the provider, asked for the month, bills nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudMonth {
    /// `azure`, `gcp`, or the provider's name as a FOCUS file gives it (`AWS`).
    pub provider: String,
    /// What the provider bills: an Azure subscription, a Google billing account, a FOCUS sub account.
    pub account: String,
    /// The month by the provider's bills.
    pub month: Month,
    /// The provider's time up to which this month was known: the month is settled when this is at least
    /// [`SETTLING_DAYS`](crate::month::SETTLING_DAYS) after its end.
    pub observed_at: Instant,
    /// The lines, at most one for each service, charge category and currency.
    pub lines: Vec<CloudCost>,
}

/// One line of an account's month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudCost {
    /// Service by the provider's name; empty where a charge belongs to none.
    pub service: String,
    /// What kind of charge.
    pub charge_category: ChargeCategory,
    /// Currency as the provider writes it, `EUR`.
    pub currency: String,
    /// Charges before credits.
    pub gross: Amount,
    /// Credits and discounts that are billed as such: usually negative, zero where there are none.
    pub credits: Amount,
}

impl CloudCost {
    /// What is billed: gross and credits.
    pub fn net(&self) -> Amount {
        &self.gross + &self.credits
    }
}

/// Kinds of charges, after FOCUS 1.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChargeCategory {
    /// Use of a service.
    Usage,
    /// Something bought, a commitment for example.
    Purchase,
    /// Tax.
    Tax,
    /// A credit that is a row of its own.
    Credit,
    /// A correction by the provider, rounding included.
    Adjustment,
    /// Not said, as in files of the original tool.
    #[default]
    Unknown,
}

impl ChargeCategory {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Usage, Self::Purchase, Self::Tax, Self::Credit, Self::Adjustment, Self::Unknown];

    /// As in files: FOCUS's words, empty for unknown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Usage => "Usage",
            Self::Purchase => "Purchase",
            Self::Tax => "Tax",
            Self::Credit => "Credit",
            Self::Adjustment => "Adjustment",
            Self::Unknown => "",
        }
    }

    /// The category of a word, in any case; `None` for other words.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name().eq_ignore_ascii_case(name))
    }
}

/// What one import of one scope covered. A row of the table `import_run`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRun {
    /// Counts up from 1.
    pub run: i64,
    /// `repositories`, `projects`, `issues`, `pull_requests`, `project_items`, `cloud_costs` or `csv`.
    pub scope: String,
    /// What of it: node id of a repository, id of a board, organisation, a source of bills (`azure/…`), or a folder.
    /// Stays when a name changes.
    pub subject: String,
    /// How people call the subject: `org/name`, a board's name.
    pub label: String,
    /// `ok`, `failed` or `interrupted`.
    pub outcome: String,
    /// Whether everything was read rather than what had changed.
    pub full: bool,
    /// Changes from here on were asked for; `None` = from the beginning.
    pub covered_from: Option<Instant>,
    /// The provider's time when this scope began to be read: what happened later may be missing.
    pub covered_to: Option<Instant>,
    /// Records written.
    pub records: i64,
    /// Calls made.
    pub calls: i64,
    /// Points spent by the provider's reckoning.
    pub points: i64,
    /// Why it failed, in words; empty otherwise.
    pub message: String,
}
