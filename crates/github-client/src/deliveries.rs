//! Survey of what an organisation's repositories deploy and release.

use std::collections::HashMap;

use graphql_client::{GraphQLQuery, QueryBody};
use model::Instant;
use provider::cursor::Known;
use serde::Deserialize;
use source::{ErrorKind, Progress, Scope, SourceError};
use tokio_util::sync::CancellationToken;

use crate::client::{GithubClient, GraphqlError};
use crate::page_size::PageSize;
use crate::survey::{Answer, Connection, Following, Survey};

mod queries {
    use graphql_client::GraphQLQuery;

    type DateTime = String;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "schema.graphql",
        query_path = "src/deliveries.graphql",
        fragments_other_variant = "true",
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct Deliveries;
}

struct Deliveries;

impl GraphQLQuery for Deliveries {
    type Variables = queries::deliveries::Variables;
    type ResponseData = Answer<Owner>;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::Deliveries::build_query(variables)
    }
}

#[derive(Deserialize)]
struct Owner {
    repositories: Option<Connection<Node>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    id: String,
    default_branch_ref: Option<Branch>,
    deployments: Option<Count>,
    releases: Option<Count>,
}

#[derive(Deserialize)]
pub(crate) struct Branch {
    pub(crate) name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Count {
    total_count: u64,
    #[serde(default)]
    nodes: Option<Vec<Option<Created>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    created_at: String,
}

impl Count {
    /// How many there are, and when the newest one was made.
    pub(crate) fn known(self) -> Known {
        let newest = self.nodes.unwrap_or_default().into_iter().flatten().next();
        let updated_at = newest.and_then(|newest| Instant::parse_rfc3339(&newest.created_at));
        Known { total: self.total_count, updated_at }
    }
}

/// One of the two lists, and what lets a token read it.
struct Part {
    field: &'static str,
    permission: &'static str,
}

const DEPLOYMENTS: Part = Part { field: "deployments", permission: "Deployments: read" };
const RELEASES: Part = Part { field: "releases", permission: "Contents: read" };

impl GithubClient {
    /// Adds to a survey which of its repositories deploy or release, and their default branches, 100 repositories to a
    /// call.
    ///
    /// What the token may not read is named in [`Survey::deliveries_missing`] and stays unknown in the summaries, as does all of
    /// it where the question fails. Fails with `Cancelled` alone.
    pub async fn survey_deliveries(
        &self,
        survey: &mut Survey,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<(), SourceError> {
        let mut errors = Vec::new();
        match self.read_deliveries(survey, &mut errors, progress, cancel).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
            Err(error) => {
                survey.deliveries_missing.push(format!("what the repositories of {} deploy: {error}", survey.org));
                return Ok(());
            }
        }
        for part in [DEPLOYMENTS, RELEASES] {
            if self.session.schema.has(&format!("Repository.{}", part.field)) {
                let refused = refused(survey, &part, &errors);
                survey.deliveries_missing.extend(refused);
            }
        }
        Ok(())
    }

    async fn read_deliveries(
        &self,
        survey: &mut Survey,
        errors: &mut Vec<GraphqlError>,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<(), SourceError> {
        let what = format!("what the repositories of {} deploy", survey.org);
        let places: HashMap<String, usize> =
            survey.repositories.iter().enumerate().map(|(at, known)| (known.record.id.clone(), at)).collect();
        let pages = PageSize::new(Scope::Repositories, 100, 5, 100);
        let mut following = Following::default();
        loop {
            let (org, after) = (survey.org.clone(), following.after.clone());
            let make = |first| queries::deliveries::Variables { org: org.clone(), first, after: after.clone() };
            let reply = self.page::<Deliveries>(&what, &pages, make, progress, cancel).await?;
            let said = reply.errors.first().map_or("GitHub does not say why", |error| error.message.as_str());
            let refused = SourceError::new(ErrorKind::NoAccess, format!("no access ({said})"));
            let connection = reply.data.organization.and_then(|owner| owner.repositories).ok_or(refused)?;
            errors.extend(reply.errors);
            for node in connection.nodes.unwrap_or_default().into_iter().flatten() {
                let Some(summary) = places.get(&node.id).map(|at| &mut survey.repositories[*at]) else { continue };
                summary.record.default_branch = node.default_branch_ref.map(|branch| branch.name).unwrap_or_default();
                summary.deployments = node.deployments.map(Count::known);
                summary.releases = node.releases.map(Count::known);
            }
            if !following.advance(connection.page_info, (connection.total_count, pages.current()), &what)? {
                return Ok(());
            }
        }
    }
}

/// The repositories that did not show one of the lists, and why; `None` where all did.
fn refused(survey: &Survey, part: &Part, errors: &[GraphqlError]) -> Option<String> {
    let is_known = |summary: &crate::RepositorySummary| match part.field {
        "deployments" => summary.deployments.is_some(),
        _ => summary.releases.is_some(),
    };
    let unknown: Vec<&str> =
        survey.repositories.iter().filter(|one| !is_known(one)).map(|one| one.record.name.as_str()).collect();
    let (first, count) = (unknown.first()?, unknown.len());
    let of =
        if count == 1 { format!("{}/{first}", survey.org) } else { format!("{count} repositories, {first} first") };
    let is_of_part = |error: &&GraphqlError| error.path.split('.').any(|step| step == part.field);
    let said = errors.iter().find(is_of_part).or(errors.first());
    let said = said.map_or("GitHub does not say why", |error| error.message.as_str());
    Some(format!(
        "the {} of {of} may not be read ({said}): give the token the permission {}, or import \
         --issues --pr alone",
        part.field, part.permission
    ))
}
