//! Wire format: the queries, and answers that are read more loosely than the schema says, as GitHub gives them.

use github_client::scalars::DateTime;
use graphql_client::{GraphQLQuery, QueryBody};
use serde::Deserialize;
use serde::de::DeserializeOwned;

mod queries {
    #![expect(clippy::upper_case_acronyms, reason = "names of GraphQL scalars; the derived answers are not used")]
    use graphql_client::GraphQLQuery;

    type DateTime = String;
    type GitObjectID = String;
    type GitTimestamp = String;
    type URI = String;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "../github-client/schema.graphql",
        query_path = "queries/deployments.graphql",
        fragments_other_variant = "true",
        skip_serializing_none,
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct Deployments;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "../github-client/schema.graphql",
        query_path = "queries/deployments.graphql",
        fragments_other_variant = "true",
        skip_serializing_none,
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct DeploymentsById;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "../github-client/schema.graphql",
        query_path = "queries/deployments.graphql",
        fragments_other_variant = "true",
        skip_serializing_none,
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct DeploymentStatuses;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "../github-client/schema.graphql",
        query_path = "queries/releases.graphql",
        fragments_other_variant = "true",
        skip_serializing_none,
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct Releases;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "../github-client/schema.graphql",
        query_path = "queries/releases.graphql",
        fragments_other_variant = "true",
        skip_serializing_none,
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct ReleasesById;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "../github-client/schema.graphql",
        query_path = "queries/commits.graphql",
        fragments_other_variant = "true",
        skip_serializing_none,
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct Commits;
}

pub(crate) struct Deployments;

impl GraphQLQuery for Deployments {
    type Variables = queries::deployments::Variables;
    type ResponseData = Answer<OneList<Deployment>>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::Deployments::build_query(variables)
    }
}

pub(crate) struct DeploymentsById;

impl GraphQLQuery for DeploymentsById {
    type Variables = queries::deployments_by_id::Variables;
    type ResponseData = Answers<Deployment>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::DeploymentsById::build_query(variables)
    }
}

pub(crate) struct DeploymentStatuses;

impl GraphQLQuery for DeploymentStatuses {
    type Variables = queries::deployment_statuses::Variables;
    type ResponseData = Answer<OneList<Status>>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::DeploymentStatuses::build_query(variables)
    }
}

pub(crate) struct Releases;

impl GraphQLQuery for Releases {
    type Variables = queries::releases::Variables;
    type ResponseData = Answer<OneList<Release>>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::Releases::build_query(variables)
    }
}

pub(crate) struct ReleasesById;

impl GraphQLQuery for ReleasesById {
    type Variables = queries::releases_by_id::Variables;
    type ResponseData = Answers<Release>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::ReleasesById::build_query(variables)
    }
}

pub(crate) struct Commits;

impl GraphQLQuery for Commits {
    type Variables = queries::commits::Variables;
    type ResponseData = Answer<CommitHolder>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::Commits::build_query(variables)
    }
}

pub(crate) use queries::{
    commits::Variables as CommitsOf, deployment_statuses::Variables as StatusesOf,
    deployments::Variables as DeploymentsOf, deployments_by_id::Variables as DeploymentIds,
    releases::Variables as ReleasesOf, releases_by_id::Variables as ReleaseIds,
};

/// What one id leads to.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(crate) struct Answer<T> {
    pub(crate) node: Option<T>,
}

/// What several ids lead to, in their order.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(crate) struct Answers<T> {
    pub(crate) nodes: Vec<Option<T>>,
}

/// An object of which one list is asked for.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(crate) struct OneList<T> {
    #[serde(default, alias = "deployments", alias = "releases", alias = "statuses")]
    pub(crate) list: Option<Connection<T>>,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", bound = "T: DeserializeOwned")]
pub(crate) struct Connection<T> {
    pub(crate) page_info: PageInfo,
    pub(crate) nodes: Option<Vec<Option<T>>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    pub(crate) has_next_page: bool,
    pub(crate) end_cursor: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Deployment {
    pub(crate) id: String,
    pub(crate) commit_oid: String,
    pub(crate) created_at: DateTime,
    pub(crate) updated_at: DateTime,
    pub(crate) environment: Option<String>,
    pub(crate) original_environment: Option<String>,
    pub(crate) task: Option<String>,
    #[serde(rename = "ref")]
    pub(crate) git_ref: Option<GitRef>,
    /// Never null by the schema; that a user is gone is no reason to lose the deployment.
    pub(crate) creator: Option<Creator>,
    pub(crate) statuses: Option<Connection<Status>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct GitRef {
    pub(crate) name: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Creator {
    #[serde(rename = "__typename")]
    pub(crate) kind: String,
    pub(crate) login: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) id: String,
    /// An unknown one must not fail a page.
    pub(crate) state: String,
    pub(crate) created_at: DateTime,
    pub(crate) environment: Option<String>,
    pub(crate) log_url: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Release {
    pub(crate) id: String,
    pub(crate) tag_name: String,
    pub(crate) tag_commit: Option<ObjectId>,
    pub(crate) name: Option<String>,
    pub(crate) is_draft: bool,
    pub(crate) is_prerelease: bool,
    pub(crate) created_at: DateTime,
    pub(crate) published_at: Option<DateTime>,
    pub(crate) url: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ObjectId {
    pub(crate) oid: String,
}

/// A repository of which one object is asked for.
#[derive(Debug, Deserialize)]
pub(crate) struct CommitHolder {
    #[serde(default)]
    pub(crate) object: Option<Object>,
}

/// A commit, or an object of another kind, which has none of this.
#[derive(Debug, Deserialize)]
pub(crate) struct Object {
    #[serde(default)]
    pub(crate) history: Option<Connection<Commit>>,
    #[serde(default)]
    pub(crate) oid: Option<String>,
    #[serde(default, rename = "authoredDate")]
    pub(crate) authored_date: Option<DateTime>,
    #[serde(default, rename = "committedDate")]
    pub(crate) committed_date: Option<DateTime>,
    #[serde(default)]
    pub(crate) parents: Option<Nodes>,
    #[serde(default, rename = "messageBody")]
    pub(crate) message_body: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Commit {
    pub(crate) oid: String,
    pub(crate) authored_date: Option<DateTime>,
    pub(crate) committed_date: DateTime,
    pub(crate) parents: Nodes,
    pub(crate) message_body: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Nodes {
    pub(crate) nodes: Vec<ObjectId>,
}

impl Object {
    /// The commit that it is, as far as it is one.
    pub(crate) fn commit(&mut self) -> Option<Commit> {
        Some(Commit {
            oid: self.oid.take()?,
            authored_date: self.authored_date,
            committed_date: self.committed_date?,
            parents: self.parents.take()?,
            message_body: self.message_body.take(),
        })
    }
}
