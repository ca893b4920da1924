//! One import of one board's cards.

use github_client::{
    Entries, Following, GithubClient, GraphqlError, ListPath, PageAsked, PageCame, PageSize, Reply, Tally, by_id,
    faults,
};
use graphql_client::GraphQLQuery;
use model::Instant;
use model::records::{ProjectItem, Record};
use source::{Batch, Context, ErrorKind, Event, FullCrawl, Scope, SourceError, Usage};

use crate::convert::{self, Board, StatusField};
use crate::cursor::{Crawl, Cursor, Plan};
use crate::wire::{Cards, CardsVariables, Items, items};

const LIST: ListPath = ListPath { path: "nodes.0.items.nodes", may_be_hidden: MAY_BE_HIDDEN };

/// Where cards are that are asked for by id.
const BY_ID: ListPath = ListPath { path: by_id::LIST, may_be_hidden: MAY_BE_HIDDEN };

/// The field that may be hidden or gone without anything missing.
const MAY_BE_HIDDEN: Option<&str> = Some("content");

/// What does not change during an import.
pub(crate) struct Subject<'a> {
    pub(crate) client: &'a GithubClient,
    pub(crate) pages: &'a PageSize,
    pub(crate) board: &'a Board,
    /// How many cards there are.
    pub(crate) total: u64,
    /// The time of the import.
    pub(crate) at: Instant,
}

/// One import under way.
pub(crate) struct Run<'a> {
    subject: Subject<'a>,
    context: &'a Context<'a>,
    cursor: Cursor,
    tally: Tally<'a>,
    empty_entries: u64,
    hidden: u64,
}

/// A page of cards.
struct Page {
    records: Vec<Record>,
    /// Where the next page begins; `None` after the last.
    next: Option<String>,
}

/// An answer, counted and taken apart.
struct Taken {
    nodes: Vec<Option<items::ItemsNodes>>,
    errors: Vec<GraphqlError>,
    request_id: Option<String>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(subject: Subject<'a>, context: &'a Context<'a>) -> Self {
        let cursor = Cursor::read(context.cursor.as_deref());
        let mut tally = Tally::new(context, subject.at);
        tally.following = Following::of(subject.total);
        Self { subject, context, cursor, tally, empty_entries: 0, hidden: 0 }
    }

