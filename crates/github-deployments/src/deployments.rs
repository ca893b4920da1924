//! The connector of deployments, for one repository.

mod convert;

use std::sync::Arc;

use async_trait::async_trait;
use github_client::{Following, GithubClient, ListPath, PageSize, RepositorySummary, Tally, faults};
use model::Instant;
use model::records::{Place, Record};
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use crate::list::{Entry, List, ListSource};
use crate::wire::{DeploymentIds, DeploymentStatuses, Deployments, DeploymentsById, DeploymentsOf, StatusesOf};
use crate::{list, wire};

/// The deployments of one repository, with all their statuses.
///
/// The subject is the node id of the repository, so that a renamed one keeps its cursor.
#[derive(Debug)]
pub struct DeploymentSource(ListSource);

impl DeploymentSource {
    /// The deployments of a repository of which a survey has found what it deploys.
    ///
    /// `surveyed_at` is the time of the import: everything that is read is dated with it. `pages` is shared by all
    /// repositories, so that one that is too heavy for large pages teaches the others;
    /// [`DeploymentSource::page_size`] makes one.
    pub fn new(client: GithubClient, summary: &RepositorySummary, surveyed_at: Instant, pages: Arc<PageSize>) -> Self {
        Self(ListSource::new::<OfDeployments>(client, summary, summary.deployments, surveyed_at, pages))
    }

    /// The cursor of one who has read all that was made before an instant.
    pub fn cursor_at(since: Instant) -> String {
        list::cursor_at(since).write()
    }

    /// The page size that suits this query.
    pub fn page_size() -> PageSize {
        PageSize::new(Scope::Deployments, list::LARGEST_PAGE, 1, list::LARGEST_PAGE)
    }
}

#[async_trait]
impl Source for DeploymentSource {
    fn scope(&self) -> Scope {
        Scope::Deployments
    }

    fn subject(&self) -> &str {
        self.0.subject()
    }

    fn label(&self) -> &str {
        self.0.label()
    }

    /// All deployments at the first import and with `full`, else one page where there is a newer one; and a call for 100
    /// whose end is not known yet.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        self.0.expected::<OfDeployments>(window, cursor)
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        self.0.run::<OfDeployments>(context).await
    }
}

/// The list of deployments.
pub(crate) struct OfDeployments;

#[async_trait]
impl List for OfDeployments {
    const SCOPE: Scope = Scope::Deployments;
    const NAME: &'static str = "deployments";
    const PATH: ListPath = ListPath { path: "node.deployments.nodes", may_be_hidden: None };
    /// Approvals are waited for 30 days at most.
    const WAITING_DAYS: Option<i64> = Some(35);
    const MAY_COME_LATE: bool = false;

    type Wire = wire::Deployment;
    type Page = Deployments;
    type ById = DeploymentsById;

    fn page(id: &str, first: i64, after: Option<String>) -> DeploymentsOf {
        DeploymentsOf { id: id.to_owned(), first, after }
    }

    fn by_id(ids: Vec<String>) -> DeploymentIds {
        DeploymentIds { ids }
    }

    fn id(wire: &Self::Wire) -> &str {
        &wire.id
    }

    fn created_at(wire: &Self::Wire) -> Instant {
        wire.created_at.0
    }

    /// Follows the statuses to their end.
    async fn complete(
        wire: &mut Self::Wire,
        client: &GithubClient,
        context: &Context<'_>,
        tally: &mut Tally<'_>,
    ) -> Result<bool, SourceError> {
        let what = format!("the statuses of deployment {}", wire.id);
        let Some(statuses) = &mut wire.statuses else {
            tally.faults.add_hole(&what);
            return Ok(false);
        };
        let (mut more, mut after) = (statuses.page_info.has_next_page, statuses.page_info.end_cursor.clone());
        let mut following = Following::unknown();
        let mut before = None;
        while let Some(next) = faults::next_page(&what, (more, after.clone()), before.as_ref(), None)? {
            let variables = StatusesOf { id: wire.id.clone(), after: Some(next.clone()) };
            let reply = client.query::<DeploymentStatuses>(&what, variables, context.progress, &context.cancel).await?;
            tally.count(&reply);
            let Some(node) = reply.data.node else {
                return Err(faults::absent(&what, &reply.errors, reply.request_id));
            };
            let Some(list) = node.list else { return Err(faults::no_list(&what, reply.request_id)) };
            let sorted = faults::sort(reply.errors, "node.statuses.nodes", None);
            if !sorted.failures.is_empty() {
                tally.faults.add(sorted.failures, reply.request_id.as_deref());
                return Ok(false);
            }
            following.goes_on(&what, Following::LARGEST_PAGE, reply.request_id.as_deref())?;
            statuses.nodes.get_or_insert_default().extend(list.nodes.unwrap_or_else(|| vec![None]));
            (more, after, before) = (list.page_info.has_next_page, list.page_info.end_cursor, Some(next));
        }
        let is_whole = statuses.nodes.as_ref().is_some_and(|nodes| nodes.iter().all(Option::is_some));
        if !is_whole {
            tally.faults.add_hole(&what);
        }
        Ok(is_whole)
    }

    fn entry(wire: Self::Wire, place: &Place) -> Entry {
        let (deployment, is_over) = convert::deployment(wire, place);
        Entry { record: Record::Deployment(Box::new(deployment)), waits: !is_over }
    }
}
