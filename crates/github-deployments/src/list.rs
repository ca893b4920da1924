//! Lists of a repository that come newest first and of which some entries have to be read again.

mod cursor;
mod run;

use std::sync::Arc;

use async_trait::async_trait;
use github_client::{GithubClient, ListPath, PageSize, RepositoryList, RepositorySummary, Tally, by_id};
use graphql_client::GraphQLQuery;
use model::Instant;
use model::records::{Place, Record};
use provider::cursor::{Cursor, Known};
use serde::de::DeserializeOwned;
use source::{Context, Expected, Scope, SourceError, Usage, Window};

use crate::wire::{Answer, Answers, OneList};
use cursor::Kept;
use run::Run;

/// Entries per page, at most and at first.
pub(crate) const LARGEST_PAGE: u32 = 100;

/// Points of a full page: 1 + 1 list in each of 100 entries, by the hundred.
const POINTS_PER_PAGE: u64 = 1;

/// What one keeps who has read all that was made before an instant.
pub(crate) fn cursor_at(since: Instant) -> Kept {
    Kept { list: Cursor { watermark: Some(since), ..Cursor::default() }, ..Kept::default() }
}

/// What a list holds, and how it is asked for.
#[async_trait]
pub(crate) trait List: Send + Sync + 'static {
    const SCOPE: Scope;
    /// What people call the entries.
    const NAME: &'static str;
    /// Where the list is in the answers.
    const PATH: ListPath;
    /// For how many days an entry is read again that waits for its end; `None`: for ever.
    const WAITING_DAYS: Option<i64>;
    /// Whether an entry may come into the list behind older ones.
    const MAY_COME_LATE: bool;

    type Wire: DeserializeOwned + Send;
    type Page: GraphQLQuery<ResponseData = Answer<OneList<Self::Wire>>, Variables: Send>;
    type ById: GraphQLQuery<ResponseData = Answers<Self::Wire>, Variables: Send>;

    fn page(id: &str, first: i64, after: Option<String>) -> <Self::Page as GraphQLQuery>::Variables;
    fn by_id(ids: Vec<String>) -> <Self::ById as GraphQLQuery>::Variables;
    fn id(wire: &Self::Wire) -> &str;
    fn created_at(wire: &Self::Wire) -> Instant;

    /// Reads what is left of an entry. Whether it is whole then; what is missing is in the tally.
    async fn complete(
        _wire: &mut Self::Wire,
        _client: &GithubClient,
        _context: &Context<'_>,
        _tally: &mut Tally<'_>,
    ) -> Result<bool, SourceError> {
        Ok(true)
    }

    fn entry(wire: Self::Wire, place: &Place) -> Entry;
}

/// An entry as it is stored.
pub(crate) struct Entry {
    pub(crate) record: Record,
    /// Whether it has to be read again, whatever happens to the list.
    pub(crate) waits: bool,
}

/// One list of one repository.
#[derive(Debug)]
pub(crate) struct ListSource(RepositoryList);

impl ListSource {
    pub(crate) fn new<L: List>(
        client: GithubClient,
        summary: &RepositorySummary,
        known: Option<Known>,
        surveyed_at: Instant,
        pages: Arc<PageSize>,
    ) -> Self {
        let (kind, counted) = ((L::SCOPE, L::NAME), known.unwrap_or_default());
        let list = RepositoryList::new(kind, client, summary, counted, surveyed_at, pages);
        // What the survey was not told may not be read.
        Self(RepositoryList { access: known.is_some(), ..list })
    }

    pub(crate) fn subject(&self) -> &str {
        &self.0.place.repository_id
    }

    pub(crate) fn label(&self) -> &str {
        &self.0.label
    }

    pub(crate) fn expected<L: List>(&self, window: Window, cursor: Option<&str>) -> Expected {
        let (kept, known) = (Kept::read(cursor), self.0.known);
        let list = kept.plan::<L>(window, known, 0).expected(known.total, LARGEST_PAGE, POINTS_PER_PAGE);
        let waiting = kept.waiting.len() as u64;
        let calls = waiting.div_ceil(by_id::MOST_IDS as u64);
        Expected { records: list.records + waiting, calls: list.calls + calls, points: list.points + calls }
    }

    pub(crate) async fn run<L: List>(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        Run::<L>::new(self.0.checked()?, context).run().await
    }
}
