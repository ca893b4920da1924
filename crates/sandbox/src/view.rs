//! Data types of what the simulated provider shows at one instant.
//!
//! What may happen to it besides the life of the organisation, transfers, deletions, things that are hidden, is in
//! [`View::transfer`] and its neighbours.
//!
//! The generator makes it, the server answers from it, and the direct writers
//! turn it into raw tables. Positions in vectors are the references between objects.

mod change;
mod ci;
mod delivery;

use model::Instant;

pub use change::Transfer;
pub use ci::{CiAttempt, CiJob, CiRun, CiUsage};
pub use delivery::{Commit, Deployment, DeploymentStatus, Release, WorkflowRun};

/// Everything visible at [`View::now`].
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The provider's time.
    pub now: Instant,
    /// Login of the organisation.
    pub org: String,
    /// People and bots.
    pub actors: Vec<Actor>,
    /// Repositories by name.
    pub repositories: Vec<Repository>,
    /// Boards by number.
    pub projects: Vec<Project>,
    /// Issues in order of creation.
    pub issues: Vec<Issue>,
    /// Iterations in order of their days, of which only GitLab tells.
    pub iterations: Vec<Iteration>,
    /// Pull requests in order of creation.
    pub pull_requests: Vec<PullRequest>,
    /// Cards in board order; removed ones are absent, archived ones are here and marked.
    pub items: Vec<Item>,
    /// Deployments by repository.
    pub deployments: Vec<Deployment>,
    /// Runs of the workflows that deploy, by repository and then in order of creation.
    pub workflow_runs: Vec<WorkflowRun>,
    /// Runs of all workflows with their jobs, where there is CI, by repository and then in order of creation.
    pub ci_runs: Vec<CiRun>,
    /// What is billed for CI, in order of day, repository and kind.
    pub ci_usage: Vec<CiUsage>,
    /// Releases by repository, drafts included.
    pub releases: Vec<Release>,
}

/// A user or a bot.
#[derive(Clone, Debug, Default)]
pub struct Actor {
    /// Login.
    pub login: String,
    /// Whether `__typename` is `Bot`.
    pub is_bot: bool,
}

/// A repository.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    /// Node id.
    pub id: String,
    /// Present name.
    pub name: String,
    /// Earlier names, which still lead here.
    pub former_names: Vec<String>,
    /// Whether it is private.
    pub private: bool,
    /// Whether it is archived.
    pub archived: bool,
    /// Login of the organisation that it was moved to; `None`: still that of the view.
    pub owner: Option<String>,
    /// Whether the token does not see it: not listed, its ids unknown, its cards redacted.
    pub hidden: bool,
    /// Default branch; empty where nothing was ever pushed.
    pub default_branch: String,
    /// Folders that services live in: by the fitting configuration, an import asks which files its pull requests change.
    pub service_folders: Vec<&'static str>,
    /// Position of the head of that branch among the commits.
    pub head: Option<u32>,
    /// The commits that it has, parents before children; what a force push dropped is absent.
    pub commits: Vec<Commit>,
}

/// A Projects board.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Node id.
    pub id: String,
    /// `fullDatabaseId`.
    pub number_id: String,
    /// Number within the organisation.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Whether it is closed.
    pub closed: bool,
    /// Options of the field whose values are the columns: option id and present name.
    pub status_options: Vec<(String, String)>,
    /// Name of that field where it is not `Status`.
    pub status_field: Option<String>,
    /// Whether the token does not see it: not listed, its ids unknown, its cards and its name in events absent.
    pub hidden: bool,
}

/// An issue.
#[derive(Clone, Debug, Default)]
pub struct Issue {
    /// Node id; stays when the issue is transferred.
    pub id: String,
    /// Present repository.
    pub repository: usize,
    /// Number in the present repository.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Author; `None` = deleted user.
    pub author: Option<usize>,
    /// Assignees.
    pub assignees: Vec<usize>,
    /// Labels.
    pub labels: Vec<String>,
    /// Issue type.
    pub issue_type: Option<String>,
    /// Opened.
    pub created_at: Instant,
    /// Last change; a moving card does not count.
    pub updated_at: Instant,
    /// Closed.
    pub closed_at: Option<Instant>,
    /// `COMPLETED`, `NOT_PLANNED`, `DUPLICATE`, `REOPENED` or none.
    pub state_reason: Option<&'static str>,
    /// Timeline, oldest first, without lost events.
    pub timeline: Vec<IssueEvent>,
    /// For which iterations it was planned, oldest first.
    pub planning: Vec<Planning>,
    /// Whether it was deleted: not listed, its id unknown, its cards gone.
    pub deleted: bool,
}

/// An iteration.
#[derive(Clone, Debug, Default)]
pub struct Iteration {
    /// Number on the whole server.
    pub number: u64,
    /// Title; `None` for one that an automatic cadence made.
    pub title: Option<String>,
    /// First day, `2026-03-02`.
    pub starts_on: String,
    /// Last day.
    pub due_on: String,
}

