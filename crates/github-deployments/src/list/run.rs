//! One import of one list of one repository.

use std::collections::BTreeSet;
use std::marker::PhantomData;

use github_client::cursor::{Crawl, Known, Plan};
use github_client::{Following, GithubClient, GraphqlError, PageSize, Reply, Tally, by_id, faults};
use model::Instant;
use model::records::{Place, Record};
use source::{Batch, Context, ErrorKind, Event, FullCrawl, SourceError, Usage, Window};

use super::List;
use super::cursor::Kept;
use crate::wire::{Answer, Connection, OneList};

/// What does not change during an import.
pub(crate) struct Subject<'a> {
    pub(crate) client: &'a GithubClient,
    pub(crate) pages: &'a PageSize,
    pub(crate) place: &'a Place,
    /// `org/name`.
    pub(crate) label: &'a str,
    pub(crate) known: Known,
    /// The time of the import.
    pub(crate) at: Instant,
}

/// One import under way.
pub(crate) struct Run<'a, L> {
    subject: Subject<'a>,
    context: &'a Context<'a>,
    kept: Kept,
    tally: Tally<'a>,
    /// Ids of the entries that were read.
    seen: BTreeSet<String>,
    list: PhantomData<L>,
}

/// One page.
#[derive(Default)]
struct Page {
    records: Vec<Record>,
    /// Where the next page begins; `None` after the last.
    next: Option<String>,
    /// When its entries were made.
    created: Vec<Instant>,
}

/// An answer, counted and taken apart.
struct Taken<T> {
    node: Option<T>,
    errors: Vec<GraphqlError>,
    request_id: Option<String>,
}

impl<'a, L: List> Run<'a, L> {
    pub(crate) fn new(subject: Subject<'a>, context: &'a Context<'a>) -> Self {
        let kept = Kept::read(context.cursor.as_deref());
        let mut tally = Tally::new(context, subject.at);
        tally.following = Following::of(subject.known.total);
        Self { subject, context, kept, tally, seen: BTreeSet::new(), list: PhantomData }
    }

