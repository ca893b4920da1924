//! Wire format: what the lists bring, of which nothing is required that GitLab may leave out.

use gitlab_client::Time;
use serde::Deserialize;
use serde_json::value::RawValue;

/// A pipeline: an entry of the list of a project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Pipeline {
    pub(crate) id: u64,
    /// Number in the project.
    pub(crate) iid: Option<i64>,
    pub(crate) name: Option<String>,
    /// `created`, `pending`, `running`, `success`, `failed`, `canceled`, `skipped`, `manual`, …; an unknown one must not fail a
    /// page.
    pub(crate) status: String,
    /// What started it.
    pub(crate) source: Option<String>,
    /// Branch, tag, or the head of a merge request.
    #[serde(rename = "ref")]
    pub(crate) git_ref: Option<String>,
    pub(crate) sha: Option<String>,
    pub(crate) created_at: Time,
    pub(crate) updated_at: Time,
    pub(crate) web_url: Option<String>,
}

/// A job: an entry of the list of a project, or of a pipeline.
#[derive(Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) stage: Option<String>,
    /// As that of a pipeline.
    pub(crate) status: String,
    pub(crate) failure_reason: Option<String>,
    #[serde(default)]
    pub(crate) allow_failure: bool,
    pub(crate) created_at: Time,
    pub(crate) started_at: Option<Time>,
    pub(crate) finished_at: Option<Time>,
    /// Seconds with parts, which are read by their digits.
    pub(crate) duration: Option<Box<RawValue>>,
    pub(crate) queued_duration: Option<Box<RawValue>>,
    #[serde(default)]
    pub(crate) tag_list: Vec<String>,
    /// `None` before there is one, and after it was deleted.
    pub(crate) runner: Option<Runner>,
    pub(crate) pipeline: OfPipeline,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Runner {
    /// Whether projects of the whole server share it.
    pub(crate) is_shared: Option<bool>,
    /// `instance_type` says the same.
    pub(crate) runner_type: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct OfPipeline {
    pub(crate) id: u64,
}
