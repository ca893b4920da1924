//! Lists of a repository that come newest first and of which some entries have to be read again.

mod cursor;
mod run;

use std::sync::Arc;

use async_trait::async_trait;
use github_client::cursor::Known;
use github_client::{GithubClient, PageSize, RepositorySummary, Tally, by_id, faults};
use graphql_client::GraphQLQuery;
use model::Instant;
use model::records::{Place, Record};
use serde::de::DeserializeOwned;
use source::{Context, Expected, Scope, SourceError, Usage, Window};

use crate::wire::{Answer, Answers, OneList};
use cursor::Kept;
use run::{Run, Subject};

/// Entries per page, at most and at first.
pub(crate) const LARGEST_PAGE: u32 = 100;

/// Points of a full page: 1 + 1 list in each of 100 entries, by the hundred.
const POINTS_PER_PAGE: u64 = 1;

/// What a list holds, and how it is asked for.
#[async_trait]
pub(crate) trait List: Send + Sync + 'static {
    const SCOPE: Scope;
    /// What people call the entries.
    const NAME: &'static str;
    /// Path of the list in the answers.
    const PATH: &'static str;
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
pub(crate) struct ListSource {
    client: GithubClient,
    pages: Arc<PageSize>,
    place: Place,
    label: String,
    /// What the survey counts; `None` where it was not told.
    known: Option<Known>,
    surveyed_at: Instant,
}

impl ListSource {
    pub(crate) fn new(
        client: GithubClient,
        summary: &RepositorySummary,
        known: Option<Known>,
        surveyed_at: Instant,
        pages: Arc<PageSize>,
    ) -> Self {
        let place = summary.record.place();
        let label = format!("{}/{}", place.org, place.repo);
        Self { client, pages, place, label, known, surveyed_at }
    }

    pub(crate) fn subject(&self) -> &str {
        &self.place.repository_id
    }

    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    pub(crate) fn expected<L: List>(&self, window: Window, cursor: Option<&str>) -> Expected {
        let (kept, known) = (Kept::read(cursor), self.known.unwrap_or_default());
        let list = kept.plan::<L>(window, known, 0).expected(known.total, LARGEST_PAGE, POINTS_PER_PAGE);
        let waiting = kept.waiting.len() as u64;
        let calls = waiting.div_ceil(by_id::MOST_IDS as u64);
        Expected { records: list.records + waiting, calls: list.calls + calls, points: list.points + calls }
    }

    pub(crate) async fn run<L: List>(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let Some(known) = self.known else {
            return Err(faults::no_access(&format!("{} of {}", L::NAME, self.label)));
        };
        let subject = Subject {
            client: &self.client,
            pages: &self.pages,
            place: &self.place,
            label: &self.label,
            known,
            at: self.surveyed_at,
        };
        Run::<L>::new(subject, context).run().await
    }
}
