//! One import of one repository's pull requests.

mod again;
mod listing;

use std::collections::BTreeSet;

use github_client::cursor::{Crawl, Known, Plan};
use github_client::faults;
use github_client::{Following, GithubClient, GraphqlError, PageSize, Tally};
use model::Instant;
use model::records::{Place, PullRequest, Record};
use source::{Batch, Context, ErrorKind, Event, FullCrawl, Scope, SourceError, Usage, Window};

use crate::convert::{self, Draft, LeftOut, Rest};
use crate::cursor::Kept;
use crate::wire::{PullRequestPage, RestOfPullRequest, pull_requests};
use listing::{Listing, rest_variables};

/// Path of the list in the answers.
const LIST: &str = "node.pullRequests.nodes";

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
    /// Where folders are asked for: merged pull requests of which not all are known.
    pub(crate) folders: Option<&'a [String]>,
}

/// One import under way.
pub(crate) struct Run<'a> {
    subject: Subject<'a>,
    context: &'a Context<'a>,
    kept: Kept,
    tally: Tally<'a>,
    left_out: LeftOut,
    /// Of the pull requests that lack folders those that were not read by now.
    lacking_folders: BTreeSet<&'a str>,
}

/// One page.
struct Page {
    records: Vec<Record>,
    /// Where the next page begins; `None` after the last.
    next: Option<String>,
    /// The newest and the oldest last change among its pull requests.
    newest_change: Option<Instant>,
    oldest_change: Option<Instant>,
}

/// An answer, counted and taken apart.
struct Taken {
    node: Option<pull_requests::PullRequestsNodeOnRepository>,
    errors: Vec<GraphqlError>,
    request_id: Option<String>,
}

impl Page {
    fn empty() -> Self {
        Self { records: Vec::new(), next: None, newest_change: None, oldest_change: None }
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(subject: Subject<'a>, context: &'a Context<'a>) -> Self {
        let mut kept = Kept::read(context.cursor.as_deref());
        kept.with_folders &= subject.folders.is_some();
        let mut tally = Tally::new(context, subject.at);
        tally.following = Following::of(subject.known.total);
        let lacking_folders = subject.folders.unwrap_or_default().iter().map(String::as_str).collect();
        Self { subject, context, kept, tally, left_out: LeftOut::default(), lacking_folders }
    }

    /// Does what the window and the cursor ask for, and reads again what lacks folders.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        match self.kept.list.plan(self.context.window, self.subject.known, self.context.generation) {
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
        if self.context.window.since.is_none() {
            self.read_again().await?;
        }
        self.end()
    }

    /// Ends a crawl of which the survey says that there is nothing to read. No watermark is set: should there be
    /// something after all, everything is read.
    fn find_nothing(&mut self, crawl: &Crawl) -> Result<(), SourceError> {
        self.tally.usage.full = true;
        self.kept = Kept { with_folders: self.subject.folders.is_some(), ..Kept::default() };
        let page = Page::empty();
        self.commit(page, true, Some(FullCrawl { generation: crawl.generation, complete: true }), Some(0))
    }

    /// Reads everything; from the beginning where the provider no longer knows the place at which a crawl was left.
    async fn crawl_or_begin_again(&mut self, crawl: Crawl) -> Result<(), SourceError> {
        let from_the_beginning = Crawl { after: None, ..crawl.clone() };
        match self.crawl(crawl.clone()).await {
            Err(error) if error.kind == ErrorKind::UnexpectedResponse && self.kept.list.has_not_moved_from(&crawl) => {
                let note = format!("pull requests of {}: begun again, since {error}", self.subject.label);
                self.context.progress.event(Event::Note(note));
                self.crawl(from_the_beginning).await
            }
            outcome => outcome,
        }
    }

    /// Reads everything, or what is left of it, in the order of creation: whatever changes meanwhile, nothing moves.
    async fn crawl(&mut self, mut crawl: Crawl) -> Result<(), SourceError> {
        self.tally.usage.full = true;
        let resumed = crawl.after.is_some();
        self.kept.with_folders |= self.subject.folders.is_some() && !resumed;
        let expected = (!resumed).then_some(self.subject.known.total);
        loop {
            let after = crawl.after.clone();
            let left = expected.filter(|_| after.is_some()).map(|all| all.saturating_sub(self.tally.usage.records));
            let page = self.page(&Listing::oldest_first(after, left)).await?;
            let has_none = page.records.is_empty() && self.tally.usage.records == 0;
            if page.next.is_none() && !resumed && has_none && !self.tally.faults.any() {
                self.tally.faults.add_lack(LIST, self.subject.known.total);
            }
            let missing = self.tally.faults.any();
            let full_crawl = self.kept.list.crawled(&mut crawl, page.next.as_ref(), self.subject.at, missing);
            let last = page.next.is_none();
            self.commit(page, true, Some(full_crawl), expected)?;
            if last {
                return Ok(());
            }
        }
    }

