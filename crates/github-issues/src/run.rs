//! One import of one repository's issues.

use github_client::{GithubClient, GraphqlError, PageSize, Reply};
use model::Instant;
use model::records::{Issue, Place, Record};
use source::{Batch, Context, ErrorKind, Event, FullCrawl, Scope, SourceError, Usage, Window};

use crate::convert::{self, LeftOut, Rest};
use crate::cursor::{Crawl, Cursor, Known, Plan};
use crate::faults::{self, Faults};
use crate::wire::{DateTime, Issues, issues};

/// Path of the list in the answers.
const LIST: &str = "node.issues.nodes";

/// What does not change during an import.
pub(crate) struct Subject<'a> {
    pub(crate) client: &'a GithubClient,
    pub(crate) pages: &'a PageSize,
    pub(crate) place: &'a Place,
    /// `org/name`.
    pub(crate) label: &'a str,
    pub(crate) known: Known,
    /// The provider's time when `known` was read.
    pub(crate) surveyed_at: Instant,
}

/// One import under way.
pub(crate) struct Run<'a> {
    subject: Subject<'a>,
    context: &'a Context<'a>,
    cursor: Cursor,
    usage: Usage,
    faults: Faults,
    left_out: LeftOut,
}

/// Which pages are read.
struct Listing {
    order: issues::IssueOrderField,
    since: Option<Instant>,
    after: Option<String>,
}

/// One page.
struct Page {
    records: Vec<Record>,
    /// Where the next page begins; `None` after the last.
    next: Option<String>,
    /// The last change among its issues.
    last_change: Option<Instant>,
    read_at: Instant,
}

/// An answer, counted and taken apart.
struct Taken {
    node: Option<issues::IssuesNode>,
    errors: Vec<GraphqlError>,
    read_at: Instant,
    request_id: Option<String>,
}

impl Page {
    fn empty(read_at: Instant) -> Self {
        Self { records: Vec::new(), next: None, last_change: None, read_at }
    }
}

impl<'a> Run<'a> {
    pub(crate) fn new(subject: Subject<'a>, context: &'a Context<'a>) -> Self {
        let cursor = Cursor::read(context.cursor.as_deref());
        let (usage, faults, left_out) = (Usage::default(), Faults::default(), LeftOut::default());
        Self { subject, context, cursor, usage, faults, left_out }
    }

