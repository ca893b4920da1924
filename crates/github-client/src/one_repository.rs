//! One look at one repository, whether it is an organisation's or a person's.

use graphql_client::{GraphQLQuery, QueryBody};
use model::records::Repository;
use serde::Deserialize;
use source::{ErrorKind, Progress, SourceError};
use tokio_util::sync::CancellationToken;

use crate::client::{GithubClient, GraphqlError};
use crate::deliveries;
use crate::survey::{Count, Login, RepositorySummary, Survey};

mod queries {
    use graphql_client::GraphQLQuery;

    type DateTime = String;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "schema.graphql",
        query_path = "src/one_repository.graphql",
        fragments_other_variant = "true",
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct OneRepository;
}

struct OneRepository;

impl GraphQLQuery for OneRepository {
    type Variables = queries::one_repository::Variables;
    type ResponseData = Answer;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::OneRepository::build_query(variables)
    }
}

#[derive(Deserialize)]
struct Answer {
    repository: Option<Node>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    id: String,
    name: String,
    owner: Login,
    is_private: bool,
    is_archived: bool,
    pull_requests: Option<Count>,
    default_branch_ref: Option<deliveries::Branch>,
    deployments: Option<deliveries::Count>,
    releases: Option<deliveries::Count>,
}

impl GithubClient {
    /// Looks at one repository, with its deployments and releases where they are asked for: one call. Its issues are not looked
    /// at. The survey has this repository alone, and its owner in the place of the organisation.
    ///
    /// Fails with `NotFound` when there is no such repository, with `NoAccess` when something of it may not be read, and as
    /// [`GithubClient::query`] does.
    pub async fn survey_repository(
        &self,
        (owner, name): (&str, &str),
        with_deliveries: bool,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Survey, SourceError> {
        self.session.remember_org(owner);
        let what = format!("the repository {owner}/{name}");
        let variables = queries::one_repository::Variables {
            owner: owner.to_owned(),
            name: name.to_owned(),
            deliveries: with_deliveries,
        };
        let reply = self.query::<OneRepository>(&what, variables, progress, cancel).await?;
        let Some(node) = reply.data.repository else { return Err(refused(&what, &reply.errors, reply.request_id)) };
        let mut survey = Survey { org: node.owner.login.clone(), at: reply.at, ..Survey::default() };
        survey.repositories.push(node.summary(self.host()));
        Ok(survey)
    }
}

impl Node {
    fn summary(self, host: String) -> RepositorySummary {
        let (pull_requests, pull_requests_updated_at) = Count::read(self.pull_requests);
        RepositorySummary {
            record: Repository {
                id: self.id,
                org: self.owner.login.clone(),
                name: self.name,
                owner: self.owner.login,
                private: self.is_private,
                archived: self.is_archived,
                host,
                default_branch: self.default_branch_ref.map(|branch| branch.name).unwrap_or_default(),
            },
            pull_requests,
            pull_requests_updated_at,
            access: true,
            deployments: self.deployments.map(deliveries::Count::known),
            releases: self.releases.map(deliveries::Count::known),
            ..RepositorySummary::default()
        }
    }
}

fn refused(what: &str, errors: &[GraphqlError], request_id: Option<String>) -> SourceError {
    let said = errors.first().map_or("GitHub does not say why", |error| error.message.as_str());
    let is_forbidden = errors.iter().any(|error| error.kind == "FORBIDDEN");
    let error = if is_forbidden {
        SourceError::new(
            ErrorKind::NoAccess,
            format!(
                "{what} may not be read ({said}): give the token access to it with the permissions Pull requests: read, \
                 Deployments: read and Contents: read"
            ),
        )
    } else {
        SourceError::new(
            ErrorKind::NotFound,
            format!("there is no {}, or the token may not see it ({said})", what.trim_start_matches("the ")),
        )
    };
    error.in_request(request_id)
}
