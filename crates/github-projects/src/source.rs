//! The connector of cards, for one board.

use std::sync::Arc;

use async_trait::async_trait;
use github_client::{DEFAULT_STATUS_FIELD, GithubClient, PageSize, ProjectSummary};
use model::Instant;
use model::records::Project;
use source::{Context, Expected, Scope, Source, SourceError, Usage, Window};

use crate::convert::{Board, StatusField};
use crate::cursor::{Cursor, Plan};
use crate::run::{Run, Subject};

/// Cards per page, at most and at first. A full page costs one point: 1 + 1 list in each of 100 cards, by the hundred.
const LARGEST_PAGE: u32 = 100;

/// The cards of one board, with status and custom fields.
///
/// The subject is the board's `fullDatabaseId` as text (its node id where a server has no such number).
#[derive(Debug)]
pub struct ProjectItemSource {
    client: GithubClient,
    pages: Arc<PageSize>,
    board: Board,
    total: u64,
    surveyed_at: Instant,
}

impl ProjectItemSource {
    /// The cards of the board that a survey has found.
    ///
    /// `surveyed_at` is the time of the import, that of the survey with which it began: everything that is read is dated
    /// with it, and by it the weekly reading in full is due.
    /// `pages` is shared by all boards, so that one that is too heavy for large pages teaches the others;
    /// [`ProjectItemSource::page_size`] makes one.
    pub fn new(client: GithubClient, summary: &ProjectSummary, surveyed_at: Instant, pages: Arc<PageSize>) -> Self {
        let project = &summary.record;
        let number_id = subject_of(project);
        let board = Board {
            id: project.id.clone(),
            number_id: number_id.to_owned(),
            name: project.name.clone(),
            status_field: status_field(summary, DEFAULT_STATUS_FIELD),
        };
        Self { client, pages, board, total: summary.items, surveyed_at }
    }

    /// Takes the status of cards from the field of this name instead of `Status`. Where the summary has no such field,
    /// the status of the cards is not told, and the import says so in the end.
    #[must_use]
    pub fn with_status_field(mut self, summary: &ProjectSummary, name: &str) -> Self {
        self.board.status_field = status_field(summary, name);
        self
    }

    /// The page size that suits this query.
    pub fn page_size() -> PageSize {
        PageSize::new(Scope::ProjectItems, LARGEST_PAGE, 1, LARGEST_PAGE)
    }
}

/// The id that cards name a board by: its number, or its node id where a server has no such number.
pub fn subject_of(project: &Project) -> &str {
    if project.number_id.is_empty() { &project.id } else { &project.number_id }
}

fn status_field(summary: &ProjectSummary, name: &str) -> StatusField {
    let all: Vec<String> = summary.single_selects.iter().map(|field| field.name.clone()).collect();
    StatusField { name: name.to_owned(), is_shown: all.iter().any(|known| known == name), all }
}

#[async_trait]
impl Source for ProjectItemSource {
    fn scope(&self) -> Scope {
        Scope::ProjectItems
    }

    fn subject(&self) -> &str {
        &self.board.number_id
    }

    fn label(&self) -> &str {
        &self.board.name
    }

    /// All cards at first, weekly and with `full`. In between one page is expected, since how many cards have changed
    /// is not known before they are read.
    fn expected(&self, window: Window, cursor: Option<&str>) -> Expected {
        let calls_for = |records: u64| records.div_ceil(u64::from(LARGEST_PAGE)).max(1);
        let records = match Cursor::read(cursor).plan(window, self.surveyed_at, 0) {
            Plan::Changes { .. } => self.total.min(u64::from(LARGEST_PAGE)),
            Plan::Crawl(_) => self.total,
        };
        Expected { records, calls: calls_for(records), points: calls_for(records) }
    }

    async fn run(&self, context: &Context<'_>) -> Result<Usage, SourceError> {
        let subject = Subject {
            client: &self.client,
            pages: &self.pages,
            board: &self.board,
            total: self.total,
            at: self.surveyed_at,
        };
        Run::new(subject, context).run().await
    }
}
