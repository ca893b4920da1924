//! Repositories by the ids that they had before: which ids they have now.

use graphql_client::{GraphQLQuery, QueryBody};
use serde::Deserialize;
use source::{Progress, Scope, SourceError};
use tokio_util::sync::CancellationToken;

use crate::by_id::{self, MOST_IDS, queries};
use crate::client::GithubClient;
use crate::page_size::PageSize;

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
        let most = MOST_IDS as u32;
        let pages = PageSize::new(Scope::Repositories, most, 1, most);
        let mut present = Vec::new();
        let mut left = ids;
        while !left.is_empty() {
            let make = |most: i64| queries::present_ids::Variables { ids: by_id::first(left, most) };
            let reply = self.page::<PresentIds>(&what, &pages, make, progress, cancel).await?;
            left = by_id::rest(left, reply.data.nodes.len(), &what, reply.request_id.as_deref())?;
            present.extend(reply.data.nodes.into_iter().map(|found| found.and_then(|found| found.id)));
        }
        Ok(present)
    }
}
