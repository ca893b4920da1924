//! One import of one repository's issues.

use github_client::cursor::{Crawl, Cursor, Known, Plan};
use github_client::faults;
use github_client::scalars::DateTime;
use github_client::{Following, GraphqlError};
use model::Instant;
use model::records::{Place, Record};
use source::{Batch, Context, ErrorKind, Event, FullCrawl, Scope, SourceError, Usage, Window};

use crate::reading::{MAY_BE_HIDDEN, Reading};
use crate::wire::{IssuePage, issues};

/// Path of the list in the answers.
const LIST: &str = "node.issues.nodes";

/// What does not change during an import.
pub(crate) struct Subject<'a> {
    pub(crate) place: &'a Place,
    /// `org/name`.
    pub(crate) label: &'a str,
    pub(crate) known: Known,
}

/// One import under way.
pub(crate) struct Run<'a> {
    subject: Subject<'a>,
    reading: Reading<'a>,
    context: &'a Context<'a>,
    cursor: Cursor,
}

/// Which pages are read.
struct Listing {
    order: issues::IssueOrderField,
    since: Option<Instant>,
    after: Option<String>,
    /// How many are left, where that is known: the last of several pages is asked for, and paid, no larger than it is.
    left: Option<u64>,
}

/// One page.
struct Page {
    records: Vec<Record>,
    /// Where the next page begins; `None` after the last.
    next: Option<String>,
    /// The last change among its issues.
    last_change: Option<Instant>,
}

/// An answer, counted and taken apart.
struct Taken {
    node: Option<issues::IssuesNodeOnRepository>,
    errors: Vec<GraphqlError>,
    request_id: Option<String>,
}

