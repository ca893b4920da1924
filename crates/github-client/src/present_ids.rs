//! Repositories by the ids that they had before: which ids they have now.

use graphql_client::{GraphQLQuery, QueryBody};
use serde::Deserialize;
use source::{Progress, Scope, SourceError};
use tokio_util::sync::CancellationToken;

use crate::client::GithubClient;
use crate::faults;
use crate::page_size::PageSize;

mod queries {
    use graphql_client::GraphQLQuery;

    type DateTime = String;

    #[derive(GraphQLQuery)]
    #[graphql(
        schema_path = "schema.graphql",
        query_path = "src/missing.graphql",
        fragments_other_variant = "true",
        variables_derives = "Clone, Debug"
    )]
    pub(super) struct PresentIds;
}

struct PresentIds;

impl GraphQLQuery for PresentIds {
    type Variables = queries::present_ids::Variables;
    type ResponseData = Answer;

    fn build_query(variables: Self::Variables) -> QueryBody<Self::Variables> {
        queries::PresentIds::build_query(variables)
    }
}

#[derive(Deserialize)]
struct Answer {
    nodes: Vec<Option<Found>>,
}

#[derive(Deserialize)]
struct Found {
    id: Option<String>,
}

impl GithubClient {
    /// For each of the ids of repositories the id that the repository has now; `None` where the id leads nowhere.
    pub async fn present_repository_ids(
        &self,
        ids: &[String],
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> Result<Vec<Option<String>>, SourceError> {
        let what = format!("{} repositories by id", ids.len());
        let pages = PageSize::new(Scope::Repositories, 100, 1, 100);
        let mut present = Vec::new();
        while present.len() < ids.len() {
            let left = &ids[present.len()..];
            let make = |most: i64| queries::present_ids::Variables {
                ids: left.iter().take(usize::try_from(most).unwrap_or(1)).cloned().collect(),
            };
            let reply = self.page::<PresentIds>(&what, &pages, make, progress, cancel).await?;
            let nodes = reply.data.nodes;
            if nodes.is_empty() || nodes.len() > left.len() {
                return Err(faults::stuck(&what, reply.request_id));
            }
            present.extend(nodes.into_iter().map(|found| found.and_then(|found| found.id)));
        }
        Ok(present)
    }
}
