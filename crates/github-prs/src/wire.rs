//! Wire format: the query, and the scalars as they are read.

use github_client::scalars::DateTime;
use graphql_client::GraphQLQuery;

/// A page of a repository's pull requests, or the rest of one pull request.
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
