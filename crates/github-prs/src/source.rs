//! The connector of pull requests, for one repository.

use std::sync::Arc;

use async_trait::async_trait;
use github_client::by_id::MOST_IDS;
use github_client::{GithubClient, PageSize, RepositoryList, RepositorySummary};
use model::Instant;
use provider::cursor::{Crawl, Cursor, Known, Plan};
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use crate::cursor::Kept;
use crate::run::Run;

/// Pull requests per page, at most and at first.
const LARGEST_PAGE: u32 = 100;

/// Lists in each pull request, that of its files left out: a full page costs so many points.
const LISTS: u64 = 4;

/// The pull requests of one repository, with labels, reviews, draft periods, review requests and first commit, and with
/// the folders that they touch where these are asked for.
///
/// The subject is the node id of the repository, so that a renamed one keeps its cursor.
#[derive(Clone, Debug)]
pub struct PullRequestSource {
    list: RepositoryList,
    /// Where folders are asked for: merged pull requests of which not all are known.
    folders: Option<Vec<String>>,
}

impl PullRequestSource {
    /// The pull requests of the repository that a survey has found.
    ///
    /// `surveyed_at` is the time of the import, that of the survey with which it began: everything that is read is dated
    /// with it, and what changed later is left to the next import at most.
    /// `pages` is shared by all repositories, so that one that is too heavy for large pages teaches the others;
    /// [`PullRequestSource::page_size`] makes one.
    pub fn new(client: GithubClient, summary: &RepositorySummary, surveyed_at: Instant, pages: Arc<PageSize>) -> Self {
        let known = Known { total: summary.pull_requests, updated_at: summary.pull_requests_updated_at };
        let kind = (Scope::PullRequests, "pull requests");
        Self { list: RepositoryList::new(kind, client, summary, known, surveyed_at, pages), folders: None }
    }

    /// Asks for the folders, too, that the pull requests touch. Those that are stored as merged, and not with all of
    /// their folders, are read again by their node ids, unless that was tried before: they are `missing`.
    #[must_use]
    pub fn with_folders(mut self, missing: Vec<String>) -> Self {
        self.folders = Some(missing);
        self
    }

    /// The cursor of one who has read every change before an instant.
    pub fn cursor_at(since: Instant) -> String {
        Kept { list: Cursor { watermark: Some(since), ..Cursor::default() }, ..Kept::default() }.write()
    }

    /// Number of lists in each pull request, which are the points of a full page.
    fn lists(&self) -> u64 {
        LISTS + u64::from(self.folders.is_some())
    }

    /// How many pull requests are read again for their folders.
    fn read_again(&self, window: Window, kept: &Kept, plan: &Plan) -> u64 {
        let reads_all = matches!(plan, Plan::Crawl(Crawl { after: None, .. }));
        let missing = self.folders.as_ref().filter(|_| !kept.with_folders && !reads_all && window.since.is_none());
        missing.map_or(0, |missing| missing.len() as u64)
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
        &self.list.place.repository_id
    }

    fn label(&self) -> &str {
        &self.list.label
    }

    /// All pull requests at the first import and with `full`. How many have changed is not known before they are read: one
    /// page is expected, or none when the newest change was read already. Where folders are asked for the first time,
    /// those that are stored without, besides.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        let kept = Kept::read(cursor);
        let plan = kept.list.plan(window, self.list.known, 0);
        let listed = plan.expected(self.list.known.total, LARGEST_PAGE, self.lists());
        let again = self.read_again(window, &kept, &plan);
        let most = MOST_IDS as u64;
        let points_of_last = match again % most {
            0 => 0,
            last => ((last * self.lists() + most / 2) / most).max(1),
        };
        Expected {
            records: listed.records + again,
            calls: listed.calls + again.div_ceil(most),
            points: listed.points + again / most * self.lists() + points_of_last,
        }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        Run::new(self.list.checked()?, self.folders.as_deref(), context).run().await
    }
}
