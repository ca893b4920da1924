//! Wire format: the query, and the scalars as they are read.

use github_client::by_id::ByIdData;
use github_client::scalars::{BigInt, DateTime};
use graphql_client::{GraphQLQuery, QueryBody};
use serde::{Deserialize, Serialize};

/// The document. What it brings is read as [`IssuePage`], [`RestOfIssue`] or [`IssuesById`].
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../github-client/schema.graphql",
    query_path = "queries/issues.graphql",
    response_derives = "Debug",
    variables_derives = "Clone, Debug",
    extern_enums("IssueState", "IssueStateReason"),
    skip_serializing_none,
    fragments_other_variant = "true"
)]
pub(crate) struct Issues;

/// Enumerations are read as the text that they are: an unknown value must not fail a page.
type IssueState = String;
type IssueStateReason = String;
#[expect(clippy::upper_case_acronyms, reason = "the schema's name")]
type URI = String;

github_client::of_node! {
    /// A page of a repository's issues.
    pub(crate) IssuePage: Issues(issues::Variables) => issues::IssuesNodeOnRepository, "Repository"
}

github_client::of_node! {
    /// The rest of one issue.
    pub(crate) RestOfIssue: Issues(issues::Variables) => issues::IssueFields, "Issue"
}

/// Issues that are known by their ids: another operation of the same document, of which the generated types do not
/// know that its issues are the same.
pub(crate) struct IssuesById;

impl GraphQLQuery for IssuesById {
    type Variables = ByIdVariables;
    type ResponseData = ByIdData<Named>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        QueryBody { variables, query: issues::QUERY, operation_name: "IssuesById" }
    }
}

/// What [`IssuesById`] asks for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ByIdVariables {
    pub(crate) ids: Vec<String>,
    pub(crate) bug_source: String,
    pub(crate) with_bug_source: bool,
}

/// What has one of the ids.
#[derive(Debug, Deserialize)]
#[serde(tag = "__typename")]
pub(crate) enum Named {
    Issue(Box<NamedIssue>),
    #[serde(other)]
    Other,
}

/// An issue and where it is.
#[derive(Debug, Deserialize)]
pub(crate) struct NamedIssue {
    #[serde(flatten)]
    pub(crate) fields: issues::IssueFields,
    pub(crate) repository: Home,
}

/// The repository of an issue.
#[derive(Debug, Deserialize)]
pub(crate) struct Home {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) owner: Owner,
}

/// Whom a repository belongs to.
#[derive(Debug, Deserialize)]
pub(crate) struct Owner {
    pub(crate) login: String,
}