impl Page {
    fn empty() -> Self {
        Self { records: Vec::new(), next: None, last_change: None }
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(subject: Subject<'a>, mut reading: Reading<'a>) -> Self {
        reading.tally.following = Following::of(subject.known.total);
        let context = reading.context;
        let cursor = Cursor::read(context.cursor.as_deref());
        Self { subject, reading, context, cursor }
    }

    /// Does what the window and the cursor ask for.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        match self.cursor.plan(self.context.window, self.subject.known, self.context.generation) {
            Plan::Nothing => {
                self.reading.tally.usage.covered_from = self.context.window.since.or(self.cursor.watermark);
            }
            Plan::Changes { since, moves_watermark } => self.changes(since, moves_watermark).await?,
            Plan::Crawl(crawl) if self.subject.known.total == 0 => self.find_nothing(&crawl)?,
            Plan::Crawl(crawl) => {
                let resumed = crawl.after.is_some();
                self.crawl_or_begin_again(crawl).await?;
                if resumed && !self.reading.tally.faults.any() {
                    self.catch_up().await?;
                }
            }
        }
        self.reading.end(&format!("issues of {}", self.subject.label))
    }

    /// Ends a crawl of which the survey says that there is nothing to read. No watermark is set: should there be
    /// something after all, everything is read.
    fn find_nothing(&mut self, crawl: &Crawl) -> Result<(), SourceError> {
        self.reading.tally.usage.full = true;
        self.cursor = Cursor::default();
        let page = Page::empty();
        self.commit(page, true, Some(FullCrawl { generation: crawl.generation, complete: true }), Some(0))
    }

    /// Reads everything; from the beginning where the provider no longer knows the place at which a crawl was left.
    async fn crawl_or_begin_again(&mut self, crawl: Crawl) -> Result<(), SourceError> {
        let from_the_beginning = Crawl { after: None, ..crawl.clone() };
        match self.crawl(crawl.clone()).await {
            Err(error) if error.kind == ErrorKind::UnexpectedResponse && self.cursor.has_not_moved_from(&crawl) => {
                let note = format!("issues of {}: begun again, since {error}", self.subject.label);
                self.context.progress.event(Event::Note(note));
                self.crawl(from_the_beginning).await
            }
            outcome => outcome,
        }
    }

    /// Reads everything, or what is left of it, in the order of creation: whatever changes meanwhile, no issue moves.
    async fn crawl(&mut self, mut crawl: Crawl) -> Result<(), SourceError> {
        self.reading.tally.usage.full = true;
        let resumed = crawl.after.is_some();
        let expected = (!resumed).then_some(self.subject.known.total);
        loop {
            let after = crawl.after.clone();
            let order = issues::IssueOrderField::CREATED_AT;
            let left =
                expected.filter(|_| after.is_some()).map(|all| all.saturating_sub(self.reading.tally.usage.records));
            let page = self.page(&Listing { order, since: None, after, left }).await?;
            let has_none = page.records.is_empty() && self.reading.tally.usage.records == 0;
            if page.next.is_none() && !resumed && has_none && !self.reading.tally.faults.any() {
                self.reading.tally.faults.add_lack(LIST, self.subject.known.total);
            }
            let missing = self.reading.tally.faults.any();
            let full_crawl = self.cursor.crawled(&mut crawl, page.next.as_ref(), self.reading.tally.at, missing);
            let last = page.next.is_none();
            self.commit(page, true, Some(full_crawl), expected)?;
            if last {
                return Ok(());
            }
        }
    }

    /// Reads what changed since a crawl began that took more than one run.
    async fn catch_up(&mut self) -> Result<(), SourceError> {
        match self.cursor.plan(Window::default(), self.subject.known, self.context.generation) {
            Plan::Changes { since, moves_watermark } => self.changes(since, moves_watermark).await,
            Plan::Nothing | Plan::Crawl(_) => Ok(()),
        }?;
        self.reading.tally.usage.covered_from = None;
        Ok(())
    }

    /// Reads what changed from `since` on, the oldest change first.
    ///
    /// Each page begins at the last change of the one before: whatever moves to the end meanwhile, nothing is skipped.
    /// Only when a whole page bears one time, pages are counted on.
    async fn changes(&mut self, since: Instant, moves_watermark: bool) -> Result<(), SourceError> {
        self.reading.tally.usage.covered_from = Some(since);
        let order = || issues::IssueOrderField::UPDATED_AT;
        let mut listing = Listing { order: order(), since: Some(since), after: None, left: None };
        loop {
            let page = self.page(&listing).await?;
            if moves_watermark {
                self.cursor.watermark = self.cursor.watermark.max(page.last_change);
            }
            let next = page.next.clone();
            if next.is_none() && moves_watermark {
                self.cursor.read_at = Some(self.reading.tally.at);
            }
            let last_change = page.last_change;
            self.commit(page, moves_watermark, None, None)?;
            listing = match next {
                None => return Ok(()),
                Some(_) if last_change > listing.since => Listing { since: last_change, after: None, ..listing },
                after => Listing { after, ..listing },
            };
        }
    }

    /// Asks for a page, and once more when parts of it are missing.
    async fn ask(&mut self, what: &str, listing: &Listing) -> Result<Taken, SourceError> {
        let taken = self.ask_once(what, listing).await?;
        if taken.node.is_none() || faults::sort(taken.errors.clone(), LIST, MAY_BE_HIDDEN).failures.is_empty() {
            return Ok(taken);
        }
        tracing::debug!(what, "parts of {what} are missing, asking once more");
        self.ask_once(what, listing).await
    }

    async fn ask_once(&mut self, what: &str, listing: &Listing) -> Result<Taken, SourceError> {
        let (client, pages) = (self.reading.client, self.reading.pages);
        let make = |first| self.page_variables(listing, first);
        let reply = client.page::<IssuePage>(what, pages, make, self.context.progress, &self.context.cancel).await?;
        self.reading.tally.count(&reply);
        Ok(Taken { node: reply.data.node, errors: reply.errors, request_id: reply.request_id })
    }

    /// Reads one page and what is left of those of its issues whose lists are longer.
    async fn page(&mut self, listing: &Listing) -> Result<Page, SourceError> {
        let what = self.what(listing);
        let size = self.reading.pages.current();
        let Taken { node, errors, request_id } = self.ask(&what, listing).await?;
        let Some(repository) = node else {
            return Err(faults::absent(&what, &errors, request_id));
        };
        let sorted = faults::sort(errors, LIST, MAY_BE_HIDDEN);
        self.reading.tally.faults.add(sorted.failures, request_id.as_deref());

        let list = repository.issues;
        let more = (list.page_info.has_next_page, list.page_info.end_cursor);
        let next = faults::next_page(&what, more, listing.after.as_ref(), request_id.as_deref())?;
        if next.is_some() {
            self.reading.tally.following.goes_on(
                &what,
                size.min(self.reading.pages.current()),
                request_id.as_deref(),
            )?;
        }
        let Some(nodes) = list.nodes else { return Err(faults::no_list(&what, request_id)) };
        let mut records = Vec::new();
        let mut last_change = None;
        for (position, wire) in nodes.into_iter().enumerate() {
            let Some(wire) = wire else {
                if !sorted.broken.contains(&position) {
                    self.reading.tally.faults.add_empty(LIST, position, request_id.as_deref());
                }
                continue;
            };
            last_change = last_change.max(Some(wire.updated_at.0));
            if sorted.broken.contains(&position) {
                continue;
            }
            let issue = self.reading.issue(wire, self.subject.place.clone()).await?;
            records.extend(issue.map(|issue| Record::Issue(Box::new(issue))));
        }
        tracing::debug!(records = records.len(), "read {what}: {} issues", records.len());
        Ok(Page { records, next, last_change })
    }

    fn commit(
        &mut self,
        page: Page,
        moves_cursor: bool,
        full_crawl: Option<FullCrawl>,
        expected: Option<u64>,
    ) -> Result<(), SourceError> {
        let batch = Batch {
            scope: Scope::Issues,
            subject: self.subject.place.repository_id.clone(),
            records: page.records,
            cursor: moves_cursor.then(|| self.cursor.write()),
            observed_at: self.reading.tally.at,
            full_crawl,
        };
        self.reading.tally.commit(batch, self.subject.label, expected)
    }

    fn what(&self, listing: &Listing) -> String {
        let label = self.subject.label;
        match (listing.since, &listing.after) {
            (None, None) => format!("the first issues of {label}"),
            (None, Some(after)) => format!("issues of {label} after {after}"),
            (Some(since), None) => format!("issues of {label} changed since {since}"),
            (Some(since), Some(after)) => format!("issues of {label} changed since {since} after {after}"),
        }
    }

    fn page_variables(&self, listing: &Listing, first: i64) -> issues::Variables {
        issues::Variables {
            first: listing.left.map_or(first, |left| first.min(i64::try_from(left.max(1)).unwrap_or(first))),
            after: listing.after.clone(),
            order: issues::IssueOrder { field: listing.order.clone(), direction: issues::OrderDirection::ASC },
            filter: listing.since.map(|since| issues::IssueFilters { since: Some(DateTime(since)), states: None }),
            ..self.reading.variables(&self.subject.place.repository_id)
        }
    }
}