    /// Reads what changed since a crawl began that took more than one run.
    async fn catch_up(&mut self) -> Result<(), SourceError> {
        match self.kept.list.plan(Window::default(), self.subject.known, self.context.generation) {
            Plan::Changes { since, moves_watermark } => self.changes(since, moves_watermark).await,
            Plan::Nothing | Plan::Crawl(_) => Ok(()),
        }?;
        self.tally.usage.covered_from = None;
        Ok(())
    }

    /// Reads what changed from `since` on.
    ///
    /// What changes while pages are read moves in front of them and out of sight, so a reading of several pages is
    /// followed by one of what changed since it began.
    async fn changes(&mut self, since: Instant, moves_watermark: bool) -> Result<(), SourceError> {
        self.tally.usage.covered_from = Some(since);
        let mut since = since;
        loop {
            let (pages, newest_change) = self.changes_once(since, moves_watermark).await?;
            match newest_change {
                Some(newest) if pages > 1 => since = newest,
                _ => return Ok(()),
            }
        }
    }

    /// Reads what changed from `since` on, the newest change first, to the end of the page on which older ones begin.
    /// Gives the number of pages and the newest change at the beginning.
    ///
    /// The watermark moves only when all of it was read, to that newest change.
    async fn changes_once(
        &mut self,
        since: Instant,
        moves_watermark: bool,
    ) -> Result<(u64, Option<Instant>), SourceError> {
        let mut listing = Listing::newest_change_first();
        let mut first = None;
        let mut pages = 0;
        loop {
            pages += 1;
            let page = self.page(&listing).await?;
            let newest = *first.get_or_insert(page.newest_change);
            let reached = page.oldest_change.is_some_and(|oldest| oldest < since);
            let next = page.next.clone().filter(|_| !reached);
            if next.is_none() && moves_watermark {
                self.kept.list.watermark = self.kept.list.watermark.max(newest);
                self.kept.list.read_at = Some(self.subject.at);
            }
            self.commit(page, moves_watermark && next.is_none(), None, None)?;
            if next.is_none() {
                return Ok((pages, newest));
            }
            listing.after = next;
        }
    }

    /// Asks for a page, and once more when parts of it are missing.
    async fn ask(&mut self, what: &str, listing: &Listing) -> Result<Taken, SourceError> {
        let taken = self.ask_once(what, listing).await?;
        if taken.node.is_none() || faults::sort(taken.errors.clone(), LIST, None).failures.is_empty() {
            return Ok(taken);
        }
        tracing::debug!(what, "parts of {what} are missing, asking once more");
        self.ask_once(what, listing).await
    }

    async fn ask_once(&mut self, what: &str, listing: &Listing) -> Result<Taken, SourceError> {
        let (client, pages) = (self.subject.client, self.subject.pages);
        let (id, with_files) = (&self.subject.place.repository_id, self.subject.folders.is_some());
        let make = |first| listing.variables(id, first, with_files);
        let (progress, cancel) = (self.context.progress, &self.context.cancel);
        let reply = client.page::<PullRequestPage>(what, pages, make, progress, cancel).await?;
        self.tally.count(&reply);
        Ok(Taken { node: reply.data.node, errors: reply.errors, request_id: reply.request_id })
    }

    /// Reads one page and what is left of those of its pull requests whose lists are longer.
    async fn page(&mut self, listing: &Listing) -> Result<Page, SourceError> {
        let what = self.what(listing);
        let size = self.subject.pages.current();
        let Taken { node, errors, request_id } = self.ask(&what, listing).await?;
        let Some(repository) = node else {
            return Err(faults::absent(&what, &errors, request_id));
        };
        let sorted = faults::sort(errors, LIST, None);
        self.tally.faults.add(sorted.failures, request_id.as_deref());

        let list = repository.pull_requests;
        let more = (list.page_info.has_next_page, list.page_info.end_cursor);
        let next = faults::next_page(&what, more, listing.after.as_ref(), request_id.as_deref())?;
        if next.is_some() {
            self.tally.following.goes_on(&what, size.min(self.subject.pages.current()), request_id.as_deref())?;
        }
        let Some(nodes) = list.nodes else { return Err(faults::no_list(&what, request_id)) };
        let mut records = Vec::new();
        let (mut newest_change, mut oldest_change) = (None, None);
        for (position, wire) in nodes.into_iter().enumerate() {
            let Some(wire) = wire else {
                if !sorted.broken.contains(&position) {
                    self.tally.faults.add_empty(LIST, position, request_id.as_deref());
                }
                continue;
            };
            let updated_at = wire.updated_at.0;
            newest_change = newest_change.max(Some(updated_at));
            oldest_change = Some(oldest_change.map_or(updated_at, |oldest: Instant| oldest.min(updated_at)));
            if sorted.broken.contains(&position) {
                continue;
            }
            let (draft, rest) = self.convert(wire)?;
            records.extend(self.record(draft, rest).await?);
        }
        tracing::debug!(records = records.len(), "read {what}: {} pull requests", records.len());
        Ok(Page { records, next, newest_change, oldest_change })
    }