    /// Does what the window and the cursor ask for.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        match self.cursor.plan(self.context.window, self.subject.at, self.context.generation) {
            Plan::Changes { since, leaves_no_hole } => self.changes(since, leaves_no_hole).await?,
            Plan::Crawl(crawl) => self.crawl_or_begin_again(crawl).await?,
        }
        self.look_up_archived().await?;
        self.end()
    }

    /// Reads all cards; from the beginning where the provider no longer knows the place at which a crawl was left.
    async fn crawl_or_begin_again(&mut self, crawl: Crawl) -> Result<(), SourceError> {
        let from_the_beginning = Crawl { after: None, ..crawl.clone() };
        match self.crawl(crawl.clone()).await {
            Err(error) if error.kind == ErrorKind::UnexpectedResponse && self.has_not_moved_from(&crawl) => {
                let note = format!("cards of the board {}: begun again, since {error}", self.subject.board.name);
                self.context.progress.event(Event::Note(note));
                self.crawl(from_the_beginning).await
            }
            outcome => outcome,
        }
    }

    /// Whether a crawl that was left at some page is still at that page.
    fn has_not_moved_from(&self, crawl: &Crawl) -> bool {
        crawl.after.is_some() && self.cursor.crawl.as_ref() == Some(crawl)
    }

    /// Reads all cards in board order, or what is left of them, then looks up those that were on no page.
    async fn crawl(&mut self, mut crawl: Crawl) -> Result<(), SourceError> {
        self.tally.usage.full = true;
        let resumed = crawl.after.is_some();
        let expected = (!resumed).then_some(self.subject.total);
        let full_crawl = FullCrawl { generation: crawl.generation, complete: false };
        while !crawl.pages_done {
            let page = self.page("", crawl.after.as_ref()).await?;
            crawl.read_at = crawl.read_at.or(Some(self.subject.at));
            crawl.pages_done = page.next.is_none();
            crawl.after.clone_from(&page.next);
            self.cursor.crawl = Some(crawl.clone());
            self.commit(page, true, Some(full_crawl), expected)?;
        }
        if self.tally.faults.any() {
            return Ok(());
        }
        self.look_up_unseen(full_crawl).await?;
        let read_at = crawl.read_at.unwrap_or(self.subject.at);
        self.cursor = Cursor { crawled_at: Some(read_at), read_at: Some(read_at), crawl: None };
        let complete = FullCrawl { complete: !self.tally.faults.any(), ..full_crawl };
        self.commit(Page { records: Vec::new(), next: None }, true, Some(complete), expected)
    }

    /// Asks by id for the cards that should be on the board and were on no page: archived, taken off, deleted, or
    /// moved while the pages were read.
    async fn look_up_unseen(&mut self, full_crawl: FullCrawl) -> Result<(), SourceError> {
        let unseen = self.context.sink.unseen_items(&self.subject.board.number_id, full_crawl.generation)?;
        self.look_up(&unseen, Some(full_crawl)).await
    }

    /// Asks by id for the fields of archived cards, which boards do not list; of those that changed since they were asked
    /// for, or of all when everything is read.
    async fn look_up_archived(&mut self) -> Result<(), SourceError> {
        let board = &self.subject.board.number_id;
        let archived = self.context.sink.archived_items(board, self.context.window.full)?;
        self.look_up(&archived, None).await
    }

    async fn look_up(&mut self, ids: &[String], full_crawl: Option<FullCrawl>) -> Result<(), SourceError> {
        let mut left = ids;
        let status_field = self.subject.board.status_field.name.clone();
        while !left.is_empty() {
            let what = format!("{} cards of the board {} by id", left.len(), self.subject.board.name);
            let ids = |most: i64| by_id::first(left, most);
            let taken = if full_crawl.is_some() {
                self.ask::<Items>(&what, BY_ID, |most| variables(&status_field, ids(most), 1, None, "")).await?
            } else {
                let make = |most| CardsVariables { ids: ids(most), status_field: status_field.clone() };
                self.ask::<Cards>(&what, BY_ID, make).await?
            };
            let rest = by_id::rest(left, taken.nodes.len(), &what, taken.request_id.as_deref())?;
            let page = self.looked_up(left, taken).await?;
            self.commit(page, false, full_crawl, None)?;
            left = rest;
        }
        Ok(())
    }

    /// What became of cards that were asked for by id.
    async fn looked_up(&mut self, ids: &[String], taken: Taken) -> Result<Page, SourceError> {
        // That a card is not found is the answer to the question, and no fault.
        let (not_found, errors): (Vec<_>, Vec<_>) =
            taken.errors.into_iter().partition(|error| error.kind == "NOT_FOUND");
        let is_gone = |at: usize| not_found.iter().any(|error| by_id::position(error) == Some(at));
        let sorted = faults::sort(errors, by_id::LIST, MAY_BE_HIDDEN);
        self.hidden += sorted.hidden;
        self.tally.faults.add(sorted.failures, taken.request_id.as_deref());
        let mut records = Vec::new();
        for (position, (id, node)) in ids.iter().zip(taken.nodes).enumerate() {
            if sorted.broken.contains(&position) {
                continue;
            }
            let item = match node {
                Some(items::ItemsNodes::ProjectV2Item(wire)) => self.whole(wire).await?,
                None if is_gone(position) => Some(convert::removed(id.clone(), self.subject.board, self.subject.at)),
                _ => {
                    self.tally.faults.add_empty(by_id::LIST, position, taken.request_id.as_deref());
                    None
                }
            };
            records.extend(item.map(|item| Record::ProjectItem(Box::new(item))));
        }
        Ok(Page { records, next: None })
    }

    /// Reads the cards that changed on the day of `since` or later.
    async fn changes(&mut self, since: Instant, leaves_no_hole: bool) -> Result<(), SourceError> {
        self.tally.usage.covered_from = Some(since);
        let query = format!("updated:>={}", day_of(since));
        let mut after = None;
        loop {
            let page = self.page(&query, after.as_ref()).await?;
            after.clone_from(&page.next);
            let last = after.is_none();
            if last {
                self.cursor.read_at = Some(self.subject.at);
            }
            self.commit(page, last && leaves_no_hole, None, None)?;
            if last {
                return Ok(());
            }
        }
    }

    /// Asks for cards, and once more when parts of the answer are missing.
    async fn ask<Q>(
        &mut self,
        what: &str,
        list: ListPath,
        make: impl Fn(i64) -> Q::Variables,
    ) -> Result<Taken, SourceError>
    where
        Q: GraphQLQuery<ResponseData = items::ResponseData>,
    {
        let asking = (self.subject.client, self.subject.pages);
        let reply = self.tally.page::<Q>(asking, what, list, make, |_| true).await?;
        Ok(Taken { nodes: reply.data.nodes, errors: reply.errors, request_id: reply.request_id })
    }

    /// Reads one page and what is left of those of its cards whose fields are longer.
    async fn page(&mut self, query: &str, after: Option<&String>) -> Result<Page, SourceError> {
        let name = &self.subject.board.name;
        let what = match after {
            None => format!("the first cards of the board {name}"),
            Some(after) => format!("cards of the board {name} after {after}"),
        };
        let (board_id, status_field) = (self.subject.board.id.clone(), self.subject.board.status_field.name.clone());
        let make = |first| variables(&status_field, vec![board_id.clone()], first, after.cloned(), query);
        let size = self.subject.pages.current();
        let taken = self.ask::<Items>(&what, LIST, make).await?;
        let Some(items::ItemsNodes::ProjectV2(board)) = taken.nodes.into_iter().flatten().next() else {
            return Err(faults::absent(&what, &taken.errors, taken.request_id));
        };
        let items::ItemsNodesOnProjectV2Items { page_info, nodes } = board.items;
        let asked = PageAsked { what: &what, list: LIST, after, size: size.min(self.subject.pages.current()) };
        let more = (page_info.has_next_page, page_info.end_cursor);
        let came = PageCame { more, nodes, errors: taken.errors, request_id: taken.request_id };
        let Entries { entries, next, hidden } = self.tally.entries(asked, came)?;
        self.hidden += hidden;
        let mut records = Vec::new();
        for entry in entries.into_iter().filter(|entry| entry.is_whole) {
            let item = self.whole(entry.wire).await?;
            records.extend(item.map(|item| Record::ProjectItem(Box::new(item))));
        }
        Ok(Page { records, next })
    }

    /// Follows the fields of one card to their end. `None` when part of them failed.
    async fn whole(&mut self, wire: items::ItemFields) -> Result<Option<ProjectItem>, SourceError> {
        let (mut item, mut rest) = self.convert(wire)?;
        let mut following = Following::unknown();
        while let Some(fields_after) = rest {
            let what = format!("the rest of the card {} of the board {}", item.id, self.subject.board.name);
            let variables = items::Variables {
                fields_after: Some(fields_after.clone()),
                ..variables(&self.subject.board.status_field.name, vec![item.id.clone()], 1, None, "")
            };
            let reply = self
                .subject
                .client
                .query::<Items>(&what, variables, self.context.progress, &self.context.cancel)
                .await?;
            let taken = self.taken(reply);
            let Some(items::ItemsNodes::ProjectV2Item(wire)) = taken.nodes.into_iter().flatten().next() else {
                return Err(faults::absent(&what, &taken.errors, taken.request_id));
            };
            let sorted = faults::sort(taken.errors, "nodes.0", MAY_BE_HIDDEN);
            self.hidden += sorted.hidden;
            if !sorted.failures.is_empty() {
                self.tally.faults.add(sorted.failures, taken.request_id.as_deref());
                return Ok(None);
            }
            let (next, next_rest) = self.convert(wire)?;
            following.goes_on(&what, Following::LARGEST_PAGE, taken.request_id.as_deref())?;
            if next_rest.as_ref() == Some(&fields_after) {
                return Err(faults::stuck(&what, taken.request_id));
            }
            if let (Some(fields), Some(more)) = (&mut item.fields, next.fields) {
                fields.extend(more);
            }
            item.has_untold_fields |= next.has_untold_fields;
            rest = next_rest;
        }
        Ok(Some(item))
    }

    fn convert(&mut self, wire: items::ItemFields) -> Result<(ProjectItem, Option<String>), SourceError> {
        let empty_before = self.empty_entries;
        let (item, rest) = convert::item(wire, self.subject.board, self.subject.at, &mut self.empty_entries)
            .map_err(|error| SourceError::new(ErrorKind::UnexpectedResponse, error.to_string()))?;
        for _ in empty_before..self.empty_entries {
            self.tally.faults.add_hole(&format!("the fields of the card {}", item.id));
        }
        Ok((item, rest))
    }

    fn taken(&mut self, reply: Reply<items::ResponseData>) -> Taken {
        self.tally.count(&reply);
        Taken { nodes: reply.data.nodes, errors: reply.errors, request_id: reply.request_id }
    }

    fn commit(
        &mut self,
        page: Page,
        moves_cursor: bool,
        full_crawl: Option<FullCrawl>,
        expected: Option<u64>,
    ) -> Result<(), SourceError> {
        let batch = Batch {
            scope: Scope::ProjectItems,
            subject: self.subject.board.number_id.clone(),
            records: page.records,
            cursor: moves_cursor.then(|| self.cursor.write()),
            observed_at: self.subject.at,
            full_crawl,
        };
        self.tally.commit(batch, &self.subject.board.name, expected)
    }

    /// Says what was left out and used; fails when something is missing.
    fn end(self) -> Result<Usage, SourceError> {
        let what = format!("cards of the board {}", self.subject.board.name);
        let left_out = [
            (self.empty_entries, "entries came empty and were left out"),
            (self.hidden, "parts may not be seen with this token and were left out"),
        ];
        self.tally.note(&what, &left_out);
        let field = &self.subject.board.status_field;
        if !field.is_shown {
            return Err(self.tally.faults.into_result(&what).err().unwrap_or_else(|| no_status(self.subject.board)));
        }
        self.tally.into_result(&what)
    }
}

/// The error for a board of which all was read but what column its cards are in.
fn no_status(board: &Board) -> SourceError {
    let StatusField { name, all, .. } = &board.status_field;
    let has = if all.is_empty() { "it has none".to_owned() } else { format!("it has {}", all.join(", ")) };
    let message = format!(
        "cards of the board {0}: it has no single-select field {name} that this token is shown ({has}), so the status of \
         its cards is not known and stays as it was; name the field as github.projects[].status_field of the board {1}",
        board.name, board.number_id
    );
    SourceError::new(ErrorKind::Incomplete, message)
}

fn variables(status_field: &str, ids: Vec<String>, first: i64, after: Option<String>, query: &str) -> items::Variables {
    let (query, status_field) = (query.to_owned(), status_field.to_owned());
    items::Variables { ids, first, after, query, status_field, fields_after: None }
}

/// `2026-11-01`.
fn day_of(at: Instant) -> String {
    at.to_rfc3339_seconds().chars().take("2026-11-01".len()).collect()
}