    /// Does what the window and the cursor ask for, and reads again what waits.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        match self.kept.plan::<L>(self.context.window, self.subject.known, self.context.generation) {
            Plan::Nothing => {
                self.tally.usage.covered_from = self.context.window.since.or(self.kept.list.watermark);
            }
            Plan::Changes { since, moves_watermark } => self.changes(since, moves_watermark).await?,
            Plan::Crawl(crawl) if self.subject.known.total == 0 => self.find_nothing(&crawl)?,
            Plan::Crawl(crawl) => {
                let resumed = crawl.after.is_some();
                self.crawl_or_begin_again(crawl).await?;
                if resumed && !self.tally.faults.any() {
                    self.catch_up().await?;
                }
            }
        }
        self.read_waiting().await?;
        self.end()
    }

    /// Ends a crawl of which the survey says that there is nothing to read. No watermark is set: should there be
    /// something after all, everything is read. Where nothing was remembered, nothing is stored.
    fn find_nothing(&mut self, crawl: &Crawl) -> Result<(), SourceError> {
        self.tally.usage.full = true;
        if self.kept == Kept::default() {
            return Ok(());
        }
        self.kept.list = github_client::cursor::Cursor::default();
        self.kept.total = None;
        let full_crawl = FullCrawl { generation: crawl.generation, complete: true };
        self.commit(Vec::new(), true, Some(full_crawl), Some(0))
    }

    /// Reads everything; from the beginning where the provider no longer knows the place at which a crawl was left.
    async fn crawl_or_begin_again(&mut self, crawl: Crawl) -> Result<(), SourceError> {
        let from_the_beginning = Crawl { after: None, ..crawl.clone() };
        match self.crawl(crawl.clone()).await {
            Err(error) if error.kind == ErrorKind::UnexpectedResponse && self.kept.list.has_not_moved_from(&crawl) => {
                let note = format!("{} of {}: begun again, since {error}", L::NAME, self.subject.label);
                self.context.progress.event(Event::Note(note));
                self.crawl(from_the_beginning).await
            }
            outcome => outcome,
        }
    }

    /// Reads everything, or what is left of it, the newest first. What is made meanwhile is left to what follows.
    async fn crawl(&mut self, mut crawl: Crawl) -> Result<(), SourceError> {
        self.tally.usage.full = true;
        let resumed = crawl.after.is_some();
        let expected = (!resumed).then_some(self.subject.known.total);
        loop {
            let page = self.page(crawl.after.clone()).await?;
            let has_none = page.records.is_empty() && self.tally.usage.records == 0;
            if page.next.is_none() && !resumed && has_none && !self.tally.faults.any() {
                self.tally.faults.add_lack(L::PATH, self.subject.known.total);
            }
            let missing = self.tally.faults.any();
            let full_crawl = self.kept.list.crawled(&mut crawl, page.next.as_ref(), self.subject.at, missing);
            if full_crawl.complete && !resumed {
                self.kept.total = Some(self.subject.known.total);
            }
            self.commit(page.records, true, Some(full_crawl), expected)?;
            if page.next.is_none() {
                return Ok(());
            }
        }
    }

    /// Reads what came since a crawl began that took more than one run.
    async fn catch_up(&mut self) -> Result<(), SourceError> {
        match self.kept.plan::<L>(Window::default(), self.subject.known, self.context.generation) {
            Plan::Changes { since, moves_watermark } => self.changes(since, moves_watermark).await,
            Plan::Nothing | Plan::Crawl(_) => Ok(()),
        }?;
        self.tally.usage.covered_from = None;
        Ok(())
    }

    /// Reads what was made from `since` on, the newest first, to the end of the page on which older ones begin, and on
    /// where that does not explain how many there are.
    async fn changes(&mut self, since: Instant, moves_watermark: bool) -> Result<(), SourceError> {
        self.tally.usage.covered_from = Some(since);
        let watermark = self.kept.list.watermark;
        let (mut after, mut newest, mut new) = (None, None, 0);
        loop {
            let page = self.page(after).await?;
            newest = newest.max(page.created.iter().max().copied());
            new += page.created.iter().filter(|at| watermark.is_some_and(|watermark| **at > watermark)).count() as u64;
            let reached = page.created.iter().min().is_some_and(|oldest| *oldest < since);
            let is_explained = !moves_watermark || self.kept.explains::<L>(new, self.subject.known);
            let next = page.next.filter(|_| !reached || !is_explained);
            if next.is_none() && moves_watermark {
                self.kept.list.watermark = watermark.max(newest);
                self.kept.list.read_at = Some(self.subject.at);
                self.kept.total = Some(self.subject.known.total);
            }
            self.commit(page.records, next.is_none(), None, None)?;
            if next.is_none() {
                return Ok(());
            }
            after = next;
        }
    }

    /// Reads what waits for its end and was not read by now, by its ids. What is gone is waited for no longer.
    async fn read_waiting(&mut self) -> Result<(), SourceError> {
        let before = self.kept.waiting.len();
        self.kept.give_up::<L>(self.subject.at);
        let ids: Vec<String> = self.kept.waiting.keys().filter(|id| !self.seen.contains(*id)).cloned().collect();
        if ids.is_empty() && self.kept.waiting.len() == before {
            return Ok(());
        }
        let what = format!("{} of {} that wait", L::NAME, self.subject.label);
        let mut left = ids.as_slice();
        let mut records = Vec::new();
        while !left.is_empty() {
            let make = |most: i64| L::by_id(by_id::first(left, most));
            let (client, pages) = (self.subject.client, self.subject.pages);
            let (progress, cancel) = (self.context.progress, &self.context.cancel);
            let reply = client.page::<L::ById>(&what, pages, make, progress, cancel).await?;
            self.tally.count(&reply);
            let rest = by_id::rest(left, reply.data.nodes.len(), &what, reply.request_id.as_deref())?;
            let not_found = reply.errors.iter().filter(|error| error.kind == "NOT_FOUND").filter_map(by_id::position);
            for gone in not_found.filter_map(|position| left.get(position)) {
                self.kept.waiting.remove(gone);
            }
            let sorted = by_id::sort(&reply.errors, None);
            self.tally.faults.add(sorted.failures, reply.request_id.as_deref());
            for (position, wire) in reply.data.nodes.into_iter().enumerate() {
                if let Some(wire) = wire.filter(|_| !sorted.broken.contains(&position)) {
                    records.extend(self.record(wire).await?);
                }
            }
            left = rest;
            self.commit(std::mem::take(&mut records), true, None, None)?;
        }
        if ids.is_empty() {
            self.commit(records, true, None, None)?;
        }
        Ok(())
    }

    /// Asks for a page, and once more when parts of it are missing.
    async fn ask(&mut self, what: &str, after: Option<&String>) -> Result<Taken<OneList<L::Wire>>, SourceError> {
        let taken = self.ask_once(what, after).await?;
        if taken.node.is_none() || faults::sort(taken.errors.clone(), L::PATH, None).failures.is_empty() {
            return Ok(taken);
        }
        tracing::debug!(what, "parts of {what} are missing, asking once more");
        self.ask_once(what, after).await
    }

    async fn ask_once(&mut self, what: &str, after: Option<&String>) -> Result<Taken<OneList<L::Wire>>, SourceError> {
        let make = |first| L::page(&self.subject.place.repository_id, first, after.cloned());
        let (progress, cancel) = (self.context.progress, &self.context.cancel);
        let reply: Reply<Answer<OneList<L::Wire>>> =
            self.subject.client.page::<L::Page>(what, self.subject.pages, make, progress, cancel).await?;
        self.tally.count(&reply);
        Ok(Taken { node: reply.data.node, errors: reply.errors, request_id: reply.request_id })
    }

    /// Reads one page.
    async fn page(&mut self, after: Option<String>) -> Result<Page, SourceError> {
        let (name, label) = (L::NAME, self.subject.label);
        let what = match &after {
            None => format!("the first {name} of {label}"),
            Some(after) => format!("{name} of {label} after {after}"),
        };
        let size = self.subject.pages.current();
        let Taken { node, errors, request_id } = self.ask(&what, after.as_ref()).await?;
        let Some(node) = node else { return Err(faults::absent(&what, &errors, request_id)) };
        let Some(Connection { page_info, nodes: Some(nodes) }) = node.list else {
            return Err(if errors.is_empty() {
                faults::no_list(&what, request_id)
            } else {
                faults::absent(&what, &errors, request_id)
            });
        };
        let sorted = faults::sort(errors, L::PATH, None);
        self.tally.faults.add(sorted.failures, request_id.as_deref());
        let more = (page_info.has_next_page, page_info.end_cursor);
        let next = faults::next_page(&what, more, after.as_ref(), request_id.as_deref())?;
        if next.is_some() {
            let size = size.min(self.subject.pages.current());
            self.tally.following.goes_on(&what, size, request_id.as_deref())?;
        }
        let mut page = Page { next, ..Page::default() };
        for (position, wire) in nodes.into_iter().enumerate() {
            let Some(wire) = wire else {
                if !sorted.broken.contains(&position) {
                    self.tally.faults.add_empty(L::PATH, position, request_id.as_deref());
                }
                continue;
            };
            page.created.push(L::created_at(&wire));
            if !sorted.broken.contains(&position) {
                page.records.extend(self.record(wire).await?);
            }
        }
        tracing::debug!(records = page.records.len(), "read {what}: {} {name}", page.records.len());
        Ok(page)
    }

    /// The record of an entry, read to its end. `None` when part of it failed.
    async fn record(&mut self, mut wire: L::Wire) -> Result<Option<Record>, SourceError> {
        if !L::complete(&mut wire, self.subject.client, self.context, &mut self.tally).await? {
            return Ok(None);
        }
        let (id, created_at) = (L::id(&wire).to_owned(), L::created_at(&wire));
        let entry = L::entry(wire, self.subject.place);
        self.kept.note::<L>(&id, created_at, entry.waits, self.subject.at);
        self.seen.insert(id);
        Ok(Some(entry.record))
    }

    fn commit(
        &mut self,
        records: Vec<Record>,
        moves_cursor: bool,
        full_crawl: Option<FullCrawl>,
        expected: Option<u64>,
    ) -> Result<(), SourceError> {
        let batch = Batch {
            scope: L::SCOPE,
            subject: self.subject.place.repository_id.clone(),
            records,
            cursor: moves_cursor.then(|| self.kept.write()),
            observed_at: self.subject.at,
            full_crawl,
        };
        self.tally.commit(batch, self.subject.label, expected)
    }

    /// Says what was used; fails when something is missing.
    fn end(self) -> Result<Usage, SourceError> {
        let what = format!("{} of {}", L::NAME, self.subject.label);
        let Usage { records, calls, points, .. } = self.tally.usage;
        tracing::info!(records, calls, points, "{what}: {records} in {calls} calls for {points} points");
        self.tally.into_result(&what)
    }
}
