//! Deployments, runs of workflows, releases and commits as the provider shows them.

use model::Instant;
use model::kinds::{RunConclusion, RunStatus};
use model::records::DeploymentStatusKind;

/// A deployment.
#[derive(Clone, Debug, Default)]
pub struct Deployment {
    /// Node id.
    pub id: String,
    /// The provider's number, which may be too large for 32 bits.
    pub number: i64,
    /// Repository.
    pub repository: usize,
    /// Object id of the deployed commit.
    pub sha: String,
    /// Environment by the latest status.
    pub environment: String,
    /// Environment that it was made for.
    pub original_environment: String,
    /// Branch; `None` once it is deleted.
    pub git_ref: Option<String>,
    /// Task.
    pub task: &'static str,
    /// What whoever made it sent along: a text in JSON.
    pub payload: &'static str,
    /// Who asked for it; `None` = deleted user.
    pub creator: Option<usize>,
    /// Made.
    pub created_at: Instant,
    /// Last status.
    pub updated_at: Instant,
    /// Statuses, oldest first.
    pub statuses: Vec<DeploymentStatus>,
}

/// A status of a deployment.
#[derive(Clone, Debug)]
pub struct DeploymentStatus {
    /// Node id.
    pub id: String,
    /// State.
    pub state: DeploymentStatusKind,
    /// When.
    pub at: Instant,
    /// Environment.
    pub environment: String,
    /// Address of the log.
    pub log_url: String,
}

/// A run of a workflow, as its last attempt left it.
#[derive(Clone, Debug)]
pub struct WorkflowRun {
    /// The provider's number.
    pub id: u64,
    /// Repository.
    pub repository: usize,
    /// File of the workflow below `.github/workflows`.
    pub workflow: &'static str,
    /// What started it.
    pub event: &'static str,
    /// Branch or tag.
    pub branch: String,
    /// Object id of the commit.
    pub sha: String,
    /// Number among the runs of the repository.
    pub number: i64,
    /// Attempt, from 1.
    pub attempt: i64,
    /// Where it is.
    pub status: RunStatus,
    /// How it ended; `RunConclusion::None` while it runs.
    pub conclusion: RunConclusion,
    /// Made.
    pub created_at: Instant,
    /// Begin of the attempt.
    pub started_at: Instant,
    /// Last change.
    pub updated_at: Instant,
}

/// A release.
#[derive(Clone, Debug, Default)]
pub struct Release {
    /// Node id.
    pub id: String,
    /// Repository.
    pub repository: usize,
    /// Tag.
    pub tag: String,
    /// Object id of the tag's commit; `None` while there is no such tag.
    pub sha: Option<String>,
    /// Title.
    pub name: String,
    /// Not published.
    pub draft: bool,
    /// Not ready for production.
    pub prerelease: bool,
    /// Date of the commit, or when the draft was made.
    pub created_at: Instant,
    /// Published.
    pub published_at: Option<Instant>,
}

/// A commit of a repository.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// Object id.
    pub sha: String,
    /// Positions of its parents in [`Repository::commits`](super::Repository::commits), before its own.
    pub parents: Vec<u32>,
    /// Author date.
    pub authored_at: Instant,
    /// Commit date.
    pub committed_at: Instant,
    /// First line of the message.
    pub headline: String,
    /// The rest of it.
    pub body: String,
}
