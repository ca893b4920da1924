//! Rows of a database of dimagi/dora: what its report is made of, wherever they come from.
//!
//! Instants are the texts that its database has, since its report compares them as texts. Null is `None`.

/// A pull request, whatever became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullRequestRow {
    /// `owner/name`.
    pub repo: String,
    /// Number in its repository.
    pub number: i64,
    /// Title.
    pub title: Option<String>,
    /// Login of the author, that of an app with `[bot]` at its end; null for deleted users.
    pub author: Option<String>,
    /// Target branch.
    pub base: Option<String>,
    /// Opened.
    pub opened_at: Option<String>,
    /// Merged, null otherwise.
    pub merged_at: Option<String>,
    /// Author date of the commit that is listed first.
    pub first_commit_at: Option<String>,
    /// Object id of the merge commit.
    pub merge_sha: Option<String>,
    /// Labels in the order of the API, joined by `,`.
    pub labels: Option<String>,
    /// Lines added.
    pub additions: Option<i64>,
    /// Lines deleted.
    pub deletions: Option<i64>,
    /// Files changed.
    pub changed_files: Option<i64>,
    /// When it first was ready for review after a draft.
    pub ready_for_review_at: Option<String>,
}

/// A deployment, or a release that stands for one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeploymentRow {
    /// `owner/name`.
    pub repo: String,
    /// The provider's number; not there where a store knows only its node id.
    pub deployment_id: Option<i64>,
    /// Object id of the commit.
    pub sha: String,
    /// Environment.
    pub environment: Option<String>,
    /// Asked for; of a release, published.
    pub created_at: String,
    /// The newest status, null where there is none.
    pub status: Option<String>,
}

/// All rows of one database, in the order in which they were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Pull requests.
    pub pull_requests: Vec<PullRequestRow>,
    /// Deployments.
    pub deployments: Vec<DeploymentRow>,
}