    /// The record of a pull request, read to its end. `None` when part of it failed.
    async fn record(&mut self, draft: Draft, rest: Rest) -> Result<Option<Record>, SourceError> {
        let pull_request = self.whole(draft, rest).await?;
        if let Some(pull_request) = &pull_request {
            self.lacking_folders.remove(pull_request.id.as_str());
        }
        Ok(pull_request.map(|pull_request| Record::PullRequest(Box::new(pull_request))))
    }

    /// Follows the lists of one pull request to their ends, that of its files not too far. `None` when part of them
    /// failed.
    async fn whole(&mut self, mut draft: Draft, mut rest: Rest) -> Result<Option<PullRequest>, SourceError> {
        let mut following = Following::unknown();
        loop {
            draft.leave_files(&mut rest);
            if rest.is_empty() {
                return Ok(Some(draft.finish()));
            }
            let what = format!("the rest of {}", draft.url());
            let variables = rest_variables(draft.id(), &rest);
            let (progress, cancel) = (self.context.progress, &self.context.cancel);
            let client = self.subject.client;
            let reply = client.query::<RestOfPullRequest>(&what, variables, progress, cancel).await?;
            self.tally.count(&reply);
            let Some(wire) = reply.data.node else {
                return Err(faults::absent(&what, &reply.errors, reply.request_id));
            };
            let sorted = faults::sort(reply.errors, "node", None);
            if !sorted.failures.is_empty() {
                self.tally.faults.add(sorted.failures, reply.request_id.as_deref());
                return Ok(None);
            }
            let (next, next_rest) = self.convert(wire)?;
            draft.append(&rest, next);
            let next_rest = rest.onward(next_rest);
            following.goes_on(&what, Following::LARGEST_PAGE, reply.request_id.as_deref())?;
            if next_rest == rest {
                return Err(faults::stuck(&what, reply.request_id));
            }
            rest = next_rest;
        }
    }

    fn convert(&mut self, wire: pull_requests::PullRequestFields) -> Result<(Draft, Rest), SourceError> {
        let empty_before = self.left_out.empty_entries;
        let (draft, rest) = convert::pull_request(wire, self.subject.place.clone(), &mut self.left_out)
            .map_err(|error| SourceError::new(ErrorKind::UnexpectedResponse, error.to_string()))?;
        for _ in empty_before..self.left_out.empty_entries {
            self.tally.faults.add_hole(&format!("the lists of {}", draft.url()));
        }
        Ok((draft, rest))
    }

    fn commit(
        &mut self,
        page: Page,
        moves_cursor: bool,
        full_crawl: Option<FullCrawl>,
        expected: Option<u64>,
    ) -> Result<(), SourceError> {
        let batch = Batch {
            scope: Scope::PullRequests,
            subject: self.subject.place.repository_id.clone(),
            records: page.records,
            cursor: moves_cursor.then(|| self.kept.write()),
            observed_at: self.subject.at,
            full_crawl,
        };
        self.tally.commit(batch, self.subject.label, expected)
    }

    fn what(&self, listing: &Listing) -> String {
        let label = self.subject.label;
        match &listing.after {
            None => format!("the first pull requests of {label}"),
            Some(after) => format!("pull requests of {label} after {after}"),
        }
    }

    /// Says what was left out and used; fails when something is missing.
    fn end(self) -> Result<Usage, SourceError> {
        let what = format!("pull requests of {}", self.subject.label);
        self.tally.note(&what, &[(self.left_out.empty_entries, "entries came empty and were left out")]);
        let Usage { records, calls, points, .. } = self.tally.usage;
        tracing::info!(records, calls, points, "{what}: {records} in {calls} calls for {points} points");
        self.tally.into_result(&what)
    }
}
