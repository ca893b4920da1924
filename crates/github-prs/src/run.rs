//! One import of one repository's pull requests.

mod again;
mod listing;

use std::collections::BTreeSet;

use async_trait::async_trait;
use github_client::faults;
use github_client::{Entries, Following, ListPath, PageAsked, PageCame, RepositoryList, Tally};
use model::Instant;
use model::records::{PullRequest, Record};
use provider::list::{self, Handover, List, Page, State};
use source::{Context, ErrorKind, SourceError, Usage};

use crate::convert::{self, Draft, LeftOut, Rest};
use crate::cursor::Kept;
use crate::wire::{PullRequestPage, RestOfPullRequest, pull_requests};
use listing::{Listing, rest_variables};

const LIST: ListPath = ListPath { path: "node.pullRequests.nodes", may_be_hidden: None };

/// One import under way.
pub(crate) struct Run<'a> {
    list: &'a RepositoryList,
    /// Where folders are asked for: merged pull requests of which not all are known.
    folders: Option<&'a [String]>,
    context: &'a Context<'a>,
    kept: Kept,
    tally: Tally<'a>,
    left_out: LeftOut,
    /// Of the pull requests that lack folders those that were not read by now.
    lacking_folders: BTreeSet<&'a str>,
}

/// The newest and the oldest last change on a page.
struct Changed {
    newest: Option<Instant>,
    oldest: Option<Instant>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(list: &'a RepositoryList, folders: Option<&'a [String]>, context: &'a Context<'a>) -> Self {
        let mut kept = Kept::read(context.cursor.as_deref());
        kept.with_folders &= folders.is_some();
        let mut tally = Tally::new(context, list.at);
        tally.following = Following::of(list.known.total);
        let lacking_folders = folders.unwrap_or_default().iter().map(String::as_str).collect();
        Self { list, folders, context, kept, tally, left_out: LeftOut::default(), lacking_folders }
    }

    /// Does what the window and the cursor ask for, and reads again what lacks folders.
    pub(crate) async fn run(mut self) -> Result<Usage, SourceError> {
        list::read(&mut self).await?;
        if self.context.window.since.is_none() {
            self.read_again().await?;
        }
        let what = self.list.what();
        self.tally.note(&what, &[(self.left_out.empty_entries, "entries came empty and were left out")]);
        self.tally.into_result(&what)
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
            let (page, changed) = self.read(&listing).await?;
            let newest = *first.get_or_insert(changed.newest);
            let reached = changed.oldest.is_some_and(|oldest| oldest < since);
            let next = page.next.filter(|_| !reached);
            if next.is_none() && moves_watermark {
                self.kept.list.watermark = self.kept.list.watermark.max(newest);
                self.kept.list.read_at = Some(self.list.at);
            }
            self.commit(Handover {
                records: page.records,
                moves_cursor: moves_watermark && next.is_none(),
                ..Handover::default()
            })?;
            if next.is_none() {
                return Ok((pages, newest));
            }
            listing.after = next;
        }
    }

    /// Reads one page and what is left of those of its pull requests whose lists are longer.
    async fn read(&mut self, listing: &Listing) -> Result<(Page, Changed), SourceError> {
        let what = self.list.page_after(listing.after.as_ref());
        let (list, with_files) = (self.list, self.folders.is_some());
        let (client, pages) = (&list.client, &*list.pages);
        let size = pages.current();
        let make = |first| listing.variables(&list.place.repository_id, first, with_files);
        let reply = self.tally.page::<PullRequestPage>((client, pages), &what, LIST, make, |data| data.node.is_some());
        let reply = reply.await?;
        let (errors, request_id) = (reply.errors, reply.request_id);
        let Some(repository) = reply.data.node else {
            return Err(faults::absent(&what, &errors, request_id));
        };
        let pull_requests::PullRequestsNodeOnRepositoryPullRequests { page_info, nodes } = repository.pull_requests;
        let size = size.min(pages.current());
        let asked = PageAsked { what: &what, list: LIST, after: listing.after.as_ref(), size };
        let more = (page_info.has_next_page, page_info.end_cursor);
        let Entries { entries, next, .. } = self.tally.entries(asked, PageCame { more, nodes, errors, request_id })?;
        let times = || entries.iter().map(|entry| entry.wire.updated_at.0);
        let changed = Changed { newest: times().max(), oldest: times().min() };
        let mut records = Vec::new();
        for entry in entries.into_iter().filter(|entry| entry.is_whole) {
            let (draft, rest) = self.convert(entry.wire)?;
            records.extend(self.record(draft, rest).await?);
        }
        Ok((Page { records, next }, changed))
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
            let reply = self.list.client.query::<RestOfPullRequest>(&what, variables, progress, cancel).await?;
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
        let (draft, rest) = convert::pull_request(wire, self.list.place.clone(), &mut self.left_out)
            .map_err(|error| SourceError::new(ErrorKind::UnexpectedResponse, error.to_string()))?;
        for _ in empty_before..self.left_out.empty_entries {
            self.tally.faults.add_hole(&format!("the lists of {}", draft.url()));
        }
        Ok((draft, rest))
    }
}

#[async_trait]
impl List for Run<'_> {
    fn what(&self) -> String {
        self.list.what()
    }

    fn state(&mut self) -> State<'_> {
        self.tally.state(self.list, &mut self.kept.list)
    }

    fn came_empty(&mut self, counted: u64) {
        self.tally.faults.add_lack(LIST.path, counted);
    }

    fn forget(&mut self) -> bool {
        self.kept = Kept { with_folders: self.folders.is_some(), ..Kept::default() };
        true
    }

    fn begins(&mut self) {
        self.kept.with_folders |= self.folders.is_some();
    }

    /// In the order of creation: whatever changes meanwhile, nothing moves.
    async fn page(&mut self, after: Option<String>, left: Option<u64>) -> Result<Page, SourceError> {
        Ok(self.read(&Listing::oldest_first(after, left)).await?.0)
    }

    /// What changes while pages are read moves in front of them and out of sight, so a reading of several pages is
    /// followed by one of what changed since it began.
    async fn changes(&mut self, mut since: Instant, moves_watermark: bool) -> Result<(), SourceError> {
        loop {
            let (pages, newest_change) = self.changes_once(since, moves_watermark).await?;
            match newest_change {
                Some(newest) if pages > 1 => since = newest,
                _ => return Ok(()),
            }
        }
    }

    fn commit(&mut self, handover: Handover) -> Result<(), SourceError> {
        self.tally.hand_over(self.list, handover, || self.kept.write())
    }
}
