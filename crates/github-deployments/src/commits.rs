//! The connector of the commit graph behind what a repository deploys.

mod run;

use std::sync::Arc;

use async_trait::async_trait;
use github_client::{GithubClient, PageSize, RepositoryList, RepositorySummary};
use model::Instant;
use provider::cursor::Known;
use provider::graph::Kept;
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use crate::list::LARGEST_PAGE;
use run::Run;

/// The commits behind the deployments and releases of one repository: ids, parents, dates and where they were picked from.
///
/// The subject is the node id of the repository, so that a renamed one keeps its cursor. Which commits are to be read the
/// sink says, so it must have stored the repository's deployments and releases before.
#[derive(Debug)]
pub struct CommitSource(RepositoryList);

impl CommitSource {
    /// The commits of a repository of which a survey has found what it deploys; the arguments are those of
    /// [`DeploymentSource::new`](crate::DeploymentSource::new).
    pub fn new(client: GithubClient, summary: &RepositorySummary, surveyed_at: Instant, pages: Arc<PageSize>) -> Self {
        // How many deployments and releases the survey counts.
        let total = [summary.deployments, summary.releases].into_iter().flatten().map(|known| known.total).sum();
        let (kind, known) = ((Scope::Commits, "commits"), Known { total, updated_at: None });
        Self(RepositoryList::new(kind, client, summary, known, surveyed_at, pages))
    }

    /// The page size that suits this query.
    pub fn page_size() -> PageSize {
        PageSize::new(Scope::Commits, LARGEST_PAGE, 1, LARGEST_PAGE)
    }
}

#[async_trait]
impl Source for CommitSource {
    fn scope(&self) -> Scope {
        Scope::Commits
    }

    fn subject(&self) -> &str {
        &self.0.place.repository_id
    }

    fn label(&self) -> &str {
        &self.0.label
    }

    /// One page where there are other deployments or releases than before. How many commits lie behind them is not known
    /// before they are read: a hundred to a call.
    fn expected(&self, _window: Window, cursor: Option<&str>) -> Expected {
        if self.0.known.total == 0 || Kept::read(cursor).counted == Some(self.0.known.total) {
            return Expected::default();
        }
        Expected { records: u64::from(LARGEST_PAGE), calls: 1, points: 1 }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        Run::new(&self.0, context).run().await
    }
}
