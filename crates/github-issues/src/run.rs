//! One import of one repository's issues.

use async_trait::async_trait;
use github_client::scalars::DateTime;
use github_client::{Entries, Following, ListPath, PageAsked, PageCame, RepositoryList, faults};
use model::Instant;
use model::records::Record;
use provider::cursor::Cursor;
use provider::list::{self, Handover, List, Page, State};
use source::{SourceError, Usage};

use crate::reading::{MAY_BE_HIDDEN, Reading};
use crate::wire::{IssuePage, issues};

const LIST: ListPath = ListPath { path: "node.issues.nodes", may_be_hidden: MAY_BE_HIDDEN };

/// One import under way.
pub(crate) struct Run<'a> {
    list: &'a RepositoryList,
    reading: Reading<'a>,
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

impl<'a> Run<'a> {
    pub(crate) fn new(list: &'a RepositoryList, mut reading: Reading<'a>) -> Self {
        reading.tally.following = Following::of(list.known.total);
        let cursor = Cursor::read(reading.context.cursor.as_deref());
        Self { list, reading, cursor }
    }

    /// Does what the window and the cursor ask for.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        list::read(&mut self).await?;
        self.reading.end(&self.list.what())
    }

    /// Reads one page and what is left of those of its issues whose lists are longer. Gives the last change among them, too.
    async fn read(&mut self, listing: &Listing) -> Result<(Page, Option<Instant>), SourceError> {
        let what = self.name(listing);
        let (client, pages) = (self.reading.client, self.reading.pages);
        let (size, list) = (pages.current(), self.list);
        let one = self.reading.variables(&list.place.repository_id);
        let make = |first| listing.variables(first, one.clone());
        let reply =
            self.reading.tally.page::<IssuePage>((client, pages), &what, LIST, make, |data| data.node.is_some());
        let reply = reply.await?;
        let (errors, request_id) = (reply.errors, reply.request_id);
        let Some(repository) = reply.data.node else {
            return Err(faults::absent(&what, &errors, request_id));
        };
        let issues::IssuesNodeOnRepositoryIssues { page_info, nodes } = repository.issues;
        let size = size.min(pages.current());
        let asked = PageAsked { what: &what, list: LIST, after: listing.after.as_ref(), size };
        let more = (page_info.has_next_page, page_info.end_cursor);
        let Entries { entries, next, .. } =
            self.reading.tally.entries(asked, PageCame { more, nodes, errors, request_id })?;
        let last_change = entries.iter().map(|entry| entry.wire.updated_at.0).max();
        let mut records = Vec::new();
        for entry in entries.into_iter().filter(|entry| entry.is_whole) {
            let issue = self.reading.issue(entry.wire, list.place.clone()).await?;
            records.extend(issue.map(|issue| Record::Issue(Box::new(issue))));
        }
        Ok((Page { records, next }, last_change))
    }

    fn name(&self, listing: &Listing) -> String {
        let (Some(since), what) = (listing.since, self.list.what()) else {
            return self.list.page_after(listing.after.as_ref());
        };
        match &listing.after {
            None => format!("{what} changed since {since}"),
            Some(after) => format!("{what} changed since {since} after {after}"),
        }
    }
}

#[async_trait]
impl List for Run<'_> {
    fn what(&self) -> String {
        self.list.what()
    }

    fn state(&mut self) -> State<'_> {
        self.reading.tally.state(self.list, &mut self.cursor)
    }

    fn came_empty(&mut self, counted: u64) {
        self.reading.tally.faults.add_lack(LIST.path, counted);
    }

    /// In the order of creation: whatever changes meanwhile, no issue moves.
    async fn page(&mut self, after: Option<String>, left: Option<u64>) -> Result<Page, SourceError> {
        let order = issues::IssueOrderField::CREATED_AT;
        Ok(self.read(&Listing { order, since: None, after, left }).await?.0)
    }

    /// The oldest change first.
    ///
    /// Each page begins at the last change of the one before: whatever moves to the end meanwhile, nothing is skipped.
    /// Only when a whole page bears one time, pages are counted on.
    async fn changes(&mut self, since: Instant, moves_watermark: bool) -> Result<(), SourceError> {
        let order = issues::IssueOrderField::UPDATED_AT;
        let mut listing = Listing { order, since: Some(since), after: None, left: None };
        loop {
            let (page, last_change) = self.read(&listing).await?;
            if moves_watermark {
                self.cursor.watermark = self.cursor.watermark.max(last_change);
            }
            let next = page.next;
            if next.is_none() && moves_watermark {
                self.cursor.read_at = Some(self.list.at);
            }
            self.commit(Handover { records: page.records, moves_cursor: moves_watermark, ..Handover::default() })?;
            listing = match next {
                None => return Ok(()),
                Some(_) if last_change > listing.since => Listing { since: last_change, after: None, ..listing },
                after => Listing { after, ..listing },
            };
        }
    }

    fn commit(&mut self, handover: Handover) -> Result<(), SourceError> {
        self.reading.tally.hand_over(self.list, handover, || self.cursor.write())
    }
}

impl Listing {
    /// What is asked for a page, like `one` otherwise.
    fn variables(&self, first: i64, one: issues::Variables) -> issues::Variables {
        issues::Variables {
            first: self.left.map_or(first, |left| first.min(i64::try_from(left.max(1)).unwrap_or(first))),
            after: self.after.clone(),
            order: issues::IssueOrder { field: self.order.clone(), direction: issues::OrderDirection::ASC },
            filter: self.since.map(|since| issues::IssueFilters { since: Some(DateTime(since)), states: None }),
            ..one
        }
    }
}
