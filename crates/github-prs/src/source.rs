//! The connector of pull requests, for one repository.

use std::sync::Arc;

use async_trait::async_trait;
use github_client::cursor::{Cursor, Known};
use github_client::{GithubClient, PageSize, RepositorySummary, faults};
use model::Instant;
use model::records::Place;
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use crate::run::{Run, Subject};

/// Pull requests per page, at most and at first. A full page costs [`POINTS_PER_PAGE`].
const LARGEST_PAGE: u32 = 100;

/// Points of a full page: 1 + 4 lists in each of 100 pull requests, by the hundred.
const POINTS_PER_PAGE: u64 = 4;

/// The pull requests of one repository, with labels, reviews, draft periods, review requests and first commit.
///
/// The subject is the node id of the repository, so that a renamed one keeps its cursor.
#[derive(Debug)]
pub struct PullRequestSource {
    client: GithubClient,
    pages: Arc<PageSize>,
    place: Place,
    label: String,
    access: bool,
    known: Known,
    surveyed_at: Instant,
}

impl PullRequestSource {
    /// The pull requests of the repository that a survey has found.
    ///
    /// `surveyed_at` is the time of the import, that of the survey with which it began: everything that is read is dated
    /// with it, and what changed later is left to the next import at most.
    /// `pages` is shared by all repositories, so that one that is too heavy for large pages teaches the others;
    /// [`PullRequestSource::page_size`] makes one.
    pub fn new(client: GithubClient, summary: &RepositorySummary, surveyed_at: Instant, pages: Arc<PageSize>) -> Self {
        let repository = &summary.record;
        Self {
            client,
            pages,
            place: Place {
                repository_id: repository.id.clone(),
                org: repository.org.clone(),
                repo: repository.name.clone(),
                host: repository.host.clone(),
                ..Place::default()
            },
            label: format!("{}/{}", repository.org, repository.name),
            access: summary.access,
            known: Known { total: summary.pull_requests, updated_at: summary.pull_requests_updated_at },
            surveyed_at,
        }
    }

    /// The page size that suits this query.
    pub fn page_size() -> PageSize {
        PageSize::new(Scope::PullRequests, LARGEST_PAGE, 1, LARGEST_PAGE)
    }
}

#[async_trait]
impl Source for PullRequestSource {
    fn scope(&self) -> Scope {
        Scope::PullRequests
    }

    fn subject(&self) -> &str {
        &self.place.repository_id
    }

    fn label(&self) -> &str {
        &self.label
    }

    /// All pull requests at the first import and with `full`. How many have changed is not known before they are read: one
    /// page is expected, or none when the newest change was read already.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        let plan = Cursor::read(cursor).plan(window, self.known, 0);
        plan.expected(self.known.total, LARGEST_PAGE, POINTS_PER_PAGE)
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        if !self.access {
            return Err(faults::no_access(&format!("pull requests of {}", self.label)));
        }
        let subject = Subject {
            client: &self.client,
            pages: &self.pages,
            place: &self.place,
            label: &self.label,
            known: self.known,
            at: self.surveyed_at,
        };
        Run::new(subject, context).run().await
    }
}
