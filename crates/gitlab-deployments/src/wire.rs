//! Wire format: what the lists bring, of which nothing is required that GitLab may leave out.

use gitlab_client::Time;
use serde::Deserialize;

/// A deployment: an entry of the list of a project.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) id: u64,
    /// Branch or tag.
    #[serde(rename = "ref")]
    pub(crate) git_ref: Option<String>,
    pub(crate) sha: Option<String>,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
    /// `created`, `running`, `success`, `failed`, `canceled`, `skipped`, `blocked`; an unknown one must not fail a page.
    pub(crate) status: String,
    /// Who asked for it; `None` for a deleted user.
    pub(crate) user: Option<User>,
    pub(crate) environment: Option<Environment>,
    /// The job that deploys; `None` where somebody else told of the deployment.
    pub(crate) deployable: Option<Job>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) username: String,
}

/// An environment; its tier is told by the list of environments alone.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Environment {
    pub(crate) name: String,
    pub(crate) tier: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) started_at: Option<Time>,
    pub(crate) finished_at: Option<Time>,
    pub(crate) web_url: Option<String>,
    pub(crate) pipeline: Option<Pipeline>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Pipeline {
    pub(crate) id: u64,
}

/// A commit: an entry of the list of a repository.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Commit {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) parent_ids: Vec<String>,
    pub(crate) authored_date: Option<Time>,
    pub(crate) committed_date: Time,
    pub(crate) message: Option<String>,
}
