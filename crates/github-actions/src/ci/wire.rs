//! Wire format of jobs: the list of a run, and the check runs of its check suite.

use github_client::scalars::DateTime;
use graphql_client::{GraphQLQuery, QueryBody};
use serde::Deserialize;

/// A page of the list of jobs of a run, of all its attempts.
#[derive(Debug, Deserialize)]
pub(crate) struct Jobs {
    pub(crate) total_count: u64,
    pub(crate) jobs: Vec<Job>,
}

/// A job.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: u64,
    /// From 1; absent on old servers.
    pub(crate) run_attempt: Option<i64>,
    pub(crate) name: String,
    pub(crate) status: Option<String>,
    pub(crate) conclusion: Option<String>,
    /// Absent on old servers.
    pub(crate) created_at: Option<DateTime>,
    /// When it was made, while it has not begun.
    pub(crate) started_at: Option<DateTime>,
    pub(crate) completed_at: Option<DateTime>,
    #[serde(default)]
    pub(crate) labels: Vec<String>,
    pub(crate) runner_group_name: Option<String>,
    pub(crate) runner_name: Option<String>,
}

mod queries {
    use graphql_client::GraphQLQuery;

    type DateTime = String;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "../github-client/schema.graphql",
        query_path = "queries/check_runs.graphql",
        fragments_other_variant = "true",
        skip_serializing_none,
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct CheckRuns;
}

pub(crate) use queries::check_runs::Variables as Suites;

/// Check runs of check suites, by the ids of those.
pub(crate) struct CheckRuns;

impl GraphQLQuery for CheckRuns {
    type Variables = queries::check_runs::Variables;
    type ResponseData = Answer;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::CheckRuns::build_query(variables)
    }
}

/// What several ids lead to, in their order.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) nodes: Vec<Option<Suite>>,
}

/// A check suite. What is none has neither.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Suite {
    pub(crate) check_runs: Option<Page>,
}

/// A page of its check runs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    pub(crate) page_info: PageInfo,
    pub(crate) nodes: Vec<Option<CheckRun>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    pub(crate) has_next_page: bool,
    pub(crate) end_cursor: Option<String>,
}

/// A check run: a job, or what a step of one has made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckRun {
    /// The id of the job. `None` where it does not fit into the number of the schema.
    pub(crate) database_id: Option<u64>,
    pub(crate) name: String,
    /// In capitals, as the conclusion.
    pub(crate) status: String,
    pub(crate) conclusion: Option<String>,
    pub(crate) started_at: Option<DateTime>,
    pub(crate) completed_at: Option<DateTime>,
}
