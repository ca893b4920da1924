//! Wire format of the list of runs, of which only what is used is read.

use github_client::scalars::DateTime;
use serde::Deserialize;

/// A page of the list.
#[derive(Debug, Deserialize)]
pub(crate) struct Runs {
    pub(crate) total_count: u64,
    pub(crate) workflow_runs: Vec<WorkflowRun>,
}

/// A run, as its last attempt left it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct WorkflowRun {
    pub(crate) id: u64,
    pub(crate) name: Option<String>,
    /// File of the workflow, with `@` and a ref behind it where it is another repository's.
    pub(crate) path: Option<String>,
    pub(crate) head_branch: Option<String>,
    pub(crate) head_sha: String,
    pub(crate) head_repository: Option<Repository>,
    pub(crate) run_number: Option<i64>,
    /// From 1; absent on old servers.
    pub(crate) run_attempt: Option<i64>,
    #[serde(default)]
    pub(crate) event: String,
    pub(crate) status: Option<String>,
    pub(crate) conclusion: Option<String>,
    pub(crate) created_at: DateTime,
    pub(crate) updated_at: DateTime,
    /// When the last attempt began.
    pub(crate) run_started_at: Option<DateTime>,
    #[serde(default)]
    pub(crate) html_url: String,
    /// Of the attempt. Absent on old servers, and where checks were deleted.
    pub(crate) check_suite_node_id: Option<String>,
}

/// The repository of the commit; another one where a fork's pull request started the run.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Repository {
    pub(crate) node_id: String,
}