    /// Does what the window and the cursor ask for.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        match self.cursor.plan(self.context.window, self.subject.known, self.context.generation) {
            Plan::Nothing => {
                self.usage.covered_from = self.context.window.since.or(self.cursor.watermark);
                self.usage.covered_to = Some(self.subject.surveyed_at);
            }
            Plan::Changes { since, moves_watermark } => self.changes(since, moves_watermark).await?,
            Plan::Crawl(crawl) if self.subject.known.total == 0 => self.find_nothing(&crawl)?,
            Plan::Crawl(crawl) => {
                let resumed = crawl.after.is_some();
                self.crawl_or_begin_again(crawl).await?;
                if resumed && !self.faults.any() {
                    self.catch_up().await?;
                }
            }
        }
        self.report();
        self.faults.into_result(&format!("issues of {}", self.subject.label))?;
        Ok(self.usage)
    }

    /// Ends a crawl of which the survey says that there is nothing to read. No watermark is set: should there be
    /// something after all, everything is read.
    fn find_nothing(&mut self, crawl: &Crawl) -> Result<(), SourceError> {
        let read_at = self.subject.surveyed_at;
        self.usage.full = true;
        self.usage.covered_to = Some(read_at);
        self.cursor = Cursor::default();
        let page = Page::empty(read_at);
        self.commit(page, true, Some(FullCrawl { generation: crawl.generation, complete: true }), Some(0))
    }

    /// Reads everything; from the beginning where the provider no longer knows the place at which a crawl was left.
    async fn crawl_or_begin_again(&mut self, crawl: Crawl) -> Result<(), SourceError> {
        let from_the_beginning = Crawl { after: None, ..crawl.clone() };
        match self.crawl(crawl.clone()).await {
            Err(error) if error.kind == ErrorKind::UnexpectedResponse && self.has_not_moved_from(&crawl) => {
                let note = format!("issues of {}: begun again, since {error}", self.subject.label);
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

    /// Reads everything, or what is left of it, in the order of creation: whatever changes meanwhile, no issue moves.
    async fn crawl(&mut self, mut crawl: Crawl) -> Result<(), SourceError> {
        self.usage.full = true;
        let resumed = crawl.after.is_some();
        let expected = (!resumed).then_some(self.subject.known.total);
        loop {
            let after = crawl.after.clone();
            let order = issues::IssueOrderField::CREATED_AT;
            let page = self.page(&Listing { order, since: None, after }).await?;
            crawl.read_at = crawl.read_at.or(Some(page.read_at));
            crawl.after.clone_from(&page.next);
            let complete = page.next.is_none() && !self.faults.any();
            if complete {
                self.cursor.watermark = crawl.watermark.or(crawl.read_at);
                self.cursor.read_at = crawl.read_at;
                self.cursor.crawl = None;
            } else {
                self.cursor.crawl = Some(crawl.clone());
            }
            let last = page.next.is_none();
            let generation = crawl.generation;
            self.commit(page, true, Some(FullCrawl { generation, complete }), expected)?;
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
        self.usage.covered_from = None;
        Ok(())
    }

    /// Reads what changed from `since` on, the oldest change first.
    ///
    /// Each page begins at the last change of the one before: whatever moves to the end meanwhile, nothing is skipped.
    /// Only when a whole page bears one time, pages are counted on.
    async fn changes(&mut self, since: Instant, moves_watermark: bool) -> Result<(), SourceError> {
        self.usage.covered_from = Some(since);
        let order = || issues::IssueOrderField::UPDATED_AT;
        let mut listing = Listing { order: order(), since: Some(since), after: None };
        let mut read_at = None;
        loop {
            let page = self.page(&listing).await?;
            let began = *read_at.get_or_insert(page.read_at);
            if moves_watermark {
                self.cursor.watermark = self.cursor.watermark.max(page.last_change);
            }
            let next = page.next.clone();
            if next.is_none() && moves_watermark {
                self.cursor.read_at = Some(began);
            }
            let last_change = page.last_change;
            self.commit(page, moves_watermark, None, None)?;
            listing = match next {
                None => return Ok(()),
                Some(_) if last_change > listing.since => Listing { order: order(), since: last_change, after: None },
                after => Listing { after, ..listing },
            };
        }
    }

    /// Asks for a page, and once more when parts of it are missing.
    async fn ask(&mut self, what: &str, listing: &Listing) -> Result<Taken, SourceError> {
        let taken = self.ask_once(what, listing).await?;
        if taken.node.is_none() || faults::sort(taken.errors.clone(), LIST).failures.is_empty() {
            return Ok(taken);
        }
        tracing::debug!(what, "parts of {what} are missing, asking once more");
        self.ask_once(what, listing).await
    }

    async fn ask_once(&mut self, what: &str, listing: &Listing) -> Result<Taken, SourceError> {
        let (client, pages) = (self.subject.client, self.subject.pages);
        let make = |first| self.page_variables(listing, first);
        let reply = client.page::<Issues>(what, pages, make, self.context.progress, &self.context.cancel).await?;
        Ok(self.taken(reply))
    }

    /// Reads one page and what is left of those of its issues whose lists are longer.
    async fn page(&mut self, listing: &Listing) -> Result<Page, SourceError> {
        let what = self.what(listing);
        let Taken { node, errors, read_at, request_id } = self.ask(&what, listing).await?;
        let Some(issues::IssuesNode::Repository(repository)) = node else {
            return Err(faults::absent(&what, &errors, request_id));
        };
        let sorted = faults::sort(errors, LIST);
        self.faults.add(sorted.failures, request_id.as_deref());

        let list = repository.issues;
        let next = match (list.page_info.has_next_page, list.page_info.end_cursor) {
            (false, _) => None,
            (true, Some(next)) if listing.after.as_ref() != Some(&next) => Some(next),
            (true, _) => return Err(stuck(&what, request_id)),
        };
        let mut records = Vec::new();
        let mut last_change = None;
        for (position, wire) in list.nodes.unwrap_or_default().into_iter().enumerate() {
            let Some(wire) = wire else {
                self.left_out.empty_entries += 1;
                continue;
            };
            last_change = last_change.max(Some(wire.updated_at.0));
            if sorted.broken.contains(&position) {
                continue;
            }
            let (issue, rest) = self.convert(wire, read_at)?;
            if let Some(issue) = self.whole(issue, rest).await? {
                records.push(Record::Issue(Box::new(issue)));
            }
        }
        tracing::debug!(records = records.len(), "read {what}: {} issues", records.len());
        Ok(Page { records, next, last_change, read_at })
    }

    /// Follows the lists of one issue to their ends. `None` when part of them failed.
    async fn whole(&mut self, mut issue: Issue, mut rest: Rest) -> Result<Option<Issue>, SourceError> {
        while !rest.is_empty() {
            let what = format!("the rest of {}", issue.url);
            let variables = rest_variables(&issue.id, &rest);
            let reply = self
                .subject
                .client
                .query::<Issues>(&what, variables, self.context.progress, &self.context.cancel)
                .await?;
            let Taken { node, errors, read_at, request_id } = self.taken(reply);
            let Some(issues::IssuesNode::Issue(wire)) = node else {
                return Err(faults::absent(&what, &errors, request_id));
            };
            let sorted = faults::sort(errors, "node");
            if !sorted.failures.is_empty() {
                self.faults.add(sorted.failures, request_id.as_deref());
                return Ok(None);
            }
            let (next, next_rest) = self.convert(wire, read_at)?;
            convert::append(&mut issue, &rest, next);
            let next_rest = rest.onward(next_rest);
            if next_rest == rest {
                return Err(stuck(&what, request_id));
            }
            rest = next_rest;
        }
        Ok(Some(issue))
    }

    fn convert(&mut self, wire: issues::IssueFields, read_at: Instant) -> Result<(Issue, Rest), SourceError> {
        convert::issue(wire, self.subject.place.clone(), read_at, &mut self.left_out)
            .map_err(|error| SourceError::new(ErrorKind::UnexpectedResponse, error.to_string()))
    }

    /// Counts an answer and takes it apart.
    fn taken(&mut self, reply: Reply<issues::ResponseData>) -> Taken {
        self.usage.calls += reply.calls;
        self.usage.points += reply.cost;
        self.usage.covered_to = self.usage.covered_to.or(Some(reply.at));
        Taken { node: reply.data.node, errors: reply.errors, read_at: reply.at, request_id: reply.request_id }
    }

    /// Hands a page over. Once something is missing, the stored cursor stays in front of it.
    fn commit(
        &mut self,
        page: Page,
        moves_cursor: bool,
        full_crawl: Option<FullCrawl>,
        expected: Option<u64>,
    ) -> Result<(), SourceError> {
        self.usage.records += page.records.len() as u64;
        self.context.sink.commit(Batch {
            scope: Scope::Issues,
            subject: self.subject.place.repository_id.clone(),
            records: page.records,
            cursor: (moves_cursor && !self.faults.any()).then(|| self.cursor.write()),
            observed_at: page.read_at,
            full_crawl,
        })?;
        let (records, subject) = (self.usage.records, self.subject.label.to_owned());
        self.context.progress.event(Event::Page { scope: Scope::Issues, subject, records, expected });
        Ok(())
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
            id: self.subject.place.repository_id.clone(),
            first,
            after: listing.after.clone(),
            order: issues::IssueOrder { field: listing.order.clone(), direction: issues::OrderDirection::ASC },
            filter: listing.since.map(|since| issues::IssueFilters { since: Some(DateTime(since)), states: None }),
            labels_after: None,
            assignees_after: None,
            timeline_after: None,
            items_after: None,
        }
    }

    fn report(&self) {
        let label = self.subject.label;
        let notes = [
            (self.left_out.hidden_boards, "board events left out, since their board is gone or may not be seen"),
            (self.left_out.empty_entries, "entries came empty and were left out"),
        ];
        for (count, text) in notes.into_iter().filter(|(count, _)| *count > 0) {
            self.context.progress.event(Event::Note(format!("issues of {label}: {count} {text}")));
        }
        let Usage { records, calls, points, .. } = self.usage;
        tracing::info!(records, calls, points, "issues of {label}: {records} in {calls} calls for {points} points");
    }
}

fn rest_variables(issue_id: &str, rest: &Rest) -> issues::Variables {
    issues::Variables {
        id: issue_id.to_owned(),
        first: 1,
        after: None,
        order: issues::IssueOrder {
            field: issues::IssueOrderField::CREATED_AT,
            direction: issues::OrderDirection::ASC,
        },
        filter: None,
        labels_after: rest.labels.clone(),
        assignees_after: rest.assignees.clone(),
        timeline_after: rest.timeline.clone(),
        items_after: rest.items.clone(),
    }
}

fn stuck(what: &str, request_id: Option<String>) -> SourceError {
    let message = format!("reading {what}: GitHub says that there is more, but not from where; try again later");
    SourceError::new(ErrorKind::UnexpectedResponse, message).in_request(request_id)
}
