//! `IssueSource`: the connector, for one repository.

use std::sync::Arc;

use async_trait::async_trait;
use github_client::{GithubClient, PageSize, RepositoryList, RepositorySummary};
use model::Instant;
use provider::cursor::{Cursor, Known};
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use crate::convert::Cards;
use crate::reading::Reading;
use crate::run::Run;

/// Issues per page, at most and at first. A full page costs [`POINTS_PER_PAGE`].
const LARGEST_PAGE: u32 = 100;

/// Points of a full page: 1 + 4 lists in each of 100 issues, by the hundred.
pub(crate) const POINTS_PER_PAGE: u64 = 4;

/// The issues of one repository, with labels, assignees, timeline and cards.
///
/// The subject is the node id of the repository, so that a renamed one keeps its cursor.
#[derive(Debug)]
pub struct IssueSource {
    list: RepositoryList,
    cards: Arc<Cards>,
}

impl IssueSource {
    /// The issues of the repository that a survey has found.
    ///
    /// `surveyed_at` is the time of the import, that of the survey with which it began: everything that is read is dated
    /// with it, and what changed later is left to the next import at most.
    /// `pages` is shared by all repositories, so that one that is too heavy for large pages teaches the others;
    /// [`IssueSource::page_size`] makes one.
    pub fn new(client: GithubClient, summary: &RepositorySummary, surveyed_at: Instant, pages: Arc<PageSize>) -> Self {
        let known = Known { total: summary.issues, updated_at: summary.issues_updated_at };
        let kind = (Scope::Issues, "issues");
        Self { list: RepositoryList::new(kind, client, summary, known, surveyed_at, pages), cards: Arc::default() }
    }

    /// Reads this of cards; otherwise no field of them, and of no board the status.
    #[must_use]
    pub fn with_cards(mut self, cards: Arc<Cards>) -> Self {
        self.cards = cards;
        self
    }

    /// The page size that suits this query.
    pub fn page_size() -> PageSize {
        PageSize::new(Scope::Issues, LARGEST_PAGE, 1, LARGEST_PAGE)
    }
}

#[async_trait]
impl Source for IssueSource {
    fn scope(&self) -> Scope {
        Scope::Issues
    }

    fn subject(&self) -> &str {
        &self.list.place.repository_id
    }

    fn label(&self) -> &str {
        &self.list.label
    }

    /// All issues at the first import and with `full`. How many have changed is not known before they are read: one
    /// page is expected, or none when the newest change was read already.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        let plan = Cursor::read(cursor).plan(window, self.list.known, 0);
        plan.expected(self.list.known.total, LARGEST_PAGE, POINTS_PER_PAGE)
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let list = self.list.checked()?;
        let reading = Reading::new(&list.client, &list.pages, context, list.at, &self.cards);
        Run::new(list, reading).run().await
    }
}
