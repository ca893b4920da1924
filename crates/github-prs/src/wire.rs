//! Wire format: the query, and the scalars as they are read.

use github_client::by_id::ByIdData;
use github_client::scalars::DateTime;
use graphql_client::{GraphQLQuery, QueryBody};
use serde::{Deserialize, Serialize};

/// The document. What it brings is read as [`PullRequestPage`], [`RestOfPullRequest`] or [`PullRequestsById`].
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../github-client/schema.graphql",
    query_path = "queries/pull_requests.graphql",
    response_derives = "Debug",
    variables_derives = "Clone, Debug",
    extern_enums("PullRequestState", "PullRequestReviewState"),
    skip_serializing_none,
    fragments_other_variant = "true"
)]
pub(crate) struct PullRequests;

/// Enumerations are read as the text that they are: an unknown value must not fail a page.
type PullRequestState = String;
type PullRequestReviewState = String;
type GitObjectID = String;
#[expect(clippy::upper_case_acronyms, reason = "the schema's name")]
type URI = String;

github_client::of_node! {
    /// A page of a repository's pull requests.
    pub(crate) PullRequestPage: PullRequests(pull_requests::Variables) => pull_requests::PullRequestsNodeOnRepository, "Repository"
}

github_client::of_node! {
    /// The rest of one pull request.
    pub(crate) RestOfPullRequest: PullRequests(pull_requests::Variables) => pull_requests::PullRequestFields, "PullRequest"
}

/// Pull requests that are known by their ids: another operation of the same document, of which the generated types do
/// not know that its pull requests are the same.
pub(crate) struct PullRequestsById;

impl GraphQLQuery for PullRequestsById {
    type Variables = ByIdVariables;
    type ResponseData = ByIdData<Named>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        QueryBody { variables, query: pull_requests::QUERY, operation_name: "PullRequestsById" }
    }
}

/// What [`PullRequestsById`] asks for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ByIdVariables {
    pub(crate) ids: Vec<String>,
    pub(crate) with_files: bool,
}

/// What has one of the ids.
#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(crate) enum Named {
    PullRequest(Box<pull_requests::PullRequestFields>),
    #[serde(other)]
    Other,
}