/// An issue was put into an iteration, and so out of the one before, or taken out.
#[derive(Clone, Debug, Default)]
pub struct Planning {
    /// When.
    pub at: Instant,
    /// Position of the iteration in the view.
    pub iteration: usize,
    /// Whether it was put into it.
    pub is_add: bool,
}

/// One event of an issue's timeline.
#[derive(Clone, Debug)]
pub struct IssueEvent {
    /// Node id.
    pub id: String,
    /// When.
    pub at: Instant,
    /// Who; `None` = deleted user or automation.
    pub actor: Option<usize>,
    /// What.
    pub kind: IssueEventKind,
}

/// What happened to an issue.
#[derive(Clone, Debug)]
pub enum IssueEventKind {
    /// `ClosedEvent` with its reason.
    Closed(Option<&'static str>),
    /// `ReopenedEvent`.
    Reopened,
    /// `AddedToProjectV2Event`: the board.
    Added(usize),
    /// `ProjectV2ItemStatusChangedEvent`: board, status before, status after, by their names at that time.
    StatusChanged(usize, String, String),
    /// `RemovedFromProjectV2Event`: the board.
    Removed(usize),
    /// `TransferredEvent`: the repository before.
    Transferred(usize),
}

/// What a card shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// An issue.
    Issue(usize),
    /// A pull request.
    PullRequest(usize),
    /// A draft.
    Draft,
    /// Something the token may not see.
    Redacted,
}

/// A card.
#[derive(Clone, Debug)]
pub struct Item {
    /// Node id.
    pub id: String,
    /// Board.
    pub project: usize,
    /// What it shows.
    pub content: Content,
    /// Present status: position in the board's options.
    pub status: Option<usize>,
    /// When the status value was made and last set.
    pub status_set: Option<(Instant, Instant)>,
    /// Archived.
    pub archived: bool,
    /// Made.
    pub created_at: Instant,
    /// Last change of the card.
    pub updated_at: Instant,
    /// Other fields.
    pub fields: Vec<Field>,
}

/// A custom field of a card.
#[derive(Clone, Debug)]
pub struct Field {
    /// Name.
    pub name: String,
    /// Value.
    pub value: FieldValue,
}

/// Value of a custom field.
#[derive(Clone, Debug)]
pub enum FieldValue {
    /// Text.
    Text(String),
    /// Name of an option.
    SingleSelect(String),
    /// Number.
    Number(f64),
    /// Day, `2026-01-02`.
    Date(String),
    /// Title of an iteration.
    Iteration(String),
}

/// A pull request.
#[derive(Clone, Debug, Default)]
pub struct PullRequest {
    /// Node id.
    pub id: String,
    /// Repository.
    pub repository: usize,
    /// Number.
    pub number: i64,
    /// Title.
    pub title: String,
    /// Author; `None` = deleted user.
    pub author: Option<usize>,
    /// Labels.
    pub labels: Vec<String>,
    /// Target branch.
    pub base: String,
    /// Branch that it is merged from.
    pub head_branch: String,
    /// Object id of the last commit of that branch.
    pub head_sha: String,
    /// A draft now.
    pub is_draft: bool,
    /// Opened.
    pub created_at: Instant,
    /// Last change.
    pub updated_at: Instant,
    /// Closed or merged.
    pub closed_at: Option<Instant>,
    /// Merged.
    pub merged_at: Option<Instant>,
    /// Object id of the merge commit.
    pub merge_commit: Option<String>,
    /// Lines added.
    pub additions: i64,
    /// Lines deleted.
    pub deletions: i64,
    /// Files changed.
    pub changed_files: i64,
    /// Their paths, in order.
    pub files: Vec<String>,
    /// Author dates of the commits in branch order.
    pub commits: Vec<Instant>,
    /// Reviews in order of submission.
    pub reviews: Vec<Review>,
    /// Timeline, oldest first.
    pub timeline: Vec<PullRequestEvent>,
}

/// A review.
#[derive(Clone, Debug)]
pub struct Review {
    /// Node id.
    pub id: String,
    /// Reviewer; `None` = deleted user.
    pub author: Option<usize>,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, `PENDING`.
    pub state: &'static str,
    /// Submitted.
    pub submitted_at: Option<Instant>,
}

/// One event of a pull request's timeline.
#[derive(Clone, Debug)]
pub struct PullRequestEvent {
    /// Node id.
    pub id: String,
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Option<usize>,
    /// What.
    pub kind: PullRequestEventKind,
}

/// What happened to a pull request.
#[derive(Clone, Debug)]
pub enum PullRequestEventKind {
    /// `ReadyForReviewEvent`.
    ReadyForReview,
    /// `ConvertToDraftEvent`.
    ConvertToDraft,
    /// `ReviewRequestedEvent`.
    ReviewRequested,
    /// `ClosedEvent`, by a merge too.
    Closed,
    /// `ReviewDismissedEvent`: position of the review and its state before.
    ReviewDismissed(usize, &'static str),
}
